"""The decreed holidays, with a second package as witness."""

from datetime import date, timedelta

import holidays

from huiyin.kernel.decree import decreed_days, decreed_years
from huiyin.kernel.tests.calendars import decreed


def test_both_sources_agree_on_every_day() -> None:
    calendar = decreed()
    witness = holidays.country_holidays("CN", years=range(2018, 2027))
    day = date(2018, 1, 1)
    while day.year < 2027:
        assert calendar.is_working_day(day) == witness.is_working_day(day), day
        day += timedelta(days=1)


def test_a_year_nobody_decreed_is_not_guessed() -> None:
    assert 2026 in decreed_years()
    last = max(decreed_years())
    assert decreed_days([last + 1]) == ()


def test_days_are_named_and_in_order() -> None:
    days = decreed_days([2026])
    assert [one.day for one in days] == sorted(one.day for one in days)
    sunday = next(one for one in days if one.day == date(2026, 9, 20))
    assert (sunday.name, sunday.is_working_day) == ("国庆节", True)
