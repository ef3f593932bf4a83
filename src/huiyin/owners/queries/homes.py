"""The reader's households, and what may be asked for."""

from collections import defaultdict
from datetime import datetime

from huiyin.estate.models import House, Occupancy
from huiyin.estate.queries import lives_on
from huiyin.estate.rows import CommunityRow
from huiyin.estate.titles import kind_title, role_title
from huiyin.kernel.caller import Caller
from huiyin.owners import titles
from huiyin.owners.access import ROLES
from huiyin.owners.rows import Household, KindChoice
from huiyin.owners.rules import shortened
from huiyin.staff.queries import local_day


def households(*, caller: Caller, at: datetime) -> tuple[Household, ...]:
    """Return the houses the caller belongs to, by community, flats before parking spaces."""
    houses = House.objects.filter(pk__in=list(caller.households)).select_related("community")
    people = _people(caller, at)
    return tuple(
        Household(
            house_id=one.pk,
            code=one.code,
            kind_title=kind_title(one.kind),
            community=CommunityRow(
                one.community.pk,
                one.community.code,
                one.community.name,
                one.community.zone,
                one.community.phone,
                one.community.calendar_version,
            ),
            role=caller.households[one.pk],
            role_title=role_title(caller.households[one.pk]),
            people=tuple(people[one.pk]),
        )
        for one in houses.order_by("community__code", "order_key", "id")
    )


def _people(caller: Caller, at: datetime) -> dict[int, list[str]]:
    """Return who belongs to each house, the reader by name, everybody else shortened."""
    rows = Occupancy.objects.filter(
        lives_on(local_day(at)), house__in=list(caller.households)
    ).values_list("house_id", "role", "person_id", "person__name")
    found: dict[int, list[str]] = defaultdict(list)
    for house_id, _role, person_id, name in sorted(rows, key=lambda row: ROLES.index(row[1])):
        shown = name if person_id in caller.people else shortened(name)
        if shown not in found[house_id]:
            found[house_id].append(shown)
    return found


def kinds_offered() -> tuple[KindChoice, ...]:
    """Return the kinds of request an owner may choose, in owners' words."""
    return tuple(
        KindChoice(kind, str(one.title), str(one.hint), kind in titles.NAMELESS)
        for kind, one in titles.KINDS.items()
    )
