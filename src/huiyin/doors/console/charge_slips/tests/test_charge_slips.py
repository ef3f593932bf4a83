"""Signed slips and what is collected for utilities, on their pages (BIL-04, BIL-16)."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.models import Assignment, HandOver, Slip
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_agency import billed, enter
from huiyin.billing.tests.test_slips import IN_APRIL, april, write
from huiyin.doors.console.tests.visit import Visitor, paper_of, text_of, visitor
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.matters.tests.cast import Cast

__all__ = ["april", "billed"]
EMPTY = {"line-TOTAL_FORMS": "6", "line-INITIAL_FORMS": "0"}


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


@pytest.fixture
def desk(estate: Estate) -> Visitor:
    """The receptionist's browser."""
    return visitor(estate.cast, "receptionist")


def filled(**given: object) -> dict[str, object]:
    """Return the form of three bottles of water as somebody fills it in."""
    return {
        **EMPTY,
        "item": "slips",
        "house": "3-1-1201",
        "done_on": "2026-03-16",
        "signed_name": "王丽",
        "key": str(uuid4()),
        "line-0-text": "桶装水",
        "line-0-quantity": "3",
        "line-0-unit": "桶",
        "line-0-price": "18.5",
        **given,
    }


def test_empty_pages_say_what_comes_first(estate: Estate, desk: Visitor) -> None:
    assert "还没有单据" in text_of(desk.get("/charge-slips/"))
    assert "没有这种状态的单据" in text_of(desk.get("/charge-slips/", htmx=True, state="void"))
    assert desk.get("/charge-slips/", state="colour").status_code == 422
    Assignment.objects.all().delete()
    estate.items["slips"].delete()
    assert "还没有按单据收费的项目" in text_of(desk.get("/charge-slips/new/"))


@pytest.mark.rule("BIL-04")
def test_a_paper_slip_is_taken_down_and_voided_by_two(estate: Estate, desk: Visitor) -> None:
    paper = SimpleUploadedFile("slip.png", a_picture(), "image/png")
    written = desk.post("/charge-slips/new/", filled(scan=paper))
    assert written.status_code == 302
    number = Slip.objects.get().number
    page = text_of(desk.get(written.url))
    assert "55.50" in page and "伍拾伍元伍角" in page and "待计费" in page
    assert desk.get(f"{written.url}scan/").status_code == 200
    printed = paper_of(desk.get(f"{written.url}paper/"))
    assert "特约服务单" in printed and "55.50" in printed and "王丽" in printed
    assert number in text_of(desk.get("/charge-slips/"))
    collector, finance = visitor(estate.cast, "collector"), visitor(estate.cast, "finance")
    assert "同意作废" not in text_of(collector.get(written.url))
    collector.post(written.url, {"step": "ask", "ask-reason": "记错了户"})
    assert "同意作废" not in text_of(collector.get(written.url))
    assert "记错了户" in text_of(finance.get(written.url))
    assert finance.post(written.url, step="void").status_code == 302
    assert "已作废" in text_of(finance.get(written.url))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"house": "9-9-9"}, "没有房号为"),
        ({"line-0-quantity": "三"}, "第 1 行"),
        ({"line-0-text": ""}, "请填写"),
        ({"done_on": "2026-03-17"}, "还没到"),
        ({"item": ""}, "必填"),
        (
            dict.fromkeys(("line-0-text", "line-0-quantity", "line-0-price", "line-0-unit"), ""),
            "1 到 30",
        ),
    ],
)
def test_a_refused_slip_keeps_what_was_typed(
    estate: Estate, desk: Visitor, wrong: dict[str, object], said: str
) -> None:
    paper = SimpleUploadedFile("slip.png", a_picture(), "image/png")
    refused = desk.post("/charge-slips/new/", filled(scan=paper, **wrong))
    page = text_of(refused)
    assert refused.status_code == 422 and said in page
    assert "王丽" in page and "扫描件已收到" in page
    assert not Slip.objects.exists()


def test_a_double_click_writes_one_slip(estate: Estate, desk: Visitor) -> None:
    form = filled()
    assert desk.post("/charge-slips/new/", form).url == desk.post("/charge-slips/new/", form).url
    assert Slip.objects.count() == 1


def test_the_list_is_walked_by_cursor_and_costs_the_same(
    estate: Estate, desk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.billing.queries.slips.PAGE", 2)
    desk.get("/charge-slips/")
    counts, page = [], ""
    for _ in range(3):
        write(estate)
        with CaptureQueriesContext(connection) as asked:
            page = text_of(desk.get("/charge-slips/", state="waiting"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 12
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rest = text_of(desk.get("/charge-slips/", htmx=True, state="waiting", cursor=found[1]))
    assert rest.count("<tr>") == 1 and "<html" not in rest


@pytest.mark.rule("BIL-16")
def test_a_payment_to_a_utility_is_entered_by_one_and_confirmed_by_another(
    billed: Estate,
) -> None:
    collector, finance = visitor(billed.cast, "collector"), visitor(billed.cast, "finance")
    form: dict[str, object] = {
        "item": "gas",
        "amount": "88.81",
        "paid_on": "2026-04-01",
        "paper": "回单 0411",
        "key": str(uuid4()),
        "advanced": "on",
    }
    path = "/charge-slips/agency/"
    refused = collector.post(path, form, at=IN_APRIL)
    assert refused.status_code == 422 and "不能交得比出账的多" in text_of(refused)
    assert collector.post(path, {**form, "amount": "80"}, at=IN_APRIL).status_code == 302
    page = text_of(collector.get(path, at=IN_APRIL))
    assert "公司垫付" in page and "待另一人确认" in page and ">确认</button>" not in page
    pk = HandOver.objects.get().pk
    assert ">确认</button>" in text_of(finance.get(path, at=IN_APRIL))
    finance.post(f"{path}{pk}/", step="confirm", at=IN_APRIL)
    assert "已确认入账" in text_of(finance.get(path, at=IN_APRIL))
    finance.post(f"{path}{pk}/", step="confirm", at=IN_APRIL)  # a second click says so, no fault
    assert finance.post(f"{path}{pk}/", step="dance").status_code == 404
    assert finance.get(f"{path}{pk}/scan/").status_code == 404


def test_a_payment_nobody_confirmed_is_dropped_for_a_reason(billed: Estate) -> None:
    pk = enter(billed, "1", advanced=True)
    collector = visitor(billed.cast, "collector")
    path = f"/charge-slips/agency/{pk}/"
    collector.post(path, step="drop", at=IN_APRIL)
    assert HandOver.objects.get().state == "entered"
    collector.post(path, step="drop", reason="银行退回", at=IN_APRIL)
    assert HandOver.objects.get().state == "dropped"
