"""Two threads at one balance: it is spent once, taken once, and never below zero (BIL-09)."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from huiyin.billing.actions import prepaid
from huiyin.billing.models import Allocation, OpenItem, Prepaid
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_prepaid import balance, billed, offset, taken
from huiyin.ledger.tests.test_at_once import at_once
from huiyin.matters.tests.cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def estate(transactional_db: None) -> Estate:
    """Build the estate, committed."""
    return make_estate(make_cast())


def open_in_all() -> Decimal:
    return sum(OpenItem.objects.values_list("open", flat=True), Decimal(0))


def in_advance() -> Decimal:
    return sum(Prepaid.objects.values_list("balance", flat=True), Decimal(0))


@pytest.mark.rule("BIL-09")
def test_one_balance_is_spent_once(estate: Estate) -> None:
    billed(estate, amount="300.00")
    billed(estate, item="water", amount="300.00")
    taken(estate, "400.00")
    done = at_once(*[lambda: offset(estate)] * 4)
    assert sorted(one.amount for one in done) == [0, 0, 0, Decimal(400)]  # type: ignore[attr-defined]
    assert (open_in_all(), in_advance()) == (Decimal(200), Decimal(0))


def test_a_double_click_takes_one_advance(estate: Estate) -> None:
    key = uuid4()
    at_once(*[lambda: taken(estate, "100.00", key=key)] * 4)
    assert balance(estate) == Decimal("100.00")


def test_taking_offsetting_and_undoing_at_once_lose_no_cent(estate: Estate) -> None:
    billed(estate, amount="300.00")
    taken(estate, "100.00")
    offset(estate)
    one = Allocation.objects.get()

    def undo() -> None:
        prepaid.undo(by=estate.caller("finance"), at=AT, allocation_id=one.pk, reason="误")

    acts: list[Callable[[], object]] = [
        undo,
        undo,
        lambda: taken(estate, "50.00"),
        lambda: taken(estate, "70.00"),
        lambda: offset(estate),
        lambda: offset(estate),
    ]
    at_once(*acts)
    assert Allocation.objects.filter(undoes=one).count() == 1
    assert in_advance() - open_in_all() == Decimal("220.00") - Decimal("300.00")
