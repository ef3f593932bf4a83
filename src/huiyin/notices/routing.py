"""From what must be told to messages: when, on which channel, in which words (NOT-04).

One router at a time, so that bundles and caps are counted right; it only reads and writes the
database. Each telling is taken at its ``due_at``:

1. new: it stands in the app at once; what rings waits for its bundle and for the opening hours;
2. held: it rings on the first step of its ladder, unless a cap makes it wait on;
3. ringing: delivered or read, it is told; failed or unheard of for too long, the next step rings;
   without a next step it is told unconfirmed, or failed where certainly nothing arrived.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction

from huiyin.notices import rules, wording
from huiyin.notices.around import Around, Town, about_people, in_language
from huiyin.notices.models import Message, Telling
from huiyin.notices.outgoing import Outgoing, read, write
from huiyin.notices.rules import Wishes

BATCH = 500
BUNDLE = "matter.bundle"
TAKEN_BACK = ("superseded", "withdrawn")
LONGEST_SUBJECT = 120
_LOCK = 0x4E4F54  # "NOT": one router at a time in this database
State = Telling.State
_REMEMBERED = timedelta(days=2)
"""Longer than any cap counts and than two of one number are told the same thing apart."""
_REPORTED = frozenset({"sms", "wechat"})
"""Channels whose providers tell whether a message arrived; on the others handed over is all."""

_COLUMNS = """
SELECT id, community_id, person_id, purpose, epoch, category, template, "values", about, link,
       address, channels, urgent, state, note, lead_id, at, due_at, expires_at, settled_at
  FROM notices_telling
"""
_DUE = (
    _COLUMNS
    + """
 WHERE due_at <= %(at)s {which}
 ORDER BY due_at, id LIMIT %(n)s
   FOR NO KEY UPDATE SKIP LOCKED
"""
)
# What goes out with others, when these go down the ladder.
_FOLLOWERS = _COLUMNS + " WHERE lead_id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
# What waits for the same people, to go out in the same message.
_HELD = (
    _COLUMNS
    + """
 WHERE state = 'held' AND person_id = ANY(%(people)s) AND category = 'matter' AND NOT urgent
   AND NOT id = ANY(%(ids)s)
 ORDER BY id
   FOR NO KEY UPDATE SKIP LOCKED
"""
)
_SAVE = """
UPDATE notices_telling AS t
   SET state = n.state, note = n.note, due_at = n.due_at, settled_at = n.settled_at,
       lead_id = n.lead_id
  FROM json_to_recordset(%s)
       AS n(id bigint, state text, note text, due_at timestamptz, settled_at timestamptz,
            lead_id bigint)
 WHERE t.id = n.id
"""
_SETTLE_FOLLOWERS = """
UPDATE notices_telling AS f
   SET state = l.state, note = l.note, settled_at = l.settled_at
  FROM notices_telling AS l
 WHERE f.lead_id = l.id AND f.settled_at IS NULL AND l.id = ANY(%s)
"""


@dataclass(slots=True, eq=False)
class _Job:
    """A telling in hand, what was sent of it so far, and what becomes of it."""

    telling: Telling
    messages: list[Outgoing] = field(default_factory=list)
    followers: list["_Job"] = field(default_factory=list)

    @property
    def may_be_bundled(self) -> bool:
        """What is told about matters goes out together, unless it is urgent."""
        return self.telling.category == "matter" and not self.telling.urgent

    @property
    def rang(self) -> list[Outgoing]:
        """What left the house, or is about to, in the order written."""
        out = [one for one in self.messages if one.channel != "in_app"]
        return [one for one in out if (one.state, one.problem) != TAKEN_BACK]

    @property
    def is_held_alone(self) -> bool:
        """Tell whether it may still go out with another."""
        one = self.telling
        return one.state == State.HELD and one.lead_id is None and not self.rang

    def is_over(self, at: datetime) -> bool:
        """Tell whether it is too late to tell it."""
        return self.telling.expires_at is not None and self.telling.expires_at <= at


@dataclass(frozen=True, slots=True)
class _Rung:
    """One time a number was rung by SMS; codes and emergencies are ``urgent`` and not counted."""

    at: datetime
    purpose: str
    epoch: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said on a channel, and what a provider needs to say it in its own template."""

    subject: str
    text: str
    values: dict[str, str]
    vendor_ids: dict[str, str]


def route(*, at: datetime, limit: int = BATCH) -> int:
    """Take up to ``limit`` tellings that are due a step further; return how many were taken.

    Returns 0 also while another router is at it. Whatever kills the process in here, the
    transaction is undone whole and the next router takes the same rows again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        jobs = _due(at, limit)
        if jobs:
            _Router(at, jobs).work()
    return len(jobs)


def _due(at: datetime, limit: int) -> list[_Job]:
    """Claim what is due, the urgent first and what was due longest next."""
    urgent = _claim(_DUE.format(which="AND urgent"), {"at": at, "n": limit})
    usual = _claim(_DUE.format(which="AND NOT urgent"), {"at": at, "n": limit - len(urgent)})
    return [*urgent, *usual]


def _claim(statement: str, given: dict[str, object]) -> list[_Job]:
    return [_Job(one) for one in Telling.objects.raw(statement, given)]


class _Router:
    """One batch: what concerns its people is read at once, what is decided written at once."""

    def __init__(self, at: datetime, jobs: Sequence[_Job]) -> None:
        self.at = at
        self.due = tuple(jobs)
        people = {job.telling.person_id for job in jobs} - {None}
        self.people = about_people(one for one in people if one is not None)
        self.around = Around(at)
        self.jobs = {job.telling.pk: job for job in jobs}
        self.waiting = self._waiting()
        self._fetch_messages()
        self.rung = self._rung()
        self.queued: list[Outgoing] = []

    def work(self) -> None:
        """Decide every telling and write what was decided."""
        ready = [job for job in self.due if not self._is_new(job) or self._begin(job)]
        for job in ready:
            if job.telling.lead_id is None:
                self._step(job)
        write(self.queued)
        self._save()

    # -- what there is

    def _waiting(self) -> dict[int, list[_Job]]:
        """Claim what else is held for those for whom something may ring now."""
        bundled = [job for job in self.due if job.may_be_bundled]
        people = [job.telling.person_id for job in bundled if job.telling.state != State.RINGING]
        held = []
        if people:
            held = _claim(_HELD, {"people": people, "ids": list(self.jobs)})
        self.jobs.update({job.telling.pk: job for job in held})
        found: dict[int, list[_Job]] = defaultdict(list)
        for job in sorted([*held, *bundled], key=lambda job: job.telling.pk):
            found[job.telling.person_id or 0].append(job)
        return found

    def _fetch_messages(self) -> None:
        """Read what was sent of these tellings already, and what went out with them."""
        begun = [pk for pk, job in self.jobs.items() if job.telling.state != State.NEW]
        if not begun:
            return
        for sent in Message.objects.filter(telling__in=begun).order_by("id"):
            self.jobs[sent.telling_id or 0].messages.append(read(sent))
        leads = [pk for pk in begun if self.jobs[pk].may_be_bundled and self.jobs[pk].rang]
        if leads:
            for job in _claim(_FOLLOWERS, {"ids": leads}):
                self.jobs[job.telling.lead_id or 0].followers.append(job)

    def _rung(self) -> dict[str, list[_Rung]]:
        """Read at what moments the numbers in question were rung, and for which purpose."""
        found: dict[str, list[_Rung]] = defaultdict(list)
        numbers = {one.addresses["sms"] for one in self.people.values()}
        numbers = (numbers | {job.telling.address for job in self.due}) - {""}
        if not numbers:
            return found
        rows = (
            Message.objects.filter(
                address__in=numbers, at__gte=self.at - _REMEMBERED, channel="sms"
            )
            .exclude(state__in=[Message.State.SUPERSEDED, Message.State.FAILED])
            .values_list("address", "at", "purpose", "epoch", "urgent")
        )
        for address, at, purpose, epoch, urgent in rows:
            found[address].append(_Rung(at, purpose, epoch, urgent))
        return found

    # -- one telling

    def _step(self, job: _Job) -> None:
        if job.telling.category == "code":
            self._code(job)
        elif job.telling.state == State.HELD:
            self._ring(job)
        else:
            self._watch(job)

    @staticmethod
    def _is_new(job: _Job) -> bool:
        return job.telling.state == State.NEW and job.telling.category != "code"

    def _begin(self, job: _Job) -> bool:
        """Say it in the app; tell whether it may ring now, and not later or not at all.

        All that is new begins before anything rings, so that it goes out together also where no
        courier came by for a while.
        """
        if job.is_over(self.at):
            self._settle(job, State.DROPPED, "expired")
            return False
        self._say_in_app(job)
        if not self._steps(job):
            self._settle(job, State.TOLD, self._why_silent(job))
            return False
        ring_at, why = self._ring_at(job)
        self._hold(job, ring_at, why)
        return ring_at <= self.at

    def _ring_at(self, job: _Job) -> tuple[datetime, str]:
        """Return when it may ring first, and what it waits for."""
        if job.telling.urgent:
            return self.at, ""
        clauses = self._town(job).rules
        ready, why = self.at, ""
        if job.may_be_bundled:
            ready, why = max(self.at, job.telling.at + clauses.bundle_within), "bundling"
        opens = self._opens(job, ready)
        return opens, "quiet_hours" if opens > ready else why

    def _opens(self, job: _Job, ready: datetime) -> datetime:
        town = self._town(job)
        return rules.opens_at(ready, town.zone, town.rules.open_hours)

    def _ring(self, job: _Job) -> None:
        """Ring on the next step of the ladder, unless it is too late or there is none."""
        if job.is_over(self.at):
            self._settle_silent(job, "expired")
            return
        tried = {sent.channel for sent in job.rang}
        for channel in self._steps(job):
            if channel not in tried and self._ring_on(job, channel):
                return
        self._settle_silent(job, self._why_silent(job))

    def _ring_on(self, job: _Job, channel: str) -> bool:
        """Ring on a channel, or decide to wait for it; False when it is out of the question."""
        address = self._wishes(job).addresses[channel]
        group = self._gather(job)
        words = self._words(job, channel, group)
        if channel == "sms":
            if wording.refused_in(words.text):
                return False
            if self._was_rung(job, address):
                self._settle(job, State.TOLD, "same_number")
                return True
            free, why = self._free_at(job, address)
            if free > self.at:
                self._wait_for_cap(job, free, why)
                return True
        self._queue(job, channel, address, words, group)
        job.telling.due_at = self.at + self._town(job).rules.read_within
        for other in group[1:]:
            one = other.telling
            one.state, one.note, one.lead_id, one.due_at = (
                "ringing",
                "bundled",
                job.telling.pk,
                None,
            )
        return True

    def _gather(self, job: _Job) -> list[_Job]:
        """Return the telling and those that go out with it, as they were written."""
        if job.rang or not job.may_be_bundled:
            return [job, *job.followers]
        waiting = self.waiting[job.telling.person_id or 0]
        return [job, *(one for one in waiting if one is not job and one.is_held_alone)]

    def _was_rung(self, job: _Job, number: str) -> bool:
        """Tell whether somebody else of the same number was told the same already."""
        same = (job.telling.purpose, job.telling.epoch)
        return any((one.purpose, one.epoch) == same for one in self.rung[number])

    def _free_at(self, job: _Job, number: str) -> tuple[datetime, str]:
        """Return when the caps let a number be rung; an emergency knows none."""
        if job.telling.urgent:
            return self.at, ""
        town = self._town(job)
        return rules.may_ring_at(
            self.at,
            [one.at for one in self.rung[number] if not one.urgent],
            hourly_most=town.rules.hourly_most,
            daily_most=town.rules.daily_most,
            zone=town.zone,
            hours=town.rules.open_hours,
        )

    def _wait_for_cap(self, job: _Job, free: datetime, why: str) -> None:
        if job.is_over(free):
            self._settle(job, State.TOLD, why)
        else:
            self._hold(job, free, why)

    def _watch(self, job: _Job) -> None:
        """See what became of the last message: heard, still on its way, or the next step."""
        last = job.rang[-1] if job.rang else None
        if last is None or _was_heard(job, last):
            if last is not None and last.state == "queued":
                _drop(last, "heard")
            self._settle(job, State.TOLD, "")
            return
        one, until = job.telling, last.at + self._town(job).rules.read_within
        may_yet = last.state in {"queued", "sent"} or last.problem == "unclear"
        if last.state == "sending":
            one.due_at = max(last.lease_until or self.at, self.at + rules.ASK_AGAIN)
        elif may_yet and self.at < until:
            one.due_at = until
        elif last.state == "queued" and not _drop(last, "too_late"):
            one.due_at = self.at + rules.ASK_AGAIN  # a courier was faster
        else:
            self._next_step(job)

    def _next_step(self, job: _Job) -> None:
        """Ring on the next channel, in opening hours."""
        tried = {sent.channel for sent in job.rang}
        left = [channel for channel in self._steps(job) if channel not in tried]
        opens = self.at if job.telling.urgent else self._opens(job, self.at)
        if left and opens > self.at and not job.is_over(opens):
            self._hold(job, opens, "quiet_hours")
        else:
            self._ring(job)

    def _code(self, job: _Job) -> None:
        """A one-time code goes out at once, to the one address that asked, and nowhere else."""
        one, last = job.telling, job.rang[-1] if job.rang else None
        is_over = job.is_over(self.at)
        channel = _channel_of(one.address)
        if last is not None:
            self._watch_code(job, last)
        elif is_over:
            self._settle(job, State.DROPPED, "expired")
        elif channel not in self._town(job).ready:
            self._settle(job, State.FAILED, "no_way")
        else:
            self._queue(job, channel, one.address, self._words(job, channel, [job]), [job])
            one.due_at = one.expires_at

    def _watch_code(self, job: _Job, last: Outgoing) -> None:
        state = last.state
        if state == "queued" and job.is_over(self.at) and _drop(last, "expired"):
            state = "superseded"
        ends = {
            "sent": (State.TOLD, ""),
            "delivered": (State.TOLD, ""),
            "failed": (State.FAILED, "all_failed"),
            "superseded": (State.DROPPED, "expired"),
        }
        if state in ends:
            self._settle(job, *ends[state])
        else:
            job.telling.due_at = self.at + rules.ASK_AGAIN

    # -- what is decided

    def _settle(self, job: _Job, state: str, note: str) -> None:
        one = job.telling
        one.state, one.note, one.due_at, one.settled_at = state, note, None, self.at

    def _settle_silent(self, job: _Job, note: str) -> None:
        """Settle what goes no further: unconfirmed where something left, failed where it did not.

        What never rang stands in the app, and the note says why it went no further.
        """
        if any(sent.state == "sent" for sent in job.rang):
            self._settle(job, State.TOLD, "unconfirmed")
        elif any(sent.state == "failed" for sent in job.rang):
            self._settle(job, State.FAILED, "all_failed")
        else:
            self._settle(job, State.TOLD, note)

    def _why_silent(self, job: _Job) -> str:
        chosen = self._wishes(job).chosen.get(job.telling.category)
        by_choice = chosen == () or job.telling.channels == ["in_app"]
        return "by_choice" if by_choice else "no_way"

    def _hold(self, job: _Job, until: datetime, note: str) -> None:
        job.telling.state, job.telling.note, job.telling.due_at = State.HELD, note, until

    def _say_in_app(self, job: _Job) -> None:
        if job.telling.person_id is not None:
            words = self._words(job, "in_app", [job])
            self.queued.append(self._outgoing(job, "in_app", words, state="sent"))

    def _queue(
        self, job: _Job, channel: str, address: str, words: _Words, group: Sequence[_Job]
    ) -> None:
        sent = self._outgoing(job, channel, words, state="queued")
        sent.address, sent.reference = address, uuid4()
        sent.template = job.telling.template if len(group) == 1 else BUNDLE
        sent.values, sent.vendor_ids = words.values, words.vendor_ids
        self.queued.append(sent)
        job.telling.state, job.telling.note = State.RINGING, ""
        if channel == "sms":
            self.rung[address] += [
                _Rung(self.at, each.telling.purpose, each.telling.epoch, sent.urgent)
                for each in group
            ]

    def _outgoing(self, job: _Job, channel: str, words: _Words, *, state: str) -> Outgoing:
        one = job.telling
        return Outgoing(
            community_id=one.community_id,
            person_id=one.person_id,
            telling_id=one.pk,
            channel=channel,
            address="",
            reference=None,
            purpose=one.purpose,
            epoch=one.epoch + sum(sent.channel == channel for sent in job.messages),
            about=one.about,
            subject=wording.cut(words.subject, LONGEST_SUBJECT),
            text=words.text,
            urgent=one.urgent or one.category == "code",
            state=state,
            at=self.at,
            expires_at=one.expires_at,
        )

    # -- words, places and people

    def _words(self, job: _Job, channel: str, group: Sequence[_Job]) -> _Words:
        """Say it as the person reads it; several at once in one message that names them all."""
        one, town = job.telling, self._town(job)
        language = self._wishes(job).language
        code, values = one.template, {**town.values, **in_language(one.values, language)}
        if len(group) > 1:
            code, values = BUNDLE, {**town.values, **self._bundled(group, language)}
        template = self.around.template(one.community_id, code)
        said = template.said(language)
        text = wording.filled(said.text, values)
        if channel == "sms":
            text = wording.signed(town.signature, wording.filled(said.short, values))
        return _Words(
            subject=wording.filled(said.subject, values),
            text=text,
            values={**values, "link": one.link},
            vendor_ids=dict(template.vendor_ids),
        )

    def _bundled(self, group: Sequence[_Job], language: str) -> dict[str, str]:
        numbers = dict.fromkeys(each.telling.about for each in group if each.telling.about)
        texts = [
            wording.filled(
                self.around.template(each.telling.community_id, each.telling.template)
                .said(language)
                .text,
                {**self._town(each).values, **in_language(each.telling.values, language)},
            )
            for each in group
        ]
        variables = wording.template(BUNDLE).variables
        return {
            "count": str(len(group)),
            "number": wording.cut("、".join(numbers), variables["number"]),
            "text": wording.cut("\n".join(texts), variables["text"]),
        }

    def _town(self, job: _Job) -> Town:
        return self.around.town(job.telling.community_id)

    def _wishes(self, job: _Job) -> Wishes:
        """Return where the person is reached; what goes to one address goes nowhere else."""
        wishes = self.people.get(job.telling.person_id or 0, _NOBODY)
        if address := job.telling.address:
            there = {"sms": "", _channel_of(address): address}
            return replace(wishes, addresses=there, chosen={})
        return wishes

    def _steps(self, job: _Job) -> tuple[str, ...]:
        one = job.telling
        ready = self._town(job).ready
        return rules.steps(
            one.category, self._wishes(job), ready, urgent=one.urgent, only=one.channels
        )

    def _save(self) -> None:
        """Write what became of the tellings, and forget codes that are not needed any more."""
        ones = [job.telling for job in self.jobs.values()]
        codes = [one.pk for one in ones if one.category == "code" and one.settled_at]
        if codes:
            forget_codes(codes)
        rows = [
            {
                "id": one.pk,
                "state": one.state,
                "note": one.note,
                "due_at": one.due_at and one.due_at.isoformat(),
                "settled_at": one.settled_at and one.settled_at.isoformat(),
                "lead_id": one.lead_id,
            }
            for one in ones
        ]
        with connection.cursor() as cursor:
            cursor.execute(_SAVE, [json.dumps(rows)])
            settled = [one.pk for one in ones if one.settled_at]
            if settled:
                cursor.execute(_SETTLE_FOLLOWERS, [settled])


def _channel_of(address: str) -> str:
    return "email" if "@" in address else "sms"


def _was_heard(job: _Job, last: Outgoing) -> bool:
    """Tell whether the person surely got it, or nobody will ever say more about it."""
    if any(sent.state == "delivered" or sent.is_read for sent in job.messages):
        return True
    return last.state == "sent" and last.channel not in _REPORTED


def _drop(last: Outgoing, why: str) -> bool:
    """Take a message back that no courier has in hand; False when one was faster."""
    if last.id is None:
        return False
    queued = Message.objects.filter(pk=last.id, state=Message.State.QUEUED)
    if not queued.update(state=Message.State.SUPERSEDED, problem=why, next_try_at=None):
        return False
    last.state = "superseded"
    return True


def forget_codes(telling_ids: Sequence[int]) -> None:
    """Wipe the words of one-time codes that were handed over or dropped."""
    Telling.objects.filter(pk__in=telling_ids).update(values={})
    Message.objects.filter(telling__in=telling_ids).update(text="", subject="", values=None)


_NOBODY = Wishes({"sms": ""}, {})
