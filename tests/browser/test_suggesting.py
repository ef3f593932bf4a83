"""The desk proposes kind and urgency while one types, with answers and a guide beside the form."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from huiyin.knowledge.actions import keep_answer
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.rule("REC-07", "REC-13")
def test_a_proposal_is_adopted_and_nothing_typed_is_lost(screen: Screen) -> None:
    cast = make_cast()
    keep_answer(
        by=cast.caller("supervisor"),
        at=AT,
        community_id=cast.town.community.pk,
        question="家里漏水先怎么办?",
        answer="先关总阀,再打电话给我们。",
        words="漏水 厨房",
    )
    log_in(screen, cast.code("receptionist"))
    screen.go("/desk/")
    page = screen.page
    box = page.locator("#id_text")
    proposal = page.locator("#suggestion")

    box.press_sequentially("厨房漏水了")
    expect(proposal).to_contain_text("像是:报修")
    expect(proposal).to_contain_text("“漏水”")
    expect(proposal).to_contain_text("家里漏水先怎么办?")
    screen.look()
    page.keyboard.press("Alt+0")
    expect(kind(page, "repair")).to_be_checked()
    expect(proposal).to_contain_text("与您选的类别一致")
    expect(box).to_have_value("厨房漏水了")

    proposal.get_by_text("家里漏水先怎么办?").click()
    proposal.get_by_role("button", name="告诉业主这个答复").click()
    expect(proposal).to_contain_text("已记一次")
    expect(box).to_have_value("厨房漏水了")

    box.press_sequentially(",水流到插座,冒火花了")
    expect(proposal.get_by_role("alert")).to_contain_text("可能是紧急情况")
    screen.look()
    expect(kind(page, "repair")).to_be_checked()  # a person decides
    proposal.get_by_role("button", name="改为紧急投诉").click()
    expect(kind(page, "complaint.emergency")).to_be_checked()

    page.get_by_text("接待指引", exact=True).last.click()
    expect(page.locator("#guide")).to_contain_text("不要挂电话")
    screen.look()
    page.get_by_role("button", name="登记", exact=False).last.click()
    page.wait_for_url("**/desk/?done=*")
    assert Matter.objects.get().kind == "complaint.emergency"


def kind(page: Any, value: str) -> Any:
    """Return the radio of a kind."""
    return page.locator(f"#new-matter input[name=kind][value='{value}']")


def test_the_pages_fit_and_are_accessible(screen: Screen) -> None:
    cast = make_cast()
    keep_answer(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        question="停车月卡怎么办?",
        answer="带行驶证到前台登记。",
        owner_visible=True,
        review_on=AT.date(),
    )
    log_in(screen, cast.code("quality"))
    for path in ("knowledge", "knowledge/new", "guides", "guides/edit", "suggestions"):
        screen.go(f"/{path}/")
        if path == "guides":  # a one-pager is printed on one page
            printed = screen.page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
