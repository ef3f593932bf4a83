"""The service sheet at somebody's door: open, lines, consent, signature (WO-03, WO-04, WO-09).

``at`` is when it happened, ``recorded_at`` when we hear of it. A signed sheet is frozen: what the
owner saw is what is charged.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.checklists.actions import start_run
from huiyin.estate.actions import next_number
from huiyin.fieldwork.actions.core import (
    UnableToChangeSheet,
    is_signed,
    locked_matter,
    open_lines,
    plain_text,
    total_owed,
    trail,
)
from huiyin.fieldwork.actions.store import draw, put_back
from huiyin.fieldwork.models import ChargeSlip, Line, PriceItem, Sheet
from huiyin.fieldwork.rules import (
    HOME_CHECKLIST,
    HOME_KINDS,
    LINES_IN,
    MOST_AMOUNT,
    MOST_PRICE,
    MOST_QUANTITY,
    amount_of,
    total_of,
)
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.money import read_decimal, say_price
from huiyin.kernel.numbering import daily_number, series_of
from huiyin.matters import titles
from huiyin.matters.actions import note_matter, sign_matter
from huiyin.matters.kinds import STATES
from huiyin.matters.models import Matter
from huiyin.staff.queries import local_day

MOST_LINES = 60
_WORKABLE = frozenset(STATES) - {"closed"}


class UnableToPrice(UnableToChangeSheet):
    """The price shown is not the one of the price list."""


class UnableToSignSheet(UnableToChangeSheet):
    """The amount shown differs from the sheet's, or the owner cannot sign here."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a slip is made of beside its lines: who owes how much, signed when and where."""

    house_id: int
    signature_id: int
    signed_at: datetime
    amount: Decimal


@transaction.atomic
def open_sheet(
    *, by: Caller, at: datetime, number: str, recorded_at: datetime | None = None
) -> int:
    """Open the sheet of a matter, and the home-visit checklist where somebody's home is visited.

    Opened already, it stays as it is. Raises NotFound, Forbidden, UnableToChangeSheet.
    """
    return _sheet(locked_matter(by, number), by, at, recorded_at or at).pk


@transaction.atomic
def add_line(
    *,
    by: Caller,
    at: datetime,
    number: str,
    quantity: object,
    price: object,
    kind: str = "",
    code: str = "",
    text: str = "",
    unit: str = "",
    key: UUID | None = None,
    recorded_at: datetime | None = None,
) -> int:
    """Write down material, labour or a service, and draw material from the store; return the line.

    1. With a ``code`` name, unit and price are those of the price list on the day it happened; a
       price shown that differs is refused, for the owner agreed to it.
    2. Without one, ``kind`` and ``text`` say what it was.
    3. The same ``key`` again gives back the line it made.

    Raises NotFound, Forbidden, UnableToChangeSheet, UnableToPrice, BadInput.
    """
    matter = locked_matter(by, number)
    now = recorded_at or at
    key = key or uuid4()
    sheet = _sheet(matter, by, at, now)
    if there := Line.objects.filter(key=key, sheet=sheet).first():
        return there.pk
    _admit_change(sheet, matter)
    if sheet.lines.filter(slip__isnull=True).count() >= MOST_LINES:
        raise BadInput(_("一张工作单最多 %(n)d 条明细。") % {"n": MOST_LINES})
    count = read_decimal(quantity, places=2, most=MOST_QUANTITY)
    shown = read_decimal(price, places=4, most=MOST_PRICE)
    if not count:
        raise BadInput(_("请填写数量,大于 0,最多两位小数。"), field="quantity")
    if shown is None:
        raise BadInput(_("请填写单价,不小于 0,最多四位小数。"), field="price")
    line = Line(sheet=sheet, quantity=count, price=shown, at=at, recorded_at=now, key=key)
    if code:
        _fill_from_list(line, matter, code)
    else:
        _fill_by_hand(line, kind, text, unit)
    line.amount = amount_of(count, shown)
    if total_owed(sheet) + line.amount > MOST_AMOUNT:
        raise BadInput(_("金额太大,请检查数量和单价。"), field="quantity")
    line.by_id, line.by_name = by.employee_id, by.name[:60]
    line.save(force_insert=True)
    draw(by=by, at=at, now=now, matter=matter, line=line)
    trail("line_added", by, now, matter, _said(line))
    return line.pk


@transaction.atomic
def drop_line(
    *,
    by: Caller,
    at: datetime,
    number: str,
    line: UUID,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> None:
    """Strike a line, named by its key, from a sheet not yet signed; its material goes back.

    Raises NotFound, Forbidden, UnableToChangeSheet.
    """
    matter = locked_matter(by, number)
    sheet = _sheet(matter, by, at, recorded_at or at)
    found = sheet.lines.select_related("item").filter(key=line).first()
    if found is None:
        raise NotFound(_("工作单上没有这条明细。"), field="line")
    if found.dropped_at is not None:
        return
    _admit_change(sheet, matter)
    if found.slip_id is not None:
        raise UnableToChangeSheet(_("这条明细已经开出收费单,要先作废收费单。"))
    found.dropped_at, found.dropped_by_id = at, by.employee_id
    found.drop_reason = plain_text(reason, "reason", 100, required=False)
    found.save(update_fields=["dropped_at", "dropped_by", "drop_reason"])
    put_back(by=by, at=recorded_at or at, line=found, reason=_("工作单撤销明细"))
    trail("line_dropped", by, recorded_at or at, matter, before=_said(found), reason=reason)


@transaction.atomic
def give_consent(
    *,
    by: Caller,
    at: datetime,
    number: str,
    name: str,
    cause: str = "",
    amount: object = None,
    recorded_at: datetime | None = None,
) -> None:
    """Write down that cause, method and charge were explained and who agreed to them (WO-03).

    ``amount`` is what was named beforehand; it may differ from what is signed in the end.
    Raises NotFound, Forbidden, UnableToChangeSheet, BadInput.
    """
    matter = locked_matter(by, number)
    sheet = _sheet(matter, by, at, recorded_at or at)
    _admit_change(sheet, matter)
    said = None
    if amount not in (None, ""):
        said = read_decimal(amount, places=2, most=MOST_AMOUNT)
        if said is None:
            raise BadInput(_("请填写告知业主的金额,最多两位小数。"), field="amount")
    sheet.consent_name = plain_text(name, "name", 40)
    sheet.cause = plain_text(cause, "cause", 300, required=False) or sheet.cause
    sheet.consent_amount, sheet.consent_at = said, at
    sheet.save(update_fields=["consent_name", "cause", "consent_amount", "consent_at"])
    after = {"name": sheet.consent_name, "amount": said, "cause": sheet.cause, "at": at}
    trail("consent_given", by, recorded_at or at, matter, after)


@transaction.atomic
def sign_sheet(
    *,
    by: Caller,
    at: datetime,
    number: str,
    name: str,
    file_id: int,
    amount: object,
    recorded_at: datetime | None = None,
) -> str:
    """Take the owner's signature under the sheet; return the number of the charge slip, if any.

    1. The amount that the owner saw must be what the lines come to, else nothing is signed.
    2. The matter hears of it as ``signed``; from now on the sheet is frozen.
    3. An amount above zero becomes a charge slip with the lines as they stand (WO-04).

    Raises NotFound, Forbidden, UnableToSignSheet, BadInput.
    """
    matter = locked_matter(by, number)
    now = recorded_at or at
    sheet = _sheet(matter, by, at, now)
    name = plain_text(name, "name", 40)
    shown = read_decimal(amount, places=2, most=MOST_AMOUNT)
    if shown is None:
        raise BadInput(_("请给业主看过金额再签字。"), field="amount")
    if is_signed(sheet, matter):
        raise UnableToSignSheet(
            _("这张工作单已由%(name)s签字,金额 %(amount)s 元;要改先作废收费单再重新签字。")
            % {"name": sheet.signed_name, "amount": sheet.signed_amount}
        )
    lines = open_lines(sheet)
    total = total_of(one.amount for one in lines)
    if shown != total:
        raise UnableToSignSheet(
            _("业主看到的是 %(shown)s 元,工作单现在是 %(total)s 元;请核对明细后请业主重新签字。")
            % {"shown": shown, "total": total},
            field="amount",
        )
    if total and matter.house_id is None:
        raise UnableToSignSheet(_("这件事没有登记房号,不能收费;请前台先补登房号。"))
    if not StoredFile.objects.filter(pk=file_id).exists():
        raise BadInput(_("没有收到签字,请业主重新签字。"), field="file")
    _tell_matter(matter, by=by, at=at, now=now, name=name, total=total)
    sheet.signature_id, sheet.signed_name, sheet.signed_at = file_id, name, at
    sheet.signed_amount, sheet.signed_cycle = total, matter.cycle
    sheet.save(
        update_fields=["signature", "signed_name", "signed_at", "signed_amount", "signed_cycle"]
    )
    slip = ""
    if total and matter.house_id is not None:
        paper = Paper(matter.house_id, file_id, at, total)
        slip = _slip(sheet, matter, lines, paper, by=by, now=now)
    after = {"name": name, "amount": total, "file": file_id, "slip": slip, "at": at}
    trail("sheet_signed", by, now, matter, after)
    return slip


def _sheet(matter: Matter, by: Caller, at: datetime, now: datetime) -> Sheet:
    """Return the sheet of a locked matter, made when there is none."""
    sheet = Sheet.objects.filter(matter=matter).first()
    if sheet is not None:
        return sheet
    if matter.state not in _WORKABLE:
        raise UnableToChangeSheet(_("这件事已经关闭,不能再开工作单。"))
    run_id = None
    if matter.kind in HOME_KINDS and matter.house_id is not None:
        run_id = start_run(
            by=by,
            at=at,
            community_id=matter.community_id,
            code=HOME_CHECKLIST,
            subject=f"matter:{matter.number}",
        )
    sheet = Sheet.objects.create(
        matter=matter, opened_at=at, opened_by_id=by.employee_id, run_id=run_id
    )
    trail("sheet_opened", by, now, matter)
    return sheet


def _admit_change(sheet: Sheet, matter: Matter) -> None:
    if is_signed(sheet, matter):
        raise UnableToChangeSheet(_("业主已经签字,工作单不能再改;要改先作废收费单再重新签字。"))
    if matter.state not in LINES_IN:
        raise UnableToChangeSheet(
            _("事项现在是“%(state)s”,不能填写工作单。") % {"state": titles.STATES[matter.state]}
        )


def _fill_from_list(line: Line, matter: Matter, code: str) -> None:
    day = local_day(line.at, matter.community.zone)
    item = (
        PriceItem.objects.filter(
            community_id=matter.community_id, code=plain_text(code, "code", 20), from_on__lte=day
        )
        .order_by("-from_on")
        .first()
    )
    if item is None or (item.until_on is not None and item.until_on <= day):
        raise UnableToPrice(_("价目表里没有“%(code)s”,可能已经停用。") % {"code": code})
    if item.price != line.price:
        raise UnableToPrice(
            _("“%(name)s”手机上是 %(shown)s 元,价目表是 %(price)s 元;请更新价目后重新填写。")
            % {"name": item.name, "shown": say_price(line.price), "price": say_price(item.price)},
            field="price",
        )
    line.item, line.kind, line.text, line.unit = item, item.kind, item.name, item.unit


def _fill_by_hand(line: Line, kind: str, text: str, unit: str) -> None:
    if kind not in Line.Kind.values:
        raise BadInput(_("请选择材料、人工或服务。"), field="kind")
    line.kind = kind
    line.text = plain_text(text, "text", 60)
    line.unit = plain_text(unit, "unit", 10, required=False)


def _tell_matter(
    matter: Matter, *, by: Caller, at: datetime, now: datetime, name: str, total: Decimal
) -> None:
    """Let the matter hear of the signature; signed before, it hears of the new one as a note."""
    if matter.signed_at is None:
        sign_matter(by=by, at=at, number=matter.number, name=name, recorded_at=now)
        return
    text = _("%(name)s重新签字,金额 %(amount)s 元。") % {"name": name, "amount": total}
    note_matter(by=by, at=at, number=matter.number, text=text, recorded_at=now)


def _slip(
    sheet: Sheet, matter: Matter, lines: list[Line], paper: Paper, *, by: Caller, now: datetime
) -> str:
    """Write the charge slip and put the lines on it; return its number."""
    community = matter.community
    day = local_day(now, community.zone)
    count = next_number(community_id=community.pk, series=series_of("slip", day))
    slip = ChargeSlip.objects.create(
        community=community,
        number=daily_number(f"{community.code}-SF", day, count),
        sheet=sheet,
        house_id=paper.house_id,
        amount=paper.amount,
        lines=[_said(one) for one in lines],
        payer_name=sheet.signed_name,
        signature_id=paper.signature_id,
        signed_at=paper.signed_at,
        made_at=now,
        by_id=by.employee_id,
        by_name=by.name[:60],
    )
    Line.objects.filter(pk__in=[one.pk for one in lines]).update(slip=slip)
    return slip.number


def _said(line: Line) -> dict[str, str]:
    """Return a line as papers and the trail keep it: text, so that nothing is rounded again."""
    return {
        "kind": line.kind,
        "code": line.item.code if line.item else "",
        "text": line.text,
        "unit": line.unit,
        "quantity": str(line.quantity),
        "price": str(line.price),
        "amount": str(line.amount),
    }
