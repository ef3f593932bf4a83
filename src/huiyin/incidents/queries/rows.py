"""Rows of emergencies as pages and the API show them: plain, with nothing behind them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from huiyin.checklists.rows import ItemView
from huiyin.incidents.story import Told
from huiyin.kernel.paging import is_row_id
from huiyin.matters.queries import PersonRef


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list."""

    number: str
    plan: str
    plan_title: str
    place: str
    text: str
    raised_at: datetime
    state: str
    alarms: int
    calls_everybody: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """What the live page was drawn from: while it is the same, nothing has changed.

    The minute is part of it, for steps become late by themselves.
    """

    state: str = ""
    last_mark: int = 0
    last_left_out: int = 0
    people: str = ""
    calls: str = ""
    minute: int = 0

    @property
    def text(self) -> str:
        """The beat as a browser sends it back."""
        return "_".join(str(getattr(self, one.name)) for one in fields(self))

    @classmethod
    def read(cls, text: str) -> "Beat":
        """Read what a browser sent back; anything else is as if it had seen nothing."""
        parts = text.split("_")
        numbers = (1, 2, 5)
        if len(parts) != len(fields(cls)) or not all(is_row_id(parts[n]) for n in numbers):
            return cls()
        return cls(parts[0], int(parts[1]), int(parts[2]), parts[3], parts[4], int(parts[5]))


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the plan as the live page shows it; ``said`` is its answer in words."""

    view: ItemView
    said: str
    is_late: bool
    left_out: str
    left_out_by: str
    left_out_id: int

    def is_newer(self, seen: "Beat") -> bool:
        """Tell whether it was done or left out since somebody saw the page."""
        mark = self.view.mark
        touched = mark is not None and mark.id > seen.last_mark
        return touched or self.left_out_id > seen.last_left_out

    @property
    def is_settled(self) -> bool:
        """Tell whether it was done, or left out with a reason."""
        mark = self.view.mark
        return bool(self.left_out) or (mark is not None and mark.value is not False)


@dataclass(frozen=True, slots=True)
class CallView:
    """Outside help as the live page shows it."""

    id: int
    service: str
    service_title: str
    name: str
    phone: str
    why: str
    state: str  # asked, consented, called, arrived, left, dropped
    needs_consent: bool
    asked_at: datetime | None
    consent_by: str
    consent_at: datetime | None
    consent_way: str
    without_consent: str
    called_at: datetime | None
    called_by: str
    arrived_at: datetime | None
    left_at: datetime | None
    vehicles: str
    hospital: str
    dropped_why: str


@dataclass(frozen=True, slots=True)
class OnSite:
    """Somebody on site, since when."""

    name: str
    post_title: str
    at: datetime
    is_me: bool


@dataclass(frozen=True, slots=True)
class LiveView:
    """An incident as it stands now, for everybody who works on it."""

    number: str
    community: str
    community_id: int
    zone: str
    run_id: int
    plan: str
    plan_title: str
    text: str
    place: str
    state: str
    raised_at: datetime
    begins_at: datetime | None
    ends_at: datetime | None
    over_at: datetime | None
    came_of: str
    led_to: tuple[str, ...]
    alarms: tuple[Told, ...]
    steps: tuple[StepView, ...]
    percent: int
    late: int
    left: int
    on_site: tuple[OnSite, ...]
    i_am_here: bool
    calls: tuple[CallView, ...]
    urged: tuple[str, ...]
    needs_consent: frozenset[str]
    tells: bool
    is_reviewed: bool
    leads: bool
    may_consent: bool
    sees_matter: bool
    beat: "Beat"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A number to ring; ``id`` is 0 for one that is the same in the whole country."""

    id: int
    service: str
    service_title: str
    name: str
    phone: str
    note: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A colleague on the call list."""

    name: str
    post_title: str
    phone: str
    present: bool


@dataclass(frozen=True, slots=True)
class DoorRow:
    """A household or an entrance to be told, and when it was."""

    key: str
    title: str
    told_at: datetime | None
    way: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """How much of a building has been told."""

    id: int
    name: str
    houses: int
    told: int


@dataclass(frozen=True, slots=True)
class TellingView:
    """The households and entrances of one building, and how far the telling has come.

    ``facts`` are the texts of the notice by the keys of their steps.
    """

    number: str
    plan: str
    community: str
    phone: str
    buildings: tuple[BuildingRow, ...]
    building: BuildingRow | None
    entrances: tuple[DoorRow, ...]
    houses: tuple[DoorRow, ...]
    notice: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    begins_at: datetime | None
    ends_at: datetime | None
    total: int
    told: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of the review, which is a matter of its own."""

    text: str
    owner: str
    due_on: Any
    number: str
    state_closed: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """The review meeting."""

    held_at: datetime
    people: str
    causes: str
    lessons: str
    by: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the lift record."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """Who was told, when, and whether it went out."""

    at: datetime
    to_name: str
    state_title: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """The whole incident for one printed page."""

    live: LiveView
    lines: tuple[Told, ...]
    record: tuple[Line, ...]
    review: ReviewRow | None
    messages: tuple["MessageLine", ...]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An incident report as pages and the API show it."""

    matter: str
    community: str
    zone: str
    state: str
    category: str
    category_title: str
    happened_at: datetime | None
    place: str
    received: str
    attended: str
    course: str
    cause: str
    losses: str
    handling: str
    responsibility: str
    measures: str
    written_by: PersonRef
    written_at: datetime
    site_by: PersonRef | None
    site_at: datetime | None
    site_opinion: str
    decided_by: PersonRef | None
    decided_at: datetime | None
    opinion: str
    file_number: str
