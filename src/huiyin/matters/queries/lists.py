"""Lists of matters: the queue, one's own work, and how many stand how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from huiyin.estate import queries as estate
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.matters import rules, titles
from huiyin.matters.access import KNOWS_CALLER, visible
from huiyin.matters.kinds import KINDS, STATES
from huiyin.matters.models import Matter
from huiyin.matters.queries.rows import Counts, MatterRow
from huiyin.staff.queries import local_day

# Counted for the rows of a page only, from an index that holds linked reports and no others.
_LINKED = (
    Matter.objects.filter(parent_id=OuterRef("pk"))
    .order_by()
    .values("parent_id")
    .annotate(n=Count("id"))
    .values("n")
)
ROW_FIELDS: tuple[Any, ...] = (
    "id",
    "number",
    "community__code",
    "kind",
    "state",
    "house__code",
    "place",
    "text",
    "owner__code",
    "owner__name",
    "received_at",
    "nearest_due_at",
    "important",
    "first_time_pass",
    "cycle",
    "owner_id",
    "follower_id",
    "received_by_id",
    "community_id",
    "closed_at",
    "anonymous",
    "parent__number",
    "chases",
    Subquery(_LINKED),
)
_SHORT = 90


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of matters is narrowed to; what is left empty does not narrow."""

    community: str = ""
    state: str = ""
    owner: str = ""
    kind: str = ""
    house: str = ""
    overdue: bool = False
    q: str = ""
    open_only: bool = False


def list_matters(
    *,
    caller: Caller,
    at: datetime,
    filters: Filters = Filters(),
    cursor: str = "",
    limit: int = 50,
    order: str = "newest",
) -> Page[MatterRow]:
    """Return a page of matters, newest first or, with ``order="due"``, nearest due first.

    ``order="due"`` holds open matters only. Filters that are given must be known: an unknown state
    or kind raises BadInput, an unknown community NotFound.
    """
    rows = _filtered(caller, at, filters)
    if order == "due":
        rows = rows.filter(closed_at__isnull=True)
    rows = _after(rows, cursor, order)
    ordering = ("nearest_due_at", "id") if order == "due" else ("-received_at", "-id")
    found = list(rows.order_by(*ordering).values_list(*ROW_FIELDS)[: limit + 1])
    return paging.page_of(
        found,
        limit,
        lambda row: matter_row(row, caller, at),
        lambda row: (_stamp(row[11] if order == "due" else row[10]), row[0]),
    )


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _filtered(caller: Caller, at: datetime, wanted: Filters) -> QuerySet[Matter]:
    rows = visible(caller)
    if wanted.community:
        town = estate.community(caller=caller, code=wanted.community)
        rows = rows.filter(community_id=town.id)
    if wanted.overdue:
        rows = rows.filter(nearest_due_at__lte=at)
    if wanted.overdue or wanted.open_only or wanted.state == "open":
        rows = rows.filter(closed_at__isnull=True)
    if wanted.owner:
        rows = rows.filter(owner__code=wanted.owner)
    if wanted.house:
        rows = rows.filter(house__code=wanted.house).exclude(_hidden_house(caller))
    words = wanted.q.strip().replace("\x00", "")[:60]
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(text__icontains=words))
    return _of_state_and_kind(rows, wanted)


def _of_state_and_kind(rows: QuerySet[Matter], wanted: Filters) -> QuerySet[Matter]:
    state, kind = wanted.state, wanted.kind
    if state and state != "open":
        if state not in STATES:
            raise BadInput(_("没有“%(it)s”这个状态。") % {"it": state}, field="state")
        rows = rows.filter(state=state)
    if kind:
        if kind not in KINDS:
            raise BadInput(_("没有“%(it)s”这个类别。") % {"it": kind}, field="kind")
        rows = rows.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))
    return rows


def _hidden_house(caller: Caller) -> Q:
    """Complaints whose house the caller may not know: a filter must not reveal it either.

    The house of an anonymous one tells who complained, so that nobody finds it by its house.
    """
    complaint = Q(kind__startswith="complaint")
    if _knows(caller, None):
        return complaint & Q(anonymous=True)
    me = caller.employee_id
    knowing = [one for one in caller.community_ids if _knows(caller, one)]
    known = Q(community_id__in=knowing)
    for role in ("owner_id", "follower_id", "received_by_id"):
        known |= Q(**{role: me, f"{role}__isnull": False})
    return complaint & (Q(anonymous=True) | ~known)


def _after(rows: QuerySet[Matter], cursor: str, order: str) -> QuerySet[Matter]:
    if not cursor:
        return rows
    try:
        stamp, last = paging.read_cursor(cursor, str, int)
        if order == "due" and not stamp:
            return rows.filter(nearest_due_at__isnull=True, id__gt=last)
        moment = parse(str(stamp))
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    if order == "due":
        return rows.filter(
            Q(nearest_due_at__gt=moment)
            | Q(nearest_due_at=moment, id__gt=last)
            | Q(nearest_due_at__isnull=True)
        )
    return rows.filter(Q(received_at__lt=moment) | Q(received_at=moment, id__lt=last))


def matter_row(row: tuple[Any, ...], caller: Caller, at: datetime) -> MatterRow:
    """Return a row of :data:`ROW_FIELDS` as the caller may see it."""
    (_pk, number, community, kind, state, house, place, text, owner_code, owner_name) = row[:10]
    (received_at, due_at, important, first_time_pass, cycle) = row[10:15]
    (owner_id, follower_id, received_by_id, community_id, closed_at, anonymous) = row[15:21]
    (parent, chases, linked_count) = row[21:]
    known = caller.employee_id in (owner_id, follower_id, received_by_id)
    known = (known or _knows(caller, community_id)) and not anonymous
    if kind.startswith("complaint") and not known:
        house = ""
    return MatterRow(
        number=number,
        community=community,
        kind=kind,
        kind_title=str(titles.KINDS[kind]),
        state=state,
        state_title=str(titles.STATES[state]),
        house=house or "",
        place=place,
        text=text[:_SHORT],
        owner_code=owner_code,
        owner_name=owner_name,
        received_at=received_at,
        nearest_due_at=due_at,
        overdue=closed_at is None and due_at is not None and due_at <= at,
        share=rules.share(received_at, due_at, at) if due_at else 1.0,
        important=important,
        first_time_pass=first_time_pass,
        cycle=cycle,
        parent=parent or "",
        linked_count=linked_count or 0,
        chases=chases,
    )


def _knows(caller: Caller, community_id: int | None) -> bool:
    return caller.is_system or caller.holds(community_id, *KNOWS_CALLER)


def linkable(
    *, caller: Caller, number: str, q: str, at: datetime, limit: int = 6
) -> tuple[MatterRow, ...]:
    """Return open matters that a report could be linked to, newest first, found by number or text.

    Only matters of its community that are not linked themselves. NotFound to those who may not
    see the report.
    """
    report = visible(caller).filter(number=number.replace("\x00", "")).first()
    if report is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    rows = _filtered(caller, at, Filters(q=q)).filter(
        community_id=report.community_id,
        state__in=rules.OPEN,
        parent__isnull=True,
        about_employee__isnull=True,
    )
    rows = rows.exclude(pk=report.pk).exclude(kind__in=rules.UNLINKABLE)
    found = rows.order_by("-received_at", "-id").values_list(*ROW_FIELDS)[:limit]
    return tuple(matter_row(row, caller, at) for row in found)


def hidden_complaints(*, caller: Caller, community_id: int) -> QuerySet[Any]:
    """Return the numbers of complaints of which the caller may not know who raised them (CMP-11).

    Not fetched: the log of messages leaves out what is about them, in its own statement.
    """
    me = caller.employee_id or 0
    complaints = Matter.objects.filter(community_id=community_id, kind__startswith="complaint")
    handled = Q(owner_id=me) | Q(follower_id=me) | Q(received_by_id=me)
    known = Q() if _knows(caller, community_id) else handled
    seen_by_me = visible(caller).filter(known).values("pk")
    return complaints.exclude(pk__in=seen_by_me).order_by().values("number")


def seen(*, caller: Caller, numbers: Iterable[str]) -> frozenset[str]:
    """Return those of some numbers that are matters the caller may see. One query."""
    wanted = [one for one in numbers if one and "\x00" not in one]
    return frozenset(visible(caller).filter(number__in=wanted).values_list("number", flat=True))


def my_work(*, caller: Caller, at: datetime, limit: int = 100) -> tuple[MatterRow, ...]:
    """Return the caller's own open matters, nearest due first."""
    rows = (
        visible(caller)
        .filter(owner_id=caller.employee_id, closed_at__isnull=True)
        .order_by("nearest_due_at", "id")
        .values_list(*ROW_FIELDS)[:limit]
    )
    return tuple(matter_row(row, caller, at) for row in rows)


def counts(*, caller: Caller, at: datetime, soon: datetime, community: str = "") -> Counts:
    """Count the open matters the caller may see; ``soon`` ends what counts as due soon."""
    rows = visible(caller).filter(closed_at__isnull=True)
    if community:
        rows = rows.filter(community_id=estate.community(caller=caller, code=community).id)
    found = rows.aggregate(
        open=Count("id"),
        unassigned=Count("id", filter=Q(state__in=rules.UNASSIGNED)),
        overdue=Count("id", filter=Q(nearest_due_at__lte=at)),
        due_soon=Count("id", filter=Q(nearest_due_at__gt=at, nearest_due_at__lte=soon)),
        waiting_visit=Count("id", filter=Q(state="finished")),
        mine=Count("id", filter=Q(owner_id=caller.employee_id)),
    )
    return Counts(**found)


_GONE = """
SELECT e.code FROM staff_employee e
 WHERE NOT EXISTS (SELECT FROM staff_postholding h
                    WHERE h.employee_id = e.id AND h.from_on <= %(day)s
                      AND (h.until_on IS NULL OR h.until_on > %(day)s))
   AND EXISTS (SELECT FROM matters_matter m WHERE m.owner_id = e.id AND m.closed_at IS NULL)
 ORDER BY e.code
"""


def owners_gone(*, at: datetime) -> tuple[str, ...]:
    """Return who still owns open matters but holds no post any more, for the system itself."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"day": local_day(at)})
        return tuple(code for (code,) in cursor.fetchall())
