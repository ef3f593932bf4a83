"""What the pages and calls about charges are tried on: an estate, a bill, a run."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

from huiyin.billing.actions.agency import enter_hand_over
from huiyin.billing.actions.pools import enter_pool
from huiyin.billing.actions.prepaid import take
from huiyin.billing.actions.reliefs import ask_relief
from huiyin.billing.actions.reversing import ask_reversal
from huiyin.billing.actions.runs import begin_run, post_run
from huiyin.billing.actions.scopes import save_scope
from huiyin.billing.actions.slips import write_slip
from huiyin.billing.actions.tariffs import draft_tariff
from huiyin.billing.models import Assignment, ChargeGroup, ChargeItem
from huiyin.billing.tests.bills import billed, made_run
from huiyin.billing.tests.cast import SINCE, Estate, make_estate
from huiyin.doors.api.tests.cast import Site
from huiyin.files.actions import store_photo
from huiyin.ledger.models import Book, Journal
from huiyin.matters.tests.cast import AT
from tests.house.test_walls_api import a_photo


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


def a_printed_run(estate: Estate) -> str:
    """Have a posted run with one bill to print; return its id."""
    run = made_run(estate)
    billed(estate, run=run)
    return str(run.pk)


def a_run_let_out(estate: Estate) -> str:
    """Let the bills of the first quarter out; return the id of the run."""
    run_id = a_run(estate)
    post_run(by=estate.caller("finance"), at=AT, run_id=int(run_id))
    return run_id


def a_run_to_reverse(estate: Estate) -> str:
    """Ask that a posted run be taken back; return its id."""
    run_id = a_run_let_out(estate)
    ask_reversal(by=estate.caller("finance"), at=AT, run_id=int(run_id), reason="单价错了")
    return run_id


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


def a_scan(estate: Estate) -> int:
    """Keep the picture of a paper; return the id of the file."""
    return store_photo(by=estate.caller("collector"), at=AT, name="s.png", data=a_photo())


def a_scope(estate: Estate) -> str:
    """Name the flats with an area; return the id of the scope."""
    return str(
        save_scope(
            by=estate.caller("collector"),
            at=AT,
            community_id=estate.community.pk,
            name="住宅",
            kinds=["flat"],
            but="3-1-1301",
        )
    )


def a_pool(estate: Estate) -> str:
    """Enter a water bill with its scan; return its id."""
    return str(
        enter_pool(
            by=estate.caller("collector"),
            at=AT,
            community_id=estate.community.pk,
            item="shared_water",
            scope_id=int(a_scope(estate)),
            name="公摊水费",
            from_on=date(2025, 10, 1),
            until_on=date(2026, 1, 1),
            basis="household",
            amount="100",
            paper="水-1",
            scan_id=a_scan(estate),
        )
    )


def a_charge_slip(estate: Estate) -> str:
    """Take a slip down with its scan; return its number."""
    return write_slip(
        by=estate.caller("receptionist"),
        at=AT,
        community_id=estate.community.pk,
        item="slips",
        house="3-1-1201",
        done_on=date(2026, 3, 16),
        lines=[{"text": "桶装水", "quantity": "1", "price": "18"}],
        signed_name=estate.people["owner"].name,
        scan_id=a_scan(estate),
    )


def a_payment(estate: Estate) -> str:
    """Enter what was paid on for water; return its id."""
    billed(estate, item="water")
    return str(
        enter_hand_over(
            by=estate.caller("collector"),
            at=AT,
            community_id=estate.community.pk,
            item="water",
            amount="1",
            paid_on=date(2026, 3, 16),
            paper="回单",
            advanced=True,
            scan_id=a_scan(estate),
            key=uuid4(),
        )
    )


def an_advance(estate: Estate) -> str:
    """Take an advance of the owner of the flat; return the owner's id."""
    owner = estate.people["owner"]
    take(
        by=estate.caller("finance"),
        at=AT,
        house_id=estate.houses["flat"].pk,
        person_id=owner.pk,
        amount="50.00",
        account="1001",
        business_on=date(2026, 3, 16),
        key=uuid4(),
    )
    return str(owner.pk)


def a_journal(estate: Estate) -> str:
    """Take an advance; return the entry behind it."""
    an_advance(estate)
    return str(Journal.objects.get().pk)


THINGS: dict[str, Callable[[Estate], str]] = {
    "advance": an_advance,
    "journal": a_journal,
    "bill": a_bill,
    "run": a_run,
    "posted": a_run_let_out,
    "to_reverse": a_run_to_reverse,
    "printed": a_printed_run,
    "estates": two_estates,
    "tariff": a_tariff,
    "relief": a_relief,
    "scope": a_scope,
    "pool": a_pool,
    "charge_slip": a_charge_slip,
    "payment": a_payment,
    "parking": lambda estate: estate.items["parking"].code,
    "A": lambda estate: estate.groups["A"].code,
}


def make(site: Site, place: dict[str, str], secret: str) -> dict[str, str]:
    """Make what a page names; return the page's place with it, a secret being the owner's name."""
    named = {key: value for key, value in place.items() if value in THINGS}
    if not named:
        return place
    estate = estate_with(site, secret)
    return place | {key: THINGS[value](estate) for key, value in named.items()}


def made(site: Site, what: str, secret: str) -> str:
    """Make one thing on an estate; return what names it, a secret being the owner's name."""
    return THINGS[what](estate_with(site, secret))


def estate_with(site: Site, secret: str) -> Estate:
    """Build the estate with a secret for the owner's name."""
    estate = make_estate(site.cast)
    owner = estate.people["owner"]
    owner.name = secret
    owner.save(update_fields=["name"])
    return estate
