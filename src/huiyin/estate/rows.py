"""Plain rows that the estate gives to the rooms above and to the doors."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community as pages and the API show it."""

    id: int
    code: str
    name: str
    zone: str
    phone: str
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found by the one box; ``phone`` is masked."""

    kind: Literal["house", "person", "phone", "plate"]
    title: str
    subtitle: str
    house_code: str
    person_id: int | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A telephone number, masked unless the card was asked to reveal it."""

    id: int
    number: str
    state: str
    label: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a house with the role held there."""

    id: int
    name: str
    kind: str
    role: str
    from_on: date | None
    occupancy_id: int
    phones: tuple[PhoneRow, ...]


@dataclass(frozen=True, slots=True)
class HouseCard:
    """A house and its people on a day (户)."""

    id: int
    code: str
    kind: str
    area: Decimal | None
    handed_over_on: date | None
    vacant: bool
    incomplete: tuple[str, ...]
    remark: str
    building_id: int | None
    building: str
    community_id: int
    community: str
    people: tuple[PersonRow, ...]
    vehicles: tuple[str, ...]
    spaces: tuple[str, ...]
    may_reveal: bool
    revealed: bool


@dataclass(frozen=True, slots=True)
class HouseRow:
    """A house as lists show one."""

    code: str
    kind: str
    area: Decimal | None
    building: str
    people_count: int
    incomplete: tuple[str, ...]
    vacant: bool


@dataclass(frozen=True, slots=True)
class CallerRow:
    """Somebody who may be calling from a number: a candidate, never a guess."""

    community: str
    community_name: str
    person_id: int
    name: str
    role: str
    house_code: str
    phone_state: str
