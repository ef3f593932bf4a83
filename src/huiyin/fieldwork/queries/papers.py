"""Reads of sheets and charge slips."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from huiyin.fieldwork.access import SLIP_VOIDERS, admit_to_slips
from huiyin.fieldwork.models import ChargeSlip, FieldAct, Line, Sheet
from huiyin.fieldwork.rows import (
    ActRow,
    BillableRow,
    LineRow,
    SheetView,
    SlipRow,
    SlipView,
    UnsignedRow,
)
from huiyin.fieldwork.rules import BILLABLE, LINES_IN, total_of
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.money import capitals
from huiyin.kernel.paging import Page
from huiyin.matters.access import knows_caller, may_do, visible
from huiyin.matters.models import Matter
from huiyin.matters.rules import ALLOWED

PAGE = 50
_KEPT = (FieldAct.State.CONFLICT, FieldAct.State.REFUSED)


def sheet(*, caller: Caller, number: str, at: datetime) -> SheetView:
    """Return the sheet of a matter the caller sees, an empty one where nobody opened it yet.

    Who signed is blank to those who may not know who raised the matter (CMP-11). NotFound to
    strangers. Four queries.
    """
    matter = _matter(caller, number)
    knows = knows_caller(caller, matter)
    found = Sheet.objects.filter(matter=matter).first()
    acts = tuple(
        _act_row(one)
        for one in FieldAct.objects.filter(matter=matter, state__in=_KEPT)
        .select_related("employee")
        .order_by("id")
    )
    may = may_do(caller, matter, "finish")
    if found is None:
        return _empty(matter, acts, may=may)
    lines = [line_row(one) for one in lines_of([found])]
    live = tuple(one for one in lines if one.dropped_at is None)
    is_signed = found.signed_at is not None and found.signed_cycle == matter.cycle
    slips_ = tuple(slip_row(one) for one in _slips().filter(sheet=found).order_by("id"))
    last = next((one.number for one in reversed(slips_) if one.voided_at is None), "")
    shown = tuple(one for one in live if one.slip == (last if is_signed else ""))
    total = total_of(one.amount for one in live if not one.slip)
    shown_total = total_of(one.amount for one in shown)
    return SheetView(
        number=number,
        is_open=True,
        run_id=found.run_id,
        cause=found.cause,
        consent_name=found.consent_name if knows else "",
        consent_amount=found.consent_amount,
        consent_at=found.consent_at,
        lines=tuple(one for one in live if not one.slip),
        dropped=tuple(one for one in lines if one.dropped_at is not None),
        total=total,
        shown=shown,
        shown_total=shown_total,
        capitals=capitals(shown_total),
        is_signed=is_signed,
        signed_name=found.signed_name if knows else "",
        signed_amount=found.signed_amount,
        signed_at=found.signed_at,
        signature=found.signature_id if knows else None,
        slips=slips_,
        acts=acts,
        may_write=may and not is_signed and matter.state in LINES_IN,
        may_sign=may and not is_signed and _may_be_signed(matter),
    )


def _may_be_signed(matter: Matter) -> bool:
    return not matter.anonymous and matter.state in ALLOWED["sign"]


def _empty(matter: Matter, acts: tuple[ActRow, ...], *, may: bool) -> SheetView:
    zero = Decimal("0.00")
    return SheetView(
        number=matter.number,
        is_open=False,
        run_id=None,
        cause="",
        consent_name="",
        consent_amount=None,
        consent_at=None,
        lines=(),
        dropped=(),
        total=zero,
        shown=(),
        shown_total=zero,
        capitals=capitals(zero),
        is_signed=False,
        signed_name="",
        signed_amount=None,
        signed_at=None,
        signature=None,
        slips=(),
        acts=acts,
        may_write=may and matter.state in LINES_IN,
        may_sign=may and _may_be_signed(matter),
    )


def unsigned(*, caller: Caller, community_id: int) -> tuple[UnsignedRow, ...]:
    """Return finished matters with lines that are on no slip, oldest first: nothing gets lost.

    NotFound to strangers, Forbidden to colleagues without charges to do. One query.
    """
    admit_to_slips(caller, community_id)
    rows = (
        visible(caller)
        .filter(
            community_id=community_id,
            state__in=("finished", "visited_back", "closed"),
            sheet__lines__dropped_at__isnull=True,
            sheet__lines__slip__isnull=True,
            sheet__lines__amount__gt=0,
        )
        .annotate(total=Sum("sheet__lines__amount"))
        .order_by("finished_at", "id")
        .values_list("number", "house__code", "total", "owner__name", "finished_at")
    )
    return tuple(
        UnsignedRow(number, house or "", total, owner, finished_at)
        for number, house, total, owner, finished_at in rows[:PAGE]
    )


def lines_of(sheets: list[Sheet]) -> list[Line]:
    """Return the lines of sheets in order, with what a row needs. One query."""
    return list(Line.objects.filter(sheet__in=sheets).select_related("item", "slip").order_by("id"))


def line_row(one: Line) -> LineRow:
    """Return a line as doors know it."""
    return LineRow(
        key=str(one.key),
        kind=one.kind,
        code=one.item.code if one.item else "",
        text=one.text,
        unit=one.unit,
        quantity=one.quantity,
        price=one.price,
        amount=one.amount,
        at=one.at,
        by_name=one.by_name,
        dropped_at=one.dropped_at,
        drop_reason=one.drop_reason,
        slip=one.slip.number if one.slip else "",
    )


def _act_row(one: FieldAct) -> ActRow:
    return ActRow(
        one.act,
        one.employee.name,
        one.phone_at,
        one.received_at,
        one.state,
        one.told,
        one.file_id,
    )


def signature_file(*, caller: Caller, number: str, file_id: int) -> int:
    """Return the id of a signature on the sheet or a slip of a matter the caller may see.

    NotFound for any other file, to strangers, and to those who may not know who raised the matter.
    """
    matter = _matter(caller, number)
    shown = Q(signature_id=file_id) | Q(slips__signature_id=file_id)
    found = Sheet.objects.filter(shown, matter=matter).exists()
    if not found or not knows_caller(caller, matter):
        raise NotFound(_("没有这个签字。"))
    return file_id


def _matter(caller: Caller, number: str) -> Matter:
    matter = visible(caller).filter(number=number.replace("\0", "")).first()
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return matter


def slips(*, caller: Caller, community_id: int, cursor: str = "") -> Page[SlipRow]:
    """Return the charge slips of a community, newest first, page by page. One query."""
    admit_to_slips(caller, community_id)
    rows = _slips_of(caller).filter(community_id=community_id)
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(rows.order_by("-made_at", "-id")[: PAGE + 1])
    return paging.page_of(found, PAGE, slip_row, lambda one: (one.made_at.isoformat(), one.pk))


def slips_to_bill(
    *, community_id: int, since: datetime, kinds: Collection[str], most: int
) -> tuple[BillableRow, ...]:
    """Return slips of matters of these kinds, signed since a moment, that are no charge yet.

    Oldest first, for the flow. One whose voiding is asked for waits until that is decided.
    """
    found = _billable(community_id, since).filter(sheet__matter__kind__in=kinds)
    return tuple(
        BillableRow(
            number=one.number,
            kind=one.sheet.matter.kind,
            house_id=one.house_id,
            amount=one.amount,
            lines=tuple(one.lines),
            payer_name=one.payer_name,
            signature_id=one.signature_id,
            signed_at=one.signed_at,
            by_id=one.by_id,
        )
        for one in found.select_related("sheet__matter").order_by("id")[:most]
    )


def kinds_to_bill(*, community_id: int, since: datetime) -> frozenset[str]:
    """Return the kinds of matters of which slips wait to become charges. One query."""
    kinds = _billable(community_id, since).values_list("sheet__matter__kind", flat=True)
    return frozenset(kinds.distinct())


def _billable(community_id: int, since: datetime) -> QuerySet[ChargeSlip]:
    return ChargeSlip.objects.filter(
        community_id=community_id, signed_at__gte=since, amount__gt=0, **BILLABLE
    )


def slip(*, caller: Caller, number: str) -> SlipView:
    """Return one slip; NotFound to strangers, Forbidden to colleagues without charges to do."""
    found = (
        _slips_of(caller)
        .select_related("community", "void_asked_by", "voided_by")
        .filter(number=number.replace("\0", ""))
        .first()
    )
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这张收费单。"))
    admit_to_slips(caller, found.community_id)
    is_open = found.voided_at is None and found.billed_at is None
    may = is_open and caller.holds(found.community_id, *SLIP_VOIDERS)
    asked = found.void_asked_by_id is not None
    return SlipView(
        row=slip_row(found),
        community=found.community.name,
        zone=found.community.zone,
        lines=tuple(found.lines),
        capitals=capitals(found.amount),
        signature=found.signature_id,
        signed_at=found.signed_at,
        void_reason=found.void_reason,
        void_asked_by=found.void_asked_by.name if found.void_asked_by else "",
        void_asked_at=found.void_asked_at,
        voided_by=found.voided_by.name if found.voided_by else "",
        may_ask_void=may and not asked,
        may_void=may and asked and found.void_asked_by_id != caller.employee_id,
    )


def _slips() -> QuerySet[ChargeSlip]:
    return ChargeSlip.objects.select_related("sheet__matter", "house")


def _slips_of(caller: Caller) -> QuerySet[ChargeSlip]:
    """Slips as the caller may find them: none of a matter about the caller (CMP-05)."""
    return _slips().exclude(sheet__matter__about_employee_id=caller.employee_id or 0)


def slip_row(one: ChargeSlip) -> SlipRow:
    """Return a slip as lists show one."""
    return SlipRow(
        number=one.number,
        matter=one.sheet.matter.number,
        house=one.house.code,
        amount=one.amount,
        payer_name=one.payer_name,
        made_at=one.made_at,
        by_name=one.by_name,
        billed_at=one.billed_at,
        void_asked=one.void_asked_by_id is not None,
        voided_at=one.voided_at,
    )


def _after(cursor: str) -> Q:
    try:
        stamp, last = paging.read_cursor(cursor, str, int)
        moment = parse(str(stamp))
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return Q(made_at__lt=moment) | Q(made_at=moment, id__lt=last)
