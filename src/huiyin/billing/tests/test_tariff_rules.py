"""A chain of prices has no day without one and no day with two, whatever is accepted (BIL-01)."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.rules.tariffs import Stretch, Unfit, bad_steps, fit, joined

JANUARY, APRIL, JULY = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)
YEAR_END = date(2027, 1, 1)
TWO = (Stretch(1, JANUARY, JULY), Stretch(2, JULY))


def fault(chain: tuple[Stretch, ...], from_on: date, until_on: date | None = None) -> Unfit:
    with pytest.raises(Unfit) as refused:
        fit(chain, Stretch(9, from_on, until_on))
    return refused.value


def test_a_price_ends_the_one_before_on_its_first_day() -> None:
    first = (Stretch(1, JANUARY),)
    assert joined(first, Stretch(2, JULY)) == TWO
    assert joined(TWO, Stretch(3, APRIL, JULY)) == (
        Stretch(1, JANUARY, APRIL),
        Stretch(3, APRIL, JULY),
        Stretch(2, JULY),
    )


def test_one_of_the_same_day_takes_the_place() -> None:
    assert joined(TWO, Stretch(3, JULY, YEAR_END)) == (TWO[0], Stretch(3, JULY, YEAR_END))
    assert fit(TWO, Stretch(3, JANUARY, JULY)).replaces == 1


def test_gaps_and_overlaps_are_named_by_their_days() -> None:
    ended = (Stretch(1, JANUARY, APRIL),)
    gap = fault(ended, JULY)
    assert (gap.code, gap.from_on, gap.until_on) == ("gap", APRIL, JULY)
    assert fit(ended, Stretch(2, APRIL)).ends is None
    overlap = fault(TWO, APRIL)
    assert (overlap.code, overlap.from_on, overlap.until_on) == ("overlap", JULY, None)
    assert fault(TWO, APRIL, date(2026, 5, 1)).code == "gap"
    assert fault(TWO, date(2025, 1, 1), APRIL).code == "overlap"
    assert fault(TWO, date(2025, 1, 1), date(2025, 6, 1)).code == "gap"
    assert fault((), JULY, APRIL).code == "backwards"


day = st.integers(0, 400).map(lambda number: JANUARY + timedelta(days=number))
stretches = st.lists(st.tuples(day, st.none() | day), max_size=12)


@pytest.mark.rule("BIL-01")
@given(stretches)
def test_whatever_is_accepted_leaves_no_gap_and_no_overlap(
    proposed: list[tuple[date, date | None]],
) -> None:
    chain: tuple[Stretch, ...] = ()
    for number, (from_on, until_on) in enumerate(proposed):
        new = Stretch(number, from_on, until_on)
        try:
            after = joined(chain, new)
        except Unfit as refused:
            # What is refused is refused for days that really are claimed twice or not at all.
            assert (
                refused.until_on is None
                or refused.code == "backwards"
                or (refused.from_on < refused.until_on)
            )
            continue
        assert new in after
        for one, following in pairwise(after):
            assert one.until_on == following.from_on
        assert all(one.until_on is None or one.from_on < one.until_on for one in after)
        # No day that had a price before the new one began has lost it.
        for one in chain:
            if one.from_on < new.from_on:
                assert any(other.holds_on(one.from_on) for other in after)
        chain = after


def test_steps_rise_and_the_last_is_open() -> None:
    one, two = Decimal(1), Decimal(2)
    assert bad_steps([]) == ""
    assert bad_steps([(Decimal(18), one), (None, two)]) == ""
    assert bad_steps([(Decimal(18), one), (Decimal(30), two)]) == "open"
    assert bad_steps([(None, one), (None, two)]) == "open"
    assert bad_steps([(Decimal(30), one), (Decimal(18), two), (None, two)]) == "order"
    assert bad_steps([(Decimal(0), one), (None, two)]) == "order"
    assert bad_steps([(Decimal(18), Decimal(0)), (None, Decimal(0))]) == "free"
