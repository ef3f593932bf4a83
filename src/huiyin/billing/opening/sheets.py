"""Reads the workbook of old arrears and prepayments into rows; what it cannot read it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from huiyin.billing.opening.cells import read_amount, read_period, read_span
from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.files import Sheet
from huiyin.estate.roster.headers import column_letter
from huiyin.estate.roster.parsed import Notice, Problem
from huiyin.estate.roster.text import Cell, Unreadable, cell_text, is_blank, is_error, squeeze

HEADER_WITHIN: Final = 15  # rows from the top in which a header is looked for
SHOWN_VALUE: Final = 60
T = TypeVar("T")


class Field(StrEnum):
    """What a column of the workbook means."""

    HOUSE = "house"
    BUILDING = "building"
    UNIT = "unit"
    ITEM = "item"
    PERIOD = "period"
    FIRST = "first"
    LAST = "last"
    AMOUNT = "amount"
    DUE = "due"
    PREPAID = "prepaid"
    PAYER = "payer"
    REMARK = "remark"


# Looked at in this order: a header such as 欠费所属期 names days, not an amount.
_MEANINGS: Final = (
    (Field.PREPAID, r"预存|预收|预缴|预交|^余额$"),
    (Field.DUE, r"应[缴交付]日|到期日|[缴交]费(?:期限|截止)|最后[缴交]"),
    (Field.FIRST, r"起始|开始|^起$|^自$|费用起|欠费起"),
    (Field.LAST, r"截止|结束|^止$|^至$|费用止|欠费止"),
    (Field.PERIOD, r"账期|帐期|期间|所属期|月份|年度|季度"),
    (Field.ITEM, r"项目|费项|费用类|费用名|收费内容|科目"),
    (Field.AMOUNT, r"金额|本金|欠费|欠款|应收|应[缴交]"),
    (Field.BUILDING, r"^(?:楼栋|楼号|栋号|栋|楼)$"),
    (Field.UNIT, r"^单元号?$"),
    (Field.HOUSE, r"房号|房屋|房间|室号|单元房号|车位号|车位|户号|铺号"),
    (Field.PAYER, r"业主|姓名|缴费人|交费人|户名|客户|付款"),
    (Field.REMARK, r"备注|说明"),
)
_COMPILED: Final = tuple((one, re.compile(pattern)) for one, pattern in _MEANINGS)
_TOTAL: Final = re.compile(r"合计|总计|小计|共计")


@dataclass(frozen=True, slots=True)
class OldDebt:
    """One row that says what a house still owed: ``item`` and ``payer`` as they are written."""

    sheet: str
    row: int
    house: str
    building: str
    unit: str
    item: str
    from_on: date
    until_on: date
    amount: Decimal
    due_on: date | None
    payer: str


@dataclass(frozen=True, slots=True)
class OldCredit:
    """One row that says what a house had paid in advance."""

    sheet: str
    row: int
    house: str
    building: str
    unit: str
    amount: Decimal
    payer: str


@dataclass(slots=True)
class ParsedOpening:
    """All a workbook says: debts, credits, what was refused, and what was odd."""

    debts: list[OldDebt] = field(default_factory=list)
    credits: list[OldCredit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Layout:
    first_row: int
    columns: Mapping[Field, tuple[int, str]]


def parse_sheets(sheets: Sequence[Sheet]) -> ParsedOpening:
    """Read every sheet that has a header; the others are named."""
    parsed = ParsedOpening()
    for sheet in sheets:
        if sheet.hidden:
            parsed.notices.append(Notice(sheet.name, 0, "sheet.hidden"))
        elif any(cell_text(cell) for row in sheet.rows for cell in row):
            _read_sheet(sheet, parsed)
    return parsed


def meaning(header: str) -> Field | None:
    """Return what a header means, or None when it is not a known one."""
    bare = re.sub(r"\([^()]*\)", "", squeeze(header))
    return next((one for one, pattern in _COMPILED if pattern.search(bare)), None)


def _read_sheet(sheet: Sheet, parsed: ParsedOpening) -> None:
    layout = _find_layout(sheet.rows)
    if layout is None:
        parsed.notices.append(Notice(sheet.name, 0, "opening.no_header"))
        return
    debts, credited = Decimal(0), Decimal(0)
    for at, cells in enumerate(sheet.rows[layout.first_row :], layout.first_row):
        row = _Row(sheet.name, at + 1, cells, layout, parsed)
        if row.is_empty:
            continue
        if row.is_total:
            row.compare(debts, credited)
            continue
        for debt in row.debts():
            parsed.debts.append(debt)
            debts += debt.amount
        for one in row.credits():
            parsed.credits.append(one)
            credited += one.amount


def _find_layout(rows: Sequence[Sequence[Cell]]) -> _Layout | None:
    """Find the first row near the top that names a house and an amount."""
    for at, cells in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[Field, tuple[int, str]] = {}
        for index, cell in enumerate(cells):
            header = cell_text(cell)
            if (found := meaning(header)) and found not in columns:
                columns[found] = (index, header)
        if Field.HOUSE in columns and {Field.AMOUNT, Field.PREPAID} & set(columns):
            return _Layout(at + 1, columns)
    return None


class _Row:
    """One row under a header; its refusals go to the problems of the whole."""

    def __init__(
        self, sheet: str, number: int, cells: Sequence[Cell], layout: _Layout, to: ParsedOpening
    ) -> None:
        self.sheet = sheet
        self.number = number
        self.cells = cells
        self.layout = layout
        self.to = to
        self.refused = False

    @property
    def is_empty(self) -> bool:
        return not any(cell_text(self._cell(one)) for one in self.layout.columns)

    @property
    def is_total(self) -> bool:
        texts = [cell_text(cell) for cell in self.cells if cell_text(cell)]
        return bool(texts) and bool(_TOTAL.search(texts[0]))

    def compare(self, debts: Decimal, credited: Decimal) -> None:
        """Say so when a line of totals is not what the rows above it come to."""
        for one, came_to in ((Field.AMOUNT, debts), (Field.PREPAID, credited)):
            written = self._read(one, partial(read_amount, self._cell(one)))
            if written is not None and written != came_to:
                params = {"written": f"{written:,}", "read": f"{came_to:,}"}
                self.to.notices.append(
                    Notice(self.sheet, self.number, "opening.total_differs", params)
                )

    def debts(self) -> Iterator[OldDebt]:
        """Read what is owed in this row, if anything is."""
        amount = self._positive(Field.AMOUNT)
        if amount is None:
            return
        item = self._text(Field.ITEM)
        if not item:
            self._refuse(Field.ITEM, Unreadable("item.missing"))
        days = self._days()
        due_on = self._read(Field.DUE, lambda: read_date(self._cell(Field.DUE)))
        house = self._house()
        if not self.refused and days is not None:
            yield OldDebt(
                self.sheet, self.number, *house, item, *days, amount, due_on, self._payer()
            )

    def credits(self) -> Iterator[OldCredit]:
        """Read what was paid in advance in this row, if anything was."""
        self.refused = False
        amount = self._positive(Field.PREPAID)
        if amount is None:
            return
        house = self._house()
        if not self.refused:
            yield OldCredit(self.sheet, self.number, *house, amount, self._payer())

    def _positive(self, one: Field) -> Decimal | None:
        amount = self._read(one, lambda: read_amount(self._cell(one)))
        if amount is not None and amount < 0:
            self._refuse(one, Unreadable(f"{one}.negative"))
            return None
        return amount or None

    def _days(self) -> tuple[date, date] | None:
        named, first, last = Field.PERIOD, Field.FIRST, Field.LAST
        if named in self.layout.columns and cell_text(self._cell(named)):
            days = self._read(named, lambda: read_period(self._cell(named)))
            one = named
        else:
            days = self._read(first, lambda: read_span(self._cell(first), self._cell(last)))
            one = first if first in self.layout.columns else named
        if days is None and not self.refused:
            self._refuse(one, Unreadable("period.missing"))
        return days

    def _house(self) -> tuple[str, str, str]:
        house = self._text(Field.HOUSE)
        if not house:
            self._refuse(Field.HOUSE, Unreadable("house.missing"))
        elif isinstance(self._cell(Field.HOUSE), date):
            self._refuse(Field.HOUSE, Unreadable("house.is_a_date"))
        return house, self._text(Field.BUILDING), self._text(Field.UNIT)

    def _payer(self) -> str:
        name = squeeze(self._text(Field.PAYER))
        return "" if is_blank(name) else name

    def _cell(self, one: Field) -> Cell:
        index = self.layout.columns.get(one, (-1, ""))[0]
        return self.cells[index] if 0 <= index < len(self.cells) else None

    def _text(self, one: Field) -> str:
        return cell_text(self._cell(one)).strip()

    def _read(self, one: Field, read: Callable[[], T | None]) -> T | None:
        """Read a cell; what cannot be read is refused under the name of its column."""
        try:
            if is_error(self._text(one)):
                raise Unreadable("cell.error")
            return read()
        except Unreadable as error:
            self._refuse(one, error)
            return None

    def _refuse(self, one: Field, error: Unreadable) -> None:
        index, header = self.layout.columns.get(one, (-1, ""))
        self.refused = True
        self.to.problems.append(
            Problem(
                self.sheet,
                self.number,
                column_letter(index) if index >= 0 else "",
                header,
                self._text(one)[:SHOWN_VALUE],
                error.code,
                error.params,
            )
        )
