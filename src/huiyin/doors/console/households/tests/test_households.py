"""The account of a household on its pages."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.tests.bills import ahead, billed, offset, reverse
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_accounts import due
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import Cast


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


def test_the_box_leads_to_an_account(estate: Estate) -> None:
    desk = visitor(estate.cast, "receptionist")
    assert "先找到是哪一户" in text_of(desk.get("/households/"))
    hits = text_of(desk.get("/households/", htmx=True, find="wangli"))
    assert "/households/3-1-1201/" in hits
    assert "没有找到" in text_of(desk.get("/households/", htmx=True, find="99-9-9999"))
    exact = desk.get("/households/", find="3栋1单元1201")
    assert exact.status_code == 302 and exact["Location"] == "/households/3-1-1201/"
    assert desk.get("/households/3栋1单元1201/")["Location"] == "/households/3-1-1201/"
    assert desk.get("/households/99-9-9999/").status_code == 404


def test_an_account_shows_what_is_owed_ahead_and_billed(estate: Estate) -> None:
    bill = billed(estate, amount="300.00", **due(40))
    offset(estate, bill, "100.00")
    gone = billed(estate, amount="55.00", **due(3))
    reverse(gone)
    ahead(estate, "flat", "owner", "1234.50")
    page = text_of(visitor(estate.cast, "keeper").get("/households/3-1-1201/"))
    for said in ("200.00", "原 300.00", "逾期 40 天", "1,234.50", "部分未付", "已冲销", "王丽"):
        assert said in page, said
    assert f'href="/bills/{bill.number}/"' in page and "最近的预存冲抵" in page


def test_an_account_without_anything_says_so(estate: Estate) -> None:
    page = text_of(visitor(estate.cast, "keeper").get("/households/5-1-101/"))
    assert "没有欠费" in page and "还没有账单" in page and "没有登记住户" in page


def test_earlier_bills_come_by_cursor_as_rows_and_as_a_page(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [billed(estate, **due(n)).number for n in range(14)]
    desk = visitor(estate.cast, "finance")
    page = text_of(desk.get("/households/3-1-1201/"))
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rows = text_of(desk.get("/households/3-1-1201/", htmx=True, cursor=found[1]))
    assert made[-1] in rows and "<html" not in rows and rows.count("<tr>") == 2
    whole = text_of(desk.get("/households/3-1-1201/", cursor=found[1]))
    assert made[-1] in whole and "<html" in whole
    assert desk.get("/households/3-1-1201/", cursor="x").status_code == 422


def test_an_account_costs_the_same_however_much_is_open(estate: Estate) -> None:
    desk = visitor(estate.cast, "finance")
    desk.get("/households/3-1-1201/")
    counts = []
    for until in (2, 12):
        for number in range(until):
            billed(estate, **due(number))
        with CaptureQueriesContext(connection) as asked:
            desk.get("/households/3-1-1201/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 13


def test_what_is_typed_into_the_roster_is_only_text(estate: Estate) -> None:
    owner = estate.people["owner"]
    owner.name = "<b>王</b>"
    owner.save(update_fields=["name"])
    offset(estate, billed(estate), "1.00")
    page = text_of(visitor(estate.cast, "finance").get("/households/3-1-1201/"))
    assert "<b>王</b>" not in page and "&lt;b&gt;王" in page


def test_a_statement_of_any_days(estate: Estate) -> None:
    desk = visitor(estate.cast, "finance")
    page = desk.get("/households/3-1-1201/statement/")
    assert page.status_code == 200 and "这段时间没有往来" in text_of(page)
    backwards: dict[str, Any] = {"first": "2026-05-01", "last": "2026-03-01"}
    refused = desk.get("/households/3-1-1201/statement/", **backwards)
    assert refused.status_code == 422 and "开始日期应早于结束日期" in text_of(refused)
    assert "2026-05-01" in text_of(refused)
    strange = desk.get("/households/3-1-1201/statement/", first="x", last="")
    assert strange.status_code == 422


def test_a_bill_says_what_became_of_it(estate: Estate) -> None:
    bill = billed(estate, "let", "tenant", liable="landlord", item="water", amount="41.00")
    offset(estate, bill, "1.00")
    desk = visitor(estate.cast, "receptionist")
    page = text_of(desk.get(f"/bills/{bill.number}/"))
    for said in ("41.00", "40.00", "赵强", "孙房", "水费", "每一行怎么算的", "2026年第二季度"):
        assert said in page, said
    reverse(bill)
    assert "已整张冲销" in text_of(desk.get(f"/bills/{bill.number}/"))
    assert desk.get("/bills/YG-ZD-999999/").status_code == 404


def test_accounts_are_for_those_who_answer_owners(estate: Estate) -> None:
    bill = billed(estate)
    pages = (
        "/households/",
        "/households/3-1-1201/",
        "/households/3-1-1201/statement/",
        f"/bills/{bill.number}/",
        "/arrears/",
    )
    for page in pages:
        assert visitor(estate.cast, "technician").get(page).status_code == 403, page
    stranger = visitor(estate.cast, "E031")
    assert stranger.get(f"/bills/{bill.number}/").status_code == 404
    assert bill.number not in text_of(stranger.get("/households/3-1-1201/"))  # their own one


def test_the_desk_leads_to_the_account(estate: Estate) -> None:
    desk = text_of(visitor(estate.cast, "receptionist").get("/desk/", house="3-1-1201"))
    assert 'href="/households/3-1-1201/"' in desk
    other = text_of(visitor(estate.cast, "guard").get("/desk/", house="3-1-1201"))
    assert "/households/" not in other
