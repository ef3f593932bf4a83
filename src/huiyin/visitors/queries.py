"""Reads of appointments: the day's list, one visitor, what stands in the way of a time (REC-08)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.estate import queries as estate
from huiyin.estate.models import Community
from huiyin.estate.rules import masked
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.staff.models import Absence
from huiyin.staff.queries import directory
from huiyin.visitors.access import (
    HOSTS,
    KEEPERS,
    admit_to_visitors,
    may_see_contacts,
)
from huiyin.visitors.models import Appointment
from huiyin.visitors.rules import TALK, masked_name, too_close

STANDING = ("booked", "arrived")


@dataclass(frozen=True, slots=True)
class HostRow:
    """Somebody for whom a visitor may ask."""

    code: str
    name: str
    post: str
    present: bool


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visitor as the day's list shows one: name and telephone masked."""

    id: int
    visitor: str
    organisation: str
    phone: str
    house: str
    host: str
    host_id: int
    purpose: str
    agitated: bool
    walk_in: bool
    wished_at: datetime
    arrived_at: datetime | None
    state: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    matter: str
    following_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visitor, with name and telephone in full for who may read them."""

    row: VisitRow
    visitor: str
    phone: str
    told: str
    made_by: str
    may_decide: bool


def day_list(
    *, caller: Caller, community: str, on: date, cursor: str = "", limit: int = 50
) -> Page[VisitRow]:
    """Return the visitors of a day in order of time; who has come and waits is told by state.

    Raises NotFound to strangers, Forbidden to colleagues who keep no book.
    """
    town = estate.community(caller=caller, code=community)
    admit_to_visitors(caller, town.id)
    start = datetime.combine(on, time(0), ZoneInfo(town.zone))
    rows = _rows().filter(
        community_id=town.id, wished_at__gte=start, wished_at__lt=start + timedelta(days=1)
    )
    if cursor:
        try:
            stamp, last = paging.read_cursor(cursor, str, int)
            moment = datetime.fromisoformat(str(stamp))
            rows = rows.filter(Q(wished_at__gt=moment) | Q(wished_at=moment, pk__gt=last))
        except (paging.BadCursor, ValueError) as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    found = list(rows.order_by("wished_at", "id")[: limit + 1])
    return paging.page_of(found, limit, _row, lambda one: (one.wished_at.isoformat(), one.pk))


def waiting(*, caller: Caller, community: str) -> tuple[VisitRow, ...]:
    """Return who has come and waits for an answer, whatever the day, longest first."""
    town = estate.community(caller=caller, code=community)
    admit_to_visitors(caller, town.id)
    rows = _rows().filter(community_id=town.id, state=Appointment.State.ARRIVED)
    return tuple(_row(one) for one in rows.order_by("arrived_at", "id")[:20])


def visit(*, caller: Caller, appointment: int) -> VisitView:
    """Return one visitor. Raises NotFound to strangers, Forbidden to who keeps no book."""
    one = _rows().filter(pk=appointment).first()
    if one is None or not caller.works_in(one.community_id):
        raise NotFound(_("没有这个预约。"))
    admit_to_visitors(caller, one.community_id)
    whole = may_see_contacts(caller, one.community_id, one.host_id)
    acting = (one.host_id, one.matter.owner_id if one.matter else None)
    return VisitView(
        row=_row(one),
        visitor=one.visitor if whole else masked_name(one.visitor),
        phone=one.phone if whole else masked(one.phone) if one.phone else "",
        told=one.told,
        made_by=one.made_by.name if one.made_by else "",
        may_decide=caller.holds(one.community_id, *KEEPERS) or caller.employee_id in acting,
    )


def hosts(*, caller: Caller, community_id: int, at: datetime) -> tuple[HostRow, ...]:
    """Return for whom a visitor may ask, in the order of the organisation chart."""
    admit_to_visitors(caller, community_id)
    people = directory(community_id=community_id, at=at).people.values()
    found = [one for one in people if set(HOSTS) & set(one.posts)]
    found.sort(key=lambda one: (HOSTS.index(next(p for p in one.posts if p in HOSTS)), one.code))
    return tuple(HostRow(one.code, one.name, one.post, one.present) for one in found)


def obstacles(
    *, community_id: int, host_id: int, wished_at: datetime, but: int | None = None
) -> tuple[str, ...]:
    """Say what stands in the way of a time: other visitors of the manager, an absence."""
    near = Appointment.objects.filter(
        community_id=community_id,
        host_id=host_id,
        state__in=STANDING,
        wished_at__gt=wished_at - TALK,
        wished_at__lt=wished_at + TALK,
    ).exclude(pk=but or 0)
    moments = near.values_list("wished_at", flat=True)
    zone = zone_of(Community.objects.only("zone").get(pk=community_id))
    found = [
        _("%(at)s 已约了客人") % {"at": f"{other.astimezone(zone):%H:%M}"}
        for other in too_close(wished_at, moments)
    ]
    away = Absence.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=wished_at),
        employee_id=host_id,
        starts_at__lte=wished_at,
    ).select_related("delegate")
    for one in away[:1]:
        acting = one.delegate.name if one.delegate else ""
        found.append(_("不在岗,由 %(name)s 代理") % {"name": acting} if acting else _("不在岗"))
    return tuple(found)


def zone_of(community: Community) -> ZoneInfo:
    """Return the zone of a community's clock."""
    return ZoneInfo(community.zone)


def _rows() -> QuerySet[Appointment]:
    return Appointment.objects.select_related(
        "house", "host", "matter", "decided_by", "made_by", "followed_by"
    )


def _row(one: Appointment) -> VisitRow:
    following = getattr(one, "followed_by", None)
    return VisitRow(
        id=one.pk,
        visitor=masked_name(one.visitor),
        organisation=one.organisation,
        phone=masked(one.phone) if one.phone else "",
        house=one.house.code if one.house else "",
        host=one.host.name,
        host_id=one.host_id,
        purpose=one.purpose,
        agitated=one.agitated,
        walk_in=one.walk_in,
        wished_at=one.wished_at,
        arrived_at=one.arrived_at,
        state=one.state,
        decided_at=one.decided_at,
        decided_by=one.decided_by.name if one.decided_by else "",
        reason=one.reason,
        matter=one.matter.number if one.matter else "",
        following_at=following.wished_at if following else None,
    )
