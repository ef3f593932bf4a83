"""Nudging (催办): the dispatcher reminds whoever has a matter in hand (REC-15)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.matters import titles
from huiyin.matters.actions.core import finish_work, open_work, tell, write_event
from huiyin.matters.models import Event


class UnableToNudge(WrongState):
    """There is nobody to nudge, or somebody was nudged a moment ago."""


@transaction.atomic
def nudge_matter(*, by: Caller, at: datetime, number: str, note: str = "") -> str:
    """Remind the owner, or who stands in, at once; no clock hears it.

    Raises NotFound, Forbidden, UnableToChangeMatter, and UnableToNudge when the last nudge is
    younger than the standard allows or the caller has the matter in hand.
    """
    work = open_work(number=number, by=by, at=at, verb="nudge")
    person = work.staff.stand_in(work.matter.owner_id)
    if person is None or person.id == by.employee_id:
        raise UnableToNudge(_("这件事就在您自己手上。"))
    since = at - work.standard.desk.nudge_every
    if Event.objects.filter(matter=work.matter, at__gt=since, data__nudged=True).exists():
        raise UnableToNudge(_("刚刚催过,请稍等再催。"))
    note = note.strip()[:200]
    text = note or _("请尽快处理并反馈。")
    data = {"nudged": True, "to": person.code, "to_name": person.name}
    event = write_event(work, "noted", by=by, at=at, text=_("催办:") + text, data=data)
    subject = _("催办 %(number)s(%(kind)s):%(text)s") % {
        "number": number,
        "kind": titles.KINDS[work.matter.kind],
        "text": text,
    }
    tell(work, person, f"nudged:{event.pk}", subject, urgent=True)
    return finish_work(work)
