"""Amounts and prices as they are typed, and as the papers of an office write them."""

from decimal import Decimal, InvalidOperation
from typing import Final

CENT: Final = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_GROUPS = ("", "万", "亿", "万亿")
_PLACES = ("", "拾", "佰", "仟")
MOST_CAPITALS: Final = Decimal("9999999999999999.99")


def read_decimal(text: object, *, places: int, most: Decimal) -> Decimal | None:
    """Read a plain decimal from 0 to ``most`` with at most ``places`` places; None when it is not.

    Only text and whole numbers are read: a float has already lost what was typed.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number <= most:
        return None
    if number != number.quantize(Decimal(1).scaleb(-places)):
        return None
    return number


def say_price(price: Decimal) -> str:
    """Return a price as people write it: 38.5000 is 38.50, 2.3333 stays."""
    text = f"{price.normalize():f}"
    places = len(text.partition(".")[2])
    return text if places > len("00") else f"{price:.2f}"


def say_quantity(quantity: Decimal, unit: str) -> str:
    """Return how much of something as people write it: 1.00 is 1 个, 2.50 is 2.5 米."""
    return f"{quantity.normalize():f} {unit}".strip()


def capitals(amount: Decimal) -> str:
    """Write an amount in the capital figures of Chinese papers (大写): 壹仟零伍元整.

    Raises ValueError for a negative amount, parts of a cent, or more than the figures can say.
    """
    if not 0 <= amount <= MOST_CAPITALS or amount != amount.quantize(CENT):
        raise ValueError(f"no amount for a paper: {amount}")
    yuan, cents = divmod(int(amount * 100), 100)
    jiao, fen = divmod(cents, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not cents:
        return f"{whole or '零元'}整"
    gap = "零" if yuan and not jiao else ""
    tenths = f"{_DIGITS[jiao]}角" if jiao else ""
    hundredths = f"{_DIGITS[fen]}分" if fen else ""
    return f"{whole}{gap}{tenths}{hundredths}"


def _whole(number: int) -> str:
    said = ""
    gap = False
    for group in range(len(_GROUPS) - 1, -1, -1):
        four = number // 10_000**group % 10_000
        if not four:
            gap = gap or bool(said)
            continue
        if said and (gap or four < 1000):  # noqa: PLR2004 a group that does not fill its places
            said += "零"
        said += _four(four) + _GROUPS[group]
        gap = False
    return said


def _four(number: int) -> str:
    said = ""
    gap = False
    for place in range(len(_PLACES) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        elif said:
            gap = True
    return said
