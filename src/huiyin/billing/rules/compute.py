"""What a house is charged by a run, and what stands in the way: pure (BIL-01…BIL-04, BIL-06)."""

from datetime import date
from decimal import Decimal
from typing import Final

from huiyin.billing.rules.corrections import correct
from huiyin.billing.rules.facts import (
    APPORTIONED,
    SLIP,
    Billed,
    Charge,
    Computed,
    HouseFacts,
    Item,
    Scheme,
)
from huiyin.billing.rules.reckoning import CORRECTION, NOTHING, Reckoning
from huiyin.billing.rules.spans import without

FAR: Final = "far_from_usual"
CENT: Final = Decimal("0.01")


def compute(house: HouseFacts, scheme: Scheme) -> Computed:
    """Compute the lines of a house for the period of a run, and what stands in the way.

    Only days, shares and slips that no live line covers are charged; a run that ``corrects`` gives
    the differences instead. Where a blocking snag is found, no line is given at all: an amount
    that cannot be told is never nothing.
    """
    if scheme.corrects:
        done = correct(house, scheme)
    else:
        done = Reckoning(house, scheme)
        _charges(done)
        for share in house.shares:
            done.share(share, scheme.items[share.item_id])
        for slip in house.slips:
            done.slip(slip, scheme.items[slip.item_id])
    held = any(snag.blocking for snag in done.snags)
    return Computed(() if held else tuple(done.lines), tuple(done.snags))


def _charges(done: Reckoning) -> None:
    for charge in done.house.charges:
        item = done.scheme.items.get(charge.item_id)
        if item is None or item.way in (APPORTIONED, SLIP):
            continue
        span = done.span_of(charge, item)
        if span is None:
            continue
        billed = done.billed_of(charge)
        missing = without(span, [(one.from_on, one.until_on) for one in billed])
        if not missing:
            continue
        count = len(done.lines)
        done.charge(charge, item, missing, span[0])
        if last := _last(billed, missing[0][0]):
            _usual(done, charge, item, count, last)


def _last(billed: list[Billed], day: date) -> Billed | None:
    """Return the last line before a day."""
    before = [one for one in billed if one.until_on <= day]
    return max(before, key=lambda one: (one.until_on, one.id)) if before else None


def _usual(done: Reckoning, charge: Charge, item: Item, count: int, last: Billed) -> None:
    """Note a charge that is many times the household's last one, or a small part of it, a day."""
    new = [one for one in done.lines[count:] if one.kind != CORRECTION]
    days = sum([(one.until_on - one.from_on).days for one in new])
    length = (last.until_on - last.from_on).days
    amount = sum([one.amount for one in new], NOTHING) * length
    usual = last.amount * days
    factor = done.scheme.unusual
    if amount > usual * factor or amount * factor < usual:
        odd = {
            "amount": str((amount / length).quantize(CENT)),
            "usual": str((usual / length).quantize(CENT)),
            "label": charge.label,
        }
        done.snag(FAR, item, odd, blocking=False)
