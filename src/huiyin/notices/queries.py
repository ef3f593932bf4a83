"""Reads of the outbox: inboxes of employees and owners, and what was said about a subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.paging import BadCursor, Page, is_row_id, page_of, read_cursor
from huiyin.notices.channels import registry
from huiyin.notices.models import Address, Language, Message, Preference
from huiyin.notices.rules import CHOOSABLE, masked_name
from huiyin.notices.wording import SOURCE


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
    """One outgoing message, as the trail of a matter shows it.

    ``to`` is an employee code; of an owner it is empty and the name is masked.
    """

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
        .values_list(
            "recipient__code",
            "recipient__name",
            "person__name",
            "channel",
            "purpose",
            "at",
            "state",
        )
    )
    return tuple(
        MessageRow(code or "", name or masked_name(owner or ""), channel, purpose, at, state)
        for code, name, owner, channel, purpose, at, state in rows
    )


def exists(*, purpose: str) -> bool:
    """Tell whether a message with this purpose was ever written."""
    return Message.objects.filter(purpose=purpose).exists()


# -- what owners were told, and what they chose


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Something an owner was told in the app; ``link`` is the path of the portal it is about."""

    id: int
    category: str
    about: str
    subject: str
    text: str
    link: str
    urgent: bool
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """The channels an owner chose for a category; None while the usual ladder counts."""

    category: str
    channels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an owner chose: channels, language, and where else they are reached."""

    choices: tuple[ChoiceRow, ...]
    language: str
    addresses: dict[str, "AddressRow"]


@dataclass(frozen=True, slots=True)
class AddressRow:
    """Where an owner is reached by e-mail, WeChat or WeCom, and since when that is proved."""

    channel: str
    value: str
    verified_at: datetime | None


def told(*, person_ids: Sequence[int], cursor: str = "", limit: int = 30) -> Page[ToldRow]:
    """Return what persons were told in the app, newest first."""
    rows = Message.objects.filter(person__in=list(person_ids), channel="in_app").order_by("-id")
    try:
        (last,) = read_cursor(cursor, int) if cursor else (None,)
    except BadCursor:
        last = None
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.select_related("telling")[: limit + 1])
    return page_of(found, limit, _told, lambda one: (one.pk,))


def unread_told(*, person_ids: Sequence[int]) -> int:
    """Count what persons were told in the app and have not read."""
    return Message.objects.filter(
        person__in=list(person_ids), channel="in_app", read_at__isnull=True
    ).count()


def preferences(*, person_ids: Sequence[int]) -> Preferences:
    """Return what an owner chose; of several persons of one owner, what was chosen last counts."""
    ids = list(person_ids)
    rows = Preference.objects.filter(person__in=ids).order_by("changed_at", "id")
    chosen = {one.category: tuple(one.channels) for one in rows}
    languages = Language.objects.filter(person__in=ids).order_by("person_id")
    addresses = Address.objects.filter(person__in=ids).order_by("-person_id")
    return Preferences(
        choices=tuple(ChoiceRow(one, chosen.get(one)) for one in CHOOSABLE),
        language=languages.values_list("language", flat=True).first() or SOURCE,
        addresses={
            one.channel: AddressRow(one.channel, one.value, one.verified_at) for one in addresses
        },
    )


def channels_ready(community_id: int) -> tuple[str, ...]:
    """Return the ways on which owners of a community can be told things, the app first."""
    code = Community.objects.values_list("code", flat=True).get(pk=community_id)
    return ("in_app", *registry.ready(code))


def _told(one: Message) -> ToldRow:
    telling = one.telling
    return ToldRow(
        id=one.pk,
        category=telling.category if telling else "",
        about=one.about,
        subject=one.subject,
        text=one.text,
        link=telling.link if telling else "",
        urgent=one.urgent,
        at=one.at,
        read_at=one.read_at,
    )
