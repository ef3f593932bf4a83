"""How many an announcement would reach, and whom no channel reaches (NOT-02)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from huiyin.announcements.access import admit_writer
from huiyin.announcements.audience import Audience, halls_of, houses_of, roles_of
from huiyin.announcements.rules import CHANNELS, PAPERS, WAYS
from huiyin.estate.models import Community, Person, Phone
from huiyin.kernel.caller import Caller
from huiyin.notices.models import Address
from huiyin.notices.queries import channels_ready
from huiyin.notices.rules import Number, sms_number
from huiyin.staff.queries import local_day

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """How many are meant; ``unreached`` names some of those whom only paper reaches."""

    households: int
    empty: int
    people: int
    unreachable: int
    halls: int
    unreached: tuple[str, ...]


def audience_count(
    *, caller: Caller, community_id: int, audience: Audience, at: datetime
) -> AudienceCount:
    """Count households, people and those without any channel. Raises NotFound, Forbidden."""
    admit_writer(caller, community_id)
    zone = Community.objects.values_list("zone", flat=True).get(pk=community_id)
    houses = houses_of(community_id, audience)
    roles = list(roles_of(houses, local_day(at, zone)).values_list("person_id", "house_id"))
    people = tuple(dict.fromkeys(person for person, _house in roles))
    alone = unreachable_of(people)
    households = houses.count()
    return AudienceCount(
        households=households,
        empty=households - len({house for _person, house in roles}),
        people=len(people),
        unreachable=len(alone),
        halls=len(halls_of(community_id, audience)),
        unreached=_named(alone[:MOST_NAMED]),
    )


def channels_set_up(*, caller: Caller, community_id: int) -> frozenset[str]:
    """Return the channels that work here: paper always, messages where a provider is set up."""
    admit_writer(caller, community_id)
    ready = set(channels_ready(community_id))
    return frozenset(one for one in CHANNELS if one in PAPERS or ready & set(WAYS[one]))


def unreachable_of(people: Iterable[int]) -> tuple[int, ...]:
    """Return those of the people whom no channel out of the house reaches."""
    asked = list(people)
    numbers: dict[int, list[Number]] = defaultdict(list)
    phones = Phone.objects.filter(person__in=asked)
    for person, number, state, rank in phones.values_list("person_id", "number", "state", "rank"):
        numbers[person].append(Number(number, state, rank))
    written = Address.objects.filter(person__in=asked, verified_at__isnull=False).exclude(value="")
    able = set(written.values_list("person_id", flat=True))
    able |= {person for person, known in numbers.items() if sms_number(known)}
    return tuple(one for one in asked if one not in able)


def _named(people: Iterable[int]) -> tuple[str, ...]:
    rows = Person.objects.filter(pk__in=list(people)).order_by("name", "id")
    return tuple(rows.values_list("name", flat=True))
