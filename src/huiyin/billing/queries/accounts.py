"""The account of a household: what is open and why, its bills, what was offset, what is ahead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.billing.access import READERS, admit_to_read
from huiyin.billing.models import Allocation, Bill, OpenItem, Prepaid
from huiyin.estate import queries as estate
from huiyin.estate.models import House, Occupancy
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import Page

NOTHING: Final = Decimal("0.00")
PAGE: Final = 12
RECENT: Final = 10


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Something still unpaid; its days are half-open, ``days_late`` is 0 until it is late."""

    bill: str
    item: str
    label: str
    from_on: date
    until_on: date
    payer: str
    due_on: date
    days_late: int
    amount: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class PayerRow:
    """Somebody who lives in a household, owes for it or has paid in advance; "" is no role."""

    id: int
    name: str
    role: str
    open: Decimal
    late: Decimal
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill as lists show one; an opening balance has no ``group``."""

    number: str
    group: str
    period: str
    issued_on: date
    due_on: date
    payer: str
    amount: Decimal
    open: Decimal
    is_reversed: bool

    @property
    def state(self) -> str:
        """``reversed``, ``settled``, ``partly`` or ``open``."""
        if self.is_reversed:
            return "reversed"
        if not self.open:
            return "settled"
        return "open" if self.open == self.amount else "partly"


@dataclass(frozen=True, slots=True)
class OffsetRow:
    """A prepayment, or part of one, that went to a bill; negative where that was undone."""

    on: date
    bill: str
    item: str
    person: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """What a household owes and has in advance, oldest open item first."""

    house_id: int
    house: str
    kind: str
    building: str
    area: Decimal | None
    community_id: int
    community: str
    on: date
    payers: tuple[PayerRow, ...] = ()
    open_items: tuple[OpenRow, ...] = ()
    offsets: tuple[OffsetRow, ...] = ()
    bills: Page[BillRow] = field(default_factory=lambda: Page(()))

    @property
    def open(self) -> Decimal:
        """Everything that is unpaid, due or not."""
        return sum((one.open for one in self.open_items), NOTHING)

    @property
    def late(self) -> Decimal:
        """What should have been paid by now."""
        return sum((one.open for one in self.open_items if one.days_late), NOTHING)

    @property
    def prepaid(self) -> Decimal:
        """What is in advance."""
        return sum((one.prepaid for one in self.payers), NOTHING)


def account(*, caller: Caller, community: str, house: str, on: date) -> Account:
    """Return the account of a household on a day, with the newest of its bills.

    Raises NotFound to strangers and for no such house, Forbidden to who may not read accounts.
    """
    found = house_of(caller=caller, community=community, house=house)
    items = _open_items(found, on)
    return Account(
        house_id=found.pk,
        house=found.code,
        kind=found.kind,
        building=found.building.name if found.building else "",
        area=found.area,
        community_id=found.community_id,
        community=community,
        on=on,
        payers=_payers(found.pk, on, items),
        open_items=tuple(row for _payer, row in items),
        offsets=_offsets(found.pk),
        bills=_bills(found.pk, "", PAGE),
    )


def bills(
    *, caller: Caller, community: str, house: str, cursor: str = "", limit: int = PAGE
) -> Page[BillRow]:
    """Return the bills of a household, newest first. Raises as :func:`account` does."""
    return _bills(house_of(caller=caller, community=community, house=house).pk, cursor, limit)


def bills_issued(
    *, caller: Caller, community: str, house: str, from_on: date, until_on: date, most: int
) -> tuple[BillRow, ...]:
    """Return the bills issued to a household in half-open days, newest first.

    Raises as :func:`account` does.
    """
    found = house_of(caller=caller, community=community, house=house)
    return _bills(found.pk, "", most, issued_on__gte=from_on, issued_on__lt=until_on).items


def balance(*, caller: Caller, community_id: int, house_id: int) -> Decimal | None:
    """Return what a household owes less what it has in advance; None to who reads no accounts."""
    if not caller.holds(community_id, *READERS):
        return None
    owed = OpenItem.objects.filter(community=community_id, house=house_id, open__gt=0)
    ahead = Prepaid.objects.filter(house=house_id)
    return (owed.aggregate(sum=Sum("open"))["sum"] or NOTHING) - (
        ahead.aggregate(sum=Sum("balance"))["sum"] or NOTHING
    )


def house_of(*, caller: Caller, community: str, house: str) -> House:
    """Return a house, by its code in any spelling, whose account the caller may read."""
    town = estate.community(caller=caller, code=community)
    admit_to_read(caller, town.id)
    return estate.house_model(caller=caller, community_id=town.id, code=house)


def _open_items(house: House, on: date) -> list[tuple[int, OpenRow]]:
    """Return what is open with the ids of the payers, in the order in which it is offset."""
    rows = (
        OpenItem.objects.filter(community=house.community_id, house=house, open__gt=0)
        .order_by("due_on", "line_id")
        .values_list(
            "payer_id",
            "line__bill__number",
            "line__item__name",
            "line__assignment__label",
            "line__from_on",
            "line__until_on",
            "payer__name",
            "due_on",
            "amount",
            "open",
        )
    )
    return [
        (
            payer,
            OpenRow(
                number,
                item,
                label or "",
                from_on,
                until_on,
                name,
                due_on,
                max(0, (on - due_on).days),
                amount,
                still,
            ),
        )
        for payer, number, item, label, from_on, until_on, name, due_on, amount, still in rows
    ]


def _payers(house_id: int, on: date, items: Iterable[tuple[int, OpenRow]]) -> tuple[PayerRow, ...]:
    """Return who lives there on the day, and whoever else owes or is ahead."""
    names: dict[int, str] = {}
    roles: dict[int, str] = {}
    for person, name, role in (
        Occupancy.objects.filter(estate.lives_on(on), house=house_id)
        .order_by("id")
        .values_list("person_id", "person__name", "role")
    ):
        names[person] = name
        roles.setdefault(person, role)
    still: defaultdict[int, Decimal] = defaultdict(lambda: NOTHING)
    late: defaultdict[int, Decimal] = defaultdict(lambda: NOTHING)
    for person, row in items:
        names.setdefault(person, row.payer)
        still[person] += row.open
        late[person] += row.open if row.days_late else NOTHING
    ahead: dict[int, Decimal] = {}
    for person, name, left in Prepaid.objects.filter(house=house_id, balance__gt=0).values_list(
        "person_id", "person__name", "balance"
    ):
        names.setdefault(person, name)
        ahead[person] = left
    return tuple(
        PayerRow(
            person,
            name,
            roles.get(person, ""),
            still[person],
            late[person],
            ahead.get(person, NOTHING),
        )
        for person, name in names.items()
    )


def _bills(house_id: int, cursor: str, limit: int, **narrowed: date) -> Page[BillRow]:
    still = (
        OpenItem.objects.filter(line__bill=OuterRef("pk"), open__gt=0)
        .order_by()
        .values("line__bill")
        .annotate(sum=Sum("open"))
        .values("sum")
    )
    rows = Bill.objects.filter(house=house_id, **narrowed)
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(
        rows.order_by("-issued_on", "-id").values_list(
            "id",
            "issued_on",
            "number",
            "run__group__name",
            "period",
            "due_on",
            "payer__name",
            "amount",
            "reversed_at",
            Coalesce(Subquery(still), NOTHING),
        )[: limit + 1]
    )
    return paging.page_of(found, limit, _bill, lambda row: (row[1].isoformat(), row[0]))


def _bill(row: tuple[Any, ...]) -> BillRow:
    _pk, issued_on, number, group, period, due_on, payer, amount, reversed_at, still = row
    return BillRow(
        number=number,
        group=group or "",
        period=period,
        issued_on=issued_on,
        due_on=due_on,
        payer=payer,
        amount=amount,
        open=still,
        is_reversed=reversed_at is not None,
    )


def _after(cursor: str) -> Q:
    try:
        day, last = paging.read_cursor(cursor, str, int)
        issued_on = date.fromisoformat(str(day))
    except (paging.BadCursor, ValueError) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return Q(issued_on__lt=issued_on) | Q(issued_on=issued_on, pk__lt=last)


def _offsets(house_id: int) -> tuple[OffsetRow, ...]:
    rows = (
        Allocation.objects.filter(house=house_id)
        .order_by("-business_on", "-id")
        .values_list(
            "business_on", "line__bill__number", "line__item__name", "person__name", "amount"
        )[:RECENT]
    )
    return tuple(OffsetRow(*row) for row in rows)
