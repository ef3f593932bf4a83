"""The names of houses: `3栋1单元1201室`, `3#-1-1201`, `三栋一单元1201`, `A座1501` … to `3-1-1201`.

A house name has a building, a unit (some buildings have none) and a number. Leading zeros and
the words around the digits go; a phase or zone that tells two buildings apart stays with the
building (`2期3`), because `3栋` of phase one is another house than `3栋` of phase two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from huiyin.estate.roster.text import Unreadable, arabic, fold, is_blank, simplified, squeeze

BUILDING_TAGS = ("号楼", "#楼", "栋楼", "塔楼", "栋", "幢", "座", "塔", "号院")
_BUILDING_TAG = "|".join(BUILDING_TAGS)
_UNIT_TAG = "单元|门|梯"
_FLOOR_TAG = "层"
_ROOM_TAG = "室|号房|房|户"
_ANY_TAG = f"{_BUILDING_TAG}|{_UNIT_TAG}|{_FLOOR_TAG}|{_ROOM_TAG}|号|楼|#"
_NUMERAL_BEFORE = rf"(?:{_ANY_TAG}|期|区|商铺|-|\d|$)"
_WORDS = r"[\u4e00-\u9fff]*?"
_SIDE = "[东西南北中甲乙丙丁]"
_TOKEN = re.compile(
    rf"(?P<value>[0-9A-Z]+|{_SIDE}(?=单元|门|[栋幢座]))(?P<tag>{_ANY_TAG})?(?P<between>[-_/\\.,\s]*)"
)
_ZONE = re.compile(
    r"(?P<zone>(?:第?[0-9A-Z]{1,2}|[\u4e00-\u9fff]{1,6}?)(?:期|区|苑|组团|院|里))-?(?=[0-9A-Z])"
)
_NOT_A_ZONE = re.compile(r".*(?:小区|社区)")
_ESTATE = re.compile(
    rf"第(?=[0-9A-Z])|[\u4e00-\u9fff]{{2,}}-?(?=[0-9A-Z]+(?:{_BUILDING_TAG}|#|楼|-[0-9A-Z]+-))"
    r"|[\u4e00-\u9fff]+(?:花园|小区|社区|家园|公寓|广场|大厦|城|府|湾|庭)-?(?=[0-9A-Z])"
    r"|[\u4e00-\u9fff]*(?:写字|办公|商务)楼-?(?=[0-9A-Z])"
)
_NOTE = re.compile(r"\((?=[^()]*[\u4e00-\u9fff])[^()]*\)|(?:复式|跃层|跃式|平层)$")
_VILLA = re.compile(r"别墅|联排|叠拼|独栋|洋房")
_SPACE_WORDS = re.compile(r"固定|子母|机动车|停车位|停车库|停车场|车位|车库|泊位|车号|编号|位|号|#")
_SHOP_WORDS = re.compile(
    r"商铺|店铺|铺位|铺面|门面房?|门店|沿街|临街|底商|商业街?|商服|网点|铺|店|摊位"
)
_SPACE = re.compile(
    r"(?P<area>(?:[\u4e00-\u9fff]{1,4}-?)?(?:[0-9A-Z]+[区期]?-)*?)"
    r"(?:(?P<zone>[A-Z]+)区?-?)?(?P<number>[0-9]{1,5})-?(?P<tail>[A-Z]?)"
)
_LONGEST_BUILDING = 12
_LONGEST_NUMBER = 12
_TAGGED = {"building": _BUILDING_TAG, "unit": _UNIT_TAG, "floor": _FLOOR_TAG, "room": _ROOM_TAG}
_PATTERNS = {slot: re.compile(tags) for slot, tags in _TAGGED.items()}
_SHORT_ROOM = 2


@dataclass(frozen=True, slots=True)
class HouseName:
    """Where a house is; `code` is the one spelling everything else uses."""

    building: str
    unit: str
    number: str

    @property
    def code(self) -> str:
        """Return the canonical code, such as `3-1-1201` or `3-1201`."""
        return "-".join(part for part in (self.building, self.unit, self.number) if part)


@lru_cache(maxsize=1024)
def read_building(text: str) -> str:
    """Read the building of a cell of its own (`1#`, `08幢`, `七栋`, `A座`, `别墅`); may be blank.

    Raises `Unreadable` for what cannot be the name of a building.
    """
    folded = _NOTE.sub("", _compact(text))
    if is_blank(folded):
        return ""
    zone, rest = _split_zone(folded)
    if found := re.fullmatch(rf"(?:第)?([0-9A-Z]+)(?:{_BUILDING_TAG}|#|楼|号)?", rest):
        return zone + _trim(found[1])
    words = re.fullmatch(rf"([\u4e00-\u9fff]+?[0-9]{{0,3}})(?:{_BUILDING_TAG}|楼)?", rest)
    if words and len(words[1]) <= _LONGEST_BUILDING:
        return zone + _named(words[1])
    raise Unreadable("building.unreadable")


def tagged_place(text: str) -> tuple[str, str]:
    """Return the building and the unit a title or a sheet name speaks of (`3栋一单元业主`).

    Either is blank where the text does not speak of it.
    """
    folded = _compact(text)
    building = re.match(rf"[\u4e00-\u9fff]*?([0-9A-Z]+)(?:{_BUILDING_TAG}|#)", folded)
    rest = folded[building.end() :].lstrip("-") if building else folded
    if plain := re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", folded):
        return _trim(plain[1]), _trim(plain[2])
    unit = re.match(rf"{'' if building else _WORDS}([0-9A-Z]{{1,2}}|{_SIDE})单元", rest)
    return (_trim(building[1]) if building else "", _trim(unit[1]) if unit else "")


def read_building_and_unit(text: str) -> tuple[str, str]:
    """Read a cell that may name the unit behind the building (`3栋1单元`, `3#1单元`, `3栋`).

    Raises `Unreadable` for what cannot be the name of a building.
    """
    found = re.fullmatch(
        rf"(.+?(?:{_BUILDING_TAG}|#|楼|号|(?=-)))-?([0-9A-Z]{{1,2}}|{_SIDE})单元", _compact(text)
    )
    if found:
        return read_building(found[1]), _trim(found[2])
    return read_building(text), ""


@lru_cache(maxsize=1024)
def read_unit(text: str) -> str:
    """Read the unit of a cell of its own (`1单元`, `一单元`, `1`); blank where there is none."""
    folded = _compact(text)
    if is_blank(folded):
        return ""
    if found := re.fullmatch(rf"第?([0-9A-Z]{{1,3}})(?:{_UNIT_TAG}|#|号)?", folded):
        return _trim(found[1])
    if found := re.fullmatch(rf"({_SIDE})(?:单元|门|梯)?", folded):
        return found[1]
    raise Unreadable("unit.unreadable")


@lru_cache(maxsize=4096)
def read_house(text: str, building: str = "", unit: str = "") -> HouseName:
    """Read a house from its cell and from the building and unit standing beside it.

    What the cell itself says comes first. Raises `Unreadable` when no house can be read from it.
    """
    folded = _NOTE.sub("", _compact(text))
    if is_blank(folded):
        raise Unreadable("house.missing")
    if _VILLA.search(folded):
        return _villa(folded, building)
    zone, rest = _split_zone(folded)
    slots = _fill(_tokens(rest, building), building)
    number = slots["room"]
    if len(slots.get("floor", "")) > _SHORT_ROOM:
        number = f"{_trim(slots['floor'])}-{number}"  # a flat let in parts: `1201-1`
    elif "floor" in slots and number.isdigit() and len(number) <= _SHORT_ROOM:
        number = f"{slots['floor']}{number:0>2}"
    own = zone + _trim(slots["building"]) if "building" in slots else ""
    if own and "unit" not in slots and _trim(slots["building"]) != building.removeprefix(zone):
        unit = ""
    return HouseName(own or building, _trim(slots.get("unit", "")) or unit, _trim(number))


def _villa(folded: str, building: str) -> HouseName:
    """Read a villa, whose building is its kind: `别墅12号`, `12号别墅`, `别墅A-3`."""
    kind = _VILLA.search(folded)
    found = re.fullmatch(
        r"-?([0-9A-Z]+(?:-[0-9A-Z]+)*)(?:栋|幢|号楼|号|室|#)?", _VILLA.sub("", folded)
    )
    if kind is None or found is None:
        raise Unreadable("house.unreadable")
    number = "-".join(_trim(part) for part in found[1].split("-"))
    return HouseName(building or kind[0], "", number)


def _compact(text: str) -> str:
    """Fold, raise to capitals, turn numerals into digits and spaces between digits into dashes."""
    folded = simplified(re.sub(r"\s+", " ", fold(text)).upper())
    folded = re.sub(r"(?<=[^0-9A-Z]) | (?=[^0-9A-Z])", "", folded).replace(" ", "-")
    folded = re.sub(r"^(?:-|负)(?=[0-9]{2,4}(?:室|号)?$)", "B", folded)
    folded = re.sub(r"-{2,}", "-", folded).strip("-,.;")
    if folded.isascii():
        return folded
    return re.sub(r"第(?=[0-9A-Z])", "", arabic(folded, _NUMERAL_BEFORE))


def _split_zone(folded: str) -> tuple[str, str]:
    """Take a phase or zone off the front and drop the name of the estate and its address."""
    if folded.isascii():
        return "", folded
    found = _ZONE.match(folded)
    if found and not _NOT_A_ZONE.match(found["zone"]):
        return found["zone"].removeprefix("第"), folded[found.end() :]
    street = re.match(r"[\u4e00-\u9fff]+[路街道巷][0-9]+(?:号院|号|弄)-?(?=[0-9A-Z])", folded)
    if street:
        return "", folded[street.end() :]
    estate = _ESTATE.match(folded)
    return "", folded[estate.end() :] if estate else folded


def _tokens(rest: str, building: str) -> list[tuple[str, str]]:
    """Cut a house into values with their tags; all of it must be understood."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(rest):
        found = _TOKEN.match(rest, at)
        if found is None or len(found["value"]) > _LONGEST_NUMBER:
            raise Unreadable("house.unreadable")
        if tokens and not tokens[-1][1] and _is_range(tokens[-1][0], found["value"]):
            raise Unreadable("house.several")
        tokens.append((found["value"], found["tag"] or ""))
        at = found.end()
    lettered = re.fullmatch(rf"([A-Z])([1-9][0-9]{{2,3}})(?:{_ROOM_TAG}|号)?", rest)
    if lettered and building in ("", lettered[1]):
        return [(lettered[1], "座"), (lettered[2], "")]
    return tokens


def _is_range(first: str, last: str) -> bool:
    """Tell whether two numbers are rooms of one floor (`1601-1603`), not a building and a room."""
    long = len(first) == len(last) > _SHORT_ROOM and (first + last).isdigit()
    return long and first[:-_SHORT_ROOM] == last[:-_SHORT_ROOM]


def _fill(tokens: list[tuple[str, str]], building: str) -> dict[str, str]:
    """Give every value its slot: the tagged ones by their tag, the others by their place."""
    slots: dict[str, str] = {}
    loose: list[str] = []
    for place, (value, tag) in enumerate(tokens):
        last = place == len(tokens) - 1
        slot = _slot(tag, last=last, taken=bool(loose) or "building" in slots)
        if slot == "":
            loose.append(value)
        elif slot in slots:
            raise Unreadable("house.unreadable")
        else:
            slots[slot] = value
    if "room" not in slots:
        if not loose:
            raise Unreadable("house.no_number")
        slots["room"] = loose.pop()
    for slot, value in zip(_open(slots, loose, building), loose, strict=True):
        slots[slot] = value
    return slots


def _slot(tag: str, *, last: bool, taken: bool) -> str:
    """Return the slot a tag stands for; `号`, `楼` and `#` depend on where they stand."""
    for slot, pattern in _PATTERNS.items():
        if pattern.fullmatch(tag):
            return slot
    if tag == "":
        return ""
    if last:
        return "room"
    if not taken:
        return "building"
    return "floor" if tag == "楼" else "unit"


def _open(slots: dict[str, str], loose: list[str], building: str) -> list[str]:
    """Choose the slots for values without a tag, in the order they were written."""
    order = [slot for slot in ("building", "unit", "floor") if slot not in slots]
    if len(loose) == 1 and building and "unit" in order and _trim(loose[0]) != building:
        return ["unit"]
    apart = ["unit", "floor"]  # `1-12-06` beside `3栋`
    in_parts = order[1:] == apart and len(loose) == len(apart) and len(slots["room"]) <= _SHORT_ROOM
    if building and in_parts and _trim(loose[0]) != building:
        return apart
    if len(loose) > len(order):
        raise Unreadable("house.unreadable")
    return order[: len(loose)]


def _trim(value: str) -> str:
    """Drop leading zeros of a number; letters stay."""
    return re.sub(r"^0+(?=[0-9])", "", value)


def _named(name: str) -> str:
    """Trim the digits behind the name of a building (`洋房03` to `洋房3`)."""
    return re.sub(r"(?<=\D)0+(?=\d)", "", name)


def looks_like_shop(text: str) -> bool:
    """Tell whether the spelling itself says that this is a shop."""
    folded = simplified(squeeze(text).upper())
    return bool(_SHOP_WORDS.search(folded)) or bool(re.fullmatch(r"S-?[0-9]{1,3}", folded))


@lru_cache(maxsize=4096)
def read_shop(text: str, building: str = "", unit: str = "") -> HouseName:
    """Read a shop: `商铺S-01`, `S1`, `1号商铺` are `S-01`; `3栋底商5号` is `3-S-05`.

    A shop numbered like a room in a building (`3-101`) keeps that name.
    """
    folded = _NOTE.sub("", _compact(text))
    if is_blank(folded):
        raise Unreadable("house.missing")
    if found := re.match(rf"([0-9]+|[A-Z])(?:{_BUILDING_TAG}|#)-?(?=.)", folded):
        building, folded = _trim(found[1]), folded[found.end() :]
    bare = _SHOP_WORDS.sub("", folded).strip("-")
    bare = re.sub(r"(?:号|室|#)$", "", bare).strip("-")
    if found := re.fullmatch(
        r"([A-Z]+[0-9]*)-([0-9]{1,5})([A-Z]?)|([A-Z]+)([0-9]{1,5})([A-Z]?)", bare
    ):
        letters, digits, tail = (found[i] or found[i + 3] or "" for i in (1, 2, 3))
        return HouseName(building, "", f"{letters}-{_trim(digits):0>2}{tail}")
    if found := re.fullmatch(r"([0-9]{1,5})([A-Z]?)", bare):
        number = _trim(found[1])
        if building and len(number) > _SHORT_ROOM:
            return HouseName(building, unit, number + found[2])
        return HouseName(building, "", f"S-{number:0>2}{found[2]}")
    if bare.startswith("S"):
        raise Unreadable("house.unreadable")
    return read_house(bare, building, unit)


@lru_cache(maxsize=4096)
def read_space(text: str) -> str:
    """Read a parking space: `B1-001`, `负一层001号`, `-1层1`, `A区12` to `B1-001`, `A-012`.

    Raises `Unreadable` when there is no number in it.
    """
    folded = simplified(squeeze(text).upper())
    folded = arabic(folded, r"(?:层|楼|区|号|期|-|\d|$)")
    if is_blank(folded):
        raise Unreadable("space.missing")
    folded = re.sub(r"^地下?(?:车库|车位|室|库)+", "", folded)
    folded = re.sub(r"^(?:负|-|地下|B)([1-9])(?:层|楼|F)-?", r"B\1-", folded)
    folded = re.sub(r"^(?:负([1-9])-?|-([1-9])-)", lambda m: f"B{m[1] or m[2]}-", folded)
    folded = _SPACE_WORDS.sub("", folded)
    folded = re.sub(r"^(B[1-9])(?=[0-9]{3,4}$|[A-Z])", r"\1-", folded)
    found = _SPACE.fullmatch(re.sub(r"-{2,}", "-", folded).strip("-"))
    if found is None:
        raise Unreadable("space.unreadable")
    number = f"{_trim(found['number']):0>3}{found['tail']}"
    area, zone = (found["area"] or "").rstrip("-"), found["zone"] or ""
    if area:
        return f"{area}-{zone}{number}"
    return f"{zone}-{number}" if zone else number


def order_key(code: str, *, last: bool = False) -> str:
    """Return the key that sorts houses as people count (2 before 10), parking spaces last."""
    return ("z-" if last else "") + re.sub(r"[0-9]+", lambda found: f"{found[0]:0>4}", code)
