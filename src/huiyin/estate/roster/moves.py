"""Decides who begins and who ends: the people of a row against those a house has now.

- A person named in a house who already has, or had, a role in it under that name is that person;
  so is anybody of that name reached under the same number elsewhere in the community; everybody
  else is new.
- Who is no longer named ends on the day of the import; whoever takes over begins on it. The people
  of a house seen for the first time have no known beginning.
- A sheet without a column of owners ends no owner. A tenant whom only a remark named ends when the
  remark no longer names them; one whom somebody entered by hand stays.
- Telephone numbers are added, never taken away, and keep the state they have.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from huiyin.estate.models import House, Occupancy, Person, Phone
from huiyin.estate.pinyin import romanise
from huiyin.estate.roster.known import DEVELOPER, Held, Known, Somebody
from huiyin.estate.roster.parsed import ParsedHouse, ParsedPerson, Tenure

Role = Occupancy.Role
OWNING = frozenset({Role.OWNER, Role.CO_OWNER, Role.COMPANY})
HELD_BY_OWNERS = OWNING | {Role.DEVELOPER}
Wanted = list[tuple[Somebody, str]]


class Moves:
    """The roles a roster begins and ends, and everybody it names."""

    def __init__(self, known: Known, today: date) -> None:
        """Begin with what is known; roles begin and end on `today`."""
        self.known = known
        self.today = today
        self.begun: list[Occupancy] = []
        self.ended: list[Occupancy] = []
        self._met: dict[int, Somebody] = {}

    @property
    def met(self) -> Collection[Somebody]:
        """Everybody the roster named so far, each once."""
        return self._met.values()

    def decide(
        self, house: House, parsed: ParsedHouse, *, is_new: bool, former_remark: str
    ) -> bool:
        """Begin and end roles so that the house has the people of the row; tell if any moved."""
        wanted = self._wanted(house, parsed)
        held = self.known.roles[house.code]
        over = [one for one in held if self._is_over(one, wanted, parsed, former_remark)]
        for one in over:
            held.remove(one)
            self.ended.append(one.occupancy)
        kept = {(id(one.who), one.role) for one in held}
        moved = bool(over)
        for who, role in wanted:
            if (id(who), role) in kept:
                continue
            begins = None if is_new else self.today
            begun = Occupancy(house=house, person=who.person, role=role, from_on=begins)
            self.begun.append(begun)
            held.append(Held(begun, who))
            kept.add((id(who), role))
            moved = True
        return moved

    def _wanted(self, house: House, parsed: ParsedHouse) -> Wanted:
        """Say who should have which role: the owners or the developer, and the tenants."""
        leased = house.kind == House.Kind.PARKING and parsed.tenure == Tenure.LEASED
        wanted: Wanted = []
        for place, person in enumerate(parsed.owners):
            role = Role.TENANT if leased else Role.CO_OWNER if place else Role.OWNER
            wanted.append((self._meet(parsed, person), role))
        if parsed.vacant:
            developer = ParsedPerson(DEVELOPER, company=True)
            wanted.append((self._meet(parsed, developer), Role.DEVELOPER))
        wanted += [(self._meet(parsed, tenant), Role.TENANT) for tenant in parsed.tenants]
        return wanted

    def _is_over(self, one: Held, wanted: Wanted, parsed: ParsedHouse, former_remark: str) -> bool:
        """Tell whether a role is over because the row names others."""
        if any(who is one.who and role == one.role for who, role in wanted):
            return False
        if one.role in HELD_BY_OWNERS:
            sure = "owner" not in parsed.refused
            return sure and any(role in HELD_BY_OWNERS for _, role in wanted)
        if "tenant" in parsed.refused:
            return False
        name = one.who.person.name
        if "remark" in parsed.given and name in former_remark and name not in parsed.remarks:
            return True
        return "tenant" in parsed.given and name not in parsed.remarks

    def _meet(self, parsed: ParsedHouse, person: ParsedPerson) -> Somebody:
        """Find the person a row means, or make them, and add the numbers that are news."""
        numbers = [phone.number for phone in person.phones]
        homes = [parsed.code, parsed.goes_with] if parsed.goes_with else [parsed.code]
        who = self.known.find(homes, person.name, numbers) or self._made(person)
        for phone in person.phones:
            if phone.number not in who.numbers:
                who.numbers.add(phone.number)
                who.added.append(
                    Phone(person=who.person, number=phone.number, label=phone.label, rank=who.rank)
                )
                who.rank += 1
        self.known.remember(parsed.code, who)
        self._met[id(who)] = who
        return who

    def _made(self, person: ParsedPerson) -> Somebody:
        """Make somebody who is not known yet."""
        pinyin, initials = romanise(person.name)
        return Somebody(
            Person(
                community=self.known.community,
                kind=Person.Kind.COMPANY if person.company else Person.Kind.PERSON,
                name=person.name,
                pinyin=pinyin,
                initials=initials,
            )
        )
