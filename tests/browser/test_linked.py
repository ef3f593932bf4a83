"""Several reports of one problem, linked and told of in the browser, on a desk and on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from huiyin.matters.actions import assign_matter
from huiyin.matters.tests.cast import AT, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_report_is_linked_told_of_and_taken_out_again(
    screen: Screen, live_server: Any, transactional_db: None
) -> None:
    cast = make_cast()
    parent = cast.receive(kind="repair", text="3栋水管爆了,水从井道喷出来")
    child = cast.receive(
        kind="repair", house="5-1-101", caller="李明", phone="13900001111", text="家里没有水"
    )
    page = screen.page
    log_in(screen, cast.code("supervisor"))

    screen.go(f"/matters/{child}/")
    tool = page.locator("details", has_text="并入同一问题").first
    tool.locator("summary").click()
    search = tool.get_by_label("并入哪一件")
    search.press_sequentially("水管")
    expect(tool.get_by_role("radio")).to_have_count(1)
    screen.look()
    tool.get_by_role("radio").check()
    tool.get_by_role("button", name="并入同一问题").click()
    expect(page.get_by_text("这件事已并入")).to_be_visible()
    screen.look()

    page.get_by_role("link", name=parent).first.click()
    expect(page.get_by_text("同一问题的其他反映(1)")).to_be_visible()
    tool = page.locator("details", has_text="答复业主").first
    tool.locator("summary").click()
    tool.get_by_label("答复内容").fill("正在抢修,两小时内恢复")
    tool.get_by_label("同时告知另外 1 户").check()
    screen.look()
    tool.get_by_role("button", name="答复业主").click()
    expect(page.get_by_text("已完成:答复业主。")).to_be_visible()

    screen.go(f"/matters/{child}/")
    expect(page.get_by_text(f"随 {parent} 记录")).to_be_visible()
    tool = page.locator("details", has_text="解除合并").first
    tool.locator("summary").click()
    tool.get_by_label("为什么不是同一问题").fill("是自家水龙头")
    tool.get_by_role("button", name="解除合并").click()
    expect(page.get_by_text("这件事已并入")).to_have_count(0)
    screen.look()


def test_a_technician_gives_back_what_he_cannot_do(
    screen: Screen, live_server: Any, transactional_db: None
) -> None:
    cast = make_cast()
    number = cast.receive(kind="repair")
    by, to = cast.caller("dispatcher"), cast.code("technician")
    assign_matter(by=by, at=AT, number=number, to=to)
    screen.at(AT + timedelta(minutes=5))
    page = screen.page
    log_in(screen, to)

    screen.go(f"/matters/{number}/")
    tool = page.locator("details", has_text="退回").first
    tool.locator("summary").click()
    tool.get_by_label("为什么办不了").fill("要电工证,我没有")
    screen.look()
    tool.get_by_role("button", name="退回").click()
    page.wait_for_url("**/matters/")
    screen.look()
