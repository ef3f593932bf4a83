"""What is already known of a community, loaded at once so that a roster is matched in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from huiyin.estate.models import (
    Building,
    Community,
    House,
    Occupancy,
    Person,
    Phone,
    Unit,
    Vehicle,
)

DEVELOPER = "开发商"


@dataclass(slots=True, eq=False)
class Somebody:
    """A person, known or new, with their numbers and those a roster adds."""

    person: Person
    numbers: set[str] = field(default_factory=set)
    added: list[Phone] = field(default_factory=list)
    rank: int = 0

    @property
    def is_new(self) -> bool:
        """Tell whether the roster is the first to name this person."""
        return self.person.pk is None


@dataclass(slots=True, eq=False)
class Held:
    """An open role in a house and who holds it."""

    occupancy: Occupancy
    who: Somebody

    @property
    def role(self) -> str:
        """Return which role it is."""
        return self.occupancy.role


@dataclass(slots=True)
class Known:
    """The buildings, houses, people and open roles of one community, by their names."""

    community: Community
    buildings: dict[str, Building] = field(default_factory=dict)
    units: dict[tuple[str, str], Unit] = field(default_factory=dict)
    houses: dict[str, House] = field(default_factory=dict)
    roles: defaultdict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, Somebody] = field(default_factory=dict)
    once: dict[tuple[str, str], Somebody] = field(default_factory=dict)
    reached: dict[tuple[str, str], Somebody] = field(default_factory=dict)
    plates: set[tuple[str, str]] = field(default_factory=set)
    codes: dict[int, str] = field(default_factory=dict)
    developer: Somebody | None = None

    def find(self, codes: list[str], name: str, numbers: list[str]) -> Somebody | None:
        """Find who is meant by a name in a house.

        Whoever has, or once had, a role in one of the houses under it; else whoever of that name
        is reached under one of the numbers.
        """
        if name == DEVELOPER:
            return self.developer
        found = [self.once.get((code, name)) for code in codes]
        found += [self.reached.get((name, number)) for number in numbers]
        return next((somebody for somebody in found if somebody), None)

    def code_of(self, house_id: int | None) -> str:
        """Return the code of a house that was known before; blank for none."""
        return self.codes.get(house_id, "") if house_id else ""

    def remember(self, code: str, somebody: Somebody) -> None:
        """Remember a person under a house and under their numbers."""
        name = somebody.person.name
        if name == DEVELOPER:
            self.developer = self.developer or somebody
        self.once.setdefault((code, name), somebody)
        for number in somebody.numbers:
            self.reached.setdefault((name, number), somebody)


class Homes:
    """Who has a role in which flat, shop or office, by name."""

    def __init__(self, known: Known) -> None:
        """Gather everybody from the houses as they now stand."""
        self._of: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        for code, roles in known.roles.items():
            if known.houses[code].kind != House.Kind.PARKING:
                for held in roles:
                    self._of[held.who.person.name][code] = held.who.numbers

    def only(self, name: str, numbers: set[str]) -> str:
        """Return the one house of somebody of that name, reached under one of the numbers if any.

        Blank when there is none, or when it could be several.
        """
        found = [code for code, known in self._of[name].items() if not numbers or numbers & known]
        return found[0] if len(found) == 1 else ""


def load(community: Community) -> Known:
    """Read what is known of a community, in a handful of queries whatever its size."""
    known = Known(community)
    known.buildings = {one.code: one for one in Building.objects.filter(community=community)}
    units = Unit.objects.filter(building__community=community).select_related("building")
    known.units = {(one.building.code, one.code): one for one in units}
    known.houses = {one.code: one for one in House.objects.filter(community=community)}
    codes = known.codes = {house.pk: code for code, house in known.houses.items()}
    for person in Person.objects.filter(community=community).order_by("pk"):
        somebody = known.people[person.pk] = Somebody(person)
        if person.name == DEVELOPER:
            known.developer = known.developer or somebody
    for phone in Phone.objects.filter(person__community=community).order_by("pk"):
        somebody = known.people[phone.person_id]
        somebody.numbers.add(phone.number)
        somebody.rank = max(somebody.rank, phone.rank + 1)
        known.reached.setdefault((somebody.person.name, phone.number), somebody)
    _load_roles(known, codes)
    vehicles = Vehicle.objects.filter(community=community).values_list("house_id", "plate")
    known.plates = {(codes[house_id], plate) for house_id, plate in vehicles}
    return known


def _load_roles(known: Known, codes: dict[int, str]) -> None:
    """Read who has a role in which house; the open ones may change, the past only tells names."""
    rows = Occupancy.objects.filter(house__community=known.community)
    for role in rows.order_by("-until_on", "pk").iterator(chunk_size=5000):  # open ones first
        code, somebody = codes[role.house_id], known.people[role.person_id]
        known.once.setdefault((code, somebody.person.name), somebody)
        if role.until_on is None:
            known.roles[code].append(Held(role, somebody))
