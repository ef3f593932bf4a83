"""The end of an incident: stood down, reviewed, measures set (EMG-06, EMG-07)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.checklists.actions import UnableToEnd, end_run
from huiyin.checklists.queries import run as run_of
from huiyin.incidents import rules
from huiyin.incidents.access import admit_to_lead
from huiyin.incidents.actions.core import (
    LINE_MOST,
    TEXT_MOST,
    employee_id,
    locked_incident,
    note_on_matter,
    trail,
)
from huiyin.incidents.actions.plan import step_views
from huiyin.incidents.models import Incident, Measure, Review
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters.actions import assign_matter, promise_time, receive_matter
from huiyin.matters.models import Matter
from huiyin.staff.queries import employee_model, local_day
from huiyin.staff.words import checked_text

MEASURE_MOST = 500
MOST_NAMED = 4
# Who comes when called; the others may have been asked something on the telephone.
THEY_COME = ("police", "fire", "medics", "lift")


class UnableToStandDown(WrongState):
    """Steps are open, help is still here, or an incident that came of it is going on."""


class UnableToReview(WrongState):
    """The incident is not over, or was reviewed already."""


@transaction.atomic
def stand_down(*, by: Caller, at: datetime, number: str, note: str = "") -> None:
    """End an incident once every step is done or left out with a reason (EMG-01, EMG-07).

    Raises NotFound, Forbidden, IncidentIsOver, UnableToStandDown, BadInput.
    """
    incident = locked_incident(by, number)
    admit_to_lead(by, incident)
    note = checked_text(note, "note", LINE_MOST, required=False)
    run = run_of(caller=by, run_id=incident.run_id, at=at)
    _check_over(incident, rules.unsettled(step_views(run, incident)))
    if run.state == "open":
        try:
            end_run(by=by, at=at, run_id=incident.run_id)
        except UnableToEnd as refusal:
            raise UnableToStandDown(refusal.sentence) from refusal
    incident.state, incident.over_at = Incident.State.OVER, at
    incident.over_by_id, incident.over_note = by.employee_id, note
    incident.save(update_fields=["state", "over_at", "over_by", "over_note"])
    trail("stood_down", by, at, incident.matter, {"note": note})
    note_on_matter(incident, by, at, _("突发事件已解除。%(note)s") % {"note": note})


@transaction.atomic
def hold_review(
    *,
    by: Caller,
    at: datetime,
    number: str,
    held_at: datetime,
    people: str,
    causes: str,
    lessons: str,
) -> None:
    """Record the review meeting: when, who was there, causes, lessons (EMG-06, EMG-07).

    Raises NotFound, Forbidden, UnableToReview, BadInput.
    """
    incident = locked_incident(by, number, over=True)
    admit_to_lead(by, incident)
    if incident.over_at is None:
        raise UnableToReview(_("先解除突发事件,再开总结会。"))
    if hasattr(incident, "review"):
        raise UnableToReview(_("总结会已经记录过。"))
    if held_at > at or held_at < incident.over_at:
        raise BadInput(_("总结会的时间应在解除以后、现在以前。"), field="held_at")
    Review.objects.create(
        incident=incident,
        held_at=held_at,
        people=checked_text(people, "people", LINE_MOST),
        causes=checked_text(causes, "causes", TEXT_MOST),
        lessons=checked_text(lessons, "lessons", TEXT_MOST),
        at=at,
        by_id=employee_id(by),
    )
    trail("reviewed", by, at, incident.matter, {"held_at": held_at, "people": people.strip()})
    note_on_matter(incident, by, at, _("总结会已召开。"))


@transaction.atomic
def add_measure(
    *, by: Caller, at: datetime, number: str, text: str, owner: str, due_on: date
) -> str:
    """Set a measure of the review: a matter with an owner and a last day; return its number.

    Raises NotFound, Forbidden, UnableToReview, BadInput.
    """
    incident = locked_incident(by, number, over=True)
    admit_to_lead(by, incident)
    review = Review.objects.filter(incident=incident).first()
    if review is None:
        raise UnableToReview(_("先记录总结会,再下达整改措施。"))
    text = checked_text(text, "text", MEASURE_MOST)
    town = incident.matter.community
    if due_on < local_day(at, town.zone):
        raise BadInput(_("整改期限不能早于今天。"), field="due_on")
    person = employee_model(code=owner, community_id=town.pk, at=at, field="owner")
    made = receive_matter(
        by=by,
        at=at,
        community=town.code,
        channel="meeting",
        kind="correction",
        text=text,
        owner=owner,
        place=incident.matter.place,
    )
    assign_matter(by=by, at=at, number=made, to=owner)
    promise_time(
        by=by,
        at=at,
        number=made,
        until=datetime.combine(due_on + timedelta(days=1), time(0), ZoneInfo(town.zone)),
        reason=_("%(number)s 的整改措施") % {"number": number},
        via="meeting",
    )
    Measure.objects.create(
        review=review,
        text=text,
        owner=person,
        due_on=due_on,
        matter=Matter.objects.only("id").get(number=made),
    )
    trail("measure_set", by, at, incident.matter, {"measure": made, "due_on": str(due_on)})
    return made


def _check_over(incident: Incident, unsettled: tuple[rules.Step, ...]) -> None:
    """Refuse while something of the incident is still going on, naming it."""
    if unsettled:
        named = "、".join(one.title for one in unsettled[:MOST_NAMED])
        raise UnableToStandDown(
            _("还有 %(n)d 步没有做完,也没有写明省去的原因:%(steps)s。")
            % {"n": len(unsettled), "steps": named + ("…" if len(unsettled) > MOST_NAMED else "")}
        )
    here = Q(arrived_at__isnull=False) | Q(called_at__isnull=True) | Q(service__in=THEY_COME)
    waiting = incident.calls.filter(here, left_at__isnull=True, dropped_at__isnull=True)
    if waiting.exists():
        raise UnableToStandDown(_("外部人员还没有登记离开;没有来的请登记取消。"))
    going_on = incident.led_to.filter(state=Incident.State.OPEN)
    number = going_on.values_list("matter__number", flat=True).first()
    if number:
        raise UnableToStandDown(_("由它引起的 %(number)s 还没有解除。") % {"number": number})
