"""The audit of money: it holds for what the actions write, and sees whatever they would not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from huiyin.billing.actions import prepaid
from huiyin.billing.actions.reducing import reduce_lines
from huiyin.billing.actions.reversing import agree_reversal, ask_reversal
from huiyin.billing.actions.runs import begin_run, post_run
from huiyin.billing.models import Allocation, Bill, Line, Pool, Scope, Share
from huiyin.billing.tests import bills
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_prepaid import billed, offset, taken
from huiyin.ledger import actions as ledger
from huiyin.matters.tests.cast import AT, make_cast
from huiyin.reports import audit
from huiyin.trail.proofs import SHOWN

LATER = AT + timedelta(days=2)
MONEY = (3, 4, 5, 6)
JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)

# Each sabotage, done with the triggers off, and the invariant that must see it.
SABOTAGE = {
    "leg raised": (4, "UPDATE ledger_posting SET amount = amount + 0.01 WHERE leg = 1"),
    "leg lost": (4, "DELETE FROM ledger_posting WHERE leg = 2"),
    "both legs raised": (4, "UPDATE ledger_posting SET amount = amount * 2"),
    "entry lost": (
        4,
        "DELETE FROM ledger_posting WHERE journal_id IN (SELECT id FROM ledger_journal"
        " WHERE kind = 'offset'); DELETE FROM ledger_journal WHERE kind = 'offset'",
    ),
    "entry of another day": (
        4,
        "UPDATE ledger_journal SET business_on = business_on - 1 WHERE kind = 'bill';"
        "UPDATE ledger_posting p SET business_on = j.business_on FROM ledger_journal j"
        " WHERE j.id = p.journal_id",
    ),
    "entry of another house": (
        4,
        "UPDATE ledger_posting SET house_id = (SELECT id FROM estate_house WHERE code = 'S-01')"
        " WHERE house_id IS NOT NULL",
    ),
    "reversal of something else": (
        4,
        "UPDATE ledger_posting SET amount = amount * 2 WHERE journal_id IN"
        " (SELECT id FROM ledger_journal WHERE reverses_id IS NOT NULL)",
    ),
    "open item lowered": (4, "UPDATE billing_openitem SET open = open - 0.01 WHERE open > 0"),
    "open item lost": (4, "DELETE FROM billing_openitem"),
    "open item of another payer": (
        4,
        "UPDATE billing_openitem SET payer_id = (SELECT id FROM estate_person WHERE name = '孙房')",
    ),
    "line raised": (4, "UPDATE billing_line SET amount = amount + 1"),
    "bill raised": (4, "UPDATE billing_bill SET amount = amount + 1"),
    "reversed and open": (4, "UPDATE billing_line SET reversed_at = '2026-03-16T01:00Z'"),
    "allocation lost": (4, "DELETE FROM billing_allocation WHERE undoes_id IS NULL"),
    "allocation undone in part": (
        4,
        "UPDATE billing_allocation SET amount = amount / 2 WHERE undoes_id IS NOT NULL",
    ),
    "balance raised": (4, "UPDATE billing_prepaid SET balance = balance + 1"),
    "balance lost": (4, "DELETE FROM billing_prepaid"),
    "spent before it was there": (
        4,
        "UPDATE ledger_journal SET business_on = '2026-03-20' WHERE kind = 'prepayment';"
        "UPDATE ledger_posting p SET business_on = j.business_on FROM ledger_journal j"
        " WHERE j.id = p.journal_id",
    ),
    "days billed twice": (
        5,
        "UPDATE billing_line SET from_on = '2026-06-01' WHERE from_on = '2026-07-01'",
    ),
    "days passed over": (
        5,
        "UPDATE billing_line SET until_on = '2026-06-30' WHERE until_on = '2026-07-01'",
    ),
    "billed before it began": (
        5,
        "UPDATE billing_assignment SET from_on = '2026-05-01'",
    ),
    "line of a reversed bill": (5, "UPDATE billing_bill SET reversed_at = '2026-03-16T01:00Z'"),
    "part raised": (6, "UPDATE billing_share SET amount = amount + 0.01"),
    "part moved": (
        6,
        "UPDATE billing_share SET amount = CASE WHEN id = (SELECT min(id) FROM billing_share)"
        " THEN amount + 1 ELSE amount - 1 END",
    ),
    "part billed for more": (
        6,
        "UPDATE billing_line SET amount = amount + 1 WHERE share_id IS NOT NULL",
    ),
    "part billed in part": (
        6,
        "UPDATE billing_line SET until_on = until_on - 1 WHERE share_id IS NOT NULL",
    ),
    "journals unguarded": (3, "ALTER TABLE ledger_journal DISABLE TRIGGER USER"),
    "postings unguarded": (3, "ALTER TABLE ledger_posting DISABLE TRIGGER USER"),
    "locks unguarded": (3, "ALTER TABLE ledger_book DISABLE TRIGGER USER"),
    "bills unguarded": (3, "ALTER TABLE billing_bill DISABLE TRIGGER USER"),
    "lines unguarded": (3, "ALTER TABLE billing_line DISABLE TRIGGER USER"),
    "reductions unguarded": (3, "ALTER TABLE billing_reduction DISABLE TRIGGER USER"),
    "allocations unguarded": (3, "ALTER TABLE billing_allocation DISABLE TRIGGER USER"),
    "slips unguarded": (3, "ALTER TABLE billing_slip DISABLE TRIGGER USER"),
}


@pytest.fixture
def lived(db: None) -> Estate:
    """Two quarters, a shared cost, an advance offset and undone in part, a day locked."""
    estate = make_estate(make_cast())
    run = bills.made_run(estate)
    later = bills.made_run(estate, period="2026Q3", from_on=JULY, until_on=OCTOBER)
    first = billed(estate, amount="827.40", run=run)
    billed(estate, amount="827.40", run=later, from_on=JULY, until_on=OCTOBER)
    share_out(estate)
    taken(estate, "1000.00")
    offset(estate)
    prepaid.undo(
        by=estate.caller("finance"),
        at=AT,
        allocation_id=Allocation.objects.get(line__bill=first).pk,
        reason="业主要求",
    )
    here = estate.community.pk
    finance = estate.caller("finance")
    ledger.lock(by=finance, at=AT, community_id=here, until_on=date(2026, 2, 28))
    legs = (ledger.Leg("1001", Decimal(5)), ledger.Leg("6051", Decimal(-5)))
    entry = ledger.Entry(here, "other", date(2026, 3, 16), "废品", "other:1", legs)
    ledger.post(by=finance, at=AT, entry=entry)
    ledger.reverse(
        by=finance,
        at=AT,
        community_id=here,
        key="other:1",
        business_on=date(2026, 3, 16),
        reason="误",
    )
    return estate


def share_out(estate: Estate) -> None:
    """Share 100.00 among two flats, and bill one of the parts."""
    scope = Scope.objects.create(community=estate.community, name="3栋")
    pool = Pool.objects.create(
        community=estate.community,
        item=estate.items["shared_water"],
        scope=scope,
        name="公共水费",
        from_on=date(2026, 1, 1),
        until_on=date(2026, 4, 1),
        amount=Decimal("100.01"),
        basis="household",
        state="shared",
        weight=Decimal(2),
        made_by=estate.cast.employee("finance"),
        made_at=AT,
    )
    for house, amount in (("flat", "50.01"), ("let", "50.00")):
        Share.objects.create(
            pool=pool, house=estate.houses[house], weight=Decimal(1), amount=Decimal(amount)
        )
    bill: Bill = billed(
        estate,
        house="let",
        payer="landlord",
        item="shared_water",
        amount="50.00",
        from_on=pool.from_on,
        until_on=pool.until_on,
    )
    without_triggers(
        "UPDATE billing_line SET share_id = (SELECT max(id) FROM billing_share)"  # noqa: S608
        f" WHERE bill_id = {bill.pk}"
    )


def without_triggers(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def money() -> list[audit.Line]:
    return [line for line in audit.audit(LATER) if line.invariant in MONEY]


@pytest.mark.rule("FIN-13", "BIL-14")
def test_holds_for_what_the_actions_write(lived: Estate) -> None:
    lines = money()
    assert [line.broken for line in lines] == [()] * len(MONEY)
    assert all(line.checked for line in lines)


@pytest.mark.rule("FIN-13", "BIL-14")
def test_holds_through_the_life_of_a_run(db: None) -> None:
    """Posted, offset by the calendar, reduced, reversed as a whole and billed anew."""
    estate = make_estate(make_cast())
    here, finance = estate.community.pk, estate.caller("finance")

    def run() -> int:
        pk = begin_run(
            by=estate.caller("collector"),
            at=AT,
            community_id=here,
            group_code="A",
            period="2026Q1",
        )
        post_run(by=finance, at=AT, run_id=pk)
        return pk

    first = run()
    assert Line.objects.filter(bill__run=first).count() > 3
    taken(estate, "900.00")
    assert prepaid.offset_run(at=AT, run_id=first).amount > 0
    paid = Allocation.objects.latest("pk").line
    reduce_lines(
        by=finance, at=AT, line_id=paid.pk, amount=Decimal("10.00"), reason="多收", key="1"
    )
    assert [line.broken for line in money()] == [()] * len(MONEY)
    ask_reversal(by=finance, at=AT, run_id=first, reason="单价错了")
    agree_reversal(by=estate.caller("manager"), at=AT, run_id=first)
    assert [line.broken for line in money()] == [()] * len(MONEY)
    prepaid.offset_run(at=AT, run_id=run())
    assert [line.broken for line in money()] == [()] * len(MONEY)


def dropped_constraints() -> None:
    """What keeps these rows out otherwise: the audit looks for them all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE billing_line DROP CONSTRAINT no_day_billed_twice;"
            "ALTER TABLE billing_prepaid DROP CONSTRAINT prepaid_not_negative;"
            "ALTER TABLE billing_openitem DROP CONSTRAINT open_within_the_amount"
        )


@pytest.mark.rule("FIN-13", "BIL-14")
@pytest.mark.parametrize("name", SABOTAGE)
def test_sees(name: str, lived: Estate) -> None:
    invariant, statement = SABOTAGE[name]
    dropped_constraints()
    without_triggers(statement)

    line = next(one for one in money() if one.invariant == invariant)

    assert not line.ok
    assert 0 < len(line.broken) <= SHOWN


def test_days_that_a_run_left_out_in_words_are_no_gap(lived: Estate) -> None:
    without_triggers(SABOTAGE["days passed over"][1])
    assert not all(line.ok for line in money() if line.invariant == 5)
    run = Line.objects.filter(until_on=date(2026, 6, 30)).get().bill.run
    assert run is not None
    run.snags.create(house=lived.houses["flat"], code="no_area", blocking=True)
    assert all(line.ok for line in money() if line.invariant == 5)
