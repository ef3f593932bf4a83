"""Billing periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.rules.periods import Period, following, period, period_of, previous

DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))
LENGTHS = st.sampled_from((1, 3, 6, 12))


@pytest.mark.parametrize(
    ("name", "from_on", "until_on"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2024", date(2024, 1, 1), date(2025, 1, 1)),
    ],
)
def test_a_name_is_a_period(name: str, from_on: date, until_on: date) -> None:
    assert period(name) == Period(name, from_on, until_on)


@pytest.mark.parametrize(
    "name",
    ["", "26-03", "2026-13", "2026-3", "2026Q5", "2026H3", "2026q1", "2026Q1 ", "9999", "٢٠٢٦"],
)
def test_other_names_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        period(name)


def test_periods_of_other_lengths_are_none() -> None:
    with pytest.raises(ValueError, match="2 months"):
        period_of(date(2026, 3, 16), 2)


@given(DAYS, LENGTHS)
def test_periods_lie_one_after_the_other(day: date, months: int) -> None:
    here = period_of(day, months)
    assert here.from_on <= day < here.until_on
    assert here.months == months
    assert period(here.name) == here
    assert following(here).from_on == here.until_on
    assert previous(following(here)) == here
    assert period_of(here.from_on - timedelta(days=1), months) == previous(here)
