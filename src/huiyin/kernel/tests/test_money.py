"""Amounts in capital figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kernel import money


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("0.56", "伍角陆分"),
        ("1", "壹元整"),
        ("10.05", "壹拾元零伍分"),
        ("98.50", "玖拾捌元伍角"),
        ("100.01", "壹佰元零壹分"),
        ("107", "壹佰零柒元整"),
        ("1005.20", "壹仟零伍元贰角"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("100100", "壹拾万零壹佰元整"),
        ("110000", "壹拾壹万元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        ("10010001", "壹仟零壹万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("123400005678", "壹仟贰佰叁拾肆亿零伍仟陆佰柒拾捌元整"),
        ("1000000000000", "壹万亿元整"),
    ],
)
def test_an_amount_in_capital_figures(amount: str, said: str) -> None:
    assert money.capitals(Decimal(amount)) == said


def read_capitals(said: str) -> Decimal:
    """Read capital figures back, slowly and from the left."""
    yuan, _sign, cents = said.removesuffix("整").partition("元")
    if not _sign:
        yuan, cents = "", yuan
    total = Decimal(0)
    for sign, worth in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4), ("", 1)):
        part, found, rest = yuan.partition(sign) if sign else (yuan, "", "")
        if sign and not found:
            continue
        yuan = rest
        digit = 0
        for one in part:
            if one in money._DIGITS:
                digit = money._DIGITS.index(one)
            else:
                total += digit * 10 ** money._PLACES.index(one) * worth
                digit = 0
        total += digit * worth
    for sign, worth_ in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if sign in cents:
            total += money._DIGITS.index(cents[cents.index(sign) - 1]) * worth_
    return total


@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False))
def test_capital_figures_read_back_as_the_amount(amount: Decimal) -> None:
    assert read_capitals(money.capitals(amount)) == amount


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "10000000000000000"])
def test_no_paper_says_such_an_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        money.capitals(Decimal(amount))
