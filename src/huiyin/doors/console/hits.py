"""What the one box found, as the lines under it show it."""

from dataclasses import dataclass
from typing import Final

MOST_HITS: Final = 12
ICONS: Final = {"house": "home", "person": "user", "phone": "phone", "plate": "id"}
"""The picture of each kind of ``huiyin.estate.rows.Hit``."""


@dataclass(frozen=True, slots=True)
class Found:
    """One line under the box: where it leads and how it looks."""

    url: str
    icon: str
    title: str
    subtitle: str
    in_place: bool = False
