"""Working time: which hours of which days count, in one time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Hours: TypeAlias = tuple[tuple[time, time], ...]
"""Open spans of one day as wall-clock times; a span that ends at or before its start ends the
next day, so ``(22:00, 06:00)`` is a night shift and ``(00:00, 00:00)`` is the whole day."""

Moments: TypeAlias = tuple[datetime, datetime]

BARREN_DAYS = 1000
"""How many closed days in a row a search crosses before it gives up."""


class NoWorkingTime(Exception):
    """No open hour was found within reach of the search."""

    def __init__(self, since: date) -> None:
        super().__init__(f"no working time within {BARREN_DAYS} days of {since.isoformat()}")
        self.since = since


@dataclass(frozen=True)
class WorkingCalendar:
    """A week that repeats and the dated days that differ from it.

    All moments that come in are aware, all that go out are UTC, all intervals are half-open.
    """

    zone: ZoneInfo
    week: Mapping[int, Hours]
    """Weekday (Monday is 0) to open spans; a weekday that is missing is closed."""
    overrides: Mapping[date, Hours] = field(default_factory=dict)
    """Dated exceptions: a holiday is ``()``, a make-up workday has its own hours."""
    published_years: frozenset[int] = frozenset()
    """Years whose holidays have been decreed; any other year is provisional."""
    names: Mapping[date, str] = field(default_factory=dict)
    """What a dated exception is called, for people."""

    def instant(self, day: date, clock: time = time(0)) -> datetime:
        """Find the first moment at which the wall clock shows this time of this day, or later."""
        raise NotImplementedError

    def local_date(self, moment: datetime) -> date:
        """Tell which day it is here at that moment."""
        return moment.astimezone(self.zone).date()

    def hours(self, day: date) -> Hours:
        raise NotImplementedError

    def is_working_day(self, day: date) -> bool:
        raise NotImplementedError

    def spans(self, day: date) -> tuple[Moments, ...]:
        raise NotImplementedError

    def close_of(self, day: date) -> datetime:
        raise NotImplementedError

    def add_working(self, moment: datetime, seconds: int) -> datetime:
        raise NotImplementedError

    def working_seconds(self, start: datetime, end: datetime) -> int:
        raise NotImplementedError

    def nth_working_day_after(self, day: date, n: int) -> date:
        raise NotImplementedError

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        raise NotImplementedError
