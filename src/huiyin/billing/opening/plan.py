"""Decides what a workbook of old balances brings in, row by row, against what is known.

- A house is known by its code in any spelling, an item by its name or code.
- Who owes is whoever the row names, if that person ever had a role in the house; else the owner on
  the day of the balance, else the developer.
- What was brought in before is not brought in again; another amount for it is refused, for what
  was written is reversed, never edited (BIL-14). Days that were billed here are refused as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from huiyin.billing.opening.sheets import OldCredit, OldDebt, ParsedOpening
from huiyin.estate.roster.parsed import Problem
from huiyin.estate.roster.spelling import read_house, read_shop, read_space
from huiyin.estate.roster.text import Unreadable, simplified, squeeze

OWNING = ("owner", "co_owner")
DEVELOPER = "developer"


@dataclass(frozen=True, slots=True)
class Role:
    """Who held a role in a house, and during which half-open days."""

    person_id: int
    name: str
    role: str
    from_on: date | None
    until_on: date | None

    def held_on(self, day: date) -> bool:
        """Tell whether the role was held on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.until_on is None or day < self.until_on
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A charge item as far as an old balance needs it."""

    id: int
    group_id: int
    name: str
    agency: bool


@dataclass(frozen=True, slots=True)
class Billed:
    """Days of an item that a house was billed for already, here (regular) or by an import."""

    from_on: date
    until_on: date
    amount: Decimal
    is_opening: bool


@dataclass(slots=True)
class Known:
    """What a community knows: houses by code, roles by house, items by name and code."""

    houses: dict[str, int] = field(default_factory=dict)
    roles: dict[int, list[Role]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    billed: dict[tuple[int, int], list[Billed]] = field(default_factory=dict)
    credits: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    developer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """What a house owes from before, ready to be written."""

    house_id: int
    item: Item
    from_on: date
    until_on: date
    amount: Decimal
    due_on: date
    payer_id: int
    liable_id: int
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What somebody had paid in advance for a house, ready to be written."""

    house_id: int
    person_id: int
    amount: Decimal


@dataclass(slots=True)
class Plan:
    """Everything a workbook brings in, and what of it was there already."""

    debts: list[Debt] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    unchanged_debts: int = 0
    unchanged_credits: int = 0
    problems: list[Problem] = field(default_factory=list)


class Planner:
    """Matches the rows of a workbook against a community, one by one."""

    def __init__(self, known: Known, as_of: date) -> None:
        self.known = known
        self.as_of = as_of
        self.plan = Plan()
        self._taken: defaultdict[tuple[int, int], list[Debt]] = defaultdict(list)
        self._credited: dict[tuple[int, int], OldCredit] = {}

    def decide(self, parsed: ParsedOpening) -> Plan:
        """Decide about every row."""
        for debt in parsed.debts:
            try:
                self._debt(debt)
            except Unreadable as error:
                self._refuse(debt, error)
        for credit in parsed.credits:
            try:
                self._credit(credit)
            except Unreadable as error:
                self._refuse(credit, error)
        return self.plan

    def _debt(self, row: OldDebt) -> None:
        house_id = self._house(row)
        item = self.known.items.get(squeeze(row.item))
        if item is None:
            raise Unreadable("item.unknown", item=row.item)
        if row.until_on > _day_after(self.as_of) and not row.due_on:
            # What is charged in advance says itself when it was due.
            raise Unreadable("period.not_over")
        payer_id, liable_id = self._payer(house_id, row.payer)
        for there in self.known.billed.get((house_id, item.id), ()):
            if there.is_opening and (there.from_on, there.until_on) == (row.from_on, row.until_on):
                if there.amount != row.amount:
                    raise Unreadable("opening.differs", amount=f"{there.amount:,}")
                self.plan.unchanged_debts += 1
                return
            if there.from_on < row.until_on and row.from_on < there.until_on:
                raise Unreadable("opening.billed", **_said(there.from_on, there.until_on))
        for other in self._taken[house_id, item.id]:
            if other.from_on < row.until_on and row.from_on < other.until_on:
                raise Unreadable("opening.twice", sheet=other.sheet, row=str(other.row))
        debt = Debt(
            house_id=house_id,
            item=item,
            from_on=row.from_on,
            until_on=row.until_on,
            amount=row.amount,
            due_on=row.due_on or _day_before(row.until_on),
            payer_id=payer_id,
            liable_id=liable_id,
            sheet=row.sheet,
            row=row.row,
        )
        self._taken[house_id, item.id].append(debt)
        self.plan.debts.append(debt)

    def _credit(self, row: OldCredit) -> None:
        house_id = self._house(row)
        person_id, _liable_id = self._payer(house_id, row.payer)
        there = self.known.credits.get((house_id, person_id))
        if there is not None:
            if there != row.amount:
                raise Unreadable("opening.credit_differs", amount=f"{there:,}")
            self.plan.unchanged_credits += 1
            return
        other = self._credited.setdefault((house_id, person_id), row)
        if other is not row:
            raise Unreadable("opening.credit_twice", sheet=other.sheet, row=str(other.row))
        self.plan.credits.append(Credit(house_id, person_id, row.amount))

    # -- whose it is

    def _house(self, row: OldDebt | OldCredit) -> int:
        """Find the house of a row: as it is written, or as any spelling of it is read."""
        written = squeeze(row.house)
        if (known := self.known.houses.get(written)) is not None:
            return known
        for code in _readings(written, row.building, row.unit):
            if (known := self.known.houses.get(code)) is not None:
                return known
        raise Unreadable("house.unknown", house=row.house)

    def _payer(self, house_id: int, name: str) -> tuple[int, int]:
        """Return who owes and who is liable for it."""
        roles = self.known.roles.get(house_id, [])
        owners = [one for one in roles if one.role in OWNING and one.held_on(self.as_of)]
        builders = [one for one in roles if one.role == DEVELOPER and one.held_on(self.as_of)]
        standing = [one.person_id for one in (*owners, *builders)]
        if self.known.developer_id is not None:
            standing.append(self.known.developer_id)
        if not name:
            if not standing:
                raise Unreadable("payer.nobody")
            return standing[0], standing[0]
        meant = [one for one in roles if simplified(squeeze(one.name)) == simplified(name)]
        people = {one.person_id for one in meant}
        if not people:
            raise Unreadable("payer.unknown", payer=name)
        if len(people) > 1:
            raise Unreadable("payer.several", payer=name)
        payer_id = people.pop()
        if any(one.role in (*OWNING, DEVELOPER) for one in meant) or not standing:
            return payer_id, payer_id
        return payer_id, standing[0]

    def _refuse(self, row: OldDebt | OldCredit, error: Unreadable) -> None:
        self.plan.problems.append(
            Problem(row.sheet, row.row, "", "", row.house, error.code, error.params)
        )


def _readings(written: str, building: str, unit: str) -> Iterator[str]:
    """Read a house in every way there is: a flat, a shop, a parking space."""
    with suppress(Unreadable):
        yield read_house(written, building, unit).code
    with suppress(Unreadable):
        yield read_shop(written, building, unit).code
    with suppress(Unreadable):
        yield read_space(written)


def _said(from_on: date, until_on: date) -> Mapping[str, str]:
    return {"first": str(from_on), "last": str(_day_before(until_on))}


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
