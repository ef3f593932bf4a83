"""What an announcement may be and when its papers are due: pure decisions (NOT-02, NOT-03)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CATEGORIES: Final = (
    "general",
    "power_cut",
    "water_cut",
    "gas_cut",
    "lift",
    "works",
    "festival",
    "fee",
    "other",
)
# What is cut off has a line, an area, a time (EMG-04).
CUTS: Final = ("power_cut", "water_cut", "gas_cut", "lift")
# What may be an emergency: released at once, whatever the hour.
MAY_BE_URGENT: Final = (*CUTS, "other")
AUDIENCES: Final = ("all", "buildings", "units", "houses")
MESSAGES: Final = ("app", "sms", "wechat", "email")
PAPERS: Final = ("hall", "door", "letter")
CHANNELS: Final = (*MESSAGES, *PAPERS)
# The ways out of the house behind what is ticked; the app is always told.
WAYS: Final = {
    "app": ("in_app",),
    "sms": ("sms",),
    "wechat": ("wechat", "wecom"),
    "email": ("email",),
}
SLIP_KINDS: Final = ("door", "letter")
SLIP_STATES: Final = ("to_do", "posted", "sent", "received", "sent_back", "dropped")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is planned of a cut (EMG-04); empty for everything else."""

    line: str = ""
    area: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    lifts: str = ""
    precautions: str = ""


def paper_due(starts_on: date, from_at: datetime | None, zone: str) -> datetime:
    """Tell by when papers must hang: the end of the first day, and before a cut begins."""
    end_of_day = datetime.combine(starts_on + timedelta(days=1), time(0), ZoneInfo(zone))
    return end_of_day if from_at is None else min(end_of_day, from_at)


def missing_facts(category: str, facts: Facts, *, urgent: bool) -> tuple[str, ...]:
    """Return which facts of a planned cut nobody has told yet, by the names of their fields.

    A planned power cut needs them all (EMG-04), other cuts where and from when until when. An
    emergency needs nothing but its text: there is no time to find out first.
    """
    if urgent or category not in CUTS:
        return ()
    wanted = ["area", "from_at", "until_at"]
    if category == "power_cut":
        wanted = ["line", *wanted, "lifts", "precautions"]
    return tuple(name for name in wanted if not getattr(facts, name))


def take_down_from(ends_on: date) -> date:
    """Tell from which day on a poster hangs too long: the day after the last one."""
    return ends_on + timedelta(days=1)


def posting_state(
    *,
    due_at: datetime,
    take_down_on: date,
    posted: bool,
    taken_down: bool,
    dropped: bool,
    at: datetime,
    today: date,
) -> str:
    """Say how it stands with a poster; ``today`` is the local day of ``at``.

    One that was never put up while it should have hung is ``missed``: that is not forgotten.
    """
    if posted:
        if taken_down:
            return "taken_down"
        return "to_take_down" if today >= take_down_on else "hanging"
    if dropped:
        return "dropped"
    if today >= take_down_on:
        return "missed"
    return "overdue" if at >= due_at else "to_post"
