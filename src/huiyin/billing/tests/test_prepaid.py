"""Prepayments: taken once, offset oldest first on the calendar, never below zero (BIL-09)."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from huiyin.billing.actions import prepaid
from huiyin.billing.actions.prepaid import Offset, Taken, UnableToTake, UnableToUndo
from huiyin.billing.models import Allocation, Bill, Line, OpenItem, Prepaid, Run
from huiyin.billing.tests import bills
from huiyin.billing.tests.cast import Estate
from huiyin.flows import schedule
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.ledger import actions as ledger
from huiyin.ledger import queries as books
from huiyin.ledger.actions import Entry, Leg, UnableToPost
from huiyin.ledger.models import Journal
from huiyin.matters.tests.cast import AT, moment

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 16)


def taken(estate: Estate, amount: str = "500.00", **given: Any) -> Taken:
    """Let finance take an advance of 王丽 for 3-1-1201."""
    values: dict[str, Any] = {
        "by": estate.caller("finance"),
        "at": AT,
        "house_id": estate.houses["flat"].pk,
        "person_id": estate.people["owner"].pk,
        "amount": amount,
        "account": "1001",
        "business_on": TODAY,
        "key": uuid4(),
        **given,
    }
    return prepaid.take(**values)


def billed(estate: Estate, **given: Any) -> Bill:
    """Bill a house, with the entry behind it as a run would write it."""
    bill = bills.billed(estate, **given)
    agency = bill.lines.filter(item__agency=True).exists()
    debit, credit = ("1221", "224102") if agency else ("1122", "600101")
    value = bill.amount
    entry = Entry(
        community_id=estate.community.pk,
        kind="bill",
        business_on=bill.issued_on,
        memo="账单",
        key=f"bill:{bill.number}",
        legs=(Leg(debit, value, bill.house_id, bill.payer_id), Leg(credit, -value)),
    )
    ledger.post(by=SYSTEM, at=AT, entry=entry)
    return bill


def offset(estate: Estate, on: date = TODAY, **given: Any) -> Offset:
    return prepaid.offset(
        by=estate.caller("finance"),
        at=AT,
        community_id=estate.community.pk,
        business_on=on,
        **given,
    )


def balance(estate: Estate, house: str = "flat", person: str = "owner") -> Decimal:
    found = Prepaid.objects.filter(house=estate.houses[house], person=estate.people[person])
    return found.values_list("balance", flat=True).first() or Decimal(0)


def left(bill: Bill) -> Decimal:
    return OpenItem.objects.get(line__bill=bill).open


def in_books(estate: Estate, *codes: str) -> Decimal:
    return books.balance(community_id=estate.community.pk, accounts=codes)


# -- taking


@pytest.mark.rule("BIL-09", "FIN-13")
def test_an_advance_is_money_and_a_debt_to_the_payer(estate: Estate) -> None:
    assert taken(estate).balance == Decimal("500.00")
    assert taken(estate, "20", account="1002").balance == Decimal("520.00")
    assert balance(estate) == -in_books(estate, "2203") == Decimal("520.00")
    assert in_books(estate, "1001", "1002") == Decimal("520.00")


def test_an_advance_sent_twice_is_taken_once(estate: Estate) -> None:
    key = uuid4()
    first = taken(estate, key=key)
    again = taken(estate, key=key)
    assert (again.journal_id, again.balance, again.again) == (first.journal_id, Decimal(500), True)
    with pytest.raises(UnableToPost, match="内容不同"):
        taken(estate, "501.00", key=key)
    assert balance(estate) == 500


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"account": "600101"}, "account"),
        ({"business_on": TODAY + timedelta(days=1)}, "business_on"),
        ({"business_on": date(2024, 12, 31)}, "business_on"),
        ({"memo": "字" * 101}, "memo"),
    ],
)
def test_what_is_no_advance_is_refused_at_its_field(
    estate: Estate, given: dict[str, Any], field: str
) -> None:
    with pytest.raises((BadInput, UnableToPost)) as refused:
        taken(estate, **given)
    assert refused.value.field == field
    assert not Prepaid.objects.exists()


def test_an_advance_is_for_somebody_of_the_house(estate: Estate) -> None:
    with pytest.raises(UnableToTake, match="没有关系"):
        taken(estate, person_id=estate.people["lone"].pk)
    with pytest.raises(UnableToTake, match="没有这个缴费人"):
        taken(estate, person_id=0)
    with pytest.raises(NotFound):
        taken(estate, house_id=0)
    taken(estate, person_id=estate.developer.pk)


@pytest.mark.parametrize("post", ["keeper", "collector"])
def test_only_finance_and_managers_take_advances(estate: Estate, post: str) -> None:
    with pytest.raises(Forbidden):
        taken(estate, by=estate.caller(post))
    with pytest.raises(Forbidden):
        prepaid.offset(
            by=estate.caller(post), at=AT, community_id=estate.community.pk, business_on=TODAY
        )


# -- offsetting


@pytest.mark.rule("BIL-09")
def test_the_oldest_due_is_paid_first(estate: Estate) -> None:
    late = billed(estate, amount="300.00", due_on=date(2026, 4, 30))
    early = billed(estate, house="space", item="parking", amount="1.00")
    due = billed(estate, item="water", amount="250.00", due_on=date(2026, 3, 31))
    taken(estate, "400.00")
    assert offset(estate) == Offset(1, Decimal("400.00"))
    assert (left(due), left(late), left(early)) == (Decimal(0), Decimal("150.00"), Decimal(1))
    assert balance(estate) == -in_books(estate, "2203") == 0
    assert in_books(estate, "1221") == 0
    assert in_books(estate, "1122") == Decimal("151.00")
    assert Journal.objects.filter(kind="offset").count() == 1
    assert Allocation.objects.count() == 2


def test_a_second_offset_finds_nothing_to_do(estate: Estate) -> None:
    bill = billed(estate, amount="300.00")
    taken(estate, "100.00")
    offset(estate)
    assert offset(estate) == Offset(0, Decimal(0))
    assert left(bill) == Decimal("200.00")


def test_a_prepayment_pays_for_its_payer_and_house_only(estate: Estate) -> None:
    own = billed(estate, house="let", payer="landlord", item="management", amount="10.00")
    theirs = billed(estate, house="let", payer="tenant", item="water", amount="20.00")
    let, tenant = estate.houses["let"].pk, estate.people["tenant"].pk
    taken(estate, "50.00", house_id=let, person_id=tenant)
    offset(estate)
    assert (left(own), left(theirs)) == (Decimal("10.00"), Decimal(0))
    assert balance(estate, "let", "tenant") == Decimal("30.00")


def test_what_is_not_prepayable_waits(estate: Estate) -> None:
    estate.items["water"].prepayable = False
    estate.items["water"].save(update_fields=["prepayable"])
    bill = billed(estate, item="water", amount="20.00")
    taken(estate)
    assert offset(estate) == Offset(0, Decimal(0))
    assert left(bill) == Decimal("20.00")


def test_an_offset_is_narrowed_to_a_group_houses_and_what_was_issued(estate: Estate) -> None:
    here = billed(estate, amount="20.00")
    water = billed(estate, item="water", amount="30.00")
    taken(estate, "1000.00")
    assert offset(estate, group_id=estate.groups["B"].pk).amount == Decimal("30.00")
    assert offset(estate, house_ids=[estate.houses["let"].pk]).amount == 0
    assert offset(estate, on=date(2026, 3, 15)).amount == 0
    assert offset(estate, house_ids=[estate.houses["flat"].pk]).amount == Decimal("20.00")
    assert (left(here), left(water)) == (Decimal(0), Decimal(0))


def test_what_was_paid_later_does_not_pay_an_earlier_day(estate: Estate) -> None:
    billed(estate, amount="20.00", issued_on=date(2026, 3, 1))
    taken(estate)
    assert offset(estate, on=date(2026, 3, 10)).amount == 0


def test_nothing_is_offset_on_a_locked_day(estate: Estate) -> None:
    billed(estate, amount="20.00", issued_on=date(2026, 3, 1))
    taken(estate, business_on=date(2026, 3, 1))
    ledger.lock(
        by=estate.caller("finance"),
        at=AT,
        community_id=estate.community.pk,
        until_on=date(2026, 3, 10),
    )
    with pytest.raises(UnableToPost, match="锁账"):
        offset(estate, on=date(2026, 3, 10))
    assert not Allocation.objects.exists()
    assert balance(estate) == 500


# -- undoing


@pytest.mark.rule("BIL-14")
def test_an_offset_is_undone_by_its_opposite_and_once(estate: Estate) -> None:
    bill = billed(estate, amount="300.00")
    other = billed(estate, item="water", amount="50.00")
    taken(estate, "350.00")
    offset(estate)
    one = Allocation.objects.get(line__bill=bill)
    undo: dict[str, Any] = {"by": estate.caller("finance"), "at": AT, "allocation_id": one.pk}
    with pytest.raises(BadInput, match="原因"):
        prepaid.undo(**undo, reason=" ")
    prepaid.undo(**undo, reason="业主要求先付停车费")
    assert (left(bill), left(other), balance(estate)) == (Decimal(300), Decimal(0), Decimal(300))
    assert in_books(estate, "1122") == -in_books(estate, "2203") == 300
    with pytest.raises(UnableToUndo, match="撤销过"):
        prepaid.undo(**undo, reason="再来")
    mirrored = Allocation.objects.get(undoes=one)
    with pytest.raises(UnableToUndo, match="本身就是撤销"):
        prepaid.undo(**{**undo, "allocation_id": mirrored.pk}, reason="误")
    with pytest.raises(NotFound):
        prepaid.undo(**{**undo, "allocation_id": 0}, reason="误")
    assert offset(estate).amount == 300


def test_the_offset_of_a_reversed_line_is_not_undone(estate: Estate) -> None:
    bill = billed(estate, amount="300.00")
    taken(estate)
    offset(estate)
    Line.objects.filter(bill=bill).update(reversed_at=AT)
    with pytest.raises(UnableToUndo, match="已经冲销"):
        prepaid.undo(
            by=estate.caller("finance"),
            at=AT,
            allocation_id=Allocation.objects.get().pk,
            reason="误",
        )


# -- the finance calendar


@pytest.mark.rule("BIL-09")
def test_prepayments_are_offset_on_the_day_of_the_calendar_and_once(estate: Estate) -> None:
    run = bills.made_run(estate)
    bill = billed(estate, amount="300.00", run=run)
    taken(estate, "100.00")
    schedule.forget()
    assert schedule.offset_prepayments(moment("2026-03-31 23:00")) == 0
    assert left(bill) == Decimal("300.00")
    assert schedule.offset_prepayments(moment("2026-04-01 00:10")) == 1
    assert left(bill) == Decimal("200.00")
    assert Allocation.objects.get().business_on == date(2026, 4, 1)
    taken(estate, "50.00")
    schedule.forget()
    assert schedule.offset_prepayments(moment("2026-04-02 09:00")) == 0
    assert left(bill) == Decimal("200.00")


def test_a_missed_day_is_caught_up_and_a_later_run_waits_for_its_own(estate: Estate) -> None:
    second = bills.made_run(estate)
    third = bills.made_run(
        estate,
        period="2026Q3",
        from_on=date(2026, 7, 1),
        until_on=date(2026, 10, 1),
        issued_on=date(2026, 6, 16),
        due_on=date(2026, 7, 15),
    )
    now = billed(estate, amount="10.00", run=second)
    later = billed(
        estate, amount="20.00", run=third, from_on=date(2026, 7, 1), until_on=date(2026, 10, 1)
    )
    taken(estate)
    schedule.forget()
    assert schedule.offset_prepayments(moment("2026-06-20 09:00")) == 1
    assert (left(now), left(later)) == (Decimal(0), Decimal("20.00"))
    schedule.forget()
    assert schedule.offset_prepayments(moment("2026-07-03 09:00")) == 1
    assert left(later) == 0


def test_a_run_that_was_reversed_is_not_offset(estate: Estate) -> None:
    run = bills.made_run(estate)
    billed(estate, run=run)
    taken(estate)
    waiting = prepaid.runs_to_offset(moment("2026-04-01 09:00"))
    assert waiting == (run.pk,)
    Run.objects.filter(pk=run.pk).update(state="reversed")
    assert prepaid.offset_run(at=moment("2026-04-01 09:00"), run_id=run.pk).amount == 0
    assert balance(estate) == 500


def test_a_run_that_fails_does_not_stop_the_others(estate: Estate, caplog: Any) -> None:
    first = bills.made_run(estate)
    second = bills.made_run(estate, "B", from_on=date(2026, 4, 2))
    bill = billed(estate, amount="10.00", run=first)
    billed(estate, item="water", amount="10.00", run=second)
    taken(estate)
    waits = prepaid.offset_run

    def fails(*, at: Any, run_id: int) -> Offset:
        if run_id == second.pk:
            raise UnableToPost("锁账")
        return waits(at=at, run_id=run_id)

    schedule.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepaid, "offset_run", fails)
        assert schedule.offset_prepayments(moment("2026-04-10 09:00")) == 1
    assert left(bill) == 0
    assert "offset of prepayments failed" in caplog.text


@pytest.mark.parametrize("seed", range(6))
def test_the_order_is_that_of_the_rule_whatever_the_amounts(estate: Estate, seed: int) -> None:
    """A loop over due days and lines, done separately, gives the same as the window sum (I13)."""
    dice = random.Random(seed)  # noqa: S311  the same each time, on purpose
    made = []
    for number in range(dice.randint(1, 7)):
        days = {"from_on": date(2026 + number, 1, 1), "until_on": date(2027 + number, 1, 1)}
        due = date(2026, 4, dice.randint(1, 4))
        amount = Decimal(dice.randint(1, 30_000)) / 100
        made.append(billed(estate, amount=f"{amount:.2f}", due_on=due, **days))
    ahead = Decimal(dice.randint(1, 60_000)) / 100
    taken(estate, f"{ahead:.2f}")
    rest, expected = ahead, {}
    for bill in sorted(made, key=lambda one: (one.due_on, one.pk)):
        paid = min(rest, bill.amount)
        expected[bill.number] = bill.amount - paid
        rest -= paid
    offset(estate)
    assert {bill.number: left(bill) for bill in made} == expected
    assert balance(estate) == rest
