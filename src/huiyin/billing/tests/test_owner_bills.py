"""Who reads which bill: payers their own, owners what they are liable for, buyers nothing old."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.queries import owners, sheets
from huiyin.billing.tests.bills import ahead, billed, made_run, offset, reduce, reverse
from huiyin.billing.tests.cast import Estate
from huiyin.estate.models import Phone
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound


def reader(estate: Estate, *people: str) -> Caller:
    """Be some of the people of the estate."""
    ids = frozenset(estate.people[one].pk for one in people)
    return Caller(user_id=None, employee_id=None, name="读者", people=ids)


def numbers(estate: Estate, *people: str) -> list[str]:
    """Return the numbers of the bills somebody sees, in the order of the list."""
    return [one.number for one in owners.owner_bills(caller=reader(estate, *people)).items]


@pytest.mark.rule("OWN-05")
def test_everybody_sees_the_bills_they_pay_and_the_owner_those_of_a_tenant_too(
    estate: Estate,
) -> None:
    mine = billed(estate).number
    tenants = billed(estate, "let", "tenant", liable="landlord", item="water").number
    old = billed(estate, "sold", "seller", until_on=date(2026, 5, 17)).number
    new = billed(estate, "sold", "buyer", from_on=date(2026, 5, 17)).number
    assert numbers(estate, "owner") == [mine]
    assert numbers(estate, "tenant") == numbers(estate, "landlord") == [tenants]
    assert numbers(estate, "seller") == [old]
    assert numbers(estate, "buyer") == [new]
    assert numbers(estate, "company") == []
    assert numbers(estate) == []
    for number in (mine, tenants, new):
        with pytest.raises(NotFound):
            owners.owner_bill(caller=reader(estate, "seller"), number=number)


@pytest.mark.rule("OWN-05")
def test_who_is_liable_reads_the_bill_but_nothing_else_of_the_tenant(estate: Estate) -> None:
    first = billed(estate, "let", "tenant", liable="landlord", item="water", amount="10.00")
    second = billed(
        estate,
        "let",
        "tenant",
        liable="landlord",
        item="water",
        amount="41.00",
        issued_on=date(2026, 3, 17),
        from_on=date(2026, 7, 1),
        until_on=date(2026, 8, 1),
    )
    ahead(estate, "let", "tenant", "88.00")
    seen = owners.owner_bill(caller=reader(estate, "landlord"), number=second.number)
    assert (seen.mine, seen.sheet.payer, seen.sheet.prepaid) == (False, "赵*", Decimal(0))
    assert seen.sheet.earlier == () and seen.sheet.to_pay == Decimal("41.00")
    own = owners.owner_bill(caller=reader(estate, "tenant"), number=second.number)
    assert (own.mine, own.sheet.payer, own.sheet.prepaid) == (True, "赵强", Decimal("88.00"))
    assert [one.number for one in own.sheet.earlier] == [first.number]
    assert own.sheet.to_pay == Decimal("51.00")
    assert owners.owner_due(caller=reader(estate, "landlord")).total == 0


def test_what_is_open_comes_first_by_its_day_and_then_the_newest(estate: Estate) -> None:
    days = [date(2026, month, 1) for month in (1, 2, 3, 4, 5, 6)]
    made = [
        billed(
            estate,
            left="0.00" if number in {2, 3} else None,
            issued_on=day,
            due_on=day,
            from_on=day,
            until_on=date(2026, day.month, 2),
        ).number
        for number, day in enumerate(days)
    ]
    wanted = [made[one] for one in (0, 1, 4, 5, 3, 2)]
    assert numbers(estate, "owner") == wanted
    caller, cursor, walked = reader(estate, "owner"), "", []
    while True:
        page = owners.owner_bills(caller=caller, cursor=cursor, limit=2)
        walked += [one.number for one in page.items]
        if not (cursor := page.next or ""):
            break
    assert walked == wanted


def test_a_sheet_adds_up_whatever_became_of_the_bill(estate: Estate) -> None:
    bill = billed(estate, amount="100.00", left="90.00")  # ten were paid somehow
    offset(estate, bill, "30.00")
    reduce(estate, bill, "5.00")
    ahead(estate, "flat", "owner", "7.00")
    sheet = owners.owner_bill(caller=reader(estate, "owner"), number=bill.number).sheet
    said = (sheet.amount, sheet.offset, sheet.reduced, sheet.paid, sheet.open, sheet.prepaid)
    assert said == tuple(map(Decimal, ("100", "30", "5", "10", "55", "7")))
    assert sheet.lines[0].reduced == 5
    due = owners.owner_due(caller=reader(estate, "owner"))
    assert (due.total, due.bills, due.prepaid) == (Decimal("55.00"), 1, Decimal("7.00"))


def test_a_run_is_read_in_the_order_of_the_buildings_without_what_was_reversed(
    estate: Estate,
) -> None:
    run = made_run(estate)
    shop = billed(estate, "shop", "company", run=run)
    flat = billed(estate, run=run)
    gone = billed(estate, "sold", "seller", run=run)
    reverse(gone)
    by = estate.caller("finance")
    found = sheets.run_prints(caller=by, run_id=run.pk)
    assert [row[0] for row in found.names] == [flat.number, shop.number]
    second = sheets.run_sheets(caller=by, run_id=run.pk, first=1, most=5)
    assert [one.number for one in second] == [shop.number]
    for wrong, error in (("technician", Forbidden), ("E031", NotFound)):
        with pytest.raises(error):
            sheets.run_sheets(caller=estate.caller(wrong), run_id=run.pk, first=0, most=5)
        with pytest.raises(error):
            sheets.run_prints(caller=estate.caller(wrong), run_id=run.pk)
        with pytest.raises(error):
            sheets.bill_sheet(caller=estate.caller(wrong), number=flat.number)
    with pytest.raises(NotFound):
        sheets.run_prints(caller=by, run_id=999_999)


def test_many_sheets_cost_as_many_statements_as_one(estate: Estate) -> None:
    run = made_run(estate)
    bills = [billed(estate, house, "owner", run=run).pk for house in ("flat", "let", "shop")]
    costs = []
    for some in (bills[:1], bills):
        with CaptureQueriesContext(connection) as asked:
            assert len(sheets.sheets_of(some)) == len(some)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 8


def test_a_number_shared_by_two_people_reads_the_bills_of_both(estate: Estate) -> None:
    Phone.objects.create(person=estate.people["buyer"], number="13812345678")
    both = {billed(estate).number, billed(estate, "sold", "buyer").number}
    assert set(numbers(estate, "owner", "buyer")) == both
