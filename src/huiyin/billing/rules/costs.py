"""Costs of days that cost something together: what a meter used, a share of a pool."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from huiyin.billing.rules import prices
from huiyin.billing.rules.facts import Relief, Share
from huiyin.billing.rules.prices import Stretch
from huiyin.billing.rules.spans import TICKS, Span, common, cut, ticks
from huiyin.billing.rules.workings import places, relief_said, said, span_said


class Costs(NamedTuple):
    """Days that cost something together, spread evenly over them."""

    from_on: date
    until_on: date
    yuan: Fraction


def costs_of_use(
    reliefs: Sequence[Relief], laid: Sequence[Stretch], span: Span, quantity: Fraction
) -> tuple[list[tuple[Span, dict[str, Any]]], list[Costs]]:
    """Price a quantity by tariff and relief, each with its share of the days."""
    length = (span[1] - span[0]).days
    changes = [day for one in reliefs for day in (one.from_on, one.until_on)]
    steps: list[tuple[Span, dict[str, Any]]] = []
    costs: list[Costs] = []
    for stretch in laid:
        days = common(span, (stretch.from_on, stretch.until_on))
        tariff = stretch.tariff
        if days is None or tariff is None:
            continue
        for begun, ended in cut(days, changes):
            used = quantity * (ended - begun).days / length
            months = Fraction(ticks(begun, ended), TICKS)
            relief = prices.relief_on(reliefs, begun)
            parts = prices.tier_parts(tariff, used, months)
            yuan = prices.cost(tariff, used, months)
            step = span_said(begun, ended) | {
                "used": said(used, 4),
                "tiers": [[said(part, 4), said(price, 4)] for part, price in parts],
            }
            if yuan > sum((part * price for part, price in parts), Fraction()):
                step["least"] = str(tariff.least)
            if relief is not None:
                step["relief"] = relief_said(relief)
                yuan = relieved(yuan, relief.percent, relief.monthly, months)
            step["yuan"] = said(yuan, 4)
            steps.append(((begun, ended), step))
            costs.append(Costs(begun, ended, yuan))
    return steps, costs


def costs_of_share(share: Share, reliefs: Sequence[Relief]) -> list[Costs]:
    """Spread a share over its days, less the reliefs of some of them."""
    costs = []
    changes = [day for one in reliefs for day in (one.from_on, one.until_on)]
    length = (share.until_on - share.from_on).days
    for begun, ended in cut((share.from_on, share.until_on), changes):
        yuan = Fraction(share.amount) * (ended - begun).days / length
        if relief := prices.relief_on(reliefs, begun):
            months = Fraction(ticks(begun, ended), TICKS)
            yuan = relieved(yuan, relief.percent, relief.monthly, months)
        costs.append(Costs(begun, ended, yuan))
    return costs


def worth(steps: Sequence[Mapping[str, Any]], kept: Fraction) -> Fraction:
    """Return what frozen steps would have come to, had only this part of the quantity been used.

    What is left out is what was used last: of steps that rise, the dearest.
    """
    total = Fraction()
    for step in steps:
        left = sum((Fraction(part) for part, _ in step["tiers"]), Fraction()) * kept
        yuan = Fraction()
        for part, price in step["tiers"]:
            used = min(left, Fraction(part))
            yuan += used * Fraction(price)
            left -= used
        days = date.fromisoformat(step["from"]), date.fromisoformat(step["until"])
        months = Fraction(ticks(*days), TICKS)
        yuan = max(yuan, Fraction(step.get("least", 0)) * months)
        if relief := step.get("relief"):
            yuan = relieved(yuan, relief.get("percent"), relief.get("monthly"), months)
        total += yuan
    return total


def fen_before(costs: Sequence[Costs], day: date) -> int:
    """Return what the days before ``day`` cost, in fen."""
    total = Fraction()
    for one in costs:
        if one.until_on <= day:
            total += one.yuan
        elif one.from_on < day:
            total += one.yuan * (day - one.from_on).days / (one.until_on - one.from_on).days
    return prices.fen_of(total)


def part_before(quantity: Decimal, span: Span, day: date) -> Decimal:
    """Return how much of a quantity the days before ``day`` used."""
    length = (span[1] - span[0]).days
    return places(Fraction(quantity) * (day - span[0]).days / length)


def relieved(
    yuan: Fraction, percent: Decimal | None, monthly: Decimal | None, months: Fraction
) -> Fraction:
    """Return what days cost less their relief, never below nothing."""
    if percent is not None:
        return yuan * (1 - Fraction(percent) / prices.HUNDRED)
    return max(yuan - Fraction(monthly or 0) * months, Fraction())
