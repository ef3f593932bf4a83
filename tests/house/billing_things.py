"""What the pages and calls about charges are tried on: an estate, a bill, a run."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from huiyin.billing.actions.reliefs import ask_relief
from huiyin.billing.actions.runs import begin_run
from huiyin.billing.actions.tariffs import draft_tariff
from huiyin.billing.models import Assignment, ChargeGroup, ChargeItem
from huiyin.billing.tests.bills import billed
from huiyin.billing.tests.cast import SINCE, Estate, make_estate
from huiyin.doors.api.tests.cast import Site
from huiyin.ledger.models import Book
from huiyin.matters.tests.cast import AT


def a_bill(estate: Estate) -> str:
    """Bill the flat of somebody with a secret for a name; return the number."""
    return billed(estate).number


def a_run(estate: Estate) -> str:
    """Draft the first quarter; return the id of the run."""
    return str(
        begin_run(
            by=estate.caller("collector"),
            at=AT,
            community_id=estate.community.pk,
            group_code="A",
            period="2026Q1",
        )
    )


def two_estates(estate: Estate) -> str:
    """Let the neighbours have something to bill too."""
    town, there = estate.cast.neighbour, estate.cast.neighbour.community
    Book.objects.create(community=there, opened_on=SINCE)
    group = ChargeGroup.objects.get(code="A")
    group.pk, group.community = None, there
    group.save()
    given = {"code": "fee", "name": "物业费", "way": "fixed", "account": "600101"}
    item = ChargeItem.objects.create(community=there, group=group, **given)
    tariff = estate.tariffs["parking", ""]
    tariff.pk, tariff.item = None, item
    tariff.save()
    Assignment.objects.create(
        community=there, house=town.flat, item=item, from_on=SINCE, made_at=AT
    )
    return "estates"


def a_tariff(estate: Estate) -> str:
    """Draft a price of parking; return its id."""
    (made,) = draft_tariff(
        by=estate.caller("collector"),
        at=AT,
        item_id=estate.items["parking"].pk,
        price=Decimal(180),
        from_on=date(2027, 1, 1),
        basis="合同",
    )
    return str(made)


def a_relief(estate: Estate) -> str:
    """Ask for a relief; return its id."""
    return str(
        ask_relief(
            by=estate.caller("collector"),
            at=AT,
            assignment_id=estate.assignments["space", "parking"].pk,
            from_on=date(2027, 1, 1),
            until_on=date(2027, 2, 1),
            percent=Decimal(50),
            reason="地面塌陷",
        )
    )


THINGS: dict[str, Callable[[Estate], str]] = {
    "bill": a_bill,
    "run": a_run,
    "estates": two_estates,
    "tariff": a_tariff,
    "relief": a_relief,
    "parking": lambda estate: estate.items["parking"].code,
    "A": lambda estate: estate.groups["A"].code,
}


def make(site: Site, place: dict[str, str], secret: str) -> dict[str, str]:
    """Make what a page names; return the page's place with it, a secret being the owner's name."""
    named = {key: value for key, value in place.items() if value in THINGS}
    if not named:
        return place
    estate = make_estate(site.cast)
    owner = estate.people["owner"]
    owner.name = secret
    owner.save(update_fields=["name"])
    return place | {key: THINGS[value](estate) for key, value in named.items()}
