"""Pure decisions of the estate: how a number is masked, what a search might mean, pinyin keys."""

import contextlib
import re
import unicodedata
from dataclasses import dataclass

from huiyin.estate.roster.spelling import read_house, read_shop, read_space
from huiyin.estate.roster.text import Unreadable

SHORTEST_PHONE = 3
SHORTEST_PLATE = 2
_MOBILE = 11
_HIDDEN = 4
_PLATE = re.compile(r"[\u4e00-\u9fff]?[A-Z0-9]+", re.ASCII)
_FILLERS = re.compile(r"[\s()+.·-]")
_TAGS = re.compile(r"号楼|号院|单元?|[栋幢座#室房户层号]|[\s/_\\.,、-]+")


def masked(number: str) -> str:
    """Hide the middle of a telephone number: ``138****5678``, ``075526****34``."""
    tail = 4 if len(number) == _MOBILE and number.startswith("1") else 2
    if len(number) < _HIDDEN + tail:
        return "*" * _HIDDEN
    return f"{number[: -_HIDDEN - tail]}{'*' * _HIDDEN}{number[-tail:]}"


def phone_fragment(text: str) -> str:
    """Return the digits of a text that may be part of a telephone number, else nothing."""
    digits = _FILLERS.sub("", unicodedata.normalize("NFKC", text))
    if not (digits.isascii() and digits.isdigit()):
        return ""
    for prefix in ("0086", "86"):
        if digits.startswith(prefix + "1") and len(digits) == len(prefix) + _MOBILE:
            digits = digits.removeprefix(prefix)
    return digits if len(digits) >= SHORTEST_PHONE else ""


def plate_fragment(text: str) -> str:
    """Return a text as part of a plate (车牌), without dots and blanks, else nothing."""
    plate = re.sub(r"[\s·.-]", "", unicodedata.normalize("NFKC", text)).upper()
    return plate if len(plate) >= SHORTEST_PLATE and _PLATE.fullmatch(plate) else ""


def house_codes(text: str) -> tuple[str, ...]:
    """Return the house codes a spelling may mean: a flat first, then a shop, then a space."""
    found: dict[str, None] = {}
    for read in (read_house, read_shop):
        try:
            found[read(text).code] = None
        except Unreadable:
            continue
    with contextlib.suppress(Unreadable):
        found[read_space(text)] = None
    return tuple(found)


def house_fragment(text: str) -> str:
    """Return the beginning of a house code still being typed: ``3栋1`` is ``3-1``."""
    folded = unicodedata.normalize("NFKC", text).upper().strip()
    if not re.search(r"[0-9A-Z]", folded):
        return ""
    parts = [part for part in _TAGS.split(folded) if part]
    if not all(re.fullmatch(r"[0-9A-Z期区\u4e00-\u9fff]{1,12}", part) for part in parts):
        return ""
    return "-".join(re.sub(r"^0+(?=\d)", "", part) for part in parts)


@dataclass(frozen=True, slots=True)
class Search:
    """What a text typed into the one box may mean, each part empty when it cannot be that."""

    text: str
    codes: tuple[str, ...]
    fragment: str
    phone: str
    plate: str
    letters: str


def read_search(text: str) -> Search:
    """Read a text typed into the one box."""
    text = unicodedata.normalize("NFKC", text).replace("\0", "").strip()[:60]
    letters = re.sub(r"\s", "", text).lower()
    return Search(
        text=text,
        codes=house_codes(text) if text else (),
        fragment=house_fragment(text),
        phone=phone_fragment(text),
        plate=plate_fragment(text),
        letters=letters if letters.isascii() and letters.isalpha() else "",
    )
