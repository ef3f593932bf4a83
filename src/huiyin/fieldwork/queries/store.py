"""Reads of the price list and the store."""

from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from huiyin.fieldwork.access import admit_to_read
from huiyin.fieldwork.models import PriceItem, StockMove
from huiyin.fieldwork.rows import MoveRow, PriceRow, StockRow
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page

PAGE = 50


def price_list(*, caller: Caller, community_id: int, on: date) -> tuple[PriceRow, ...]:
    """Return what holds on a day, in order of kind and code; NotFound to strangers. One query."""
    admit_to_read(caller, community_id)
    rows = PriceItem.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=on), community_id=community_id, from_on__lte=on
    )
    return tuple(price_row(one, on) for one in rows.order_by("-kind", "code"))


def price_board(*, caller: Caller, community_id: int, on: date) -> tuple[PriceRow, ...]:
    """Return what holds on a day or is planned for later, in order of kind, code and day."""
    admit_to_read(caller, community_id)
    rows = PriceItem.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=on), community_id=community_id
    )
    return tuple(price_row(one, on) for one in rows.order_by("-kind", "code", "from_on"))


def price_history(
    *, caller: Caller, community_id: int, code: str, on: date
) -> tuple[PriceRow, ...]:
    """Return every price an item ever had, newest first; NotFound when it never had one."""
    admit_to_read(caller, community_id)
    rows = PriceItem.objects.filter(community_id=community_id, code=code.replace("\0", ""))
    found = tuple(price_row(one, on) for one in rows.order_by("-from_on"))
    if not found:
        raise NotFound(_("价目表里没有这一项。"))
    return found


def price_row(item: PriceItem, on: date) -> PriceRow:
    """Return an item as doors know it, seen from a day."""
    when = "later" if item.from_on > on else "now"
    if item.until_on is not None and item.until_on <= on:
        when = "past"
    return PriceRow(
        item.code,
        item.name,
        item.kind,
        item.unit,
        item.price,
        item.from_on,
        item.until_on,
        when,
    )


def stock(*, caller: Caller, community_id: int) -> tuple[StockRow, ...]:
    """Return every material with what lies in the store, in order of code. Two queries."""
    admit_to_read(caller, community_id)
    items = (
        PriceItem.objects.filter(community_id=community_id, kind=PriceItem.Kind.MATERIAL)
        .order_by("code", "-from_on")
        .distinct("code")
    )
    left: dict[str, Decimal] = dict(
        StockMove.objects.filter(community_id=community_id)
        .values("code")
        .annotate(left=Sum("quantity"))
        .values_list("code", "left")
    )
    zero = Decimal("0.00")
    return tuple(
        StockRow(
            one.code, one.name, one.unit, left.get(one.code, zero), left.get(one.code, zero) < 0
        )
        for one in items
    )


def moves(*, caller: Caller, community_id: int, code: str, cursor: str = "") -> Page[MoveRow]:
    """Return the moves of a material, newest first, page by page. One query."""
    admit_to_read(caller, community_id)
    rows = StockMove.objects.filter(community_id=community_id, code=code.replace("\0", ""))
    if cursor:
        rows = rows.filter(pk__lt=_after(cursor))
    found = list(rows.select_related("line__sheet__matter").order_by("-id")[: PAGE + 1])
    return paging.page_of(found, PAGE, lambda one: _move_row(one, caller), lambda one: (one.pk,))


def _move_row(one: StockMove, caller: Caller) -> MoveRow:
    """Return a move; the number of a matter is blank to whom the matter is about (CMP-05)."""
    matter = one.line.sheet.matter if one.line else None
    is_hidden = matter is None or (
        matter.about_employee_id is not None and matter.about_employee_id == caller.employee_id
    )
    number = "" if matter is None or is_hidden else matter.number
    return MoveRow(one.kind, one.quantity, one.reason, number, one.at, one.by_name)


def _after(cursor: str) -> int:
    try:
        (last,) = paging.read_cursor(cursor, int)
    except paging.BadCursor as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return int(last)
