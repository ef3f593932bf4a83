"""What owners, tenants and whoever else is billed read of their bills (OWN-05).

Narrowed by the persons the caller is, not by the houses of today: who sold a house keeps the bills
that were theirs, who bought it sees none of those before. The owner who is liable for what a
tenant pays by agreement sees that bill too, but nothing else of the tenant; the tenant sees what
the tenant pays.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.billing.models import Bill, OpenItem, Prepaid
from huiyin.billing.queries.sheets import NOTHING, BillSheet, sheets_of
from huiyin.billing.queries.statements import MOST_DAYS
from huiyin.estate.models import House, Occupancy
from huiyin.estate.rows import CommunityRow
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.ledger import queries as ledger
from huiyin.ledger.queries import Statement
from huiyin.notices.rules import masked_name

PAGE = 20
_BEHIND = 1_000_000  # what is settled stands behind everything that is open
_MONEY = DecimalField(max_digits=14, decimal_places=2)


class _Days(Func):
    """A day as a number, so that days can be counted forwards and backwards."""

    template = "(%(expressions)s - DATE '2000-01-01')"
    output_field = IntegerField()


class UnableToStateAccount(BadInput):
    """The days of a statement run backwards, or are too many."""


@dataclass(frozen=True, slots=True)
class OwnBillRow:
    """A bill in an owner's list; ``mine`` says that the reader pays it, not the tenant."""

    number: str
    community_id: int
    community: str
    house: str
    period: str
    issued_on: date
    due_on: date
    amount: Decimal
    open: Decimal
    mine: bool
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class OwnDue:
    """What the reader has to pay altogether, and by when the first of it."""

    total: Decimal
    bills: int
    due_on: date | None
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class OwnBill:
    """A bill as its payer, or who is liable for it, reads it.

    To who does not pay it the payer's name is shortened, and what else the payer owes or has in
    advance is not shown.
    """

    sheet: BillSheet
    mine: bool


@dataclass(frozen=True, slots=True)
class BilledHouse:
    """A house for which the reader was ever billed."""

    id: int
    code: str
    community: str
    community_id: int


def owner_bills(*, caller: Caller, cursor: str = "", limit: int = PAGE) -> Page[OwnBillRow]:
    """Return the caller's bills: what is open first, by the day it is due, then the newest."""
    rows = _mine(caller).annotate(still=_still_open()).annotate(order=_order())
    rows = rows.order_by("order", "-id")
    if after := _after(cursor):
        order, pk = after
        rows = rows.filter(Q(order__gt=order) | Q(order=order, pk__lt=pk))
    shown = list(rows.select_related("house", "community")[: limit + 1])
    return page_of(shown, limit, lambda one: _row(one, caller), lambda one: (one.order, one.pk))


def owner_due(*, caller: Caller) -> OwnDue:
    """Return what the caller has to pay and what is in advance, over all houses."""
    if not caller.people:
        return OwnDue(NOTHING, 0, None, NOTHING)
    # By the bills, which are found by their payer; open items are not.
    found = OpenItem.objects.filter(line__bill__payer__in=caller.people, open__gt=0)
    sums = found.aggregate(
        total=Sum("open"), bills=Count("line__bill", distinct=True), due_on=Min("due_on")
    )
    ahead = Prepaid.objects.filter(person__in=caller.people).aggregate(total=Sum("balance"))
    return OwnDue(
        sums["total"] or NOTHING, sums["bills"], sums["due_on"], ahead["total"] or NOTHING
    )


def owner_bill(*, caller: Caller, number: str) -> OwnBill:
    """Return one bill that the caller pays or is liable for; NotFound to everybody else."""
    found = _mine(caller).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(_("没有这张账单,或者它不是您的。"))
    (sheet,) = sheets_of([found])
    if sheet.payer_id in caller.people:
        return OwnBill(sheet, True)
    payer = masked_name(sheet.payer)
    return OwnBill(replace(sheet, payer=payer, prepaid=NOTHING, earlier=()), False)


def billed_houses(*, caller: Caller) -> tuple[BilledHouse, ...]:
    """Return the houses for which the caller was ever billed, to ask for a statement of."""
    billed = Bill.objects.filter(payer__in=caller.people).values("house")
    ahead = Prepaid.objects.filter(person__in=caller.people).values("house")
    rows = House.objects.filter(Q(pk__in=billed) | Q(pk__in=ahead))
    return tuple(
        BilledHouse(*row)
        for row in rows.order_by("community__code", "order_key", "id").values_list(
            "id", "code", "community__name", "community_id"
        )
    )


def billed_community(*, caller: Caller) -> CommunityRow | None:
    """Return the community of the last bill the caller was sent; None for who never had one."""
    last = Bill.objects.filter(payer__in=caller.people).order_by("-issued_on", "-id")
    one = last.select_related("community").first()
    if one is None:
        return None
    town = one.community
    return CommunityRow(town.pk, town.code, town.name, town.zone, town.phone, town.calendar_version)


def owner_statement(*, caller: Caller, house_id: int, from_on: date, until_on: date) -> Statement:
    """Return what was charged and settled for the caller in a house during half-open days.

    Only the caller's own part of the account. NotFound when the caller was never billed for it,
    UnableToStateAccount for days that run backwards or far too long.
    """
    if from_on >= until_on:
        raise UnableToStateAccount(_("结束日期不能早于开始日期。"), field="until")
    if (until_on - from_on).days > MOST_DAYS:
        raise UnableToStateAccount(_("一次最多查询十年,请缩短日期范围。"), field="until")
    if all(one.id != house_id for one in billed_houses(caller=caller)):
        raise NotFound(_("没有这套房屋的账单。"))
    return ledger.statement(
        caller=caller,
        house_id=house_id,
        from_on=from_on,
        until_on=until_on,
        person_ids=sorted(caller.people),
    )


def _mine(caller: Caller) -> QuerySet[Bill]:
    """Return the bills a caller pays or is liable for."""
    people = list(caller.people)
    if not people:
        return Bill.objects.none()
    ever = Occupancy.objects.filter(person__in=people).values("house")
    return Bill.objects.filter(Q(payer__in=people) | Q(house__in=ever, liable__in=people))


def _still_open() -> Coalesce:
    items = OpenItem.objects.filter(line__bill=OuterRef("pk")).order_by()
    sums = items.values("line__bill").annotate(total=Sum("open")).values("total")
    return Coalesce(Subquery(sums), Value(NOTHING), output_field=_MONEY)


def _order() -> Case:
    """Count the days in which a list goes: towards the due day, or back from the day of issue."""
    return Case(
        When(still__gt=0, then=_Days("due_on")),
        default=Value(_BEHIND) - _Days("issued_on"),
        output_field=IntegerField(),
    )


def _after(cursor: str) -> tuple[int, int] | None:
    try:
        order, pk = read_cursor(cursor, int, int)
    except BadCursor:
        return None
    return int(order), int(pk)


def _row(one: Bill, caller: Caller) -> OwnBillRow:
    return OwnBillRow(
        number=one.number,
        community_id=one.community_id,
        community=one.community.name,
        house=one.house.code,
        period=one.period,
        issued_on=one.issued_on,
        due_on=one.due_on,
        amount=one.amount,
        open=one.still,  # type: ignore[attr-defined]
        mine=one.payer_id in caller.people,
        is_reversed=one.reversed_at is not None,
    )
