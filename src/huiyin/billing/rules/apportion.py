"""A shared cost split into shares that add up to it, to the cent (BIL-02)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

FEN_PER_YUAN: Final = 100


def apportion(total: Decimal, weights: Sequence[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Split ``total`` yuan among house ids by weight: largest remainder, floors first (BIL-02).

    1. Each house gets its exact share rounded down to the fen.
    2. The fen still missing go one each to the largest remainders, ties by the smaller id.

    So the shares add up to the total, each lies less than one fen from its exact value, none is
    negative, a weight of zero gets nothing and a bigger weight never gets less. Raises ValueError
    for a negative amount or weight, parts of a fen, a house named twice, or nothing that weighs.
    """
    fen = total * FEN_PER_YUAN
    if fen < 0 or fen != int(fen):
        raise ValueError(f"no amount to share: {total}")
    whole = sum((Fraction(weight) for _, weight in weights), Fraction())
    if any(weight < 0 for _, weight in weights) or len({house for house, _ in weights}) < len(
        weights
    ):
        raise ValueError("a negative weight, or a house twice")
    if not whole:
        raise ValueError("nothing weighs")
    exact = {house: int(fen) * Fraction(weight) / whole for house, weight in weights}
    shares = {house: int(share) for house, share in exact.items()}
    missing = int(fen) - sum(shares.values())
    by_remainder = sorted(exact, key=lambda house: (shares[house] - exact[house], house))
    for house in by_remainder[:missing]:
        shares[house] += 1
    return {house: Decimal(share) / FEN_PER_YUAN for house, share in shares.items()}
