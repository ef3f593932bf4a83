"""Reads of signed slips and of what is collected for utilities (BIL-04, BIL-16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from huiyin.billing.access import BILLERS, POSTERS, SLIP_WRITERS, admit_to_read
from huiyin.billing.collected import Collected, collected_of
from huiyin.billing.models import ChargeItem, HandOver, Line, Slip
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.money import capitals
from huiyin.kernel.paging import Page
from huiyin.ledger.models import Book

PAGE = 50
# What a list may be narrowed to.
WAITING, BILLED, VOID, ASKED = "waiting", "billed", "void", "asked"


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A signed slip as lists show it; ``state`` is waiting, asked (to be voided), billed, void."""

    number: str
    item: str
    house: str
    done_on: date
    amount: Decimal
    signed_name: str
    made_by: str
    made_at: datetime
    source: str
    state: str
    bill: str


@dataclass(frozen=True, slots=True)
class SlipView:
    """A signed slip with its lines and what may be done with it."""

    row: SlipRow
    community: str
    lines: tuple[Mapping[str, str], ...]
    capitals: str
    scan_id: int | None
    void_reason: str
    void_asked_by: str
    void_asked_at: datetime | None
    voided_by: str
    voided_at: datetime | None
    may_ask_void: bool
    may_void: bool


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """Money paid on to a utility; the caller may confirm what another person entered."""

    id: int
    item: str
    amount: Decimal
    paid_on: date
    paper: str
    scan_id: int | None
    state: str
    made_by: str
    made_at: datetime
    settled_by: str
    settled_at: datetime | None
    may_confirm: bool
    may_drop: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """What signed papers of other rooms become here: since when, and the item of each kind."""

    since: date
    items: Mapping[str, int]


def slips(*, caller: Caller, community_id: int, state: str = "", cursor: str = "") -> Page[SlipRow]:
    """Return the signed slips of a community, newest first, page by page. One query."""
    admit_to_read(caller, community_id)
    rows = _slips().filter(community_id=community_id)
    if state:
        rows = rows.filter(_in_state(state))
    if cursor:
        rows = rows.filter(_before(cursor))
    found = list(rows.order_by("-made_at", "-id")[: PAGE + 1])
    return paging.page_of(found, PAGE, _row, lambda one: (one.made_at.isoformat(), one.pk))


def slip(*, caller: Caller, number: str) -> SlipView:
    """Return one slip; NotFound to strangers, Forbidden to colleagues without charges to do."""
    found = _slips().select_related("community", "void_asked_by", "voided_by")
    one: Any = found.filter(number=number.replace("\0", "")).first()
    if one is None or not caller.works_in(one.community_id):
        raise NotFound(_("没有这张单据。"))
    admit_to_read(caller, one.community_id)
    row = _row(one)
    may = row.state in (WAITING, ASKED) and caller.holds(one.community_id, *BILLERS)
    is_asked = one.void_asked_by_id is not None
    return SlipView(
        row=row,
        community=one.community.name,
        lines=tuple(one.lines),
        capitals=capitals(one.amount),
        scan_id=one.scan_id,
        void_reason=one.void_reason,
        void_asked_by=one.void_asked_by.name if one.void_asked_by else "",
        void_asked_at=one.void_asked_at,
        voided_by=one.voided_by.name if one.voided_by else "",
        voided_at=one.voided_at,
        may_ask_void=may and not is_asked,
        may_void=may and is_asked and one.void_asked_by_id != caller.employee_id,
    )


def slip_items(*, caller: Caller, community_id: int) -> tuple[tuple[str, str, str], ...]:
    """Return the items charged by slips: code, name, unit. One query."""
    admit_to_read(caller, community_id)
    rows = ChargeItem.objects.filter(community_id=community_id, way="slip", in_use=True)
    return tuple(rows.order_by("order", "id").values_list("code", "name", "unit"))


def may_write_slips(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may take down a signed slip."""
    return caller.holds(community_id, *SLIP_WRITERS)


def taking(*, community_id: int) -> Taking | None:
    """Return what signed papers become charges, for the flow; None before the books are open."""
    opened = Book.objects.filter(community_id=community_id).values_list("opened_on", flat=True)
    since = opened.first()
    if since is None:
        return None
    rows = ChargeItem.objects.filter(community_id=community_id, way="slip", in_use=True)
    items = {kind: pk for pk, kinds in rows.values_list("pk", "matters") for kind in kinds}
    return Taking(since, items)


def agency(*, caller: Caller, community_id: int) -> tuple[Collected, ...]:
    """Return each charge collected for others: billed, collected, handed over, left. Two queries.

    It reads every line of those charges; a page for a month's end, not for every click.
    """
    admit_to_read(caller, community_id)
    items = ChargeItem.objects.filter(community_id=community_id, agency=True)
    return tuple(collected_of(items.order_by("order", "id")))


def hand_overs(*, caller: Caller, community_id: int, cursor: str = "") -> Page[HandOverRow]:
    """Return what was paid on to utilities, the latest first. One query."""
    admit_to_read(caller, community_id)
    rows = HandOver.objects.filter(community_id=community_id)
    rows = rows.select_related("item", "made_by", "settled_by")
    if cursor:
        day, last = _key(cursor)
        rows = rows.filter(Q(paid_on__lt=day[:10]) | Q(paid_on=day[:10], id__lt=last))
    found = list(rows.order_by("-paid_on", "-id")[: PAGE + 1])
    may, confirms = caller.holds(community_id, *BILLERS), caller.holds(community_id, *POSTERS)
    return paging.page_of(
        found,
        PAGE,
        lambda one: _hand_over(one, caller, may=may, confirms=confirms),
        lambda one: (f"{one.paid_on.isoformat()}T00:00:00+00:00", one.pk),
    )


def hand_over_scan(*, caller: Caller, hand_over_id: int) -> int:
    """Return the file with the receipt of a payment; NotFound to strangers, or without one."""
    one = HandOver.objects.filter(pk=hand_over_id).first()
    if one is None or not caller.works_in(one.community_id):
        raise NotFound(_("没有这笔代付。"))
    admit_to_read(caller, one.community_id)
    if one.scan_id is None:
        raise NotFound(_("这笔代付没有扫描件。"))
    return one.scan_id


def _hand_over(one: HandOver, caller: Caller, *, may: bool, confirms: bool) -> HandOverRow:
    is_open = one.state == HandOver.State.ENTERED
    return HandOverRow(
        id=one.pk,
        item=one.item.name,
        amount=one.amount,
        paid_on=one.paid_on,
        paper=one.paper,
        scan_id=one.scan_id,
        state=one.state,
        made_by=one.made_by.name,
        made_at=one.made_at,
        settled_by=one.settled_by.name if one.settled_by else "",
        settled_at=one.settled_at,
        may_confirm=is_open and confirms and one.made_by_id != caller.employee_id,
        may_drop=is_open and may,
    )


def _slips() -> QuerySet[Slip]:
    billed = Line.objects.filter(slip=OuterRef("pk"), reversed_at__isnull=True)
    return Slip.objects.select_related("item", "house", "made_by").annotate(
        bill=Subquery(billed.values("bill__number")[:1])
    )


def _in_state(state: str) -> Q:
    is_billed = Exists(Line.objects.filter(slip=OuterRef("pk"), reversed_at__isnull=True))
    if state == BILLED:
        return Q(is_billed)
    if state == VOID:
        return Q(voided_at__isnull=False)
    if state in (WAITING, ASKED):
        is_asked = Q(void_asked_by__isnull=False)
        return ~Q(is_billed) & Q(voided_at__isnull=True) & (is_asked if state == ASKED else Q())
    raise BadInput(_("没有这种状态。"), field="state")


def _state(one: Any) -> str:
    if one.voided_at is not None:
        return VOID
    if one.bill:
        return BILLED
    return WAITING if one.void_asked_by_id is None else ASKED


def _row(one: Any) -> SlipRow:
    return SlipRow(
        number=one.number,
        item=one.item.name,
        house=one.house.code,
        done_on=one.done_on,
        amount=one.amount,
        signed_name=one.signed_name,
        made_by=one.made_by.name if one.made_by else "",
        made_at=one.made_at,
        source=one.source or "",
        state=_state(one),
        bill=one.bill or "",
    )


def _before(cursor: str) -> Q:
    stamp, last = _key(cursor)
    return Q(made_at__lt=parse(stamp)) | Q(made_at=parse(stamp), id__lt=last)


def _key(cursor: str) -> tuple[str, int]:
    try:
        stamp, last = paging.read_cursor(cursor, str, int)
        parse(str(stamp))
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return str(stamp), int(last)
