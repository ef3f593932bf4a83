"""Who is meant by an announcement: houses, the people in them, the halls (NOT-02, EMG-04)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiyin.announcements.models import Announcement, Place
from huiyin.estate.models import Building, House, Occupancy, Unit
from huiyin.estate.queries.conditions import lives_on


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom an announcement is; ``ids`` are those of buildings, entrances or houses."""

    kind: str
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hall:
    """Where a poster hangs: an entrance, or a building that has none registered."""

    building: Building
    unit: Unit | None


def audience_of(announcement: Announcement) -> Audience:
    """Return for whom an announcement is."""
    ids = (one.building_id or one.unit_id or one.house_id for one in announcement.places.all())
    return Audience(announcement.audience, tuple(sorted(one for one in ids if one)))


def houses_of(community_id: int, audience: Audience) -> QuerySet[House]:
    """Return the houses meant, in order; a parking space only where it was named itself."""
    found = House.objects.filter(community_id=community_id).order_by("order_key", "id")
    if audience.kind == "houses":
        return found.filter(pk__in=audience.ids)
    found = found.exclude(kind=House.Kind.PARKING)
    if audience.kind == "buildings":
        return found.filter(building__in=audience.ids)
    if audience.kind == "units":
        return found.filter(unit__in=audience.ids)
    return found


def roles_of(houses: QuerySet[House], on: date) -> QuerySet[Occupancy]:
    """Return who holds a role in the houses on a day."""
    return Occupancy.objects.filter(lives_on(on), house__in=houses.order_by())


def halls_of(community_id: int, audience: Audience) -> tuple[Hall, ...]:
    """Return the halls of the houses meant, each once: the entrances, else the building."""
    buildings = Building.objects.filter(community_id=community_id)
    units = Unit.objects.filter(building__community_id=community_id)
    if audience.kind == "buildings":
        buildings = buildings.filter(pk__in=audience.ids)
    elif audience.kind == "units":
        buildings = buildings.filter(units__in=audience.ids).distinct()
        units = units.filter(pk__in=audience.ids)
    elif audience.kind == "houses":
        houses = House.objects.filter(community_id=community_id, pk__in=audience.ids)
        buildings = buildings.filter(Exists(houses.filter(building=OuterRef("pk"))))
        units = units.filter(Exists(houses.filter(unit=OuterRef("pk"))))
    entrances: dict[int, list[Unit]] = {}
    for unit in units:
        entrances.setdefault(unit.building_id, []).append(unit)
    halls: list[Hall] = []
    for building in buildings.order_by("order", "id"):
        doors = sorted(entrances.get(building.pk, []), key=lambda one: _order(one.code))
        halls += [Hall(building, one) for one in doors] or [Hall(building, None)]
    return tuple(halls)


def meant_for(house_ids: Iterable[int]) -> Q:
    """Return the condition that an announcement is meant for one of these houses."""
    houses = House.objects.filter(pk__in=list(house_ids))
    homes = houses.exclude(kind=House.Kind.PARKING)
    named = Place.objects.filter(announcement=OuterRef("pk"))
    return (
        Q(audience="all", community__in=homes.values("community"))
        | Q(Exists(named.filter(building__in=homes.values("building"))))
        | Q(Exists(named.filter(unit__in=homes.values("unit"))))
        | Q(Exists(named.filter(house__in=houses)))
    )


def places(announcement: Announcement, audience: Audience) -> Sequence[Place]:
    """Return the rows that keep for whom an announcement is."""
    column = {"buildings": "building_id", "units": "unit_id", "houses": "house_id"}
    name = column.get(audience.kind)
    if name is None:
        return ()
    return [Place(announcement=announcement, **{name: one}) for one in audience.ids]


def _order(code: str) -> tuple[int, str]:
    return (int(code) if code.isdecimal() else 0, code)
