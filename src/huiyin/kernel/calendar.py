"""Working time: which hours of which days count, in one time zone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

Hours: TypeAlias = tuple[tuple[time, time], ...]
"""Open spans of one day as wall-clock times; a span that ends at or before its start ends the
next day, so ``(22:00, 06:00)`` is a night shift and ``(00:00, 00:00)`` is the whole day."""

Interval: TypeAlias = tuple[datetime, datetime]
"""Half-open: the first moment belongs to it, the second does not."""

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
BARREN_DAYS = 1000
"""How many closed days in a row a search crosses before it gives up."""


class NoWorkingTime(Exception):
    """No open hour was found within reach of the search."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no working time on {day.isoformat()} or within reach of it")
        self.day = day


@dataclass(frozen=True)
class WorkingCalendar:
    """A week that repeats and the dated days that differ from it.

    All moments that come in are aware, all that go out are UTC, all intervals are half-open.
    A wall-clock time that the zone skips or repeats means the first moment at which the clock on
    the wall shows that time or a later one.
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
    _instants: dict[tuple[date, time], datetime] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _spans: dict[date, tuple[Interval, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse hours that overlap or are out of order."""
        for hours in (*self.week.values(), *self.overrides.values()):
            check_hours(hours)

    def instant(self, day: date, clock: time = MIDNIGHT) -> datetime:
        """Find the first moment at which the wall clock shows this time of this day, or later."""
        moment = self._instants.get((day, clock))
        if moment is None:
            moment = self._instants[day, clock] = self._first_shown(datetime.combine(day, clock))
        return moment

    def local_date(self, moment: datetime) -> date:
        """Tell which day it is here at that moment."""
        return moment.astimezone(self.zone).date()

    def hours(self, day: date) -> Hours:
        """List the opening hours of a day as wall-clock times."""
        hours = self.overrides.get(day)
        return self.week.get(day.weekday(), ()) if hours is None else hours

    def is_working_day(self, day: date) -> bool:
        """Tell whether the doors open at all that day."""
        return bool(self.hours(day))

    def spans(self, day: date) -> tuple[Interval, ...]:
        """List the open intervals that begin on a day; a night shift belongs to its evening."""
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = tuple(
                (
                    self.instant(day, opens),
                    self.instant(day if opens < closes else day + ONE_DAY, closes),
                )
                for opens, closes in self.hours(day)
            )
        return spans

    def close_of(self, day: date) -> datetime:
        """Find the end of the last open interval of a working day."""
        if not self.is_working_day(day):
            raise NoWorkingTime(day)
        return self.spans(day)[-1][1]

    def add_working_time(self, moment: datetime, amount: timedelta) -> datetime:
        """Find the earliest moment by which that much working time has passed."""
        if amount < timedelta():
            raise ValueError("working time cannot be counted backwards")
        reached, left = moment.astimezone(UTC), amount
        if not left:
            return reached
        day = last_open = self.local_date(moment) - ONE_DAY  # a night shift may still be running
        while (day - last_open).days <= BARREN_DAYS:
            for opens, closes in self._open_parts((day,), reached):
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
                reached, last_open = closes, day
            day += ONE_DAY
        raise NoWorkingTime(last_open)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Measure the working time between two moments; nothing if they are the wrong way round."""
        first, last = self.local_date(start) - ONE_DAY, self.local_date(end)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(
            (
                max(min(closes, end) - opens, timedelta())
                for opens, closes in self._open_parts(days, start)
            ),
            timedelta(),
        )

    def add_working(self, moment: datetime, seconds: int) -> datetime:
        """Find the earliest moment by which so many working seconds have passed."""
        return self.add_working_time(moment, timedelta(seconds=seconds))

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Count the whole working seconds between two moments."""
        return self.working_time(start, end) // timedelta(seconds=1)

    def nth_working_day_after(self, day: date, n: int) -> date:
        """Find the nth working day after a day; the day itself does not count."""
        last_open = day
        while n > 0:
            day += ONE_DAY
            if (day - last_open).days > BARREN_DAYS:
                raise NoWorkingTime(last_open)
            if self.is_working_day(day):
                last_open, n = day, n - 1
        return day

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """Tell whether an interval touches a year whose holidays are not yet decreed."""
        last = max(start, end - timedelta.resolution)
        years = range(self.local_date(start).year, self.local_date(last).year + 1)
        return not self.published_years.issuperset(years)

    def _first_shown(self, wall: datetime) -> datetime:
        moment = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if self._wall(moment) == wall:
            return moment
        # The clock jumps over this time. Read with the offset after the jump (fold=1) it lies
        # before the jump, read with the offset before (fold=0) after it: look in between.
        before = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        skipped = bisect_left(
            range((moment - before) // timedelta(seconds=1)),
            wall,
            key=lambda second: self._wall(before + timedelta(seconds=second)),
        )
        return before + timedelta(seconds=skipped)

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _open_parts(self, days: Iterable[date], reached: datetime) -> Iterator[Interval]:
        """Walk the open intervals of these days from a moment on, none counted twice."""
        for day in days:
            for opens, closes in self.spans(day):
                if closes > reached:
                    yield max(opens, reached), closes
                    reached = closes


def check_hours(hours: Hours) -> None:
    """Refuse spans of one day that overlap or are out of order; only the last may pass midnight."""
    for (opens, closes), (next_opens, _) in pairwise(hours):
        if not opens < closes <= next_opens:
            raise ValueError(f"opening hours overlap or are out of order: {hours}")
