"""Whom the people of a house ring: their keeper (管家)."""

from dataclasses import dataclass
from datetime import datetime

from huiyin.estate.models import House
from huiyin.kernel.caller import Caller
from huiyin.owners.access import admit_household
from huiyin.staff.queries import keeper_of, local_day


@dataclass(frozen=True, slots=True)
class Keeper:
    """The keeper of a building and the telephone of their work."""

    name: str
    phone: str


def keeper(*, caller: Caller, house_id: int, at: datetime) -> Keeper | None:
    """Return who keeps the building of one of the caller's houses today, if anybody does.

    Raises NotFound for a house that is not the caller's.
    """
    admit_household(caller, house_id)
    building = House.objects.values_list("building_id", flat=True).get(pk=house_id)
    found = keeper_of(building_id=building, on=local_day(at))
    return Keeper(found.name, found.phone) if found else None
