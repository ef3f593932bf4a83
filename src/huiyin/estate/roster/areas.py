"""Areas: `98.5㎡`, `98.50 平方米`, `98.5 m2`; always a decimal of two places."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from huiyin.estate.roster.text import Cell, Unreadable, cell_text, is_blank, squeeze

_AREA = re.compile(
    r"(?:建筑面积|建面|面积)?:?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:m2|m\^2|sq\.?m\.?|㎡|平方米|平方公尺|平方|平米|平)?(?:\((?:[^()\d]*|套内[^()]*)\))?",
    re.IGNORECASE | re.ASCII,
)
_CENT = Decimal("0.01")
LARGEST = Decimal(100_000)


def read_area(value: Cell) -> Decimal | None:
    """Read an area in square metres, or None where the cell says nothing.

    Raises `Unreadable` for what is no number, not above zero or larger than any house.
    """
    text = cell_text(value)
    if is_blank(text):
        return None
    found = _AREA.fullmatch(re.sub(r"(?<=\d)。(?=\d)", ".", squeeze(text)))
    if found is None or isinstance(value, bool):
        raise Unreadable("area.not_a_number")
    area = Decimal(found["number"].replace(",", ""))
    if area > LARGEST:
        raise Unreadable("area.too_large")
    area = area.quantize(_CENT, rounding=ROUND_HALF_UP)
    if area <= 0:
        raise Unreadable("area.not_positive")
    return area


def read_rate(value: Cell) -> Decimal | None:
    """Read a fee rate such as `2.3`, `2.30元/㎡·月` or `60元`, or None where there is none."""
    text = cell_text(value).replace(" ", "")
    if is_blank(text):
        return None
    found = re.fullmatch(r"¥?(\d{1,7}(?:\.\d{1,4})?)(?:\.\d+|元.*|/.*)?", text, re.ASCII)
    if found is None:
        raise Unreadable("rate.not_a_number")
    return Decimal(found[1])
