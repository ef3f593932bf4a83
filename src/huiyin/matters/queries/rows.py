"""Rows of matters as pages and the API show them: plain, with nothing behind them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
    is_mine: bool
    promises: tuple[PromiseView, ...]
    events: tuple[EventView, ...]
    photos: tuple[int, ...]
    verbs: frozenset[str]


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open matters stand how, within what the caller may see."""

    open: int
    unassigned: int
    overdue: int
    due_soon: int
    waiting_visit: int
    mine: int
