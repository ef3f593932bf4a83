"""From dispatch to result: assign, accept, arrive, keep in touch, pause, finish (WO-02, REC-09).

What happens in the field may be heard of late: ``at`` is when it happened, ``recorded_at`` when we
hear of it; without it both are the same.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters import rules, titles
from huiyin.matters.actions.core import (
    UnableToChangeMatter,
    Work,
    finish_work,
    give_to,
    open_work,
    record,
    tell,
)
from huiyin.matters.actions.intake import MAX_PHOTOS, check_text
from huiyin.matters.actions.spreading import finish_as, spread
from huiyin.matters.kinds import CAUSES, CHANNELS, OWNER_CHANNELS
from huiyin.matters.models import Photo
from huiyin.staff import queries as staff
from huiyin.staff.rules import Duty
from huiyin.standards.react import latest_pause_end


@transaction.atomic
def assign_matter(*, by: Caller, at: datetime, number: str, to: str, note: str = "") -> str:
    """Assign the matter to an employee and tell them; keeps the ``assign`` clock (CMP-01).

    Raises BadInput when ``to`` does not work in the community, or is who the complaint is about.
    """
    work = open_work(number=number, by=by, at=at, verb="assign")
    owner = employee_on_duty(work, to)
    give_to(work, owner)
    work.set(state="assigned")
    data = {"to": owner.code, "to_name": owner.name}
    event = record(work, "assigned", text=note.strip(), data=data)
    if owner.id != by.employee_id:
        subject = _("%(number)s %(kind)s派给您,请接单") % {
            "number": number,
            "kind": titles.KINDS[work.matter.kind],
        }
        tell(work, owner, f"assigned:{event.pk}", subject)
    spread(work, event, owner=owner)
    return finish_work(work)


def employee_on_duty(work: Work, code: str, field: str = "to") -> Duty:
    """Return who will really act for an employee named by code: self, or whoever stands in."""
    employee = staff.employee_model(
        code=code, community_id=work.matter.community_id, at=work.at, field=field
    )
    if employee.pk == work.matter.about_employee_id:
        raise BadInput(_("这件投诉说的就是这位员工,请派给别人。"), field=field)
    person = work.staff.stand_in(employee.pk)
    if person is None or person.id == work.matter.about_employee_id:
        raise BadInput(
            _("%(name)s 现在不当值,也没有代理人,请派给别人。") % {"name": employee.name},
            field=field,
        )
    return person


@transaction.atomic
def accept_matter(
    *, by: Caller, at: datetime, number: str, recorded_at: datetime | None = None
) -> str:
    """Take the matter on. Of two who take it at once, one wins and the other is told who (WO-02).

    An unassigned matter goes to whoever accepts it; an assigned one only to its owner.
    """
    work = open_work(number=number, by=by, at=recorded_at or at, verb="accept")
    me = work.staff.people.get(by.employee_id or 0)
    if me is None:
        raise UnableToChangeMatter(_("您不是本小区的当值员工,不能接单。"))
    if work.matter.state == "assigned" and work.matter.owner_id != me.id:
        raise UnableToChangeMatter(
            _("这件事已经派给 %(name)s。") % {"name": work.matter.owner.name}
        )
    give_to(work, me)
    work.set(state="accepted")
    event = record(work, "accepted", at=at, data={"to": me.code, "to_name": me.name})
    spread(work, event, owner=me)
    return finish_work(work)


@transaction.atomic
def arrive_at_matter(
    *, by: Caller, at: datetime, number: str, recorded_at: datetime | None = None
) -> str:
    """Record that someone is on site; keeps the ``arrive`` clock (CMP-03)."""
    work = open_work(number=number, by=by, at=recorded_at or at, verb="arrive")
    work.set(state="on_site")
    spread(work, record(work, "arrived", at=at))
    return finish_work(work)


@transaction.atomic
def record_progress(
    *,
    by: Caller,
    at: datetime,
    number: str,
    text: str,
    via: str = "",
    reached: bool = True,
    tell_linked: bool = False,
    recorded_at: datetime | None = None,
) -> str:
    """Record progress. Told to the owner on a channel that reaches them it renews keep-in-touch;
    an internal note (no ``via``) or a failed call (``reached`` false) does not (CMP-06).

    ``tell_linked`` says that the owners of all linked reports were told the same.
    """
    work = open_work(number=number, by=by, at=recorded_at or at, verb="progress")
    text, via = check_text(text, "text"), check_via(via, required=False)
    contact = rules.is_contact(via, reached, OWNER_CHANNELS)
    data = {"reached": reached}
    event = record(work, "progressed", at=at, text=text, via=via, contact=contact, data=data)
    spread(work, event, told=tell_linked)
    return finish_work(work)


def check_via(via: str, *, required: bool = True) -> str:
    """Return the channel, or raise BadInput when it is unknown or missing."""
    if (via or required) and via not in CHANNELS:
        raise BadInput(_("请选择用什么方式联系业主。"), field="via")
    return via


@transaction.atomic
def promise_time(
    *,
    by: Caller,
    at: datetime,
    number: str,
    until: datetime,
    reason: str,
    via: str = "phone",
    tell_linked: bool = False,
) -> str:
    """Tell the owner by when it will be done and why not now; a clock keeps the word (REC-03).

    ``tell_linked`` says that the owners of all linked reports were told the same.
    """
    work = open_work(number=number, by=by, at=at, verb="promise")
    reason, via = check_text(reason, "reason"), check_via(via)
    if until <= at:
        raise BadInput(_("约定的时间要晚于现在。"), field="until")
    event = record(
        work,
        "promised",
        text=reason,
        via=via,
        contact=via in OWNER_CHANNELS,
        until=until,
        data={"until": until.isoformat()},
    )
    spread(work, event, until=until, told=tell_linked)
    return finish_work(work)


@transaction.atomic
def pause_matter(*, by: Caller, at: datetime, number: str, reason: str, until: datetime) -> str:
    """Pause the finish clocks until a moment, for a reason; they resume by themselves then."""
    work = open_work(number=number, by=by, at=at, verb="pause")
    reason = check_text(reason, "reason")[:200]
    if until <= at:
        raise BadInput(_("暂停到的时间要晚于现在。"), field="until")
    latest = latest_pause_end(work.standard, at, work.calendar)
    if until > latest:
        local = latest.astimezone(work.calendar.zone)
        raise BadInput(
            _("一次最多暂停到 %(latest)s,届时仍不能办可以再次暂停。")
            % {"latest": f"{local:%Y-%m-%d %H:%M}"},
            field="until",
        )
    record(work, "paused", text=reason, until=until, data={"until": until.isoformat()})
    return finish_work(work)


@transaction.atomic
def resume_matter(*, by: Caller, at: datetime, number: str) -> str:
    """End the pause now; the due moments move by exactly what was paused."""
    work = open_work(number=number, by=by, at=at, verb="resume")
    record(work, "resumed")
    return finish_work(work)


@transaction.atomic
def finish_matter(
    *,
    by: Caller,
    at: datetime,
    number: str,
    result: str,
    cause: str = "",
    recorded_at: datetime | None = None,
    settled: bool = False,
) -> str:
    """Record the result, and the cause if known (CMP-09). The clocks of what comes after start:
    feedback, visit back, closing.

    ``settled`` says that the procedure behind the matter asks and has decided who may: what only
    reminds of one (an approval, a signature, a visitor) is never ticked off by hand.
    """
    work = open_work(number=number, by=by, at=recorded_at or at, verb="finish", admitted=settled)
    result = check_text(result, "result")
    if cause and cause not in CAUSES:
        raise BadInput(_("没有“%(it)s”这个原因。") % {"it": cause}, field="cause")
    data = {"cause": cause} if cause else None
    event = record(work, "finished", at=at, text=result, data=data)
    finish_as(work, at=event.at, result=result, cause=cause)
    spread(work, event)
    return finish_work(work)


@transaction.atomic
def reply_to_owner(
    *, by: Caller, at: datetime, number: str, text: str, via: str, tell_linked: bool = False
) -> str:
    """Give the owner the answer or the result on a channel (CMP-06, REC-05, REC-11).

    ``tell_linked`` says that the owners of all linked reports were told the same.
    """
    work = open_work(number=number, by=by, at=at, verb="reply")
    text, via = check_text(text, "text"), check_via(via)
    event = record(work, "replied", text=text, via=via, contact=via in OWNER_CHANNELS)
    spread(work, event, told=tell_linked)
    return finish_work(work)


@transaction.atomic
def sign_matter(
    *,
    by: Caller,
    at: datetime,
    number: str,
    name: str,
    recorded_at: datetime | None = None,
    via: str = "",
    admitted: bool = False,
) -> str:
    """Record the owner's signature under the work done (WO-03).

    ``admitted`` says that the owner confirms it without a colleague, on the channel ``via``.
    """
    work = open_work(number=number, by=by, at=recorded_at or at, verb="sign", admitted=admitted)
    name = check_text(name, "name")[:40]
    event = record(work, "signed", at=at, text=name, via=via)
    work.set(signed_name=name, signed_at=event.at)
    return finish_work(work)


@transaction.atomic
def note_matter(
    *, by: Caller, at: datetime, number: str, text: str, recorded_at: datetime | None = None
) -> str:
    """Write an internal note; no clock hears it."""
    work = open_work(number=number, by=by, at=recorded_at or at, verb="note")
    record(work, "noted", at=at, text=check_text(text, "text"))
    return finish_work(work)


@transaction.atomic
def add_photos(
    *,
    by: Caller,
    at: datetime,
    number: str,
    photos: Sequence[int],
    stage: str = "",
    recorded_at: datetime | None = None,
) -> str:
    """Hang stored photos on the matter, taken before or after the work (WO-07).

    The same photo twice stays one.
    """
    work = open_work(number=number, by=by, at=recorded_at or at, verb="photo")
    if stage not in Photo.Stage.values:
        raise BadInput(_("请说明照片是施工前还是施工后。"), field="stage")
    there = Photo.objects.filter(matter=work.matter).count()
    if there + len(photos) > 4 * MAX_PHOTOS:
        raise BadInput(_("一件事最多 %(n)d 张照片。") % {"n": 4 * MAX_PHOTOS}, field="photos")
    text = str(titles.PHOTO_STAGES[stage]) % {"n": len(photos)}
    event = record(work, "noted", at=at, text=text, data={"photos": stage} if stage else None)
    Photo.objects.bulk_create(
        [
            Photo(matter=work.matter, file_id=one, at=event.at, by_id=by.employee_id, stage=stage)
            for one in dict.fromkeys(photos)
        ],
        ignore_conflicts=True,
    )
    return finish_work(work)
