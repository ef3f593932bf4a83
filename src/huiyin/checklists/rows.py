"""Plain rows that the checklists give to the rooms above and to the doors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiyin.checklists.rules import Item


@dataclass(frozen=True, slots=True)
class MarkRow:
    """What stands at an item: its value as ``rules.checked`` keeps it, by whom, when, how known.

    ``raised`` is the number of the matter that a failed item brought about.
    """

    id: int
    item: str
    value: Any
    note: str
    failed: bool
    raises: str
    raised: str
    at: datetime
    recorded_at: datetime
    by_id: int | None
    by_name: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of a run with its last mark, if any, and whether it is or was late."""

    item: Item
    mark: MarkRow | None
    due_at: datetime | None
    is_late: bool
    times_marked: int


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with all its items; ``missing`` names the required ones that nobody marked."""

    id: int
    code: str
    title: str
    version: int
    subject: str
    community_id: int
    community: str
    zone: str
    state: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str
    items: tuple[ItemView, ...]
    missing: tuple[str, ...]
    percent: int
    may_drop: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as lists show one."""

    id: int
    code: str
    title: str
    subject: str
    state: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    percent: int
    failed: int


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as lists show one; ``origin``: shipped, company or community.

    ``number`` is the version in use; 0 for a shipped one that nobody has used yet.
    """

    code: str
    title: str
    origin: str
    number: int
    items: int
    made_at: datetime | None
    made_by: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the history of a template."""

    number: int
    origin: str
    made_at: datetime
    made_by: str
    reason: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with its items and its history, newest first."""

    row: TemplateRow
    items: tuple[Item, ...]
    versions: tuple[VersionRow, ...]
    may_write: bool
