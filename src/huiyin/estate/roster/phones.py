"""Telephone numbers as offices write them: floats, `+86`, several in a cell, extensions, names.

A number is entered only when it is a possible one; it is stored as its digits alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from huiyin.estate.roster.text import Cell, cell_text, is_blank

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_PREFIXED = re.compile(r"(?:\+|00)?(?:86)?0?(1[3-9]\d{9})", re.ASCII)
_LANDLINE = re.compile(
    r"(?:\+86|0086|86)?0?((?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7})", re.ASCII
)
_NATIONAL = re.compile(r"0(?:(?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7})", re.ASCII)
_LOCAL = re.compile(r"[2-8]\d{6,7}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)((?!86)[1-9]\d{7,13})", re.ASCII)

_HARD = re.compile(r"[/\\,;、。|&\n]|和|或|及|与")
_TOKEN = re.compile(
    r"[(\[【](?P<note>[^()\[\]【】]*)[)\]】]|(?P<number>\+?\d(?:[\s.-]*\+?\d)*)|(?P<words>[^\d(\[【+]+|.)",
    re.ASCII,
)
_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?)[: ]*(\d{1,6})", re.IGNORECASE | re.ASCII)
_DASH_EXTENSION = re.compile(r"(.*\d)-(\d{1,5})", re.ASCII)
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_WORDS = re.compile(
    r"联系电话|联系方式|手机号?码?|电话号?码?|移动|座机|固话|号码|tel|phone|mob", re.I
)
_GLUED = re.compile(r"\d[A-Za-z]|[A-Za-z]\d", re.ASCII)
SHORTEST = 7


@dataclass(frozen=True, slots=True)
class PhoneText:
    """One number found in a cell: its digits, its extension and what stands beside it."""

    number: str
    extension: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class PhonesRead:
    """What a cell of telephone numbers holds: the good ones and, as written, the bad ones."""

    good: tuple[PhoneText, ...] = ()
    bad: tuple[str, ...] = ()


def read_number(text: str) -> str | None:
    """Return the digits of one telephone number, or None when it cannot be one."""
    digits = re.sub(r"[\s().-]", "", text)
    if found := _PREFIXED.fullmatch(digits):
        return found[1]
    if _NATIONAL.fullmatch(digits) or _LOCAL.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    if digits.startswith(("+", "0086")) and (found := _LANDLINE.fullmatch(digits)):
        return "0" + found[1]
    if found := _ABROAD.fullmatch(digits):
        return "+" + found[1]
    return None


def read_phones(value: Cell) -> PhonesRead:
    """Read every telephone number of a cell; nothing is lost: what is not good is bad."""
    text = cell_text(value)
    if is_blank(text):
        return PhonesRead()
    good: dict[str, PhoneText] = {}
    bad: list[str] = []
    for piece, label in _pieces(text):
        found = _numbers(piece)
        if not found:
            bad.append(piece.strip(" -."))
        for phone in found:
            if isinstance(phone, str):
                bad.append(phone)
            elif phone.number not in good:
                good[phone.number] = PhoneText(phone.number, phone.extension, label)
    return PhonesRead(tuple(good.values()), tuple(bad))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Cut a cell into stretches of digits, each with the words that stand around it."""
    if _EXPONENT.fullmatch(text):
        yield text, ""
        return
    text = re.sub(r"[(\[](\+?\d{2,4})[)\]]", r" \1-", text)
    text = re.sub(r"(?<=\d{7})\.0+(?!\d)", "", text, flags=re.ASCII)
    for part in _HARD.split(text):
        yield from _labelled(part)


def _labelled(part: str) -> Iterator[tuple[str, str]]:
    """Yield the numbers of one part, each with its label.

    Words in brackets belong to the number before them; bare words belong to the number after
    them, unless the part begins with a number.
    """
    part = _WORDS.sub(" ", _EXTENSION.sub(lambda m: f"-{m[1]} ", part))
    if _GLUED.search(part):
        yield part, ""
        return
    numbers: list[tuple[str, list[str]]] = []
    waiting: list[str] = []
    leads = False
    for token in _TOKEN.finditer(part):
        if token["number"]:
            leads = leads or not (numbers or waiting)
            numbers.append((token["number"], waiting))
            waiting = []
            continue
        words = (token["note"] or token["words"] or "").strip(" :.+-")
        after = numbers and (token["note"] is not None or leads)
        if words:
            (numbers[-1][1] if after else waiting).append(words)
    if not numbers and not _says_nothing(part.strip(" :.+-")):
        yield part, ""
    if numbers:
        numbers[-1][1].extend(waiting)
    for number, labels in numbers:
        yield number, " ".join(labels)


def _says_nothing(words: str) -> bool:
    """Tell whether words without any number only say that there is none."""
    return not words or bool(re.fullmatch(r"[无没未空停暂不关].*", words)) or is_blank(words)


def _numbers(piece: str) -> list[PhoneText | str]:
    """Read one stretch of digits that may hold several numbers set apart by spaces or dashes."""
    whole = piece.strip(" -.")
    if number := read_number(whole):
        return [PhoneText(number)]
    if (cut := _DASH_EXTENSION.fullmatch(whole)) and (number := read_number(cut[1])):
        if not _MOBILE.fullmatch(number):
            return [PhoneText(number, cut[2])]
        return []
    if _GLUED.search(whole):
        return []
    return _partition(re.findall(r"\+?\d+", whole, re.ASCII))


def _partition(groups: list[str]) -> list[PhoneText | str]:
    """Join groups of digits into numbers from the left; a short rest spoils the whole stretch."""
    found: list[PhoneText | str] = []
    start = 0
    while start < len(groups):
        for end in range(len(groups), start, -1):
            if number := read_number("".join(groups[start:end])):
                found.append(PhoneText(number))
                start = end
                break
        else:
            if len(groups[start]) < SHORTEST:
                return []
            found.append(groups[start])
            start += 1
    return found
