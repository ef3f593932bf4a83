"""What work at the door adds up to, what comes next, and which moment counts: pure decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from huiyin.kernel.money import CENT

MOST_QUANTITY: Final = Decimal("99999.99")
MOST_PRICE: Final = Decimal("999999.9999")
MOST_AMOUNT: Final = Decimal("9999999.99")
# Kinds of matter that somebody goes to a home for, with the home-visit protocol (WO-03).
HOME_KINDS: Final = ("repair", "home_service", "special_service", "builder_defect")
HOME_CHECKLIST: Final = "visit.home"

ACTS: Final = (
    "accept",
    "leave",
    "arrive",
    "mark",
    "line",
    "drop_line",
    "consent",
    "photo",
    "sign",
    "finish",
    "note",
    "give_back",
)
# State of the matter → what the phone offers next; a signature is for who is on site.
NEXT: Final = {
    "received": ("accept",),
    "reopened": ("accept",),
    "assigned": ("accept", "give_back"),
    "accepted": ("leave", "arrive", "mark", "line", "drop_line", "consent", "finish", "give_back"),
    "on_site": ("mark", "line", "drop_line", "consent", "sign", "finish", "give_back"),
    "finished": ("mark", "line", "drop_line", "consent", "sign"),
    "visited_back": (),
    "closed": (),
}
LINES_IN: Final = ("accepted", "on_site", "finished", "visited_back")
# A charge slip that billing may take: not taken yet, not void, and nobody asks to void it.
BILLABLE: Final = {
    "billed_at__isnull": True,
    "voided_at__isnull": True,
    "void_asked_by__isnull": True,
}


def next_acts(state: str, *, is_signed: bool, is_anonymous: bool) -> tuple[str, ...]:
    """Return the acts a phone may offer for a job now; photos and notes always (WO-02)."""
    closed_by_signature = {"line", "drop_line", "consent", "sign"}
    offered = [
        act
        for act in NEXT[state]
        if not (is_signed and act in closed_by_signature) and not (is_anonymous and act == "sign")
    ]
    return (*offered, "photo", "note")


# -- money


def amount_of(quantity: Decimal, price: Decimal) -> Decimal:
    """Return quantity times price, rounded once, half up, to the cent."""
    return (quantity * price).quantize(CENT, ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of amounts, 0.00 for none."""
    return sum(amounts, Decimal("0.00"))


# -- moments


@dataclass(frozen=True, slots=True)
class Taken:
    """The moment a fact is taken at, and why it is not simply what the phone said.

    ``flags``: ``skew`` corrected by the wrong clock, ``future`` cut to now, ``old`` too long ago to
    be judged by its own time, ``before`` before the matter was received.
    """

    at: datetime
    skew: timedelta
    flags: tuple[str, ...] = ()


def moment_of(
    *,
    phone_at: datetime,
    sent_at: datetime,
    now: datetime,
    received_at: datetime,
    tolerance: timedelta,
    late: timedelta,
    not_before: datetime | None = None,
) -> Taken:
    """Decide at which moment a fact told by a phone happened.

    1. A phone whose clock was wrong by more than the tolerance when it sent is corrected by that.
    2. Nothing happens in the future: cut to now.
    3. What is older than the limit for late facts counts from now on.
    4. Nothing happens before the matter was received, or before an earlier act of the same hands.
    """
    skew = now - sent_at
    flags: list[str] = []
    at = phone_at
    if abs(skew) > tolerance:
        flags.append("skew")
        at = _shifted(phone_at, skew, now)
    if at > now:
        # A phone within its tolerance may be a little ahead; that is not worth a word.
        if at - now > tolerance:
            flags.append("future")
        at = now
    if at < now - late:
        flags.append("old")
        at = now
    if at < received_at:
        flags.append("before")
        at = received_at
    if not_before is not None and at < not_before <= now:
        at = not_before
    return Taken(at, skew, tuple(flags))


def _shifted(moment: datetime, by: timedelta, fallback: datetime) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return fallback


# -- the way through the day


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a job is and when it is due; ``building`` and ``floor`` are empty when not known."""

    number: str
    building: str
    floor: int | None
    due_at: datetime | None


def route(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Put jobs in the order they are walked: nearest due first, but all that is near at once.

    Buildings come in the order of their most pressing job, floors of a building likewise, the jobs
    of one floor by due moment. Jobs without a house stand each for itself. So the first stop is
    always the most pressing of all, and no building is entered twice.
    """
    rows = list(stops)
    first_of_building: dict[str, tuple[bool, float, str]] = {}
    first_of_floor: dict[tuple[str, int | None], tuple[bool, float, str]] = {}
    for one in rows:
        urgency = _urgency(one)
        place, level = _place(one), (_place(one), one.floor)
        first_of_building[place] = min(urgency, first_of_building.get(place, urgency))
        first_of_floor[level] = min(urgency, first_of_floor.get(level, urgency))
    return tuple(
        sorted(
            rows,
            key=lambda one: (
                first_of_building[_place(one)],
                first_of_floor[_place(one), one.floor],
                _urgency(one),
            ),
        )
    )


def _place(stop: Stop) -> str:
    return f"in {stop.building}" if stop.building else f"at {stop.number}"


def _urgency(stop: Stop) -> tuple[bool, float, str]:
    due = stop.due_at
    return (due is None, due.timestamp() if due else 0.0, stop.number)


# -- what a batch of acts may go on with


def is_held(number: str, act: str, stopped: Sequence[str]) -> bool:
    """Tell whether an act waits because an earlier one of its matter failed in the same batch.

    Notes and photos never wait: they only tell.
    """
    return number in stopped and act not in ("note", "photo")
