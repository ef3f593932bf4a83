"""Bills as they stand on paper and on the owners' pages, many at a time.

A sheet holds what was posted, which never changes, and what became of it up to now: offset,
reduced, paid, still open; what is open of the same payer's earlier bills of the house; and what is
in advance. However many bills are asked for, the statements are the same few.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_read
from huiyin.billing.models import Allocation, Bill, Line, OpenItem, Prepaid, Reduction, Run
from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound

NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a bill; its days are half-open, ``working`` is what it was computed from."""

    item: str
    label: str
    way: str
    kind: str
    from_on: date
    until_on: date
    quantity: Decimal
    unit: str
    price: Decimal | None
    amount: Decimal
    reduced: Decimal
    working: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EarlierBill:
    """What is still open of an earlier bill of the same payer and house."""

    number: str
    period: str
    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True)
class BillSheet:
    """One bill with everything its paper says.

    ``paid`` is what is neither offset, reduced nor open. ``prepaid`` is what the payer still has in
    advance for the house.
    """

    id: int
    number: str
    community_id: int
    house_id: int
    house: str
    payer_id: int
    payer: str
    liable_id: int
    liable: str
    period: str
    issued_on: date
    due_on: date
    is_reversed: bool
    amount: Decimal
    offset: Decimal
    reduced: Decimal
    open: Decimal
    prepaid: Decimal
    lines: tuple[SheetLine, ...]
    earlier: tuple[EarlierBill, ...]

    @property
    def paid(self) -> Decimal:
        """Return what was paid of it in other ways than from a prepayment."""
        return self.amount - self.offset - self.reduced - self.open

    @property
    def earlier_open(self) -> Decimal:
        """Return what is open of earlier bills together."""
        return sum((one.open for one in self.earlier), NOTHING)

    @property
    def to_pay(self) -> Decimal:
        """Return what is to be paid now: this bill and the earlier ones."""
        return self.open + self.earlier_open


@dataclass(frozen=True, slots=True)
class WhereToPay:
    """What bills of a community say about paying, and whom to ask about them."""

    community: str
    phone: str
    ways: str


@dataclass(frozen=True, slots=True)
class RunPrints:
    """How many bills a posted run has to be printed, and the names on them."""

    run_id: int
    community_id: int
    group: str
    period: str
    bills: int
    names: tuple[tuple[str, str, str], ...]
    """Number, house and payer of bills, for those who look for signs that cannot be drawn."""


def bill_sheet(*, caller: Caller, number: str) -> BillSheet:
    """Return one bill; NotFound to strangers, Forbidden to colleagues who read no accounts."""
    found = Bill.objects.filter(number=number).values_list("pk", "community_id").first()
    if found is None:
        raise NotFound(_("没有这张账单。"))
    admit_to_read(caller, found[1])
    return sheets_of([found[0]])[0]


def run_prints(*, caller: Caller, run_id: int) -> RunPrints:
    """Return what there is to print of a run, in the order of the buildings.

    NotFound to strangers, Forbidden to colleagues. A bill that was reversed is not printed.
    """
    run = Run.objects.filter(pk=run_id).select_related("group").first()
    if run is None:
        raise NotFound(_("没有这个计费批次。"))
    admit_to_read(caller, run.community_id)
    names = tuple(_of_run(run_id).values_list("number", "house__code", "payer__name"))
    return RunPrints(run_id, run.community_id, run.group.name, run.period, len(names), names)


def run_sheets(*, caller: Caller, run_id: int, first: int, most: int) -> tuple[BillSheet, ...]:
    """Return ``most`` bills of a run from the one at ``first`` on, in the order of the buildings.

    NotFound to strangers, Forbidden to colleagues.
    """
    run = Run.objects.filter(pk=run_id).only("community_id").first()
    if run is None:
        raise NotFound(_("没有这个计费批次。"))
    admit_to_read(caller, run.community_id)
    return sheets_of(_of_run(run_id).values_list("pk", flat=True)[first : first + most])


def where_to_pay(community_ids: Iterable[int]) -> dict[int, WhereToPay]:
    """Return how one pays in communities; "" where nobody wrote it."""
    rows = Community.objects.filter(pk__in=set(community_ids)).order_by("code")
    return {
        pk: WhereToPay(name, phone, ways or "")
        for pk, name, phone, ways in rows.values_list("pk", "name", "phone", "terms__ways")
    }


def sheets_of(bill_ids: Iterable[int]) -> tuple[BillSheet, ...]:
    """Read bills that the caller was admitted to, in the order given."""
    order = list(bill_ids)
    bills = {
        one.pk: one
        for one in Bill.objects.filter(pk__in=order).select_related("house", "payer", "liable")
    }
    lines = _lines(order)
    offset, reduced, still_open = _sums(order)
    earlier = _earlier(bills.values())
    prepaid = _prepaid(bills.values())
    return tuple(
        BillSheet(
            id=bill.pk,
            number=bill.number,
            community_id=bill.community_id,
            house_id=bill.house_id,
            house=bill.house.code,
            payer_id=bill.payer_id,
            payer=bill.payer.name,
            liable_id=bill.liable_id,
            liable=bill.liable.name,
            period=bill.period,
            issued_on=bill.issued_on,
            due_on=bill.due_on,
            is_reversed=bill.reversed_at is not None,
            amount=bill.amount,
            offset=offset.get(bill.pk, NOTHING),
            reduced=reduced.get(bill.pk, NOTHING),
            open=still_open.get(bill.pk, NOTHING),
            prepaid=prepaid.get((bill.house_id, bill.payer_id), NOTHING),
            lines=tuple(lines[bill.pk]),
            earlier=tuple(
                one.bill
                for one in earlier[bill.house_id, bill.payer_id]
                if one.before(bill.issued_on, bill.pk)
            ),
        )
        for bill in (bills[pk] for pk in order if pk in bills)
    )


def _of_run(run_id: int) -> QuerySet[Bill]:
    found = Bill.objects.filter(run=run_id, reversed_at__isnull=True)
    return found.order_by("house__order_key", "house_id", "id")


def _lines(bills: Sequence[int]) -> dict[int, list[SheetLine]]:
    rows = (
        Line.objects.filter(bill__in=bills)
        .select_related("item", "assignment")
        .order_by("bill_id", "item__order", "item_id", "from_on", "id")
    )
    taken = dict(
        Reduction.objects.filter(line__bill__in=bills)
        .values_list("line")
        .annotate(Sum("amount"))
        .values_list("line", "amount__sum")
    )
    found: dict[int, list[SheetLine]] = defaultdict(list)
    for one in rows:
        found[one.bill_id].append(
            SheetLine(
                item=one.item.name,
                label=one.assignment.label if one.assignment else "",
                way=one.item.way,
                kind=one.kind,
                from_on=one.from_on,
                until_on=one.until_on,
                quantity=one.quantity,
                unit=one.item.unit,
                price=one.price,
                amount=one.amount,
                reduced=taken.get(one.pk, NOTHING),
                working=one.working,
            )
        )
    return found


Sums = dict[int, Decimal]


def _sums(bills: Sequence[int]) -> tuple[Sums, Sums, Sums]:
    """Return what of each bill was offset, what was taken back and what is open."""
    return (
        _sum(Allocation.objects.filter(line__bill__in=bills), "amount"),
        _sum(Reduction.objects.filter(line__bill__in=bills), "amount"),
        _sum(OpenItem.objects.filter(line__bill__in=bills), "open"),
    )


def _sum(rows: QuerySet[Any], what: str) -> Sums:
    return dict(rows.values_list("line__bill").annotate(total=Sum(what)))


@dataclass(frozen=True, slots=True)
class _Open:
    bill: EarlierBill
    issued_on: date
    pk: int

    def before(self, issued_on: date, pk: int) -> bool:
        """Tell whether it was issued before another bill."""
        return (self.issued_on, self.pk) < (issued_on, pk)


def _earlier(bills: Iterable[Bill]) -> dict[tuple[int, int], list[_Open]]:
    """Return the bills with something open, by house and payer, the oldest first."""
    rows = (
        OpenItem.objects.filter(
            community__in={one.community_id for one in bills},
            house__in={one.house_id for one in bills},
            payer__in={one.payer_id for one in bills},
            open__gt=0,
        )
        .values_list("house", "payer", "line__bill", "line__bill__number", "line__bill__period")
        .annotate(total=Sum("open"))
        .order_by("line__bill__issued_on", "line__bill")
        .values_list(
            "house",
            "payer",
            "line__bill",
            "line__bill__number",
            "line__bill__period",
            "line__bill__due_on",
            "line__bill__issued_on",
            "total",
        )
    )
    found: dict[tuple[int, int], list[_Open]] = defaultdict(list)
    for house, payer, pk, number, period, due_on, issued_on, total in rows:
        found[house, payer].append(_Open(EarlierBill(number, period, due_on, total), issued_on, pk))
    return found


def _prepaid(bills: Iterable[Bill]) -> dict[tuple[int, int], Decimal]:
    rows = Prepaid.objects.filter(
        house__in={one.house_id for one in bills}, person__in={one.payer_id for one in bills}
    )
    return {
        (house, person): left
        for house, person, left in rows.values_list("house", "person", "balance")
    }
