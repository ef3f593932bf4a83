"""Giving back (退回) and taking back (收回): somebody else must be sent (WO-02, REC-10)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.matters.actions.core import (
    UnableToChangeMatter,
    Work,
    finish_work,
    give_to,
    open_work,
    record,
    tell,
)
from huiyin.matters.actions.handover import successor
from huiyin.matters.actions.intake import check_text
from huiyin.matters.actions.spreading import spread
from huiyin.matters.models import Event
from huiyin.staff.rules import Duty


@transaction.atomic
def give_back(*, by: Caller, at: datetime, number: str, reason: str) -> str:
    """Say at once that one cannot do it, and why; it goes to the superior (REC-10, WO-02).

    The superior has to send somebody anew, under a new ``assign`` clock; all others go on.
    """
    work = open_work(number=number, by=by, at=at, verb="give-back")
    reason = check_text(reason, "reason")
    superiors = work.staff.superior(work.matter.owner_id)
    taker = superiors[0] if superiors else successor(work.staff, work.matter.owner_id)
    if taker is None:
        raise UnableToChangeMatter(_("没有可以接手的人,请联系经理。"))
    event = _put_back(work, taker, reason, taken=False)
    subject = _("%(name)s 退回 %(number)s,请另派:%(reason)s") % {
        "name": by.name,
        "number": work.matter.number,
        "reason": reason[:60],
    }
    tell(work, taker, f"given_back:{event.pk}", subject)
    return finish_work(work)


@transaction.atomic
def take_back(*, by: Caller, at: datetime, number: str, reason: str) -> str:
    """Take a matter from whoever has it in hand, to send somebody else, and tell them why.

    It is the caller's until then, under a new ``assign`` clock (REC-15, WO-02).
    """
    work = open_work(number=number, by=by, at=at, verb="take-back")
    reason = check_text(reason, "reason")
    former = work.staff.people.get(work.matter.owner_id)
    me = work.staff.people.get(by.employee_id or 0)
    if me is None:
        raise UnableToChangeMatter(_("您不是本小区的员工,不能收回。"))
    if me.id == work.matter.owner_id:
        raise UnableToChangeMatter(_("这件事就在您自己手上,办不了请用“退回”。"))
    event = _put_back(work, me, reason, taken=True)
    if former is not None:
        subject = _("%(name)s 收回 %(number)s,您不用再去:%(reason)s") % {
            "name": by.name,
            "number": work.matter.number,
            "reason": reason[:60],
        }
        tell(work, former, f"taken_back:{event.pk}", subject)
    return finish_work(work)


def _put_back(work: Work, owner: Duty, reason: str, *, taken: bool) -> Event:
    data = {
        "from_name": work.matter.owner.name,
        "to": owner.code,
        "to_name": owner.name,
        "taken": taken,
    }
    give_to(work, owner)
    work.set(state="received" if work.matter.cycle == 1 else "reopened")
    event = record(work, "given_back", text=reason, data=data)
    spread(work, event, owner=owner)
    return event
