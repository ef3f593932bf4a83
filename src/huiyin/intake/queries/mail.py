"""Reads of the mail: what came, what became of it, and one as it arrived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.intake import reading, words
from huiyin.intake.access import admit_to_mail
from huiyin.intake.models import Mailbox, RawMail
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.trail.actions import record

RAW_MOST = 200_000  # of a mail as it arrived: more is not read by anybody on a screen


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How the mailbox of a community does; ``problem`` is a sentence, empty when all is well."""

    looked_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list."""

    id: int
    taken_at: datetime
    sender: str
    sender_name: str
    subject: str
    state: str
    state_title: str
    why: str
    size: int
    matter: str

    @property
    def may_be_taken(self) -> bool:
        """Tell whether it has become no matter yet."""
        return not self.matter


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail on a page of its own: plain text, and the names of what came with it."""

    row: MailRow
    date: str
    whole: bool
    text: str
    attachments: tuple[tuple[str, int], ...]


_ROW = (
    "id",
    "taken_at",
    "sender",
    "sender_name",
    "subject",
    "state",
    "why",
    "size",
    "matter__number",
)


def mailbox(*, caller: Caller, community_id: int) -> MailboxState:
    """Return when the mailbox was last looked into, and what was in the way."""
    admit_to_mail(caller, community_id)
    found = Mailbox.objects.filter(community_id=community_id).first()
    if found is None:
        return MailboxState(None, "")
    return MailboxState(found.looked_at, str(words.PROBLEMS.get(found.problem, "")))


def mails(
    *, caller: Caller, community_id: int, state: str = "", cursor: str = "", limit: int = 50
) -> Page[MailRow]:
    """Return the mails of a community, newest first; ``state`` narrows them."""
    rows = _mine(caller, community_id)
    if state:
        if state not in words.MAIL_STATES:
            raise BadInput(_("没有“%(it)s”这个状态。") % {"it": state}, field="state")
        rows = rows.filter(state=state)
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk").values_list(*_ROW)[: limit + 1])
    return paging.page_of(found, limit, _row, lambda row: (row[0],))


def waiting_mails(*, caller: Caller, community_id: int) -> int:
    """Count the mails held back, which somebody should look at."""
    return _mine(caller, community_id).filter(state=RawMail.State.HELD).count()


def mail(*, caller: Caller, community_id: int, mail_id: int, at: datetime) -> MailView:
    """Return one mail as plain text; that somebody read it is recorded."""
    found = _one(caller, community_id, mail_id)
    read = reading.read_mail(bytes(found.raw))
    _record("intake.mail_read", caller, at, found)
    return MailView(
        row=_row(
            (
                found.pk,
                found.taken_at,
                found.sender or read.sender,
                found.sender_name or read.sender_name,
                found.subject or read.subject,
                found.state,
                found.why,
                found.size,
                found.matter.number if found.matter else None,
            )
        ),
        date=read.date,
        whole=found.whole,
        text=read.text,
        attachments=tuple((one.name, len(one.data)) for one in read.attachments),
    )


def raw_mail(*, caller: Caller, community_id: int, mail_id: int, at: datetime) -> str:
    """Return a mail as it arrived, as text to look at; that somebody read it is recorded."""
    found = _one(caller, community_id, mail_id)
    _record("intake.raw_mail_read", caller, at, found)
    return bytes(found.raw)[:RAW_MOST].decode("utf-8", "replace").replace("\0", "\ufffd")


def _mine(caller: Caller, community_id: int) -> QuerySet[RawMail]:
    """Return the mails a caller may see: none that complains about the caller (CMP-11)."""
    admit_to_mail(caller, community_id)
    about_me = Q(matter__about_employee_id=caller.employee_id, matter__isnull=False)
    rows = RawMail.objects.filter(community_id=community_id)
    return rows if caller.employee_id is None else rows.exclude(about_me)


def _one(caller: Caller, community_id: int, mail_id: int) -> RawMail:
    found = _mine(caller, community_id).select_related("matter").filter(pk=mail_id).first()
    if found is None:
        raise NotFound(_("没有这封邮件。"))
    return found


def _record(action: str, caller: Caller, at: datetime, mail: RawMail) -> None:
    record(
        action=action,
        by=caller,
        at=at,
        subject=f"mail:{mail.pk}",
        community_id=mail.community_id,
    )


def _row(row: tuple[Any, ...]) -> MailRow:
    pk, taken_at, sender, sender_name, subject, state, why, size, number = row
    return MailRow(
        id=pk,
        taken_at=taken_at,
        sender=sender,
        sender_name=sender_name,
        subject=subject,
        state=state,
        state_title=str(words.MAIL_STATES[state]),
        why=str(words.WHY.get(why, "")),
        size=size,
        matter=number or "",
    )
