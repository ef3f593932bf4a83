"""What follows by itself: a request reminds whoever decides, a failed item becomes a matter.

The sweeper runs it at every tick, a door right after it acted so that nobody waits for the tick.
Idle, it costs one look at an index for each. Every row is handled in a transaction of its own and
left to whoever holds it, so that two at once do nothing twice.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import following
from huiyin.approvals.following import ToFollow, Waits
from huiyin.approvals.models import Request
from huiyin.checklists import raising
from huiyin.checklists.raising import ToRaise
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import NotFound
from huiyin.matters import actions as matters
from huiyin.matters import queries
from huiyin.matters.models import Matter
from huiyin.matters.rules import OPEN, REPORTED

log = logging.getLogger("huiyin.reactions")
Row = TypeVar("Row")

# Somebody saw it on the spot; a reminder among staff came in no other way either.
CHANNEL = "patrol"
OF_NO_KNOWN_KIND = "repair.public"


def react(at: datetime) -> int:
    """Do what requests and checklists bring about; return how many rows were handled."""
    return _each(following.to_follow(), partial(_follow, at)) + _each(
        raising.to_raise(), partial(_raise, at)
    )


def _each(rows: Iterable[Row], handle: Callable[[Row], bool]) -> int:
    """Handle each row by itself: one that fails is logged and tried again at the next tick."""
    handled = 0
    for one in rows:
        try:
            with transaction.atomic():
                handled += handle(one)
        except Exception:
            log.exception("no reaction", extra={"row": one, "to": repr(handle)})
    return handled


# -- approvals


def _follow(at: datetime, request_id: int) -> bool:
    """End the matter of the step before and make one for who decides now, if it still waits."""
    request = following.claim(request_id=request_id, at=at)
    if request is None:
        return False
    if request.followed:
        _end(request, at)
    number = _remind(request, at) if request.is_waiting else request.followed
    following.follow(request_id=request.id, number=number)
    return True


def remind_again() -> int:
    """Look after requests that wait although their reminder was finished by hand; return how many.

    Whoever only ticks off the reminder has decided nothing: it comes again at the next tick.
    """
    waiting = Request.objects.filter(state=Request.State.WAITING, to_follow=False)
    over = Matter.objects.filter(finished_at__isnull=False).values("number")
    return waiting.filter(followed__in=over).update(to_follow=True)


def hand_on(at: datetime) -> int:
    """Give a reminder whose owner may not decide (any more) to who may; return how many moved.

    Whoever leaves hands over to a colleague of the post, who need not stand in the chain.
    """
    return _each(following.waiting_for(at), partial(_hand_on, at))


def _hand_on(at: datetime, one: Waits) -> bool:
    open_one = Matter.objects.filter(number=one.number, finished_at__isnull=True)
    if not open_one.exclude(owner__code__in=one.deciders).exists():
        return False
    matters.assign_matter(by=SYSTEM, at=at, number=one.number, to=one.first)
    return True


def _end(request: ToFollow, at: datetime) -> None:
    """Finish and close the matter; the decision counts when it was made, not when we looked."""
    number = request.followed
    state = queries.matter(caller=SYSTEM, number=number, at=at).state
    if state not in ("finished", "visited_back", "closed"):
        result = _("本级已同意") if request.is_waiting else request.state
        matters.finish_matter(
            by=SYSTEM, at=min(request.moved_at, at), recorded_at=at, number=number, result=result
        )
    if state != "closed":
        matters.close_matter(by=SYSTEM, at=at, number=number)


def _remind(request: ToFollow, at: datetime) -> str:
    text = _("请审批:%(title)s(%(kind)s)。在“审批”里办理。")
    if not request.decider:
        text = _("没有人能审批:%(title)s(%(kind)s)。请安排审批岗位,或请申请人撤回。")
    number = matters.receive_matter(
        by=SYSTEM,
        at=at,
        community=request.community,
        channel=CHANNEL,
        kind="approval",
        text=text % {"title": request.title, "kind": request.kind_title},
        owner=request.decider or None,
        about_employee=request.about or None,
    )
    if request.decider:
        matters.assign_matter(by=SYSTEM, at=at, number=number, to=request.decider)
    return number


# -- checklists


def _raise(at: datetime, mark_id: int) -> bool:
    """Make the matter that a failed item calls for, at the house or place of its subject.

    Marked bad again while its matter is open, it is written there instead of made twice.
    """
    failed = raising.claim(mark_id=mark_id)
    if failed is None:
        return False
    if Matter.objects.filter(number=failed.before, state__in=OPEN).exists():
        matters.note_matter(by=SYSTEM, at=at, number=failed.before, text=_said(failed))
        raising.keep_raised(mark_id=failed.id, number=failed.before)
        return True
    house, place = _where(failed.subject, at)
    number = matters.receive_matter(
        by=SYSTEM,
        at=at,
        community=failed.community,
        channel=CHANNEL,
        kind=failed.kind if failed.kind in REPORTED else OF_NO_KNOWN_KIND,
        text=_said(failed),
        house=house or None,
        place=place,
        photos=failed.photos,
    )
    raising.keep_raised(mark_id=failed.id, number=number)
    return True


def _said(failed: ToRaise) -> str:
    text = _("%(list)s:%(item)s 不合格(%(answer)s)。填表人 %(name)s。") % {
        "list": failed.checklist,
        "item": failed.item,
        "answer": failed.answer,
        "name": failed.by_name,
    }
    if failed.note:
        text += _("备注:%(note)s。") % {"note": failed.note.rstrip("。")}
    about = failed.subject.partition("matter:")[2]
    return text + (_("见 %(number)s。") % {"number": about} if about else "")


def _where(subject: str, at: datetime) -> tuple[str, str]:
    """Return house and place of the matter that a checklist is about."""
    number = subject.partition("matter:")[2]
    if not number:
        return "", ""
    try:
        about = queries.matter(caller=SYSTEM, number=number, at=at)
    except NotFound:
        return "", ""
    return about.house, about.place
