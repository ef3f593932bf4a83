"""Shows 6: a call is received, dispatched, done and visited back, on a desk and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from huiyin.doors.console.tests.visit import words_of
from huiyin.matters import queries as matters
from huiyin.matters.tests.cast import AT, PASSWORD, Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LOOKED_AT: set[tuple[int, str]] = set()  # in this run, at this width
# Every kind of element with its classes and state: what sounds alike was looked at.
PARTS = """
[...new Set([...document.querySelectorAll("body *")].map((one) => [
  one.tagName, one.className.baseVal ?? one.className, one.type, one.role, one.ariaInvalid,
  one.open, one.checkVisibility(), one.hasAttribute("aria-label"),
].join(" ")))].sort().join("|")
"""
TEXT = "厨房水龙头一直漏水,楼下也渗水了 <b>请尽快</b>"


@dataclass
class Screen:
    """A browser window that checks every page it is shown."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address and look at it."""
        self.page.goto(self.address + path)
        self.look()

    def at(self, moment: datetime) -> None:
        """Let the following requests be made at this moment."""
        self.page.set_extra_http_headers({"X-Huiyin-Now": moment.isoformat()})

    def hear(self, said: ConsoleMessage) -> None:
        """Keep what the console reports as an error."""
        if said.type == "error":
            self.complaints.append(said.text)

    def resize(self, size: str) -> None:
        """Show the same page on a screen of the other size."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def printed(self, path: str) -> str:
        """Return what a paper says; how a browser shows a PDF is its own affair."""
        answer = self.page.request.get(urljoin(self.page.url, path))
        assert answer.headers["content-type"] == "application/pdf"
        return words_of(answer.body())

    def look(self) -> None:
        """Hold the page to what every page must hold: nothing sideways, nothing inaccessible.

        What is built of the same parts was looked at before: only its size is looked at again.
        """
        self.fits()
        size = self.page.viewport_size
        built = size["width"] if size else 0, self.page.evaluate(PARTS)
        if built in LOOKED_AT:
            return
        LOOKED_AT.add(built)
        found: Any = Axe().run(self.page, options={"runOnly": LEVELS}).response["violations"]
        assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]

    def fits(self) -> None:
        """Hold the page to its width, and the console to silence."""
        self.page.wait_for_load_state("load")
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} pixels"
        assert not self.complaints, self.complaints


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[Screen]:
    """Open a window of each size and listen to what the console says."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    seen = Screen(page, live_server.url)
    page.on("console", seen.hear)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.at(AT)
    yield seen
    context.close()


def log_in(screen: Screen, code: str) -> None:
    """Log in as an employee."""
    screen.go("/accounts/login/")
    screen.page.get_by_label("工号").fill(code)
    screen.page.get_by_label("密码").fill(PASSWORD)
    screen.page.get_by_role("button", name="登录", exact=True).click()
    screen.look()


def receive(screen: Screen) -> str:
    """Find the house by the caller's number, write down the complaint, return its number."""
    page = screen.page
    find = page.get_by_role("combobox", name="找房号、姓名、电话、车牌或事项")
    find.press_sequentially("13812345678")
    expect(page.get_by_role("option").first).to_contain_text("王丽")
    screen.look()
    find.press("Enter")
    expect(page.locator("#house-card")).to_contain_text("3-1-1201")
    expect(page.get_by_label("来电号码")).to_have_value("13812345678")
    text = page.get_by_role("textbox", name="内容")
    text.fill(TEXT)
    text.press("Alt+1")
    expect(page.get_by_role("radio", name="投诉", exact=True)).to_be_checked()
    screen.look()
    text.press("Control+Enter")
    page.wait_for_url("**/desk/?done=*")
    expect(page.get_by_text("已登记")).to_be_visible()
    screen.look()
    return page.url.partition("done=")[2]


def use(screen: Screen, verb: str, **given: str) -> None:
    """Open a verb on the page of the matter, fill it in, send it, and see that it is done."""
    page = screen.page
    page.locator("summary", has_text=verb).first.click()
    form = page.locator("details[open].hy-verb form")
    for label, value in given.items():
        control = form.get_by_label(label).first
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
        elif control.get_attribute("type") == "radio":
            form.get_by_text(label, exact=True).click()
        else:
            control.fill(value)
    screen.look()
    form.get_by_role("button", name=verb).click()
    expect(page.locator("#said")).to_contain_text(f"已完成:{verb}")
    screen.look()


@pytest.mark.rule("CMP-01")
def test_from_the_call_to_the_visit_back(screen: Screen) -> None:
    cast = make_cast()
    log_in(screen, cast.code("supervisor"))
    number = receive(screen)

    screen.go(f"/matters/{number}/")
    expect(screen.page.get_by_text(TEXT).first).to_be_visible()  # HTML in a text is text
    screen.at(AT + timedelta(minutes=8))
    use(screen, "派单", 交给=cast.code("maintenance_foreman"), 交代一句="带上阀门")
    screen.at(AT + timedelta(hours=2))
    use(screen, "办结", 办理结果="已更换阀门,业主确认不漏")
    screen.at(AT + timedelta(hours=3))
    use(screen, "回访", 很满意="", 业主怎么说="来得很快")

    found = settled(cast, number)
    assert (found.state, found.satisfaction) == ("visited_back", 5)
    states = {one.code: one.state for one in found.promises if one.closed_at}
    assert states["assign"] == states["finish"] == states["visit_back"] == "kept"


def settled(cast: Cast, number: str) -> matters.MatterView:
    """Return the matter as it stands in the end."""
    return matters.matter(caller=cast.caller("manager"), number=number, at=AT + timedelta(hours=4))


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_every_page_on_both_screens(screen: Screen) -> None:
    cast = make_cast()
    cast.receive(at=AT - timedelta(minutes=30))
    number = cast.receive(kind="repair", important=True, text="漏" * 400)
    log_in(screen, cast.code("manager"))
    for path in (
        "/desk/?house=3-1-1201",
        "/matters/",
        "/matters/?state=closed",
        f"/matters/{number}/",
        "/work/",
        "/inbox/",
        "/standards/",
        "/standards/clauses/complaint.assign/",
        "/standards/history/",
        "/calendar/",
        "/figures/",
        "/figures/assign_on_time/",
        "/staff/",
        "/hire/",
        f"/staff/{cast.code('keeper')}/",
        f"/staff/{cast.code('keeper')}/hand-over/",
        "/roster/",
        "/me/",
        "/accounts/password/change/",
        "/accounts/2fa/",
    ):
        screen.go(path)
        screen.resize("phone")
        screen.fits()
        screen.resize("desk")


def test_what_was_typed_survives_a_refusal_and_a_broken_line(screen: Screen) -> None:
    cast = make_cast()
    log_in(screen, cast.code("receptionist"))
    page = screen.page
    text = page.get_by_role("textbox", name="内容")
    text.fill(TEXT)
    page.locator("#new-matter").get_by_text("报修", exact=True).click()
    page.get_by_label("房号", exact=True).fill("99-9-9999")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("没有房号为“99-9-9999”的房屋")).to_be_visible()
    expect(text).to_have_value(TEXT)
    page.context.set_offline(True)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("没有连上服务器")
    expect(text).to_have_value(TEXT)
