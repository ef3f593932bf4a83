"""Which house a row is about: building, unit and number from their cells, the rows above and
the name of the sheet, and whether it is a flat, a shop, an office or a parking space."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from huiyin.estate.roster.headers import Field, Layout
from huiyin.estate.roster.parsed import Kind, Tenure
from huiyin.estate.roster.spelling import (
    HouseName,
    looks_like_shop,
    read_building,
    read_house,
    read_shop,
    read_space,
)
from huiyin.estate.roster.text import Cell, Unreadable, cell_text, simplified, squeeze

_SHEET_KINDS = (
    (Kind.PARKING, re.compile(r"车")),
    (Kind.FLAT, re.compile(r"住宅|商住")),
    (Kind.SHOP, re.compile(r"商铺|商业|店铺|铺|门面|底商")),
    (Kind.OFFICE, re.compile(r"办公|写字|商务|office", re.IGNORECASE)),
)
_CELL_KINDS = (
    (Kind.PARKING, re.compile(r"车位|车库|泊位")),
    (Kind.FLAT, re.compile(r"住|公寓|别墅|洋房")),
    (Kind.OFFICE, re.compile(r"办公|写字|商务")),
    (Kind.SHOP, re.compile(r"商|铺|店|门面")),
)
_LEASED = re.compile(r"租|临停|月卡")
_OWNED = re.compile(r"产权|自有|购|已售|出售|买断|私家|私有|自用")
_ONLY_SPACE = re.compile(r"^(?:地下|地面|地上|机动)?(?:停?车位|车库|泊位)$")
_ONLY_VILLA = re.compile(r"(?:独栋|联排|叠拼|双拼)?(?:别墅|独栋|联排|整栋)")
_LONGEST_TENURE = 20
LONGEST_CODE = 40


def kind_of_sheet(name: str, layout: Layout) -> Kind:
    """Tell what a sheet is a list of, by its columns first and then by its name."""
    space, shop, room = (layout.get(f) for f in (Field.SPACE, Field.SHOP, Field.ROOM))
    others = [c.index for f in (Field.BUILDING, Field.ROOM, Field.SHOP) for c in layout.all(f)]
    if space and (not others or space.index < min(others)):
        return Kind.PARKING
    if shop and not room:
        return Kind.SHOP
    for kind, pattern in _SHEET_KINDS:
        if pattern.search(simplified(squeeze(name))):
            return kind
    return Kind.FLAT


def kind_of_cell(value: Cell, otherwise: Kind) -> Kind:
    """Tell what a row is about by its own cell (`住宅`, `商铺`), else as the sheet says."""
    text = simplified(cell_text(value))
    return next((kind for kind, pattern in _CELL_KINDS if pattern.search(text)), otherwise)


def name_of(value: Cell, kind: Kind, building: str, unit: str) -> HouseName:
    """Read the place cell of a row as the name of a house of this kind.

    Raises `Unreadable`, also when the spreadsheet has turned a name such as `3-1` into a date.
    """
    if isinstance(value, (date, datetime)):
        raise Unreadable("house.is_a_date")
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise Unreadable("house.unreadable")
    name = _spelt(cell_text(value), kind, building, unit)
    if len(name.code) > LONGEST_CODE:
        raise Unreadable("house.unreadable")
    return name


def is_villa(text: str) -> bool:
    """Tell whether a room cell only says that the building is one house (`别墅`)."""
    return bool(_ONLY_VILLA.fullmatch(squeeze(text)))


def whole(value: Cell, building: str) -> HouseName:
    """Name a house that is a building of its own: a villa listed by its building alone.

    A full name in the column of buildings (`3栋1单元1201`) is read as such.
    """
    text = cell_text(value)
    if is_villa(text):
        if building:
            return HouseName(building, "", "")
        raise Unreadable("house.missing")
    try:
        return read_house(text)
    except Unreadable:
        return HouseName(read_building(text), "", "")


def _spelt(text: str, kind: Kind, building: str, unit: str) -> HouseName:
    """Read a spelling by the rules of its kind."""
    if kind is Kind.PARKING:
        return HouseName("", "", read_space(text))
    if kind is Kind.SHOP or looks_like_shop(text):
        return read_shop(text, building, unit if kind is Kind.SHOP else "")
    return read_house(text, building, unit)


def on_floor(name: HouseName, kind: Kind, floor: str) -> HouseName:
    """Complete a number that stands beside its floor: floor 12, room `01` is `1201`."""
    found = re.fullmatch(r"(\d{1,2})(?:层|楼)?", floor, re.ASCII)
    short = re.fullmatch(r"\d{1,2}", name.number, re.ASCII)
    if kind not in (Kind.FLAT, Kind.OFFICE) or not found or not short:
        return name
    return replace(name, number=f"{int(found[1])}{name.number:0>2}")


def floor_of(name: HouseName, value: Cell) -> int | None:
    """Return the floor a house is on: its own cell, else what its number says (`1201` is 12)."""
    found = re.fullmatch(r"(负|-|B)?第?(\d{1,3})(?:层|楼|F)?", cell_text(value).upper(), re.ASCII)
    if found:
        return -int(found[2]) if found[1] else int(found[2])
    if found := re.fullmatch(r"(\d{1,2})\d{2}[A-Z]?", name.number, re.ASCII):
        return int(found[1]) if int(found[1]) else None
    return None


def tenure_of(value: Cell) -> str:
    """Read how a parking space is held: owned, leased, or the file's own word (`人防`)."""
    text = _ONLY_SPACE.sub("", simplified(squeeze(cell_text(value))))
    if _LEASED.search(text):
        return Tenure.LEASED
    if _OWNED.search(text):
        return Tenure.OWNED
    return text[:_LONGEST_TENURE]
