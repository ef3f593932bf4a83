"""Telling owners things: one row in the transaction of its cause, and no more (NOT-04)."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from huiyin.notices import wording
from huiyin.notices.models import Message, Telling
from huiyin.notices.rules import CATEGORIES

WITHDRAWN = "withdrawn"
LONGEST_PURPOSE, LONGEST_ABOUT, LONGEST_LINK, LONGEST_ADDRESS = 80, 40, 200, 120

_TELL = """
INSERT INTO notices_telling
       (community_id, person_id, purpose, epoch, category, template, "values", about, link, address,
        channels, urgent, state, note, at, due_at, expires_at)
SELECT community_id, person_id, purpose, epoch, category, template, "values", about, link, address,
       channels, urgent, 'new', '', %s, %s, expires_at
  FROM json_to_recordset(%s)
       AS n(community_id bigint, person_id bigint, purpose text, epoch int, category text,
            template text, "values" jsonb, about text, link text, address text,
            channels text[], urgent bool, expires_at timestamptz)
ON CONFLICT (purpose, person_id, epoch) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class NewTelling:
    """Something a person is to be told; ``purpose`` and ``epoch`` say what "once" means for it.

    ``category`` is ``matter``, ``notice``, ``bill``, ``greeting`` or ``code``; ``values`` fill the
    template; ``link`` is the path of the portal it is about. ``address`` overrides where it goes:
    a code goes to the telephone (or e-mail) that asked and may belong to nobody known. ``channels``
    are the ways it may take, where not all of them; ``("in_app",)`` keeps it in the app.
    """

    community_id: int
    person_id: int | None
    purpose: str
    category: str
    template: str
    values: dict[str, str] = field(default_factory=dict)
    about: str = ""
    urgent: bool = False
    epoch: int = 0
    expires_at: datetime | None = None
    address: str = ""
    link: str = ""
    channels: tuple[str, ...] = ()


def tell(*, tellings: Sequence[NewTelling], at: datetime) -> None:
    """Write down what people must be told, inside the transaction of the change that caused it.

    One statement whatever their number; the courier does the rest. What is there already with the
    same purpose, person and epoch is left alone. Raises wording.BadValues where a template lacks
    a value it needs: that is a fault of the caller, not of who asked.
    """
    if not tellings:
        return
    rows = json.dumps([_row(one) for one in tellings], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [at, at, rows])


def _row(one: NewTelling) -> dict[str, object]:
    if one.category not in CATEGORIES:
        raise wording.BadValues(f"no category {one.category!r}")
    if one.category == "code" and not (one.address and one.expires_at):
        raise wording.BadValues("a code needs an address and an end")
    for name, most in _LONGEST:
        if len(getattr(one, name)) > most:
            raise wording.BadValues(f"{name} is longer than {most}")
    return {
        "community_id": one.community_id,
        "person_id": one.person_id,
        "purpose": one.purpose,
        "epoch": one.epoch,
        "category": one.category,
        "template": one.template,
        "values": wording.checked_values(one.template, one.values),
        "about": one.about,
        "link": one.link,
        "address": one.address,
        "channels": list(one.channels),
        "urgent": one.urgent,
        "expires_at": one.expires_at and one.expires_at.isoformat(),
    }


_LONGEST = (
    ("purpose", LONGEST_PURPOSE),
    ("about", LONGEST_ABOUT),
    ("link", LONGEST_LINK),
    ("address", LONGEST_ADDRESS),
)


@transaction.atomic
def withdraw_tellings(
    *, at: datetime, purpose_prefix: str = "", about: str = "", purposes: Collection[str] = ()
) -> int:
    """Drop what was to be told and is not handed over yet; return how many tellings were dropped.

    Named by their purposes, by the beginning of one, or by what they are about. What left the house
    stays as it is, and so does what was read in the app; but it goes down no further step of its
    ladder.
    """
    if not purpose_prefix and not about and not purposes:
        raise ValueError("withdraw what?")
    named = Q(purpose__startswith=purpose_prefix) if purpose_prefix else Q(about=about)
    if purposes:
        named = Q(purpose__in=list(purposes))
    state = Telling.State
    found = Telling.objects.filter(named, settled_at__isnull=True)
    heads = _held(Q(pk__in=found.values("lead")) | Q(pk__in=found.filter(lead=None).values("pk")))
    rows = list(
        found.select_for_update(no_key=True).order_by("id").values_list("pk", "state", "lead")
    )
    # What goes out with another is in the message of that one.
    sent_with = {lead or pk for pk, _was, lead in rows} & heads
    queued = Message.objects.filter(telling__in=sent_with, state=Message.State.QUEUED)
    taken_back = set(queued.values_list("telling", flat=True))
    queued.update(state=Message.State.SUPERSEDED, problem="withdrawn", next_try_at=None)
    dropped = [pk for pk, was, lead in rows if was != state.RINGING or (lead or pk) in taken_back]
    _let_go_on(taken_back, dropped, at)
    _stop((pk for pk, _was, lead in rows if lead is None and pk not in dropped), at)
    return Telling.objects.filter(pk__in=dropped).update(
        state=state.DROPPED, note=WITHDRAWN, due_at=None, settled_at=at
    )


def _held(which: Q) -> set[int]:
    """Lock tellings and return them: those that lead others first, as router and courier do."""
    found = Telling.objects.filter(which, settled_at__isnull=True).order_by("id")
    return set(found.select_for_update(no_key=True).values_list("pk", flat=True))


def _let_go_on(taken_back: Collection[int], dropped: Collection[int], at: datetime) -> None:
    """Let what was in messages that were taken back go on without what was withdrawn."""
    others = Telling.objects.filter(Q(pk__in=taken_back) | Q(lead__in=taken_back)).exclude(
        pk__in=dropped
    )
    others.filter(settled_at__isnull=True).update(lead=None, state=Telling.State.HELD, due_at=at)


def _stop(told: Iterable[int], at: datetime) -> None:
    """Let what left the house ring on no further channel, unless others go out with it."""
    leads = Telling.objects.filter(lead__isnull=False, settled_at__isnull=True).values("lead")
    ones = Telling.objects.filter(pk__in=list(told)).exclude(pk__in=leads)
    ones.update(state=Telling.State.TOLD, note=WITHDRAWN, due_at=None, settled_at=at)


def mark_told_read(
    *,
    at: datetime,
    person_ids: Sequence[int],
    message_ids: Sequence[int] | None = None,
    about: str = "",
) -> int:
    """Mark what persons were told in the app as read: all, the messages named, or about a thing."""
    mine = Message.objects.filter(
        person__in=list(person_ids), channel="in_app", state=Message.State.SENT, read_at=None
    )
    if message_ids is not None:
        mine = mine.filter(pk__in=list(message_ids))
    if about:
        mine = mine.filter(about=about)
    return mine.update(read_at=at)
