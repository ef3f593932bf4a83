"""Charge slips after they were signed: voided by two people, or picked up by billing (WO-04)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.fieldwork.access import admit_to_slips, admit_to_void
from huiyin.fieldwork.actions.core import plain_text
from huiyin.fieldwork.models import ChargeSlip, Line, Sheet
from huiyin.fieldwork.rules import BILLABLE
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import Forbidden, NotFound, WrongState
from huiyin.matters.actions import note_matter
from huiyin.matters.models import Matter
from huiyin.trail.actions import record


class UnableToVoid(WrongState):
    """The slip is billed or void, or nobody asked to void it."""


@transaction.atomic
def ask_void(*, by: Caller, at: datetime, number: str, reason: str) -> None:
    """Ask to void a slip, for a reason; somebody else decides. Asked anew, the new asking counts.

    Raises NotFound, Forbidden, UnableToVoid, BadInput.
    """
    slip = _locked(by, number)
    slip.void_reason = plain_text(reason, "reason", 200)
    slip.void_asked_by_id, slip.void_asked_at = _employee_id(by), at
    slip.save(update_fields=["void_reason", "void_asked_by", "void_asked_at"])
    _trail("slip_void_asked", by, at, slip)


@transaction.atomic
def void_slip(*, by: Caller, at: datetime, number: str) -> None:
    """Void a slip that somebody else asked to void: the sheet thaws and is signed anew.

    Raises NotFound, Forbidden, UnableToVoid.
    """
    slip = _locked(by, number)
    if slip.void_asked_by_id is None:
        raise UnableToVoid(_("还没有人申请作废这张收费单。"))
    if slip.void_asked_by_id == _employee_id(by):
        raise Forbidden(_("作废要由另一个人同意,不能自己申请自己同意。"))
    slip.voided_by_id, slip.voided_at = by.employee_id, at
    slip.save(update_fields=["voided_by", "voided_at"])
    Line.objects.filter(slip=slip).update(slip=None)
    sheet = slip.sheet
    if sheet.signed_at is not None and sheet.signed_at == slip.signed_at:
        _thaw(sheet)
    text = _("收费单 %(number)s 已作废:%(reason)s") % {"number": number, "reason": slip.void_reason}
    note_matter(by=SYSTEM, at=at, number=sheet.matter.number, text=text)
    _trail("slip_voided", by, at, slip)


@transaction.atomic
def keep_slip(*, by: Caller, at: datetime, number: str) -> None:
    """Turn down the asking to void a slip. Raises NotFound, Forbidden, UnableToVoid."""
    slip = _locked(by, number)
    if slip.void_asked_by_id is None:
        raise UnableToVoid(_("还没有人申请作废这张收费单。"))
    slip.void_reason, slip.void_asked_by_id, slip.void_asked_at = "", None, None
    slip.save(update_fields=["void_reason", "void_asked_by", "void_asked_at"])
    _trail("slip_kept", by, at, slip)


def mark_billed(*, at: datetime, number: str) -> bool:
    """Mark a slip as a charge, in the transaction in which billing takes it; tell whether it was.

    False where it is a charge already, or void, or somebody else has it in hand: leave it alone.
    """
    slip = (
        ChargeSlip.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(number=number, **BILLABLE)
        .first()
    )
    if slip is None:
        return False
    slip.billed_at = at
    slip.save(update_fields=["billed_at"])
    return True


def _thaw(sheet: Sheet) -> None:
    sheet.signature, sheet.signed_name, sheet.signed_at = None, "", None
    sheet.signed_amount, sheet.signed_cycle = None, None
    sheet.save(
        update_fields=["signature", "signed_name", "signed_at", "signed_amount", "signed_cycle"]
    )


def _locked(by: Caller, number: str) -> ChargeSlip:
    """Lock the matter of a slip first, as everything that changes a sheet does, then the slip."""
    number = number.replace("\0", "")
    matter_id = (
        ChargeSlip.objects.filter(number=number).values_list("sheet__matter_id", flat=True).first()
    )
    if matter_id is None:
        raise NotFound(_("没有这张收费单。"))
    matter = Matter.objects.select_for_update(no_key=True).get(pk=matter_id)
    is_about_me = (
        matter.about_employee_id is not None and matter.about_employee_id == by.employee_id
    )
    if is_about_me or not by.works_in(matter.community_id):
        raise NotFound(_("没有这张收费单。"))
    admit_to_slips(by, matter.community_id)
    admit_to_void(by, matter.community_id)
    slip = (
        ChargeSlip.objects.select_related("sheet__matter")
        .select_for_update(no_key=True, of=("self",))
        .get(number=number)
    )
    if slip.voided_at is not None:
        raise UnableToVoid(_("这张收费单已经作废。"))
    if slip.billed_at is not None:
        raise UnableToVoid(_("这张收费单已经入账,请财务冲红。"))
    return slip


def _employee_id(by: Caller) -> int:
    if by.employee_id is None:
        raise Forbidden(_("作废收费单要由员工本人申请和同意。"))
    return by.employee_id


def _trail(action: str, by: Caller, at: datetime, slip: ChargeSlip) -> None:
    record(
        action=f"fieldwork.{action}",
        by=by,
        at=at,
        subject=f"slip:{slip.number}",
        community_id=slip.community_id,
        after={"amount": slip.amount, "matter": slip.sheet.matter.number},
        reason=slip.void_reason,
    )
