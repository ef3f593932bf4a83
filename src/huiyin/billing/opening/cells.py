"""What a cell of an old ledger says: an amount, the days it was charged for. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.text import Cell, Unreadable, arabic, cell_text, is_blank, squeeze
from huiyin.kernel.money import CENT

LARGEST: Final = Decimal("99999999.99")
_DUST: Final = Decimal("0.000001")  # what binary spreadsheets leave behind a sum
_YEARS: Final = range(1990, 2100)
_YEAR = r"(?P<year>(?:19|20)\d{2})年?度?"
_TO = r"(?:至|到|-|~)"
_MONTHS: Final = re.compile(
    rf"{_YEAR}[-./]?(?P<month>\d{{1,2}})月?(?:份)?"
    rf"(?:{_TO}(?:(?P<last_year>(?:19|20)\d{{2}})[年\-./]?)?(?P<last>\d{{1,2}})月?(?:份)?)?",
    re.ASCII,
)
_QUARTER: Final = re.compile(rf"{_YEAR}(?:第?(?P<number>[1-4])季度?|[-./]?Q(?P<q>[1-4]))", re.ASCII)
_HALF: Final = re.compile(rf"{_YEAR}(?:(?P<which>[上下])半年?|[-./]?H(?P<h>[12]))", re.ASCII)
_WHOLE: Final = re.compile(rf"{_YEAR}(?:全年)?", re.ASCII)
_DAYS: Final = re.compile(rf"(?P<first>.{{8,11}}?){_TO}(?P<last>.{{8,11}})")
_DECEMBER: Final = 12


def read_amount(value: Cell) -> Decimal | None:
    """Read yuan from a cell, or None where nothing stands in it.

    Raises Unreadable for what is no number, has parts of a cent, or is too large.
    """
    text = squeeze(cell_text(value))
    if is_blank(text):
        return None
    bare = text.removeprefix("¥").removeprefix("￥").removesuffix("元").replace(",", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise Unreadable("amount.not_a_number") from None
    if not amount.is_finite():
        raise Unreadable("amount.not_a_number")
    if abs(amount) > LARGEST:
        raise Unreadable("amount.too_large")
    rounded = amount.quantize(CENT)
    if abs(amount - rounded) > _DUST:
        raise Unreadable("amount.parts_of_a_cent")
    return rounded


def read_period(value: Cell) -> tuple[date, date] | None:
    """Read half-open days from ``2025年1-3月``, ``2025Q1``, ``2025年度``, or two days.

    A cell that the spreadsheet made a day of is the month of that day. Raises Unreadable.
    """
    if isinstance(value, datetime | date):
        return _months(value.year, value.month, value.year, value.month)
    text = arabic(squeeze(cell_text(value)), "季|月").upper()
    if is_blank(text):
        return None
    for pattern, read in _WAYS:
        if found := pattern.fullmatch(text):
            return read(found)
    if found := _DAYS.fullmatch(text):
        return _from_to(found)
    raise Unreadable("period.unreadable")


def read_span(first: Cell, last: Cell) -> tuple[date, date] | None:
    """Read half-open days from a first and a last day, the last one included."""
    from_on, last_on = read_date(first), read_date(last)
    if from_on is None and last_on is None:
        return None
    if from_on is None or last_on is None:
        raise Unreadable("period.half")
    return _span(from_on, last_on)


def _quarter(found: re.Match[str]) -> tuple[date, date]:
    number = int(found["number"] or found["q"])
    return _months(int(found["year"]), 3 * number - 2, int(found["year"]), 3 * number)


def _half(found: re.Match[str]) -> tuple[date, date]:
    first = 1 if found["which"] == "上" or found["h"] == "1" else 7
    return _months(int(found["year"]), first, int(found["year"]), first + 5)


def _whole(found: re.Match[str]) -> tuple[date, date]:
    return _months(int(found["year"]), 1, int(found["year"]), _DECEMBER)


def _some_months(found: re.Match[str]) -> tuple[date, date]:
    year, month = int(found["year"]), int(found["month"])
    return _months(year, month, int(found["last_year"] or year), int(found["last"] or month))


_WAYS: Final = ((_QUARTER, _quarter), (_HALF, _half), (_WHOLE, _whole), (_MONTHS, _some_months))


def _from_to(found: re.Match[str]) -> tuple[date, date]:
    from_on, last_on = read_date(found["first"]), read_date(found["last"])
    if from_on is None or last_on is None:
        raise Unreadable("period.unreadable")
    return _span(from_on, last_on)


def _span(from_on: date, last_on: date) -> tuple[date, date]:
    if last_on < from_on:
        raise Unreadable("period.backwards")
    return from_on, date.fromordinal(last_on.toordinal() + 1)


def _months(year: int, month: int, last_year: int, last: int) -> tuple[date, date]:
    """Return the days of whole months, the last one included."""
    if not (1 <= month <= _DECEMBER and 1 <= last <= _DECEMBER):
        raise Unreadable("period.no_month")
    if year not in _YEARS or last_year not in _YEARS:
        raise Unreadable("date.implausible")
    if (last_year, last) < (year, month):
        raise Unreadable("period.backwards")
    after = date(last_year + 1, 1, 1) if last == _DECEMBER else date(last_year, last + 1, 1)
    return date(year, month, 1), after
