"""Rows of meters and readings as pages and the API show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading as it was taken; ``held`` says why it waits, and is empty once it was settled.

    ``used`` is what was used since the reading before that counts, None for the first one.
    """

    id: int
    meter: str
    kind: str
    read_on: date
    value: Decimal
    rolled: bool
    held: str
    doubt: str
    note: str
    photo: int | None
    by_name: str
    recorded_at: datetime
    settled_by: str
    settled_note: str
    void_reason: str
    voided: bool
    is_mine: bool = False
    used: Decimal | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter in a list, with what it last showed; ``house`` is empty for a shared one."""

    id: int
    code: str
    kind: str
    house: str
    building: str
    place: str
    route: str
    step: int
    factor: Decimal
    digits: int
    from_on: date
    until_on: date | None
    last_on: date | None
    last_value: Decimal | None
    last_kind: str
    held: bool

    @property
    def is_shared(self) -> bool:
        """True for a meter of no house."""
        return not self.house


@dataclass(frozen=True, slots=True)
class MeterCard:
    """A meter with its history, newest first, and the meters before and after it."""

    row: MeterRow
    zone: str
    before: str
    after: str
    readings: tuple[ReadingRow, ...]
    usual: Decimal | None
    may_keep: bool


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A reading that waits for somebody's eyes, with what makes it odd."""

    reading: ReadingRow
    meter: MeterRow
    before_on: date | None
    before_value: Decimal | None
    usual: Decimal | None
    may_settle: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A meter on the walk: what it showed before, what would be odd, and what was read already.

    ``most`` is the highest value that is believed today; ``done`` the reading of this round,
    ``skipped`` why nobody could read it.
    """

    meter: MeterRow
    before_on: date | None
    before_value: Decimal | None
    most: Decimal | None
    done: ReadingRow | None
    skipped: str


@dataclass(frozen=True, slots=True)
class Route:
    """A walk and how far it got in this round."""

    name: str
    meters: int
    done: int
    skipped: int
    held: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A value of a file that was refused, and where it stands."""

    sheet: str
    row: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    new: int
    changed: int
    unchanged: int
    held: int
    problems: tuple[Problem, ...]
