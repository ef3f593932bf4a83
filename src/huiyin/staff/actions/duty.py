"""Areas of responsibility, shifts and absences (HR-02, HR-03)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.estate.models import Building
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.staff.actions.admission import (
    admit_to_person,
    admit_to_staff,
    locked_employee,
    places_of,
)
from huiyin.staff.models import Absence, Area, Employee, Shift
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

LONGEST_SHIFT = timedelta(hours=36)


class UnableToGiveArea(BadInput):
    """The employee is no keeper there then, or somebody is already planned for later."""


class UnableToPlanShift(BadInput):
    """The employee does not hold the post, or already has a shift in that time."""


class UnableToSetAbsence(BadInput):
    """The times or the delegate cannot be used."""


@transaction.atomic
def give_area(
    *, by: Caller, at: datetime, employee: str, building_id: int, from_on: date, reason: str = ""
) -> int:
    """Make a keeper responsible for a building from a day on; the keeper before ends that day.

    Open matters move by ``matters.actions.hand_over``. Returns the id of the area.
    """
    building = Building.objects.select_for_update(no_key=True).filter(pk=building_id).first()
    if building is None:
        raise NotFound(_("没有这栋楼。"), field="building")
    admit_to_staff(by, building.community_id)
    person = locked_employee(by, employee, at)
    if not _holds(person, building.community_id, "keeper", from_on):
        raise UnableToGiveArea(
            _("%(name)s 那天不是本小区的管家,请先任命岗位。") % {"name": person.name},
            field="employee",
        )
    rows = building.areas.select_related("employee").filter(
        Q(until_on__isnull=True) | Q(until_on__gt=from_on)
    )
    before = None
    for row in rows.order_by("from_on"):
        if row.from_on >= from_on and row.employee_id != person.pk:
            raise UnableToGiveArea(
                _("%(building)s 自 %(day)s 起已安排 %(name)s 负责。")
                % {
                    "building": building.name,
                    "day": row.from_on.isoformat(),
                    "name": row.employee.name,
                },
                field="from_on",
            )
        if row.employee_id == person.pk and row.until_on is None and row.from_on <= from_on:
            return row.pk
        before = {"keeper": row.employee.code}
        if row.from_on >= from_on:
            row.delete()
        else:
            row.until_on = from_on
            row.save(update_fields=["until_on"])
    area = Area.objects.create(employee=person, building=building, from_on=from_on)
    record(
        action="staff.area_given",
        by=by,
        at=at,
        subject=f"building:{building.pk}",
        community_id=building.community_id,
        before=before,
        after={"keeper": person.code, "from_on": from_on},
        reason=reason,
    )
    return area.pk


@transaction.atomic
def plan_shift(
    *,
    by: Caller,
    at: datetime,
    employee: str,
    community_id: int,
    post: str,
    starts_at: datetime,
    ends_at: datetime,
) -> int:
    """Put an employee on duty in a post from one moment to another; return the shift's id."""
    admit_to_staff(by, community_id)
    if not starts_at < ends_at <= starts_at + LONGEST_SHIFT:
        raise UnableToPlanShift(_("班次的结束必须晚于开始,且不超过 36 小时。"), field="ends_at")
    person = locked_employee(by, employee, at)
    if not _holds(person, community_id, post, local_day(starts_at)):
        raise UnableToPlanShift(
            _("%(name)s 那天不担任这个岗位,请先任命岗位。") % {"name": person.name}, field="post"
        )
    clash = person.shifts.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()
    if clash:
        raise UnableToPlanShift(
            _("%(name)s 在这段时间已有排班。") % {"name": person.name}, field="starts_at"
        )
    shift = Shift.objects.create(
        employee=person,
        community_id=community_id,
        post=post,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    record(
        action="staff.shift_planned",
        by=by,
        at=at,
        subject=f"employee:{person.code}",
        community_id=community_id,
        after={"post": post, "starts_at": starts_at, "ends_at": ends_at},
    )
    return shift.pk


@transaction.atomic
def cancel_shift(*, by: Caller, at: datetime, shift_id: int, reason: str = "") -> None:
    """Take a planned shift back."""
    shift = Shift.objects.select_related("employee").filter(pk=shift_id).first()
    if shift is None:
        raise NotFound(_("没有这个班次。"))
    admit_to_staff(by, shift.community_id)
    shift.delete()
    record(
        action="staff.shift_cancelled",
        by=by,
        at=at,
        subject=f"employee:{shift.employee.code}",
        community_id=shift.community_id,
        before={"post": shift.post, "starts_at": shift.starts_at, "ends_at": shift.ends_at},
        reason=reason,
    )


@transaction.atomic
def set_absence(
    *,
    by: Caller,
    at: datetime,
    employee: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    delegate: str = "",
    reason: str = "",
) -> int:
    """Say that an employee is away and who acts meanwhile (代理人); return the absence's id.

    Everybody may say so of themselves, who manages staff of anybody in the same community.
    """
    person = locked_employee(by, employee, at)
    if by.employee_id != person.pk:
        admit_to_person(by, person, at)
    if ends_at is not None and ends_at <= starts_at:
        raise UnableToSetAbsence(_("结束时间必须晚于开始时间。"), field="ends_at")
    if person.left_on is not None and local_day(starts_at) >= person.left_on:
        raise UnableToSetAbsence(_("那时已经离职。"), field="starts_at")
    overlap = person.absences.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at))
    if ends_at is not None:
        overlap = overlap.filter(starts_at__lt=ends_at)
    if overlap.exists():
        raise UnableToSetAbsence(
            _("%(name)s 在这段时间已登记离岗。") % {"name": person.name}, field="starts_at"
        )
    acting = _delegate(person, delegate, starts_at) if delegate.strip() else None
    absence = Absence.objects.create(
        employee=person,
        delegate=acting,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:100],
    )
    for community_id in places_of(person, local_day(at)) or {None}:
        record(
            action="staff.absence_set",
            by=by,
            at=at,
            subject=f"employee:{person.code}",
            community_id=community_id,
            after={
                "starts_at": starts_at,
                "ends_at": ends_at,
                "delegate": acting.code if acting else "",
            },
            reason=reason,
        )
    return absence.pk


@transaction.atomic
def end_absence(*, by: Caller, at: datetime, absence_id: int) -> None:
    """Say that an employee is back now; an absence that had not begun is taken back."""
    absence = Absence.objects.select_related("employee").filter(pk=absence_id).first()
    if absence is None:
        raise NotFound(_("没有这条离岗登记。"))
    person = locked_employee(by, absence.employee.code, at)
    if by.employee_id != person.pk:
        admit_to_person(by, person, at)
    before = {"starts_at": absence.starts_at, "ends_at": absence.ends_at}
    if absence.starts_at >= at:
        absence.delete()
    elif absence.ends_at is None or absence.ends_at > at:
        absence.ends_at = at
        absence.save(update_fields=["ends_at"])
    for community_id in places_of(person, local_day(at)) or {None}:
        record(
            action="staff.absence_ended",
            by=by,
            at=at,
            subject=f"employee:{person.code}",
            community_id=community_id,
            before=before,
        )


def _delegate(person: Employee, code: str, at: datetime) -> Employee:
    """Return who shall act: somebody else who works in one of the same places and is there."""
    acting = Employee.objects.filter(code=code.strip()).first()
    here = places_of(person, local_day(at))
    if acting is None or not (here & places_of(acting, local_day(at))):
        raise UnableToSetAbsence(_("代理人必须是同一小区的在岗员工。"), field="delegate")
    if acting.pk == person.pk:
        raise UnableToSetAbsence(_("代理人不能是本人。"), field="delegate")
    away = acting.absences.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at
    ).exists()
    if away:
        raise UnableToSetAbsence(
            _("%(name)s 那时也不在岗,请换一位代理人。") % {"name": acting.name}, field="delegate"
        )
    return acting


def _holds(person: Employee, community_id: int, post: str, day: date) -> bool:
    return person.holdings.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day),
        community_id=community_id,
        post=post,
        from_on__lte=day,
    ).exists()
