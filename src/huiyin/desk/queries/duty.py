"""Reads of the duty log: what happened in a shift, who was there, what is handed on (REC-12)."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.checklists.models import Run
from huiyin.desk.access import admit_to_duty, may_sign
from huiyin.desk.models import Call, DutyLog, OpenItem
from huiyin.desk.rules import Shifts, Span, shift_at
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.matters.models import Matter, Promise
from huiyin.standards import queries as standards
from huiyin.standards.words import PROMISE_CODES

MOST_LISTED = 20
_SHORT = 60
# Matters the house makes for itself: no voice from outside, so no line of the log.
INTERNAL = ("approval", "sign_off", "correction")
VISITOR, EMERGENCY = "appointment", "complaint.emergency"


@dataclass(frozen=True, slots=True)
class Told:
    """A matter as one line of the log; never who raised it."""

    number: str
    text: str
    state: str
    result: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the system itself knows of a shift; frozen when the shift is handed over."""

    calls: int
    answered: int
    abandoned: int
    in_time: int
    received: tuple[tuple[str, int], ...]
    finished: int
    escalated: int
    broken: int
    open: int
    overdue: int
    emergencies: tuple[Told, ...]
    visitors: tuple[Told, ...]

    @property
    def received_total(self) -> int:
        """How many matters came in, whatever their kind."""
        return sum(count for _kind, count in self.received)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept in the log."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LogPerson:
    """Somebody on the shift."""

    id: int
    code: str
    name: str
    signed_in_at: datetime
    signed_off_at: datetime | None
    excuse: str


@dataclass(frozen=True, slots=True)
class LogNote:
    """A line somebody wrote."""

    about: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Something handed to a named person."""

    id: int
    log: int
    text: str
    matter: str
    to_id: int
    to: str
    by: str
    moves: bool
    at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A log as the list shows it; ``standing`` is open, overdue, handed, taken or signed."""

    id: int
    day: date
    period: str
    starts_at: datetime
    ends_at: datetime
    standing: str
    people: int
    handed_by: str
    taken_by: str
    signed_by: str


@dataclass(frozen=True, slots=True)
class DutyView:
    """A log with all that stands in it; ``id`` 0 while nothing was written into it yet."""

    id: int
    community: str
    community_name: str
    zone: str
    day: date
    period: str
    starts_at: datetime
    ends_at: datetime
    standing: str
    facts: Facts
    people: tuple[LogPerson, ...]
    notes: tuple[LogNote, ...]
    items: tuple[ItemRow, ...]
    checked: bool
    run_id: int | None
    excuse: str
    handed_at: datetime | None
    handed_by: str
    taken_at: datetime | None
    taken_by: str
    signed_at: datetime | None
    signed_by: str
    opinion: str
    matter: str
    may_sign: bool
    may_take_over: bool
    am_here: bool

    @property
    def is_open(self) -> bool:
        """True until it is handed over."""
        return self.handed_at is None


def subject_of(log_id: int) -> str:
    """Name a log as checklists and the trail do."""
    return f"shift:{log_id}"


def shifts_of(community_id: int, at: datetime) -> Shifts:
    """Return the shifts that the community's standard sets at a moment."""
    _version, standard = standards.current(community_id=community_id, at=at)
    return standard.desk.shifts


def current_shift(*, caller: Caller, community: str, at: datetime) -> DutyView | None:
    """Return the log of the shift running now, None between two shifts.

    Raises NotFound to strangers, Forbidden to colleagues who do no shifts.
    """
    town = estate.community(caller=caller, code=community)
    admit_to_duty(caller, town.id)
    span = shift_at(shifts_of(town.id, at), at, ZoneInfo(town.zone))
    if span is None:
        return None
    log = _logs().filter(community_id=town.id, starts_at=span.starts_at).first()
    return _view(caller, town, log or _not_yet(town.id, span, at), at)


def duty_log(*, caller: Caller, log: int, at: datetime) -> DutyView:
    """Return one log. Raises NotFound to strangers, Forbidden to who does no shifts."""
    row = _logs().select_related("community").filter(pk=log).first()
    if row is None or not caller.works_in(row.community_id):
        raise NotFound(_("没有这份值班记录。"))
    admit_to_duty(caller, row.community_id)
    town = estate.community(caller=caller, code=row.community.code)
    return _view(caller, town, row, at)


def duty_logs(
    *, caller: Caller, community: str, at: datetime, cursor: str = "", limit: int = 30
) -> Page[DutyRow]:
    """Return the logs of a community, the latest shift first."""
    town = estate.community(caller=caller, code=community)
    admit_to_duty(caller, town.id)
    rows = _logs().filter(community_id=town.id).annotate(here=Count("people"))
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, str)
            rows = rows.filter(starts_at__lt=datetime.fromisoformat(str(last)))
        except (paging.BadCursor, ValueError) as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    found = list(rows.order_by("-starts_at")[: limit + 1])
    return paging.page_of(
        found,
        limit,
        lambda log: _row(log, log.here, at),
        lambda log: (log.starts_at.isoformat(),),
    )


def waiting_logs(*, caller: Caller, community: str, at: datetime) -> tuple[DutyRow, ...]:
    """Return the shifts that are over and not handed over, not taken over or not signed."""
    town = estate.community(caller=caller, code=community)
    admit_to_duty(caller, town.id)
    unfinished = Q(handed_at__isnull=True, people__isnull=False) | Q(
        handed_at__isnull=False, signed_at__isnull=True
    )
    rows = _logs().filter(unfinished, community_id=town.id, starts_at__lte=at)
    rows = rows.filter(Q(ends_at__lte=at) | Q(handed_at__isnull=False)).distinct()
    return tuple(_row(log, 0, at) for log in rows.order_by("-starts_at")[:MOST_LISTED])


def items_for(*, caller: Caller, community: str) -> tuple[ItemRow, ...]:
    """Return what was handed to the caller and waits to be accepted, oldest first."""
    town = estate.community(caller=caller, code=community)
    admit_to_duty(caller, town.id)
    if caller.employee_id is None:
        return ()
    rows = _items_of(caller).filter(
        log__community_id=town.id, to_id=caller.employee_id, accepted_at__isnull=True
    )
    return tuple(_item(one) for one in rows[:MOST_LISTED])


def facts_at(log: DutyLog, at: datetime) -> Facts:
    """Count what happened in the shift of a log; handed over early, the rest is the next one's."""
    span, after_event = span_of(log), log.after_event
    before = DutyLog.objects.filter(community_id=log.community_id, starts_at__lt=log.starts_at)
    last = before.order_by("-starts_at").first()
    if last is not None and last.handed_at is not None and last.handed_at < span.starts_at:
        span = replace(span, starts_at=last.handed_at)
        after_event = last.after_event
    return facts_of(community_id=log.community_id, span=span, after_event=after_event, at=at)


def facts_of(*, community_id: int, span: Span, after_event: int, at: datetime) -> Facts:
    """Count what happened in a shift, as it is known at a moment."""
    until = span.ends_at
    inside = {"received_at__gte": span.starts_at, "received_at__lt": until}
    came = Matter.objects.filter(community_id=community_id, **inside)
    kinds = came.exclude(kind__in=(*INTERNAL, VISITOR)).order_by("kind").values_list("kind")
    told = _told(came.filter(kind__in=(EMERGENCY, VISITOR), about_employee__isnull=True))
    done = _events(community_id, span.starts_at, until, after_event)
    standing = Matter.objects.filter(community_id=community_id, closed_at__isnull=True)
    counts = standing.aggregate(
        open=Count("pk", filter=Q(finished_at__isnull=True)),
        overdue=Count("pk", filter=Q(nearest_due_at__lte=at)),
    )
    return Facts(
        **_calls(community_id, span.starts_at, until, at),
        received=tuple(kinds.annotate(n=Count("pk"))),
        finished=done.get("finished", 0),
        escalated=done.get("escalated", 0),
        broken=_broken(community_id, span.starts_at, until, at),
        open=counts["open"],
        overdue=counts["overdue"],
        emergencies=tuple(one for kind, one in told if kind == EMERGENCY),
        visitors=tuple(one for kind, one in told if kind == VISITOR),
    )


def _told(rows: QuerySet[Matter]) -> list[tuple[str, Told]]:
    found = rows.order_by("received_at", "id").values_list(
        "kind", "number", "text", "state", "result"
    )
    return [
        (kind, Told(number, text[:_SHORT], state, result[:_SHORT]))
        for kind, number, text, state, result in found[: 2 * MOST_LISTED]
    ]


def _calls(community_id: int, since: datetime, until: datetime, at: datetime) -> dict[str, int]:
    _version, standard = standards.current(community_id=community_id, at=at)
    answered = Q(answered_at__isnull=False)
    return (
        Call.objects.annotate(began_at=Coalesce("ringing_at", "answered_at", "abandoned_at"))
        .filter(community_id=community_id, began_at__gte=since, began_at__lt=until)
        .aggregate(
            calls=Count("pk"),
            answered=Count("pk", filter=answered),
            abandoned=Count("pk", filter=Q(answered_at=None, abandoned_at__isnull=False)),
            in_time=Count("pk", filter=answered & Q(rings__range=(1, standard.desk.call_rings))),
        )
    )


# Events come in order of id, so those after one from before the shift are few.
_EVENTS = """
SELECT e.kind, count(*) FROM matters_event e JOIN matters_matter m ON m.id = e.matter_id
 WHERE e.id > %s AND e.at >= %s AND e.at < %s AND m.community_id = %s
   AND e.kind IN ('finished', 'escalated') AND m.kind <> ALL(%s)
 GROUP BY e.kind
"""


def _events(
    community_id: int, since: datetime, until: datetime, after_event: int
) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [after_event, since, until, community_id, list(INTERNAL)])
        return dict(cursor.fetchall())


def _broken(community_id: int, since: datetime, until: datetime, at: datetime) -> int:
    """Count the limits that passed in the shift unkept, told by the sweeper or not yet."""
    late = Q(state="broken") | Q(state="running", due_at__lte=at)
    return Promise.objects.filter(
        late,
        community_id=community_id,
        code__in=sorted(PROMISE_CODES),
        due_at__gte=since,
        due_at__lt=until,
    ).count()


def read_facts(kept: dict[str, Any]) -> Facts:
    """Read what a log keeps."""
    lines = {name: tuple(Told(**one) for one in kept[name]) for name in ("emergencies", "visitors")}
    received = tuple((kind, count) for kind, count in kept["received"])
    return Facts(**{**kept, **lines, "received": received})


def span_of(log: DutyLog) -> Span:
    """Return the shift of a log."""
    return Span(log.day, log.period, log.starts_at, log.ends_at)


def _not_yet(community_id: int, span: Span, at: datetime) -> DutyLog:
    """Return the log as it will begin, not saved: a page that is only looked at writes nothing."""
    return DutyLog(
        community_id=community_id,
        day=span.day,
        period=span.period,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        opened_at=at,
        after_event=last_bookmark(community_id, span.starts_at),
    )


def last_bookmark(community_id: int, before: datetime) -> int:
    """Return an event that is certainly older than a shift: the bookmark of the one before."""
    logs = DutyLog.objects.filter(community_id=community_id, starts_at__lt=before)
    return logs.order_by("-starts_at").values_list("after_event", flat=True).first() or 0


def _logs() -> QuerySet[DutyLog]:
    return DutyLog.objects.select_related("handed_by", "taken_by", "signed_by", "matter")


def _items_of(caller: Caller) -> QuerySet[OpenItem]:
    """Open items as the caller may read them: none of a matter about the caller (CMP-11)."""
    items = OpenItem.objects.select_related("matter", "to", "by").order_by("id")
    if caller.employee_id is None:
        return items
    return items.exclude(matter__about_employee_id=caller.employee_id)


def _item(one: OpenItem) -> ItemRow:
    return ItemRow(
        id=one.pk,
        log=one.log_id,
        text=one.text,
        matter=one.matter.number if one.matter else "",
        to_id=one.to_id,
        to=one.to.name,
        by=one.by.name if one.by else "",
        moves=one.moves,
        at=one.at,
        accepted_at=one.accepted_at,
    )


def _standing(log: DutyLog, at: datetime) -> str:
    if log.signed_at is not None:
        return "signed"
    if log.handed_at is not None:
        return "taken" if log.taken_at is not None else "handed"
    return "open" if at < log.ends_at else "overdue"


def _row(log: DutyLog, people: int, at: datetime) -> DutyRow:
    return DutyRow(
        id=log.pk,
        day=log.day,
        period=log.period,
        starts_at=log.starts_at,
        ends_at=log.ends_at,
        standing=_standing(log, at),
        people=people,
        handed_by=log.handed_by.name if log.handed_by else "",
        taken_by=log.taken_by.name if log.taken_by else "",
        signed_by=log.signed_by.name if log.signed_by else "",
    )


def _view(caller: Caller, town: CommunityRow, log: DutyLog, at: datetime) -> DutyView:
    facts = read_facts(log.facts) if log.facts is not None else facts_at(log, at)
    people = _people(log)
    run = _run(log)
    me = caller.employee_id
    here = [one for one in people if one.id == me and one.signed_off_at is None]
    return DutyView(
        id=log.pk or 0,
        community=town.code,
        community_name=town.name,
        zone=town.zone,
        day=log.day,
        period=log.period,
        starts_at=log.starts_at,
        ends_at=log.ends_at,
        standing=_standing(log, at),
        facts=facts,
        people=people,
        notes=_notes(log),
        items=tuple(_item(one) for one in _items_of(caller).filter(log_id=log.pk))
        if log.pk
        else (),
        checked=run is not None and run.state == Run.State.DONE,
        run_id=run.pk if run else None,
        excuse=log.excuse,
        handed_at=log.handed_at,
        handed_by=log.handed_by.name if log.handed_by else "",
        taken_at=log.taken_at,
        taken_by=log.taken_by.name if log.taken_by else "",
        signed_at=log.signed_at,
        signed_by=log.signed_by.name if log.signed_by else "",
        opinion=log.opinion,
        matter=log.matter.number if log.matter else "",
        may_sign=log.handed_at is not None
        and log.signed_at is None
        and may_sign(caller, town.id)
        and me != log.handed_by_id,
        may_take_over=log.handed_at is not None
        and log.taken_at is None
        and me is not None
        and me != log.handed_by_id,
        am_here=bool(here),
    )


def _people(log: DutyLog) -> tuple[LogPerson, ...]:
    if not log.pk:
        return ()
    rows = log.people.select_related("employee").order_by("signed_in_at", "id")
    return tuple(
        LogPerson(
            one.employee_id,
            one.employee.code,
            one.employee.name,
            one.signed_in_at,
            one.signed_off_at,
            one.excuse,
        )
        for one in rows
    )


def _notes(log: DutyLog) -> tuple[LogNote, ...]:
    if not log.pk:
        return ()
    rows = log.notes.order_by("id").values_list("about", "text", "at", "by_name")
    return tuple(LogNote(*row) for row in rows)


def _run(log: DutyLog) -> Run | None:
    """Return the four checks of the shift, as far as they have come."""
    if not log.pk:
        return None
    runs = Run.objects.filter(subject=subject_of(log.pk)).exclude(state=Run.State.DROPPED)
    return runs.order_by("-id").first()
