"""The pages that papers are printed from, on a desk and on a phone (WO-04, VIS-03, PLN-04)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork.models import ChargeSlip
from huiyin.fieldwork.tests.phone import a_job, a_picture, prices
from huiyin.files.actions import store_photo
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


def signed(cast: Cast) -> str:
    """Let a job be done, signed and visited back; return its number."""
    prices(cast)
    number = a_job(cast, accepted=True, caller="王丽", phone="13800000001")
    told: dict[str, Any] = {"by": cast.caller("technician"), "at": AT, "number": number}
    actions.arrive_at_matter(**told)
    fieldwork.add_line(**told, code="M01", quantity="1", price="38.50")
    file_id = store_photo(by=told["by"], at=AT, name="s.png", data=a_picture(7))
    fieldwork.sign_sheet(**told, name="王丽", file_id=file_id, amount="38.50")
    actions.finish_matter(**told, result="换角阀一个")
    desk: dict[str, Any] = {"by": cast.caller("receptionist"), "at": AT, "number": number}
    actions.visit_back(**desk, satisfaction=5, comment="师傅很准时,走时还擦了地")
    return number


def printed(screen: Screen, name: str) -> str:
    """Return what the paper behind a link says."""
    link = screen.page.get_by_role("link", name=name).first
    expect(link).to_have_attribute("target", "_blank")
    return screen.printed(link.get_attribute("href") or "")


@pytest.mark.rule("WO-04")
@pytest.mark.parametrize("screen", ["desk", "phone"], indirect=True)
def test_papers_are_printed_from_their_pages(screen: Screen) -> None:
    cast = make_cast()
    number = signed(cast)
    slip = ChargeSlip.objects.get().number
    screen.at(AT + HOUR)
    log_in(screen, cast.code("supervisor"))

    screen.go(f"/matters/{number}/sheet/")
    expect(screen.page.locator("#main")).to_contain_text("叁拾捌元伍角")
    assert "换角阀一个" in printed(screen, "打印工作单")

    screen.go(f"/slips/{slip}/")
    expect(screen.page.locator("#main")).to_contain_text("王丽")
    assert "叁拾捌元伍角" in printed(screen, "打印收费单")

    screen.go("/visits-back/")
    expect(screen.page.locator("#main")).to_contain_text("师傅很准时")
    assert "很满意" in printed(screen, "打印回访记录表")

    screen.go("/blanks/")
    assert "故障原因" in printed(screen, "打印空白表 服务工作单")

    screen.go("/figures/")
    assert "投诉统计分析报告" in printed(screen, "投诉分析报告")
    assert screen.complaints == []
