"""Bills of the estate as a run would leave them, without the ledger behind them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from huiyin.billing.models import Allocation, Bill, Line, OpenItem, Prepaid, Reduction, Run
from huiyin.billing.tests.cast import Estate
from huiyin.ledger.models import Journal
from huiyin.matters.tests.cast import AT

QUARTER = ("2026Q2", date(2026, 4, 1), date(2026, 7, 1))
ISSUED_ON, DUE_ON = date(2026, 3, 16), date(2026, 3, 31)
WORKING: dict[str, Any] = {}


def made_run(estate: Estate, group: str = "A", **given: Any) -> Run:
    """Write down a posted run of the second quarter of 2026."""
    period, from_on, until_on = QUARTER
    asked = {
        "period": period,
        "from_on": from_on,
        "until_on": until_on,
        "state": "posted",
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        "drafted_by": estate.cast.employee("finance"),
        "drafted_at": AT,
        "posted_by": estate.cast.employee("manager"),
        "posted_at": AT,
        **given,
    }
    return Run.objects.create(community=estate.community, group=estate.groups[group], **asked)


def billed(
    estate: Estate,
    house: str = "flat",
    payer: str = "owner",
    *,
    liable: str = "",
    item: str = "management",
    amount: str = "827.40",
    left: str | None = None,
    run: Run | None = None,
    **given: Any,
) -> Bill:
    """Bill a house for one charge; ``left`` is still open of it, by default all."""
    count = Bill.objects.filter(community=estate.community).count()
    days = {"from_on": QUARTER[1], "until_on": QUARTER[2]}
    days |= {key: given.pop(key) for key in tuple(given) if key in days}
    line = {"quantity": Decimal("98.5"), "price": Decimal("2.8"), "working": WORKING}
    line |= {key: given.pop(key) for key in tuple(given) if key in {*line, "kind"}}
    asked = {
        "number": f"{estate.community.code}-ZD-{count + 1:06}",
        "period": QUARTER[0],
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        "made_at": AT,
        **given,
    }
    bill = Bill.objects.create(
        community=estate.community,
        run=run,
        house=estate.houses[house],
        payer=estate.people[payer],
        liable=estate.people[liable or payer],
        amount=Decimal(amount),
        **asked,
    )
    made = Line.objects.create(
        community=estate.community,
        bill=bill,
        house=bill.house,
        item=estate.items[item],
        assignment=estate.assignments.get((house, item)),
        amount=bill.amount,
        **{**days, **line},
    )
    OpenItem.objects.create(
        line=made,
        community=estate.community,
        house=bill.house,
        payer=bill.payer,
        due_on=bill.due_on,
        amount=bill.amount,
        open=bill.amount if left is None else Decimal(left),
    )
    return bill


def journal(estate: Estate, kind: str, on: date = ISSUED_ON) -> Journal:
    """Write the head of a journal, for facts that need one."""
    return Journal.objects.create(
        community=estate.community,
        kind=kind,
        business_on=on,
        recorded_at=AT,
        by_name="测试",
        memo="测试",
        key=f"test:{uuid4()}",
        legs=2,
    )


def offset(estate: Estate, bill: Bill, amount: str, **given: Any) -> Allocation:
    """Offset part of a bill from the payer's prepayment; the open item goes down with it."""
    line = bill.lines.get()
    made = Allocation.objects.create(
        community=estate.community,
        line=line,
        house=bill.house,
        person=bill.payer,
        amount=Decimal(amount),
        **{"journal": journal(estate, "offset"), "business_on": ISSUED_ON, "at": AT, **given},
    )
    item = OpenItem.objects.get(line=line)
    item.open -= Decimal(amount)
    item.save(update_fields=["open"])
    return made


def reduce(estate: Estate, bill: Bill, amount: str) -> Reduction:
    """Take part of a bill back."""
    line = bill.lines.get()
    item = OpenItem.objects.get(line=line)
    item.open -= Decimal(amount)
    item.save(update_fields=["open"])
    return Reduction.objects.create(
        community=estate.community,
        line=line,
        kind="correction",
        amount=Decimal(amount),
        journal=journal(estate, "reduction"),
        business_on=ISSUED_ON,
        at=AT,
    )


def reverse(bill: Bill) -> None:
    """Reverse a bill, as reversing its run does; nothing is open of it any more."""
    bill.lines.update(reversed_at=AT)
    OpenItem.objects.filter(line__bill=bill).update(open=0)
    bill.reversed_at = AT
    bill.save(update_fields=["reversed_at"])


def ahead(estate: Estate, house: str, person: str, balance: str) -> Prepaid:
    """Put something in advance."""
    return Prepaid.objects.create(
        community=estate.community,
        house=estate.houses[house],
        person=estate.people[person],
        balance=Decimal(balance),
    )
