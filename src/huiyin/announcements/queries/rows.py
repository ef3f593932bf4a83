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


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """An announcement in the list of those who work there; ``to_hang`` counts what is not up."""

    number: str
    category: str
    category_title: str
    urgent: bool
    title: str
    audience: str
    state: str
    state_title: str
    starts_on: date
    ends_on: date
    changed_at: datetime
    drafted_by: str
    to_hang: int
    hanging_too_long: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What was handed in for review, when, by whom."""

    number: int
    title: str
    body: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How far the papers of one kind have come."""

    kind: str
    title: str
    done: int
    total: int
    late: int


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the tellings: reached outside, in the app alone, under way, failed."""

    reached: int
    app_only: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """One announcement with all that may be done with it."""

    row: AnnouncementRow
    id: int
    community_id: int
    zone: str
    body: str
    audience: str
    place_ids: tuple[int, ...]
    places: tuple[str, ...]
    line: str
    area: str
    from_at: datetime | None
    until_at: datetime | None
    lifts: str
    precautions: str
    channels: tuple[str, ...]
    channel_titles: tuple[str, ...]
    source: str
    versions: tuple[VersionRow, ...]
    drafted_at: datetime
    returned_reason: str
    published_at: datetime | None
    published_by: str
    at_once: str
    told_at: datetime | None
    households: int
    people: int
    unreachable: int
    told: Told
    tallies: tuple[Tally, ...]
    over_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    request_id: int | None
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A poster in a hall, as whoever hangs it sees it; ``days_over`` counts how long too long."""

    id: int
    number: str
    announcement: str
    urgent: bool
    place: str
    building: str
    state: str
    state_title: str
    due_at: datetime
    take_down_on: date
    days_over: int
    posted_at: datetime | None
    posted_by: str
    has_photo: bool
    taken_down_at: datetime | None
    taken_down_by: str
    keeper: str


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A door notice or a letter of one household."""

    id: int
    number: str
    kind: str
    kind_title: str
    house: str
    addressee: str
    state: str
    state_title: str
    due_at: datetime
    done_at: datetime | None
    done_by: str
    has_photo: bool
    ems_number: str
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class BuildingOption:
    """A building to choose, with its entrances as id and name."""

    id: int
    name: str
    units: tuple[tuple[int, str], ...]
    homes: int
