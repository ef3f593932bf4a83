"""Shared costs on their pages: entered, looked at, shared out, dropped (BIL-02)."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.models import Pool, Scope, Share
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_pools import enter, scope
from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.matters.tests.cast import Cast


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


@pytest.fixture
def desk(estate: Estate) -> Visitor:
    """The collector's browser."""
    return visitor(estate.cast, "collector")


def filled(scope_id: int, **given: object) -> dict[str, object]:
    """Return the form of a water bill as somebody fills it in."""
    return {
        "item": "shared_water",
        "scope_id": scope_id,
        "name": "2025年第四季度公摊水费",
        "from_on": "2025-10-01",
        "last_on": "2025-12-31",
        "amount": "12345.67",
        "paper": "水-2025-12",
        "basis": "area",
        "vacant": "developer",
        "key": str(uuid4()),
        **given,
    }


def test_an_empty_page_says_what_comes_first(estate: Estate, desk: Visitor) -> None:
    assert "还没有公摊费用" in text_of(desk.get("/shared-costs/"))
    assert "还没有分摊范围" in text_of(desk.get("/shared-costs/new/"))
    assert "新的分摊范围" in text_of(desk.get("/shared-costs/scopes/"))
    estate.items["shared_water"].in_use = False
    estate.items["shared_water"].save(update_fields=["in_use"])
    assert "还没有公摊项目" in text_of(desk.get("/shared-costs/new/"))
    reader = text_of(visitor(estate.cast, "receptionist").get("/shared-costs/"))
    assert "录入公摊费用" not in reader


@pytest.mark.rule("BIL-02")
def test_from_the_scope_to_shares_that_add_up(estate: Estate, desk: Visitor) -> None:
    made = desk.post(
        "/shared-costs/scopes/", name="全部住宅", kinds=["flat"], but="3-1-1301,5-1-101"
    )
    assert made.status_code == 302
    entered = desk.post("/shared-costs/new/", filled(Scope.objects.get().pk))
    assert entered.status_code == 302
    preview = text_of(desk.get(entered.url))
    assert "12,345.67" in preview and "405.88" in preview and "4 户" in preview
    odd = preview.count("+0.01")
    assert "确认分摊" in preview and odd in (1, 2, 3)
    assert not Share.objects.exists()
    assert desk.post(entered.url, step="share").status_code == 302
    done = text_of(desk.get(entered.url))
    assert "已分摊" in done and "确认分摊" not in done and done.count("+0.01") == odd
    again = desk.post(entered.url, step="share")
    assert again.status_code == 409 and "已经分摊过" in text_of(again)


def test_a_house_without_an_area_is_named_before_anything_is_shared(
    estate: Estate, desk: Visitor
) -> None:
    pool_id = enter(estate, scope(estate, but=""))
    page = text_of(desk.get(f"/shared-costs/{pool_id}/"))
    assert "没有登记面积:3-1-1301" in page and "确认分摊" not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_on": "2025-09-01"}, "最后一天不能早于第一天"),
        ({"amount": ""}, "请填写缴费单金额"),
        ({"amount": "-3"}, "不小于 0"),
        ({"basis": "meter"}, "哪一种表"),
        ({"amount": "", "meter": "X-1", "price": "4"}, "没有编号为“X-1”的表"),
        ({"basis": "weight", "weights": "什么"}, "第 1 行看不懂"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_its_scan(
    estate: Estate, desk: Visitor, wrong: dict[str, object], said: str
) -> None:
    photo = SimpleUploadedFile("bill.png", a_picture(), "image/png")
    form = filled(scope(estate), scan=photo, **wrong)
    refused = desk.post("/shared-costs/new/", form)
    page = text_of(refused)
    assert refused.status_code == 422 and said in page
    assert "2025年第四季度公摊水费" in page and "扫描件已收到" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    right = filled(Scope.objects.get().pk, kept=kept[1])
    entered = desk.post("/shared-costs/new/", right)
    assert entered.status_code == 302
    scan = desk.get(f"{entered.url}scan/")
    assert scan.status_code == 200 and scan["X-Content-Type-Options"] == "nosniff"


def test_a_scan_that_is_none_is_refused_beside_its_field(estate: Estate, desk: Visitor) -> None:
    photo = SimpleUploadedFile("bill.txt", b"12345.67", "text/plain")
    refused = desk.post("/shared-costs/new/", filled(scope(estate), scan=photo))
    assert refused.status_code == 422 and "只接受 JPEG" in text_of(refused)
    assert not Pool.objects.exists()


def test_dropped_for_a_reason(estate: Estate, desk: Visitor) -> None:
    pool_id = enter(estate)
    path = f"/shared-costs/{pool_id}/"
    assert desk.post(path, {"step": "drop", "drop-reason": ""}).status_code == 422
    assert desk.post(path, {"step": "drop", "drop-reason": "金额抄错"}).status_code == 302
    assert "已作废" in text_of(desk.get(path))
    assert desk.post(path, step="dance").status_code == 404


def test_a_scope_is_changed_and_its_choice_shown(estate: Estate, desk: Visitor) -> None:
    pk = scope(estate)
    page = text_of(desk.get(f"/shared-costs/scopes/{pk}/"))
    assert "3-1-1301" in page and "5-1-101" in page and "checked" in page
    changed = desk.post(f"/shared-costs/scopes/{pk}/", name="商铺", kinds=["shop"])
    assert changed.status_code == 302
    assert "商铺" in text_of(desk.get("/shared-costs/scopes/"))
    wrong = desk.post(f"/shared-costs/scopes/{pk}/", name="商铺", houses="9-9-9")
    assert wrong.status_code == 422 and "没有房号" in text_of(wrong)
    assert desk.get("/shared-costs/scopes/999999/").status_code == 404


def test_lists_are_walked_by_cursor_and_cost_the_same(
    estate: Estate, desk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.billing.queries.pools.PAGE", 2)
    desk.get("/shared-costs/")
    counts, page, pool_id = [], "", 0
    for number in range(3):
        pool_id = enter(estate, scope(estate, f"范围{number}"), paper=f"水-{number}")
        with CaptureQueriesContext(connection) as asked:
            page = text_of(desk.get("/shared-costs/"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 12
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rest = text_of(desk.get("/shared-costs/", htmx=True, cursor=found[1]))
    assert rest.count("<tr>") == 1 and "<html" not in rest
    with CaptureQueriesContext(connection) as asked:
        one = text_of(desk.get(f"/shared-costs/{pool_id}/"))
    assert len(asked) <= 18
    found = re.search(r"cursor=([\w-]+)", one)
    assert found
    rest = text_of(desk.get(f"/shared-costs/{pool_id}/", htmx=True, cursor=found[1]))
    assert rest.count("<tr>") == 2 and "<html" not in rest
