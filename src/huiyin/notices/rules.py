"""Pure decisions about telling people things: where, when, how often, again when (NOT-04)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

CATEGORIES: Final = ("matter", "notice", "bill", "greeting", "code")
CHOOSABLE: Final = ("matter", "notice", "bill", "greeting")
"""Categories for which an owner may choose channels; codes go where they were asked for."""
LADDER: Final = ("wechat", "wecom", "sms", "email")
"""Ways out of the house, in the order in which they are tried unless the owner chose."""
LANGUAGES: Final = ("zh-hans", "zh-hant", "en")
_FALLS_DOWN: Final = frozenset({"matter", "notice", "bill"})
_NUMBER_IS_DEAD: Final = frozenset({"wrong", "out_of_service"})
_MOBILE_DIGITS: Final = 11

# How a courier behaves; technical, not a promise to anybody.
LEASE: Final = timedelta(minutes=3)
"""How long a courier may have a message in hand; longer than any provider is waited for."""
ASK_AGAIN: Final = timedelta(minutes=2)
"""A provider that could not be asked what became of a message is asked again after so long."""
MOST_TRIES: Final = 6
MOST_ASKS: Final = 20
"""So often a provider is asked what became of a message before it is shown as failed."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number of a person and what the last calls found."""

    number: str
    state: str
    rank: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """Where a person is reached and what they chose; ``chosen`` None: they never chose."""

    addresses: Mapping[str, str]
    chosen: Mapping[str, tuple[str, ...]]
    language: str = "zh-hans"


def sms_number(numbers: Iterable[Number]) -> str:
    """Return the number that a short message can reach: mobile, not known dead, best rank first."""
    able = [one for one in numbers if one.state not in _NUMBER_IS_DEAD and is_mobile(one.number)]
    return min(able, key=lambda one: (one.state != "good", one.rank), default=_NOBODY).number


_NOBODY = Number("", "", 0)


def is_mobile(number: str) -> bool:
    """Tell whether a number is one of a mobile telephone of mainland China."""
    return len(number) == _MOBILE_DIGITS and number.isdigit() and number.startswith("1")


def steps(
    category: str,
    wishes: Wishes,
    ready: Iterable[str],
    *,
    urgent: bool,
    only: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return the channels to try one after the other, each once; ``only`` these where any are told.

    1. What the owner chose comes first, in the order chosen; then the usual ladder.
    2. A channel that is not set up here, or where the person has no address, is passed over.
    3. Whoever chose none is told in the app alone, unless it is urgent.
    4. A greeting goes where it was chosen to go, else to the first of the ladder, and no further.
    """
    allowed = set(only) or set(LADDER)
    able = [one for one in LADDER if one in set(ready) & allowed and wishes.addresses.get(one)]
    chosen = wishes.chosen.get(category)
    if chosen is not None and not chosen and not urgent:
        return ()
    wanted = [one for one in chosen or () if one in able]
    if category not in _FALLS_DOWN and not urgent:
        return tuple(wanted if chosen else able)[:1]
    return tuple(dict.fromkeys([*wanted, *able]))


def opens_at(at: datetime, zone: ZoneInfo, hours: Sequence[tuple[time, time]]) -> datetime:
    """Return the first moment from ``at`` on at which something may ring at owners'.

    Hours are read from the clock on the wall; without any it may ring at all times.
    """
    if not hours:
        return at
    local = at.astimezone(zone)
    for days in (-1, 0, 1, 2):
        day = local.date() + timedelta(days=days)
        for start, end in sorted(hours):
            begins, ends = _span(day, start, end, zone)
            if at < ends:
                return max(at, begins)
    raise ArithmeticError("no hour opens within two days")


def next_opening(at: datetime, zone: ZoneInfo, hours: Sequence[tuple[time, time]]) -> datetime:
    """Return when the hours of the next day begin."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    start = min((start for start, _end in hours), default=time())
    return _wall(tomorrow, start, zone)


def begin_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the midnight before a moment."""
    return _wall(at.astimezone(zone).date(), time(), zone)


def _span(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return begin and end of opening hours; those that end before they begin pass midnight."""
    last = day if end > start else day + timedelta(days=1)
    return _wall(day, start, zone), _wall(last, end, zone)


def _wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone)


def may_ring_at(
    at: datetime,
    sent: Sequence[datetime],
    *,
    hourly_most: int,
    daily_most: int,
    zone: ZoneInfo,
    hours: Sequence[tuple[time, time]],
) -> tuple[datetime, str]:
    """Return when a number may be rung next, and which cap makes it wait, if one does.

    ``sent`` are the moments at which it was rung since midnight, and within the last hour. A full
    hour waits until the oldest of it is an hour ago, a full day until the next one opens.
    """
    today = [one for one in sent if one >= begin_of_day(at, zone)]
    if len(today) >= daily_most:
        return next_opening(at, zone, hours), "daily_cap"
    hour = sorted(one for one in sent if one > at - timedelta(hours=1))
    if len(hour) >= hourly_most:
        free = hour[len(hour) - hourly_most] + timedelta(hours=1)
        return opens_at(free, zone, hours), "hourly_cap"
    return at, ""


def wait_after(tries: int, jitter: float) -> timedelta:
    """Return how long to wait after so many tries in vain: twice as long each time, up to an hour.

    ``jitter`` from 0 to 1 shortens it by up to a quarter, so that not everybody comes at once.
    """
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(max(tries - 1, 0), 20), _LONGEST_WAIT)
    return wait - wait / 4 * jitter


def jitter_of(reference: UUID, tries: int) -> float:
    """Return the jitter of a message's try: always the same for the same message and try."""
    return ((reference.int >> (8 * (tries % 8))) & 0xFF) / 255


def masked_name(name: str) -> str:
    """Hide a name but for its first sign: ``王**``."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2) if name else ""


def masked_address(address: str) -> str:
    """Hide the middle of a number, an e-mail address or an id with a provider."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    if is_mobile(address):
        return f"{address[:3]}****{address[-4:]}"
    return f"{address[:3]}****{address[-2:]}" if len(address) > _SHORTEST else "****"


_SHORTEST = 6
