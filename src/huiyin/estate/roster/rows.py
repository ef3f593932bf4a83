"""Reads one row: every cell by its own reader; a refused value leaves the rest of the row alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from huiyin.estate.roster import names
from huiyin.estate.roster.areas import read_area, read_rate
from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.headers import Column, Field, Layout
from huiyin.estate.roster.names import NameText
from huiyin.estate.roster.parsed import Kind, Notice, ParsedHouse, ParsedPerson, Problem
from huiyin.estate.roster.people import assign
from huiyin.estate.roster.phones import PhoneText, read_phones
from huiyin.estate.roster.places import floor_of, name_of, tenure_of
from huiyin.estate.roster.spelling import HouseName, read_building, read_unit
from huiyin.estate.roster.text import Cell, Unreadable, cell_text, is_blank, is_error, simplified

_Value = TypeVar("_Value")
_LONGEST_VALUE = 80
_LONGEST_REMARK = 500
_LABELLED = re.compile(r"备用|紧急|配偶|家属|亲属|住宅|单位|第二|其他|其它")
# What a person of the household is: a tenant, or of the family and so no owner.
_TENANT = re.compile(r"租|使用人|经营")
_FAMILY = re.compile(
    r"配偶|妻|夫|爱人|子|女|儿|父|母|爸|妈|兄|弟|姐|妹|爷|奶|公公|婆|亲|家属|家庭|成员|孙|媳|婿|保姆|朋友|同住"
)
_MISSING = {Field.TENANT_PHONE: "tenant_phone"}


@dataclass(slots=True)
class Findings:
    """What a sheet gave besides its houses: refused values and odd rows."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Named:
    """A person read from a column."""

    row: int
    column: Column
    person: NameText


@dataclass(frozen=True, slots=True)
class Numbers:
    """The good telephone numbers of a cell, and the row it is in."""

    row: int
    column: Column
    label: str
    good: Sequence[PhoneText]


@dataclass(slots=True)
class Draft:
    """A house while its rows are read; one house may take several rows (a merged cell)."""

    row: int
    kind: Kind
    name: HouseName
    owners: list[Named] = field(default_factory=list)
    tenants: list[Named] = field(default_factory=list)
    owner_phones: list[Numbers] = field(default_factory=list)
    tenant_phones: list[Numbers] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    nobody: bool = False
    lived_in: bool = False
    remarks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    spaces: list[str] = field(default_factory=list)


class RowReader:
    """Reads the cells of one sheet, row by row, and keeps what it had to refuse."""

    def __init__(self, sheet: str, layout: Layout, findings: Findings) -> None:
        """Remember the columns of the sheet and where to note what is refused."""
        self.sheet = sheet
        self.layout = layout
        self.findings = findings
        self.given = frozenset(column.field.value for column in layout.columns)
        self.texts: list[str] = []
        self._cells: Sequence[Cell] = ()
        self.row = 0

    def turn_to(self, row: int, cells: Sequence[Cell]) -> None:
        """Go to a row (counted from 1 as a spreadsheet does)."""
        self.row, self._cells = row, cells
        self.texts = [cell_text(cell) for cell in cells]

    def cell(self, column: Column | None) -> Cell:
        """Return the value of a column in the current row; None where the row is shorter."""
        if column is None or column.index >= len(self._cells):
            return None
        return self._cells[column.index]

    def said(self, column: Column | None) -> str:
        """Return the folded text of a column in the current row, blank where there is none."""
        if column is None or column.index >= len(self.texts):
            return ""
        return self.texts[column.index]

    @property
    def relation(self) -> str:
        """Return what the person of the current row is to the house (`业主`, `租客`, `配偶`)."""
        return simplified(self.text(Field.RELATION))

    def text(self, which: Field) -> str:
        """Return the folded text of the column that means `which`, blank where there is none."""
        return self.said(self.layout.get(which))

    def refuse(self, column: Column, value: str, error: Unreadable, row: int = 0) -> None:
        """Note a value that does not enter."""
        self.findings.problems.append(
            Problem(
                self.sheet, row or self.row, column.letter, column.header,
                value[:_LONGEST_VALUE], error.code, error.params,
            )
        )  # fmt: skip

    def take(self, draft: Draft, column: Column, reader: Callable[[Cell], _Value]) -> _Value | None:
        """Read a column with its reader; what cannot be read is refused and counts as missing."""
        value = self.cell(column)
        text = self.said(column)
        try:
            if is_error(text):
                raise Unreadable("cell.error")
            return reader(value)
        except Unreadable as error:
            self.refuse(column, text, error)
            draft.refused.append(_MISSING.get(column.field, column.field.value))
            return None

    def read_into(self, draft: Draft) -> None:
        """Read everything the current row says about the house it is about."""
        draft.values.setdefault("floor", floor_of(draft.name, self.text(Field.FLOOR)))
        if draft.kind is Kind.PARKING:
            draft.values["floor"] = None
        for column in self.layout.columns:
            self._people(draft, column)
            self._facts(draft, column)
        for column in self.layout.all(Field.REMARK):
            self._remark(draft, column)

    def _people(self, draft: Draft, column: Column) -> None:
        """Read names and telephone numbers."""
        relation = self.relation
        if column.field is Field.OWNER:
            if names.says_nobody(self.said(column)):
                draft.nobody = True
            elif _FAMILY.search(relation):
                draft.remarks.append(f"{self.said(column)}:{relation}")
            else:
                tenants = _TENANT.search(relation)
                self._named(draft, column, draft.tenants if tenants else draft.owners)
        elif column.field is Field.TENANT:
            if names.says_no_tenant(self.said(column)):
                draft.lived_in = draft.lived_in or not is_blank(self.said(column))
            else:
                self._named(draft, column, draft.tenants)
        elif column.field is Field.PHONE:
            tenants = _TENANT.search(relation)
            self._numbers(draft, column, draft.tenant_phones if tenants else draft.owner_phones)
        elif column.field is Field.TENANT_PHONE:
            self._numbers(draft, column, draft.tenant_phones)

    def _named(self, draft: Draft, column: Column, into: list[Named]) -> None:
        """Read a cell of names, and the numbers written beside them."""
        found = self.take(draft, column, names.read_names) or ()
        known = {named.person.name for named in into}
        into.extend(Named(self.row, column, person) for person in found if person.name not in known)
        draft.remarks.extend(f"{p.name}:{p.note}" for p in found if p.note)
        self._bad_numbers(draft, column, [n for person in found for n in person.bad_phones])

    def _numbers(self, draft: Draft, column: Column, into: list[Numbers]) -> None:
        """Read a cell of telephone numbers."""
        found = self.take(draft, column, read_phones)
        if found is None:
            return
        label = _FAMILY.search(self.relation) and self.relation
        if label is None and (labelled := _LABELLED.search(column.header)):
            label = labelled[0]
        if found.good:
            into.append(Numbers(self.row, column, label or "", found.good))
        self._bad_numbers(draft, column, found.bad)

    def _bad_numbers(self, draft: Draft, column: Column, bad: Sequence[str]) -> None:
        """Refuse the numbers that cannot be telephone numbers."""
        tenants = column.field in (Field.TENANT, Field.TENANT_PHONE, Field.REMARK)
        for number in bad:
            self.refuse(column, number, Unreadable("phone.wrong"))
            draft.refused.append("tenant_phone" if tenants else "phone")

    def _facts(self, draft: Draft, column: Column) -> None:
        """Read what is not about people."""
        match column.field:
            case Field.AREA:
                self._set(draft, "area", self.take(draft, column, read_area))
            case Field.HANDED_OVER:
                self._set(draft, "handed_over_on", self.take(draft, column, read_date))
            case Field.PLATE:
                draft.values["plates"] = self.take(draft, column, names.read_plates) or ()
            case Field.RATE:
                self._rate(draft, column)
            case Field.STATUS:
                draft.nobody = draft.nobody or names.remark_says_nobody(self.text(Field.STATUS))
            case Field.BUSINESS if business := self.text(Field.BUSINESS):
                draft.nobody = draft.nobody or names.says_nobody(business)
                draft.remarks.append(f"{column.header}:{business}")
            case _:
                self._parking(draft, column)

    def _parking(self, draft: Draft, column: Column) -> None:
        """Read what a parking space, or the house it goes with, says of the other."""
        parking = draft.kind is Kind.PARKING
        tenure = self.layout.get(Field.TENURE) or self.layout.get(Field.KIND)
        if parking and column is tenure:
            draft.values["tenure"] = tenure_of(self.cell(column))
        elif parking and column.field is Field.ROOM and self.layout.get(Field.SPACE):
            self._link(draft, column)
        elif not parking and column.field is Field.SPACE:
            text = self.said(column)
            draft.spaces = [s for s in re.split(r"[、,;/\n ]+", text) if not is_blank(s)]

    def _link(self, draft: Draft, column: Column) -> None:
        """Read the house a parking space goes with."""
        if is_blank(self.said(column)):
            return
        building, unit = self.text(Field.BUILDING), self.text(Field.UNIT)

        def linked(value: Cell) -> str:
            return name_of(value, Kind.FLAT, read_building(building), read_unit(unit)).code

        draft.values["goes_with"] = self.take(draft, column, linked) or ""

    def _rate(self, draft: Draft, column: Column) -> None:
        """Read a fee rate; a bad one is only remarked upon, as nothing is billed by it."""
        value = self.cell(column)
        try:
            self._set(draft, "rate", read_rate(value))
        except Unreadable as error:
            params = {"value": self.said(column)[:_LONGEST_VALUE]}
            self.findings.notices.append(Notice(self.sheet, self.row, error.code, params))

    def _remark(self, draft: Draft, column: Column) -> None:
        """Keep a remark, find the tenants in it and whether it says that nobody lives there."""
        text = self.said(column)
        if is_blank(text) or is_error(text):
            return
        draft.remarks.append(text)
        draft.nobody = draft.nobody or names.remark_says_nobody(text)
        known = {named.person.name for named in draft.tenants}
        for tenant in names.read_tenants(text):
            if tenant.name not in known:
                draft.tenants.append(Named(self.row, column, tenant))
            self._bad_numbers(draft, column, tenant.bad_phones)

    def _set(self, draft: Draft, name: str, value: object) -> None:
        """Keep a value unless an earlier row of the same house already gave one."""
        if value is not None:
            draft.values.setdefault(name, value)

    def finish(self, draft: Draft) -> ParsedHouse:
        """Make the house of a draft: people with their numbers, and what is still missing."""
        if draft.lived_in and draft.owners and not draft.tenants:
            draft.owner_phones += draft.tenant_phones
            draft.tenant_phones = []
        owners = self._assigned(draft.owners, draft.owner_phones)
        tenants = _others(self._assigned(draft.tenants, draft.tenant_phones), owners)
        house = ParsedHouse(
            sheet=self.sheet,
            row=draft.row,
            kind=draft.kind,
            code=draft.name.code,
            building=draft.name.building,
            unit=draft.name.unit,
            number=draft.name.number,
            vacant=draft.nobody and not owners and draft.kind is not Kind.PARKING,
            owners=owners,
            tenants=tenants,
            remarks="; ".join(dict.fromkeys(draft.remarks))[:_LONGEST_REMARK],
            given=self.given,
            **draft.values,  # type: ignore[arg-type]
        )
        refused = tuple(dict.fromkeys(draft.refused))
        return replace(house, refused=refused, incomplete=_incomplete(house, refused))

    def _assigned(self, named: list[Named], cells: list[Numbers]) -> tuple[ParsedPerson, ...]:
        """Give numbers to people, those of a row to whom the same row names.

        Each column has its own where they go `业主1 电话1 业主2 电话2`.
        """
        if not named:
            for numbers in cells:
                for phone in numbers.good:
                    error = Unreadable("phone.nobody")
                    self.refuse(numbers.column, phone.number, error, numbers.row)
            return ()
        rows = sorted({one.row for one in named})
        if len(rows) > 1 and len({numbers.row for numbers in cells}) > 1:
            last = rows[-1]
            before = self._assigned(
                [one for one in named if one.row < last],
                [numbers for numbers in cells if numbers.row < last],
            )
            return before + self._assigned(
                [one for one in named if one.row == last],
                [numbers for numbers in cells if numbers.row >= last],
            )
        columns = sorted({one.column.index for one in named})
        groups: dict[int, list[Numbers]] = {index: [] for index in columns}
        for numbers in cells:
            left = [index for index in columns if index < numbers.column.index]
            groups[left[-1] if left else columns[0]].append(numbers)
        if not all(groups.values()):
            groups = {columns[0]: cells}
            leftmost = min((one.column for one in named), key=_index)
            named = [replace(one, column=leftmost) for one in named]
        return tuple(
            person
            for index, numbers in groups.items()
            for person in assign(
                [one.person for one in named if one.column.index == index],
                [(one.label, one.good) for one in numbers],
            )
        )


def _others(
    tenants: Sequence[ParsedPerson], owners: Sequence[ParsedPerson]
) -> tuple[ParsedPerson, ...]:
    """Leave out tenants who are the owner: of that name and under no number of their own."""
    reached = {owner.name: {phone.number for phone in owner.phones} for owner in owners}
    return tuple(
        tenant
        for tenant in tenants
        if tenant.name not in reached
        or not {phone.number for phone in tenant.phones} <= reached[tenant.name]
    )


def _index(column: Column) -> int:
    """Return where a column stands."""
    return column.index


def _incomplete(house: ParsedHouse, refused: Sequence[str]) -> tuple[str, ...]:
    """Name what was refused and what a house of this kind should have but has not."""
    missing = list(refused)
    if house.kind is not Kind.PARKING:
        if house.area is None:
            missing.append("area")
        if not house.owners and not house.vacant:
            missing.append("owner")
        if house.owners and not any(owner.phones for owner in house.owners):
            missing.append("phone")
    return tuple(dict.fromkeys(missing))
