"""What a meter used is billed once, whatever was held, guessed, reversed, billed anew (BIL-03)."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum

from huiyin.billing.models import Line, Reduction
from huiyin.billing.rules.explain import steps
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.running import posted, reverse
from huiyin.billing.tests.sound import check_sound
from huiyin.matters.tests.cast import AT
from huiyin.meters.models import Reading

PRICE = Decimal("4.10")
APRIL: datetime = AT.replace(month=4, day=6)


@pytest.fixture
def flat(estate: Estate) -> Estate:
    """Only the flat has a meter, at zero when the year begins."""
    estate.assignments["let", "water"].delete()
    read(estate, date(2025, 12, 31), "0", kind="first")
    return estate


def read(estate: Estate, on: date, value: str, kind: str = "read") -> Reading:
    return Reading.objects.create(
        community=estate.community,
        meter=estate.meters["flat"],
        kind=kind,
        read_on=on,
        value=Decimal(value),
        key=uuid4(),
        by_name="测试",
        recorded_at=AT,
    )


def charged(estate: Estate) -> Decimal:
    """Units of water that live lines charge, less what was taken back."""
    return owed(estate) / PRICE


def owed(estate: Estate) -> Decimal:
    live = Line.objects.filter(item=estate.items["water"], reversed_at=None)
    less = Reduction.objects.filter(line__in=live).aggregate(all=Sum("amount"))["all"] or 0
    return Decimal(live.aggregate(all=Sum("amount"))["all"] or 0) - less


@pytest.mark.rule("BIL-03")
@pytest.mark.parametrize("late", [True, False])
def test_a_month_held_back_and_billed_after_the_next_takes_nothing_twice(
    flat: Estate, late: bool
) -> None:
    read(flat, date(2026, 1, 31), "10")
    posted(flat, "2026-02", "B")
    assert posted(flat, "2026-03", "B").held == 1, "nobody read February"
    if late:
        read(flat, date(2026, 2, 28), "20")  # settled, but the run was not repeated in time
    read(flat, date(2026, 3, 31), "30")
    posted(flat, "2026-04", "B", at=APRIL)
    assert charged(flat) == 30, "March goes on from what was billed"
    if not late:
        read(flat, date(2026, 2, 28), "20")
    posted(flat, "2026-03", "B", at=APRIL)
    assert charged(flat) == 30
    check_sound()


@pytest.mark.rule("BIL-03")
def test_a_month_reversed_between_two_others_ends_where_the_next_began(flat: Estate) -> None:
    """The reading of February was wrong; March went on from it and set it right already."""
    read(flat, date(2026, 1, 31), "10")
    wrong = read(flat, date(2026, 2, 28), "25")
    read(flat, date(2026, 3, 31), "30")
    posted(flat, "2026-02", "B")
    february = posted(flat, "2026-03", "B")
    posted(flat, "2026-04", "B", at=APRIL)
    wrong.voided_at, wrong.void_reason = AT, "看错了"
    wrong.save(update_fields=["voided_at", "void_reason"])
    read(flat, date(2026, 2, 28), "15")
    reverse(flat, february, APRIL)
    posted(flat, "2026-03", "B", at=APRIL)
    assert charged(flat) == 30
    check_sound()


@pytest.mark.rule("BIL-03")
def test_what_was_guessed_too_high_goes_back_at_what_it_cost(flat: Estate) -> None:
    """18 m³ at 3.50, above that 5.25: guessed 30, read 20, which ought to have been 15."""
    tariff = flat.tariffs["water", ""]
    tariff.tiers = [["18", "3.50"], [None, "5.25"]]
    tariff.save(update_fields=["tiers"])
    read(flat, date(2026, 1, 31), "30", kind="estimated")
    wrong = read(flat, date(2026, 2, 28), "20")
    posted(flat, "2026-02", "B")
    february = posted(flat, "2026-03", "B")
    assert owed(flat) == Decimal("73.50"), "18 × 3.50 + 2 × 5.25"
    wrong.voided_at, wrong.void_reason = AT, "看错了"
    wrong.save(update_fields=["voided_at", "void_reason"])
    read(flat, date(2026, 2, 28), "15")
    reverse(flat, february)
    posted(flat, "2026-03", "B")
    assert owed(flat) == Decimal("52.50"), "15 × 3.50"
    check_sound()


@pytest.mark.rule("BIL-03")
@pytest.mark.rule("BIL-14")
def test_what_an_estimate_gave_back_is_given_back_once(flat: Estate) -> None:
    """Guessed 30, read 20: reversed and billed anew, whichever of the two, it stays at 20."""
    read(flat, date(2026, 1, 31), "30", kind="estimated")
    read(flat, date(2026, 2, 28), "20")
    january = posted(flat, "2026-02", "B")
    february = posted(flat, "2026-03", "B")
    assert charged(flat) == 20
    for _ in range(2):
        reverse(flat, february)
        february = posted(flat, "2026-03", "B")
        assert charged(flat) == 20
    line = Line.objects.get(bill__run=february, item=flat.items["water"])
    assert "given_back" in [step.code for step in steps(line.working)]

    reverse(flat, january)
    january = posted(flat, "2026-02", "B")
    assert charged(flat) == 20
    line = Line.objects.get(bill__run=january, item=flat.items["water"])
    assert "not_given_back" in [step.code for step in steps(line.working)]

    reverse(flat, february)
    read(flat, date(2026, 3, 31), "33")
    posted(flat, "2026-04", "B", at=APRIL)
    assert charged(flat) == 33, "February is in March"
    posted(flat, "2026-03", "B", at=APRIL)
    assert charged(flat) == 33
    check_sound()
