"""Building blocks: open books of YG, and small entries in them."""

from datetime import date
from decimal import Decimal
from typing import Any

from huiyin.kernel.caller import SYSTEM
from huiyin.ledger import actions
from huiyin.ledger.actions import Entry, Leg, Posted
from huiyin.matters.tests.cast import AT, Cast

OPENED = date(2026, 1, 1)
TODAY = date(2026, 3, 16)


def open_books(cast: Cast, opened_on: date = OPENED) -> int:
    """Open the books of YG and return the id of the community."""
    here = cast.town.community.pk
    actions.open_books(by=cast.caller("finance"), at=AT, community_id=here, opened_on=opened_on)
    return here


def entry(cast: Cast, key: str = "bill:1", amount: str = "386.12", **given: Any) -> Entry:
    """Make an entry: 王丽 owes a management fee for 3-1-1201."""
    value = Decimal(amount)
    owes = Leg("1122", value, cast.town.flat.pk, cast.town.owner.pk)
    values: dict[str, Any] = {
        "community_id": cast.town.community.pk,
        "kind": "bill",
        "business_on": TODAY,
        "memo": "一季度物业费",
        "key": key,
        "legs": (owes, Leg("600101", -value)),
        **given,
    }
    return Entry(**values)


def yuan(*amounts: int) -> tuple[Decimal, ...]:
    """Write whole yuan as amounts."""
    return tuple(map(Decimal, amounts))


def post(cast: Cast, key: str = "bill:1", amount: str = "386.12", **given: Any) -> Posted:
    """Post such an entry."""
    return actions.post(by=SYSTEM, at=AT, entry=entry(cast, key, amount, **given))
