"""What a change of facts makes of days that were billed: only the differences (BIL-14)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from huiyin.billing.rules import prices
from huiyin.billing.rules.facts import (
    METERED,
    Billed,
    Charge,
    HouseFacts,
    Item,
    NewLine,
    Scheme,
)
from huiyin.billing.rules.reckoning import CORRECTION, NOTHING, REGULAR, Reckoning
from huiyin.billing.rules.spans import common, merged

FROZEN = ("used", "use", "meters", "begins_with", "opens_with", "ahead", "given", "left")


class Party(NamedTuple):
    """Who was billed and who answers."""

    payer_id: int
    liable_id: int


def correct(house: HouseFacts, scheme: Scheme) -> Reckoning:
    """Compare what was billed for the period with what the facts say now.

    For each charge, and each who pays and who answers: where it ought to be more, a line of
    the difference; where it ought to be less, what is too much is taken back from the lines, the
    last ones first. What meters used stays as it was billed: a reading that was voided and read
    anew is set right by the next bill, which goes on from the reading that this one ended with.
    """
    done = Reckoning(house, scheme)
    charges = {one.id: one for one in house.charges}
    by_charge: dict[int, list[Billed]] = {}
    for line in house.billed:
        if line.charge_id is not None and _inside(line, scheme):
            by_charge.setdefault(line.charge_id, []).append(line)
    for charge_id, lines in by_charge.items():
        item = scheme.items[lines[0].item_id]
        now = Reckoning(house, scheme)
        if charge := charges.get(charge_id):
            _again(now, charge, item, lines)
        done.snags += [snag for snag in now.snags if snag not in done.snags]
        done.lines += _differences(charge_id, lines, now.lines)
    return done


def _inside(line: Billed, scheme: Scheme) -> bool:
    item = scheme.items.get(line.item_id)
    if item is None:
        return False
    period = scheme.window(item)
    return period.from_on <= line.from_on and line.until_on <= period.until_on


def _again(now: Reckoning, charge: Charge, item: Item, lines: Sequence[Billed]) -> None:
    """Charge the days that were billed once more, as far as the charge still covers them."""
    span = now.span_of(charge, item)
    if span is None:
        return
    regular = [one for one in lines if one.kind == REGULAR]
    if item.way == METERED:
        _measured_again(now, charge, item, regular)
        return
    billed = merged((one.from_on, one.until_on) for one in regular)
    days = [kept for one in billed if (kept := common(one, span))]
    if days:
        now.charge(charge, item, days, span[0])


def _measured_again(now: Reckoning, charge: Charge, item: Item, regular: Iterable[Billed]) -> None:
    for one in {tuple(one.working["use"]): one for one in regular}.values():
        from_on, until_on = (date.fromisoformat(day) for day in one.working["use"])
        frozen = {key: one.working[key] for key in FROZEN if key in one.working}
        now.measured(charge, item, (from_on, until_on), Decimal(one.working["used"]), frozen)


def _differences(
    charge_id: int, was: Sequence[Billed], now: Sequence[NewLine]
) -> Iterable[NewLine]:
    parties = dict.fromkeys(
        [Party(one.payer_id, one.liable_id) for one in was]
        + [Party(one.payer_id, one.liable_id) for one in now]
    )
    for party in parties:
        old = [one for one in was if (one.payer_id, one.liable_id) == party]
        new = [one for one in now if (one.payer_id, one.liable_id) == party]
        # What an estimate took too much was set right already; the frozen use still has it.
        billed = sum((one.net + one.trued for one in old), NOTHING)
        ought = sum((one.amount for one in new), NOTHING)
        said = {"way": "corrected", "was": str(billed), "now": str(ought)}
        if ought > billed:
            yield _more(ought - billed, new, said, _root(old) or _root(was), charge_id)
        elif ought < billed:
            yield from _less(billed - ought, old, new, said)


def _root(lines: Iterable[Billed]) -> int | None:
    """Return the first line of the run itself: whoever reverses it takes its corrections along."""
    regular = [one for one in lines if one.kind == REGULAR]
    return min(regular, key=lambda one: (one.from_on, one.id)).id if regular else None


def _more(
    amount: Decimal,
    new: Sequence[NewLine],
    said: dict[str, Any],
    corrects: int | None,
    charge_id: int,
) -> NewLine:
    first = new[0]
    alone = len(new) == 1
    return first._replace(
        kind=CORRECTION,
        from_on=min(one.from_on for one in new),
        until_on=max(one.until_on for one in new),
        amount=amount,
        price=first.price if alone else None,
        tariff_id=first.tariff_id if alone else None,
        working={**said, "lines": [one.working for one in new]},
        charge_id=charge_id,
        corrects_id=corrects,
    )


def _less(
    amount: Decimal, old: Sequence[Billed], new: Sequence[NewLine], said: dict[str, Any]
) -> Iterable[NewLine]:
    left = amount
    for line in sorted(old, key=lambda one: (one.from_on, one.id), reverse=True):
        taken = min(left, line.net)
        if taken <= 0:
            continue
        left -= taken
        yield NewLine(
            item_id=line.item_id,
            kind=CORRECTION,
            from_on=line.from_on,
            until_on=line.until_on,
            payer_id=line.payer_id,
            liable_id=line.liable_id,
            amount=-taken,
            quantity=new[0].quantity if new else NOTHING,
            price=None,
            working={
                **said,
                "back": str(prices.yuan(prices.scaled(taken, 2))),
                "lines": [one.working for one in new],
            },
            charge_id=line.charge_id,
            corrects_id=line.id,
        )
