"""What an owner does about a request that is on its way: chase, add, confirm, rate, re-open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.matters import actions as matters
from huiyin.matters.actions import UnableToChase
from huiyin.matters.actions.intake import check_text
from huiyin.matters.actions.said import chase_again_at
from huiyin.matters.models import Matter
from huiyin.owners import rules, titles
from huiyin.owners.access import admit_verb, visible
from huiyin.owners.actions.speaking import as_owner, claim, fingerprint, fulfil, in_house_language
from huiyin.owners.queries.mine import rated_in_this_cycle
from huiyin.standards import queries as standards

NOTE_MOST = 200
PHOTOS_MOST = 9
COMMENT_MOST = 2000


class UnableToUseVerb(WrongState):
    """The state of the matter does not allow it; the sentence says what does."""


def _admitted(by: Caller, at: datetime, number: str, verb: str) -> Matter:
    """Return a matter of the caller's on which the verb is allowed now.

    Raises NotFound to everybody else, Forbidden to who shares the home but did not raise it,
    UnableToUseVerb.
    """
    found = None
    if "\0" not in number:
        # Two presses of one thumb act one after the other: the second finds what the first did.
        held = visible(by, at).select_for_update(no_key=True, of=("self",))
        found = held.select_related("community").filter(number=number).first()
    if found is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    admit_verb(by, found, verb)
    code = rules.refusal(
        verb,
        found.state,
        signed=found.signed_at is not None,
        rated=verb == "rate" and rated_in_this_cycle(found),
    )
    if code is not None:
        raise UnableToUseVerb(titles.refusal(code))
    return found


def _short(text: str, most: int, field: str) -> str:
    text = text.strip()
    if len(text) > most or "\0" in text:
        raise BadInput(_("最多 %(n)d 字,请写短一些。") % {"n": most}, field=field)
    return text


@transaction.atomic
def chase(*, by: Caller, at: datetime, number: str, note: str = "") -> str:
    """Remind whoever has the matter in hand; not more often than the standard allows (OWN-01).

    Raises NotFound, Forbidden, UnableToUseVerb, UnableToChase.
    """
    found = _admitted(by, at, number, "chase")
    note = _short(note, NOTE_MOST, "note")
    again = chase_again_at(found.pk, standards.by_id(found.standard_id).owners.chase_every)
    if again is not None and at < again:
        zone = ZoneInfo(found.community.zone)
        raise UnableToChase(
            _("刚刚已经催过,经办人收到了。%(time)s 以后可以再催。")
            % {"time": titles.when(again, at, zone)}
        )
    with in_house_language():
        return matters.chase_matter(by=as_owner(by), at=at, number=number, note=note)


@transaction.atomic
def add_word(
    *,
    by: Caller,
    at: datetime,
    number: str,
    text: str,
    photos: Sequence[int] = (),
    key: UUID,
) -> str:
    """Add a word or photos to a matter; the same form sent again adds nothing.

    Raises NotFound, Forbidden, UnableToUseVerb, UnableToSend, BadInput.
    """
    found = _admitted(by, at, number, "add")
    text = check_text(text, "text") if text.strip() or not photos else ""
    if len(photos) > PHOTOS_MOST:
        raise BadInput(_("照片最多 %(n)d 张。") % {"n": PHOTOS_MOST}, field="photos")
    mark = fingerprint(found.pk, text, sorted(photos))
    if before := claim(key=key, user_id=by.user_id, mark=mark, at=at):
        return before
    with in_house_language():
        matters.add_to_matter(by=as_owner(by), at=at, number=number, text=text, photos=photos)
    fulfil(key, number)
    return number


@transaction.atomic
def confirm(*, by: Caller, at: datetime, number: str) -> str:
    """Confirm that the work is done: the owner's signature from the phone (WO-03).

    Raises NotFound, Forbidden, UnableToUseVerb.
    """
    _admitted(by, at, number, "confirm")
    with in_house_language():
        return matters.sign_matter(
            by=as_owner(by), at=at, number=number, name=by.name, via="web", admitted=True
        )


@transaction.atomic
def rate(*, by: Caller, at: datetime, number: str, satisfaction: int, comment: str = "") -> str:
    """Say from 1 to 5 how good it was; a low rating reaches the supervisor at once.

    It is the visit back that was promised only where :func:`rules.is_visit_back` says so.
    Raises NotFound, Forbidden, UnableToUseVerb, BadInput.
    """
    found = _admitted(by, at, number, "rate")
    if satisfaction not in range(1, 6):
        raise BadInput(_("请选 1 到 5 分。"), field="satisfaction")
    comment = _short(comment, COMMENT_MOST, "comment")
    asked = rules.is_visit_back(found.kind, found.state, satisfaction)
    with in_house_language():
        if asked:
            return matters.visit_back(
                by=as_owner(by),
                at=at,
                number=number,
                satisfaction=satisfaction,
                comment=comment,
                via="web",
                admitted=True,
            )
        return matters.rate_matter(
            by=as_owner(by), at=at, number=number, satisfaction=satisfaction, comment=comment
        )


@transaction.atomic
def reopen(*, by: Caller, at: datetime, number: str, reason: str) -> str:
    """Open a matter again that is not solved: a new cycle, no first-time pass (WO-05).

    Raises NotFound, Forbidden, UnableToUseVerb, BadInput.
    """
    _admitted(by, at, number, "reopen")
    reason = check_text(reason, "reason")
    with in_house_language():
        return matters.reopen_matter(
            by=as_owner(by), at=at, number=number, reason=reason, via="web", admitted=True
        )


_LOOK = """
INSERT INTO owners_look (user_id, matter_id, last_event)
SELECT %s, %s, coalesce(max(id), 0) FROM matters_event WHERE matter_id = %s
ON CONFLICT (user_id, matter_id) DO UPDATE SET last_event = excluded.last_event
"""


def mark_seen(*, by: Caller, at: datetime, number: str) -> None:
    """Remember that the caller has read a matter up to now; a stranger's look is nothing."""
    found = visible(by, at).filter(number=number).first() if "\0" not in number else None
    if found is None or by.user_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [by.user_id, found.pk, found.pk])
