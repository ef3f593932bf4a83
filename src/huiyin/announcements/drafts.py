"""The text of a cut, filled in from what is planned (EMG-04)."""

import tomllib
from datetime import datetime
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from huiyin.announcements.models import Announcement
from huiyin.announcements.rules import Facts

# What the telling of a planned cut says; of everything else only the title and the text.
TEMPLATES = {"power_cut": "notice.power_cut", "water_cut": "notice.water_cut"}
PLAIN_TEMPLATE = "notice.published"


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    file = resources.files(__package__).joinpath("texts.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def draft_of(category: str, facts: Facts, *, urgent: bool, zone: str) -> tuple[str, str]:
    """Return title and text of a cut; nothing for what is no cut.

    A sentence about something that is not known is left out.
    """
    cut = _texts()["cut"].get(category)
    if cut is None:
        return "", ""
    known = {
        "when": when_of(facts.from_at, facts.until_at, zone),
        "line": facts.line,
        "area": facts.area,
        "lifts": facts.lifts,
        "precautions": facts.precautions,
    }
    known = {name: text.strip().rstrip("。") for name, text in known.items()}
    lines = [one for one in cut["emergency" if urgent else "planned"] if _is_known(one, known)]
    body = "\n".join(one.format(**known) for one in lines)
    return cut["at_once" if urgent else "title"], body


def facts_of(announcement: Announcement) -> Facts:
    """Return what is planned of a cut."""
    return Facts(
        announcement.line,
        announcement.area,
        announcement.from_at,
        announcement.until_at,
        announcement.lifts,
        announcement.precautions,
    )


def template_of(announcement: Announcement) -> str:
    """Return the template of the telling: that of a cut only where all it says is known."""
    facts = facts_of(announcement)
    if announcement.urgent or not (facts.area and facts.from_at and facts.until_at):
        return PLAIN_TEMPLATE
    return TEMPLATES.get(announcement.category, PLAIN_TEMPLATE)


def telling_values(announcement: Announcement) -> dict[str, str]:
    """Return the values that the templates of announcements are filled with."""
    facts, zone = facts_of(announcement), announcement.community.zone
    return {
        "number": announcement.number,
        "title": announcement.title,
        "text": announcement.body,
        "line": facts.line,
        "area": facts.area,
        "from": moment_of(facts.from_at, zone),
        "until": _until(facts, zone),
        "lifts": facts.lifts,
        "precautions": facts.precautions,
    }


def moment_of(at: datetime | None, zone: str) -> str:
    """Say a moment of a cut in the words of an announcement; "" when nobody knows."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_day(local)}{local:%H:%M}"


def _until(facts: Facts, zone: str) -> str:
    """Say the end of a cut, without the day where it is the one it begins on."""
    if facts.from_at is None or facts.until_at is None:
        return moment_of(facts.until_at, zone)
    begins, ends = (one.astimezone(ZoneInfo(zone)) for one in (facts.from_at, facts.until_at))
    return f"{ends:%H:%M}" if begins.date() == ends.date() else moment_of(facts.until_at, zone)


def when_of(from_at: datetime | None, until_at: datetime | None, zone: str) -> str:
    """Say from when until when, in the words of an announcement; "" when nobody knows."""
    if from_at is None:
        return ""
    words = _texts()["words"]
    local = ZoneInfo(zone)
    begins = from_at.astimezone(local)
    if until_at is None:
        return str(words["since"].format(first=_day(begins), from_time=f"{begins:%H:%M}"))
    ends = until_at.astimezone(local)
    return str(
        words["between"].format(
            first=_day(begins),
            from_time=f"{begins:%H:%M}",
            last="" if ends.date() == begins.date() else _day(ends),
            until_time=f"{ends:%H:%M}",
        )
    )


def _day(at: datetime) -> str:
    words = _texts()["words"]
    weekday = words["weekdays"][at.weekday()]
    return str(words["day"].format(month=at.month, day=at.day, weekday=weekday))


def _is_known(line: str, known: dict[str, str]) -> bool:
    names = {name for _text, name, _spec, _way in Formatter().parse(line) if name}
    return all(known.get(name) for name in names)
