"""Reads one sheet: its header, its context and its rows.

1. A sheet without a header that is understood is left out, with a notice.
2. Buildings and units are filled down, from merged cells and from blanks below; a title such as
   `3栋` over a table, or the name of the sheet, stands for a missing building column.
3. Total rows, repeated headers, notes and blank rows are passed over.
4. A house whose cell is merged over several rows takes its people from all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from huiyin.estate.roster.files import Sheet
from huiyin.estate.roster.headers import Column, Field, Layout, find_layout
from huiyin.estate.roster.parsed import Kind, Notice, ParsedHouse
from huiyin.estate.roster.places import (
    is_villa,
    kind_of_cell,
    kind_of_sheet,
    name_of,
    on_floor,
    whole,
)
from huiyin.estate.roster.rows import Draft, Findings, RowReader
from huiyin.estate.roster.spelling import (
    HouseName,
    read_building_and_unit,
    read_unit,
    tagged_place,
)
from huiyin.estate.roster.text import (
    Cell,
    Unreadable,
    cell_text,
    fold,
    is_blank,
    is_error,
    simplified,
)

_TOTAL = re.compile(r"^(?:.{0,8}(?:合计|总计|小计|共计)|总数|总户数|累计|平均)")
_LONGEST_TITLE = 12
# Merged over several houses, these hold for each of them; an area does not.
_SHARED = frozenset(
    {Field.OWNER, Field.PHONE, Field.TENANT, Field.TENANT_PHONE, Field.KIND}
    | {Field.HANDED_OVER, Field.RATE, Field.STATUS, Field.REMARK, Field.TENURE}
)


@dataclass(slots=True)
class Context:
    """What the rows above say about the next one."""

    building: str = ""
    unit: str = ""


class SheetReader:
    """Reads one sheet."""

    def __init__(self, sheet: Sheet, findings: Findings, zone: str = "") -> None:
        """Find the header of the sheet; `zone` goes in front of its buildings."""
        self.zone = zone
        self.sheet = sheet
        self.findings = findings
        self.context = Context(*tagged_place(sheet.name))
        self.layout = find_layout(sheet.rows, building_known=bool(self.context.building))
        self.below: Mapping[tuple[int, int], int] = {}

    def read(self) -> list[ParsedHouse]:
        """Read every row below the header."""
        layout = self.layout
        if layout is None:
            self.findings.notices.append(Notice(self.sheet.name, 0, "sheet.no_header"))
            return []
        reader = RowReader(self.sheet.name, layout, self.findings)
        kind = kind_of_sheet(self.sheet.name, layout)
        place = _place_column(layout, kind)
        if not self.context.building:
            self.context = self._titled(layout)
        self.below = _lower_parts(
            self.sheet, {c.index for f in (Field.BUILDING, Field.UNIT) for c in layout.all(f)}
        )
        lower = _lower_parts(self.sheet, {place.index})
        shared = _lower_parts(
            self.sheet, {column.index for column in layout.columns if column.field in _SHARED}
        )
        houses: list[ParsedHouse] = []
        draft: Draft | None = None
        for at in range(layout.first_row, len(self.sheet.rows)):
            continues = (at, place.index) in lower
            reader.turn_to(at + 1, self._cells(at, {} if continues else shared))
            if self._passed_over(reader):
                continue
            if draft is not None and (continues or _goes_on(reader, place)):
                reader.read_into(draft)
                continue
            begun = self._begun(reader, place, kind, at)
            if draft is not None and begun is not None and _joins(reader, draft, begun):
                reader.read_into(draft)
                continue
            if draft is not None:
                houses.extend(_finished(reader, draft))
            draft = begun
            if draft is not None:
                reader.read_into(draft)
        if draft is not None:
            houses.extend(_finished(reader, draft))
        return houses

    def _titled(self, layout: Layout) -> Context:
        """Return the place the titles above a table without a building column name."""
        if layout.get(Field.BUILDING):
            return self.context
        titles = [cell_text(c) for row in self.sheet.rows[: layout.first_row - 1] for c in row]
        named = (found for title in titles if (found := tagged_place(title))[0])
        return next((Context(*found) for found in named), self.context)

    def _passed_over(self, reader: RowReader) -> bool:
        """Tell whether a row is blank, a total, the header again or a title in between."""
        texts = [text for text in reader.texts if text]
        if not texts or any(_TOTAL.match(simplified(text.replace(" ", ""))) for text in texts[:3]):
            return True
        if len(texts) == 1 and any(place := _title(texts[0])):
            building, unit = place
            self.context = Context(building or self.context.building, unit)
            return True
        columns = reader.layout.columns
        same = sum(1 for c in columns if " ".join(reader.said(c).split()) == fold(c.header))
        return same > 1 and same * 2 > len(columns)

    def _cells(self, at: int, shared: Mapping[tuple[int, int], int]) -> Sequence[Cell]:
        """Return the cells of a row, with what merged cells share with the rows above."""
        cells = self.sheet.rows[at]
        above = [index for index in range(len(cells)) if (at, index) in shared]
        if not above:
            return cells
        filled = list(cells)
        for index in above:
            filled[index] = _at(self.sheet.rows[shared[at, index]], index)
        return filled

    def _begun(self, reader: RowReader, place: Column, kind: Kind, at: int) -> Draft | None:
        """Begin the house of a row, or return None for a row that is not about any."""
        layout = reader.layout
        value = reader.cell(place)
        own = layout.get(Field.KIND)
        if own is not None and kind is not Kind.PARKING:
            kind = kind_of_cell(reader.cell(own), kind)
        said = {
            c.field
            for c in layout.columns
            if not is_blank(reader.said(c)) and ":" not in reader.said(c)
        }
        about = bool(said & {Field.OWNER, Field.PHONE, Field.AREA, Field.TENANT})
        if is_blank(cell_text(value)) and not said & {Field.OWNER, Field.PHONE, Field.TENANT}:
            return None
        try:
            name = self._named(reader, place, kind, value)
        except _At as refused:
            if about or kind is Kind.PARKING:
                reader.refuse(refused.column, reader.said(refused.column), refused.error)
            return None
        return Draft(at + 1, kind, name)

    def _named(self, reader: RowReader, place: Column, kind: Kind, value: Cell) -> HouseName:
        """Read the name of a row's house, its building and unit filled down from above.

        Raises `_At`: which column could not be read.
        """
        if kind is not Kind.PARKING:
            self._fill_down(reader, place, kind)
        building = self.context.building
        if self.zone and building and not building.startswith(self.zone):
            building = self.zone + building
        try:
            if is_error(cell_text(value)):
                raise Unreadable("cell.error")
            if place.field is Field.BUILDING or is_villa(cell_text(value)):
                return whole(value, building)
            name = name_of(value, kind, building, self.context.unit)
            return on_floor(name, kind, reader.text(Field.FLOOR))
        except Unreadable as error:
            raise _At(place, error) from error

    def _fill_down(self, reader: RowReader, place: Column, kind: Kind) -> None:
        """Take over the building and unit cells of a row; blank ones keep what stood above.

        A shop without a building of its own stands in none.
        """
        for which in (Field.BUILDING, Field.UNIT):
            column = reader.layout.get(which)
            text = reader.said(column)
            if column is None or column is place:
                continue
            if text == "":
                if kind is Kind.SHOP and (reader.row - 1, column.index) not in self.below:
                    building = self.context.building if which is Field.UNIT else ""
                    self.context = Context(building)
                continue
            try:
                if which is Field.UNIT:
                    self.context.unit = read_unit(text)
                    continue
                building, unit = read_building_and_unit(text)
            except Unreadable as error:
                raise _At(column, error) from error
            if unit or building != self.context.building:
                self.context = Context(building, unit)


class _At(Exception):
    """A place that could not be read, with the column that is to blame."""

    def __init__(self, column: Column, error: Unreadable) -> None:
        super().__init__(error.code)
        self.column = column
        self.error = error


def _goes_on(reader: RowReader, place: Column) -> bool:
    """Tell whether a row names one more person of the house above (`配偶`), and no house."""
    return bool(reader.relation) and not reader.said(place)


def _joins(reader: RowReader, draft: Draft, begun: Draft) -> bool:
    """Tell whether a row that repeats the house above names another person of it."""
    same = (draft.kind, draft.name) == (begun.kind, begun.name)
    known = {named.person.name for named in (*draft.owners, *draft.tenants)}
    return same and bool(reader.relation) and reader.text(Field.OWNER) not in known


def _lower_parts(sheet: Sheet, columns: Collection[int]) -> dict[tuple[int, int], int]:
    """Map every blank lower part of a cell merged over several rows to the row of its top."""
    return {
        (at, index): top
        for (top, left), (bottom, right) in sheet.merged
        for index in range(left, right + 1)
        if index in columns
        for at in range(top + 1, min(bottom + 1, len(sheet.rows)))
        if not cell_text(_at(sheet.rows[at], index))
    }


def _title(text: str) -> tuple[str, str]:
    """Return the place a title between two tables names (`3栋1单元`), not the house `3栋101`."""
    text = re.sub(r"\(.*\)", "", text)
    behind = re.split(r"栋|棟|幢|座|楼|樓|单元|單元|#", text)[-1]
    if len(text) > _LONGEST_TITLE or any(char.isdigit() for char in behind):
        return "", ""
    return tagged_place(text)


def _at(row: Sequence[Cell], index: int) -> Cell:
    """Return a cell of a row that may be shorter."""
    return row[index] if index < len(row) else None


def _place_column(layout: Layout, kind: Kind) -> Column:
    """Choose the column that says which house a row is about."""
    first = {
        Kind.PARKING: (Field.SPACE, Field.ROOM, Field.SHOP, Field.UNIT),
        Kind.SHOP: (Field.SHOP, Field.ROOM, Field.UNIT, Field.SPACE),
    }.get(kind, (Field.ROOM, Field.SHOP, Field.UNIT, Field.SPACE))
    return next(column for which in (*first, Field.BUILDING) if (column := layout.get(which)))


def _finished(reader: RowReader, draft: Draft) -> Iterator[ParsedHouse]:
    """Finish a house, and the parking spaces its own row names."""
    house = reader.finish(draft)
    yield house
    for text in draft.spaces:
        try:
            code = name_of(text, Kind.PARKING, "", "").code
        except Unreadable:
            params = {"value": text}
            reader.findings.notices.append(
                Notice(house.sheet, house.row, "space.unreadable", params)
            )
            continue
        yield ParsedHouse(
            house.sheet,
            house.row,
            Kind.PARKING,
            code,
            number=code,
            goes_with=house.code,
            given=frozenset({"room"}),
        )
