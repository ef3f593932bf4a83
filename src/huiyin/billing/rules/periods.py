"""Billing periods by name: 2026-03 a month, 2026Q1 a quarter, 2026H1 a half, 2026 a year."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

YEAR: Final = 12
_MARKS: Final = {3: "Q", 6: "H"}
_NAME: Final = re.compile(r"([1-9]\d{3})(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?", re.ASCII)
OPENING: Final = "opening"  # no period: what was owed before the books were opened
LAST_YEAR: Final = 9998  # the day after its last one still is a day


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter, half or year; its days are half-open."""

    name: str
    from_on: date
    until_on: date

    @property
    def months(self) -> int:
        """How many months it has."""
        return month_number(self.until_on) - month_number(self.from_on)


def period(name: str) -> Period:
    """Return the period of that name; ValueError when there is no such period."""
    matched = _NAME.fullmatch(name)
    if matched is None or int(matched[1]) > LAST_YEAR:
        raise ValueError(f"no period: {name!r}")
    year = int(matched[1])
    months, nth = next(
        (
            (length, int(given) - 1)
            for length, given in zip((1, 3, 6), matched.groups()[1:], strict=True)
            if given
        ),
        (YEAR, 0),
    )
    return _numbered(year * YEAR + nth * months, months)


def period_of(day: date, months: int) -> Period:
    """Return the period of so many months (1, 3, 6 or 12) in which a day lies."""
    if months not in (1, 3, 6, YEAR):
        raise ValueError(f"no period of {months} months")
    month = month_number(day)
    return _numbered(month - month % months, months)


def previous(one: Period) -> Period:
    """Return the period of the same length before it."""
    return _numbered(month_number(one.from_on) - one.months, one.months)


def following(one: Period) -> Period:
    """Return the period of the same length after it."""
    return _numbered(month_number(one.until_on), one.months)


def month_number(day: date) -> int:
    """Count the months from the year 0 to the month of a day."""
    return day.year * YEAR + day.month - 1


def first_of(month: int) -> date:
    """Return the first day of a month by its number."""
    return date(month // YEAR, month % YEAR + 1, 1)


def _numbered(month: int, months: int) -> Period:
    year, nth = divmod(month, YEAR)
    if months == 1:
        name = f"{year}-{nth + 1:02}"
    elif months == YEAR:
        name = f"{year}"
    else:
        name = f"{year}{_MARKS[months]}{nth // months + 1}"
    return Period(name, first_of(month), first_of(month + months))
