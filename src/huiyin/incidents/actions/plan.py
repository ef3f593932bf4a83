"""Working off a plan: steps done or left out, who is on site, who was told (EMG-01…EMG-06)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.checklists.actions import mark_item
from huiyin.checklists.queries import run as run_of
from huiyin.checklists.rows import RunView
from huiyin.estate.models import House, Unit
from huiyin.incidents import rules, titles
from huiyin.incidents.access import admit_to_lead
from huiyin.incidents.actions.alarm import PLACE_MOST, raise_alarm
from huiyin.incidents.actions.core import (
    LINE_MOST,
    locked_incident,
    locked_matter,
    note_on_matter,
    plan_of,
    staff_of,
    trail,
)
from huiyin.incidents.models import Attendance, Incident, LeftOut, Telling
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters.rules import ALLOWED
from huiyin.staff.queries import employee_model
from huiyin.staff.words import checked_text


class UnableToMarkStep(WrongState):
    """Something else of the plan must be done, or answered otherwise, before this step."""


@transaction.atomic
def mark_step(
    *,
    by: Caller,
    at: datetime,
    number: str,
    item: str,
    value: object,
    note: str = "",
    key: UUID | None = None,
) -> str:
    """Do a step of the plan, as whoever works there; return the linked incident it opened, if any.

    1. What must come first comes first: a lift runs again only once it is repaired (EMG-02).
    2. A lift whose panel is wet is not moved (EMG-06); nobody is said to be told who was not
       (EMG-04).
    3. Somebody found in a lift after a power cut opens the lift plan at once (EMG-05).

    Raises NotFound, IncidentIsOver, UnableToMarkStep, BadInput.
    """
    incident = locked_incident(by, number)
    plan = plan_of(incident)
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    marks = {one.item.key: one.mark.value for one in run.items if one.mark}
    _check_order(run, rules.in_the_way(plan, item, marks))
    excluded = rules.excluded_by(plan, item, value, marks)
    if excluded:
        raise UnableToMarkStep(
            _("与“%(step)s”的回答矛盾:面板进水的电梯只能原地断电,不得升降。")
            % {"step": _title(run, excluded)},
            field=item,
        )
    if value is True and item in plan.told:
        _check_told(incident, plan.told[item], item)
    mark = mark_item(
        by=by, at=at, run_id=incident.run_id, item=item, value=value, note=note, key=key
    )
    _take_back(incident, by, at, item)
    if mark.failed and item in plan.opens:
        return _open_linked(incident, by, at, plan.opens[item], note)
    return ""


@transaction.atomic
def leave_out(*, by: Caller, at: datetime, number: str, item: str, reason: str) -> None:
    """Leave out a step that does not apply, for a reason, as whoever leads (EMG-07).

    Raises NotFound, Forbidden, IncidentIsOver, UnableToMarkStep, BadInput.
    """
    incident = locked_incident(by, number)
    admit_to_lead(by, incident)
    reason = checked_text(reason, "reason", LINE_MOST)
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    view = next((one for one in run.items if one.item.key == item), None)
    if view is None:
        raise BadInput(_("预案里没有这一步。"), field="item")
    if view.mark is not None and view.mark.value is not False:
        raise UnableToMarkStep(_("这一步已经做了,不用省去。"), field="reason")
    if view.item.required:
        raise UnableToMarkStep(_("这一步是必做的,不能省去。"), field="reason")
    LeftOut.objects.update_or_create(
        incident=incident,
        item=item,
        defaults={
            "reason": reason,
            "at": at,
            "by_id": by.employee_id,
            "by_name": by.name[:60],
        },
    )
    trail("step_left_out", by, at, incident.matter, {"item": item}, reason=reason)


@transaction.atomic
def attend(*, by: Caller, at: datetime, number: str, employee: str = "") -> None:
    """Say that one is on site, or that a colleague is; the first keeps the five minutes (CMP-03).

    The arrival of the first guard or engineer fills in the step that asks for it (EMG-03).
    Raises NotFound, IncidentIsOver, BadInput.
    """
    incident = locked_incident(by, number)
    staff = staff_of(incident, at)
    if employee:
        who = employee_model(
            code=employee, community_id=incident.community_id, at=at, field="employee"
        ).pk
    else:
        who = by.employee_id or 0
    duty = staff.people.get(who)
    if duty is None:
        raise BadInput(_("您不是本小区的员工,不能登记到场。"), field="employee")
    _row, is_new = Attendance.objects.get_or_create(
        incident=incident, employee_id=duty.id, defaults={"post": duty.post, "at": at}
    )
    if not is_new:
        return
    trail("on_site", by, at, incident.matter, {"employee": duty.code})
    # Read anew under its lock: of two who arrive at once one finds the other on site.
    if locked_matter(by, number).state in ALLOWED["arrive"]:
        note_on_matter(incident, by, at, "", verb="arrive")
    step = plan_of(incident).arrived.get(rules.DEPARTMENTS.get(duty.post, ""))
    if step:
        fill_in(incident, by, at, step, {"name": duty.name, "at": at.isoformat()})


@transaction.atomic
def tell_households(
    *,
    by: Caller,
    at: datetime,
    number: str,
    houses: Sequence[str] = (),
    entrances: Sequence[int] = (),
    way: str,
) -> int:
    """Record which households and entrances were told and how; return how many are new (EMG-04).

    Told once stays told. Of an announced cut nobody is told before it is known what to say.
    Raises NotFound, IncidentIsOver, UnableToMarkStep, BadInput.
    """
    incident = locked_incident(by, number)
    if way not in titles.TELLING_WAYS:
        raise BadInput(_("请选择用什么方式告知。"), field="way")
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    asked = [one for one in run.items if one.item.key in plan_of(incident).notice]
    blank = [one.item.title for one in asked if one.mark is None]
    if blank:
        raise UnableToMarkStep(_("先把通知内容填好:%(steps)s。") % {"steps": "、".join(blank)})
    known = House.objects.filter(community_id=incident.community_id, code__in=houses)
    doors = Unit.objects.filter(
        building__community_id=incident.community_id, pk__in=list(entrances)
    )
    made = {"incident": incident, "way": way, "at": at, "by_id": by.employee_id}
    rows = [
        *(Telling(house_id=one, **made) for one in known.values_list("pk", flat=True)),
        *(Telling(unit_id=one, **made) for one in doors.values_list("pk", flat=True)),
    ]
    if not rows:
        raise BadInput(_("请勾选已经告知的住户或单元。"), field="houses")
    before = incident.tellings.count()
    Telling.objects.bulk_create(rows, ignore_conflicts=True)
    added = incident.tellings.count() - before
    if added:
        trail("households_told", by, at, incident.matter, {"told": added, "way": way})
    return added


def fill_in(incident: Incident, by: Caller, at: datetime, item: str, value: object) -> None:
    """Mark a step that another act has settled, unless somebody did or the plan has it no more."""
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    view = next((one for one in run.items if one.item.key == item), None)
    if view is None or view.mark is not None:
        return
    mark_item(by=by, at=at, run_id=incident.run_id, item=item, value=value)
    _take_back(incident, by, at, item)


def _check_order(run: RunView, first: str | None) -> None:
    """Refuse while the step that comes first is not done; gone from an edited plan it may lack."""
    if any(one.item.key == first for one in run.items):
        raise UnableToMarkStep(_("要先做完“%(step)s”。") % {"step": _title(run, first or "")})


def _check_told(incident: Incident, what: str, item: str) -> None:
    untold = _untold(incident, what)
    if untold:
        raise UnableToMarkStep(
            _("还有 %(n)d 处没有登记告知,请到“告知名单”登记;实在告知不到的,写明原因省去这一步。")
            % {"n": untold},
            field=item,
        )


def _untold(incident: Incident, what: str) -> int:
    """Count the entrances or households that nobody has told yet."""
    if what == "unit":
        doors = Unit.objects.filter(building__community_id=incident.community_id)
        return doors.exclude(telling__incident=incident).count()
    homes = House.objects.filter(community_id=incident.community_id).exclude(
        kind=House.Kind.PARKING
    )
    return homes.exclude(telling__incident=incident).count()


def _take_back(incident: Incident, by: Caller, at: datetime, item: str) -> None:
    """Forget that a step was left out, now that it was done; the trail keeps both."""
    gone, _tables = LeftOut.objects.filter(incident=incident, item=item).delete()
    if gone:
        trail("step_done_after_all", by, at, incident.matter, {"item": item})


def _open_linked(incident: Incident, by: Caller, at: datetime, plan: str, note: str) -> str:
    """Open the incident that a bad answer brings to light, once while it is going on (EMG-05)."""
    there = incident.led_to.filter(plan=plan, state=Incident.State.OPEN)
    known = there.values_list("matter__number", flat=True).first()
    if known:
        return known
    matter = incident.matter
    place = note.strip() or matter.place or matter.text
    return raise_alarm(
        by=by,
        at=at,
        community=matter.community.code,
        plan=plan,
        text=_("%(first)s 中发现:%(plan)s。%(note)s")
        % {
            "first": matter.number,
            "plan": titles.PLANS[plan],
            "note": note.strip()[: LINE_MOST // 2],
        },
        house=None if note.strip() else matter.house.code if matter.house else None,
        place=place[:PLACE_MOST],
        came_of=matter.number,
    )


def _title(run: RunView, key: str) -> str:
    return next((one.item.title for one in run.items if one.item.key == key), key)


def step_views(run: RunView, incident: Incident) -> list[rules.Step]:
    """Return the steps of a plan as the rules look at them."""
    reasons: dict[str, Any] = dict(incident.left_out.values_list("item", "reason"))
    return [
        rules.Step(
            key=one.item.key,
            title=one.item.title,
            due_at=one.due_at,
            # Left undone on purpose is no step done: "no" needs a reason as well.
            done_at=one.mark.at if one.mark and one.mark.value is not False else None,
            left_out=reasons.get(one.item.key, ""),
        )
        for one in run.items
    ]
