"""What the calls about charges answer; amounts are text, days have both ends included."""

from typing import Any

from ninja import Schema
from pydantic import Field


class ProgressOut(Schema):
    done: int
    all: int


class ItemTotalOut(Schema):
    item: str
    name: str
    lines: int
    amount: str
    last_amount: str
    difference: str


class CheckOut(Schema):
    """How many houses have one kind of exception; a blocking one keeps them out of the posting."""

    code: str
    title: str
    blocking: bool
    houses: int


class ExceptionOut(Schema):
    house: str
    item: str | None
    code: str
    blocking: bool
    text: str
    repair: str


class ExceptionsOut(Schema):
    items: list[ExceptionOut]
    next: str | None


class RunRowOut(Schema):
    id: int
    community: str
    charge_group: str
    period: str
    kind: str
    state: str
    from_on: str = Field(alias="from")
    until_on: str = Field(alias="to")
    issued_on: str
    due_on: str
    houses: int
    lines: int
    amount: str
    held: int
    deviation: str | None
    drafted_by: str | None
    drafted_at: str
    posted_by: str | None
    posted_at: str | None


class RunsOut(Schema):
    items: list[RunRowOut]
    next: str | None


class RunOut(RunRowOut):
    """A run; ``exceptions`` are the first of them, ``exceptions_next`` leads to the others."""

    progress: ProgressOut
    totals: list[ItemTotalOut]
    last_period: str | None
    deviation_limit: str
    needs_confirmation: bool
    confirmed_by: str | None
    reversal_asked_by: str | None
    reversed_by: str | None
    reason: str
    checks: list[CheckOut]
    exceptions: list[ExceptionOut]
    exceptions_next: str | None
    may: list[str]


class DraftLineOut(Schema):
    """A line as it would be posted; below zero it takes back from the bill it ``corrects``."""

    house: str
    item: str
    kind: str
    from_on: str = Field(alias="from")
    until_on: str = Field(alias="to")
    payer: str
    liable: str
    quantity: str
    price: str | None
    amount: str
    corrects: str | None
    steps: list[str]


class DraftLinesOut(Schema):
    items: list[DraftLineOut]
    next: str | None


class BillLineOut(Schema):
    """A line of a bill; ``working`` is what it was computed from, as it stood then.

    ``steps`` say the same in sentences.
    """

    item: str
    label: str
    kind: str
    from_on: str = Field(alias="from")
    until_on: str = Field(alias="to")
    quantity: str
    unit: str
    price: str | None
    amount: str
    reduced: str
    working: dict[str, Any]
    steps: list[str]


class BillOut(Schema):
    number: str
    house: str
    period: str
    issued_on: str
    due_on: str
    payer: str
    liable: str
    amount: str
    offset: str
    reduced: str
    paid: str
    open: str
    reversed: bool
    lines: list[BillLineOut]


class BillRowOut(Schema):
    number: str
    period: str
    issued_on: str
    due_on: str
    payer: str
    amount: str
    open: str
    state: str


class PaymentOut(Schema):
    """What made a household owe less (``amount``), or went from its prepayment (``offset``)."""

    on: str
    kind: str
    memo: str
    amount: str
    offset: str


class StatementRowOut(Schema):
    on: str
    kind: str
    memo: str
    debit: str
    credit: str
    offset: str
    balance: str


class StatementOut(Schema):
    house: str
    from_on: str = Field(alias="from")
    until_on: str = Field(alias="to")
    opening: str
    bills: list[BillRowOut]
    payments: list[PaymentOut]
    rows: list[StatementRowOut]
    balance: str


class AgeingOut(Schema):
    not_due: str
    to_30: str
    to_90: str
    to_180: str
    to_365: str
    older: str


class OwingOut(Schema):
    house: str
    building: str
    payers: list[str]
    phone: str
    owed: str
    late: str
    oldest_due_on: str
    days: int
    prepaid: str


class ArrearsOut(Schema):
    community: str
    on: str
    total: str
    late: str
    ageing: AgeingOut
    households: int
    households_late: int
    items: list[OwingOut]
    next: str | None
