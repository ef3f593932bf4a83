"""Pure decisions for owners: verbs by state, names shortened, moments in a day's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

OPEN = ("received", "reopened", "assigned", "accepted", "on_site")
DONE = ("finished", "visited_back")
# Verb → states of the matter in which an owner may use it (OWN-01).
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "chase": OPEN,
    "add": (*OPEN, *DONE),
    "confirm": DONE,
    "rate": (*DONE, "closed"),
    "reopen": (*DONE, "closed"),
}
LEAST_CONTENT = 3  # of 5: from here on a rating is an answer that needs no further talk


def refusal(verb: str, state: str, *, signed: bool, rated: bool) -> str | None:
    """Return why an owner's verb is refused now, as a code of ``titles.REFUSALS``, or None.

    The same function decides which buttons a page shows.
    """
    if state not in ALLOWED[verb]:
        return f"{verb}:{state}"
    if verb == "confirm" and signed:
        return "confirm:signed"
    if verb == "rate" and rated:
        return "rate:rated"
    return None


def is_visit_back(kind: str, state: str, satisfaction: int) -> bool:
    """Tell whether an owner's own rating is the visit back that was promised (REC-11, CMP-02).

    Whoever is asked and answers that it is all right has been visited back. Who is not content
    wants to be talked to, and after a complaint somebody talks in any case.
    """
    return (
        state == "finished"
        and satisfaction >= LEAST_CONTENT
        and not (kind == "complaint" or kind.startswith("complaint."))
    )


def shortened(name: str) -> str:
    """Hide a name but its first sign: 王**."""
    return name[:1] + "*" * min(max(len(name) - 1, 0), 2)


@dataclass(frozen=True, slots=True)
class DayAndTime:
    """A moment as people say it: how many days from today, which day, what o'clock."""

    days: int
    month: int
    day: int
    time: str


def day_and_time(moment: datetime, at: datetime, zone: ZoneInfo) -> DayAndTime:
    """Say a moment from where the reader stands; midnight is the end of a day, 24:00."""
    local, today = moment.astimezone(zone), at.astimezone(zone).date()
    shown, time = local, f"{local:%H:%M}"
    if time == "00:00" and not local.second:
        shown, time = local - timedelta(minutes=1), "24:00"
    return DayAndTime((shown.date() - today).days, shown.month, shown.day, time)


def standing(state: str, due_at: datetime, closed_at: datetime | None, at: datetime) -> str:
    """Return how a promise stands for its owner, also between two sweeps of the clocks.

    ``late`` is broken and still owed, ``broken`` was done too late, ``void`` concerns nobody.
    """
    if state == "running" and due_at <= at:
        return "late"
    if state == "broken" and closed_at is None:
        return "late"
    return state


def next_of(dues: Iterable[tuple[str, datetime]]) -> int | None:
    """Return which of the promises, given as (standing, due_at), an owner wants to know first.

    What is coming, the nearest first; else what is late, the latest promised first; else what is
    paused. None when nothing is owed.
    """
    ranks = {"running": 0, "late": 1, "paused": 2}
    rows = list(dues)
    owed = [index for index, (state, _due) in enumerate(rows) if state in ranks]

    def rank(index: int) -> tuple[int, float]:
        state, due = rows[index]
        return ranks[state], -due.timestamp() if state == "late" else due.timestamp()

    return min(owed, key=rank, default=None)
