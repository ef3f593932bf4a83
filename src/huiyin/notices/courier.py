"""The courier: what rings outside the house is claimed, handed over and remembered (NOT-04).

A message is taken in three steps, each a transaction of its own:

1. claim: it becomes ``sending`` under a claim with a lease, committed before anything leaves;
2. hand over to the provider, outside any transaction;
3. result: sent, delivered, failed, or queued again with a longer wait.

Whoever dies between 1 and 3 leaves a lease that runs out. Then the provider is asked by our
reference; one that does not remember references cannot be asked, and the message is shown as
failed ("nobody knows whether it arrived") and never sent again by itself.

What waited, for a provider or for a courier, is looked at once more before it leaves: it does not
ring in the quiet hours, goes where the person is reached now, and not at all once withdrawn.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from huiyin.notices import rules
from huiyin.notices.around import Around, about_people
from huiyin.notices.channels import Channel, Handed, Parcel, Unclear, Undeliverable, registry
from huiyin.notices.models import Message, Report, Telling
from huiyin.notices.routing import forget_codes, route

log = logging.getLogger("huiyin.courier")

CHANNELS = registry.NAMES
MOST_AT_ONCE = 10_000
LOOKS_EVERY = 20
KEEP_UNMATCHED = timedelta(days=30)
FRESH = timedelta(minutes=1)
"""What was routed no longer ago leaves as it was routed."""
State = Message.State
UNCLEAR = "unclear"

_COLUMNS = """m.id, m.telling_id, m.channel, m.address, m.reference, m.subject, m.text, m.template,
       m."values"::text, m.vendor_ids::text, m.tries, m.expires_at, m.at, m.urgent, m.community_id,
       m.person_id, (SELECT code FROM estate_community WHERE id = m.community_id)"""
# Written out: the queue is an index, urgent first, and whoever has a row in hand is passed by.
_CLAIM = f"""
UPDATE notices_message AS m
   SET state = 'sending', claim = %(claim)s, lease_until = %(until)s, tries = m.tries + 1
 WHERE m.id = (SELECT id FROM notices_message
                WHERE state = 'queued' AND recipient_id IS NULL AND channel = %(channel)s
                  AND next_try_at <= %(at)s
                ORDER BY urgent DESC, next_try_at, id LIMIT 1
                  FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608 - nothing but names of columns
_CLAIM_LOST = f"""
UPDATE notices_message AS m
   SET claim = %(claim)s, lease_until = %(until)s, tries = m.tries + 1
 WHERE m.id = (SELECT id FROM notices_message
                WHERE state = 'sending' AND lease_until <= %(at)s AND channel = %(channel)s
                ORDER BY lease_until, id LIMIT 1
                  FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608 - nothing but names of columns


@dataclass(frozen=True, slots=True)
class InHand:
    """A message claimed by this courier, under this claim."""

    claim: UUID
    id: int
    telling_id: int
    channel: str
    address: str
    reference: UUID
    subject: str
    text: str
    template: str
    values: str | None
    vendor_ids: str | None
    tries: int
    expires_at: datetime | None
    at: datetime
    urgent: bool
    community_id: int
    person_id: int | None
    community: str

    def parcel(self, provider: str) -> Parcel:
        """Return it as a provider gets it."""
        ids: dict[str, str] = json.loads(self.vendor_ids or "{}")
        return Parcel(
            reference=str(self.reference),
            community=self.community,
            to=self.address,
            subject=self.subject,
            text=self.text,
            template=ids.get(provider, ""),
            values=json.loads(self.values or "{}"),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message in hand."""

    state: str
    problem: str = ""
    provider: str = ""
    provider_id: str = ""
    next_try_at: datetime | None = None
    asks_later: bool = False


def run_once(at: datetime, now: Callable[[], datetime] | None = None) -> int:
    """Route and deliver everything that is due at a moment; return how many steps were taken.

    ``now`` tells the time as it goes on, for leases, where there may be much to hand over.
    """
    now = now or (lambda: at)
    steps = _route_all(at)
    for channel in CHANNELS:
        steps += deliver(now=now, channel=channel)
    return steps + _route_all(at)  # what became of it may be the next step for some


def _route_all(at: datetime) -> int:
    steps = 0
    while taken := route(at=at):
        steps += taken
    return steps


def deliver(*, now: Callable[[], datetime], channel: str, most: int = MOST_AT_ONCE) -> int:
    """Hand over what is due on a channel, one after the other; return how many were taken.

    Now and then, and at the end, it looks after those whose courier was lost.
    """
    for taken in range(most):
        carried = carry_one(at=now(), channel=channel)
        looks = not carried or taken % LOOKS_EVERY == LOOKS_EVERY - 1
        settled = looks and settle_one(at=now(), channel=channel)
        if not carried and not settled:
            return taken
    return most


def carry_one(*, at: datetime, channel: str) -> bool:
    """Claim the next message of a channel, hand it over and note the result; False: none is due."""
    one = claim(at=at, channel=channel)
    if one is None:
        return False
    if one.expires_at is not None and one.expires_at <= at:
        note(one, Result(State.SUPERSEDED, "expired"), at=at)
    elif (opens := _opens(one, at)) > at:
        _put_back(one, opens)
    else:
        note(one, _carried(one, at), at=at)
    return True


def _carried(one: InHand, at: datetime) -> Result:
    """Hand a message over where there is a channel and, if it waited, still somebody to reach."""
    if at - one.at > FRESH and not one.urgent:
        address = _address_now(one)
        if address is None:
            return Result(State.SUPERSEDED, "by_choice")
        if not address:
            return Result(State.FAILED, "no_address")
        one = replace(one, address=address)
    provider, way = _way(one)
    if way is None:
        return Result(State.FAILED, "no_channel")
    return hand_over(way, one, provider, at)


def _opens(one: InHand, at: datetime) -> datetime:
    """Return from when on a message may ring; what was routed just now may."""
    if one.urgent or at - one.at <= FRESH:
        return at
    town = Around(at).town(one.community_id)
    return rules.opens_at(at, town.zone, town.rules.open_hours)


def _put_back(one: InHand, until: datetime) -> None:
    """Let a message in hand wait as if it had never been taken."""
    mine = Message.objects.filter(pk=one.id, state=State.SENDING, claim=one.claim)
    mine.update(
        state=State.QUEUED,
        claim=None,
        lease_until=None,
        next_try_at=until,
        tries=one.tries - 1,
    )


def _address_now(one: InHand) -> str | None:
    """Return where the person is reached by now, kept with the message where that changed.

    Empty: nowhere on this channel any more. None: they want to be told in the app alone since.
    """
    telling = Telling.objects.only("address", "category").get(pk=one.telling_id)
    wishes = about_people([one.person_id] if one.person_id else []).get(one.person_id or 0)
    if telling.address or wishes is None:
        return one.address
    if wishes.chosen.get(telling.category) == ():
        return None
    address = wishes.addresses.get(one.channel, "")
    if address and address != one.address:
        Message.objects.filter(pk=one.id, claim=one.claim).update(address=address)
    return address


def settle_one(*, at: datetime, channel: str) -> bool:
    """Find out what became of a message whose courier was lost; False when none was."""
    one = claim(at=at, channel=channel, lost=True)
    if one is None:
        return False
    provider, way = _way(one)
    result = Result(State.FAILED, UNCLEAR, provider)
    if way is not None and way.remembers:
        result = _ask(way, one, provider, at)
    note(one, result, at=at)
    return True


def claim(*, at: datetime, channel: str, lost: bool = False) -> InHand | None:
    """Take a message in hand, or one that a lost courier still had; None when there is none.

    Committed before it returns: from here on nobody else touches it until the lease runs out.
    """
    mine = uuid4()
    given: dict[str, Any] = {"claim": mine, "at": at, "until": at + rules.LEASE, "channel": channel}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_LOST if lost else _CLAIM, given)
        row = cursor.fetchone()
    return None if row is None else InHand(mine, *row)


def note(one: InHand, result: Result, *, at: datetime) -> None:
    """Write down what became of a message in hand, unless somebody knows better by now.

    A report of the provider, or another courier after the lease, may have settled it; only what
    was certainly handed over is written over their "nobody knows" and "once more".
    """
    with transaction.atomic():
        _take_turns(result.provider, result.provider_id)
        telling = Telling.objects.select_for_update(no_key=True).get(pk=one.telling_id)
        found = Message.objects.select_for_update(no_key=True).get(pk=one.id)
        is_mine = found.state == State.SENDING and found.claim == one.claim
        is_open = found.state in {State.SENDING, State.QUEUED} or found.problem == UNCLEAR
        is_handed = result.state in {State.SENT, State.DELIVERED}
        if telling.settled_at is not None and result.state == State.QUEUED:
            why = "withdrawn" if telling.note == "withdrawn" else "heard"
            result = Result(State.SUPERSEDED, why, result.provider)
        if is_mine or (is_open and is_handed):
            _write(found, result, at)
            _after(found, telling, at)
        else:
            _keep_id(found, result)


def _write(found: Message, result: Result, at: datetime) -> None:
    found.state, found.problem = result.state, result.problem[:200]
    found.claim = found.lease_until = None
    found.next_try_at = result.next_try_at
    if result.provider:
        found.provider = result.provider[:20]
    if result.provider_id:
        found.provider_id = result.provider_id[:80]
    if result.asks_later:  # stays in hand, of nobody, until it is asked about again
        found.state, found.claim = State.SENDING, uuid4()
        found.lease_until = at + rules.ASK_AGAIN
    if result.state in {State.SENT, State.DELIVERED}:
        found.sent_at = found.sent_at or at
    if result.state == State.DELIVERED:
        found.delivered_at = found.delivered_at or at
    found.save(update_fields=_WRITTEN)
    if found.state == State.SENT and found.provider_id:
        _catch_up(found)


_WRITTEN = [
    "state",
    "problem",
    "claim",
    "lease_until",
    "next_try_at",
    "provider",
    "provider_id",
    "sent_at",
    "delivered_at",
]


def _keep_id(found: Message, result: Result) -> None:
    """Keep under which id the provider has it: reports may name nothing else."""
    if result.provider_id and not found.provider_id:
        found.provider, found.provider_id = result.provider[:20], result.provider_id[:80]
        found.save(update_fields=["provider", "provider_id"])


def _catch_up(found: Message) -> None:
    """Take in a report that was faster than our own note of having sent."""
    early = Report.objects.filter(
        provider=found.provider, provider_id=found.provider_id, message__isnull=True
    )
    for one in early.order_by("-delivered", "id"):
        take_report(found, delivered=one.delivered, problem=one.problem, at=one.at)
        one.message = found
        one.save(update_fields=["message"])


def take_report(found: Message, *, delivered: bool, problem: str, at: datetime) -> bool:
    """Let a message hear what its provider reports; True when that changed it.

    Delivered is final, whatever comes later. Not delivered says something new only of what is on
    its way or of unknown fate.
    """
    handed = found.tries and found.state in {State.QUEUED, State.SENDING, State.SENT, State.FAILED}
    is_new = handed if delivered else found.problem == UNCLEAR or found.state in _UNDERWAY
    if not is_new:
        return False
    found.claim = found.lease_until = found.next_try_at = None
    found.sent_at = found.sent_at or at
    if delivered:
        found.state, found.problem, found.delivered_at = State.DELIVERED, "", at
    else:
        found.state, found.problem = State.FAILED, problem[:200] or "not_delivered"
    found.save(update_fields=_WRITTEN)
    return True


_UNDERWAY = frozenset({State.SENDING, State.SENT})


def _after(found: Message, telling: Telling, at: datetime) -> None:
    """Let the router see at once what became of a telling, and forget the words of a code."""
    if found.state in {State.QUEUED, State.SENDING}:
        return
    is_code = telling.category == "code"
    if is_code:
        forget_codes([telling.pk])
    if telling.settled_at is None and (is_code or found.problem != UNCLEAR):
        telling.due_at = at
        telling.save(update_fields=["due_at"])


@transaction.atomic
def report(
    *, provider: str, reference: str, provider_id: str, delivered: bool, problem: str, at: datetime
) -> bool:
    """Keep what a provider reports and let the message hear it; True when that was news.

    The same again changes nothing. One that names nobody known is kept: our own note of having
    sent may come later.
    """
    provider, reference, provider_id = provider[:20], reference[:80], provider_id[:80]
    _take_turns(provider, provider_id)
    kept, is_new = Report.objects.get_or_create(
        provider=provider,
        reference=reference,
        provider_id=provider_id,
        delivered=delivered,
        defaults={"problem": problem[:200], "at": at},
    )
    found = _reported_on(provider, reference, provider_id)
    if found is None or (kept.message_id is not None and not is_new):
        return False
    telling = Telling.objects.select_for_update(no_key=True).get(pk=found.telling_id or 0)
    found = Message.objects.select_for_update(no_key=True).get(pk=found.pk)
    kept.message = found
    kept.save(update_fields=["message"])
    is_news = take_report(found, delivered=delivered, problem=problem, at=at)
    if is_news:
        _after(found, telling, at)
    return is_news


def _reported_on(provider: str, reference: str, provider_id: str) -> Message | None:
    """Find the message that a report names: by our reference, else by the provider's own."""
    try:
        ours = Message.objects.filter(reference=UUID(reference)).first()
    except ValueError:
        ours = None
    if ours is None and provider_id:
        ours = Message.objects.filter(provider=provider, provider_id=provider_id).first()
    return ours


def _take_turns(provider: str, provider_id: str) -> None:
    """Let a report and our own note about the same message wait for each other."""
    if provider_id:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"{provider} {provider_id}"],
            )


def forget_reports(*, at: datetime) -> int:
    """Forget old reports about what is not ours; return how many."""
    old = Report.objects.filter(message__isnull=True, at__lt=at - KEEP_UNMATCHED)
    return old.delete()[0]


# -- at the provider


def _way(one: InHand) -> tuple[str, Channel | None]:
    """Return who carries a message, and gives the database connection back meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
    return registry.provider(one.channel, one.community), registry.get(one.channel, one.community)


def hand_over(way: Channel, one: InHand, provider: str, at: datetime) -> Result:
    """Hand a message to its provider and say honestly what is known afterwards."""
    try:
        return _handed(way.send(one.parcel(provider)), provider)
    except Undeliverable as refusal:
        if refusal.permanent or one.tries >= rules.MOST_TRIES:
            return Result(State.FAILED, refusal.problem, provider)
        return _again(one, refusal.problem, provider, at)
    except Unclear:
        log.warning("unclear", extra={"message_id": one.id, "channel": one.channel})
        return _unclear(way, provider)
    except Exception as fault:
        # A fault of ours, before or after it left: nobody knows. Its words may hold a number.
        told = {"message_id": one.id, "channel": one.channel, "fault": type(fault).__name__}
        log.error("a channel failed", extra=told)
        return _unclear(way, provider)


def _ask(way: Channel, one: InHand, provider: str, at: datetime) -> Result:
    """Ask a provider that remembers references what became of one."""
    try:
        found = way.ask(str(one.reference))
    except Exception:
        if one.tries >= rules.MOST_ASKS:
            return Result(State.FAILED, UNCLEAR, provider)
        return Result(State.SENDING, "", provider, asks_later=True)
    if found is not None:
        return _handed(found, provider)
    if one.tries >= rules.MOST_TRIES:
        return Result(State.FAILED, "never_taken", provider)
    return _again(one, "", provider, at)


def _handed(handed: Handed, provider: str) -> Result:
    state = State.DELIVERED if handed.delivered else State.SENT
    return Result(state, provider=provider, provider_id=handed.provider_id)


def _again(one: InHand, problem: str, provider: str, at: datetime) -> Result:
    wait = rules.wait_after(one.tries, rules.jitter_of(one.reference, one.tries))
    return Result(State.QUEUED, problem, provider, next_try_at=at + wait)


def _unclear(way: Channel, provider: str) -> Result:
    if way.remembers:
        return Result(State.SENDING, "", provider, asks_later=True)
    return Result(State.FAILED, UNCLEAR, provider)
