"""Reads of emergencies: what is going on, one incident as it stands, its story, its report."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiyin.approvals import queries as approvals
from huiyin.approvals.queries import RequestView
from huiyin.checklists.queries import run as run_of
from huiyin.checklists.rows import ItemView
from huiyin.estate.models import Building, House, Unit
from huiyin.incidents import rules, titles
from huiyin.incidents.access import LEADING, LISTERS, admit_to_matter, may_consent
from huiyin.incidents.drafts import Draft, draft
from huiyin.incidents.models import (
    Alarm,
    EmergencyContact,
    Incident,
    IncidentReport,
    Measure,
    OutsideCall,
    Review,
    Telling,
)
from huiyin.incidents.plans import PLANS
from huiyin.incidents.story import Pieces, Told, gather, story, value_text
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, is_row_id, page_of, read_cursor
from huiyin.matters.access import visible
from huiyin.matters.models import Matter
from huiyin.matters.queries import PersonRef
from huiyin.matters.titles import POSTS
from huiyin.notices import queries as notices
from huiyin.staff.access import admit_to_community
from huiyin.staff.models import Employee
from huiyin.staff.queries import directory, employees
from huiyin.staff.rules import Directory

PAGE = 25
PEOPLE = ("people", "state", "comforted")  # steps that tell how the people in a lift are
# Who is worth ringing up in every emergency, beside the posts of the plan.
CALL_LIST = ("general_manager", "company_service", "manager", "assistant", "supervisor")


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list."""

    number: str
    plan: str
    plan_title: str
    place: str
    text: str
    raised_at: datetime
    state: str
    alarms: int
    calls_everybody: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the plan as the live page shows it; ``said`` is its answer in words."""

    view: ItemView
    said: str
    is_late: bool
    left_out: str
    left_out_by: str
    left_out_id: int

    def is_newer(self, seen: "Beat") -> bool:
        """Tell whether it was done or left out since somebody saw the page."""
        mark = self.view.mark
        touched = mark is not None and mark.id > seen.last_mark
        return touched or self.left_out_id > seen.last_left_out

    @property
    def is_settled(self) -> bool:
        """Tell whether it was done, or left out with a reason."""
        mark = self.view.mark
        return bool(self.left_out) or (mark is not None and mark.value is not False)


@dataclass(frozen=True, slots=True)
class CallView:
    """Outside help as the live page shows it."""

    id: int
    service: str
    service_title: str
    name: str
    phone: str
    why: str
    state: str  # asked, consented, called, arrived, left, dropped
    needs_consent: bool
    asked_at: datetime | None
    consent_by: str
    consent_at: datetime | None
    consent_way: str
    without_consent: str
    called_at: datetime | None
    called_by: str
    arrived_at: datetime | None
    left_at: datetime | None
    vehicles: str
    hospital: str
    dropped_why: str


@dataclass(frozen=True, slots=True)
class OnSite:
    """Somebody on site, since when."""

    name: str
    post_title: str
    at: datetime
    is_me: bool


@dataclass(frozen=True, slots=True)
class LiveView:
    """An incident as it stands now, for everybody who works on it."""

    number: str
    community: str
    community_id: int
    zone: str
    plan: str
    plan_title: str
    text: str
    place: str
    state: str
    raised_at: datetime
    begins_at: datetime | None
    ends_at: datetime | None
    over_at: datetime | None
    came_of: str
    led_to: tuple[str, ...]
    alarms: tuple[Told, ...]
    steps: tuple[StepView, ...]
    percent: int
    late: int
    left: int
    on_site: tuple[OnSite, ...]
    i_am_here: bool
    calls: tuple[CallView, ...]
    urged: tuple[str, ...]
    needs_consent: frozenset[str]
    tells: bool
    is_reviewed: bool
    leads: bool
    may_consent: bool
    sees_matter: bool
    beat: "Beat"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A number to ring; ``id`` is 0 for one that is the same in the whole country."""

    id: int
    service: str
    service_title: str
    name: str
    phone: str
    note: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A colleague on the call list."""

    name: str
    post_title: str
    phone: str
    present: bool


@dataclass(frozen=True, slots=True)
class DoorRow:
    """A household or an entrance to be told, and when it was."""

    key: str
    title: str
    told_at: datetime | None
    way: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """How much of a building has been told."""

    id: int
    name: str
    houses: int
    told: int


@dataclass(frozen=True, slots=True)
class TellingView:
    """The households and entrances of one building, and how far the telling has come."""

    number: str
    community: str
    phone: str
    buildings: tuple[BuildingRow, ...]
    building: BuildingRow | None
    entrances: tuple[DoorRow, ...]
    houses: tuple[DoorRow, ...]
    notice: tuple[tuple[str, str], ...]
    begins_at: datetime | None
    ends_at: datetime | None
    total: int
    told: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of the review, which is a matter of its own."""

    text: str
    owner: str
    due_on: Any
    number: str
    state_closed: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """The review meeting."""

    held_at: datetime
    people: str
    causes: str
    lessons: str
    by: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the lift record."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """Who was told, when, and whether it went out."""

    at: datetime
    to_name: str
    state_title: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """The whole incident for one printed page."""

    live: LiveView
    lines: tuple[Told, ...]
    record: tuple[Line, ...]
    review: ReviewRow | None
    messages: tuple["MessageLine", ...]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An incident report as pages and the API show it."""

    matter: str
    community: str
    zone: str
    state: str
    category: str
    category_title: str
    happened_at: datetime | None
    place: str
    received: str
    attended: str
    course: str
    cause: str
    losses: str
    handling: str
    responsibility: str
    measures: str
    written_by: PersonRef
    written_at: datetime
    site_by: PersonRef | None
    site_at: datetime | None
    site_opinion: str
    decided_by: PersonRef | None
    decided_at: datetime | None
    opinion: str
    file_number: str


# -- what is going on


def open_incidents(*, caller: Caller, community_id: int, at: datetime) -> tuple[IncidentRow, ...]:
    """Return what is going on, newest first: is it the same one? One query."""
    admit_to_community(caller, community_id)
    found = _rows(caller, community_id).filter(state=Incident.State.OPEN)
    return tuple(_row(one) for one in found[:PAGE])


def same_event(*, caller: Caller, community_id: int, at: datetime) -> tuple[IncidentRow, ...]:
    """Return the emergencies of the last hours that are still going on, newest first."""
    young = at - rules.SAME_EVENT
    found = open_incidents(caller=caller, community_id=community_id, at=at)
    return tuple(one for one in found if one.calls_everybody and one.raised_at >= young)


def incidents(*, caller: Caller, community_id: int, cursor: str = "") -> Page[IncidentRow]:
    """Return the incidents of a community, newest first, page by page. One query."""
    admit_to_community(caller, community_id)
    found = _rows(caller, community_id)
    if cursor:
        try:
            (last,) = read_cursor(cursor, int)
        except BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        found = found.filter(pk__lt=last)
    return page_of(list(found[: PAGE + 1]), PAGE, _row, lambda one: (one.pk,))


def without_plan(*, caller: Caller, community_id: int) -> tuple[tuple[str, str], ...]:
    """Return open emergencies whose plan nobody has chosen yet, as number and text (EMG-01)."""
    admit_to_community(caller, community_id)
    found = Matter.objects.filter(
        community_id=community_id,
        kind="complaint.emergency",
        closed_at__isnull=True,
        incident__isnull=True,
        incident_report__isnull=True,
    ).exclude(about_employee_id=caller.employee_id or 0)
    return tuple(found.order_by("-received_at", "-id").values_list("number", "text")[:PAGE])


def raised_by(*, caller: Caller, key: UUID | None) -> bool:
    """Tell whether this very press of the button was taken before: it came twice."""
    return key is not None and Alarm.objects.filter(key=key, by=caller.employee_id).exists()


def is_for(*, caller: Caller, number: str) -> bool:
    """Tell whether there is an opened plan under this number that the caller may see."""
    matter = Matter.objects.filter(number=number.replace("\0", ""), incident__isnull=False).first()
    try:
        admit_to_matter(caller, matter, number)
    except NotFound:
        return False
    return True


def plan_is_open(*, number: str) -> bool:
    """Tell whether a matter has an opened plan; the caller's page has admitted to the matter."""
    return Incident.objects.filter(matter__number=number).exists()


def _rows(caller: Caller, community_id: int) -> Any:
    me = caller.employee_id or 0
    return (
        Incident.objects.filter(community_id=community_id)
        .exclude(matter__about_employee_id=me)
        .select_related("matter__house")
        .annotate(rung=Count("alarms"))
        .order_by("-id")
    )


def _row(one: Any) -> IncidentRow:
    return IncidentRow(
        number=one.matter.number,
        plan=one.plan,
        plan_title=str(titles.PLANS[one.plan]),
        place=place_of(one.matter),
        text=one.matter.text,
        raised_at=one.raised_at,
        state=one.state,
        alarms=one.rung,
        calls_everybody=PLANS[one.plan].calls_everybody,
    )


def place_of(matter: Matter) -> str:
    """Return where it is, as people on their way there need it."""
    house = matter.house.code if matter.house else ""
    return " ".join(part for part in (house, matter.place) if part)


# -- one incident as it stands


_BEAT = """
SELECT i.state || '/' || m.state,
       (SELECT coalesce(max(k.id), 0) FROM checklists_mark k WHERE k.run_id = i.run_id),
       (SELECT coalesce(max(l.id), 0) FROM incidents_leftout l WHERE l.incident_id = i.id),
       (SELECT count(*) FROM incidents_alarm a WHERE a.incident_id = i.id)
       || '/' || (SELECT count(*) FROM incidents_attendance t WHERE t.incident_id = i.id)
       || '/' || (SELECT count(*) FROM incidents_incident o WHERE o.came_of_id = i.id),
       (SELECT count(*) || '/' || count(c.consent_at) || '/' || count(c.called_at) || '/'
               || count(c.arrived_at) || '/' || count(c.left_at) || '/' || count(c.dropped_at)
          FROM incidents_outsidecall c WHERE c.incident_id = i.id),
       i.raised_at, m.community_id, m.about_employee_id
  FROM incidents_incident i JOIN matters_matter m ON m.id = i.matter_id
 WHERE m.number = %s
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the live page was drawn from: while it is the same, nothing has changed.

    The minute is part of it, for steps become late by themselves.
    """

    state: str = ""
    last_mark: int = 0
    last_left_out: int = 0
    people: str = ""
    calls: str = ""
    minute: int = 0

    @property
    def text(self) -> str:
        """The beat as a browser sends it back."""
        return "_".join(str(getattr(self, one.name)) for one in fields(self))

    @classmethod
    def read(cls, text: str) -> "Beat":
        """Read what a browser sent back; anything else is as if it had seen nothing."""
        parts = text.split("_")
        numbers = (1, 2, 5)
        if len(parts) != len(fields(cls)) or not all(is_row_id(parts[n]) for n in numbers):
            return cls()
        return cls(parts[0], int(parts[1]), int(parts[2]), parts[3], parts[4], int(parts[5]))


def beat(*, caller: Caller, number: str, at: datetime) -> Beat:
    """Return what the live page would be drawn from now: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [number.replace("\0", "")])
        row = cursor.fetchone()
    matter = Matter(community_id=row[-2], about_employee_id=row[-1]) if row else None
    admit_to_matter(caller, matter, number)
    state, last_mark, last_left_out, people, calls, raised_at = row[:6]
    minute = int((at - raised_at).total_seconds()) // 60
    return Beat(state, last_mark, last_left_out, people, calls, max(0, minute))


def live(*, caller: Caller, number: str, at: datetime) -> LiveView:
    """Return an incident as it stands now, for whoever works in its community.

    Raises NotFound to strangers. The number of queries does not grow with the steps.
    """
    incident = _incident(caller, number)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    return _live(caller, gather(incident, run), at)


def _incident(caller: Caller, number: str) -> Incident:
    incident = (
        Incident.objects.select_related("matter__house", "community", "came_of__matter", "over_by")
        .filter(matter__number=number.replace("\0", ""))
        .first()
    )
    admit_to_matter(caller, incident.matter if incident else None, number)
    if incident is None:
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    return incident


def _live(caller: Caller, pieces: Pieces, at: datetime) -> LiveView:
    incident, run = pieces.incident, pieces.run
    plan = PLANS[incident.plan]
    steps = _steps(pieces, at)
    settled = sum(one.is_settled for one in steps)
    called = [one.service for one in pieces.calls if one.called_at]
    failed = [one.item.key for one in run.items if one.mark and one.mark.failed]
    led_to = incident.led_to.order_by("id").values_list("matter__number", flat=True)
    return LiveView(
        number=incident.matter.number,
        community=incident.community.name,
        community_id=incident.community_id,
        zone=incident.community.zone,
        plan=incident.plan,
        plan_title=str(titles.PLANS[incident.plan]),
        text=incident.matter.text,
        place=place_of(incident.matter),
        state=incident.state,
        raised_at=incident.raised_at,
        begins_at=incident.begins_at,
        ends_at=incident.ends_at,
        over_at=incident.over_at,
        came_of=incident.came_of.matter.number if incident.came_of else "",
        led_to=tuple(led_to),
        alarms=tuple(
            Told(one.at, "alarm", "", one.text, one.by_name, one.recorded_at)
            for one in pieces.alarms
        ),
        steps=steps,
        percent=100 * settled // max(len(steps), 1),
        late=sum(one.is_late for one in steps),
        left=len(steps) - settled,
        on_site=tuple(
            OnSite(
                one.employee.name,
                str(POSTS.get(one.post, "")),
                one.at,
                one.employee_id == caller.employee_id,
            )
            for one in pieces.attendances
        ),
        i_am_here=any(one.employee_id == caller.employee_id for one in pieces.attendances),
        calls=tuple(_call(one) for one in pieces.calls),
        urged=rules.urged(plan, failed, called) if incident.state == "open" else (),
        needs_consent=plan.consent,
        tells=bool(plan.told),
        is_reviewed=pieces.review is not None,
        leads=caller.holds(incident.community_id, *LEADING),
        may_consent=may_consent(caller, incident.community_id),
        sees_matter=visible(caller).filter(pk=incident.matter_id).exists(),
        beat=beat(caller=caller, number=incident.matter.number, at=at),
    )


def _steps(pieces: Pieces, at: datetime) -> tuple[StepView, ...]:
    left_out = {one.item: one for one in pieces.left_out}
    zone = ZoneInfo(pieces.run.zone)
    until = pieces.incident.over_at or at
    views = []
    for one in pieces.run.items:
        gone = left_out.get(one.item.key)
        done_at = one.mark.at if one.mark and one.mark.value is not False else None
        step = rules.Step(
            one.item.key, one.item.title, one.due_at, done_at, gone.reason if gone else ""
        )
        views.append(
            StepView(
                view=one,
                said=value_text(one.mark.value, one.item.unit, zone) if one.mark else "",
                is_late=rules.is_late(step, until),
                left_out=gone.reason if gone else "",
                left_out_by=gone.by_name if gone else "",
                left_out_id=gone.pk if gone else 0,
            )
        )
    return tuple(views)


def _call(one: OutsideCall) -> CallView:
    moments = (
        ("dropped", one.dropped_at),
        ("left", one.left_at),
        ("arrived", one.arrived_at),
        ("called", one.called_at),
        ("consented", one.consent_at),
    )
    return CallView(
        id=one.pk,
        service=one.service,
        service_title=str(titles.SERVICES[one.service]),
        name=one.name,
        phone=one.phone,
        why=one.why,
        state=next((state for state, moment in moments if moment), "asked"),
        needs_consent=one.needs_consent,
        asked_at=one.asked_at,
        consent_by=one.consent_by.name if one.consent_by else "",
        consent_at=one.consent_at,
        consent_way=str(titles.WAYS[one.consent_way]) if one.consent_way else "",
        without_consent=one.without_consent,
        called_at=one.called_at,
        called_by=one.called_by.name if one.called_by else "",
        arrived_at=one.arrived_at,
        left_at=one.left_at,
        vehicles=one.vehicles,
        hospital=one.hospital,
        dropped_why=one.dropped_why,
    )


# -- whom to ring


def contacts(*, caller: Caller, community_id: int) -> tuple[ContactRow, ...]:
    """Return the numbers of a community with those of the whole country, police first (EMG-01)."""
    admit_to_community(caller, community_id)
    own: dict[str, list[ContactRow]] = defaultdict(list)
    for one in EmergencyContact.objects.filter(community_id=community_id).order_by("id"):
        own[one.service].append(
            ContactRow(
                one.pk,
                one.service,
                str(titles.SERVICES[one.service]),
                one.name,
                one.phone,
                one.note,
            )
        )
    found: list[ContactRow] = []
    for service in rules.SERVICES:
        if service in titles.NUMBERS:
            title = str(titles.SERVICES[service])
            found.append(ContactRow(0, service, title, title, titles.NUMBERS[service], ""))
        found += own[service]
    return tuple(found)


def missing_contacts(*, caller: Caller, community_id: int) -> tuple[str, ...]:
    """Return the names of services that a plan rings and that have no number here."""
    known = {one.service for one in contacts(caller=caller, community_id=community_id)}
    wanted = dict.fromkeys(service for plan in PLANS.values() for service in plan.called)
    return tuple(str(titles.SERVICES[one]) for one in wanted if one not in known)


def may_list(*, caller: Caller, community_id: int) -> bool:
    """Tell whether the caller keeps the call list."""
    return caller.holds(community_id, *LISTERS)


def call_list(*, caller: Caller, number: str, at: datetime) -> tuple[DutyRow, ...]:
    """Return the colleagues with a part in the plan and their telephones, on duty first."""
    incident = _incident(caller, number)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    wanted = [*CALL_LIST, *dict.fromkeys(one.item.who for one in run.items if one.item.who)]
    people = employees(caller=caller, community_id=incident.community_id, at=at)
    about = incident.matter.about_employee_id
    rows = [
        (
            not one.present,
            wanted.index(post),
            DutyRow(one.name, str(POSTS[post]), one.phone, one.present),
        )
        for one in people
        if one.id != about
        for post in [next((post for post in wanted if post in one.posts), "")]
        if post
    ]
    return tuple(row for _away, _rank, row in sorted(rows, key=lambda row: row[:2]))


# -- telling households


def telling(*, caller: Caller, number: str, building: int | None, at: datetime) -> TellingView:
    """Return which households and entrances of a building were told (EMG-04). Six queries."""
    incident = _incident(caller, number)
    homes = Q(houses__kind__in=[kind for kind in House.Kind.values if kind != House.Kind.PARKING])
    told = Q(houses__telling__incident=incident)
    found = (
        Building.objects.filter(community_id=incident.community_id)
        .annotate(
            homes=Count("houses", filter=homes, distinct=True),
            told=Count("houses", filter=homes & told, distinct=True),
        )
        .order_by("order", "id")
    )
    rows = tuple(BuildingRow(one.pk, one.name, one.homes, one.told) for one in found)
    chosen = next((one for one in rows if one.id == building), rows[0] if rows else None)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    zone = ZoneInfo(run.zone)
    wanted = PLANS[incident.plan].notice
    return TellingView(
        number=number,
        community=incident.community.name,
        phone=incident.community.phone,
        buildings=rows,
        building=chosen,
        entrances=_entrances(incident, chosen) if chosen else (),
        houses=_houses(incident, chosen) if chosen else (),
        notice=tuple(
            (one.item.title, value_text(one.mark.value, one.item.unit, zone) if one.mark else "")
            for one in run.items
            if one.item.key in wanted
        ),
        begins_at=incident.begins_at,
        ends_at=incident.ends_at,
        total=sum(one.houses for one in rows),
        told=sum(one.told for one in rows),
        is_open=incident.state == Incident.State.OPEN,
    )


def _houses(incident: Incident, building: BuildingRow) -> tuple[DoorRow, ...]:
    told = {one.house_id: one for one in incident.tellings.filter(house__building=building.id)}
    homes = House.objects.filter(building=building.id).exclude(kind=House.Kind.PARKING)
    return tuple(
        _door(one.code, one.code, told.get(one.pk), incident)
        for one in homes.order_by("order_key", "id")
    )


def _entrances(incident: Incident, building: BuildingRow) -> tuple[DoorRow, ...]:
    told = {one.unit_id: one for one in incident.tellings.filter(unit__building=building.id)}
    units = Unit.objects.filter(building=building.id).order_by("code", "id")
    return tuple(
        _door(
            str(one.pk),
            _("%(code)s 单元入口") % {"code": one.code},
            told.get(one.pk),
            incident,
        )
        for one in units
    )


def _door(key: str, title: str, told: Telling | None, incident: Incident) -> DoorRow:
    if told is None:
        return DoorRow(key, title, None, "", is_late=False)
    begins = incident.begins_at
    way = str(titles.TELLING_WAYS.get(told.way, told.way))
    return DoorRow(key, title, told.at, way, is_late=begins is not None and told.at >= begins)


# -- the whole story, the review, the report


def whole_story(*, caller: Caller, number: str, at: datetime) -> StoryView:
    """Return the whole of an incident for one printed page, for whoever sees its matter."""
    incident = _incident(caller, number)
    if not visible(caller).filter(pk=incident.matter_id).exists():
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    pieces = gather(incident, run_of(caller=caller, run_id=incident.run_id, at=at))
    return StoryView(
        live=_live(caller, pieces, at),
        lines=story(pieces),
        record=lift_record(pieces) if incident.plan == "lift" else (),
        review=_review(pieces),
        messages=tuple(
            MessageLine(one.at, one.to_name, str(titles.MESSAGE_STATES[one.state]))
            for one in notices.about(subject=number)
        ),
    )


def lift_record(pieces: Pieces) -> tuple[Line, ...]:
    """Return the lift record (EMG-03), a dash where something is not known."""
    zone = ZoneInfo(pieces.run.zone)
    said = {
        one.item.key: value_text(one.mark.value, one.item.unit, zone)
        for one in pieces.run.items
        if one.mark
    }
    lift = [one for one in pieces.calls if one.service == "lift" and one.called_at]
    lines = [
        (_("接报时间"), _clock(pieces.incident.raised_at, zone)),
        (_("保安到场"), said.get("guards", "")),
        (_("工程人员到场"), said.get("engineers", "")),
        (_("维保公司通知"), _clock(lift[0].called_at if lift else None, zone)),
        (_("维保公司到达"), _clock(lift[0].arrived_at if lift else None, zone)),
        (_("救出时间"), said.get("released", "")),
        (_("被困人员情况"), " ".join(said[key] for key in PEOPLE if key in said)),
        (_("姓名住址"), said.get("names", "")),
        (_("恢复运行"), said.get("restored", "")),
    ]
    for one in pieces.calls:
        if one.service in ("police", "fire", "medics") and one.called_at:
            title = str(titles.SERVICES[one.service])
            times = f"{_clock(one.arrived_at, zone)} – {_clock(one.left_at, zone)}"
            lines.append((title, " ".join((times, one.vehicles, one.hospital)).strip()))
    return tuple(Line(title, text or "—") for title, text in lines)


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}" if at else "—"


def review(*, caller: Caller, number: str, at: datetime) -> ReviewRow | None:
    """Return the review of an incident, if it was held."""
    incident = _incident(caller, number)
    return _review(gather(incident, run_of(caller=caller, run_id=incident.run_id, at=at)))


def _review(pieces: Pieces) -> ReviewRow | None:
    held = pieces.review
    if held is None:
        return None
    measures = Measure.objects.filter(review=held).select_related("owner", "matter").order_by("id")
    return ReviewRow(
        held_at=held.held_at,
        people=held.people,
        causes=held.causes,
        lessons=held.lessons,
        by=held.by.name,
        measures=tuple(
            MeasureRow(
                one.text,
                one.owner.name,
                one.due_on,
                one.matter.number,
                one.matter.closed_at is not None or one.matter.finished_at is not None,
            )
            for one in measures
        ),
    )


def unfinished(*, caller: Caller, number: str) -> str:
    """Return what an opened plan still lacks before its report: "open", "review" or nothing."""
    incident = Incident.objects.filter(
        matter__in=visible(caller), matter__number=number.replace("\0", "")
    ).first()
    if incident is None:
        return ""
    if incident.state == Incident.State.OPEN:
        return "open"
    return "" if Review.objects.filter(incident=incident).exists() else "review"


def report_draft(*, caller: Caller, number: str, at: datetime) -> Draft:
    """Return what the timeline knows already, for the form of a report."""
    matter = (
        visible(caller)
        .select_related("community", "house", "received_by")
        .filter(number=number.replace("\0", ""))
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    incident = Incident.objects.filter(matter=matter).select_related("community").first()
    if incident is not None:
        incident.matter = matter
    return draft(caller, matter, incident, at)


def report_request(*, caller: Caller, number: str, at: datetime) -> RequestView | None:
    """Return the latest request for the report of a matter, whom it waits for and who decided."""
    found = approvals.of_subject(caller=caller, subject=f"matter:{number}", at=at)
    return next((one for one in found if one.row.kind == "incident_report"), None)


def report(*, caller: Caller, number: str, at: datetime) -> ReportRow:
    """Return the report of a matter; NotFound when there is none or the matter is not theirs."""
    found = (
        IncidentReport.objects.filter(matter__in=visible(caller), matter__number=number)
        .select_related("matter__community", "written_by", "decided_by", "site_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份突发事件处理表。"))
    community = found.matter.community
    staff_now = directory(community_id=community.pk, at=at, zone=community.zone)
    return ReportRow(
        matter=found.matter.number,
        community=community.name,
        zone=community.zone,
        state=found.state,
        category=found.category,
        category_title=str(titles.PLANS.get(found.category, _("紧急事件"))),
        happened_at=found.happened_at,
        place=found.place,
        received=found.received,
        attended=found.attended,
        course=found.course,
        cause=found.cause,
        losses=found.losses,
        handling=found.handling,
        responsibility=found.responsibility,
        measures=found.measures,
        written_by=_named(found.written_by, staff_now),
        written_at=found.written_at,
        site_by=_named(found.site_by, staff_now) if found.site_by else None,
        site_at=found.site_at,
        site_opinion=found.site_opinion,
        decided_by=_named(found.decided_by, staff_now) if found.decided_by else None,
        decided_at=found.decided_at,
        opinion=found.opinion,
        file_number=found.file_number,
    )


def _named(employee: Employee, staff_now: Directory) -> PersonRef:
    duty = staff_now.people.get(employee.pk)
    return PersonRef(employee.code, employee.name, duty.post if duty else "")
