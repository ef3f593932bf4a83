"""What becomes of a call, of a signed message, and which shift it is: pure decisions."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVENTS = ("ringing", "answered", "abandoned", "ended")
RINGS_MOST = 200
RING_SECONDS = 5  # one second of tone, four of silence
STALE_AFTER = timedelta(minutes=5)  # as Standard Webhooks recommends


# -- a call (REC-01)


@dataclass(frozen=True, slots=True)
class CallState:
    """What is known of a call so far."""

    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    ended_at: datetime | None = None
    number: str = ""
    rings: int = 0
    extension: str = ""


def hear(
    call: CallState, *, event: str, moment: datetime, number: str, rings: int, extension: str = ""
) -> CallState:
    """Return the call after one more event; the same event again changes nothing.

    Events may come in any order. Of two that tell the same, the earlier moment holds; a number once
    known stays; rings only grow. Where the exchange counts no rings, they follow from the time
    between ringing and answer. The extension that answered holds, else the one first told of.
    """
    known: datetime | None = getattr(call, f"{event}_at")
    moments = {f"{event}_at": min(known, moment) if known else moment}
    answers = event == "answered" and (known is None or moment < known)
    heard = replace(
        call,
        **moments,
        number=call.number or number,
        rings=max(call.rings, rings),
        extension=extension if extension and answers else call.extension or extension,
    )
    return heard if heard.rings else replace(heard, rings=rings_between(heard))


def rings_between(call: CallState) -> int:
    """Count the rings between the first ring and the answer, 0 when either is unknown."""
    if call.ringing_at is None or call.answered_at is None:
        return 0
    waited = (call.answered_at - call.ringing_at).total_seconds()
    return min(max(1, math.ceil(waited / RING_SECONDS)), RINGS_MOST)


def wants_call_back(call: CallState) -> bool:
    """Tell whether the caller gave up before anybody answered."""
    return call.abandoned_at is not None and call.answered_at is None


def standing(call: CallState) -> str:
    """Say how a call stands: ``ringing``, ``talking``, ``ended`` or ``abandoned``."""
    if wants_call_back(call):
        return "abandoned"
    if call.ended_at is not None or call.abandoned_at is not None:
        return "ended"
    return "talking" if call.answered_at is not None else "ringing"


def is_stale(sent_at: datetime, now: datetime) -> bool:
    """Tell whether a signed message is too old, or too far ahead, to be believed."""
    return abs(now - sent_at) > STALE_AFTER


# -- a shift (REC-12, HR-03)


@dataclass(frozen=True, slots=True)
class Span:
    """One shift of one day, from a moment to a moment; ``day`` is the one it begins on."""

    day: date
    period: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment lies in the shift."""
        return self.starts_at <= moment < self.ends_at


Shifts = tuple[tuple[time, time], ...]


def spans_of(shifts: Shifts, day: date, zone: ZoneInfo) -> list[Span]:
    """List the shifts that begin on a day, in order; one that ends earlier passes midnight."""
    found = []
    for begins, ends in shifts:
        last = day + timedelta(days=1) if ends <= begins else day
        found.append(
            Span(
                day=day,
                period=f"{begins:%H:%M}-{ends:%H:%M}",
                # In UTC: two moments of one zone are compared by what its clocks show.
                starts_at=datetime.combine(day, begins, zone).astimezone(UTC),
                ends_at=datetime.combine(last, ends, zone).astimezone(UTC),
            )
        )
    return sorted(found, key=lambda span: span.starts_at)


def shift_at(shifts: Shifts, moment: datetime, zone: ZoneInfo) -> Span | None:
    """Return the shift in which a moment lies, the one begun last where two overlap, or None."""
    today = moment.astimezone(zone).date()
    near = [
        span
        for day in (today - timedelta(days=1), today)
        for span in spans_of(shifts, day, zone)
        if span.holds(moment)
    ]
    return max(near, key=lambda span: span.starts_at, default=None)


def shift_after(shifts: Shifts, moment: datetime, zone: ZoneInfo) -> Span:
    """Return the first shift that begins after a moment."""
    today = moment.astimezone(zone).date()
    coming = [
        span
        for day in (today, today + timedelta(days=1))
        for span in spans_of(shifts, day, zone)
        if span.starts_at > moment
    ]
    return min(coming, key=lambda span: span.starts_at)
