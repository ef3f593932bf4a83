"""The dispatcher's screen in a browser: it lives by itself and is acted from (REC-15)."""

import pytest
from playwright.sync_api import expect

from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FRESH = 5_000  # milliseconds within which a change is seen


@pytest.mark.rule("REC-15")
@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_the_board_lives_and_everything_is_done_from_it(screen: Screen) -> None:
    cast, page = make_cast(), screen.page
    log_in(screen, cast.code("dispatcher"))
    screen.go("/dispatch/")
    unassigned, stalled = page.locator("#list-unassigned"), page.locator("#list-stalled")
    expect(unassigned).to_contain_text("都已派出")

    number = cast.receive(kind="repair", text="水管爆了,水流到走廊")
    expect(unassigned).to_contain_text("水管爆了", timeout=FRESH)

    unassigned.get_by_text("水管爆了").click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text(number)
    panel.get_by_text("许技").click()
    panel.get_by_label("交代一句").fill("先关总阀")
    screen.look()
    panel.get_by_role("button", name="派单").click()
    expect(panel).to_contain_text("已派单")
    expect(unassigned).to_contain_text("都已派出", timeout=FRESH)
    expect(page.locator("#hands tr", has_text="许技")).to_contain_text("1", timeout=FRESH)

    panel.locator("summary", has_text="催办").click()
    panel.get_by_label("催一句").fill("业主在等")
    panel.get_by_role("button", name="催办").click()
    expect(panel).to_contain_text("已催办")
    screen.look()

    technician = cast.caller("technician")
    actions.finish_matter(by=technician, at=AT, number=number, result="已修好")
    expect(page.locator("#list-due")).to_contain_text("已办结", timeout=FRESH)
    expect(stalled).to_contain_text("没有停滞的")
    page.get_by_role("link", name="下一件").click()
    page.wait_for_url(f"**/matters/{number}/")
