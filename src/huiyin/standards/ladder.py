"""The ladder of a promise: who is told when, while it is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from huiyin.kernel.calendar import ONE_DAY, WorkingCalendar
from huiyin.kernel.limits import Elapsed, due_at, halfway_at, twice_at
from huiyin.standards.document import Clause, Rung, Standard
from huiyin.standards.states import PromiseState


@dataclass(frozen=True)
class Alarm:
    """What the ladder asks for at one moment."""

    fire: int | None
    """Number of the rung to tell now, from 1; None for nothing."""
    to: tuple[str, ...]
    skipped: tuple[int, ...]
    """Rungs whose moment passed unseen: recorded late, not told."""
    next_at: datetime | None
    """When to look again."""


def alarm(
    standard: Standard, promise: PromiseState, at: datetime, calendar: WorkingCalendar
) -> Alarm:
    """Tell which rung to fire at ``at``, which ones were slept through, and when to look again.

    Only the latest rung whose moment has come fires. Settle the promise first: it should know
    whether it is broken.
    """
    if not promise.is_owed or promise.state == "paused":
        return Alarm(None, (), (), next_alarm_at(standard, promise, calendar))
    reached, coming = 0, None
    for number, moment in enumerate(_climb(standard, promise, calendar), 1):
        if moment <= at:
            reached = number
        elif number > promise.rung:
            coming = moment
            break
    next_at = _earlier(coming, promise)
    clause = standard.clause(promise.clause_id)
    if clause is None or reached <= promise.rung:
        return Alarm(None, (), (), next_at)
    skipped = tuple(range(promise.rung + 1, reached))
    return Alarm(reached, clause.ladder[reached - 1].to, skipped, next_at)


def next_alarm_at(
    standard: Standard, promise: PromiseState, calendar: WorkingCalendar
) -> datetime | None:
    """Tell when a promise next needs the sweeper: next rung, due moment or end of its pause."""
    if not promise.is_owed:
        return None
    if promise.open_pause:
        return promise.open_pause.until_at
    moments = _climb(standard, promise, calendar)
    return _earlier(next(islice(moments, promise.rung, None), None), promise)


def rung_moments(
    standard: Standard, promise: PromiseState, calendar: WorkingCalendar
) -> tuple[datetime, ...]:
    """Work out the moment of every rung; no rung comes before the one below it."""
    return tuple(_climb(standard, promise, calendar))


def _earlier(rung_at: datetime | None, promise: PromiseState) -> datetime | None:
    """Choose between the next rung and the due moment, which counts until it has passed."""
    if promise.state != "running":
        return rung_at
    return min(rung_at or promise.due_at, promise.due_at)


def _climb(
    standard: Standard, promise: PromiseState, calendar: WorkingCalendar
) -> Iterator[datetime]:
    """Walk the moments of the rungs from the bottom; lazily, for the sweeper needs only a few."""
    clause = standard.clause(promise.clause_id)
    if clause is None:
        return
    reached = promise.started_at
    for rung in clause.ladder:
        if rung.at == "morning":
            reached = _morning_after(standard, reached, calendar)
        else:
            reached = max(reached, _moment(standard, clause, rung, promise, calendar))
        yield reached


def _moment(
    standard: Standard,
    clause: Clause,
    rung: Rung,
    promise: PromiseState,
    calendar: WorkingCalendar,
) -> datetime:
    if rung.at == "due":
        return promise.due_at
    until = promise.due_at if clause.from_fact else None
    basis = (promise.base_at, calendar, standard.day_rules, promise.past_pauses)
    match rung.at:
        case "start":
            return promise.started_at
        case "half":
            return halfway_at(clause.limit, *basis, until=until)
        case "twice":
            return twice_at(clause.limit, *basis, until=until)
        case Elapsed() as offset:
            return due_at(offset, *basis)
        case _:
            return promise.due_at


def _morning_after(standard: Standard, moment: datetime, calendar: WorkingCalendar) -> datetime:
    day = calendar.local_date(moment)
    today = calendar.instant(day, standard.morning)
    return today if today > moment else calendar.instant(day + ONE_DAY, standard.morning)
