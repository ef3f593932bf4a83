"""Reads of the outbox: one's own inbox, and what was said about a subject."""

from dataclasses import dataclass
from datetime import datetime

from huiyin.kernel.caller import Caller
from huiyin.kernel.paging import is_row_id
from huiyin.notices.models import Message


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One in-app message of the reader."""

    id: int
    about: str
    subject: str
    text: str
    urgent: bool
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One outgoing message, as the trail of a matter shows it; ``to`` is an employee code."""

    to: str
    to_name: str
    channel: str
    purpose: str
    at: datetime
    state: str


def inbox(
    *, caller: Caller, cursor: str = "", limit: int = 30
) -> tuple[tuple[InboxRow, ...], str | None]:
    """Return the caller's delivered messages, newest first, and the cursor of the next page."""
    rows = Message.objects.filter(
        recipient_id=caller.employee_id, channel="in_app", state=Message.State.SENT
    ).order_by("-id")
    if is_row_id(cursor):
        rows = rows.filter(pk__lt=int(cursor))
    found = [
        InboxRow(*row)
        for row in rows.values_list("id", "about", "subject", "text", "urgent", "at", "read_at")[
            : limit + 1
        ]
    ]
    page = tuple(found[:limit])
    return page, str(page[-1].id) if len(found) > limit else None


def unread(*, caller: Caller) -> int:
    """Count the caller's unread in-app messages."""
    return Message.objects.filter(
        recipient_id=caller.employee_id,
        channel="in_app",
        state=Message.State.SENT,
        read_at__isnull=True,
    ).count()


def about(*, subject: str) -> tuple[MessageRow, ...]:
    """Return every message about a subject in the order written; the caller's room admits first."""
    rows = (
        Message.objects.filter(about=subject)
        .order_by("id")
        .values_list("recipient__code", "recipient__name", "channel", "purpose", "at", "state")
    )
    return tuple(MessageRow(*row) for row in rows)


def exists(*, purpose: str) -> bool:
    """Tell whether a message with this purpose was ever written."""
    return Message.objects.filter(purpose=purpose).exists()
