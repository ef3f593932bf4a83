"""Loads what a community knows of the houses a workbook may name, in a handful of reads."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from huiyin.billing.models import ChargeItem, Line, Terms
from huiyin.billing.opening.plan import Billed, Item, Known, Role
from huiyin.estate.models import House, Occupancy
from huiyin.estate.roster.text import squeeze
from huiyin.ledger import chart
from huiyin.ledger.models import Posting

CREDIT_KIND = "opening"
CREDIT_KEY = "opening:prepaid:"


def load(community_id: int) -> Known:
    """Load houses, roles, items, and what was billed and brought in already."""
    known = Known(houses=_houses(community_id), items=_items(community_id))
    roles: defaultdict[int, list[Role]] = defaultdict(list)
    rows = Occupancy.objects.filter(house__community_id=community_id).order_by("id")
    for house_id, person_id, name, role, from_on, until_on in rows.values_list(
        "house_id", "person_id", "person__name", "role", "from_on", "until_on"
    ):
        roles[house_id].append(Role(person_id, name, role, from_on, until_on))
    known.roles = roles
    billed: defaultdict[tuple[int, int], list[Billed]] = defaultdict(list)
    lines = Line.objects.filter(
        community_id=community_id,
        kind__in=(Line.Kind.REGULAR, Line.Kind.OPENING),
        reversed_at__isnull=True,
    )
    for house_id, item_id, from_on, until_on, amount, kind in lines.values_list(
        "house_id", "item_id", "from_on", "until_on", "amount", "kind"
    ).iterator():
        billed[house_id, item_id].append(
            Billed(from_on, until_on, amount, kind == Line.Kind.OPENING)
        )
    known.billed = billed
    known.credits = _credits(community_id)
    terms = Terms.objects.filter(community_id=community_id).first()
    known.developer_id = terms.developer_id if terms else None
    return known


def _houses(community_id: int) -> dict[str, int]:
    rows = House.objects.filter(community_id=community_id).values_list("code", "id")
    return {squeeze(code): pk for code, pk in rows}


def _items(community_id: int) -> dict[str, Item]:
    """Items by name and by code; a code wins over a name spelt like it."""
    rows = [
        (row.code, row.name, Item(row.pk, row.group_id, row.name, row.agency))
        for row in ChargeItem.objects.filter(community_id=community_id).order_by("-in_use", "id")
    ]
    named: dict[str, Item] = {}
    for code, name, item in reversed(rows):
        named[squeeze(name)] = item
        named[squeeze(code)] = item
    return named


def _credits(community_id: int) -> dict[tuple[int, int], Decimal]:
    """Return the prepayments that imports brought in and nobody reversed."""
    rows = Posting.objects.filter(
        community_id=community_id,
        journal__key__startswith=CREDIT_KEY,
        journal__reversal__isnull=True,
        account__code=chart.PREPAID,
        house__isnull=False,
    ).values_list("house_id", "person_id", "amount")
    return {(house_id, person_id): -amount for house_id, person_id, amount in rows}
