"""What becomes of a call: pure decisions (REC-01)."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

EVENTS = ("ringing", "answered", "abandoned", "ended")
RINGS_MOST = 200
RING_SECONDS = 5  # one second of tone, four of silence


@dataclass(frozen=True, slots=True)
class CallState:
    """What is known of a call so far."""

    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    ended_at: datetime | None = None
    number: str = ""
    rings: int = 0


def hear(call: CallState, *, event: str, moment: datetime, number: str, rings: int) -> CallState:
    """Return the call after one more event; the same event again changes nothing.

    Events may come in any order. Of two that tell the same, the earlier moment holds; a number once
    known stays; rings only grow. Where the exchange counts no rings, they follow from the time
    between ringing and answer.
    """
    known: datetime | None = getattr(call, f"{event}_at")
    moments = {f"{event}_at": min(known, moment) if known else moment}
    heard = replace(call, **moments, number=call.number or number, rings=max(call.rings, rings))
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
