"""What every write about an emergency needs: its row under lock, words checked, who is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.incidents.access import admit_to_matter
from huiyin.incidents.models import Incident
from huiyin.incidents.plans import PLANS, Plan
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound, WrongState
from huiyin.matters.actions.core import finish_work, open_work
from huiyin.matters.actions.core import record as record_event
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.staff import queries as staff
from huiyin.staff.rules import Directory, Duty
from huiyin.trail.actions import record

LINE_MOST = 300
TEXT_MOST = 4000


class IncidentIsOver(WrongState):
    """The incident was stood down: nothing more is done about it."""


def locked_matter(by: Caller, number: str) -> Matter:
    """Lock the matter of an emergency, so that two who press at once come one after the other."""
    matter = (
        Matter.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number.replace("\0", ""))
        .first()
    )
    return admit_to_matter(by, matter, number)


def locked_incident(by: Caller, number: str, *, over: bool = False) -> Incident:
    """Lock an incident; unless ``over`` is fine it must still be going on."""
    incident = (
        Incident.objects.select_related("matter__community", "matter__house")
        .select_for_update(no_key=True, of=("self",))
        .filter(matter__number=number.replace("\0", ""))
        .first()
    )
    admit_to_matter(by, incident.matter if incident else None, number)
    if incident is None:
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    if incident.state != Incident.State.OPEN and not over:
        raise IncidentIsOver(_("这起突发事件已经解除,不能再改。"))
    return incident


def plan_of(incident: Incident) -> Plan:
    """Return what the code knows of the incident's plan."""
    return PLANS[incident.plan]


def staff_of(incident: Incident, at: datetime) -> Directory:
    """Return the staff of the incident's community now, less whom it is about."""
    matter = incident.matter
    return staff.directory(
        community_id=incident.community_id, at=at, zone=matter.community.zone
    ).without(matter.about_employee_id)


def employee_id(by: Caller) -> int:
    """Return who acts, who must be a person."""
    if by.employee_id is None:
        raise Forbidden(_("这一步要由员工本人来做。"))
    return by.employee_id


def note_on_matter(
    incident: Incident, by: Caller, at: datetime, text: str, verb: str = "note"
) -> None:
    """Write what happened into the matter's own story; the procedure has admitted the caller."""
    work = open_work(number=incident.matter.number, by=by, at=at, verb=verb, admitted=True)
    if verb == "arrive":
        work.set(state="on_site")
        record_event(work, "arrived")
    else:
        record_event(work, "noted", text=text)
    finish_work(work)


def trail(
    action: str,
    by: Caller,
    at: datetime,
    matter: Matter,
    after: Mapping[str, object] | None = None,
    *,
    reason: str = "",
) -> None:
    """Write who did what into the trail."""
    record(
        action=f"incident.{action}",
        by=by,
        at=at,
        subject=f"matter:{matter.number}",
        community_id=matter.community_id,
        after=after,
        reason=reason,
    )


def tell(
    matter: Matter,
    people: Iterable[Duty],
    purpose: str,
    subject: str,
    at: datetime,
    *,
    text: str = "",
    urgent: bool = False,
) -> None:
    """Queue one message about the matter for each of the people."""
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=matter.community_id,
                recipient_id=one.id,
                purpose=f"{matter.number}:{purpose}",
                about=matter.number,
                subject=subject,
                text=text,
                channel="in_app" if one.can_log_in else "log",
                urgent=urgent,
            )
            for one in people
        ],
        at=at,
    )
