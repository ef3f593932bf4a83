"""The reading walk on a phone: warned at once, kept without signal, held and settled (BIL-03)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from huiyin.matters.tests.cast import make_cast
from huiyin.meters.models import Reading, Skip
from huiyin.meters.tests.cast import WALK, Wall, make_wall
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.rule("BIL-03"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("screen", ["phone"], indirect=True),
]

AT = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the photos of these tests apart."""
    settings.HOME = tmp_path


def begin(screen: Screen, who: str = "technician") -> tuple[Wall, Page]:
    """Log in at the turn of the month and open the walk."""
    wall = make_wall(make_cast())
    screen.at(AT)
    log_in(screen, wall.cast.code(who))
    screen.go("/meters/")
    screen.page.locator(".mt-route", has_text=WALK).get_by_role("link", name="开始抄").click()
    expect(screen.page.locator("#walk[data-ready]")).to_be_visible()
    return wall, screen.page


def type_in(page: Page, value: str) -> None:
    """Type a figure and save it."""
    page.get_by_label("本次读数").fill(value)
    page.get_by_role("button", name="保存,下一只").click()


def sent(page: Page) -> None:
    """Wait until nothing waits on the phone."""
    expect(page.locator('#walk[data-waiting="0"]')).to_be_visible(timeout=10_000)


def test_one_after_the_other_with_a_warning_at_once(screen: Screen) -> None:
    wall, page = begin(screen)
    where, field = page.locator("[data-where]"), page.get_by_label("本次读数")
    expect(where).to_have_text("3-1-1201")
    expect(page.locator("[data-before]")).to_have_text("120")
    expect(field).to_be_focused()
    field.fill("131.5")
    expect(page.locator("#walk-says")).to_have_text("本次用量 11.5 吨")
    screen.look()
    field.press("Enter")
    expect(where).to_have_text("3-1-1202")
    expect(page.locator("[data-progress]")).to_have_text("1/3")

    field.fill("13")
    expect(page.locator("#walk-says")).to_contain_text("比上次少 107")
    screen.look()
    field.fill("1300")
    expect(page.locator("#walk-says")).to_contain_text("比平时多很多")
    field.fill("一百")
    page.get_by_role("button", name="保存,下一只").click()
    expect(page.locator("#walk-says")).to_contain_text("读数要填数字")
    expect(where).to_have_text("3-1-1202")
    type_in(page, "13")
    expect(where).to_have_text("5-1-101")

    page.get_by_text("抄不到?").click()
    page.get_by_role("button", name="家中无人").click()
    expect(page.get_by_role("heading", name="这条路线走完了")).to_be_visible()
    expect(page.locator("[data-summary]")).to_have_text("已抄 2 只,跳过 1 只,还没抄 0 只。")
    screen.look()
    page.get_by_role("link", name="上一只").click()
    expect(page.locator("[data-held]")).to_contain_text("比上次少,等工程主管或收费员核实")
    screen.look()
    sent(page)
    assert Reading.objects.get(read_on="2026-03-31", held="").value == 131.5
    assert Reading.objects.exclude(held="").get().meter_id == wall.meters["W-1202"].pk
    assert Skip.objects.get().reason == "家中无人"


def test_without_signal_nothing_is_lost(screen: Screen) -> None:
    _wall, page = begin(screen)
    page.context.set_offline(True)
    type_in(page, "131")
    expect(page.locator("[data-where]")).to_have_text("3-1-1202")
    expect(page.locator("[data-outbox]")).to_contain_text("没有信号")
    page.get_by_role("link", name="上一只").click()
    expect(page.locator("[data-done]")).to_contain_text("已抄 131 · 已存在手机里")
    page.get_by_role("link", name="下一只").click()
    type_in(page, "132")
    expect(page.locator("[data-progress]")).to_have_text("2/3")
    screen.complaints.clear()  # the browser's own words about a line that is down
    screen.fits()
    assert not Reading.objects.filter(read_on="2026-03-31").exists()
    page.context.set_offline(False)
    sent(page)
    assert Reading.objects.filter(read_on="2026-03-31").count() == 2


def test_closed_without_signal_and_opened_again(screen: Screen) -> None:
    wall, page = begin(screen)
    page.route("**/meters/walk/read/", lambda route: route.abort())
    type_in(page, "131")
    expect(page.locator("[data-outbox]")).to_be_visible()
    screen.complaints.clear()  # the network's own words about the request that was cut off
    page.unroute("**/meters/walk/read/")
    screen.go(f"/meters/walk/?route={WALK}")
    expect(page.locator("[data-progress]")).to_have_text("1/3")
    sent(page)
    assert Reading.objects.get(read_on="2026-03-31").meter_id == wall.meters["W-1201"].pk


def test_read_by_another_meanwhile_and_corrected(screen: Screen) -> None:
    wall, page = begin(screen, "maintenance_foreman")
    wall.read("W-1201", "130")
    type_in(page, "131")
    sent(page)
    screen.complaints.clear()  # the browser's own words about an answer of 409
    page.get_by_role("link", name="上一只").click()
    expect(page.locator("[data-refused]")).to_contain_text("已经抄过,读数是 130")
    expect(page.get_by_label("本次读数")).to_have_value("131")
    screen.look()
    page.get_by_role("button", name="保存,下一只").click()
    sent(page)
    assert Reading.objects.get(read_on="2026-03-31", voided_at=None).value == 131


def test_corrected_on_the_spot(screen: Screen) -> None:
    _wall, page = begin(screen)
    type_in(page, "113")
    expect(page.locator("[data-where]")).to_have_text("3-1-1202")
    sent(page)
    page.get_by_role("link", name="上一只").click()
    expect(page.get_by_label("本次读数")).to_have_value("113")
    expect(page.locator("[data-held]")).to_contain_text("比上次少")
    type_in(page, "131")
    sent(page)
    page.get_by_role("link", name="上一只").click()
    expect(page.locator("[data-done]")).to_contain_text("已抄 131")
    live = Reading.objects.get(read_on="2026-03-31", voided_at=None)
    assert (live.value, live.held) == (Decimal(131), "")
