"""Days: a date cell, a serial number, `2021-03-30`, `2021/3/30`, `2021.3.30`, `2021年3月30日` …

A month without its day is refused: what is charged from the hand-over day cannot rest on a guess.
So is a day that could be read in two ways (`03/04/2021`, `21.3.30`).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from huiyin.estate.roster.text import Cell, Unreadable, arabic, cell_text, is_blank

_TAIL = (
    r"(?:[T ]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:\(?(?:星期|周)[一二三四五六日天]\)?)?"
    r"(?:交房|交付|交楼|收楼|收房|入伙)?"
)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})(?:年|[-/.、, ])(\d{{1,2}})(?:月|[-/.、, ])(\d{{1,2}})[日号]?{_TAIL}", re.ASCII
)
_SHORT_YEAR = re.compile(r"(\d{2})年(\d{1,2})月(\d{1,2})[日号]?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_MONTH_NAMED = re.compile(
    r"(?P<day>\d{1,2})[- ](?P<month>[a-z]{3})[a-z]*[-, ]*(?P<year>\d{4})"
    r"|(?P<month_first>[a-z]{3})[a-z]*\.? ?(?P<then>\d{1,2}),? ?(?P<last>\d{4})",
    re.ASCII | re.IGNORECASE,
)
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NO_DAY = re.compile(r"\d{4}(?:年|[-/.])\d{1,2}月?|\d{4}年?|(?:19|20)\d{4}", re.ASCII)
_NOT_YET = re.compile(r"[未待尚].{0,6}(?:交|收|售|入伙|入住|办|领)?.{0,4}|空置|开发商")
_EPOCH = date(1899, 12, 30)
_SERIALS = range(10_000, 80_000)
_YEARS = range(1949, 2100)
_MONTHS = 12


def read_date(value: Cell) -> date | None:
    """Read a day, or None where the cell is blank or says that it has not come yet.

    Raises `Unreadable` for an impossible, incomplete or ambiguous day.
    """
    if isinstance(value, datetime):
        return _plausible(value.date())
    if isinstance(value, date):
        return _plausible(value)
    text = cell_text(value)
    if is_blank(text) or _NOT_YET.fullmatch(text):
        return None
    if text.isascii() and text.isdigit() and int(text[:9]) in _SERIALS and len(text) < 6:  # noqa: PLR2004
        return _plausible(_EPOCH + timedelta(days=int(text)))
    if isinstance(value, float) and value != int(value) and int(value) in _SERIALS:
        return _plausible(_EPOCH + timedelta(days=int(value)))
    return _written(text)


def _written(text: str) -> date:
    """Read a day written out in one of the known forms."""
    text = text.replace("\n", " ")
    text = re.sub(r"(?<=\D) | (?=[^\d ])", "", arabic(text, "[年月日号]"))
    for pattern in (_YEAR_FIRST, _EIGHT):
        if found := pattern.fullmatch(text):
            return _day(found[1], found[2], found[3])
    if found := _SHORT_YEAR.fullmatch(text):
        return _day("20" + found[1], found[2], found[3])
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[2]), found[3])
    if found := _MONTH_NAMED.fullmatch(text):
        return _month_named(found)
    if _NO_DAY.fullmatch(text):
        raise Unreadable("date.no_day")
    raise Unreadable("date.not_a_date")


def _year_last(first: int, second: int, year: str) -> date:
    """Read `30/3/2021` or `3/30/2021`, if only one of the two readings exists."""
    if first <= _MONTHS and second <= _MONTHS and first != second:
        raise Unreadable("date.ambiguous")
    day, month = (first, second) if first > _MONTHS else (second, first)
    return _day(year, str(month), str(day))


def _month_named(found: re.Match[str]) -> date:
    """Read `30-Mar-2021` or `Mar 30, 2021`."""
    month = (found["month"] or found["month_first"]).lower()
    if month not in _NAMES:
        raise Unreadable("date.not_a_date")
    number = str(_NAMES.index(month) + 1)
    return _day(found["year"] or found["last"], number, found["day"] or found["then"])


def _day(year: str, month: str, day: str) -> date:
    """Make the day, or refuse one that is not in the calendar."""
    try:
        return _plausible(date(int(year), int(month), int(day)))
    except ValueError as error:
        raise Unreadable("date.impossible") from error


def _plausible(day: date) -> date:
    """Return the day, or refuse a year no house was handed over in."""
    if day.year not in _YEARS:
        raise Unreadable("date.implausible")
    return day
