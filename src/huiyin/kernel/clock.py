"""The present moment: the only place where Huiyin asks what time it is.

Doors call :func:`now` once and pass the moment down; everything below takes ``at``.
``HUIYIN_NOW`` fixes the moment for a whole process, :func:`at` for a block of code.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
_fixed: ContextVar[datetime | None] = ContextVar("huiyin_fixed_now", default=None)


class BadMoment(ValueError):
    """The text is not an ISO 8601 moment with an offset."""


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    fixed = _fixed.get()
    if fixed is not None:
        return fixed
    text = os.environ.get("HUIYIN_NOW")
    if text:
        return parse(text)
    return datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make :func:`now` answer ``moment`` inside the block (tests, demo, replay, time travel)."""
    if moment.tzinfo is None:
        raise BadMoment("moment without an offset")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def parse(text: str) -> datetime:
    """Read an ISO 8601 moment such as ``2026-03-16T09:00:00+08:00``.

    Raises BadMoment when the text is not a moment, names no offset, or lies so far away that a
    limit counted from it would leave the calendar.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadMoment(f"not a moment: {text!r}") from error
    if moment.tzinfo is None:
        raise BadMoment(f"no offset: {text!r}")
    if not EARLIEST_YEAR < moment.year < LATEST_YEAR:
        raise BadMoment(f"too far away: {text!r}")
    return moment.astimezone(UTC)
