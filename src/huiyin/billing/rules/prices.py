"""Prices by day and exact money: what a month costs, what a quantity costs, rounded only once.

Monthly rates are whole numbers of ten-billionths of a yuan, so that area (2 places) times price (4)
times a percentage (4) stays whole; times ticks of a month they give the exact value of a span.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from huiyin.billing.rules.facts import Relief, Tariff
from huiyin.billing.rules.spans import TICKS, Span, cut, ticks

PLACES: Final = 10
_YUAN: Final = 10**PLACES
_FEN: Final = _YUAN // 100 * TICKS
_CENT: Final = -2
HUNDRED: Final = 100


class Stretch(NamedTuple):
    """Days under one tariff; None where none is approved."""

    from_on: date
    until_on: date
    tariff: Tariff | None


class Piece(NamedTuple):
    """Days under one tariff and one relief; ``rate`` is what a month of them costs, exactly."""

    from_on: date
    until_on: date
    tariff: Tariff | None
    relief: Relief | None
    rate: int
    least: bool


def stretches(tariffs: Sequence[Tariff], house_kind: str, span: Span) -> tuple[Stretch, ...]:
    """Lay the tariffs of an item over a span: that of the kind of house goes before the general."""
    ours = sorted(
        (one for one in tariffs if one.house_kind in ("", house_kind)),
        key=lambda one: one.house_kind == "",
    )
    changes = [day for one in ours for day in (one.from_on, one.until_on) if day is not None]
    laid: list[Stretch] = []
    for from_on, until_on in cut(span, changes):
        tariff = next(
            (
                one
                for one in ours
                if one.from_on <= from_on and (one.until_on is None or from_on < one.until_on)
            ),
            None,
        )
        if laid and laid[-1].tariff is tariff:
            laid[-1] = Stretch(laid[-1].from_on, until_on, tariff)
        else:
            laid.append(Stretch(from_on, until_on, tariff))
    return tuple(laid)


def scaled(value: Decimal, places: int) -> int:
    """Return a value as a whole number of its last place."""
    return int(value.scaleb(places))


def monthly_rate(quantity: Decimal, price: Decimal, least: Decimal) -> tuple[int, bool]:
    """Return what a month costs, and whether it is the least that a month may cost."""
    rate = scaled(quantity, 2) * scaled(price, 4) * 10 ** (PLACES - 6)
    floor = scaled(least, PLACES) if least else 0
    return (floor, True) if floor > rate else (rate, False)


def relieved(rate: int, relief: Relief | None) -> int:
    """Return a monthly rate less a relief, never below nothing."""
    if relief is None:
        return rate
    if relief.percent is not None:
        return rate * (HUNDRED**2 - scaled(relief.percent, 2)) // HUNDRED**2
    return max(rate - scaled(relief.monthly or Decimal(0), PLACES), 0)


def pieces(
    laid: Sequence[Stretch],
    reliefs: Sequence[Relief],
    rate_of: Mapping[int | None, tuple[int, bool]],
) -> list[Piece]:
    """Lay reliefs over stretches; ``rate_of`` gives the monthly rate by the tariff's id."""
    found: list[Piece] = []
    for from_on, until_on, tariff in laid:
        rate, least = rate_of[tariff and tariff.id]
        if not reliefs:
            found.append(Piece(from_on, until_on, tariff, None, rate, least))
            continue
        changes = [day for one in reliefs for day in (one.from_on, one.until_on)]
        for begun, ended in cut((from_on, until_on), changes):
            relief = relief_on(reliefs, begun)
            found.append(Piece(begun, ended, tariff, relief, relieved(rate, relief), least))
    return found


def relief_on(reliefs: Sequence[Relief], day: date) -> Relief | None:
    """Return the relief of a day."""
    return next((one for one in reliefs if one.from_on <= day < one.until_on), None)


def value(laid: Sequence[Piece], from_on: date, until_on: date) -> int:
    """Return the exact value of a span, in rate times ticks."""
    total = 0
    for one in laid:
        begun = one.from_on if one.from_on > from_on else from_on
        ended = one.until_on if one.until_on < until_on else until_on
        if begun < ended:
            total += one.rate * ticks(begun, ended)
    return total


def fen(exact: int) -> int:
    """Round an exact value of :func:`value` half up to the fen."""
    return (2 * exact + _FEN) // (2 * _FEN)


def fen_of(yuan: Fraction) -> int:
    """Round yuan half up to the fen; below nothing as above it."""
    return int((2 * HUNDRED * yuan + 1) // 2)


def yuan(amount_in_fen: int) -> Decimal:
    """Return fen as yuan with two places."""
    return Decimal(amount_in_fen).scaleb(_CENT)


def cost(tariff: Tariff, quantity: Fraction, months: Fraction) -> Fraction:
    """Return what a metered quantity costs under a tariff in so many months.

    The bounds of the steps are for a month, so they grow with the months; so does the least.
    """
    total = sum((used * price for used, price in tier_parts(tariff, quantity, months)), Fraction())
    return max(total, Fraction(tariff.least) * months)


def tier_parts(
    tariff: Tariff, quantity: Fraction, months: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Split a quantity over the steps of a tariff: how much at which price."""
    if not tariff.tiers:
        return [(quantity, Fraction(tariff.price))]
    parts: list[tuple[Fraction, Fraction]] = []
    below = Fraction()
    for bound, price in tariff.tiers:
        upper = quantity if bound is None else min(quantity, Fraction(bound) * months)
        if upper > below or not parts:
            parts.append((max(upper - below, Fraction()), Fraction(price)))
            below = max(below, upper)
    if quantity > below:  # steps that end: the last price goes on
        parts.append((quantity - below, Fraction(tariff.tiers[-1][1])))
    return parts
