"""A shared cost split to the cent, whatever the weights (BIL-02, invariant 5)."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.rules.apportion import apportion

FEN = Decimal("0.01")
totals = st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)
weights = st.decimals(min_value=0, max_value=Decimal("99999.9999"), places=4)
houses = st.dictionaries(st.integers(1, 10_000), weights, min_size=1, max_size=40).filter(
    lambda found: any(found.values())
)


@pytest.mark.rule("BIL-02")
@given(totals, houses)
def test_shares_add_up_and_each_is_within_a_fen(total: Decimal, found: dict[int, Decimal]) -> None:
    shares = apportion(total, list(found.items()))
    whole = sum(map(Fraction, found.values()))
    assert sum(shares.values()) == total
    for house, weight in found.items():
        assert shares[house] >= 0
        assert abs(Fraction(shares[house]) - Fraction(total) * Fraction(weight) / whole) < Fraction(
            FEN
        )
        assert weight or not shares[house]


@given(totals, houses, st.randoms(use_true_random=False))
def test_the_order_of_the_houses_changes_nothing(
    total: Decimal, found: dict[int, Decimal], chance: st.DataObject
) -> None:
    mixed = list(found.items())
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert apportion(total, mixed) == apportion(total, list(found.items()))


@given(totals, houses)
def test_a_bigger_weight_never_gets_less(total: Decimal, found: dict[int, Decimal]) -> None:
    shares = apportion(total, list(found.items()))
    ranked = sorted(found, key=lambda house: found[house])
    for smaller, bigger in pairwise(ranked):
        assert found[smaller] == found[bigger] or shares[smaller] <= shares[bigger]


def test_the_split_that_others_get_wrong() -> None:
    """Rounding first makes 0.02 by 3:3:3:1 into a negative share; floors first never do."""
    found = [(1, Decimal(3)), (2, Decimal(3)), (3, Decimal(3)), (4, Decimal(1))]
    assert apportion(Decimal("0.02"), found) == {
        1: FEN,
        2: FEN,
        3: Decimal(0),
        4: Decimal(0),
    }


@pytest.mark.parametrize(
    ("total", "found"),
    [
        ("1.00", []),
        ("1.00", [(1, Decimal(0))]),
        ("-1.00", [(1, Decimal(1))]),
        ("0.005", [(1, Decimal(1))]),
        ("1.00", [(1, Decimal(-1)), (2, Decimal(2))]),
        ("1.00", [(1, Decimal(1)), (1, Decimal(2))]),
    ],
)
def test_what_cannot_be_split_is_refused(total: str, found: list[tuple[int, Decimal]]) -> None:
    with pytest.raises(ValueError, match=r"no amount|negative|nothing"):
        apportion(Decimal(total), found)
