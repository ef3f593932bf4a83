"""What the reads of announcements give out."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """An announcement as an owner sees it in the list (NOT-02)."""

    id: int
    number: str
    community: str
    category: str
    category_title: str
    urgent: bool
    title: str
    starts_on: date
    ends_on: date
    from_at: datetime | None
    until_at: datetime | None
    published_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class PublishedView:
    """An announcement as an owner reads it; ``houses`` are the owner's own ones it is about."""

    row: PublishedRow
    body: str
    line: str
    area: str
    lifts: str
    precautions: str
    phone: str
    houses: tuple[str, ...]
    withdrawn_reason: str
