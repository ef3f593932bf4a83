"""Use between two days: every unit once, however periods are cut, and never a negative one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.meters.rules import (
    Held,
    MeterFacts,
    Missing,
    ReadingFacts,
    Use,
    doubt,
    estimate,
    most_believable,
    use,
    usual,
)

pytestmark = pytest.mark.rule("BIL-03")
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def reading(number: int, on: str, value: str, kind: str = "read", **more: bool) -> ReadingFacts:
    return ReadingFacts(number, kind, date.fromisoformat(f"2026-{on}"), Decimal(value), **more)


def meter(*readings: ReadingFacts, **given: object) -> MeterFacts:
    plain: dict[str, object] = {
        "id": 1,
        "code": "W-1",
        "factor": Decimal(1),
        "digits": 5,
        "from_on": date(2025, 1, 1),
        "readings": readings,
    }
    return MeterFacts(**(plain | given))  # type: ignore[arg-type]


def used(
    *meters: MeterFacts, period: tuple[date, date] = (MARCH, APRIL), **opened: int
) -> Use | Missing | Held:
    return use(
        meters,
        from_on=period[0],
        until_on=period[1],
        early=7,
        late=7,
        opened_with={int(key[1:]): value for key, value in opened.items()},
    )


def quantity(told: Use | Missing | Held) -> Decimal:
    assert isinstance(told, Use), told
    return told.quantity


class TestPeriod:
    def test_two_readings_make_a_use(self) -> None:
        told = used(meter(reading(1, "02-28", "100"), reading(2, "03-31", "112.5")))
        assert isinstance(told, Use)
        assert (told.quantity, told.back, told.estimated) == (Decimal("12.5"), Decimal(0), False)
        part = told.parts[0]
        assert (part.from_id, part.to_id) == (1, 2)
        assert (part.from_value, part.to_value) == (Decimal(100), Decimal("112.5"))
        assert told.opens_with == {1: 2}

    def test_the_factor_multiplies(self) -> None:
        one = meter(reading(1, "03-01", "10"), reading(2, "04-01", "13"), factor=Decimal(40))
        assert quantity(used(one)) == 120

    def test_nearest_to_the_end_closes_and_of_two_the_later(self) -> None:
        near = meter(reading(1, "03-01", "0"), reading(2, "03-30", "20"), reading(3, "04-03", "23"))
        assert quantity(used(near)) == 23
        nearer = replace(near, readings=(*near.readings[:2], reading(3, "04-04", "24")))
        assert quantity(used(nearer)) == 20

    def test_what_closed_a_bill_opens_the_next_even_if_a_nearer_one_came_later(self) -> None:
        one = meter(
            reading(1, "03-01", "0"),
            reading(2, "03-28", "20"),
            reading(3, "04-01", "24"),
            reading(4, "04-30", "50"),
        )
        assert quantity(used(one, period=(APRIL, MAY), m1=2)) == 30
        assert quantity(used(one, period=(APRIL, MAY))) == 26

    def test_a_late_bill_takes_nothing_that_a_later_one_took(self) -> None:
        one = meter(reading(1, "03-01", "0"), reading(2, "04-01", "24"), reading(3, "04-30", "50"))
        told = used(one, m1=3)
        assert isinstance(told, Use)
        assert (told.quantity, told.opens_with) == (Decimal(0), {1: 3})

    def test_nobody_read_and_no_meter(self) -> None:
        assert used(meter(reading(1, "03-01", "0"), reading(2, "03-20", "9"))) == Missing(
            "closing", "W-1"
        )
        assert used(meter(reading(1, "04-01", "9"))) == Missing("opening", "W-1")
        assert used() == Missing("meter")

    def test_a_skipped_month_is_in_the_next(self) -> None:
        one = meter(reading(1, "03-01", "0"), reading(2, "04-30", "50"))
        assert used(one) == Missing("closing", "W-1")
        assert quantity(used(one, period=(APRIL, MAY))) == 50

    def test_held_and_voided_never_count(self) -> None:
        doubtful = meter(reading(1, "03-01", "50"), reading(2, "04-01", "4", held=True))
        assert used(doubtful) == Held("W-1", 2)
        assert (
            quantity(
                used(replace(doubtful, readings=(*doubtful.readings, reading(3, "03-27", "54"))))
            )
            == 4
        )
        gone = meter(reading(1, "03-01", "50"), reading(2, "04-01", "99", voided=True))
        assert used(gone) == Missing("closing", "W-1")

    def test_held_opening(self) -> None:
        one = meter(reading(1, "03-01", "50", held=True), reading(2, "04-01", "60"))
        assert used(one) == Held("W-1", 1)

    def test_voided_after_it_was_billed_is_set_right_by_the_next(self) -> None:
        one = meter(reading(1, "04-01", "1120", voided=True), reading(2, "04-30", "130"))
        told = used(one, period=(APRIL, MAY), m1=1)
        assert isinstance(told, Use)
        assert (told.quantity, told.back) == (Decimal(0), Decimal(990))


class TestMeters:
    def test_rolled_over(self) -> None:
        one = meter(reading(1, "03-01", "99990"), reading(2, "04-01", "15", rolled=True))
        told = used(one)
        assert isinstance(told, Use)
        assert (told.quantity, told.parts[0].rolled) == (Decimal(25), 1)

    def test_rolled_over_counts_once_though_a_reading_in_between_came_late(self) -> None:
        one = meter(
            reading(1, "03-01", "99990"),
            reading(3, "03-15", "3", rolled=True),
            reading(2, "04-01", "15", rolled=True),
        )
        assert quantity(used(one)) == 25

    def test_replaced_adds_up(self) -> None:
        swapped = date(2026, 3, 17)
        old = meter(
            reading(1, "03-01", "100"), reading(2, "03-17", "108", "last"), until_on=swapped
        )
        new = meter(
            reading(3, "03-17", "2", "first"),
            reading(4, "04-01", "9"),
            id=2,
            code="W-2",
            from_on=swapped,
        )
        told = used(old, new)
        assert quantity(told) == 15
        assert (
            quantity(
                used(
                    old,
                    replace(new, readings=(*new.readings, reading(5, "04-30", "19"))),
                    period=(APRIL, MAY),
                    m1=2,
                    m2=4,
                )
            )
            == 10
        )

    def test_what_the_old_one_showed_after_its_last_bill_is_in_the_next(self) -> None:
        swapped = date(2026, 3, 29)
        old = meter(
            reading(1, "03-01", "100"),
            reading(2, "03-27", "105"),
            reading(3, "03-29", "108", "last"),
            until_on=swapped,
        )
        new = meter(
            reading(4, "03-29", "0", "first"),
            reading(5, "04-30", "10"),
            id=2,
            code="W-2",
            from_on=swapped,
        )
        assert quantity(used(old, new, period=(APRIL, MAY), m1=2, m2=4)) == 13
        assert quantity(used(old, new, period=(APRIL, MAY), m1=3, m2=4)) == 10

    def test_replaced_with_nobodys_last_reading(self) -> None:
        old = meter(reading(1, "03-01", "100"), until_on=date(2026, 3, 17))
        assert used(old) == Missing("closing", "W-1")

    def test_began_inside(self) -> None:
        one = meter(
            reading(1, "03-03", "5", "first"),
            reading(2, "03-03", "6"),
            reading(3, "04-01", "20"),
            from_on=date(2026, 3, 3),
        )
        assert quantity(used(one)) == 15

    def test_hung_up_after_the_period_is_no_meter_of_it(self) -> None:
        one = meter(reading(1, "04-03", "5", "first"), from_on=date(2026, 4, 3))
        assert used(one) == Missing("meter")


class TestEstimates:
    def test_estimated_closes_what_nobody_read_and_is_set_right_later(self) -> None:
        one = meter(
            reading(1, "03-01", "0"),
            reading(2, "04-01", "30", "estimated"),
            reading(3, "04-30", "45"),
        )
        march, april = used(one), used(one, period=(APRIL, MAY), m1=2)
        assert isinstance(march, Use)
        assert march.estimated
        assert quantity(march) + quantity(april) == 45

    def test_too_high_an_estimate_goes_back(self) -> None:
        one = meter(
            reading(1, "03-01", "0"),
            reading(2, "04-01", "60", "estimated"),
            reading(3, "04-30", "45"),
        )
        told = used(one, period=(APRIL, MAY), m1=2)
        assert isinstance(told, Use)
        assert (told.quantity, told.back, told.estimated) == (Decimal(0), Decimal(15), False)

    def test_who_read_goes_before_who_guessed(self) -> None:
        one = meter(
            reading(1, "03-01", "0"),
            reading(2, "04-01", "60", "estimated"),
            reading(3, "04-05", "45"),
        )
        assert quantity(used(one)) == 45

    def test_estimate_by_the_usual_use(self) -> None:
        one = meter(reading(1, "02-01", "100"), reading(2, "03-01", "114"))
        assert usual(one) == Decimal("0.5")
        guessed = replace(one, readings=(*one.readings, reading(3, "03-31", "900", "estimated")))
        assert usual(guessed) == Decimal("0.5")
        assert estimate(one, date(2026, 4, 1)) == 130  # 31 days: 15.5 more, half up
        assert estimate(meter(reading(1, "03-01", "114")), APRIL) is None
        full = meter(reading(1, "02-01", "99980"), reading(2, "03-01", "99994"))
        assert estimate(full, date(2026, 4, 1)) == 99999


class TestDoubt:
    one = meter(
        reading(1, "01-01", "0"), reading(2, "01-31", "30"), reading(4, "03-02", "60", "estimated")
    )

    def test_believable(self) -> None:
        assert doubt(self.one, reading(9, "03-02", "55"), factor=Decimal(5)) == ""
        assert doubt(meter(), reading(9, "03-02", "55"), factor=Decimal(5)) == ""

    def test_lower_than_before(self) -> None:
        assert doubt(self.one, reading(9, "03-02", "29"), factor=Decimal(5)) == "lower"
        assert doubt(self.one, reading(9, "03-02", "29", rolled=True), factor=Decimal(5)) == (
            "too_much"
        )

    def test_lower_than_an_estimate_sets_it_right(self) -> None:
        assert doubt(self.one, reading(9, "03-05", "40"), factor=Decimal(5)) == ""

    def test_more_than_a_later_one(self) -> None:
        assert doubt(self.one, reading(9, "01-20", "31"), factor=Decimal(5)) == "later_less"

    def test_more_than_a_later_one_that_rolled_over(self) -> None:
        full = meter(reading(1, "01-01", "99990"), reading(2, "01-31", "10", rolled=True))
        assert doubt(full, reading(9, "01-15", "99995"), factor=Decimal(5)) == ""

    def test_many_times_the_usual(self) -> None:
        assert doubt(self.one, reading(9, "03-02", "181"), factor=Decimal(5)) == "too_much"
        assert doubt(self.one, reading(9, "03-02", "180"), factor=Decimal(5)) == ""
        assert most_believable(self.one, date(2026, 3, 2), factor=Decimal(5)) == 180

    def test_an_empty_house_may_use_a_little(self) -> None:
        empty = meter(reading(1, "01-01", "7"), reading(2, "01-31", "7"))
        assert doubt(empty, reading(9, "03-02", "12"), factor=Decimal(5)) == ""
        assert doubt(empty, reading(9, "03-02", "13"), factor=Decimal(5)) == "too_much"


@dataclass(frozen=True)
class History:
    """Meters that followed each other, and what had truly been used at each reading."""

    meters: tuple[MeterFacts, ...]
    truth: dict[int, Decimal]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw meters of three digits: they roll over, are replaced, are read on any day."""
    day, total, number = date(2026, 1, 1), Decimal(0), 0
    meters: list[MeterFacts] = []
    truth: dict[int, Decimal] = {}
    factor = Decimal(draw(st.sampled_from(["1", "2.5", "40"])))
    for index in range(draw(st.integers(1, 3))):
        shown = draw(st.integers(0, 999))
        begun, readings = day, []
        steps = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 999)), max_size=6))
        kinds = ["first", *(["read"] * len(steps)), "last"]
        for kind, (days, more) in zip(kinds, [(0, 0), *steps, (1, 5)], strict=True):
            number += 1
            day += timedelta(days=days + (kind == "read"))
            total += more * factor
            rolled = shown + more > 999
            shown = (shown + more) % 1000
            truth[number] = total
            readings.append(ReadingFacts(number, kind, day, Decimal(shown), rolled=rolled))
        meters.append(MeterFacts(index + 1, f"W-{index}", factor, 3, begun, day, tuple(readings)))
    last = meters[-1]
    if draw(st.booleans()):  # the last one may hang there still
        meters[-1] = replace(last, until_on=None, readings=last.readings[:-1])
    return History(tuple(meters), truth)


def walk(history: History, cuts: Sequence[date], *, chained: bool) -> list[Use]:
    """Bill one period after another, as runs do, freezing what each one ended with.

    A period that cannot be told is billed together with the next one.
    """
    opened: dict[int, int] = {}
    bills = []
    begun = cuts[0]
    for until_on in cuts[1:]:
        told = use(
            history.meters,
            from_on=begun,
            until_on=until_on,
            early=7,
            late=7,
            opened_with=opened if chained else None,
        )
        if isinstance(told, Use):
            bills.append(told)
            opened |= told.opens_with
            begun = until_on
    return bills


@given(
    histories(),
    st.lists(st.dates(date(2026, 1, 2), date(2027, 6, 1)), max_size=8, unique=True).map(sorted),
)
def test_any_split_adds_up_to_what_was_used(history: History, cuts: list[date]) -> None:
    bills = walk(history, [date(2026, 1, 1), *cuts, date(2028, 1, 1)], chained=True)
    ends: dict[int, int] = {}
    for bill in bills:
        ends |= bill.opens_with
        assert bill.quantity >= 0
        assert not (bill.quantity and bill.back)
        assert bill.quantity - bill.back == sum(part.quantity for part in bill.parts)
    billed = sum(bill.quantity - bill.back for bill in bills)
    firsts = {one.id: one.readings[0].id for one in history.meters}
    assert billed == sum(
        history.truth[end] - history.truth[firsts[number]] for number, end in ends.items()
    )
    assert all(bill.back == 0 for bill in bills), "nothing but an estimate is ever too high"


@given(histories(), st.integers(15, 60))
def test_without_frozen_ends_neighbours_still_meet(history: History, days: int) -> None:
    cuts = [date(2026, 1, 1) + timedelta(days * step) for step in range(20)]
    for bill in walk(history, cuts, chained=False):
        for part in bill.parts:
            assert part.quantity == history.truth[part.to_id] - history.truth[part.from_id]


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(history: History, chance: object) -> None:
    cuts = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    mixed = []
    for one in history.meters:
        readings = list(one.readings)
        chance.shuffle(readings)  # type: ignore[attr-defined]
        mixed.append(replace(one, readings=tuple(readings)))
    turned = History(tuple(mixed), history.truth)
    assert walk(history, cuts, chained=True) == walk(turned, cuts, chained=True)
