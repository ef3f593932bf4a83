"""One incident as it stands now, and whether anything has changed since somebody looked."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.checklists.queries import run as run_of
from huiyin.incidents import rules, titles
from huiyin.incidents.access import LEADING, admit_to_matter, may_consent
from huiyin.incidents.models import Incident, OutsideCall
from huiyin.incidents.plans import PLANS
from huiyin.incidents.queries.rows import Beat, CallView, LiveView, OnSite, StepView
from huiyin.incidents.story import Pieces, Told, gather, value_text
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.access import visible
from huiyin.matters.models import Matter
from huiyin.matters.titles import POSTS

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
    incident = found_incident(caller, number)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    return live_view(caller, gather(incident, run), at)


def found_incident(caller: Caller, number: str) -> Incident:
    incident = (
        Incident.objects.select_related("matter__house", "community", "came_of__matter", "over_by")
        .filter(matter__number=number.replace("\0", ""))
        .first()
    )
    admit_to_matter(caller, incident.matter if incident else None, number)
    if incident is None:
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    return incident


def live_view(caller: Caller, pieces: Pieces, at: datetime) -> LiveView:
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
        run_id=incident.run_id,
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


def place_of(matter: Matter) -> str:
    """Return where it is, as people on their way there need it."""
    house = matter.house.code if matter.house else ""
    return " ".join(part for part in (house, matter.place) if part)
