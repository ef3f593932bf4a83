"""What a roster says, once read: houses with their people, what was refused, what was odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a row of a roster is about."""

    FLAT = "flat"
    SHOP = "shop"
    OFFICE = "office"
    PARKING = "parking"


class Tenure(StrEnum):
    """How a parking space belongs to a household; other words of the file are kept as they are."""

    OWNED = "owned"
    LEASED = "leased"


@dataclass(frozen=True, slots=True)
class ParsedPhone:
    """A good telephone number and the words that stood beside it (`妻`, `备用`)."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ParsedPerson:
    """A person or company named in a row, with the telephone numbers that are theirs."""

    name: str
    company: bool = False
    phones: tuple[ParsedPhone, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedHouse:
    """One house or parking space, as far as its row could be read.

    `given` names what the sheet has a column for: only that may be changed in a house that is
    already known. `refused` names what had a value that did not enter, `incomplete`
    that and what is missing. `goes_with` is the code of
    the house a parking space belongs to.
    """

    sheet: str
    row: int
    kind: Kind
    code: str
    building: str = ""
    unit: str = ""
    number: str = ""
    area: Decimal | None = None
    floor: int | None = None
    handed_over_on: date | None = None
    vacant: bool = False
    owners: tuple[ParsedPerson, ...] = ()
    tenants: tuple[ParsedPerson, ...] = ()
    plates: tuple[str, ...] = ()
    rate: Decimal | None = None
    tenure: str = ""
    goes_with: str = ""
    remarks: str = ""
    refused: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    given: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was refused and so did not enter; `code` and `params` make the sentence."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd about a row or a sheet that kept no value out, such as a second row."""

    sheet: str
    row: int
    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """All a file says: houses in the order of the file, refused values, and what was odd."""

    houses: tuple[ParsedHouse, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
