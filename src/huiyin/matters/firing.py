"""Climbing a ladder: who is told what at a rung, and the one way it is written.

The sweeper and the actions share this. A rung, its event, its messages and the next alarm are
written in one transaction, in three statements however many promises fire (design, Escalation).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

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
    next_alarm_at: datetime | None
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
            promise=promise,
            promise_id=promise_id,
            epoch=epoch,
            fired=None,
            next_alarm_at=asked.next_at,
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
    next_alarm_at = asked.next_at
    if fired != asked.fire:
        climbed = replace(promise, rung=fired)
        next_alarm_at = alarm(standard, climbed, at, calendar).next_at
    return Firing(
        subject=subject,
        promise=promise,
        promise_id=promise_id,
        epoch=epoch,
        fired=fired,
        next_alarm_at=next_alarm_at,
        told=told,
        skipped=asked.skipped,
        nobody=tuple(nobody),
        is_last=fired == len(rungs),
        urgent=bool(clause and clause.emergency),
    )


# Rows travel as JSON text: for hundreds of them that is several times faster than arrays. Many
# say the same words about the same people, so the words travel once and rows name their place.
_ADVANCE = """
  WITH n AS MATERIALIZED (
       SELECT * FROM json_to_recordset(%s)
           AS r(id bigint, rung int, next_alarm_at timestamptz, state text, matter bigint,
                said int)),
       climbed AS (
       UPDATE matters_promise AS p
          SET rung = n.rung, next_alarm_at = n.next_alarm_at, state = n.state,
              running_since = CASE WHEN n.state = 'running' THEN p.running_since END
         FROM n WHERE p.id = n.id)
INSERT INTO matters_event
       (matter_id, at, recorded_at, kind, by_id, by_name, via, contact, text, data)
SELECT n.matter, %s, %s, 'escalated', NULL, %s, '', false, w.text, w.data
  FROM n JOIN json_to_recordset(%s) AS w(said int, text text, data jsonb) USING (said)
 ORDER BY n.id
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
    words = _Words()
    said = {one: place for place, one in enumerate({_said(one) for one in rung_fired})}
    rows = [_row(one, said) for one in firings]
    texts = [
        {"said": place, "text": _sentence(one, words), "data": _event_data(one)}
        for one, place in said.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [json.dumps(rows), at, at, words.system, json.dumps(texts, ensure_ascii=False)],
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
    notices.queue(messages=[new for one in rung_fired for new in _messages(one, words)], at=at)
    return len(rung_fired)


class _Words:
    """What firings say, translated once for all of them."""

    def __init__(self) -> None:
        self.system = _("系统")
        self.told = _("“%(promise)s”第 %(rung)d 级提醒:已通知 %(names)s。")
        self.nobody = _("上一级无人当值,已直接通知下一级。")
        self.late = _("此前有提醒因系统停顿而错过,已补记。")
        self.title = _("%(number)s %(kind)s:“%(promise)s”%(state)s")
        self.broken = _("已超时")
        self.soon = _("即将到时")
        self.promises = {code: str(title) for code, title in titles.PROMISES.items()}
        self.kinds = {code: str(title) for code, title in titles.KINDS.items()}


class _Said(NamedTuple):
    """What an event says; many firings of one batch say the same."""

    code: str
    rule: str
    cycle: int
    rung: int
    told: tuple[Duty, ...]
    skipped: tuple[int, ...]
    nobody: tuple[str, ...]


def _said(one: Firing) -> _Said:
    promise = one.promise
    return _Said(
        promise.code,
        promise.rule,
        promise.cycle,
        one.fired or 0,
        one.told,
        one.skipped,
        one.nobody,
    )


def _row(one: Firing, said: Mapping[_Said, int]) -> dict[str, object]:
    """Return what becomes of the promise and, when a rung fired, the place of what it says."""
    row: dict[str, object] = {
        "id": one.promise_id,
        "rung": one.promise.rung,
        "next_alarm_at": one.next_alarm_at.isoformat() if one.next_alarm_at else None,
        "state": one.promise.state,
    }
    if one.fired is not None:
        row |= {"rung": one.fired, "matter": one.subject.matter_id, "said": said[_said(one)]}
    return row


def _event_data(one: _Said) -> dict[str, object]:
    data: dict[str, object] = {
        "promise": one.code,
        "rule": one.rule,
        "cycle": one.cycle,
        "rung": one.rung,
        "to": [person.code for person in one.told],
    }
    if one.skipped:
        data["late"] = list(one.skipped)
    if one.nobody:
        data["nobody"] = list(one.nobody)
    return data


def _sentence(one: _Said, words: _Words) -> str:
    sentence = words.told % {
        "promise": words.promises[one.code],
        "rung": one.rung,
        "names": "、".join(person.name for person in one.told),
    }
    if one.nobody:
        sentence += words.nobody
    if one.skipped:
        sentence += words.late
    return sentence


def _messages(one: Firing, words: _Words) -> list[notices.NewMessage]:
    subject = one.subject
    title = words.title % {
        "number": subject.number,
        "kind": words.kinds[subject.kind],
        "promise": words.promises[one.promise.code],
        "state": words.broken if one.promise.state == "broken" else words.soon,
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
