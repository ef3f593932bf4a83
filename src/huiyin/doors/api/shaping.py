"""Rows of the rooms as the API shows them: moments with the community's offset, money as text."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo


class Person(Protocol):
    """Whoever a row names."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def post(self) -> str: ...


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment in ISO 8601 with the community's offset."""
    return at.astimezone(zone).isoformat()


def moment_or_none(at: datetime | None, zone: ZoneInfo) -> str | None:
    """Write a moment, if there is one."""
    return at.astimezone(zone).isoformat() if at else None


def day_or_none(day: date | None) -> str | None:
    """Write a day as ``YYYY-MM-DD``, if there is one."""
    return day.isoformat() if day else None


def amount_or_none(value: Decimal | None) -> str | None:
    """Write a decimal as text, so that no reader makes a float of it unasked."""
    return str(value) if value is not None else None


def person(one: Person) -> dict[str, Any]:
    """Name an employee."""
    return {"code": one.code, "name": one.name, "post": one.post}


def person_or_none(one: Person | None) -> dict[str, Any] | None:
    """Name an employee, if there is one."""
    return person(one) if one else None
