"""Reversing runs, taking single lines back: nothing is deleted, every cent returns (BIL-14)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from huiyin.billing.actions import reversing, runs
from huiyin.billing.actions.reducing import UnableToReduce
from huiyin.billing.actions.reversing import UnableToReverseRun
from huiyin.billing.actions.working import work_parts
from huiyin.billing.models import Allocation, Bill, Line, OpenItem, Prepaid, Reduction
from huiyin.billing.queries import proofs
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.running import (
    begin,
    less,
    offset,
    pay_ahead,
    pool,
    post,
    posted,
    reverse,
    slip,
)
from huiyin.billing.tests.sound import check_sound
from huiyin.estate.models import Occupancy, Person
from huiyin.kernel.errors import BadInput, Forbidden
from huiyin.ledger.models import Book, Posting
from huiyin.matters.tests.cast import AT

pytestmark = [pytest.mark.rule("BIL-14"), pytest.mark.rule("BIL-06")]


def owed(code: str = "1122") -> Decimal:
    """Return what the books say is owed."""
    found = Posting.objects.filter(account__code=code).aggregate(all=Sum("amount"))["all"]
    return found or Decimal(0)


def test_a_reversed_run_leaves_nothing_owed_and_may_be_billed_anew(estate: Estate) -> None:
    pool(estate)
    first = posted(estate)
    pay_ahead(estate, "500.00")
    assert offset(estate) == Decimal("500.00")

    reverse(estate, first)

    assert first.state == "reversed"
    assert owed() == 0
    assert Prepaid.objects.get().balance == Decimal("500.00"), "what was paid is there again"
    assert Bill.objects.filter(run=first, reversed_at=None).count() == 0
    check_sound()
    again = post(estate, begin(estate))
    assert (again.amount, again.lines) == (first.amount, first.lines)
    assert offset(estate) == Decimal("500.00")
    check_sound()


def test_one_asks_and_another_agrees_once(estate: Estate) -> None:
    run = posted(estate)
    finance, manager = estate.caller("finance"), estate.caller("manager")
    with pytest.raises(UnableToReverseRun, match="还没有人申请"):
        reversing.agree_reversal(by=manager, at=AT, run_id=run.pk)
    with pytest.raises(BadInput):
        reversing.ask_reversal(by=finance, at=AT, run_id=run.pk, reason=" ")
    with pytest.raises(Forbidden):
        reversing.ask_reversal(by=estate.caller("collector"), at=AT, run_id=run.pk, reason="错")
    reversing.ask_reversal(by=finance, at=AT, run_id=run.pk, reason="单价录错")
    with pytest.raises(Forbidden, match="另一位"):
        reversing.agree_reversal(by=finance, at=AT, run_id=run.pk)
    reversing.withdraw_reversal(by=finance, at=AT, run_id=run.pk)
    with pytest.raises(UnableToReverseRun):
        reversing.agree_reversal(by=manager, at=AT, run_id=run.pk)
    reversing.ask_reversal(by=finance, at=AT, run_id=run.pk, reason="单价录错")
    for _ in range(2):  # a double click
        reversing.agree_reversal(by=manager, at=AT, run_id=run.pk)
    assert Reduction.objects.count() == Line.objects.filter(amount__gt=0).count()
    with pytest.raises(UnableToReverseRun, match="已经入账"):
        reversing.ask_reversal(by=finance, at=AT, run_id=run.pk, reason="再来")
    check_sound()


def test_a_draft_at_work_or_a_locked_day_keeps_a_run_as_it_is(estate: Estate) -> None:
    run = posted(estate)
    reversing.ask_reversal(by=estate.caller("finance"), at=AT, run_id=run.pk, reason="单价录错")
    draft = begin(estate, "2026Q2")
    with pytest.raises(UnableToReverseRun, match="还有一批没有处理完"):
        reversing.agree_reversal(by=estate.caller("manager"), at=AT, run_id=run.pk)
    runs.drop_run(by=estate.caller("finance"), at=AT, run_id=draft.pk)
    Book.objects.filter(community=estate.community).update(locked_until=date(2026, 3, 16))
    with pytest.raises(UnableToReverseRun, match="锁账"):
        reversing.agree_reversal(by=estate.caller("manager"), at=AT, run_id=run.pk)


def test_slips_and_shares_of_a_reversed_run_are_billed_again(estate: Estate) -> None:
    slip(estate)
    run = posted(estate, "2026-03", "B")
    slip_line = Line.objects.get(slip__isnull=False)
    reverse(estate, run)
    again = posted(estate, "2026-03", "B")
    assert Line.objects.get(slip=slip_line.slip, reversed_at=None).bill.run == again
    check_sound()


def test_a_large_run_is_reversed_by_parts(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    run = begin(estate)
    work_parts(AT)
    run.refresh_from_db()
    post(estate, run)
    work_parts(AT)
    run.refresh_from_db()
    reverse(estate, run)
    assert run.state == "reversing"
    work_parts(AT)
    run.refresh_from_db()
    assert run.state == "reversed"
    assert owed() == 0
    check_sound()


def test_a_line_is_reduced_from_what_is_open_first_then_from_what_was_paid(estate: Estate) -> None:
    posted(estate)
    line = Line.objects.get(house=estate.houses["flat"], item=estate.items["management"])
    pay_ahead(estate, "700.00")
    offset(estate)
    left = line.amount - 700
    assert left == Decimal("127.40")

    less(estate, line, "100.00", "a")
    less(estate, line, "100.00", "a")  # the answer got lost
    assert OpenItem.objects.get(line=line).open == Decimal("27.40")
    assert not Prepaid.objects.filter(balance__gt=0).exists()
    less(estate, line, "227.40", "b")
    assert OpenItem.objects.get(line=line).open == 0
    assert Prepaid.objects.get().balance == Decimal("200.00")
    paid = Allocation.objects.filter(line=line).aggregate(all=Sum("amount"))["all"]
    assert paid == Decimal("500.00")
    check_sound()
    with pytest.raises(UnableToReduce):
        less(estate, line, "500.01", "c")
    less(estate, line, "500.00", "d")
    assert Prepaid.objects.get().balance == Decimal("700.00")
    check_sound()


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_nonsense_is_not_taken_back(estate: Estate, amount: str) -> None:
    posted(estate)
    line = Line.objects.filter(amount__gt=0).first()
    assert line is not None
    with pytest.raises(BadInput):
        less(estate, line, amount)


def test_a_new_area_is_corrected_upwards_and_downwards(estate: Estate) -> None:
    run = posted(estate)
    for name, area in (("flat", "100.00"), ("let", "90.00")):
        estate.houses[name].area = Decimal(area)
        estate.houses[name].save(update_fields=["area"])

    fix = post(estate, begin(estate, kind="correction"))

    more = Line.objects.get(bill__run=fix)
    less = Reduction.objects.get(run=fix)
    assert (more.amount, less.amount) == (Decimal("12.60"), Decimal("71.40"))
    assert fix.amount == more.amount - less.amount
    check_sound()
    again = post(estate, begin(estate, kind="correction"))
    assert (again.lines, again.amount) == (0, Decimal(0)), "corrected once"
    with pytest.raises(UnableToReverseRun, match="冲减过旧账单"):
        reversing.ask_reversal(by=estate.caller("finance"), at=AT, run_id=fix.pk, reason="错")

    reverse(estate, run)

    assert owed() == 0, "what corrected a reversed line goes with it"
    check_sound()


def test_what_corrected_a_correction_goes_with_the_run_too(estate: Estate) -> None:
    """Sold in February and found out late, then measured anew: the buyer has two corrections."""
    run = posted(estate)
    let = estate.houses["let"]
    buyer = Person.objects.create(community=estate.community, name="买家")
    Occupancy.objects.filter(house=let, role="owner").update(until_on=date(2026, 2, 1))
    Occupancy.objects.create(house=let, person=buyer, role="owner", from_on=date(2026, 2, 1))
    post(estate, begin(estate, kind="correction"))
    let.area = Decimal("200.00")
    let.save(update_fields=["area"])
    post(estate, begin(estate, kind="correction"))
    assert Line.objects.filter(bill__payer=buyer).count() == 2

    reverse(estate, run)

    assert owed() == 0
    posted(estate)
    live = Line.objects.filter(house=let, reversed_at=None, item=estate.items["management"])
    assert live.aggregate(all=Sum("amount"))["all"] == Decimal("1680.00")
    check_sound()


def test_a_period_reversed_after_its_second_run_is_no_gap_of_that_run(estate: Estate) -> None:
    """The second run billed the house that was held back; the audit blames it for nothing."""
    first = posted(estate, "2025Q4")
    estate.houses["bare"].area = Decimal("80.00")
    estate.houses["bare"].save(update_fields=["area"])
    posted(estate, "2025Q4")
    posted(estate, "2026Q1")
    reverse(estate, first, AT + timedelta(days=1))
    assert proofs.days().broken == ()
    assert Line.objects.filter(assignment=estate.assignments["bare", "management"]).count() == 2

    again = begin(estate, "2025Q4", at=AT + timedelta(days=2))
    post(estate, again, AT + timedelta(days=2))
    assert proofs.days().broken == ()


def test_facts_are_never_changed_or_deleted(estate: Estate) -> None:
    posted(estate)
    pay_ahead(estate, "100.00")
    offset(estate)
    attempts = (
        "UPDATE billing_line SET amount = amount + 1",
        "UPDATE billing_bill SET due_on = due_on + 1",
        "DELETE FROM billing_line",
        "DELETE FROM billing_bill",
        "UPDATE billing_allocation SET amount = amount + 1",
        "DELETE FROM billing_allocation",
        "UPDATE ledger_posting SET amount = -amount",
        "DELETE FROM ledger_journal",
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)
    check_sound()
