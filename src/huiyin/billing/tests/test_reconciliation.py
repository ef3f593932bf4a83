"""Balances as pages read them, and accounts with developer and owners month by month (BIL-15)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.actions import prepaid
from huiyin.billing.actions.reconciling import UnableToReconcile, reconcile
from huiyin.billing.models import Allocation
from huiyin.billing.queries import prepaid as queries
from huiyin.billing.queries.prepaid import MonthRow, Reconciliation
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.test_prepaid import billed, offset, taken
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.ledger.tests.blocks import yuan
from huiyin.matters.tests.cast import AT

pytestmark = pytest.mark.django_db
JAN, FEB, MARCH = date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 1)


def seen(estate: Estate, month: date = MARCH, person: str = "developer") -> Reconciliation:
    return queries.reconciliation(
        caller=estate.caller("finance"),
        community_id=estate.community.pk,
        person_id=estate.people[person].pk,
        month=month,
    )


def some_months(estate: Estate) -> None:
    """The developer is billed twice for what is unsold, and pays in advance in between."""
    billed(estate, house="unsold", payer="developer", amount="1008.00", issued_on=JAN)
    taken(
        estate,
        "1500.00",
        house_id=estate.houses["unsold"].pk,
        person_id=estate.developer.pk,
        business_on=FEB,
    )
    offset(estate, on=FEB)
    later: dict[str, Any] = {
        "from_on": date(2026, 7, 1),
        "until_on": date(2026, 10, 1),
        "issued_on": MARCH,
    }
    billed(estate, house="unsold", payer="developer", amount="600.00", **later)
    billed(estate, amount="77.00", issued_on=MARCH)


@pytest.mark.rule("BIL-15")
def test_receivable_advance_and_overdue_lead_from_month_to_month(estate: Estate) -> None:
    some_months(estate)
    found = seen(estate)
    assert found.person == "阳光置业" and len(found.months) == 12
    march, february, january = found.months[:3]
    assert (january.billed, january.owed) == yuan(1008, 1008)
    assert (february.settled, february.owed) == yuan(1008, 0)
    assert (february.received, february.used, february.ahead) == yuan(1500, 1008, 492)
    assert (march.billed, march.owed, march.ahead) == yuan(600, 600, 492)
    for row in found.months:
        assert row.owed == row.owed_before + row.billed - row.settled
        assert row.ahead == row.ahead_before + row.received - row.used
    for older, newer in zip(found.months[1:], found.months, strict=False):
        assert (newer.owed_before, newer.ahead_before) == (older.owed, older.ahead)
    assert [(one.house, (one.owed, one.ahead)) for one in found.houses] == [
        ("3-1-1401", yuan(600, 492))
    ]


def test_what_lies_before_the_twelve_months_is_their_opening(estate: Estate) -> None:
    some_months(estate)
    first = seen(estate, date(2027, 3, 1)).months[-1]
    assert (first.owed_before, first.ahead_before, first.billed) == yuan(600, 492, 0)


def test_an_undone_offset_is_less_used_and_more_owed(estate: Estate) -> None:
    some_months(estate)
    prepaid.undo(
        by=estate.caller("finance"),
        at=AT,
        allocation_id=Allocation.objects.get().pk,
        reason="对账不符",
    )
    march = seen(estate).months[0]
    assert (march.used, march.ahead, march.owed) == yuan(-1008, 1500, 1608)


@pytest.mark.rule("BIL-15")
def test_a_month_is_agreed_on_and_says_when_the_books_differ_since(estate: Estate) -> None:
    some_months(estate)

    def agree(month: date = FEB) -> MonthRow:
        return reconcile(
            by=estate.caller("finance"),
            at=AT,
            community_id=estate.community.pk,
            person_id=estate.developer.pk,
            month=month,
        )

    agree()
    february = seen(estate).months[1]
    assert (february.reconciled_by, february.reconciled_at) == ("陈会", AT)
    assert february.is_as_reconciled
    with pytest.raises(UnableToReconcile, match="已经对过账"):
        agree()
    with pytest.raises(UnableToReconcile, match="还没有过完"):
        agree(MARCH)
    unsold = estate.houses["unsold"].pk
    taken(estate, "1.00", house_id=unsold, person_id=estate.developer.pk, business_on=FEB)
    assert not seen(estate).months[1].is_as_reconciled
    agree()
    assert seen(estate).months[1].is_as_reconciled


def test_accounts_are_for_some_posts_and_people_of_the_place(estate: Estate) -> None:
    here, developer = estate.community.pk, estate.developer.pk
    for post, error in (("technician", Forbidden), ("E031", NotFound)):
        with pytest.raises(error):
            queries.reconciliation(
                caller=estate.caller(post), community_id=here, person_id=developer, month=MARCH
            )
    with pytest.raises(Forbidden):
        reconcile(
            by=estate.caller("keeper"), at=AT, community_id=here, person_id=developer, month=FEB
        )
    with pytest.raises(NotFound):
        queries.reconciliation(
            caller=estate.caller("finance"), community_id=here, person_id=0, month=MARCH
        )


# -- balances


def test_balances_are_listed_searched_and_paged_at_the_same_cost(estate: Estate) -> None:
    people = {"flat": "owner", "let": "tenant", "shop": "company"}
    for house, person in people.items():
        taken(estate, "10.00", house_id=estate.houses[house].pk, person_id=estate.people[person].pk)
    billed(estate, amount="4.00")
    ask: dict[str, Any] = {
        "caller": estate.caller("collector"),
        "community_id": estate.community.pk,
    }
    with CaptureQueriesContext(connection) as asked:
        found = queries.balances(**ask, limit=2)
    assert len(asked) == 2
    assert (found.payers, found.total, found.may_change) == (3, Decimal(30), False)
    assert [(row.house, row.open) for row in found.page.items] == [
        ("3-1-1201", Decimal(4)),
        ("3-1-1202", Decimal(0)),
    ]
    rest = queries.balances(**ask, cursor=found.page.next or "").page
    assert [row.house for row in rest.items] == ["S-01"] and rest.next is None
    for words, houses in (("3-1-12", 2), ("便利", 1), ("%", 0), ("", 3)):
        assert len(queries.balances(**ask, words=words).page.items) == houses
    with pytest.raises(BadInput):
        queries.balances(**ask, cursor="x")


def test_the_prepayment_of_a_payer_tells_its_story(estate: Estate) -> None:
    taken(estate, "100.00", business_on=FEB, memo="现场交")
    billed(estate, amount="30.00")
    offset(estate)
    ask: dict[str, Any] = {"community_id": estate.community.pk, "house": "3-1-1201"}
    owner = estate.people["owner"].pk
    found = queries.payer(caller=estate.caller("finance"), person_id=owner, **ask)
    assert (found.row.balance, found.row.open, found.may_change) == (Decimal(70), Decimal(0), True)
    assert [(row.amount, row.balance) for row in found.moves] == [yuan(-30, 70), yuan(100, 100)]
    assert [(row.amount, row.may_undo) for row in found.offsets] == [(Decimal(30), True)]
    collector = queries.payer(caller=estate.caller("collector"), person_id=owner, **ask)
    assert not collector.offsets[0].may_undo
    with pytest.raises(NotFound):
        queries.payer(caller=estate.caller("finance"), person_id=estate.developer.pk, **ask)
    names = [one.name for one in queries.holders(caller=estate.caller("finance"), **ask)]
    assert "王丽" in names and "阳光置业" in names
