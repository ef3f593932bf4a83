"""The account of a household, the arrears of a community, and who may read either."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.queries.accounts import account, balance, bills
from huiyin.billing.queries.arrears import AGES, Wanted, age, ageing, arrears
from huiyin.billing.tests.bills import ahead, billed, offset, reduce, reverse
from huiyin.billing.tests.cast import Estate
from huiyin.kernel.errors import BadInput, Forbidden, NotFound

TODAY = date(2026, 3, 16)
FLAT: dict[str, Any] = {"community": "YG", "house": "3-1-1201"}


def due(days_ago: int) -> dict[str, Any]:
    """Let something old fall due so many days ago; of such there may be many for the same days."""
    due_on = TODAY - timedelta(days_ago)
    return {"kind": "correction", "issued_on": due_on - timedelta(14), "due_on": due_on}


# -- the account


def test_an_account_lists_what_is_open_oldest_first(estate: Estate) -> None:
    newer = billed(estate, amount="827.40", due_on=date(2026, 3, 31))
    older = billed(estate, amount="300.00", **due(40))
    billed(estate, "let", "landlord", amount="55.55")
    offset(estate, older, "100.00")
    found = account(caller=estate.caller("keeper"), on=TODAY, **FLAT)
    assert [(one.bill, one.open, one.days_late) for one in found.open_items] == [
        (older.number, Decimal("200.00"), 40),
        (newer.number, Decimal("827.40"), 0),
    ]
    assert (found.open, found.late) == (Decimal("1027.40"), Decimal("200.00"))
    (one,) = found.offsets
    assert (one.bill, one.amount, one.person) == (older.number, Decimal("100.00"), "王丽")
    assert [(one.number, one.state) for one in found.bills.items] == [
        (newer.number, "open"),
        (older.number, "partly"),
    ]


def test_everybody_who_lives_owes_or_is_ahead_is_a_payer_once(estate: Estate) -> None:
    billed(estate, "let", "tenant", liable="landlord", item="water", amount="41.00", **due(5))
    billed(estate, "let", "seller", amount="10.00", **due(5))
    ahead(estate, "let", "landlord", "88.00")
    found = account(caller=estate.caller("finance"), on=TODAY, community="YG", house="3-1-1202")
    rows = {one.name: (one.role, one.open, one.late, one.prepaid) for one in found.payers}
    nothing = Decimal("0.00")
    assert rows == {
        "赵强": ("tenant", Decimal("41.00"), Decimal("41.00"), nothing),
        "孙房": ("owner", nothing, nothing, Decimal("88.00")),
        "老业主": ("", Decimal("10.00"), Decimal("10.00"), nothing),
    }
    assert found.prepaid == Decimal("88.00")


def test_a_settled_and_a_reversed_bill_say_so(estate: Estate) -> None:
    settled, gone = billed(estate, left="0.00"), billed(estate, **due(9))
    reverse(gone)
    found = account(caller=estate.caller("finance"), on=TODAY, **FLAT)
    assert {one.number: one.state for one in found.bills.items} == {
        settled.number: "settled",
        gone.number: "reversed",
    }
    assert found.open_items == ()


def test_an_account_nobody_was_billed_on_is_empty(estate: Estate) -> None:
    found = account(caller=estate.caller("manager"), on=TODAY, **FLAT)
    assert (found.open, found.bills.items, [one.name for one in found.payers]) == (
        Decimal("0.00"),
        (),
        ["王丽"],
    )


def test_bills_are_walked_newest_first(estate: Estate) -> None:
    made = [billed(estate, amount=f"{n + 1}.00", **due(n)).number for n in range(5)]
    caller, seen, cursor = estate.caller("collector"), [], ""
    while True:
        page = bills(caller=caller, cursor=cursor, limit=2, **FLAT)
        seen += [one.number for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert seen == made
    with pytest.raises(BadInput):
        bills(caller=caller, cursor="x", **FLAT)


def test_an_account_costs_the_same_however_long_its_history(estate: Estate) -> None:
    caller, counts = estate.caller("finance"), []
    for _ in range(2):
        offset(estate, billed(estate, **due(9)), "1.00")
        with CaptureQueriesContext(connection) as asked:
            account(caller=caller, on=TODAY, **FLAT)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


def test_the_balance_is_what_is_open_less_what_is_ahead(estate: Estate) -> None:
    whose = {"community_id": estate.community.pk, "house_id": estate.houses["flat"].pk}
    assert balance(caller=estate.caller("finance"), **whose) == Decimal("0.00")
    bill = billed(estate, amount="100.00")
    reduce(estate, bill, "30.00")
    ahead(estate, "flat", "owner", "80.00")
    assert balance(caller=estate.caller("finance"), **whose) == Decimal("-10.00")
    assert balance(caller=estate.caller("technician"), **whose) is None


@pytest.mark.rule("HR-01")
def test_accounts_are_not_for_everybody(estate: Estate) -> None:
    for read in (
        lambda who: account(caller=estate.caller(who), on=TODAY, **FLAT),
        lambda who: bills(caller=estate.caller(who), **FLAT),
        lambda who: arrears(caller=estate.caller(who), community="YG", on=TODAY),
    ):
        with pytest.raises(Forbidden):
            read("technician")
        with pytest.raises(NotFound):
            read("E031")


# -- arrears


def test_arrears_are_told_by_age_and_by_household_most_first(estate: Estate) -> None:
    for days in (0, 1, 30, 31, 90, 91, 180, 181, 365, 366):
        billed(estate, amount=f"{days + 1}.00", **due(days))
    billed(estate, "shop", "company", amount="5000.00", **due(-20))
    billed(estate, "let", "tenant", amount="7.00", left="0.00", **due(50))
    ahead(estate, "shop", "company", "12.00")
    found = arrears(caller=estate.caller("keeper"), community="YG", on=TODAY)
    assert found.ageing.all == tuple(
        map(Decimal, ("5001.00", "33.00", "123.00", "273.00", "548.00", "367.00"))
    )
    assert found.ageing.total == sum(found.ageing.all) and found.ageing.late == Decimal("1344.00")
    assert (found.households, found.households_late) == (2, 1)
    first, second = found.page.items
    assert (first.house, first.owed, first.late, first.days, first.prepaid) == (
        "S-01",
        Decimal("5000.00"),
        Decimal("0.00"),
        0,
        Decimal("12.00"),
    )
    assert (second.house, second.late, second.days, second.payers) == (
        "3-1-1201",
        Decimal("1344.00"),
        366,
        ("王丽",),
    )
    assert second.phone == "138****5678"


def test_arrears_of_nobody_are_nothing(estate: Estate) -> None:
    found = arrears(caller=estate.caller("manager"), community="YG", on=TODAY)
    assert (found.households, found.households_late, found.page.items) == (0, 0, ())
    assert found.ageing.total == Decimal("0.00")


def test_arrears_are_narrowed(estate: Estate) -> None:
    billed(estate, amount="300.00", **due(40))
    billed(estate, "shop", "company", amount="500.00", **due(10))
    billed(estate, "let", "tenant", item="water", amount="41.00", **due(100))

    def houses(**given: object) -> list[str]:
        wanted = Wanted(**given)  # type: ignore[arg-type]
        page = arrears(
            caller=estate.caller("finance"), community="YG", on=TODAY, wanted=wanted
        ).page
        return [one.house for one in page.items]

    assert houses() == ["S-01", "3-1-1201", "3-1-1202"]
    assert houses(min_days=11) == ["3-1-1201", "3-1-1202"]
    assert houses(min_days=100) == ["3-1-1202"]
    assert houses(min_days=101) == []
    assert houses(building="3") == ["3-1-1201", "3-1-1202"]
    assert houses(building="5") == []
    assert houses(keeper=estate.cast.code("keeper")) == ["3-1-1201", "3-1-1202"]
    assert houses(keeper="E020") == [] == houses(keeper=estate.cast.code("keeper"), building="5")
    assert houses(item="water") == ["3-1-1202"]
    for wrong in ({"building": "99"}, {"item": "x"}, {"min_days": -1}, {"min_days": 10**9}):
        with pytest.raises(BadInput):
            houses(**wrong)


def test_of_one_charge_only_what_is_owed_of_it_counts(estate: Estate) -> None:
    billed(estate, "let", "tenant", item="water", amount="41.00", **due(100))
    billed(estate, "let", "landlord", amount="300.00", **due(40))
    found = arrears(
        caller=estate.caller("finance"), community="YG", on=TODAY, wanted=Wanted(item="water")
    )
    (row,) = found.page.items
    assert (row.owed, row.late, row.payers) == (Decimal("41.00"), Decimal("41.00"), ("赵强",))
    assert found.ageing.total == Decimal("41.00")


def test_arrears_are_walked_by_cursor_without_a_gap_or_a_repetition(estate: Estate) -> None:
    for house, payer in (("flat", "owner"), ("let", "tenant"), ("shop", "company")):
        billed(estate, house, payer, amount="100.00", **due(3))
    caller, seen, cursor = estate.caller("finance"), [], ""
    while True:
        page = arrears(caller=caller, community="YG", on=TODAY, cursor=cursor, limit=1).page
        seen += [one.house for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(set(seen)) == 3
    for wrong in ("x", "WyJuYW4iLDFd", "WyIxZTk5OTk5IiwxXQ"):
        with pytest.raises(BadInput):
            arrears(caller=caller, community="YG", on=TODAY, cursor=wrong)


def test_arrears_cost_the_same_for_one_and_for_many(estate: Estate) -> None:
    caller, counts = estate.caller("finance"), []
    for house, payer in (("flat", "owner"), ("let", "tenant"), ("shop", "company")):
        billed(estate, house, payer, **due(3))
        with CaptureQueriesContext(connection) as asked:
            arrears(caller=caller, community="YG", on=TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 7


@given(st.lists(st.tuples(st.integers(-400, 4000), st.integers(1, 10**9)), max_size=40))
def test_every_cent_has_one_age(owed: list[tuple[int, int]]) -> None:
    rows = [(TODAY - timedelta(days=days), Decimal(cents) / 100) for days, cents in owed]
    found = ageing(rows, TODAY)
    assert found.total == sum((amount for _, amount in rows), Decimal("0.00"))
    assert found.not_due == sum(amount for due_on, amount in rows if due_on >= TODAY)
    assert found.older == sum(amount for due_on, amount in rows if (TODAY - due_on).days > AGES[-1])


def test_ages_rise_with_the_days() -> None:
    ages = [age(days) for days in range(-10, 500)]
    assert ages == sorted(ages) and set(ages) == set(range(6))
