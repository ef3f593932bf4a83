"""The red button: an emergency is received, its plan opens, everybody hears of it (EMG-01)."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.checklists.actions import start_run
from huiyin.checklists.queries import run as run_of
from huiyin.estate import queries as estate
from huiyin.incidents import rules, titles
from huiyin.incidents.actions.core import (
    LINE_MOST,
    locked_incident,
    locked_matter,
    note_on_matter,
    staff_of,
    tell,
    trail,
)
from huiyin.incidents.models import Alarm, Incident
from huiyin.incidents.plans import EMERGENCY, PLANS, Plan
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters.actions import promise_time, receive_matter
from huiyin.matters.models import Matter
from huiyin.staff.rules import Duty
from huiyin.staff.words import checked_text

CHANNEL = "radio"  # staff tell staff: no contact with an owner
PLACE_MOST = 80
# Who hears of every emergency on duty, beside the posts that its plan names.
ALWAYS_TOLD = ("manager", "assistant", "supervisor", "dispatcher", "receptionist", "guard")


class UnableToRaise(BadInput):
    """Something told with the alarm cannot be taken as it is."""


class UnableToOpenPlan(WrongState):
    """The matter is no emergency, or its plan is open already."""


@transaction.atomic
def raise_alarm(
    *,
    by: Caller,
    at: datetime,
    community: str,
    plan: str,
    text: str,
    house: str | None = None,
    place: str = "",
    tapped_at: datetime | None = None,
    key: UUID | None = None,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
    came_of: str = "",
) -> str:
    """Raise the alarm: receive the emergency, open its plan, tell everybody; return its number.

    It counts from the first tap (``tapped_at``) where that is believable. The same ``key`` again
    returns the same number. A cut announced beforehand is told until when it lasts instead
    (EMG-04). ``came_of`` is the number of the incident that led to this one (EMG-05).

    Raises NotFound, UnableToRaise (field named).
    """
    town = estate.community(caller=by, code=community)
    if key is not None and (number := _raised_before(by, key)):
        return number
    opened = PLANS.get(plan)
    if opened is None:
        raise UnableToRaise(_("请选择是哪一种突发事件。"), field="plan")
    text = checked_text(text, "text", LINE_MOST)
    place = checked_text(place, "place", PLACE_MOST, required=False)
    if not place and not house:
        raise UnableToRaise(_("请写明在哪里,现场的人才找得到。"), field="place")
    _check_times(opened, at, begins_at, ends_at)
    first = locked_incident(by, came_of) if came_of else None
    raised_at = rules.moment_of_alarm(tapped_at, at)
    number = receive_matter(
        by=by,
        at=raised_at,
        community=town.code,
        channel=CHANNEL,
        kind=opened.kind,
        text=text,
        house=house,
        place=place,
    )
    matter = Matter.objects.select_related("community").get(number=number)
    incident = _open(
        matter,
        opened,
        by,
        at,
        raised_at,
        steps_from=raised_at,
        times=(begins_at, ends_at),
        came_of=first,
    )
    _ring(incident, by, at, raised_at=raised_at, text=text, key=key)
    if ends_at is not None:
        promise_time(
            by=by,
            at=at,
            number=number,
            until=ends_at,
            reason=_("计划停电"),
            via=CHANNEL,
        )
    return number


@transaction.atomic
def open_plan(*, by: Caller, at: datetime, number: str, plan: str) -> None:
    """Open the plan of an emergency that reached us in another way than the red button (EMG-01).

    Raises NotFound, UnableToOpenPlan, UnableToRaise.
    """
    matter = locked_matter(by, number)
    opened = PLANS.get(plan)
    if opened is None or not opened.calls_everybody:
        raise UnableToRaise(_("请选择是哪一种突发事件。"), field="plan")
    if matter.kind != EMERGENCY:
        raise UnableToOpenPlan(_("只有紧急事件才有应急预案。请先把类别改为“紧急事件”。"))
    if matter.closed_at is not None:
        raise UnableToOpenPlan(_("这件事已经关闭,不能再打开预案。"))
    if Incident.objects.filter(matter=matter).exists():
        raise UnableToOpenPlan(_("预案已经打开,请在原来的一页上继续。"))
    # Its steps count from now: nobody could have begun them before.
    _open(matter, opened, by, at, matter.received_at, steps_from=at)


@transaction.atomic
def join_alarm(
    *,
    by: Caller,
    at: datetime,
    number: str,
    text: str,
    tapped_at: datetime | None = None,
    key: UUID | None = None,
) -> None:
    """Add one's own alarm to an incident that is open already: it was the same event.

    Raises NotFound, IncidentIsOver, BadInput.
    """
    if key is not None and _raised_before(by, key):
        return
    incident = locked_incident(by, number)
    text = checked_text(text, "text", LINE_MOST)
    # Never before the incident itself: it was there when somebody recognised it.
    raised_at = max(rules.moment_of_alarm(tapped_at, at), incident.raised_at)
    _ring(incident, by, at, raised_at=raised_at, text=text, key=key)
    note_on_matter(incident, by, at, _("也报告了这起事件:%(text)s") % {"text": text})


def _raised_before(by: Caller, key: UUID) -> str:
    """Return the number of the incident that an alarm sent before belongs to.

    The same press arriving twice at once waits here for the first to be done with.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])
    found = Alarm.objects.filter(key=key, by_id=by.employee_id)
    return found.values_list("incident__matter__number", flat=True).first() or ""


def _check_times(
    plan: Plan, at: datetime, begins_at: datetime | None, ends_at: datetime | None
) -> None:
    """Hold an announced cut to its times; an emergency has none."""
    if plan.calls_everybody:
        if begins_at or ends_at:
            raise UnableToRaise(_("只有预先通知的事才填起止时间。"), field="begins_at")
        return
    if begins_at is None or begins_at <= at:
        raise UnableToRaise(
            _("请填写开始时间,要晚于现在;已经停了请选“突发停电”。"), field="begins_at"
        )
    if ends_at is None or ends_at <= begins_at:
        raise UnableToRaise(_("请填写结束时间,要晚于开始时间。"), field="ends_at")


def _open(
    matter: Matter,
    plan: Plan,
    by: Caller,
    at: datetime,
    raised_at: datetime,
    *,
    steps_from: datetime,
    times: tuple[datetime | None, datetime | None] = (None, None),
    came_of: Incident | None = None,
) -> Incident:
    """Open the checklist of a plan and tell everybody who has a part in it."""
    run_id = start_run(
        by=by,
        at=steps_from,
        community_id=matter.community_id,
        code=plan.checklist,
        subject=f"matter:{matter.number}",
    )
    incident = Incident.objects.create(
        matter=matter,
        community_id=matter.community_id,
        plan=plan.code,
        run_id=run_id,
        raised_at=raised_at,
        opened_at=at,
        opened_by_id=by.employee_id,
        begins_at=times[0],
        ends_at=times[1],
        came_of=came_of,
    )
    trail(
        "plan_opened",
        by,
        at,
        matter,
        {"plan": plan.code, "came_of": came_of.matter.number if came_of else ""},
    )
    note_on_matter(incident, by, at, _("已打开预案:%(plan)s") % {"plan": titles.PLANS[plan.code]})
    if plan.calls_everybody:
        _tell_everybody(incident, by, at)
    return incident


def _ring(
    incident: Incident,
    by: Caller,
    at: datetime,
    *,
    raised_at: datetime,
    text: str,
    key: UUID | None,
) -> None:
    Alarm.objects.create(
        incident=incident,
        at=raised_at,
        recorded_at=at,
        by_id=by.employee_id,
        by_name=by.name[:60],
        text=text,
        # A page left open by a colleague on the same phone has their key: the alarm counts anyway.
        key=None if key is None or Alarm.objects.filter(key=key).exists() else key,
    )


def _tell_everybody(incident: Incident, by: Caller, at: datetime) -> None:
    """Tell everybody on duty with a part in the plan what theirs is (EMG-01, CMP-03)."""
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    parts: dict[str, list[str]] = {}
    for view in run.items:
        parts.setdefault(view.item.who or "manager", []).append(view.item.title)
    staff = staff_of(incident, at)
    people: dict[int, tuple[Duty, list[str]]] = {}
    for post in dict.fromkeys((*ALWAYS_TOLD, "technician", *parts)):
        for one in staff.on_duty(post):
            _duty, mine = people.setdefault(one.id, (one, []))
            mine += parts.get(post, [])
    matter = incident.matter
    where = " ".join(
        one for one in (matter.house.code if matter.house else "", matter.place) if one
    )
    subject = _("突发事件 %(plan)s:%(where)s,请立即到场") % {
        "plan": titles.PLANS[incident.plan],
        "where": where or matter.text[:30],
    }
    for one, mine in people.values():
        said = matter.text
        if mine:
            said += "\n" + _("您负责:%(steps)s") % {"steps": ";".join(dict.fromkeys(mine))}
        tell(matter, [one], "emergency", subject, at, text=said, urgent=True)
