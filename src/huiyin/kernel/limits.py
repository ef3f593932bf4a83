"""Time limits as they are written in a service standard, and when they fall due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias

from huiyin.kernel.calendar import ONE_DAY, Interval, WorkingCalendar

LONGEST_DAYS = 3660
"""Ten years: what is longer is a slip of the pen."""
SHORTEST_REPEAT = 3600
"""What repeats more often than hourly is a slip of the pen too."""

SECOND = timedelta(seconds=1)
UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Elapsed:
    """Real time, day and night, holidays too: ``10m``, ``24h``."""

    seconds: int

    def __str__(self) -> str:
        """Write it in the largest unit that fits."""
        unit = next(u for u in ("h", "m", "s") if self.seconds % UNITS[u] == 0)
        return f"{self.seconds // UNITS[unit]}{unit}"


@dataclass(frozen=True)
class SameDay:
    """Until midnight, or until a set hour of the next day for what arrives late: ``same day``."""

    def __str__(self) -> str:
        """Write it as in a standard."""
        return "same day"


@dataclass(frozen=True)
class Days:
    """Until the end of the nth calendar day after: ``3d``."""

    count: int

    def __str__(self) -> str:
        """Write it as in a standard."""
        return f"{self.count}d"


@dataclass(frozen=True)
class WorkingDays:
    """Until the close of the nth working day after: ``2wd``."""

    count: int

    def __str__(self) -> str:
        """Write it as in a standard."""
        return f"{self.count}wd"


@dataclass(frozen=True)
class AsPromised:
    """Until the moment the owner was told: ``as promised``."""

    def __str__(self) -> str:
        """Write it as in a standard."""
        return "as promised"


@dataclass(frozen=True)
class Every:
    """Again and again until one of these events: ``every 7d until finished``."""

    each: Elapsed | Days | WorkingDays
    until: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it as in a standard."""
        return f"every {self.each}" + (f" until {' or '.join(self.until)}" if self.until else "")


Limit: TypeAlias = Elapsed | SameDay | Days | WorkingDays | AsPromised | Every


@dataclass(frozen=True)
class DayRules:
    """What arrives at or after ``late_after`` is due the next day by ``late_until``."""

    late_after: time = time(20)
    late_until: time = time(12)


class BadLimit(ValueError):
    """A text that is not a time limit.

    ``code`` says why: ``empty``, ``unknown``, ``zero``, ``too_long`` or ``cannot_repeat``.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text!r} is not a time limit: {code}")
        self.code = code
        self.text = text


# --- reading ------------------------------------------------------------------------------------

_AMOUNT = re.compile(r"(\d{1,9})\s*(s|m|h|d|wd)")
_EVERY = re.compile(r"every\s+(.+?)(?:\s+until\s+(\w+(?:\s+or\s+\w+)*))?")


def parse_limit(text: str) -> Limit:
    """Read a limit as people write it, or raise BadLimit."""
    words = " ".join(text.lower().split())
    if not words:
        raise BadLimit("empty", text)
    if found := _EVERY.fullmatch(words):
        until = found[2].split(" or ") if found[2] else []
        return Every(_repeatable(found[1], text), tuple(until))
    return _parse_once(words, text)


def _parse_once(words: str, text: str) -> Elapsed | SameDay | Days | WorkingDays | AsPromised:
    if words == str(SameDay()):
        return SameDay()
    if words == str(AsPromised()):
        return AsPromised()
    return _parse_amount(words, text)


def _parse_amount(words: str, text: str) -> Elapsed | Days | WorkingDays:
    found = _AMOUNT.fullmatch(words)
    if not found:
        raise BadLimit("unknown", text)
    number, unit = int(found[1]), found[2]
    if number == 0:
        raise BadLimit("zero", text)
    if number * UNITS.get(unit, 86400) > LONGEST_DAYS * 86400:
        raise BadLimit("too_long", text)
    if unit == "d":
        return Days(number)
    return WorkingDays(number) if unit == "wd" else Elapsed(number * UNITS[unit])


def _repeatable(words: str, text: str) -> Elapsed | Days | WorkingDays:
    match _parse_once(words, text):
        case Days() | WorkingDays() as limit:
            return limit
        case Elapsed(seconds) as limit if seconds >= SHORTEST_REPEAT:
            return limit
        case _:
            raise BadLimit("cannot_repeat", text)


# --- counting -----------------------------------------------------------------------------------


def due_at(
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    day_rules: DayRules,
    pauses: Sequence[Interval] = (),
    *,
    until: datetime | None = None,
) -> datetime:
    """Tell when a limit counted from ``base_at`` falls due, exclusive.

    A pause moves the due moment by its own length, for working days by its own working time. What
    lies before ``base_at`` or begins once the limit has run out moves nothing, and overlapping
    pauses count once. ``until`` is the moment told, for ``as promised``.
    """
    due = _due_without_pauses(limit, base_at, calendar, day_rules, until)
    return _moved(due, limit, base_at, calendar, pauses)


def halfway_at(
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    day_rules: DayRules,
    pauses: Sequence[Interval] = (),
    *,
    until: datetime | None = None,
) -> datetime:
    """Tell when half of a limit is used up; for working days half of the working time."""
    due = _due_without_pauses(limit, base_at, calendar, day_rules, until)
    if counts_working_time(limit):
        working = calendar.working_time(base_at, due) // 2
        half = calendar.add_working_time(base_at, working // SECOND * SECOND)
    else:
        half = base_at.astimezone(UTC) + (due - base_at) // 2 // SECOND * SECOND
    return _moved(half, limit, base_at, calendar, pauses)


def twice_at(
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    day_rules: DayRules,
    pauses: Sequence[Interval] = (),
    *,
    until: datetime | None = None,
) -> datetime:
    """Tell when twice the limit is used up; for the same day that is the end of the next one."""
    match limit.each if isinstance(limit, Every) else limit:
        case Elapsed(seconds):
            double: Limit = Elapsed(2 * seconds)
        case Days(count):
            double = Days(2 * count)
        case WorkingDays(count):
            double = WorkingDays(2 * count)
        case SameDay():
            double = Days(1)
        case _:
            due = _due_without_pauses(limit, base_at, calendar, day_rules, until)
            double, until = limit, due + (due - base_at)
    return due_at(double, base_at, calendar, day_rules, pauses, until=until)


def used_seconds(
    limit: Limit,
    base_at: datetime,
    at: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Interval] = (),
) -> int:
    """Count the seconds that have run against the limit, pauses left out."""
    stood_still = [(start, min(end, at)) for start, end in pauses]
    if counts_working_time(limit):
        used = calendar.working_time(base_at, at)
        for start, end in _merged(base_at, stood_still):
            used -= calendar.working_time(start, end)
    else:
        used = max(at - base_at, timedelta())
        for start, end in _merged(base_at, stood_still):
            used -= end - start
    return used // SECOND


def counts_working_time(limit: Limit) -> bool:
    """Tell whether only working time runs against a limit, so that holidays matter to it."""
    return isinstance(limit.each if isinstance(limit, Every) else limit, WorkingDays)


def renewal_base(limit: Every, missed_at: datetime) -> datetime:
    """Tell from when a repeating limit counts again after it was missed.

    A limit in days falls due at midnight, which already belongs to the next day; counting from
    there would make each week eight days long. So it counts from the last second before.
    """
    return missed_at - SECOND if isinstance(limit.each, Days) else missed_at


def _due_without_pauses(
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    day_rules: DayRules,
    until: datetime | None,
) -> datetime:
    each = limit.each if isinstance(limit, Every) else limit
    if isinstance(each, Elapsed):
        return base_at.astimezone(UTC) + timedelta(seconds=each.seconds)
    local = base_at.astimezone(calendar.zone)
    match each:
        case SameDay():
            is_late = local.time() >= day_rules.late_after
            return calendar.instant(
                local.date() + ONE_DAY, day_rules.late_until if is_late else time(0)
            )
        case Days(count):
            return calendar.instant(local.date() + timedelta(days=count + 1))
        case WorkingDays(count):
            return calendar.close_of(calendar.nth_working_day_after(local.date(), count))
        case AsPromised():
            if until is None:
                raise ValueError("'as promised' needs the moment that was promised")
            return until.astimezone(UTC)


def _moved(
    moment: datetime,
    limit: Limit,
    base_at: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Interval],
) -> datetime:
    if not pauses:
        return moment
    for start, end in _merged(base_at, pauses):
        if start >= moment:
            break
        if counts_working_time(limit):
            moment = calendar.add_working_time(moment, calendar.working_time(start, end))
        else:
            moment += end - start
    return moment


def _merged(base_at: datetime, pauses: Sequence[Interval]) -> Iterator[Interval]:
    """Walk the pauses in order, each moment once, nothing before ``base_at``."""
    reached = base_at
    for start, end in sorted(pauses):
        if end > reached:
            yield max(start, reached), end
            reached = end
