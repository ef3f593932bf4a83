"""Workbooks for the tests, written the way offices write them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from huiyin.estate.roster.parsed import Parsed, ParsedHouse
from huiyin.estate.roster.workbook import parse_bytes

Rows = Sequence[Sequence[Any]]


def book(sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """Make a workbook; `merged` gives ranges such as `A2:A5` per sheet (the first cell counts)."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for cells in (merged or {}).get(name, ()):
                sheet.merge_range(cells, "")
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value in ("", None):
                        continue
                    if isinstance(value, date):
                        sheet.write_datetime(at, column, value, day)
                    else:
                        sheet.write(at, column, value)
    return buffer.getvalue()


def parsed(sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> Parsed:
    """Make a workbook and read it."""
    return parse_bytes(book(sheets, merged), "roster.xlsx")


def by_code(found: Parsed) -> dict[str, ParsedHouse]:
    """Return the houses of a roster by their code."""
    return {house.code: house for house in found.houses}


def names(house: ParsedHouse) -> list[str]:
    """Return the names of the owners of a house."""
    return [owner.name for owner in house.owners]


def numbers(house: ParsedHouse) -> list[str]:
    """Return the telephone numbers of the owners of a house."""
    return [phone.number for owner in house.owners for phone in owner.phones]
