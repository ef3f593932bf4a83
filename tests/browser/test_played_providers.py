"""The page of the played providers in a real browser: both sizes, renewing itself, no barrier."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from huiyin.fakes.box import Letter
from huiyin.fakes.keys import Keys
from huiyin.fakes.run import Running, running
from huiyin.notices.channels.tests.conftest import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def played() -> Iterator[Running]:
    nowhere = "http://127.0.0.1:1"
    with running(port=0, smtp_port=free_port(), huiyin=nowhere, keys=Keys(), delay=3600) as now:
        now.box.take(Letter("sms", "http", "13800130000", "【阳光花园】您的验证码是 482915。"))
        now.box.take(
            Letter("email", "smtp", "a-very-long-name@example.com", "您好", subject="停电")
        )
        now.box.take(Letter("wechat", "wechat", "oWang", "http://127.0.0.1/" + "long/" * 30))
        yield now


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_nothing_is_cut_off(page: Page, played: Running, width: int, height: int) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"http://127.0.0.1:{played.port}/")
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0 and complaints == []
    found: Any = Axe().run(page, options={"runOnly": LEVELS}).response["violations"]
    assert [one["id"] for one in found] == []


def test_the_page_renews_itself_and_keeps_what_is_typed(page: Page, played: Running) -> None:
    page.goto(f"http://127.0.0.1:{played.port}/")
    page.get_by_label("二维码的内容").fill("half a ticket")
    played.box.take(Letter("sms", "http", "13900139000", "刚刚发出的一条"))
    expect(page.get_by_text("刚刚发出的一条")).to_be_visible(timeout=15_000)
    expect(page.get_by_label("二维码的内容")).to_have_value("half a ticket")


def test_a_button_makes_the_next_message_fail(page: Page, played: Running) -> None:
    page.goto(f"http://127.0.0.1:{played.port}/")
    page.get_by_label("怎样").select_option("refused")
    page.get_by_role("button", name="就这样").click()
    expect(page.get_by_text("短信:接下来 1 条拒收,不必再试")).to_be_visible()
    assert played.box.take(Letter("sms", "http", "13900139000", "您好")).state == "refused"
