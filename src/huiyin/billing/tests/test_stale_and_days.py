"""What changed between a draft and its posting, and the day on which money is taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from huiyin.billing.actions import prepaid, reversing, runs
from huiyin.billing.actions.working import work_parts
from huiyin.billing.models import Allocation, Line, OpenItem, Pool, Prepaid, Reduction, Run, Snag
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
)
from huiyin.billing.tests.sound import check_sound
from huiyin.ledger.models import Book
from huiyin.matters.tests.cast import AT

ISSUED_TOMORROW = "2026Q2"


def stale_houses(run: Run) -> list[str]:
    found = Snag.objects.filter(run=run, code="stale", blocking=True)
    return sorted(set(found.values_list("house__code", flat=True)))


def managed(estate: Estate, house: str) -> Line:
    return Line.objects.get(house=estate.houses[house], item=estate.items["management"])


@pytest.mark.rule("BIL-06")
def test_a_line_that_gave_back_more_meanwhile_is_not_corrected(estate: Estate) -> None:
    posted(estate)
    estate.houses["flat"].area = Decimal("50.00")  # 420.00 instead of 827.40
    estate.houses["flat"].save(update_fields=["area"])
    fix = begin(estate, kind="correction")
    less(estate, managed(estate, "flat"), "500.00")
    post(estate, fix)
    assert stale_houses(fix) == ["3-1-1201"]
    assert not Reduction.objects.filter(run=fix).exists()
    check_sound()


@pytest.mark.rule("BIL-06")
def test_a_shared_cost_that_was_dropped_meanwhile_is_not_billed(estate: Estate) -> None:
    shared = pool(estate)
    run = begin(estate)
    Pool.objects.filter(pk=shared.pk).update(state="dropped")
    post(estate, run)
    assert not Line.objects.filter(share__pool=shared).exists()
    assert len(stale_houses(run)) == 6
    check_sound()


@pytest.mark.rule("BIL-06")
def test_days_that_were_billed_meanwhile_keep_their_house_out(estate: Estate) -> None:
    """One run of a group is at work at a time; should another write all the same, days hold."""
    run = begin(estate)
    Run.objects.filter(pk=run.pk).update(state="posted")
    other = begin(estate)
    Run.objects.filter(pk=run.pk).update(state="dropped")
    held = Snag.objects.filter(run=other, blocking=True).count()
    post(estate, other)
    Run.objects.filter(pk=run.pk).update(state="drafted")
    run.refresh_from_db()
    lines = Line.objects.count()
    post(estate, run)
    assert Line.objects.count() == lines
    assert len(stale_houses(run)) + held == 6
    check_sound()


@pytest.mark.rule("BIL-14")
def test_what_a_correction_frees_counts_from_today(estate: Estate) -> None:
    run = posted(estate, ISSUED_TOMORROW)
    assert run.issued_on > AT.date()
    estate.houses["flat"].area = Decimal("50.00")
    estate.houses["flat"].save(update_fields=["area"])
    fix = post(estate, begin(estate, ISSUED_TOMORROW, kind="correction"))
    assert fix.issued_on > AT.date()
    assert Reduction.objects.get(run=fix).business_on == AT.date()


@pytest.mark.rule("BIL-14")
def test_what_is_issued_later_is_not_reversed_before(estate: Estate) -> None:
    run = posted(estate, ISSUED_TOMORROW)
    reverse(estate, run)
    days = set(Reduction.objects.values_list("business_on", flat=True))
    assert days == {run.issued_on}
    check_sound()


@pytest.mark.rule("BIL-14")
def test_a_day_locked_while_parts_wait_moves_their_reversal_to_today(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    run = begin(estate)
    work_parts(AT)
    run.refresh_from_db()
    post(estate, run)
    work_parts(AT)
    reversing.ask_reversal(by=estate.caller("finance"), at=AT, run_id=run.pk, reason="单价录错")
    reversing.agree_reversal(by=estate.caller("manager"), at=AT, run_id=run.pk)
    Book.objects.filter(community=estate.community).update(locked_until=AT.date())
    work_parts(AT + timedelta(days=1))
    run.refresh_from_db()
    assert run.state == "reversed"
    days = set(Reduction.objects.values_list("business_on", flat=True))
    assert days == {date(2026, 3, 17)}
    check_sound()


@pytest.mark.rule("BIL-14")
def test_the_newest_payment_goes_back_first(estate: Estate) -> None:
    posted(estate)
    line = managed(estate, "flat")
    for amount in ("300.00", "400.00"):
        pay_ahead(estate, amount)
        offset(estate)
    first, second = Allocation.objects.filter(line=line).order_by("id")
    less(estate, line, "477.40")  # 127.40 is open, 350.00 was paid
    assert OpenItem.objects.get(line=line).open == 0
    undone = Allocation.objects.filter(undoes__isnull=False).values_list("undoes", flat=True)
    assert list(undone) == [second.pk]
    assert Allocation.objects.order_by("id").last().amount == Decimal("50.00")  # type: ignore[union-attr]
    assert first.amount == Decimal("300.00")
    check_sound()


@pytest.mark.rule("BIL-14")
def test_what_was_given_back_of_the_last_payment_is_not_given_back_again(estate: Estate) -> None:
    posted(estate)
    line = managed(estate, "flat")
    for amount in ("300.00", "400.00"):
        pay_ahead(estate, amount)
        offset(estate)
    less(estate, line, "527.40")  # 127.40 was open, then the 400 go
    less(estate, line, "100.00")
    assert Prepaid.objects.get().balance == Decimal("500.00")
    left = Allocation.objects.filter(line=line).aggregate(all=Sum("amount"))["all"]
    assert left == Decimal("200.00")
    check_sound()


@pytest.mark.rule("BIL-14")
def test_what_was_undone_does_not_go_back_again(estate: Estate) -> None:
    posted(estate)
    line = managed(estate, "flat")
    pay_ahead(estate, "300.00")
    offset(estate)
    (made,) = Allocation.objects.filter(line=line)
    prepaid.undo(by=estate.caller("finance"), at=AT, allocation_id=made.pk, reason="冲错户")
    offset(estate)
    less(estate, line, "827.40")
    assert Prepaid.objects.get().balance == Decimal("300.00")
    check_sound()


@pytest.mark.rule("BIL-09")
def test_a_bill_is_not_paid_from_prepayments_before_it_is_issued(estate: Estate) -> None:
    posted(estate, ISSUED_TOMORROW)
    pay_ahead(estate, "300.00")
    assert offset(estate) == 0
    assert offset(estate, AT + timedelta(days=1)) == Decimal("300.00")


@pytest.mark.rule("BIL-06")
def test_a_second_run_of_a_period_differs_by_what_both_bill(estate: Estate) -> None:
    posted(estate, "2025Q4")
    posted(estate, "2026Q1")
    estate.houses["bare"].area = Decimal("80.00")
    estate.houses["bare"].save(update_fields=["area"])
    second = begin(estate, "2026Q1")
    assert second.deviation is not None
    assert 0 < second.deviation < Decimal("0.3"), "what was missing came on top"
