"""The books on their pages: looked through, exported, locked after one question (FIN-13)."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.ledger.models import Book, Journal
from huiyin.ledger.tests import blocks
from huiyin.matters.tests.cast import Cast


def told(response: Any, status: int) -> str:
    """Return what a page says that refuses something."""
    assert response.status_code == status
    return text_of(response)


def sent(response: Any) -> bytes:
    """Return the file of an answer, and close it as a server does."""
    assert response.status_code == 200
    content: bytes = response.getvalue()
    for close in response._resource_closers:
        close()
    return content


def test_a_community_without_books_opens_them(cast: Cast) -> None:
    finance = visitor(cast, "finance")
    assert "还没有开账" in text_of(finance.get("/ledger/"))
    refused = finance.post("/ledger/open/", opened_on="x")
    assert refused.status_code == 422 and "有效" in told(refused, 422)
    assert finance.post("/ledger/open/", opened_on="2026-01-01").status_code == 302
    assert "还没有凭证" in text_of(finance.get("/ledger/"))
    assert finance.post("/ledger/open/", opened_on="2026-02-01").status_code == 422
    assert Book.objects.get().opened_on == date(2026, 1, 1)


def test_a_collector_reads_that_finance_opens_the_books(cast: Cast) -> None:
    page = text_of(visitor(cast, "collector").get("/ledger/"))
    assert "请财务或项目经理先开账" in page and "<form" not in page.split("hy-head")[1]


@pytest.mark.rule("FIN-13")
def test_entries_are_listed_narrowed_and_opened(cast: Cast) -> None:
    blocks.open_books(cast)
    posted = blocks.post(cast, memo="<b>一季度</b>")
    blocks.post(cast, "bill:2", "1234.50", business_on=date(2026, 2, 3))
    finance = visitor(cast, "finance")
    page = text_of(finance.get("/ledger/"))
    assert "1,234.50" in page and "386.12" in page and "<b>一季度" not in page
    few = text_of(finance.get("/ledger/", htmx=True, first="2026-03-01", account="1122"))
    assert "386.12" in few and "1,234.50" not in few and "<html" not in few
    assert "没有符合条件的凭证" in text_of(finance.get("/ledger/", house="3-1-1202"))
    one = text_of(finance.get(f"/ledger/{posted.id}/"))
    assert "应收账款" in one and "2026-03 第 1 号" in one and "/households/3-1-1201/" in one
    assert finance.get("/ledger/0/").status_code == 404


@pytest.mark.parametrize("asked", [{"first": "x"}, {"kind": "x"}, {"account": "x"}])
def test_a_strange_filter_is_told_at_its_field(cast: Cast, asked: dict[str, Any]) -> None:
    blocks.open_books(cast)
    assert visitor(cast, "finance").get("/ledger/", **asked).status_code == 422


def test_the_list_is_walked_by_cursor_and_costs_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.doors.console.ledger.views.PAGE", 2)
    blocks.open_books(cast)
    finance, counts, page = visitor(cast, "finance"), [], ""
    finance.get("/ledger/")
    for number in range(1, 4):
        blocks.post(cast, f"bill:{number}")
        with CaptureQueriesContext(connection) as asked:
            page = text_of(finance.get("/ledger/"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 12
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rest = text_of(finance.get("/ledger/", htmx=True, cursor=found[1]))
    assert rest.count("<tr>") == 1 and "<html" not in rest


def test_the_trial_balance_balances_over_days(cast: Cast) -> None:
    blocks.open_books(cast)
    finance = visitor(cast, "finance")
    assert "还没有发生额" in text_of(finance.get("/ledger/trial/"))
    blocks.post(cast)
    page = text_of(finance.get("/ledger/trial/"))
    assert "借贷平衡" in page and "386.12" in page and "-386.12" in page
    refused = finance.get("/ledger/trial/", first="2026-03-02", last="2026-03-01")
    assert "不能早于" in told(refused, 422)


@pytest.mark.rule("FIN-13")
def test_vouchers_leave_as_csv_and_workbook(cast: Cast) -> None:
    blocks.open_books(cast)
    blocks.post(cast, memo="=1+1")
    finance = visitor(cast, "finance")
    assert "导出 Excel" in text_of(finance.get("/ledger/export/"))
    days: dict[str, Any] = {"first": "2026-03-01", "last": "2026-03-31"}
    answer = finance.get("/ledger/export/", **{**days, "as": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="YG-2026-03-01-2026-03-31.csv"'
    text = sent(answer).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1][3] == "'=1+1"
    book = finance.get("/ledger/export/", **{**days, "as": "xlsx"})
    assert sent(book)[:2] == b"PK"
    assert finance.get("/ledger/export/", **{**days, "as": "pdf"}).status_code == 404
    backwards = finance.get("/ledger/export/", first="2026-03-31", last="2026-03-01")
    assert backwards.status_code == 422


@pytest.mark.rule("BIL-14")
def test_days_are_locked_after_one_question(cast: Cast) -> None:
    blocks.open_books(cast)
    finance = visitor(cast, "finance")
    page = text_of(finance.get("/ledger/lock/"))
    assert 'value="2026-02-28"' in page and "确定锁账" in page
    assert "当天还没有过完" in told(finance.post("/ledger/lock/", until_on="2026-03-16"), 422)
    assert finance.post("/ledger/lock/", until_on="2026-02-28").status_code == 302
    assert "已锁到 2026-02-28" in text_of(finance.get("/ledger/"))
    assert "只能往后锁" in told(finance.post("/ledger/lock/", until_on="2026-01-31"), 422)
    assert visitor(cast, "collector").get("/ledger/lock/").status_code == 403
    assert Journal.objects.count() == 0
