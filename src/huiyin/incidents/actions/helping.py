"""Outside help: consent where the plan wants it, the call, arrival, leaving; the call list."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.incidents import rules, titles
from huiyin.incidents.access import (
    CONSENTERS,
    admit_consenter,
    admit_lister,
    may_consent,
)
from huiyin.incidents.actions.core import (
    LINE_MOST,
    employee_id,
    locked_incident,
    note_on_matter,
    plan_of,
    staff_of,
    tell,
    trail,
)
from huiyin.incidents.actions.plan import fill_in
from huiyin.incidents.models import EmergencyContact, Incident, OutsideCall
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.staff.queries import employee_model
from huiyin.staff.rules import Duty
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

NAME_MOST, PHONE_MOST, CARS_MOST = 60, 24, 120
MOST_CONTACTS = 40  # of one community


class UnableToCall(WrongState):
    """The call is not in the state for this."""


@transaction.atomic
def ask_consent(*, by: Caller, at: datetime, number: str, service: str, why: str) -> int:
    """Ask the general manager and the leaders for their consent to a call (EMG-02); return its id.

    Raises NotFound, IncidentIsOver, BadInput.
    """
    incident = locked_incident(by, number)
    _check_service(service)
    if not rules.needs_consent(plan_of(incident), service):
        raise UnableToCall(
            _("联系%(service)s不需要请示,请直接拨打。") % {"service": titles.SERVICES[service]}
        )
    why = checked_text(why, "why", LINE_MOST)
    call = _pending(incident, service)
    if call is None:
        call = OutsideCall.objects.create(
            incident=incident,
            service=service,
            needs_consent=True,
            why=why,
            asked_at=at,
            asked_by_id=by.employee_id,
        )
        trail("consent_asked", by, at, incident.matter, {"service": service, "why": why})
        subject = _("%(number)s 请示:是否同意联系%(service)s") % {
            "number": incident.matter.number,
            "service": titles.SERVICES[service],
        }
        people = _leaders(incident, at)
        tell(incident.matter, people, f"consent:{call.pk}", subject, at, text=why, urgent=True)
    return call.pk


@transaction.atomic
def give_consent(*, by: Caller, at: datetime, number: str, call: int) -> None:
    """Agree to a call in person, as general manager or leader on duty (EMG-02).

    Raises NotFound, Forbidden, IncidentIsOver, UnableToCall.
    """
    incident = locked_incident(by, number)
    admit_consenter(by, incident.community_id)
    asked = _call(incident, call)
    _consent(incident, asked, by, at, leader_id=employee_id(by), way="page", given_at=at)


@transaction.atomic
def note_consent(
    *,
    by: Caller,
    at: datetime,
    number: str,
    service: str,
    leader: str,
    way: str,
    why: str = "",
    given_at: datetime | None = None,
) -> int:
    """Write down that a leader agreed by telephone, radio or in person; tell the leader so.

    Raises NotFound, IncidentIsOver, UnableToCall, BadInput.
    """
    incident = locked_incident(by, number)
    _check_service(service)
    if way not in rules.WAYS or way == "page":
        raise BadInput(_("请选择领导是怎样同意的。"), field="way")
    given_at = given_at or at
    if given_at > at or given_at < incident.raised_at:
        raise BadInput(_("同意的时间应在接报以后、现在以前。"), field="given_at")
    who = employee_model(code=leader, community_id=incident.community_id, at=at, field="leader")
    duty = staff_of(incident, at).people.get(who.pk)
    if duty is None or not set(duty.posts) & set(CONSENTERS):
        raise BadInput(_("只有总经理或值班领导可以同意,请从名单里选择。"), field="leader")
    asked = _pending(incident, service)
    if asked is None:
        asked = OutsideCall.objects.create(
            incident=incident,
            service=service,
            needs_consent=rules.needs_consent(plan_of(incident), service),
            why=checked_text(why, "why", LINE_MOST, required=False),
            asked_at=at,
            asked_by_id=by.employee_id,
        )
    _consent(incident, asked, by, at, leader_id=duty.id, way=way, given_at=given_at)
    if duty.id != by.employee_id:
        subject = _("%(number)s:%(who)s 登记了您%(way)s联系%(service)s,如不属实请立即纠正") % {
            "number": number,
            "who": by.name,
            "way": titles.WAYS[way],
            "service": titles.SERVICES[service],
        }
        tell(incident.matter, [duty], f"consented:{asked.pk}", subject, at, urgent=True)
    return asked.pk


@transaction.atomic
def call_outside(
    *,
    by: Caller,
    at: datetime,
    number: str,
    service: str,
    name: str = "",
    phone: str = "",
    why: str = "",
    without_consent: str = "",
) -> int:
    """Record that outside help is being called now; return the call's id (EMG-02, EMG-03).

    Where the plan wants a leader's consent and there is none yet, a reason is needed, nothing
    else: life comes first, and the leaders are told at once.
    Raises NotFound, IncidentIsOver, BadInput (field ``without_consent``).
    """
    incident = locked_incident(by, number)
    _check_service(service)
    needed = rules.needs_consent(plan_of(incident), service)
    call = _pending(incident, service)
    reason = checked_text(without_consent, "without_consent", LINE_MOST, required=False)
    if needed and call is None and may_consent(by, incident.community_id):
        # A leader who calls agrees by calling.
        call = OutsideCall(incident=incident, service=service, needs_consent=True, asked_at=at)
        call.consent_by_id = call.consent_noted_by_id = employee_id(by)
        call.consent_at, call.consent_way = at, "page"
    if not rules.may_call(
        needed=needed, consent_at=call.consent_at if call else None, reason=reason, at=at
    ):
        raise BadInput(
            _("联系%(service)s要先征得总经理或值班领导同意。人命关天等不及的,写明原因立即拨打。")
            % {"service": titles.SERVICES[service]},
            field="without_consent",
        )
    if call is None:
        call = OutsideCall(incident=incident, service=service, needs_consent=needed)
    consented = call.consent_at is not None
    call.name = checked_text(name, "name", NAME_MOST, required=False)
    call.phone = checked_text(phone, "phone", PHONE_MOST, required=False)
    call.why = checked_text(why, "why", LINE_MOST, required=False) or call.why
    call.without_consent = "" if consented or not needed else reason
    call.called_at, call.called_by_id = at, by.employee_id
    call.save()
    trail(
        "outside_called",
        by,
        at,
        incident.matter,
        {"service": service, "phone": call.phone, "consent": consented},
        reason=call.without_consent,
    )
    said = _("已联系%(service)s") % {"service": titles.SERVICES[service]}
    if call.without_consent:
        said += _("(未经同意先行拨打,原因:%(why)s)") % {"why": call.without_consent}
        subject = f"{number} {said}"
        tell(incident.matter, _leaders(incident, at), f"called:{call.pk}", subject, at, urgent=True)
    note_on_matter(incident, by, at, said)
    _tick_called(incident, by, at, service)
    return call.pk


@transaction.atomic
def help_arrived(*, by: Caller, at: datetime, number: str, call: int, vehicles: str = "") -> None:
    """Record that outside help is here, and its vehicles (EMG-03).

    Raises NotFound, IncidentIsOver, UnableToCall, BadInput.
    """
    incident = locked_incident(by, number)
    found = _call(incident, call)
    if found.called_at is None or found.dropped_at is not None or found.arrived_at is not None:
        raise UnableToCall(_("这次联系还没有拨打,或者已经登记到达。"))
    found.arrived_at = at
    found.vehicles = checked_text(vehicles, "vehicles", CARS_MOST, required=False)
    found.save(update_fields=["arrived_at", "vehicles"])
    trail("outside_arrived", by, at, incident.matter, {"call": found.pk, "vehicles": vehicles})


@transaction.atomic
def help_left(
    *,
    by: Caller,
    at: datetime,
    number: str,
    call: int,
    vehicles: str = "",
    hospital: str = "",
) -> None:
    """Record that outside help has left, and the hospital somebody was taken to (EMG-03).

    Raises NotFound, IncidentIsOver, UnableToCall, BadInput.
    """
    incident = locked_incident(by, number)
    found = _call(incident, call)
    if found.arrived_at is None or found.left_at is not None:
        raise UnableToCall(_("请先登记到达;已经登记离开的不能再改。"))
    found.left_at = at
    found.vehicles = checked_text(vehicles, "vehicles", CARS_MOST, required=False) or found.vehicles
    found.hospital = checked_text(hospital, "hospital", CARS_MOST, required=False)
    if found.service in ("police", "fire", "medics") and not found.vehicles:
        raise BadInput(_("请记下车牌号;没有开车来的写“无车”。"), field="vehicles")
    found.save(update_fields=["left_at", "vehicles", "hospital"])
    trail(
        "outside_left",
        by,
        at,
        incident.matter,
        {"call": found.pk, "vehicles": found.vehicles, "hospital": found.hospital},
    )


@transaction.atomic
def drop_call(*, by: Caller, at: datetime, number: str, call: int, reason: str) -> None:
    """Record that asked or called help is not coming, and why.

    Raises NotFound, IncidentIsOver, UnableToCall, BadInput.
    """
    incident = locked_incident(by, number)
    found = _call(incident, call)
    if found.arrived_at is not None or found.dropped_at is not None:
        raise UnableToCall(_("已经到达或已经取消的,不能再取消。"))
    found.dropped_at, found.dropped_why = at, checked_text(reason, "reason", LINE_MOST)
    found.save(update_fields=["dropped_at", "dropped_why"])
    trail("outside_dropped", by, at, incident.matter, {"call": found.pk}, reason=found.dropped_why)


@transaction.atomic
def save_contact(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    service: str,
    name: str,
    phone: str,
    note: str = "",
) -> int:
    """Put a number on the call list of a community, or change the one that stands there (EMG-01).

    Raises NotFound, Forbidden, BadInput.
    """
    admit_lister(by, community_id)
    _check_service(service)
    name, phone = checked_text(name, "name", NAME_MOST), checked_text(phone, "phone", PHONE_MOST)
    note = checked_text(note, "note", CARS_MOST, required=False)
    if not any(sign.isdigit() for sign in phone):
        raise BadInput(_("请填写电话号码。"), field="phone")
    if EmergencyContact.objects.filter(community_id=community_id).count() >= MOST_CONTACTS:
        raise BadInput(_("最多登记 %(n)d 个应急电话。") % {"n": MOST_CONTACTS})
    contact, _is_new = EmergencyContact.objects.update_or_create(
        community_id=community_id,
        service=service,
        phone=phone,
        defaults={"name": name, "note": note},
    )
    _trail_contact("contact_saved", by, at, contact)
    return contact.pk


@transaction.atomic
def drop_contact(*, by: Caller, at: datetime, community_id: int, contact: int) -> None:
    """Take a number off the call list.

    Raises NotFound, Forbidden.
    """
    admit_lister(by, community_id)
    found = EmergencyContact.objects.filter(community_id=community_id, pk=contact).first()
    if found is None:
        raise NotFound(_("名单里没有这个电话。"))
    _trail_contact("contact_dropped", by, at, found)
    found.delete()


def _trail_contact(action: str, by: Caller, at: datetime, contact: EmergencyContact) -> None:
    record(
        action=f"incident.{action}",
        by=by,
        at=at,
        subject=f"emergency_contact:{contact.pk}",
        community_id=contact.community_id,
        after={"service": contact.service, "name": contact.name, "phone": contact.phone},
    )


def _check_service(service: str) -> None:
    if service not in rules.SERVICES:
        raise BadInput(_("请选择要联系谁。"), field="service")


def _pending(incident: Incident, service: str) -> OutsideCall | None:
    """Return what was asked for and not called yet."""
    return (
        incident.calls.select_for_update()
        .filter(service=service, called_at__isnull=True, dropped_at__isnull=True)
        .order_by("id")
        .first()
    )


def _call(incident: Incident, call: int) -> OutsideCall:
    found = incident.calls.select_for_update().filter(pk=call).first()
    if found is None:
        raise NotFound(_("没有这次联系。"))
    return found


def _consent(
    incident: Incident,
    asked: OutsideCall,
    by: Caller,
    at: datetime,
    *,
    leader_id: int,
    way: str,
    given_at: datetime,
) -> None:
    """Write down a consent, once."""
    if asked.consent_at is not None or asked.dropped_at is not None:
        raise UnableToCall(_("这次请示已经有了答复。"))
    asked.consent_by_id, asked.consent_at, asked.consent_way = leader_id, given_at, way
    asked.consent_noted_by_id = by.employee_id
    asked.save(update_fields=["consent_by", "consent_at", "consent_way", "consent_noted_by"])
    trail(
        "consent_given",
        by,
        at,
        incident.matter,
        {"service": asked.service, "leader": leader_id, "way": way, "at": given_at},
    )
    waiting = staff_of(incident, at).people.get(asked.asked_by_id or 0)
    if waiting is not None and waiting.id != by.employee_id and asked.called_at is None:
        subject = _("%(number)s 领导已同意联系%(service)s,请立即拨打") % {
            "number": incident.matter.number,
            "service": titles.SERVICES[asked.service],
        }
        tell(incident.matter, [waiting], f"agreed:{asked.pk}", subject, at, urgent=True)


def _leaders(incident: Incident, at: datetime) -> tuple[Duty, ...]:
    """Return the general manager and the leaders on duty, each once."""
    staff = staff_of(incident, at)
    return staff.told(CONSENTERS, 0) or staff.floor()


def _tick_called(incident: Incident, by: Caller, at: datetime, service: str) -> None:
    plan = plan_of(incident)
    step = plan.called.get(service)
    if step:
        fill_in(incident, by, at, step, plan.answers.get(step, True))
