"""Owners with accounts: whoever holds a telephone of the cast, as callers of the portal."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from huiyin.accounts.codes import owner_user
from huiyin.accounts.models import User
from huiyin.estate.models import House, Occupancy, Person, Phone
from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners import actions
from huiyin.owners.access import owner_caller

OWNER = "13812345678"  # 王丽, who owns 3-1-1201
TENANT = "13900001111"  # 赵强, who rents 3-1-1202 and used to rent 1201


def account(phone: str) -> User:
    """Return the account of a number, made once; it has no password."""
    return owner_user(phone=phone)


def caller(phone: str = OWNER, at: datetime = AT) -> Caller:
    """Return whoever is logged in by a number."""
    return owner_caller(account(phone), at)


def person(cast: Cast, name: str, phone: str, **given: Any) -> Person:
    """Enter somebody with a number on the roster of YG."""
    made = Person.objects.create(community=cast.town.community, name=name, **given)
    Phone.objects.create(person=made, number=phone)
    return made


def lives(
    who: Person,
    house: House,
    role: str = "owner",
    from_on: date | None = None,
    until_on: date | None = None,
) -> Occupancy:
    """Give somebody a role in a house."""
    return Occupancy.objects.create(
        house=house, person=who, role=role, from_on=from_on, until_on=until_on
    )


def raised(cast: Cast, phone: str = OWNER, at: datetime = AT, **given: Any) -> str:
    """Let somebody raise a request on the phone, by default a repair in 3-1-1201."""
    by = caller(phone, at)
    asked: dict[str, Any] = {
        "house_id": cast.town.flat.pk,
        "kind": "repair",
        "text": "厨房水管漏水",
        "key": uuid4(),
        **given,
    }
    assert isinstance(asked["key"], UUID)
    return actions.raise_request(by=by, at=at, **asked)
