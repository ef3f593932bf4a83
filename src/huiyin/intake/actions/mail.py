"""E-mails: kept first, then read; one message one matter, or a word on its matter (REC-06)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huiyin.files.actions import store_photo
from huiyin.intake import reading, rules
from huiyin.intake.access import admit_to_mail
from huiyin.intake.models import Mailbox, RawMail
from huiyin.intake.reading import Mail
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, NotFound, Refused, WrongState
from huiyin.matters import actions as matters
from huiyin.matters.actions.intake import MAX_PHOTOS
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.staff import queries as staff
from huiyin.trail.actions import record

DEFAULT_KIND = "enquiry"
TRIES_MOST = 500  # a working day of tries; afterwards it waits to be taken by hand
State = RawMail.State


class UnableToTakeMail(WrongState):
    """The mail has already become a matter, or is still waiting to be read."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox was read."""

    uidvalidity: int
    last_uid: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as the server handed it over; ``raw`` may be its head alone, or nothing."""

    mailbox: str
    uidvalidity: int
    uid: int
    raw: bytes
    size: int
    whole: bool = True
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Suggested:
    """What kind a text seems to be, whether it sounds urgent, and which words say so."""

    kind: str = DEFAULT_KIND
    urgent: bool = False
    seen: str = ""


Suggest = Callable[[int, str], Suggested]


@dataclass(frozen=True, slots=True)
class _Taking:
    """A mail in hand: the row, what it says, who takes it and when."""

    mail: RawMail
    read: Mail
    by: Caller
    at: datetime


@transaction.atomic
def open_mailbox(*, by: Caller, at: datetime, community_id: int, uidvalidity: int) -> Cursor:
    """Return how far a mailbox was read; where the server has numbered anew, from the beginning."""
    box, created = Mailbox.objects.get_or_create(
        community_id=community_id, defaults={"uidvalidity": uidvalidity, "opened_at": at}
    )
    if created:
        record(
            action="intake.mailbox_opened",
            by=by,
            at=at,
            subject=f"mailbox:{box.pk}",
            community_id=community_id,
        )
    elif box.uidvalidity != uidvalidity:
        Mailbox.objects.filter(pk=box.pk).update(uidvalidity=uidvalidity, last_uid=0)
        return Cursor(uidvalidity, 0, box.opened_at)
    return Cursor(uidvalidity, box.last_uid, box.opened_at)


def note_look(*, by: Caller, at: datetime, community_id: int, problem: str = "") -> None:
    """Remember that a mailbox was looked into, and what was in the way if anything."""
    fields: dict[str, object] = (
        {"problem": problem} if problem else {"problem": "", "looked_at": at}
    )
    if not Mailbox.objects.filter(community_id=community_id).update(**fields) and problem:
        Mailbox.objects.create(community_id=community_id, opened_at=at, problem=problem)


_STORE = """
INSERT INTO intake_rawmail
       (community_id, mailbox, uidvalidity, uid, fingerprint, raw, size, whole, taken_at, state,
        why, tries, message_id, sender, sender_name, subject)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '', '', '', '')
ON CONFLICT DO NOTHING
"""
# Of two workers that look at once, neither sets the other back.
_MOVE = """
UPDATE intake_mailbox SET last_uid = greatest(last_uid, %s)
 WHERE community_id = %s AND uidvalidity = %s
"""


@transaction.atomic
def store_mail(*, by: Caller, at: datetime, community_id: int, arrived: Arrived) -> bool:
    """Keep a mail as it arrived and move the cursor past it; tell whether it is a new one.

    Both commit together, so that a crash repeats nothing and loses nothing. The same message under
    another number, as after the server numbered its mail anew, is not kept twice.
    """
    mark = reading.fingerprint(arrived.raw)
    if arrived.refused:
        mark = f"{arrived.mailbox} {arrived.uidvalidity} {arrived.uid}"[-64:]
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                community_id,
                arrived.mailbox,
                arrived.uidvalidity,
                arrived.uid,
                mark,
                arrived.raw,
                arrived.size,
                arrived.whole,
                at,
                State.HELD if arrived.refused else State.STORED,
                "refused" if arrived.refused else "",
            ],
        )
        is_new = bool(cursor.rowcount)
        cursor.execute(_MOVE, [arrived.uid, community_id, arrived.uidvalidity])
    return is_new


def pass_over(*, by: Caller, at: datetime, community_id: int, uidvalidity: int, uid: int) -> None:
    """Move the cursor past a mail that is none of ours: read before we came, or gone by now."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [uid, community_id, uidvalidity])


@transaction.atomic
def read_next(
    *, by: Caller, at: datetime, community_id: int, ourselves: str, suggest: Suggest
) -> int | None:
    """Read one stored mail and settle it; return its id, None when none is left.

    1. Claim one, those that failed before last, so that a bad one never hides the others.
    2. Machines' mail makes no matter but stays in sight; so does a sender who never stops.
    3. A reply to a matter by somebody who wrote about it before is written on the matter.
    4. Everything else becomes a matter, its kind suggested and to be confirmed.

    The state changes in the transaction of the matter: whatever fails, both are undone.
    """
    mail = (
        RawMail.objects.select_for_update(skip_locked=True)
        .filter(state=State.STORED, community_id=community_id, tries__lt=TRIES_MOST)
        .order_by("tries", "id")
        .first()
    )
    if mail is None:
        return None
    read = reading.read_mail(bytes(mail.raw))
    mail.message_id, mail.sender = read.message_id[:250], read.sender
    mail.sender_name, mail.subject = read.sender_name, read.subject
    mail.state, mail.why = _nature(mail, read, ourselves, at)
    if mail.state == State.STORED:
        _settle(_Taking(mail, read, by, at), suggest)
    mail.save(update_fields=_READ_FIELDS)
    return mail.pk


_READ_FIELDS = ["message_id", "sender", "sender_name", "subject", "state", "why", "matter"]


def count_try(*, by: Caller, at: datetime, community_id: int) -> None:
    """Count a failed try of the mail that would be read next, so that the others come first."""
    first = (
        RawMail.objects.filter(state=State.STORED, community_id=community_id, tries__lt=TRIES_MOST)
        .order_by("tries", "id")
        .values_list("pk", flat=True)
        .first()
    )
    if first is not None:
        RawMail.objects.filter(pk=first).update(tries=F("tries") + 1)


@transaction.atomic
def take_mail(
    *, by: Caller, at: datetime, community_id: int, mail_id: int, suggest: Suggest
) -> str:
    """Make a matter of a mail that was taken for a machine's or held back; return its number.

    Raises NotFound, Forbidden, UnableToTakeMail.
    """
    admit_to_mail(by, community_id)
    mail = RawMail.objects.select_for_update().filter(pk=mail_id, community_id=community_id).first()
    if mail is None:
        raise NotFound(_("没有这封邮件。"))
    if mail.matter_id is not None:
        raise UnableToTakeMail(_("这封邮件已经处理过了,请看它所属的事项。"))
    number = _receive(_Taking(mail, reading.read_mail(bytes(mail.raw)), by, at), suggest)
    mail.save(update_fields=["state", "matter"])
    record(
        action="intake.mail_taken",
        by=by,
        at=at,
        subject=f"mail:{mail.pk}",
        community_id=community_id,
        before={"why": mail.why},
        after={"matter": number},
    )
    return number


# -- what becomes of it


def _nature(mail: RawMail, read: Mail, ourselves: str, at: datetime) -> tuple[str, str]:
    if read.nature != "person":
        return read.nature, read.why
    if read.sender and read.sender == ourselves.lower():
        return State.AUTO, "ourselves"
    lately = RawMail.objects.filter(
        community_id=mail.community_id,
        taken_at__gt=at - rules.AN_HOUR,
        state__in=[State.MATTER, State.REPLY, State.HELD],
    )
    if read.sender and lately.filter(sender=read.sender).count() >= rules.MAILS_PER_HOUR:
        return State.HELD, "loop"
    if lately.exclude(state=State.HELD).count() >= rules.ALL_MAILS_PER_HOUR:
        return State.HELD, "flood"
    return State.STORED, ""


def _settle(taking: _Taking, suggest: Suggest) -> None:
    matter, hint = _matter_answered(taking.mail, taking.read)
    if matter is None:
        _receive(taking, suggest, hint)
    else:
        _write_on(matter, taking)


def _matter_answered(mail: RawMail, read: Mail) -> tuple[Matter | None, str]:
    """Return the matter a mail replies to, or a hint where the sender is not known on it.

    Anybody can write a number into a subject: only who wrote about the matter before is let in.
    """
    asked = list(
        RawMail.objects.filter(
            community_id=mail.community_id, message_id__in=read.answers, matter__isnull=False
        ).values_list("matter__number", flat=True)
    )
    asked += rules.matter_numbers(read.subject)
    known = (
        Matter.objects.select_related("community", "owner")
        .filter(community_id=mail.community_id, number__in=asked)
        .order_by("-id")
    )
    for matter in known:
        if read.sender and matter.mails.filter(sender=read.sender).exists():
            return matter, ""
    return None, "、".join(matter.number for matter in known[:3])


def _receive(taking: _Taking, suggest: Suggest, hint: str = "") -> str:
    """Receive the matter of a mail, and write on it what the desk should know of the mail."""
    mail, read, at = taking.mail, taking.read, taking.at
    text = rules.matter_text(read.subject, read.text, cut=_("……(未完,全文见邮件原件)"))
    text = text or _("(邮件没有文字,请看附件或邮件原件)")
    kind = suggest(mail.community_id, text)
    photos, left = _photos(read, at)
    number = matters.receive_matter(
        by=taking.by,
        at=at,
        community=mail.community.code,
        channel="email",
        kind=_careful(kind),
        text=text,
        caller=read.sender_name or read.sender,
        important=kind.urgent,
        photos=photos,
    )
    mail.matter = Matter.objects.only("id", "number").get(number=number)
    mail.state = State.MATTER
    matters.note_matter(by=SYSTEM, at=at, number=number, text=_note(mail, kind, left, hint))
    return number


def _careful(kind: Suggested) -> str:
    """Return the kind to begin with: a text alone calls nobody out, but the manager hears of it."""
    return "complaint" if kind.kind == "complaint.emergency" else kind.kind


def _note(mail: RawMail, kind: Suggested, left: list[str], hint: str) -> str:
    told = [_("来自电子邮件,类别由系统按内容建议,请经办人确认。")]
    if kind.seen:
        told.append(_("建议依据:%(words)s。") % {"words": kind.seen})
    if kind.urgent:
        told.append(_("内容像紧急情况,请立即核实。"))
    if hint:
        told.append(
            _("邮件提到 %(number)s,但发件人没有为该事项来过信,请核对是否同一件事。")
            % {"number": hint}
        )
    if left:
        told.append(_("未收入照片的附件:%(names)s,见邮件原件。") % {"names": "、".join(left)})
    if not mail.whole:
        told.append(_("邮件太大,只收了邮件头,正文和附件请到信箱里查看。"))
    return "".join(told)


def _write_on(matter: Matter, taking: _Taking) -> None:
    """Write a reply on its matter and tell the owner; a closed one is for a person to re-open."""
    mail, read, by, at = taking.mail, taking.read, taking.by, taking.at
    photos, left = _photos(read, at)
    text = rules.matter_text("", read.text, cut=_("……(未完,全文见邮件原件)"))
    told = _("业主来信:") + (text or _("(邮件没有文字,请看附件或邮件原件)"))
    if left:
        told += "\n" + _("未收入照片的附件:%(names)s,见邮件原件。") % {"names": "、".join(left)}
    told = told[: rules.TEXT_MOST]
    matters.note_matter(by=by, at=at, number=matter.number, text=told)
    if photos:
        try:
            with transaction.atomic():
                matters.add_photos(by=by, at=at, number=matter.number, photos=photos)
        except BadInput:  # the matter has as many as it may have: these stay in the mail
            pass
    mail.matter, mail.state = matter, State.REPLY
    _tell_owner(matter, mail, at)


def _tell_owner(matter: Matter, mail: RawMail, at: datetime) -> None:
    people = staff.directory(
        community_id=matter.community_id, at=at, zone=matter.community.zone
    ).without(matter.about_employee_id)
    owner = people.stand_in(matter.owner_id)
    if owner is None:
        return
    subject = _("%(number)s 业主来信补充,请查看") % {"number": matter.number}
    if matter.closed_at is not None:
        subject = _("%(number)s 已关闭,业主又来信,请看是否要重新打开") % {"number": matter.number}
    message = notices.NewMessage(
        community_id=matter.community_id,
        recipient_id=owner.id,
        purpose=f"{matter.number}:mail:{mail.pk}",
        about=matter.number,
        subject=subject,
        channel="in_app" if owner.can_log_in else "log",
    )
    notices.queue(messages=[message], at=at)


def _photos(read: Mail, at: datetime) -> tuple[list[int], list[str]]:
    """Store the pictures of a mail; return their ids, and the names of what stays in the mail."""
    ids: list[int] = []
    left: list[str] = []
    for one in read.attachments:
        if one.may_be_photo and len(ids) < MAX_PHOTOS:
            try:
                ids.append(store_photo(by=SYSTEM, at=at, name=one.name, data=one.data))
                continue
            except Refused:  # no picture whatever it says: it stays in the mail
                pass
        if len(one.data) >= reading.PIXEL_BYTES or not one.media_type.startswith("image/"):
            left.append(one.name[:40])
    return list(dict.fromkeys(ids)), left[:10]
