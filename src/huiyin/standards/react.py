"""The engine of promises: what an event, or time alone, does to them. Pure: no database, no clock.

    react(standard, promises, fact, calendar) -> changes

A promise is kept if and only if its closing moment lies before ``due_at``. A broken promise stays
owed, and its ladder goes on, until the closing event comes; its verdict never changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.limits import Every
from huiyin.standards.course import Course, latest_pause_end
from huiyin.standards.document import Standard
from huiyin.standards.ladder import Alarm, alarm, next_alarm_at, rung_moments
from huiyin.standards.states import (
    Break,
    Change,
    Close,
    Correct,
    Fact,
    Move,
    PauseClock,
    PromiseState,
    ResumeClock,
    Span,
    Start,
    State,
    Void,
    apply,
)

__all__ = [
    "Alarm",
    "Break",
    "Change",
    "Close",
    "Correct",
    "Fact",
    "Move",
    "PauseClock",
    "PromiseState",
    "ResumeClock",
    "Span",
    "Start",
    "State",
    "Void",
    "alarm",
    "apply",
    "latest_pause_end",
    "next_alarm_at",
    "overtaken",
    "react",
    "recalculate",
    "reclassify",
    "replay",
    "rung_moments",
    "settle",
]


def react(
    standard: Standard,
    promises: Sequence[PromiseState],
    fact: Fact,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Tell what changes because of a fact, including what time alone did before it.

    1. Time passes up to the fact: pauses end, promises break, repeating ones renew.
    2. A pause begins or ends.
    3. What the fact keeps is closed, kept or broken; repeating promises that reached their end,
       and everything once the matter is closed, stop; re-opening ends the earlier cycle.
    4. What the fact starts is started; a repeating promise that was kept starts again.
    """
    course = Course.of(standard, promises, calendar)
    course.pass_time(fact.at)
    if fact.kind == "paused":
        course.pause(fact)
    elif fact.kind == "resumed":
        course.resume_all(fact.at)
    renewing = course.keep(fact)
    course.end(fact)
    course.start(fact, renewing)
    return tuple(course.changes)


def settle(
    standard: Standard,
    promises: Sequence[PromiseState],
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Tell what time alone did up to ``at``, in time order; asking twice gives nothing new."""
    course = Course.of(standard, promises, calendar)
    course.pass_time(at)
    return tuple(course.changes)


def overtaken(standard: Standard, promise: PromiseState, at: datetime) -> PromiseState | None:
    """Settle one promise alone, cheaply, without its next alarm; None when that is not enough.

    Most alarms are a reminder, or a promise that breaks. A pause that ends and a week that renews
    touch more than this promise: then the matter is to be settled as a whole.
    """
    if promise.state == "paused":
        return None
    if promise.state != "running" or promise.due_at > at:
        return promise
    clause = standard.clause(promise.clause_id)
    if clause is not None and isinstance(clause.limit, Every):
        return None
    return replace(promise, state="broken")


def reclassify(  # noqa: PLR0917  same order as the other functions: standard … calendar
    standard: Standard,
    promises: Sequence[PromiseState],
    history: Sequence[Fact],
    new_kind: str,
    important: bool,
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Void what no longer applies and start what does, as if it had been that kind all along.

    The facts are replayed under the new kind from the original reception on; promises of clauses
    that were not there before are started in the state the replay gave them, pauses included.
    Those that were there stay as they are, and no verdict changes. What was done with in an
    earlier cycle, or has its verdict under the old kind, is not judged a second time.
    """
    course = Course.of(standard, promises, calendar)
    course.pass_time(at)
    for promise in course.owed():
        clause = standard.clause(promise.clause_id)
        if clause is None or not clause.applies(new_kind, important):
            course.stop(promise, "reclassified", at)
    facts = [
        replace(fact, matter_kind=new_kind, important=important)
        for fact in history
        if fact.kind != "reclassified"
    ]
    standing = [p for p in course.promises.values() if p.state != "void"]
    there = Counter(_origin(p) for p in standing)
    judged = {(p.code, p.cycle) for p in standing if p.state in ("kept", "broken")}
    cycle = max((fact.cycle for fact in history), default=1)
    ticking = {p.clause_id for p in course.owed() if p.state != "broken"}
    for promise in replay(standard, facts, at, calendar):
        if promise.state == "void":
            continue
        is_past = promise.cycle < cycle or (promise.code, promise.cycle) in judged
        is_new = promise.clause_id not in ticking if promise.is_owed else not is_past
        if there[_origin(promise)]:
            there[_origin(promise)] -= 1
        elif is_new:
            course.do(Start(replace(promise, key=course.fresh_key(promise.clause_id))))
    return tuple(course.changes)


def _origin(promise: PromiseState) -> tuple[str, datetime]:
    """Tell promises apart by what they are and when they began, whatever became of them."""
    return promise.clause_id, promise.started_at


def recalculate(
    standard: Standard,
    promises: Sequence[PromiseState],
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Move the due moments of running promises after the calendar or the standard changed.

    Settle them first under what held before. A verdict never moves, and nothing is moved into the
    past: a promise whose new due moment is already over keeps the old one.
    """
    course = Course.of(standard, promises, calendar)
    for promise in course.owed():
        if promise.state == "broken" or promise.due_at <= at:
            continue
        clause = standard.clause(promise.clause_id)
        if clause is None:
            course.stop(promise, "retired", at)
        elif not clause.from_fact:
            course.move(promise, clause, at)
    return tuple(course.changes)


def replay(
    standard: Standard, facts: Sequence[Fact], until: datetime, calendar: WorkingCalendar
) -> tuple[PromiseState, ...]:
    """Work out all promises of a matter from its facts alone, up to a moment."""
    promises: tuple[PromiseState, ...] = ()
    for index, fact in enumerate(facts):
        if fact.kind == "reclassified":
            changes = reclassify(
                standard,
                promises,
                facts[:index],
                new_kind=fact.matter_kind,
                important=fact.important,
                at=fact.at,
                calendar=calendar,
            )
            promises = apply(promises, changes)
        promises = apply(promises, react(standard, promises, fact, calendar))
    return apply(promises, settle(standard, promises, until, calendar))
