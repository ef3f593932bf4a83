"""Time limits as they are written in a service standard, and when they fall due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeAlias

from huiyin.kernel.calendar import Moments, WorkingCalendar


@dataclass(frozen=True)
class Elapsed:
    """Real time, day and night, holidays too: ``10m``, ``24h``."""

    seconds: int


@dataclass(frozen=True)
class SameDay:
    """Until midnight, or until a set hour of the next day for what arrives late: ``same day``."""


@dataclass(frozen=True)
class Days:
    """Until the end of the nth calendar day after: ``3d``."""

    count: int


@dataclass(frozen=True)
class WorkingDays:
    """Until the close of the nth working day after: ``2wd``."""

    count: int


@dataclass(frozen=True)
class AsPromised:
    """Until the moment the owner was told: ``as promised``."""


@dataclass(frozen=True)
class Every:
    """Again and again until one of these events: ``every 7d until finished``."""

    each: Elapsed | Days | WorkingDays
    until: tuple[str, ...] = ()


Limit: TypeAlias = Elapsed | SameDay | Days | WorkingDays | AsPromised | Every


@dataclass(frozen=True)
class DayRules:
    """What arrives at or after ``late_after`` is due the next day by ``late_until``."""

    late_after: time = time(20)
    late_until: time = time(12)


class BadLimit(ValueError):
    """A text that is not a time limit; ``code`` names what is wrong with it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text!r} is not a time limit: {code}")
        self.code = code
        self.text = text


def parse_limit(text: str) -> Limit:
    """Read a limit as people write it, or raise BadLimit."""
    raise NotImplementedError


def due_at(
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    day_rules: DayRules,
    pauses: Sequence[Moments] = (),
    *,
    until: datetime | None = None,
) -> datetime:
    """Tell when a limit counted from ``base_at`` falls due, exclusive."""
    raise NotImplementedError


def used_seconds(
    limit: Limit,
    base_at: datetime,
    at: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Moments] = (),
) -> int:
    """Count the seconds that have run against the limit, pauses left out."""
    raise NotImplementedError
