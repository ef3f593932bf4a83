"""Decides what a roster changes: house by house, against what is known; writes nothing.

- Only what the sheet has a column for changes, and a value that was refused or is blank changes
  nothing. Telephone numbers are added, never taken away, and keep the state they have.
- Who lives there is decided by `moves`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from huiyin.estate.models import Building, House, Occupancy, Person, Phone, Unit, Vehicle
from huiyin.estate.roster.known import DEVELOPER, Homes, Known
from huiyin.estate.roster.moves import OWNING, Moves
from huiyin.estate.roster.parsed import Kind, Notice, ParsedHouse
from huiyin.estate.roster.spelling import order_key

_LETTER_ORDER = 1000
_WORD_ORDER = 10_000


@dataclass(slots=True)
class Counts:
    """How many houses (flats, shops, offices), people and parking spaces."""

    houses: int = 0
    people: int = 0
    spaces: int = 0


@dataclass(slots=True)
class Plan:
    """Everything a roster changes, ready to be written, and the counts of its report."""

    created: Counts = field(default_factory=Counts)
    updated: Counts = field(default_factory=Counts)
    unchanged: Counts = field(default_factory=Counts)
    buildings: list[Building] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    new_houses: list[House] = field(default_factory=list)
    changed_houses: list[House] = field(default_factory=list)
    links: list[tuple[House, House]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    begun: list[Occupancy] = field(default_factory=list)
    ended: list[Occupancy] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    changed_codes: list[str] = field(default_factory=list)


class Planner:
    """Matches the houses of a roster against a community, one by one."""

    def __init__(self, known: Known, today: date) -> None:
        """Begin with what is known."""
        self.known = known
        self.today = today
        self.plan = Plan()
        self.moves = Moves(known, today)

    def decide(self, houses: tuple[ParsedHouse, ...]) -> Plan:
        """Decide for every house of the roster; spaces last, when all houses are known."""
        for parsed in sorted(houses, key=lambda house: house.kind is Kind.PARKING):
            self._house(parsed)
        self.plan.begun, self.plan.ended = self.moves.begun, self.moves.ended
        for somebody in self.moves.met:
            counts = self.plan.unchanged
            if somebody.is_new:
                counts = self.plan.created
                self.plan.people.append(somebody.person)
            elif somebody.added:
                counts = self.plan.updated
            counts.people += somebody.person.name != DEVELOPER
            self.plan.phones.extend(somebody.added)
        return self.plan

    def _house(self, parsed: ParsedHouse) -> None:
        """Decide about one house or parking space."""
        house = self.known.houses.get(parsed.code)
        is_new = house is None
        if house is None:
            house = self._new_house(parsed)
        parsed = self._at_home(house, parsed)
        remark = house.remark
        changes = self._facts(house, parsed)
        linked = self._link(house, parsed)
        moved = self.moves.decide(house, parsed, is_new=is_new, former_remark=remark)
        parked = self._plates(house, parsed)
        lacking = self._lacking(house, parsed, is_new=is_new)
        if sorted(house.incomplete) != lacking:
            house.incomplete, changes = lacking, True
        if is_new:
            counts = self.plan.created
        elif changes or linked or moved or parked:
            counts = self.plan.updated
            self.plan.changed_codes.append(house.code)
            if changes or linked:
                self.plan.changed_houses.append(house)
        else:
            counts = self.plan.unchanged
        if house.kind == House.Kind.PARKING:
            counts.spaces += 1
        else:
            counts.houses += 1

    # -- the house itself

    def _new_house(self, parsed: ParsedHouse) -> House:
        """Make a house that is not known yet, with its building and unit."""
        building = self._building(parsed.building)
        house = House(
            community=self.known.community,
            building=building,
            unit=self._unit(building, parsed.unit),
            kind=parsed.kind.value,
            code=parsed.code,
            order_key=order_key(parsed.code, last=parsed.kind is Kind.PARKING),
        )
        self.known.houses[parsed.code] = house
        self.plan.new_houses.append(house)
        return house

    def _building(self, code: str) -> Building | None:
        """Return the building of this code, making it where it is new; None for no building."""
        if not code:
            return None
        building = self.known.buildings.get(code)
        if building is None:
            name, order = _name_and_order(code)
            building = Building(community=self.known.community, code=code, name=name, order=order)
            self.known.buildings[code] = building
            self.plan.buildings.append(building)
        return building

    def _unit(self, building: Building | None, code: str) -> Unit | None:
        """Return the unit of this code in a building, making it where it is new."""
        if building is None or not code:
            return None
        unit = self.known.units.get((building.code, code))
        if unit is None:
            unit = Unit(building=building, code=code)
            self.known.units[building.code, code] = unit
            self.plan.units.append(unit)
        return unit

    def _facts(self, house: House, parsed: ParsedHouse) -> bool:
        """Take over what the row says about the house itself; tell whether that was news."""
        told: dict[str, Any] = {
            "area": parsed.area,
            "floor": parsed.floor,
            "handed_over_on": parsed.handed_over_on,
            "tenure": parsed.tenure or None,
            "kind": parsed.kind.value if "kind" in parsed.given else None,
        }
        if "remark" in parsed.given or "business" in parsed.given:
            told["remark"] = parsed.remarks
        if parsed.owners or parsed.vacant:
            told["vacant"] = parsed.vacant
        news = {
            name: value
            for name, value in told.items()
            if value is not None and getattr(house, name) != value
        }
        for name, value in news.items():
            setattr(house, name, value)
        return bool(news)

    def _link(self, space: House, parsed: ParsedHouse) -> bool:
        """Let a parking space go with its house; tell whether that was news."""
        if not parsed.goes_with:
            return False
        house = self.known.houses.get(parsed.goes_with)
        if house is None or house.kind == House.Kind.PARKING:
            params = {"space": space.code, "house": parsed.goes_with}
            notice = Notice(parsed.sheet, parsed.row, "space.house_unknown", params)
            self.plan.notices.append(notice)
            return False
        if space.goes_with_id is not None and space.goes_with_id == house.pk:
            return False
        self.plan.links.append((space, house))
        return True

    def _at_home(self, space: House, parsed: ParsedHouse) -> ParsedHouse:
        """Say which house a space goes with when its row does not: as before, or its owner's."""
        silent = not parsed.goes_with and "room" not in parsed.refused
        if parsed.kind is not Kind.PARKING or not silent:
            return parsed
        home = self.known.code_of(space.goes_with_id)
        if not home and parsed.owners:
            owner = parsed.owners[0]
            home = self._homes.only(owner.name, {phone.number for phone in owner.phones})
        return replace(parsed, goes_with=home)

    @cached_property
    def _homes(self) -> Homes:
        """Return who lives where; first asked for by a space, when every house is decided."""
        return Homes(self.known)

    def _plates(self, house: House, parsed: ParsedHouse) -> bool:
        """Add the plates of a row to the household they belong to; tell whether one was new."""
        home = self.known.houses.get(parsed.goes_with, house)
        news = [plate for plate in parsed.plates if (home.code, plate) not in self.known.plates]
        for plate in news:
            self.known.plates.add((home.code, plate))
            self.plan.vehicles.append(
                Vehicle(community=self.known.community, house=home, plate=plate)
            )
        return bool(news)

    def _lacking(self, house: House, parsed: ParsedHouse, *, is_new: bool) -> list[str]:
        """Name what was refused and what the house, as it now stands, still lacks."""
        lacking = set(parsed.refused)
        if not is_new:
            lacking |= {name for name in house.incomplete if name not in _judged(parsed)}
        if house.kind != House.Kind.PARKING:
            owners = [held for held in self.known.roles[house.code] if held.role in OWNING]
            reached = any(held.who.numbers for held in owners)
            lacking |= {"area"} if house.area is None else set()
            lacking |= {"owner"} if not owners and not house.vacant else set()
            lacking |= {"phone"} if owners and not reached else set()
        return sorted(lacking)


def _judged(parsed: ParsedHouse) -> set[str]:
    """Name what the sheet of a row speaks about, so that what lacked before may be there now."""
    judged = {"area", "owner", "handed_over_on", "plate", "phone", "tenant"} & parsed.given
    if parsed.given & {"tenant_phone", "tenant", "remark"}:
        judged.add("tenant_phone")
    return judged


def _name_and_order(code: str) -> tuple[str, int]:
    """Name a building as people do (`3栋`, `A座`) and say where it comes in a list."""
    if code.isdigit():
        return f"{code}栋", int(code[:6])
    if re.fullmatch(r"[A-Z]", code):
        return f"{code}座", _LETTER_ORDER + ord(code)
    digits = re.sub(r"\D", "", code)[:4]
    tagged = f"{code}栋" if code[-1:].isdigit() else code
    return tagged, _WORD_ORDER + int(digits or 0)
