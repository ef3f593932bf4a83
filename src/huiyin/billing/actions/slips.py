"""Signed slips (单据): water delivered, the club, cleaning, cards, repairs, as charges (BIL-04).

A slip is written once, by hand from its paper or from the signed paper of another room. It never
changes; while it is not billed two people may void it. The next run of its group bills it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_bill, admit_to_slips
from huiyin.billing.actions.core import employee_id, trail
from huiyin.billing.actions.sources import hold_run, refuse_used
from huiyin.billing.models import ChargeItem, Slip
from huiyin.estate.actions import next_number
from huiyin.estate.models import Community
from huiyin.estate.queries import house_model
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.kernel.money import CENT, read_decimal
from huiyin.kernel.numbering import daily_number, series_of
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

MOST_LINES: Final = 30
MOST_QUANTITY: Final = Decimal("99999.99")
MOST_PRICE: Final = Decimal("999999.9999")
MOST_AMOUNT: Final = Decimal("9999999.99")
LONGEST_NAME, LONGEST_UNIT, LONGEST_SIGNED, LONGEST_REASON = 60, 10, 40, 200


class UnableToWriteSlip(WrongState):
    """The form was sent before with other content."""


class UnableToVoidSlip(WrongState):
    """The slip is void already, or nobody asked to void it."""


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A paper that another room had signed; ``source`` names it once and for all."""

    source: str
    item_id: int
    house_id: int
    done_on: date
    lines: Sequence[Mapping[str, str]]
    amount: Decimal
    signed_name: str
    scan_id: int | None
    made_by_id: int | None


@transaction.atomic
def write_slip(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    item: str,
    house: str,
    done_on: date,
    lines: Sequence[Mapping[str, object]],
    signed_name: str,
    scan_id: int | None = None,
    key: UUID | None = None,
) -> str:
    """Take down a signed slip; return its number.

    1. Each line has a name, a quantity and a price; its amount is their product, rounded once.
    2. The day is past, and the item one that is charged by slips.
    3. The same ``key`` with the same content returns the number given before.

    Raises NotFound, Forbidden, UnableToWriteSlip, BadInput.
    """
    admit_to_slips(by, community_id)
    community = Community.objects.select_for_update(no_key=True).get(pk=community_id)
    charge = _item(community_id, item)
    place = house_model(caller=by, community_id=community_id, code=house)
    if done_on > local_day(at, community.zone):
        raise BadInput(_("日期还没到,请填写实际服务的日期。"), field="done_on")
    if scan_id is not None and not StoredFile.objects.filter(pk=scan_id).exists():
        raise BadInput(_("没有收到单据照片,请重新上传。"), field="scan")
    read = [_line(number, one) for number, one in enumerate(_some(lines), start=1)]
    amount = sum((Decimal(one["amount"]) for one in read), Decimal("0.00"))
    if not 0 < amount <= MOST_AMOUNT:
        raise BadInput(_("单据合计要大于 0 元,请检查数量和单价。"), field="lines")
    name = checked_text(signed_name, "signed_name", LONGEST_SIGNED)
    if key and (before := Slip.objects.filter(key=key).first()):
        told = (before.item_id, before.house_id, before.done_on, before.lines, before.signed_name)
        if told != (charge.pk, place.pk, done_on, read, name):
            raise UnableToWriteSlip(_("这张表单已经提交过别的内容,请重新打开再填。"))
        return before.number
    slip = Slip(
        item=charge,
        house=place,
        done_on=done_on,
        lines=read,
        amount=amount,
        signed_name=name,
        scan_id=scan_id,
        key=key,
        made_by_id=employee_id(by),
    )
    return _write(slip, community, by, at)


@transaction.atomic
def take_over(*, at: datetime, community_id: int, paper: SignedPaper) -> str:
    """Make a charge of a paper that was signed in another room; return the slip's number.

    The same paper again gives the same slip, void or not. Called by the system alone, inside the
    transaction in which that room marks its paper as charged.
    """
    community = Community.objects.select_for_update(no_key=True).get(pk=community_id)
    if before := Slip.objects.filter(source=paper.source).first():
        return before.number
    slip = Slip(
        item_id=paper.item_id,
        house_id=paper.house_id,
        done_on=paper.done_on,
        lines=list(paper.lines),
        amount=paper.amount,
        signed_name=paper.signed_name,
        scan_id=paper.scan_id,
        source=paper.source,
        made_by_id=paper.made_by_id,
    )
    return _write(slip, community, SYSTEM, at)


@transaction.atomic
def ask_void(*, by: Caller, at: datetime, number: str, reason: str) -> None:
    """Ask to void a slip that is not billed, for a reason; somebody else decides.

    Raises NotFound, Forbidden, UnableToVoidSlip, UnableToWithdraw, BadInput.
    """
    slip = _locked(by, number)
    slip.void_reason = checked_text(reason, "reason", LONGEST_REASON)
    slip.void_asked_by_id, slip.void_asked_at = employee_id(by), at
    slip.save(update_fields=["void_reason", "void_asked_by", "void_asked_at"])
    _trail("slip_void_asked", by, at, slip)


@transaction.atomic
def agree_void(*, by: Caller, at: datetime, number: str) -> None:
    """Void a slip that somebody else asked to void: it is never charged.

    Raises NotFound, Forbidden, UnableToVoidSlip, UnableToWithdraw.
    """
    slip = _locked(by, number)
    _refuse_unasked(slip)
    if slip.void_asked_by_id == employee_id(by):
        raise Forbidden(_("作废要由另一个人同意,不能自己申请自己同意。"))
    slip.voided_by_id, slip.voided_at = by.employee_id, at
    slip.save(update_fields=["voided_by", "voided_at"])
    _trail("slip_voided", by, at, slip)


@transaction.atomic
def keep_slip(*, by: Caller, at: datetime, number: str) -> None:
    """Turn down the asking to void a slip. Raises NotFound, Forbidden, UnableToVoidSlip."""
    slip = _locked(by, number)
    _refuse_unasked(slip)
    _trail("slip_kept", by, at, slip)
    slip.void_reason, slip.void_asked_by_id, slip.void_asked_at = "", None, None
    slip.save(update_fields=["void_reason", "void_asked_by", "void_asked_at"])


def _write(slip: Slip, community: Community, by: Caller, at: datetime) -> str:
    day = local_day(at, community.zone)
    count = next_number(community_id=community.pk, series=series_of("charge", day))
    slip.community, slip.made_at = community, at
    slip.number = daily_number(f"{community.code}-DJ", day, count)  # 单据
    slip.save(force_insert=True)
    _trail("slip_written", by, at, slip)
    return slip.number


def _item(community_id: int, code: str) -> ChargeItem:
    found = ChargeItem.objects.filter(
        community_id=community_id, code=code.replace("\0", ""), in_use=True
    )
    item = found.first()
    if item is None:
        raise NotFound(_("没有这个收费项目,请重新选择。"), field="item")
    if item.way != ChargeItem.Way.SLIP:
        raise BadInput(_("“%(item)s”不是按单据收费的项目。") % {"item": item.name}, field="item")
    return item


def _some(lines: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    if not 0 < len(lines) <= MOST_LINES:
        raise BadInput(_("请填写 1 到 %(n)s 行明细。") % {"n": MOST_LINES}, field="lines")
    return lines


def _line(number: int, line: Mapping[str, object]) -> dict[str, str]:
    """Return a line with its amount, as text so that nothing is rounded again."""
    quantity = read_decimal(line.get("quantity"), places=2, most=MOST_QUANTITY)
    price = read_decimal(line.get("price"), places=4, most=MOST_PRICE)
    if not quantity or price is None:
        raise BadInput(
            _("第 %(n)s 行:数量要大于 0(最多两位小数),单价不小于 0(最多四位小数)。")
            % {"n": number},
            field="lines",
        )
    return {
        "text": checked_text(str(line.get("text") or ""), "lines", LONGEST_NAME),
        "unit": checked_text(str(line.get("unit") or ""), "lines", LONGEST_UNIT, required=False),
        "quantity": str(quantity),
        "price": str(price),
        "amount": str((quantity * price).quantize(CENT, ROUND_HALF_UP)),
    }


def _refuse_unasked(slip: Slip) -> None:
    if slip.void_asked_by_id is None:
        raise UnableToVoidSlip(_("还没有人申请作废这张单据。"))


def _locked(by: Caller, number: str) -> Slip:
    """Lock a slip that may still be voided, after the run that might bill it."""
    found = Slip.objects.select_related("item").filter(number=number.replace("\0", ""))
    known = found.first()
    if known is None or not by.works_in(known.community_id):
        raise NotFound(_("没有这张单据。"))
    admit_to_bill(by, known.community_id)
    run = hold_run(known.item.group_id)
    slip = found.select_for_update(no_key=True, of=("self",)).get()
    if slip.voided_at is not None:
        raise UnableToVoidSlip(_("这张单据已经作废。"))
    refuse_used(slip.item, run, Q(slip=slip))
    return slip


def _trail(action: str, by: Caller, at: datetime, slip: Slip) -> None:
    after: dict[str, Any] = {
        "item": slip.item_id,
        "house": slip.house_id,
        "done_on": slip.done_on,
        "amount": slip.amount,
        "source": slip.source,
    }
    subject = f"charge:{slip.number}"
    trail(action, by, at, slip.community_id, subject, after=after, reason=slip.void_reason)
