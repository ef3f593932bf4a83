"""Which matters an owner, co-owner or tenant may see, and what of them (OWN-05, CMP-11).

Whoever logs in by a telephone number is every person who has that number in a roster, unless the
number was found to be wrong there; the households are the houses in which these persons hold a role
today. The README has the whole table.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.accounts.models import User
from huiyin.estate.models import Occupancy, Phone
from huiyin.estate.queries import lives_on
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.models import Matter
from huiyin.matters.rules import REPORTED
from huiyin.staff.access import admit_post
from huiyin.staff.queries import local_day

# The strongest role first: whoever holds two roles in one house has the rights of the first.
ROLES = ("owner", "co_owner", "company", "tenant", "developer")
OWNERS = frozenset({"owner", "co_owner"})
# A call back reminds the desk of its own work; what only reminds of procedures is nobody's request.
SHOWN_KINDS = tuple(kind for kind in REPORTED if kind != "callback")
# What is done to the house itself: whoever owns it hears of it, whoever raised it.
OF_THE_HOUSE = ("repair", "builder_defect")
# Services ordered for a home: shared among owners, but a tenant's are the tenant's own.
OF_THE_HOME = ("home_service", "special_service")
# Only whoever raised it says whether it is done and how good it was.
ONLY_RAISER = frozenset({"confirm", "rate", "reopen"})
# Who settles requests to be verified: whoever may change rosters at the desk.
VERIFIERS = ("manager", "assistant", "supervisor", "dispatcher", "receptionist", "keeper")


# Who stores a photo of an owner: the matter says whose it is, or that it is nobody's (CMP-11).
NAMELESS = Caller(user_id=None, employee_id=None, name="portal")


@dataclass(frozen=True, slots=True)
class Reach:
    """One household: whose it is, in which role, and since when (None: always)."""

    house_id: int
    role: str
    since: datetime | None


def owner_caller(user: User, at: datetime) -> Caller:
    """Build the caller for whoever is logged in by a telephone number (OWN-05).

    Nobody's number, or an account that is shut, gives a caller without people and households.
    """
    if not user.phone or not user.is_active:
        return Caller(user_id=user.pk, employee_id=None, name="")
    people = dict(
        Phone.objects.filter(number=user.phone)
        .exclude(state=Phone.State.WRONG)
        .order_by("person_id")
        .values_list("person_id", "person__name")
    )
    return Caller(
        user_id=user.pk,
        employee_id=None,
        name="、".join(dict.fromkeys(people.values())),
        people=frozenset(people),
        households=_households(people, at),
    )


def _households(people: Iterable[int], at: datetime) -> dict[int, str]:
    """Return the houses of today with the strongest role held there."""
    rows = Occupancy.objects.filter(lives_on(local_day(at)), person__in=list(people))
    found: dict[int, str] = {}
    for house_id, role in rows.order_by("house_id").values_list("house_id", "role"):
        known = found.get(house_id)
        if known is None or ROLES.index(role) < ROLES.index(known):
            found[house_id] = role
    return found


def admit_household(caller: Caller, house_id: int) -> str:
    """Return the caller's role in a house; NotFound to everybody else."""
    role = caller.households.get(house_id)
    if role is None:
        raise NotFound(_("没有这套房屋,或您目前不是这套房屋的住户。"))
    return role


def admit_verifier(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not keep the roster."""
    admit_post(caller, community_id, *VERIFIERS)


def reaches(caller: Caller, at: datetime) -> tuple[Reach, ...]:
    """Return the caller's households with the moment from which their matters concern them.

    Whoever came without a known day after somebody else had left, came when the other left: a
    buyer never reads what the seller had asked for.
    """
    rows = list(
        Occupancy.objects.filter(
            lives_on(local_day(at)),
            person__in=caller.people,
            house__in=list(caller.households),
        ).values_list("house_id", "role", "from_on", "house__community__zone")
    )
    left = _left_before(caller, at)
    found: dict[int, Reach] = {}
    for house_id, role, from_on, zone in rows:
        if role != caller.households[house_id]:
            continue
        day = from_on or left.get((house_id, role in OWNERS))
        since = datetime.combine(day, time.min, ZoneInfo(zone)) if day else None
        known = found.get(house_id)
        if known is None or since is None or (known.since and since < known.since):
            found[house_id] = Reach(house_id, role, since)
    return tuple(found[house_id] for house_id in sorted(found))


def _left_before(caller: Caller, at: datetime) -> dict[tuple[int, bool], date]:
    """Return when the last of the others left each house: as owners (True) or otherwise."""
    gone = Occupancy.objects.filter(
        house__in=list(caller.households), until_on__lte=local_day(at)
    ).exclude(person__in=caller.people)
    rows = gone.values_list("house_id", "role").annotate(Max("until_on"))
    found: dict[tuple[int, bool], date] = {}
    for house_id, role, day in rows:
        key = house_id, role in OWNERS
        found[key] = max(day, found.get(key, day))
    return found


def visible(caller: Caller, at: datetime) -> QuerySet[Matter]:
    """Return the matters a caller may see as an owner, co-owner or tenant.

    1. What they raised themselves, while they belong to the house it is about; what is about no
       house, while they belong to any house of that community.
    2. Owners and co-owners: what is done to their house since they own it, and the services that
       other owners ordered for it; never what a tenant or company ordered for itself.
    3. Tenants and companies: repairs of their house since they live there.

    Nothing anonymous, no complaint of anybody else, nothing internal.
    """
    if not caller.people or not caller.households:
        return Matter.objects.none()
    return Matter.objects.filter(
        _raised_by(caller) | _of_houses(caller, at), anonymous=False, kind__in=SHOWN_KINDS
    )


def _raised_by(caller: Caller) -> Q:
    houses = list(caller.households)
    towns = Occupancy.objects.filter(house__in=houses).values("house__community_id")
    return Q(person__in=caller.people) & (
        Q(house__in=houses) | Q(house__isnull=True, community__in=towns)
    )


def _of_houses(caller: Caller, at: datetime) -> Q:
    """What others raised about the caller's houses."""
    tenancies = Occupancy.objects.filter(
        house_id=OuterRef("house_id"), person_id=OuterRef("person_id")
    ).exclude(role__in=OWNERS)
    by_tenant = Q(Exists(tenancies))
    owned = Q(kind__in=OF_THE_HOUSE) | Q(kind__in=OF_THE_HOME) & ~by_tenant
    wanted = Q(pk__in=[])
    groups: dict[tuple[datetime | None, bool], list[int]] = defaultdict(list)
    for one in reaches(caller, at):
        groups[one.since, one.role in OWNERS].append(one.house_id)
    for (since, owns), houses in groups.items():
        here = Q(house__in=houses) & (owned if owns else Q(kind__in=OF_THE_HOUSE))
        if since is not None:
            here &= Q(received_at__gte=since)
        wanted |= here
    return wanted


def is_mine(caller: Caller, matter: Matter) -> bool:
    """Tell whether the caller raised a matter that they see."""
    return matter.person_id in caller.people


def reads_texts(caller: Caller, matter: Matter) -> bool:
    """Tell whether the caller may read what was written on a matter that they see.

    A tenant knows that a repair of the home goes on and when, not what the owner wrote about it.
    """
    return is_mine(caller, matter) or caller.households.get(matter.house_id or 0) in OWNERS


def may_use(caller: Caller, matter: Matter, verb: str) -> bool:
    """Tell whether a caller who sees a matter may use a verb of owners on it."""
    if is_mine(caller, matter):
        return True
    if not reads_texts(caller, matter):
        return False
    # Nobody in particular raised it: any owner of the house speaks for it.
    return verb not in ONLY_RAISER or matter.person_id is None


def admit_verb(caller: Caller, matter: Matter, verb: str) -> None:
    """Raise Forbidden, telling who can, unless the caller may use the verb."""
    if not may_use(caller, matter, verb):
        raise Forbidden(_("这件事是同住的其他人报的,请由本人来办,或打服务中心电话。"))
