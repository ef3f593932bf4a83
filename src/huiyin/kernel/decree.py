"""The statutory holidays and make-up workdays of mainland China, to seed a calendar with.

They are decreed year by year, about November for the next; a year nobody has decreed yet is not
guessed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import chinese_calendar

from huiyin.kernel.calendar import Hours


@dataclass(frozen=True)
class DecreedDay:
    """One day on which the week's plan does not hold."""

    day: date
    name: str
    """The holiday, in Chinese; for a make-up workday the one it makes up for."""
    is_working_day: bool


def decreed_years() -> frozenset[int]:
    """List the years whose holidays are known."""
    return frozenset(day.year for day in chinese_calendar.holidays)


def decreed_days(years: Iterable[int] | None = None) -> tuple[DecreedDay, ...]:
    """List the days of these years (of all known ones if none are named) in order."""
    wanted = decreed_years() if years is None else frozenset(years)
    titles = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    days = (
        DecreedDay(day, titles[name], is_working_day)
        for table, is_working_day in (
            (chinese_calendar.holidays, False),
            (chinese_calendar.workdays, True),
        )
        for day, name in table.items()
        if day.year in wanted
    )
    return tuple(sorted(days, key=lambda decreed: decreed.day))


def overrides(days: Iterable[DecreedDay], make_up_hours: Hours) -> dict[date, Hours]:
    """Turn decreed days into the dated exceptions of a working calendar."""
    return {decreed.day: make_up_hours if decreed.is_working_day else () for decreed in days}


def names(days: Iterable[DecreedDay]) -> dict[date, str]:
    """Name decreed days for people."""
    return {decreed.day: decreed.name for decreed in days}
