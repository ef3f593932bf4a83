"""The desk in a browser: a call rings and pops up, a shift is handed over (REC-01, REC-12)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from huiyin.desk import queries
from huiyin.desk.actions import make_key
from huiyin.desk.models import Call
from huiyin.desk.simulation import Exchange, PlannedCall
from huiyin.estate.models import Phone
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment
from tests.browser.test_first_light import SIZES, Screen, log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KNOWN = "13812345678"
END = moment("2026-03-16 14:50")
NEXT = moment("2026-03-16 14:55")


@pytest.fixture
def screen(browser: Browser, live_server: Any) -> Iterator[Screen]:
    """Open a desk's window and listen to what the console says."""
    width, height = SIZES["desk"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    seen = Screen(page, live_server.url)
    page.on("console", seen.hear)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.at(AT)
    yield seen
    context.close()


def ring(screen: Screen, secret: str, number: str, call_id: str = "c1") -> tuple[Exchange, Any]:
    """Let the exchange say, signed, that a call rings on 8001."""
    exchange = Exchange(screen.address, "YG", secret)
    call = PlannedCall(call_id, number, "8001", rings=2, talk=5, is_abandoned=False)
    exchange.tell(call, "ringing", AT, travel=True)
    return exchange, call


def take_seat(screen: Screen) -> None:
    """Say that one sits at 8001."""
    screen.go("/calls/")
    screen.page.get_by_label("分机号").fill("8001")
    screen.page.get_by_role("button", name="我坐这个分机").click()
    expect(screen.page.get_by_text("您坐在 8001 分机", exact=False).first).to_be_visible()


def card(page: Page) -> Any:
    """Return the card that popped up."""
    return page.locator(".hy-ring")


@pytest.mark.rule("REC-01")
@pytest.mark.rule("REC-02")
def test_a_call_pops_up_a_household_is_chosen_a_matter_made(screen: Screen) -> None:
    cast = make_cast()
    Phone.objects.create(person=cast.town.tenant, number=KNOWN)  # two households have it
    secret = make_key(by=cast.caller("manager"), at=AT, community="YG")
    log_in(screen, cast.code("receptionist"))
    take_seat(screen)
    screen.go("/matters/")  # wherever one is
    page = screen.page
    exchange, call = ring(screen, secret, KNOWN)
    expect(card(page)).to_contain_text("正在振铃", timeout=4000)
    expect(card(page)).to_contain_text("138****5678")
    expect(card(page)).to_contain_text("请问清是哪一户")
    screen.look()
    exchange.tell(call, "answered", AT + timedelta(seconds=8), travel=True)
    expect(card(page)).to_contain_text("已接听", timeout=4000)
    screen.resize("phone")
    screen.fits()
    screen.resize("desk")
    card(page).get_by_role("button", name="3-1-1202").click()
    expect(page.get_by_label("房号", exact=True)).to_have_value("3-1-1202")
    expect(page.get_by_label("来电号码")).to_have_value(KNOWN)
    expect(card(page)).to_be_visible()  # stays until it is put away
    page.get_by_role("textbox", name="内容").fill("客厅天花板漏水")
    page.get_by_role("textbox", name="内容").press("Alt+2")
    page.get_by_role("textbox", name="内容").press("Control+Enter")
    page.wait_for_url("**/desk/?done=*")
    matter = Matter.objects.select_related("house").get()
    assert matter.house is not None
    assert (matter.house.code, matter.caller_phone) == ("3-1-1202", KNOWN)
    assert Call.objects.get().raised == matter
    expect(card(page)).to_have_count(0, timeout=4000)
    screen.go("/calls/")
    expect(page.get_by_role("row", name=re.compile(matter.number))).to_contain_text("已接听")


@pytest.mark.rule("REC-12")
@pytest.mark.rule("HR-03")
def test_a_shift_is_kept_handed_over_taken_over_and_signed(screen: Screen) -> None:
    cast = make_cast()
    number = cast.receive()
    page = screen.page
    log_in(screen, cast.code("receptionist"))
    screen.go("/duty/")
    page.get_by_role("button", name="我来值这一班,签到").click()
    expect(page.get_by_text("在岗")).to_be_visible()
    page.get_by_label("内容").fill("三号楼电梯上午检修完毕")
    page.get_by_role("button", name="记一笔").click()
    expect(page.locator(".hy-timeline")).to_contain_text("三号楼电梯上午检修完毕")
    page.locator("summary", has_text="移交未结事项").click()
    page.get_by_label("事项", exact=False).first.select_option(number)
    page.get_by_label("交给").select_option(cast.code("dispatcher"))
    page.get_by_label("对方接收后,经办人也换成对方").check()
    page.get_by_role("button", name="移交未结事项").click()
    expect(page.get_by_text("等对方接收")).to_be_visible()
    screen.look()

    screen.at(END)
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.get_by_text("离岗四查还没有做完")).to_be_visible()
    screen.complaints.clear()  # of the browser, about the refusal itself
    screen.look()
    for check in ("门已锁好", "灯已关好", "窗已关好", "电器已断电"):
        page.get_by_label(check).check()
    page.get_by_role("button", name="查好了").click()
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.get_by_text("已交班,等接班")).to_be_visible()
    screen.look()
    address = page.url.removeprefix(screen.address)

    be(screen, cast, "dispatcher")
    screen.at(NEXT)
    screen.go(address)
    page.get_by_role("button", name="接班", exact=True).click()
    expect(page.get_by_text("等主管阅签").first).to_be_visible()
    page.get_by_role("button", name="接收", exact=True).click()
    expect(page.get_by_text("已接收", exact=True)).to_be_visible()
    assert Matter.objects.get(number=number).owner == cast.employee("dispatcher")

    be(screen, cast, "supervisor")
    screen.go(address)
    page.get_by_label("意见").fill("已阅,电梯请继续跟进")
    page.get_by_role("button", name="主管阅签").click()
    expect(page.get_by_text("已阅签").first).to_be_visible()
    assert "值班记录表" in screen.printed(f"{address}paper/")
    log = queries.duty_logs(caller=cast.caller("supervisor"), community="YG", at=NEXT).items[-1]
    assert log.standing == "signed"


def be(screen: Screen, cast: Cast, post: str) -> None:
    """Log out and in as somebody else."""
    screen.page.context.clear_cookies()
    log_in(screen, cast.code(post))


@pytest.mark.rule("REC-08")
def test_a_second_tap_on_a_slow_day_sends_nothing_twice(screen: Screen) -> None:
    cast = make_cast()
    log_in(screen, cast.code("receptionist"))
    screen.go("/visitors/new/?here=1")
    page = screen.page
    refused = page.locator("main form[method=post]").last.evaluate(
        """(form) => [1, 2].map(() => {
             const sent = new SubmitEvent("submit", { bubbles: true, cancelable: true });
             form.dispatchEvent(sent);
             return sent.defaultPrevented;
           })"""
    )
    assert refused == [False, True]  # the first is on its way, and a slow server shows nothing yet
