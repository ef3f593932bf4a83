"""Rows of matters as pages and the API show them: plain, with nothing behind them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiyin.matters.rules import OPEN, photos_missing


@dataclass(frozen=True, slots=True)
class PersonRef:
    """An employee as a matter names one."""

    code: str
    name: str
    post: str


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise as a page shows it; ``share`` is how much of the limit is used, 0.0 to 1.0."""

    code: str
    title: str
    rule: str
    cycle: int
    state: str
    state_title: str
    started_at: datetime
    due_at: datetime
    closed_at: datetime | None
    paused_seconds: int
    paused_until: datetime | None
    pause_reason: str
    provisional: bool
    overdue: bool
    share: float
    void_reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as a timeline shows it."""

    at: datetime
    recorded_at: datetime
    kind: str
    kind_title: str
    by: PersonRef | None
    by_name: str
    via: str
    via_title: str
    contact: bool
    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A report linked to a matter: who reported it and where, as far as the caller may know."""

    number: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    house: str
    place: str
    caller_name: str
    caller_phone: str
    anonymous: bool
    text: str

    @property
    def can_be_told(self) -> bool:
        """Tell whether there is somebody to be told."""
        return not self.anonymous


@dataclass(frozen=True, slots=True)
class MatterView:
    """Everything about one matter that its page and the API show."""

    number: str
    community: str
    community_id: int
    zone: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    text: str
    channel: str
    channel_title: str
    house: str
    place: str
    caller_name: str
    caller_phone: str
    identity_visible: bool
    anonymous: bool
    important: bool
    owner: PersonRef
    follower: PersonRef | None
    about_employee: PersonRef | None
    received_at: datetime
    nearest_due_at: datetime | None
    finished_at: datetime | None
    closed_at: datetime | None
    result: str
    signed_name: str
    satisfaction: int | None
    comment: str
    first_time_pass: bool | None
    cycle: int
    chases: int
    is_mine: bool
    promises: tuple[PromiseView, ...]
    events: tuple[EventView, ...]
    photos: tuple[int, ...]
    photo_stages: tuple[str, ...]
    """For each photo whether it was taken ``before`` or ``after`` the work, or empty."""
    parent: str
    """The number of the matter this report is linked to, or empty."""
    linked: tuple[LinkedRow, ...]
    """Reports of the same problem linked to this one, oldest first."""
    verbs: frozenset[str]

    @property
    def photos_missing(self) -> tuple[str, ...]:
        """Name the photos that a public repair still lacks: ``before``, ``after`` (WO-07)."""
        return photos_missing(self.kind, self.state, self.photo_stages)

    @property
    def open_linked(self) -> tuple[LinkedRow, ...]:
        """List the linked reports that what is done here still reaches."""
        return tuple(one for one in self.linked if one.state in OPEN)


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter in a list."""

    number: str
    community: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    house: str
    place: str
    text: str
    owner_code: str
    owner_name: str
    received_at: datetime
    nearest_due_at: datetime | None
    overdue: bool
    share: float
    important: bool
    first_time_pass: bool | None
    cycle: int
    parent: str
    linked_count: int
    chases: int
    """How often the owner of the house chased it since it was last opened."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open matters stand how, within what the caller may see."""

    open: int
    unassigned: int
    overdue: int
    due_soon: int
    waiting_visit: int
    mine: int
