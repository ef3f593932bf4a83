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
