"""Half-open spans of days, and how many months they are, exactly.

A month is cut into as many ticks as every length of a month divides, so that days of February and
of March add up in whole numbers: 16 of 31 days are 194,880 of the 377,580 ticks of a month.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from huiyin.billing.rules.periods import first_of, month_number

TICKS: Final = 377_580
"""The ticks of a month: the least number that 28, 29, 30 and 31 divide."""

Span = tuple[date, date]


@lru_cache(maxsize=4096)
def position(day: date) -> int:
    """Return the tick at which a day begins; a month has as many in February as in March."""
    length = monthrange(day.year, day.month)[1]
    return month_number(day) * TICKS + (day.day - 1) * (TICKS // length)


def ticks(from_on: date, until_on: date) -> int:
    """Return how many ticks of a month lie between two days."""
    return position(until_on) - position(from_on)


@lru_cache(maxsize=4096)
def whole_and_days(from_on: date, until_on: date) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Say a span as whole calendar months and the days at its ends: 2 and 16 of 31."""
    head = month_after(from_on)
    tail = first_of(month_number(until_on))
    if head > tail:  # inside one month
        return 0, ((until_on.day - from_on.day, _length(from_on)),)
    ends = []
    if head > from_on:
        ends.append(((head - from_on).days, _length(from_on)))
    if until_on > tail:
        ends.append(((until_on - tail).days, _length(until_on)))
    return month_number(tail) - month_number(head), tuple(ends)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def month_after(day: date) -> date:
    """Return the first of the next month, or the day itself when it is a first."""
    return day if day.day == 1 else first_of(month_number(day) + 1)


def without(span: Span, taken: Collection[Span]) -> list[Span]:
    """Return what is left of a span without the days taken, in order."""
    left = [span]
    if not taken:
        return left
    for begun, ended in taken:
        left = [
            part
            for from_on, until_on in left
            for part in ((from_on, min(until_on, begun)), (max(from_on, ended), until_on))
            if part[0] < part[1]
        ]
    return left


def common(span: Span, other: Span) -> Span | None:
    """Return the days that two spans share, or None."""
    from_on, until_on = max(span[0], other[0]), min(span[1], other[1])
    return (from_on, until_on) if from_on < until_on else None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same days with touching and overlapping spans made one, in order."""
    done: list[Span] = []
    for from_on, until_on in sorted(spans):
        if done and from_on <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], until_on))
        else:
            done.append((from_on, until_on))
    return done


def cut(span: Span, days: Iterable[date]) -> Sequence[Span]:
    """Cut a span at the days that lie inside it."""
    from_on, until_on = span
    inside = sorted({day for day in days if from_on < day < until_on})
    return tuple(zip((from_on, *inside), (*inside, until_on), strict=True))
