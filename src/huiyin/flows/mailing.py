"""One look into a mailbox: fetch, keep, read, settle (REC-06).

The order is what makes it safe: a mail is kept and the cursor moved in one transaction, only then
is it marked at the server, and only then read. Whatever breaks in between, the next look goes on.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.flows import suggesting
from huiyin.intake import actions, imap, rules
from huiyin.intake.actions import Arrived
from huiyin.intake.boxes import Box, code_in_name
from huiyin.intake.imap import Head, Look, UnableToFetch
from huiyin.kernel.caller import SYSTEM

log = logging.getLogger("huiyin.mail")


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look brought: mails that are new, mails settled, and what was in the way."""

    new: int = 0
    settled: int = 0
    problem: str = ""


def boxes() -> tuple[tuple[Box, CommunityRow], ...]:
    """Return the mailboxes that this machine was given, each with its community."""
    given: dict[str, Box] = settings.MAILBOXES
    towns = estate.communities(caller=SYSTEM) if given else ()
    found = [(given.get(code_in_name(town.code)), town) for town in towns]
    for code in given.keys() - {code_in_name(town.code) for town in towns}:
        log.warning("mailbox of an unknown community", extra={"community": code})
    return tuple((box, town) for box, town in found if box is not None)


def has_box(town: CommunityRow) -> bool:
    """Tell whether this machine was given a mailbox for a community."""
    return code_in_name(town.code) in settings.MAILBOXES


def look(box: Box, town: CommunityRow, at: datetime) -> Looked:
    """Fetch what is new in a mailbox and settle what was kept; say what the server did wrong."""
    new, problem = 0, ""
    try:
        with imap.look_into(box) as opened:
            new = _fetch(opened, box, town, at)
    except UnableToFetch as unable:
        problem = unable.code
        log.warning("mailbox", extra={"community": town.code, "problem": problem})
    actions.note_look(by=SYSTEM, at=at, community_id=town.id, problem=problem)
    return Looked(new, settle(box, town, at), problem)


def settle(box: Box, town: CommunityRow, at: datetime) -> int:
    """Read what is kept and not yet settled; one that fails is put behind the others."""
    settled = failed = 0
    while failed < _FAILURES_MOST:
        try:
            done = actions.read_next(
                by=SYSTEM,
                at=at,
                community_id=town.id,
                ourselves=box.user,
                suggest=suggesting.of_mail,
            )
        except Exception:
            log.exception("a mail could not be settled", extra={"community": town.code})
            actions.count_try(by=SYSTEM, at=at, community_id=town.id)
            failed += 1
            continue
        if done is None:
            break
        settled += 1
    return settled


_FAILURES_MOST = 5


def _fetch(opened: Look, box: Box, town: CommunityRow, at: datetime) -> int:
    cursor = actions.open_mailbox(
        by=SYSTEM, at=at, community_id=town.id, uidvalidity=opened.uidvalidity
    )
    new = taken = 0
    for head in opened.heads(cursor.last_uid):
        mine = rules.is_taken(
            uid=head.uid,
            last_uid=cursor.last_uid,
            seen=head.seen,
            arrived_at=head.arrived_at,
            opened_at=cursor.opened_at,
        )
        arrived = _arrived(opened, box, head) if mine else None
        if arrived is None:
            actions.pass_over(
                by=SYSTEM,
                at=at,
                community_id=town.id,
                uidvalidity=opened.uidvalidity,
                uid=head.uid,
            )
            continue
        new += actions.store_mail(by=SYSTEM, at=at, community_id=town.id, arrived=arrived)
        opened.mark(head.uid)
        taken += 1
        if taken >= imap.MOST_A_LOOK:
            break
    return new


def _arrived(opened: Look, box: Box, head: Head) -> Arrived | None:
    """Fetch a mail; its head alone when it is too long, nothing but a mark when it is refused."""
    whole = head.size <= rules.MAIL_BYTES
    refused = False
    try:
        raw = opened.raw(head.uid, head_only=not whole)
    except UnableToFetch as unable:
        if unable.code != "refused":
            raise
        raw, refused = b"", True
    if raw is None:
        return None
    return Arrived(
        mailbox=box.name,
        uidvalidity=opened.uidvalidity,
        uid=head.uid,
        raw=raw,
        size=head.size,
        whole=whole and not refused,
        refused=refused,
    )
