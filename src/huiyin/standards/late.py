"""Facts heard of late: from a phone without signal, or written down an hour after. Pure.

What time did in between is taken back as far as verdicts allow, so that the promises are what they
would be had everything been told at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.standards.document import Standard
from huiyin.standards.ladder import next_alarm_at
from huiyin.standards.react import replay
from huiyin.standards.states import Change, Correct, Fact, PromiseState, Start, Void

NEVER_BEGAN = "told_late"
"""Why a round is void that silence had begun, and that a fact heard of late takes back."""

_Key: TypeAlias = tuple[str, int, datetime, int]
_Promises: TypeAlias = dict[_Key, PromiseState]


def in_order(facts: Iterable[Fact], late: Fact) -> tuple[Fact, ...]:
    """Put a late fact behind everything that happened until its moment."""
    facts = tuple(facts)
    before = sum(fact.at <= late.at for fact in facts)
    return (*facts[:before], late, *facts[before:])


def hear(  # noqa: PLR0917  same order as the other functions: standard … calendar
    standard: Standard,
    promises: Sequence[PromiseState],
    history: Sequence[Fact],
    late: Fact,
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...] | None:
    """Tell what changes because of a fact that lies before other facts, or before a sweep.

    ``history`` is every other fact in time order, ``promises`` are settled up to ``at``, the
    moment we hear of it. The facts are replayed twice, without it and with it; where that makes a
    difference, the promise is corrected. A round that would not have begun becomes void.

    None when a correction would take back a verdict that stands: of a promise already closed, or
    one that was dated by another calendar. Then the fact has to be told at a later moment.
    """
    held = _keyed(promise for promise in promises if promise.reason != NEVER_BEGAN)
    was = _keyed(replay(standard, history, at, calendar))
    now = _keyed(replay(standard, in_order(history, late), at, calendar))
    changes: list[Change] = []
    fresh = Counter(promise.clause_id for promise in promises)
    for key in {**was, **now}:
        before, after = was.get(key), now.get(key)
        if before is not None and after is not None and _same(before, after):
            continue
        old = held.get(key)
        if before is not None and (old is None or not _same(old, before)):
            return None
        if old is None and after is not None:
            fresh[after.clause_id] += 1
            name = f"{after.clause_id}:late:{fresh[after.clause_id]}"
            changes.append(Start(replace(after, key=name)))
        elif old is not None:
            change = _correction(standard, old, after, calendar)
            if change is None:
                return None
            changes.append(change)
    return tuple(changes)


def _keyed(promises: Iterable[PromiseState]) -> _Promises:
    """Tell promises apart by what they are and when they began, whatever became of them."""
    seen: Counter[tuple[str, int, datetime]] = Counter()
    found: _Promises = {}
    for one in promises:
        origin = (one.clause_id, one.cycle, one.started_at)
        found[*origin, seen[origin]] = one
        seen[origin] += 1
    return found


def _same(one: PromiseState, other: PromiseState) -> bool:
    return _seen(one) == _seen(other)


def _seen(one: PromiseState) -> tuple[object, ...]:
    pauses = [(span.from_at, span.to_at) for span in one.pauses]
    return one.state, one.due_at, one.closed_at, pauses


def _correction(
    standard: Standard, old: PromiseState, new: PromiseState | None, calendar: WorkingCalendar
) -> Change | None:
    """Correct one promise, or None when its verdict does not allow it."""
    if new is None:
        never_began = old.is_owed and not old.pauses
        return Void(old.key, NEVER_BEGAN, old.started_at) if never_began else None
    if _begun(new) != _begun(old) or not _may_become(old, new):
        return None
    # How far its ladder has climbed is not taken back: they were told.
    told = replace(new, key=old.key, rung=old.rung)
    return Correct(old.key, replace(told, next_alarm_at=next_alarm_at(standard, told, calendar)))


def _begun(one: PromiseState) -> list[tuple[datetime, datetime]]:
    return [(span.from_at, span.until_at) for span in one.pauses]


def _may_become(old: PromiseState, new: PromiseState) -> bool:
    """Tell whether a verdict may still change: not once closed, and never its due moment."""
    if old.state in {"running", "paused"}:
        return True
    if old.due_at != new.due_at:
        return False
    if old.state == new.state:
        return not new.is_owed or old.is_owed
    return old.is_owed and new.state in {"kept", "void"}
