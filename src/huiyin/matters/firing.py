"""Climbing a ladder: who is told what at a rung, and the one way it is written.

The sweeper and the actions share this. A rung, its event, its messages and the next alarm are
written in one transaction, in three statements however many promises fire (design, Escalation).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.matters import titles
from huiyin.notices import actions as notices
from huiyin.staff.rules import Directory, Duty
from huiyin.standards.document import Standard
from huiyin.standards.react import PromiseState, alarm


@dataclass(frozen=True, slots=True)
class Subject:
    """The matter behind a firing, as far as a message needs it."""

    matter_id: int
    number: str
    kind: str
    community_id: int
    owner_id: int
    follower_id: int | None


@dataclass(frozen=True, slots=True)
class Firing:
    """One promise after the sweeper looked at it: told whom, and when to look again."""

    subject: Subject
    promise: PromiseState
    promise_id: int
    epoch: int
    fired: int | None
    told: tuple[Duty, ...]
    skipped: tuple[int, ...]
    nobody: tuple[str, ...]
    is_last: bool
    urgent: bool


def plan(
    *,
    subject: Subject,
    promise: PromiseState,
    promise_id: int,
    epoch: int,
    standard: Standard,
    calendar: WorkingCalendar,
    staff: Directory,
    at: datetime,
) -> Firing:
    """Decide what one promise asks for at a moment.

    A rung whose people are all off duty is passed at once to the next one, and the event says so;
    a ladder that finds nobody at all ends with the manager, on duty or not.
    """
    asked = alarm(standard, promise, at, calendar)
    clause = standard.clause(promise.clause_id)
    rungs = clause.ladder if clause else ()
    if asked.fire is None:
        return Firing(
            subject=subject,
            promise=replace(promise, next_alarm_at=asked.next_at),
            promise_id=promise_id,
            epoch=epoch,
            fired=None,
            told=(),
            skipped=asked.skipped,
            nobody=(),
            is_last=False,
            urgent=False,
        )
    fired, told, nobody = asked.fire, staff.told(asked.to, subject.owner_id), list[str]()
    while not told and fired <= len(rungs):
        nobody += rungs[fired - 1].to
        if fired == len(rungs):
            told = staff.floor()
            break
        fired += 1
        told = staff.told(rungs[fired - 1].to, subject.owner_id)
    climbed = replace(promise, rung=fired)
    if fired != asked.fire:
        climbed = replace(climbed, next_alarm_at=alarm(standard, climbed, at, calendar).next_at)
    else:
        climbed = replace(climbed, next_alarm_at=asked.next_at)
    return Firing(
        subject=subject,
        promise=climbed,
        promise_id=promise_id,
        epoch=epoch,
        fired=fired,
        told=told,
        skipped=asked.skipped,
        nobody=tuple(nobody),
        is_last=fired == len(rungs),
        urgent=bool(clause and clause.emergency),
    )


_ADVANCE = """
UPDATE matters_promise AS p
   SET rung = n.rung, next_alarm_at = n.next_alarm_at, state = n.state,
       running_since = CASE WHEN n.state = 'running' THEN p.running_since END
  FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[])
       AS n(id, rung, next_alarm_at, state)
 WHERE p.id = n.id
"""
_EVENTS = """
INSERT INTO matters_event
       (matter_id, at, recorded_at, kind, by_id, by_name, via, contact, text, data)
SELECT m, %s, %s, 'escalated', NULL, %s, '', false, t, d::jsonb
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(m, t, d)
"""
_DROPPED = """
INSERT INTO matters_nonconformity (matter_id, employee_id, promise_id, at)
SELECT m, e, p, %s FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n(m, e, p)
ON CONFLICT (promise_id) DO NOTHING
"""


def write(*, firings: Sequence[Firing], at: datetime) -> int:
    """Write the outcome of many firings and their messages; return how many rungs fired.

    Call it inside a transaction that holds the promises' locks.
    """
    if not firings:
        return 0
    rung_fired = [one for one in firings if one.fired is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [
                [one.promise_id for one in firings],
                [one.promise.rung for one in firings],
                [one.promise.next_alarm_at for one in firings],
                [one.promise.state for one in firings],
            ],
        )
        if rung_fired:
            cursor.execute(
                _EVENTS,
                [
                    at,
                    at,
                    _("系统"),
                    [one.subject.matter_id for one in rung_fired],
                    [_sentence(one) for one in rung_fired],
                    [_event_data(one) for one in rung_fired],
                ],
            )
        dropped = [one for one in rung_fired if one.is_last and one.subject.follower_id]
        dropped = [one for one in dropped if one.promise.state == "broken"]
        if dropped:
            cursor.execute(
                _DROPPED,
                [
                    at,
                    [one.subject.matter_id for one in dropped],
                    [one.subject.follower_id for one in dropped],
                    [one.promise_id for one in dropped],
                ],
            )
    notices.queue(messages=[new for one in rung_fired for new in _messages(one)], at=at)
    return len(rung_fired)


def _event_data(one: Firing) -> str:
    data: dict[str, object] = {
        "promise": one.promise.code,
        "rule": one.promise.rule,
        "cycle": one.promise.cycle,
        "rung": one.fired,
        "to": [person.code for person in one.told],
    }
    if one.skipped:
        data["late"] = list(one.skipped)
    if one.nobody:
        data["nobody"] = list(one.nobody)
    return json.dumps(data)


def _sentence(one: Firing) -> str:
    names = "、".join(person.name for person in one.told)
    sentence = _("“%(promise)s”第 %(rung)d 级提醒:已通知 %(names)s。") % {
        "promise": titles.PROMISES[one.promise.code],
        "rung": one.fired,
        "names": names,
    }
    if one.nobody:
        sentence += _("上一级无人当值,已直接通知下一级。")
    if one.skipped:
        sentence += _("此前有提醒因系统停顿而错过,已补记。")
    return sentence


def _messages(one: Firing) -> list[notices.NewMessage]:
    subject = one.subject
    title = _("%(number)s %(kind)s:“%(promise)s”%(state)s") % {
        "number": subject.number,
        "kind": titles.KINDS[subject.kind],
        "promise": titles.PROMISES[one.promise.code],
        "state": _("已超时") if one.promise.state == "broken" else _("即将到时"),
    }
    purpose = f"{subject.number}:{one.promise.code}:{one.promise_id}:rung{one.fired}"
    return [
        notices.NewMessage(
            community_id=subject.community_id,
            recipient_id=person.id,
            purpose=purpose,
            about=subject.number,
            subject=title,
            channel="in_app" if person.can_log_in else "log",
            epoch=one.epoch,
            fence=one.promise_id,
            urgent=one.urgent,
        )
        for person in one.told
    ]
