"""Houses and schemes for tests of the pure rules, with as little said as the test needs."""

from datetime import date
from decimal import Decimal
from typing import Any

from huiyin.billing.rules.facts import (
    Billed,
    Charge,
    Computed,
    Holder,
    HouseFacts,
    Item,
    NewLine,
    Scheme,
    Share,
    Tariff,
)
from huiyin.billing.rules.periods import period

SINCE = date(2020, 1, 1)
OWNER, BUYER, TENANT, DEVELOPER = 11, 12, 13, 14
FEE = Item(1, "物业费", "area", "advance", "day", "m²")
FEE_BY_MONTH = FEE._replace(split="month")
PARKING = Item(2, "停车费", "fixed", "advance", "day", "个")
GARDEN = Item(3, "园艺", "contract", "advance", "day")
WATER = Item(4, "水费", "metered", "arrears", "day", "m³", "water")
SHARED = Item(5, "公摊", "apportioned", "arrears", "day")
SLIPS = Item(6, "特约", "slip", "arrears", "day")


def price(amount: str, item: Item = FEE, **given: Any) -> Tariff:
    """Return an approved price of an item, in force since long ago."""
    asked: dict[str, Any] = {"id": 1, "house_kind": "", "tiers": (), "least": Decimal(0)}
    asked |= {"from_on": SINCE, "until_on": None} | given
    return Tariff(item_id=item.id, price=Decimal(amount), **asked)


def scheme(name: str, *tariffs: Tariff, items: tuple[Item, ...] = (FEE,), **given: Any) -> Scheme:
    """Return the scheme of a run."""
    return Scheme(period(name), {one.id: one for one in items}, tariffs, **given)


def charge(item: Item = FEE, **given: Any) -> Charge:
    """Return a charge that the owner pays."""
    asked = {"id": item.id * 10, "label": "", "from_on": SINCE, "until_on": None, "pays": "owner"}
    more = {"payer_id": None, "quantity": Decimal("1.00"), "price": None, "reliefs": ()}
    return Charge(item_id=item.id, **{**asked, **more, **given})


def owner(person: int = OWNER, from_on: date | None = None, until_on: date | None = None) -> Holder:
    """Return an owner of some days."""
    return Holder(person, "owner", from_on, until_on)


def house(*charges: Charge, area: str | None = "98.50", **given: Any) -> HouseFacts:
    """Return a flat that somebody owns."""
    asked: dict[str, Any] = {"holders": [owner()], **given}
    return HouseFacts(7, area=Decimal(area) if area else None, charges=list(charges), **asked)


def share(amount: str = "30.00", **given: Any) -> Share:
    """Return a share of a cost of the first quarter of 2026."""
    asked = {"id": 70, "item_id": SHARED.id, "pool": "公摊水费", "basis": "area"}
    days = {"from_on": date(2026, 1, 1), "until_on": date(2026, 4, 1), "vacant": "developer"}
    weights = {"weight": Decimal("98.50"), "weights": Decimal("1000.00")}
    return Share(
        amount=Decimal(amount), total=Decimal("12345.67"), **{**asked, **days, **weights, **given}
    )


def billed(line: NewLine, number: int = 1, **given: Any) -> Billed:
    """Return a computed line as it is found once it was posted."""
    return Billed(
        number,
        line.charge_id,
        line.share_id,
        line.item_id,
        line.kind,
        line.from_on,
        line.until_on,
        line.amount,
        line.amount,
        Decimal(0),
        line.payer_id,
        line.liable_id,
        line.working,
    )._replace(**given)


def said(done: Computed) -> list[tuple[str, str, int, str]]:
    """Return from, until, payer and amount of every line."""
    return [
        (str(one.from_on), str(one.until_on), one.payer_id, str(one.amount)) for one in done.lines
    ]


def snags(done: Computed) -> list[str]:
    """Return the codes of what stands in the way."""
    return [one.code for one in done.snags]
