"""The staff as pages list and show them: posts, areas, absences and shifts (HR-01…03)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext as _

from huiyin.estate.models import Building
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.staff.access import admit_to_community
from huiyin.staff.models import Area, Employee, PostHolding, Shift
from huiyin.staff.queries.duty import EmployeeRow, directory, local_day

COMING = timedelta(days=14)  # how far ahead the page of an employee looks


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post held from a day on, to the day before ``until_on``; ``when`` is past, now or later."""

    post: str
    from_on: date
    until_on: date | None
    when: str


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A building kept during some days; ``employee`` is who keeps it, "" for nobody."""

    building_id: int
    building: str
    employee: str
    from_on: date | None = None
    until_on: date | None = None
    when: str = "now"


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """A time away and who acts meanwhile."""

    id: int
    starts_at: datetime
    ends_at: datetime | None
    delegate: str
    reason: str
    when: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A duty from one moment to another."""

    id: int
    post: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EmployeeView:
    """Everything the page of an employee shows, as one community may know it."""

    id: int
    code: str
    name: str
    phone: str
    hired_on: date
    left_on: date | None
    gone: bool
    can_log_in: bool
    present: bool
    posts: tuple[PostRow, ...]
    areas: tuple[AreaRow, ...]
    absences: tuple[AbsenceRow, ...]
    shifts: tuple[ShiftRow, ...]


T = TypeVar("T", date, datetime)


def _when(start: T, end: T | None, now: T) -> str:
    if start > now:
        return "later"
    return "past" if end is not None and end <= now else "now"


def employees(*, caller: Caller, community_id: int, at: datetime) -> tuple[EmployeeRow, ...]:
    """Return the community's staff, in order of employee code, for those who work there."""
    admit_to_community(caller, community_id)
    staff = directory(community_id=community_id, at=at)
    day = local_day(at)
    buildings: dict[int, list[str]] = defaultdict(list)
    for employee_id, name in (
        Area.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gt=day),
            building__community_id=community_id,
            from_on__lte=day,
        )
        .order_by("building__order", "id")
        .values_list("employee_id", "building__name")
    ):
        buildings[employee_id].append(name)
    phones = dict(Employee.objects.filter(pk__in=staff.people).values_list("pk", "phone"))
    return tuple(
        EmployeeRow(
            one.id,
            one.code,
            one.name,
            phones[one.id],
            one.posts,
            tuple(buildings[one.id]),
            one.present,
            staff.people[one.delegate_id].name if one.delegate_id in staff.people else "",
        )
        for one in staff.people.values()
    )


def employee_row(*, caller: Caller, community_id: int, code: str, at: datetime) -> EmployeeRow:
    """Return one employee of the community; NotFound to strangers and for unknown codes."""
    for row in employees(caller=caller, community_id=community_id, at=at):
        if row.code == code:
            return row
    raise NotFound(_("没有这位员工。"))


def employee_view(*, caller: Caller, community_id: int, code: str, at: datetime) -> EmployeeView:
    """Return all about one employee, also before the first post begins and after the last one.

    NotFound to strangers, for unknown codes, and for whoever never worked in the community.
    """
    admit_to_community(caller, community_id)
    if "\0" in code:
        raise NotFound(_("没有这位员工。"))
    here = Q(community_id=community_id) | Q(community_id__isnull=True)
    held = PostHolding.objects.filter(here).order_by("from_on", "id")
    person = (
        Employee.objects.select_related("user")
        .prefetch_related(Prefetch("holdings", queryset=held, to_attr="held"))
        .filter(code=code, holdings__in=held)
        .distinct()
        .first()
    )
    if person is None:
        raise NotFound(_("没有这位员工。"))
    day = local_day(at)
    duty = directory(community_id=community_id, at=at).people.get(person.pk)
    return EmployeeView(
        id=person.pk,
        code=person.code,
        name=person.name,
        phone=person.phone,
        hired_on=person.hired_on,
        left_on=person.left_on,
        gone=person.left_on is not None and person.left_on <= day,
        can_log_in=person.user is not None and person.user.is_active,
        present=duty is not None and duty.present,
        posts=tuple(
            PostRow(one.post, one.from_on, one.until_on, _when(one.from_on, one.until_on, day))
            for one in person.held
        ),
        areas=tuple(
            AreaRow(
                one.building_id,
                one.building.name,
                person.name,
                one.from_on,
                one.until_on,
                _when(one.from_on, one.until_on, day),
            )
            for one in person.areas.filter(building__community_id=community_id)
            .select_related("building")
            .order_by("from_on", "building__order")
        ),
        absences=tuple(
            AbsenceRow(
                one.pk,
                one.starts_at,
                one.ends_at,
                one.delegate.name if one.delegate else "",
                one.reason,
                _when(one.starts_at, one.ends_at, at),
            )
            for one in person.absences.select_related("delegate").order_by("-starts_at")
        ),
        shifts=tuple(
            ShiftRow(one.pk, one.post, one.starts_at, one.ends_at)
            for one in Shift.objects.filter(
                employee=person,
                community_id=community_id,
                ends_at__gt=at,
                starts_at__lt=at + COMING,
            ).order_by("starts_at")
        ),
    )


def buildings_kept(*, caller: Caller, community_id: int, at: datetime) -> tuple[AreaRow, ...]:
    """Return every building of a community and who keeps it today."""
    admit_to_community(caller, community_id)
    day = local_day(at)
    today = Area.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day), building=OuterRef("pk"), from_on__lte=day
    )
    rows = (
        Building.objects.filter(community_id=community_id)
        .annotate(keeper=Subquery(today.values("employee__name")[:1]))
        .order_by("order", "id")
    )
    return tuple(AreaRow(one.pk, one.name, one.keeper or "") for one in rows)


def not_in_post(*, caller: Caller, community_id: int, at: datetime) -> tuple[EmployeeRow, ...]:
    """Return who will work in the community later, or once did and is not there now."""
    admit_to_community(caller, community_id)
    day = local_day(at)
    now = PostHolding.objects.filter(
        Q(community_id=community_id) | Q(community_id__isnull=True),
        Q(until_on__isnull=True) | Q(until_on__gt=day),
        from_on__lte=day,
    )
    there = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gt=day), holdings__in=now
    ).values("pk")
    rows = (
        Employee.objects.filter(holdings__community_id=community_id)
        .exclude(pk__in=there)
        .distinct()
        .order_by("code")
    )
    return tuple(
        EmployeeRow(one.pk, one.code, one.name, one.phone, (), (), False, "") for one in rows
    )
