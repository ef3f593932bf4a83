"""Messages to employees: into the outbox, and out of it into their inboxes (NOT-04)."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from huiyin.kernel.caller import Caller
from huiyin.notices.models import Message

log = logging.getLogger("huiyin.notices")

_QUEUE = """
INSERT INTO notices_message
       (community_id, recipient_id, channel, purpose, epoch, fence, about, subject, text, urgent,
        state, at, tries, problem)
SELECT community_id, recipient_id, channel, purpose, epoch, fence, about, left(subject, 120), text,
       urgent, 'queued', %s, 0, ''
  FROM json_to_recordset(%s)
       AS n(community_id bigint, recipient_id bigint, channel text, purpose text, epoch int,
            fence bigint, about text, subject text, text text, urgent bool)
ON CONFLICT (purpose, recipient_id, channel, epoch) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be queued; ``purpose`` and ``epoch`` say what "once" means for it."""

    community_id: int
    recipient_id: int
    purpose: str
    about: str
    subject: str
    text: str = ""
    channel: str = "in_app"
    epoch: int = 0
    fence: int | None = None
    urgent: bool = False


_COLUMNS = tuple(one.name for one in fields(NewMessage))


@dataclass(frozen=True, slots=True)
class Fence:
    """The clock and epoch under which a message was written."""

    promise_id: int
    epoch: int


def queue(*, messages: Sequence[NewMessage], at: datetime) -> None:
    """Write messages into the outbox, inside the transaction of the change that caused them.

    A message already there with the same purpose, recipient, channel and epoch is left alone.
    """
    if not messages:
        return
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in messages]
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [at, json.dumps(rows, ensure_ascii=False)])


def carry_over(*, fences: Iterable[Fence], overtaken: Iterable[int]) -> None:
    """Let queued messages go on under their clock's next epoch, which the caller is raising.

    Messages to the ``overtaken`` employees keep the old epoch, so that they are dropped, unless
    they are urgent.
    """
    epochs = {one.promise_id: one.epoch for one in fences}
    waiting = Message.objects.filter(state=Message.State.QUEUED, fence__in=epochs)
    waiting = waiting.exclude(recipient__in=list(overtaken), urgent=False)
    rows = waiting.values_list("pk", "fence", "epoch")
    live = [pk for pk, fence, epoch in rows if fence is not None and epochs[fence] == epoch]
    if live:
        Message.objects.filter(pk__in=live, state=Message.State.QUEUED).update(epoch=F("epoch") + 1)


def deliver(
    *, at: datetime, still_wanted: Callable[[Iterable[Fence]], set[Fence]], limit: int = 500
) -> int:
    """Send up to ``limit`` messages queued for employees, urgent ones first; return how many.

    ``still_wanted`` is asked just before sending which fences still stand; the rest are marked
    superseded. In-app messages are delivered by this very mark, so a crash repeats nothing.
    """
    with transaction.atomic():
        batch = list(
            Message.objects.select_for_update(skip_locked=True)
            .filter(state=Message.State.QUEUED, recipient__isnull=False)
            .order_by("-urgent", "id")
            .values_list("id", "channel", "fence", "epoch", "purpose", "recipient_id")[:limit]
        )
        if not batch:
            return 0
        fences = {Fence(fence, epoch) for _, _, fence, epoch, _, _ in batch if fence is not None}
        wanted = still_wanted(fences) if fences else set()
        dropped = {
            one
            for one, _, fence, epoch, _, _ in batch
            if fence is not None and Fence(fence, epoch) not in wanted
        }
        sent = [row for row in batch if row[0] not in dropped]
        if dropped:
            Message.objects.filter(pk__in=dropped).update(state=Message.State.SUPERSEDED)
        Message.objects.filter(pk__in=[row[0] for row in sent]).update(
            state=Message.State.SENT, sent_at=at
        )
    for one, channel, _, _, purpose, recipient_id in sent:
        if channel == "log":
            log.warning("message %s for employee %s: %s", one, recipient_id, purpose)
    return len(batch)


def mark_read(*, by: Caller, at: datetime, message_ids: Iterable[int] | None = None) -> int:
    """Mark the caller's own in-app messages as read, all of them or the ones named."""
    mine = Message.objects.filter(
        recipient_id=by.employee_id, channel="in_app", state=Message.State.SENT, read_at=None
    )
    if message_ids is not None:
        mine = mine.filter(pk__in=list(message_ids))
    return mine.update(read_at=at)
