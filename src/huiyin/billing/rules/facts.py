"""What the computing of a house stands on: plain rows, as a part of a run reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from huiyin.billing.rules.periods import Period, previous
from huiyin.meters.rules import MeterFacts

AREA, FIXED, CONTRACT = "area", "fixed", "contract"
METERED, APPORTIONED, SLIP = "metered", "apportioned", "slip"
BY_DAYS = (AREA, FIXED, CONTRACT)
MONTH = "month"


class Item(NamedTuple):
    """A charge item of the group that is billed."""

    id: int
    name: str
    way: str
    phase: str
    split: str
    unit: str = ""
    meter_kind: str = ""


class Tariff(NamedTuple):
    """An approved price during half-open days, of one kind of house or ("") of all."""

    id: int
    item_id: int
    house_kind: str
    price: Decimal
    tiers: tuple[tuple[Decimal | None, Decimal], ...]
    least: Decimal
    from_on: date
    until_on: date | None


class Holder(NamedTuple):
    """Who holds a role in the house; in the order of their ids."""

    person_id: int
    role: str
    from_on: date | None
    until_on: date | None


class Relief(NamedTuple):
    """An approved relief: a share in percent, or yuan a month, less."""

    from_on: date
    until_on: date
    percent: Decimal | None
    monthly: Decimal | None


class Charge(NamedTuple):
    """A charge that the house bears: its assignment."""

    id: int
    item_id: int
    label: str
    from_on: date
    until_on: date | None
    pays: str
    payer_id: int | None
    quantity: Decimal
    price: Decimal | None
    reliefs: tuple[Relief, ...] = ()


class Billed(NamedTuple):
    """A live line: what was billed for some days, ``net`` of what was taken back since.

    ``trued`` of it was taken back because an estimate was too high, for the quantity ``returned``.
    A run that corrects needs all of it; another one only the days, the amount and the working.
    """

    id: int
    charge_id: int | None
    share_id: int | None
    item_id: int
    kind: str
    from_on: date
    until_on: date
    amount: Decimal
    net: Decimal
    trued: Decimal
    payer_id: int
    liable_id: int
    working: Mapping[str, Any]
    returned: Decimal = Decimal(0)


class Share(NamedTuple):
    """The house's share of a cost that was shared out, not billed yet."""

    id: int
    item_id: int
    pool: str
    from_on: date
    until_on: date
    amount: Decimal
    weight: Decimal
    total: Decimal
    weights: Decimal
    basis: str
    vacant: str


class Slip(NamedTuple):
    """A signed slip, not billed yet."""

    id: int
    item_id: int
    number: str
    done_on: date
    amount: Decimal
    lines: Any


@dataclass(slots=True)
class HouseFacts:
    """A house with everything that decides what it is charged.

    ``meters`` are those of the house by kind, with their readings (see ``huiyin.meters.rules``).
    ``given_back`` is by charge what a line that is reversed by now gave back of earlier ones, less
    what lines that live gave back of reversed ones: the next use sets it right.
    """

    id: int
    kind: str = "flat"
    area: Decimal | None = None
    handed_over_on: date | None = None
    vacant: bool = False
    holders: list[Holder] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    billed: list[Billed] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    meters: dict[str, tuple[MeterFacts, ...]] = field(default_factory=dict)
    given_back: dict[int, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Scheme:
    """What holds for all houses of a run: its period, items, prices and limits."""

    period: Period
    items: Mapping[int, Item]
    tariffs: tuple[Tariff, ...] = ()
    developer_id: int | None = None
    unusual: Decimal = Decimal(3)
    early: int = 7
    late: int = 7
    corrects: bool = False
    # What was worked out once and holds for every house: tariffs laid over the days of an item.
    laid: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def window(self, item: Item) -> Period:
        """Return the period of an item that the run bills: its own, or the one before."""
        return previous(self.period) if item.phase == "arrears" else self.period


class NewLine(NamedTuple):
    """A line as it would be billed; a negative amount takes back from the line it corrects."""

    item_id: int
    kind: str
    from_on: date
    until_on: date
    payer_id: int
    liable_id: int
    amount: Decimal
    quantity: Decimal
    price: Decimal | None
    working: Mapping[str, Any]
    charge_id: int | None = None
    share_id: int | None = None
    slip_id: int | None = None
    tariff_id: int | None = None
    corrects_id: int | None = None


class NewSnag(NamedTuple):
    """What is wrong or odd about a house; a blocking one keeps all its lines back."""

    code: str
    blocking: bool
    item_id: int | None = None
    values: Mapping[str, Any] = {}


class Computed(NamedTuple):
    """What a house is charged, and why not."""

    lines: tuple[NewLine, ...]
    snags: tuple[NewSnag, ...]

    @property
    def held(self) -> bool:
        """True when something must be put right before anything of the house is billed."""
        return any(snag.blocking for snag in self.snags)
