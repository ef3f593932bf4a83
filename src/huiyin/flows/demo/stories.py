"""What people call about: read once from ``stories.toml``."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from huiyin.flows.demo.stage import Home

_FILE = Path(__file__).with_name("stories.toml")


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that happened, in the words of those to whom it happened."""

    kind: str
    text: str
    done: str
    news: str = ""
    place: str = ""
    cause: str = ""
    course: str = ""
    why: str = ""
    measures: str = ""

    @property
    def needs_neighbours(self) -> bool:
        """True when the story speaks of the flat above or below."""
        return any(slot in self.text + self.done + self.news for slot in ("{up}", "{down}"))

    def at(self, home: Home, rng: Random) -> "Story":
        """Return the story as told from one flat."""
        slots = home.slots(rng)
        names = ("text", "done", "news", "place", "course", "why", "measures")
        return replace(self, **{name: getattr(self, name).format_map(slots) for name in names})


@cache
def stories() -> dict[str, tuple[Story, ...]]:
    """Return every story by kind; ``power_cut`` holds those of one evening."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        kind: tuple(Story(**{"kind": kind, **table}) for table in rows)
        for kind, rows in tables.items()
    }
