"""Prepayments on their pages: taken once, offset, undone, and reconciled (BIL-09, BIL-15)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.models import Allocation, Prepaid, Terms
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_prepaid import balance, billed, left, taken
from huiyin.billing.tests.test_reconciliation import some_months
from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.ledger.models import Journal
from huiyin.matters.tests.cast import Cast


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


@pytest.fixture
def finance(estate: Estate) -> Visitor:
    """Somebody who keeps the money."""
    return visitor(estate.cast, "finance")


def told(response: Any, status: int) -> str:
    """Return what a page says that refuses something."""
    assert response.status_code == status
    return text_of(response)


def an_advance(estate: Estate, **given: Any) -> dict[str, Any]:
    return {
        "house": "3-1-1201",
        "person_id": estate.people["owner"].pk,
        "amount": "500",
        "account": "1001",
        "business_on": "2026-03-16",
        "memo": "",
        "key": str(uuid4()),
        **given,
    }


def page_of(estate: Estate) -> str:
    return f"/prepaid/3-1-1201/{estate.people['owner'].pk}/"


def test_nobody_has_paid_in_advance(finance: Visitor) -> None:
    page = text_of(finance.get("/prepaid/"))
    assert "还没有预存" in page and "现在就冲抵" not in page


def test_an_advance_begins_with_the_house(finance: Visitor) -> None:
    assert "下一步" in text_of(finance.get("/prepaid/take/"))
    assert "9-9-999" in told(finance.get("/prepaid/take/", house="9-9-999"), 404)
    page = text_of(finance.get("/prepaid/take/", house="3-1-1201"))
    assert "王丽" in page and 'value="2026-03-16"' in page


@pytest.mark.rule("BIL-09")
def test_an_advance_is_taken_once_however_often_it_is_sent(
    estate: Estate, finance: Visitor
) -> None:
    form = an_advance(estate)
    for _again in range(2):
        answer = finance.post("/prepaid/take/", form)
        assert (answer.status_code, answer["Location"]) == (302, page_of(estate))
    assert balance(estate) == 500
    assert "没有重复入账" in text_of(finance.get(page_of(estate)))
    refused = told(finance.post("/prepaid/take/", {**form, "amount": "600"}), 422)
    assert "内容不同" in refused and form["key"] not in refused and 'value="600"' in refused


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "-5"}, "不小于 0"),
        ({"amount": "0"}, "大于 0"),
        ({"person_id": ""}, "必填"),
        ({"business_on": "2026-03-17"}, "今天之后"),
        ({"account": "600101"}, "600101"),
    ],
)
def test_what_is_no_advance_is_told_and_stays_typed(
    estate: Estate, finance: Visitor, given: dict[str, Any], said: str
) -> None:
    form = an_advance(estate, memo="现场交", **given)
    page = told(finance.post("/prepaid/take/", form), 422)
    assert said in page and 'value="现场交"' in page
    assert not Journal.objects.exists()


def test_a_collector_reads_and_does_not_take(estate: Estate) -> None:
    taken(estate)
    desk = visitor(estate.cast, "collector")
    page = text_of(desk.get("/prepaid/"))
    assert "500.00" in page and "收预存" not in page
    assert desk.get("/prepaid/take/").status_code == 403
    assert desk.post("/prepaid/offset/").status_code == 403


@pytest.mark.rule("BIL-09")
def test_it_is_offset_at_once_and_undone_with_a_reason(estate: Estate, finance: Visitor) -> None:
    bill = billed(estate, amount="300.00")
    taken(estate)
    finance.post("/prepaid/offset/")
    assert "已冲抵 1 户,共 300.00 元" in text_of(finance.get("/prepaid/"))
    assert left(bill) == 0
    finance.post("/prepaid/offset/")
    assert "没有可以冲抵的" in text_of(finance.get("/prepaid/"))
    one = Allocation.objects.get()
    assert bill.number in text_of(finance.get(page_of(estate)))
    undo = {"allocation_id": one.pk, "reason": ""}
    assert "必填" in told(finance.post(page_of(estate), undo), 422)
    assert finance.post(page_of(estate), {**undo, "reason": "业主要求"}).status_code == 302
    assert left(bill) == 300
    assert "已撤销" in text_of(finance.get(page_of(estate)))
    assert "撤销过" in told(finance.post(page_of(estate), {**undo, "reason": "再来"}), 422)


def test_balances_are_found_and_walked_at_the_same_cost(
    estate: Estate, finance: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.doors.console.prepaid.views.PAGE", 2)
    counts, page = [], ""
    finance.get("/prepaid/")
    for house, person in (("flat", "owner"), ("let", "tenant"), ("shop", "company")):
        taken(estate, house_id=estate.houses[house].pk, person_id=estate.people[person].pk)
        with CaptureQueriesContext(connection) as asked:
            page = text_of(finance.get("/prepaid/"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 12
    found = re.search(r"cursor=([\w-]+)", page)
    assert found
    rest = text_of(finance.get("/prepaid/", htmx=True, cursor=found[1]))
    assert rest.count("<tr>") == 1 and "S-01" in rest
    assert "没有找到" in text_of(finance.get("/prepaid/", q="没有这人"))
    assert finance.get("/prepaid/", cursor="x").status_code == 422
    assert Prepaid.objects.count() == 3


# -- accounts by months


@pytest.mark.rule("BIL-15")
def test_accounts_with_the_developer_are_agreed_on(estate: Estate, finance: Visitor) -> None:
    some_months(estate)
    page = text_of(finance.get("/prepaid/accounts/"))
    assert "阳光置业" in page and "1,008.00" in page and "3-1-1401" in page
    form = {"person": estate.developer.pk, "month": "2026-02", "until": "2026-03"}
    answer = finance.post("/prepaid/accounts/", form)
    assert answer.status_code == 302 and "month=2026-03" in answer["Location"]
    assert "一致" in text_of(finance.get(answer["Location"]))
    assert "已经对过账" in told(finance.post("/prepaid/accounts/", form), 409)
    not_over = {**form, "month": "2026-03"}
    assert "还没有过完" in told(finance.post("/prepaid/accounts/", not_over), 409)


def test_accounts_with_an_owner_open_from_the_balance(estate: Estate, finance: Visitor) -> None:
    taken(estate)
    owner = estate.people["owner"].pk
    assert "王丽" in text_of(finance.get("/prepaid/accounts/", person=owner))


def test_without_a_developer_it_says_where_to_name_one(estate: Estate, finance: Visitor) -> None:
    Terms.objects.update(developer=None)
    assert "还没有登记开发商" in text_of(finance.get("/prepaid/accounts/"))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"person": "x"}, 404),
        ({"person": "0"}, 404),
        ({"month": "x"}, 422),
        ({"month": "1999-01"}, 422),
    ],
)
def test_strange_questions_are_no_fault(
    finance: Visitor, asked: dict[str, Any], status: int
) -> None:
    assert finance.get("/prepaid/accounts/", **asked).status_code == status
