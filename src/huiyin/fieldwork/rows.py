"""Plain rows that the room gives to the doors."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huiyin.checklists.rules import Item


@dataclass(frozen=True, slots=True)
class PriceRow:
    """An item of the price list and its price during half-open days; ``when`` past, now, later."""

    code: str
    name: str
    kind: str
    unit: str
    price: Decimal
    from_on: date
    until_on: date | None
    when: str


@dataclass(frozen=True, slots=True)
class BillableRow:
    """A signed charge slip that is to become a charge, with the kind of its matter (WO-04)."""

    number: str
    kind: str
    house_id: int
    amount: Decimal
    lines: tuple[dict[str, str], ...]
    payer_name: str
    signature_id: int
    signed_at: datetime
    by_id: int | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a sheet; ``slip`` is the number of the paper it was charged with."""

    key: str
    kind: str
    code: str
    text: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    at: datetime
    by_name: str
    dropped_at: datetime | None
    drop_reason: str
    slip: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act of a phone that changed nothing, and why."""

    act: str
    by_name: str
    phone_at: datetime
    received_at: datetime
    state: str
    told: str
    file_id: int | None


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A charge slip in a list."""

    number: str
    matter: str
    house: str
    amount: Decimal
    payer_name: str
    made_at: datetime
    by_name: str
    billed_at: datetime | None
    void_asked: bool
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class SlipView:
    """A charge slip whole; ``lines`` are as they were signed."""

    row: SlipRow
    community: str
    zone: str
    lines: tuple[dict[str, str], ...]
    capitals: str
    signature: int
    signed_at: datetime
    void_reason: str
    void_asked_by: str
    void_asked_at: datetime | None
    voided_by: str
    may_ask_void: bool
    may_void: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """The sheet of a matter; ``lines`` are those that count and are not charged yet.

    ``is_open`` false means that nobody has written anything down yet.
    """

    number: str
    is_open: bool
    run_id: int | None
    cause: str
    consent_name: str
    consent_amount: Decimal | None
    consent_at: datetime | None
    lines: tuple[LineRow, ...]
    dropped: tuple[LineRow, ...]
    total: Decimal
    shown: tuple[LineRow, ...]
    shown_total: Decimal
    capitals: str
    is_signed: bool
    signed_name: str
    signed_amount: Decimal | None
    signed_at: datetime | None
    signature: int | None
    slips: tuple[SlipRow, ...]
    acts: tuple[ActRow, ...]
    may_write: bool
    may_sign: bool


@dataclass(frozen=True, slots=True)
class UnsignedRow:
    """A finished matter whose sheet has lines that nobody signed: money that is not charged yet."""

    matter: str
    house: str
    total: Decimal
    owner: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StockRow:
    """A material and what the moves say lies in the store."""

    code: str
    name: str
    unit: str
    balance: Decimal
    is_short: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move of a material; ``matter`` is where it was used."""

    kind: str
    quantity: Decimal
    reason: str
    matter: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class MarkRow:
    """The last mark of an item of a job's checklist."""

    value: Any
    note: str
    failed: bool
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """A job's checklist: its items, also before anybody began, and the last mark of each."""

    code: str
    title: str
    run_id: int | None
    is_open: bool
    items: tuple[Item, ...]
    marks: dict[str, MarkRow]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A matter as the phone of its owner keeps it for a day without signal."""

    number: str
    community: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    text: str
    house: str
    building: str
    floor: int | None
    place: str
    important: bool
    received_at: datetime
    due_at: datetime | None
    caller_name: str
    caller_phone: str
    anonymous: bool
    next: tuple[str, ...]
    cause: str
    consent_name: str
    consent_amount: Decimal | None
    consent_at: datetime | None
    lines: tuple[LineRow, ...]
    total: Decimal
    is_signed: bool
    signed_name: str
    signed_amount: Decimal | None
    signed_at: datetime | None
    slip: str
    checklist: ChecklistRow | None
    photos: tuple[tuple[int, str], ...]
    times: dict[str, datetime]
    result: str


@dataclass(frozen=True, slots=True)
class Day:
    """The jobs of a day in the order they are walked, and the price lists by community."""

    jobs: tuple[JobRow, ...]
    prices: dict[str, tuple[PriceRow, ...]]
