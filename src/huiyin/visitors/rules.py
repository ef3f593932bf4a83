"""What may become of an appointment, and which ones come too close: pure decisions (REC-08)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

OUTCOMES = ("received", "declined", "rearranged")
NEEDS_REASON = frozenset({"declined", "rearranged"})
# State → what may become of it.
FOLLOWS = {
    "booked": frozenset({"arrived", "declined", "rearranged", "cancelled"}),
    "arrived": frozenset(OUTCOMES),
}
TALK = timedelta(minutes=30)  # how long a visitor is reckoned to stay


def may_become(state: str, following: str) -> bool:
    """Tell whether an appointment in this state may get that one; decided, it gets none."""
    return following in FOLLOWS.get(state, frozenset())


def too_close(wished_at: datetime, others: Iterable[datetime]) -> list[datetime]:
    """Return the other appointments during which somebody would still be talking."""
    return sorted(other for other in others if abs(other - wished_at) < TALK)


def masked_name(name: str) -> str:
    """Return a name of which only the first sign can be read: 张**."""
    return name[:1] + "*" * max(0, min(len(name), 4) - 1)
