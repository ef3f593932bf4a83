"""What a line freezes of how it was computed; the keys are listed in the README of the room."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from huiyin.billing.rules import prices
from huiyin.billing.rules.facts import Relief
from huiyin.billing.rules.prices import Piece
from huiyin.billing.rules.spans import whole_and_days
from huiyin.meters.rules import Part

QUANTITY: Final = Decimal("0.0001")


@lru_cache(maxsize=1024)
def only_step(
    from_on: date, until_on: date, price: Decimal | None, least: Decimal | None
) -> list[dict[str, Any]]:
    """Say a span with one price: shared by all lines that say the same."""
    step = span_said(from_on, until_on) | {"price": str(price)}
    if least is not None:
        step["least"] = str(least)
    return [step]


def steps_of(
    found: Sequence[Piece], from_on: date, until_on: date, price: Decimal | None
) -> list[dict[str, Any]]:
    """Say a span price by price and relief by relief."""
    steps = []
    for one in found:
        begun = one.from_on if one.from_on > from_on else from_on
        ended = one.until_on if one.until_on < until_on else until_on
        if begun >= ended:
            continue
        step = span_said(begun, ended)
        step["price"] = str(price)
        if one.least and one.tariff:
            step["least"] = str(one.tariff.least)
        if one.relief is not None:
            step["relief"] = relief_said(one.relief)
        steps.append(step)
    return steps


def carried(before: int, upto: int, start: date) -> dict[str, str]:
    """Say what the line is the rest of: rounding was carried on from ``start``."""
    told = {"before": str(prices.yuan(before)), "upto": str(prices.yuan(upto))}
    return told | {"start": str(start)}


def span_said(from_on: date, until_on: date) -> dict[str, Any]:
    """Say a span as whole months and days of months."""
    months, days = whole_and_days(from_on, until_on)
    told: dict[str, Any] = {"from": str(from_on), "until": str(until_on), "months": months}
    if days:
        told["days"] = days
    return told


def days_said(from_on: date, until_on: date) -> dict[str, str]:
    """Say the first day and the one after the last."""
    return {"from": str(from_on), "until": str(until_on)}


def relief_said(relief: Relief) -> dict[str, str]:
    """Say what a relief takes off."""
    if relief.percent is not None:
        return {"percent": str(relief.percent)}
    return {"monthly": str(relief.monthly)}


def part_said(part: Part) -> dict[str, Any]:
    """Say what a meter adds to a use."""
    return {
        "meter": part.meter,
        "factor": str(part.factor),
        "from": [str(part.from_on), str(part.from_value)],
        "until": [str(part.to_on), str(part.to_value)],
        "rolled": part.rolled,
        "estimated": part.estimated,
        "quantity": str(part.quantity),
    }


def places(value: Fraction) -> Decimal:
    """Round a quantity as lines hold it."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(QUANTITY, ROUND_HALF_UP)


def said(value: Fraction, digits: int) -> str:
    """Say a number rounded to so many places, without zeros at its end."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP).normalize():f}"
    return "0" if text == "-0" else text
