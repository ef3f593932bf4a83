"""The engine of promises: what an event, or time alone, does to them. Pure: no database, no clock.

    react(standard, promises, fact, calendar) -> changes

A promise is kept if and only if its closing moment lies before ``due_at``. A broken promise stays
owed, and its ladder goes on, until the closing event comes; its verdict never changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.standards.document import Standard

State: TypeAlias = Literal["running", "paused", "kept", "broken", "void"]


@dataclass(frozen=True)
class Fact:
    """One event of a matter, as the engine sees it."""

    kind: str
    at: datetime
    matter_kind: str
    important: bool = False
    cycle: int = 1
    via: str = ""
    contact: bool = False
    """The owner was really spoken to (or answered in writing)."""
    by_posts: tuple[str, ...] = ()
    """Posts the doer holds or acts for."""
    by_owner: bool = False
    """The household did it itself, so it is no contact of ours."""
    until: datetime | None = None
    """For ``promised`` the moment told, for ``paused`` the end of the pause."""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """A pause: planned until ``until_at``, really ended at ``to_at`` (None while it lasts)."""

    from_at: datetime
    to_at: datetime | None
    until_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class PromiseState:
    """One promise of one matter.

    ``key`` is opaque: what the engine puts into a ``Start`` is unique among the promises it was
    given; whoever stores the row may hand back its own id instead.
    """

    key: str
    clause_id: str
    code: str
    rule: str
    cycle: int
    state: State
    base_at: datetime
    """What the limit is counted from."""
    started_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    """When it stopped being owed; None for a broken promise means still owed."""
    pauses: tuple[Span, ...] = ()
    rung: int = 0
    """How many rungs of the ladder are behind it; the last one told is number ``rung``."""
    next_alarm_at: datetime | None = None
    """When the sweeper must look again: next rung, due moment or end of the pause."""
    provisional: bool = False
    """The due moment depends on a year whose holidays are not yet decreed."""
    reason: str = ""
    """Why it is void."""

    @property
    def is_owed(self) -> bool:
        """Tell whether somebody still has to do it."""
        return self.closed_at is None


@dataclass(frozen=True)
class Start:
    """A promise comes into being, already in the state that the past gave it."""

    promise: PromiseState


Renew: TypeAlias = Start


@dataclass(frozen=True)
class Close:
    """A promise stops being owed: kept, or broken before and done late."""

    key: str
    state: Literal["kept", "broken"]
    at: datetime


@dataclass(frozen=True)
class Break:
    """A promise was not kept in time; it stays owed."""

    key: str
    at: datetime
    next_alarm_at: datetime | None


@dataclass(frozen=True)
class Void:
    """A promise no longer applies: ``reopened``, ``reclassified``, ``superseded``, ``closed``,
    ``finished`` (a repeating one reached its end) or ``retired`` (clause no longer there)."""

    key: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class PauseClock:
    """A promise stands still; its next alarm is the end of the pause."""

    key: str
    span: Span


@dataclass(frozen=True)
class ResumeClock:
    """The open pause ended and the due moment moved."""

    key: str
    at: datetime
    due_at: datetime
    next_alarm_at: datetime | None
    provisional: bool = False


@dataclass(frozen=True)
class Move:
    """A changed calendar or standard moved the due moment."""

    key: str
    due_at: datetime
    next_alarm_at: datetime | None
    provisional: bool = False


Change: TypeAlias = Start | Close | Break | Void | PauseClock | ResumeClock | Move


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


def react(
    standard: Standard,
    promises: Sequence[PromiseState],
    fact: Fact,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Tell what changes because of a fact, including what time alone did before it."""
    raise NotImplementedError


def settle(
    standard: Standard,
    promises: Sequence[PromiseState],
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Tell what time alone did up to ``at``, in time order."""
    raise NotImplementedError


def reclassify(
    standard: Standard,
    promises: Sequence[PromiseState],
    history: Sequence[Fact],
    new_kind: str,
    important: bool,
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Void what no longer applies and start what does, as if it had been that kind all along."""
    raise NotImplementedError


def recalculate(
    standard: Standard,
    promises: Sequence[PromiseState],
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[Change, ...]:
    """Move the due moments of running promises after the calendar or the standard changed."""
    raise NotImplementedError


def alarm(
    standard: Standard, promise: PromiseState, at: datetime, calendar: WorkingCalendar
) -> Alarm:
    """Tell which rung to fire at ``at``, which ones were slept through, and when to look again."""
    raise NotImplementedError


def next_alarm_at(
    standard: Standard, promise: PromiseState, calendar: WorkingCalendar
) -> datetime | None:
    """Tell when a promise next needs the sweeper."""
    raise NotImplementedError


def apply(
    promises: Sequence[PromiseState], changes: Sequence[Change]
) -> tuple[PromiseState, ...]:
    """Carry out changes on promises held in memory."""
    raise NotImplementedError


def replay(
    standard: Standard, facts: Sequence[Fact], until: datetime, calendar: WorkingCalendar
) -> tuple[PromiseState, ...]:
    """Work out all promises of a matter from its facts alone."""
    raise NotImplementedError


def unkept(promises: Sequence[PromiseState]) -> tuple[PromiseState, ...]:
    """List the promises that closing the matter now would leave undone."""
    raise NotImplementedError


def latest_pause_end(
    standard: Standard, at: datetime, calendar: WorkingCalendar
) -> datetime:
    """Tell how long a pause beginning at ``at`` may last."""
    raise NotImplementedError
