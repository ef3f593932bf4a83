"""Reads a whole roster: every sheet, then what several rows say of one house, into `Parsed`.

A house in a second row is not read again: the row is noted, with what differs. A space named in
the row of its house and listed among the spaces is one. The name of the estate in front of its
buildings goes (`荷花苑3`), unless there are several; sheets named after phases tell theirs apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from huiyin.estate.roster.files import Sheet, open_bytes, open_file
from huiyin.estate.roster.parsed import Kind, Notice, Parsed, ParsedHouse, Problem
from huiyin.estate.roster.rows import Findings
from huiyin.estate.roster.sheets import SheetReader
from huiyin.estate.roster.text import arabic, cell_text, squeeze

_ZONED = re.compile(r"(?:第)?([一二三四五六七八九1-9]期|[A-Z东西南北中][区苑])(?:住宅|业主)?.{0,4}")
_NAMED_ESTATE = re.compile(r"[\u4e00-\u9fff]{2,}[苑院里](?=[0-9A-Z])")
_COMPARED = (
    ("area", "area"), ("owners", "owner"), ("tenants", "tenant"), ("vacant", "vacant"),
    ("handed_over_on", "handed_over_on"), ("tenure", "tenure"), ("goes_with", "goes_with"),
    ("plates", "plate"), ("kind", "kind"), ("rate", "rate"), ("remarks", "remark"),
)  # fmt: skip


def parse_file(path: Path) -> Parsed:
    """Read a roster from disk; raises `files.UnusableFile` when it is none."""
    return parse_sheets(open_file(path))


def parse_bytes(content: bytes, name: str) -> Parsed:
    """Read an uploaded roster; raises `files.UnusableFile` when it is none."""
    return parse_sheets(open_bytes(content, name))


def parse_sheets(sheets: Sequence[Sheet]) -> Parsed:
    """Read the sheets of a roster one after another and settle what they say twice."""
    findings = Findings()
    houses: list[ParsedHouse] = []
    zones = {sheet.name: zone for sheet in sheets if (zone := _zone(sheet.name))}
    zones = zones if len(zones) > 1 else {}
    for sheet in sheets:
        if sheet.hidden:
            findings.notices.append(Notice(sheet.name, 0, "sheet.hidden"))
        elif any(cell_text(cell) for row in sheet.rows for cell in row):
            houses.extend(SheetReader(sheet, findings, zones.get(sheet.name, "")).read())
    return _without_duplicates(_without_estate(houses), findings)


def _zone(name: str) -> str:
    """Return the phase or zone a sheet is named after (`二期`, `A区`), or nothing."""
    found = _ZONED.fullmatch(squeeze(name))
    return arabic(found[1], "期") if found else ""


def _without_estate(houses: list[ParsedHouse]) -> list[ParsedHouse]:
    """Drop the name of the estate from its buildings (`荷花苑3`) when there is only the one."""
    estates = {found[0] for house in houses if (found := _NAMED_ESTATE.match(house.building))}
    if len(estates) != 1:
        return houses
    (estate,) = estates
    return [
        replace(
            house,
            building=house.building.removeprefix(estate),
            code=house.code.removeprefix(estate),
            goes_with=house.goes_with.removeprefix(estate),
        )
        for house in houses
    ]


def _without_duplicates(houses: list[ParsedHouse], findings: Findings) -> Parsed:
    """Keep the first row of every house and note the others, saying what differs."""
    first: dict[str, ParsedHouse] = {}
    repeated: set[tuple[str, int]] = set()
    for house in houses:
        known = first.setdefault(house.code, house)
        if known is house:
            continue
        merged = _completed(known, house)
        if merged is not None:
            first[house.code] = merged
            continue
        repeated.add((house.sheet, house.row))
        differs = [word for name, word in _COMPARED if _differs(known, house, name)]
        params = {"house": house.code, "sheet": known.sheet, "row": str(known.row)}
        code = "house.differs" if differs else "house.duplicate"
        if differs:
            params["fields"] = ",".join(differs)
        findings.notices.append(Notice(house.sheet, house.row, code, params))
    order = {place: at for at, place in enumerate(dict.fromkeys(h.sheet for h in houses))}

    def place(found: Problem | Notice) -> tuple[int, int]:
        return order.get(found.sheet, len(order)), found.row

    return Parsed(
        tuple(first.values()),
        tuple(
            sorted((p for p in findings.problems if (p.sheet, p.row) not in repeated), key=place)
        ),
        tuple(sorted(findings.notices, key=place)),
    )


def _differs(known: ParsedHouse, again: ParsedHouse, name: str) -> bool:
    """Tell whether a second row says something else; what it leaves blank it does not deny."""
    said = getattr(again, name)
    return bool(said) and said != getattr(known, name)


def _completed(known: ParsedHouse, again: ParsedHouse) -> ParsedHouse | None:
    """Join a space named in the row of its house with its row in the list of spaces."""
    inline = frozenset({"room"})
    if Kind.PARKING not in (known.kind, again.kind) or inline not in (known.given, again.given):
        return None
    listed, named = (again, known) if known.given == inline else (known, again)
    if listed.goes_with and listed.goes_with != named.goes_with:
        return None
    return replace(listed, goes_with=named.goes_with, given=listed.given | inline)
