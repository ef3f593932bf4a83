"""About how much a charge or a relief is worth: for people to read, nothing bills are made of."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from huiyin.billing.models import Assignment, ChargeItem, Relief, Tariff
from huiyin.kernel.money import CENT

DAYS_OF_MONTH: Final = Decimal("30.4375")


def worth_of(relief: Relief) -> Decimal | None:
    """Return what a relief takes off in all, or None where only bills will tell."""
    months = Decimal((relief.until_on - relief.from_on).days) / DAYS_OF_MONTH
    if relief.monthly is not None:
        return (relief.monthly * months).quantize(CENT)
    row = relief.assignment
    monthly = monthly_price(row, relief.from_on, approved([row.item_id]))
    if monthly is None or relief.percent is None:
        return None
    return (monthly * relief.percent / 100 * months).quantize(CENT)


def approved(item_ids: Iterable[int]) -> list[Tariff]:
    """Return the approved prices of some items. One query."""
    return list(Tariff.objects.filter(item_id__in=item_ids, state=Tariff.State.APPROVED))


def monthly_price(row: Assignment, on: date, tariffs: Iterable[Tariff]) -> Decimal | None:
    """Return what a charge of a house costs a month on a day, if it can be known before a bill."""
    if row.item.way == ChargeItem.Way.CONTRACT:
        return (row.price * row.quantity).quantize(CENT) if row.price is not None else None
    measure = row.house.area if row.item.way == ChargeItem.Way.AREA else row.quantity
    if row.item.way not in (ChargeItem.Way.AREA, ChargeItem.Way.FIXED) or measure is None:
        return None
    holding = [
        one
        for one in tariffs
        if one.item_id == row.item_id
        and one.house_kind in ("", row.house.kind)
        and one.from_on <= on
        and (one.until_on is None or on < one.until_on)
    ]
    if not holding:
        return None
    tariff = max(holding, key=lambda one: one.house_kind)  # its own kind before all kinds
    return max(tariff.price * measure, tariff.least).quantize(CENT)
