"""The end of an announcement: withdrawn for a reason, or over with its last day (NOT-02)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.announcements.access import may_withdraw
from huiyin.announcements.actions.core import (
    REASON_MOST,
    employee_id,
    hold,
    locked,
    subject_of,
    trail,
)
from huiyin.announcements.actions.drafting import drop_request
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.notices import actions as notices
from huiyin.notices.models import Message
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

State = Announcement.State
WITHDRAWN_TEMPLATE = "notice.withdrawn"
REACHED = (Message.State.SENDING, Message.State.SENT, Message.State.DELIVERED)


class UnableToWithdraw(WrongState):
    """It is over already."""


@transaction.atomic
def withdraw(*, by: Caller, at: datetime, number: str, reason: str, correct: bool = False) -> None:
    """Take an announcement back, for a reason.

    1. Who was not told yet is not told any more; with ``correct``, who was told hears that it is
       withdrawn, and why, once.
    2. Posters not up yet are dropped, those that hang come down today; letters and door notices
       not out yet are dropped.

    Raises NotFound, Forbidden, UnableToWithdraw, BadInput.
    """
    announcement = locked(by, number)
    if not may_withdraw(by, announcement):
        raise Forbidden(_("已发布的通知由主管或经理撤回;审批中的由起草人撤回。"))
    reason = checked_text(reason, "reason", REASON_MOST)
    if announcement.state in (State.WITHDRAWN, State.ENDED):
        raise UnableToWithdraw(_("这条通知已经撤回或结束。"))
    drop_request(announcement, by, at, reason)
    if announcement.published_at is not None:
        _take_back(announcement, at, reason if correct else "")
    announcement.state, announcement.over_at = State.WITHDRAWN, at
    announcement.withdrawn_by_id, announcement.withdrawn_reason = employee_id(by), reason
    announcement.save(update_fields=["state", "over_at", "withdrawn_by", "withdrawn_reason"])
    trail("withdrawn", by, at, announcement, {"corrected": correct}, reason=reason)


def end_due(*, at: datetime) -> int:
    """End what was shown to its last day, each by itself; return how many ended.

    Posters still hanging stay on the list until somebody takes them down.
    """
    latest = (at + timedelta(days=1)).date()
    shown = Announcement.objects.filter(state=State.PUBLISHED, ends_on__lt=latest)
    return sum(_end(one, at) for one in shown.order_by("id").values_list("number", flat=True))


@transaction.atomic
def _end(number: str, at: datetime) -> bool:
    announcement = hold(number)
    if announcement is None or announcement.state != State.PUBLISHED:
        return False
    if announcement.ends_on >= local_day(at, announcement.community.zone):
        return False
    notices.withdraw_tellings(about=subject_of(announcement), at=at)
    announcement.state, announcement.over_at = State.ENDED, at
    announcement.save(update_fields=["state", "over_at"])
    trail("ended", SYSTEM, at, announcement)
    return True


def _take_back(announcement: Announcement, at: datetime, correction: str) -> None:
    today = local_day(at, announcement.community.zone)
    notices.withdraw_tellings(about=subject_of(announcement), at=at)
    told = _told(announcement)  # a courier may have been faster until just now
    waiting = Posting.objects.filter(announcement=announcement, posted_at__isnull=True)
    waiting.update(dropped_at=at)
    hanging = Posting.objects.filter(
        announcement=announcement, posted_at__isnull=False, taken_down_at__isnull=True
    )
    hanging.update(take_down_on=today)
    Slip.objects.filter(announcement=announcement, state="to_do").update(state="dropped")
    if correction:
        _correct(announcement, told, at, correction)


def _told(announcement: Announcement) -> tuple[int, ...]:
    """Return whom a message has reached or may have reached, also in the app alone."""
    found = Message.objects.filter(
        telling__purpose=f"announcement:{announcement.pk}", state__in=REACHED
    )
    people = found.order_by("person_id").values_list("person_id", flat=True).distinct()
    return tuple(people)


def _correct(announcement: Announcement, people: Iterable[int], at: datetime, reason: str) -> None:
    notices.tell(
        tellings=[
            notices.NewTelling(
                community_id=announcement.community_id,
                person_id=one,
                purpose=f"announcement:{announcement.pk}:withdrawn",
                category="notice",
                template=WITHDRAWN_TEMPLATE,
                values={
                    "title": announcement.title,
                    "text": reason,
                },
                about=subject_of(announcement),
                urgent=announcement.urgent,
                link=f"/my/notices/{announcement.number}/",
            )
            for one in people
        ],
        at=at,
    )
