"""What the engine of promises takes and gives: facts, promises and changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from huiyin.kernel.calendar import Interval

State: TypeAlias = Literal["running", "paused", "kept", "broken", "void"]


@dataclass(frozen=True, slots=True)
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

    def __post_init__(self) -> None:
        """Refuse a moment without an offset."""
        if self.at.tzinfo is None or (self.until and self.until.tzinfo is None):
            raise ValueError("a fact needs moments with an offset")


@dataclass(frozen=True, slots=True)
class Span:
    """A pause: planned until ``until_at``, really ended at ``to_at`` (None while it lasts)."""

    from_at: datetime
    to_at: datetime | None
    until_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
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

    @property
    def past_pauses(self) -> tuple[Interval, ...]:
        """List the pauses that are over."""
        if not self.pauses:
            return ()
        return tuple((span.from_at, span.to_at) for span in self.pauses if span.to_at)

    @property
    def open_pause(self) -> Span | None:
        """Find the pause that still lasts."""
        return self.pauses[-1] if self.state == "paused" else None


@dataclass(frozen=True, slots=True)
class Start:
    """A promise comes into being, already in the state that the past gave it."""

    promise: PromiseState


@dataclass(frozen=True, slots=True)
class Close:
    """A promise stops being owed: kept, or broken before and done late."""

    key: str
    state: Literal["kept", "broken"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Break:
    """A promise was not kept in time; it stays owed."""

    key: str
    at: datetime
    next_alarm_at: datetime | None


@dataclass(frozen=True, slots=True)
class Void:
    """A promise no longer applies: ``reopened``, ``reclassified``, ``superseded``, ``closed``,
    ``finished`` (a repeating one reached its end) or ``retired`` (clause no longer there)."""

    key: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PauseClock:
    """A promise stands still; its next alarm is the end of the pause."""

    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """The open pause ended and the due moment moved."""

    key: str
    at: datetime
    due_at: datetime
    next_alarm_at: datetime | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A changed calendar or standard moved the due moment."""

    key: str
    due_at: datetime
    next_alarm_at: datetime | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Correct:
    """A fact heard of late made a promise what it would have been all along."""

    key: str
    promise: PromiseState


Amendment: TypeAlias = Close | Break | Void | PauseClock | ResumeClock | Move | Correct
Change: TypeAlias = Start | Amendment


def apply(promises: Sequence[PromiseState], changes: Sequence[Change]) -> tuple[PromiseState, ...]:
    """Carry out changes on promises held in memory."""
    held = {promise.key: promise for promise in promises}
    for change in changes:
        if isinstance(change, Start):
            held[change.promise.key] = change.promise
        else:
            held[change.key] = changed(held[change.key], change)
    return tuple(held.values())


def changed(promise: PromiseState, change: Amendment) -> PromiseState:
    """Carry out one change on the promise it is about."""
    match change:
        case Close(state=state, at=at):
            promise = replace(promise, state=state, closed_at=at, next_alarm_at=None)
        case Break(next_alarm_at=alarm_at):
            promise = replace(promise, state="broken", next_alarm_at=alarm_at)
        case Void(reason=reason, at=at):
            promise = replace(
                promise, state="void", closed_at=at, next_alarm_at=None, reason=reason
            )
        case PauseClock(span=span):
            pauses = (*promise.pauses, span)
            promise = replace(promise, state="paused", pauses=pauses, next_alarm_at=span.until_at)
        case ResumeClock(at=at):
            ended = replace(promise.pauses[-1], to_at=at)
            pauses = (*promise.pauses[:-1], ended)
            promise = _dated(replace(promise, state="running", pauses=pauses), change)
        case Move():
            promise = _dated(promise, change)
        case Correct(promise=corrected):
            promise = corrected
    return promise


def _dated(promise: PromiseState, change: ResumeClock | Move) -> PromiseState:
    return replace(
        promise,
        due_at=change.due_at,
        next_alarm_at=change.next_alarm_at,
        provisional=change.provisional,
    )
