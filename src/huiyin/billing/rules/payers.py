"""Who pays for a house on which days, and who answers for it (BIL-01, BIL-15).

On a day, the one who answers (liable) is the owner: of several the first entered. Before the
house was handed over, and while a developer holds it and no owner does, it is the developer. Where
neither is known, it is the company that sits there, as in an office tower.
Who pays is the one who answers, unless the charge is a tenant's by agreement (and there is one, or
a company, that day), always the developer's, or that of a person named.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from huiyin.billing.rules.facts import MONTH, Holder, HouseFacts
from huiyin.billing.rules.spans import Span, cut, month_after

OWNER, DEVELOPER, COMPANY = ("owner",), ("developer",), ("company",)
TENANT = ("tenant", "company")


class Bearer(NamedTuple):
    """Who pays and who answers for some days; nobody knows when ``payer_id`` is None."""

    from_on: date
    until_on: date
    payer_id: int | None
    liable_id: int | None


def bearers(
    house: HouseFacts,
    span: Span,
    *,
    pays: str,
    payer_id: int | None = None,
    split: str = "day",
    developer_id: int | None = None,
) -> tuple[Bearer, ...]:
    """Return who bears a charge, span by span: neighbours differ, no day is left out.

    ``split`` month moves every change within a month to the next first of a month: the month
    belongs to whoever begins it.
    """
    by_month = split == MONTH
    holders = _by_month(house.holders) if by_month else house.holders
    handed = house.handed_over_on
    if handed and by_month:
        handed = month_after(handed)
    from_on, until_on = span
    changes = [
        day
        for one in holders
        for day in (one.from_on, one.until_on)
        if day is not None and from_on < day < until_on
    ]
    if handed is not None and from_on < handed < until_on:
        changes.append(handed)
    spans: Sequence[Span] = cut(span, changes) if changes else (span,)
    found: list[Bearer] = []
    for begun, ended in spans:
        early = handed is not None and begun < handed
        answers, unsold, developer = _liable(begun, holders, early, developer_id)
        if pays == "person":
            payer = payer_id
        elif pays == "developer":
            payer = developer
        elif pays == "tenant" and not unsold:
            payer = _holder(holders, TENANT, begun) or answers
        else:
            payer = answers
        liable = answers or payer
        if found and found[-1][2:] == (payer, liable):
            found[-1] = Bearer(found[-1].from_on, ended, payer, liable)
        else:
            found.append(Bearer(begun, ended, payer, liable))
    return tuple(found)


def developer_on(house: HouseFacts, day: date, developer_id: int | None) -> int | None:
    """Return the developer who holds the house on a day, else the one of the community."""
    return _holder(house.holders, DEVELOPER, day) or developer_id


def _liable(
    day: date, holders: Sequence[Holder], early: bool, developer_id: int | None
) -> tuple[int | None, bool, int | None]:
    """Return who answers on a day, whether as its developer, and who that is."""
    owner = _holder(holders, OWNER, day)
    holding = _holder(holders, DEVELOPER, day)
    developer = holding or developer_id
    unsold = early or (owner is None and holding is not None)
    if owner is None and not unsold:
        owner = _holder(holders, COMPANY, day)
    return (developer if unsold else owner), unsold, developer


def _holder(holders: Sequence[Holder], roles: tuple[str, ...], day: date) -> int | None:
    for person_id, role, from_on, until_on in holders:
        if (
            role in roles
            and (from_on is None or from_on <= day)
            and (until_on is None or day < until_on)
        ):
            return person_id
    return None


def _by_month(holders: Sequence[Holder]) -> list[Holder]:
    return [
        Holder(
            person_id,
            role,
            from_on and month_after(from_on),
            until_on and month_after(until_on),
        )
        for person_id, role, from_on, until_on in holders
    ]
