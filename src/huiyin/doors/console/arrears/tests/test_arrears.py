"""Arrears at a glance on their page."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.tests.bills import ahead, billed
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_accounts import due
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import Cast


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


def test_a_community_without_arrears_is_told_so(estate: Estate) -> None:
    page = text_of(visitor(estate.cast, "manager").get("/arrears/"))
    assert "没有欠费" in page and "0.00" in page


def test_what_is_late_is_listed_first_and_the_rest_on_request(estate: Estate) -> None:
    billed(estate, amount="12345.67", **due(200))
    billed(estate, "shop", "company", amount="88.00", **due(-3))
    ahead(estate, "flat", "owner", "5.00")
    desk = visitor(estate.cast, "collector")
    page = text_of(desk.get("/arrears/"))
    assert "12,345.67" in page and "12,433.67" in page and "200 天" in page
    assert "138****5678" in page and "13812345678" not in page
    assert "/households/3-1-1201/" in page and "/households/S-01/" not in page
    everything = text_of(desk.get("/arrears/", min_days="0"))
    assert "/households/S-01/" in everything and "未到期" in everything
    narrowed = text_of(desk.get("/arrears/", htmx=True, building="5"))
    assert "没有符合条件的欠费" in narrowed and "<html" not in narrowed


@pytest.mark.parametrize(
    "asked",
    [
        {"min_days": "x"},
        {"min_days": "-1"},
        {"min_days": "99999"},
        {"building": "x"},
        {"item": "x"},
        {"cursor": "x"},
    ],
)
def test_a_strange_filter_is_no_fault(estate: Estate, asked: dict[str, Any]) -> None:
    assert visitor(estate.cast, "finance").get("/arrears/", **asked).status_code == 422


def test_the_list_is_walked_by_cursor_and_costs_the_same(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.doors.console.arrears.views.PAGE", 2)
    desk, counts, page = visitor(estate.cast, "finance"), [], ""
    desk.get("/arrears/")
    for house, payer in (("flat", "owner"), ("let", "tenant"), ("shop", "company")):
        billed(estate, house, payer, **due(3))
        with CaptureQueriesContext(connection) as asked:
            page = text_of(desk.get("/arrears/"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 14
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rest = text_of(desk.get("/arrears/", htmx=True, cursor=found[1]))
    assert rest.count("<tr>") == 1 and "<html" not in rest
