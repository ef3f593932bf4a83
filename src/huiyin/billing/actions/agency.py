"""Collected for utilities, handed over to them (代收代付, BIL-16): nothing of it is ours.

One person enters what was paid to the utility, another confirms it, and only then it is in the
books: 224102 to 1002. A service centre takes no fee for it.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_bill, admit_to_post
from huiyin.billing.actions.core import employee_id, read_amount, trail
from huiyin.billing.collected import collected_of
from huiyin.billing.models import ChargeItem, HandOver
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.ledger.actions import Entry, Leg, post
from huiyin.ledger.chart import AGENCY_PAYABLE, BANK
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

LONGEST_PAPER, LONGEST_REASON = 60, 200


class UnableToHandOver(WrongState):
    """More than there is to hand over, or the form was sent before with other content."""


class UnableToSettleHandOver(WrongState):
    """The hand-over is confirmed or dropped already."""


@transaction.atomic
def enter_hand_over(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    item: str,
    amount: object,
    paid_on: date,
    paper: str,
    advanced: bool = False,
    scan_id: int | None = None,
    key: UUID,
) -> int:
    """Enter what was paid to a utility; return its id. The books wait for another person.

    1. No more than was collected and not handed over yet; what the company ``advanced`` of its own
       may go up to what was billed.
    2. A receipt (``paper``) counts once for an item.
    3. The same ``key`` with the same content returns what was entered before.

    Raises NotFound, Forbidden, UnableToHandOver, BadInput.
    """
    admit_to_bill(by, community_id)
    charge = _locked_item(community_id, item)
    paid = read_amount(amount, "amount")
    if not paid:
        raise BadInput(_("金额要大于 0。"), field="amount")
    paper = checked_text(paper, "paper", LONGEST_PAPER)
    if before := HandOver.objects.filter(key=key).first():
        if (before.item_id, before.amount, before.paid_on, before.paper) != (
            charge.pk,
            paid,
            paid_on,
            paper,
        ):
            raise UnableToHandOver(_("这张表单已经提交过别的内容,请重新打开再填。"))
        return before.pk
    if paid_on > local_day(at, charge.community.zone):
        raise BadInput(_("付款日期还没到,请填写实际付款的日期。"), field="paid_on")
    if scan_id is not None and not StoredFile.objects.filter(pk=scan_id).exists():
        raise BadInput(_("没有收到付款凭证,请重新上传。"), field="scan")
    _refuse_too_much(charge, paid, advanced=advanced)
    live = HandOver.objects.filter(item=charge, paper=paper).exclude(state=HandOver.State.DROPPED)
    if live.exists():
        raise UnableToHandOver(
            _("凭证 %(paper)s 已经登记过,同一笔付款不能登记两次。") % {"paper": paper},
            field="paper",
        )
    made = HandOver.objects.create(
        community_id=community_id,
        item=charge,
        amount=paid,
        paid_on=paid_on,
        paper=paper,
        scan_id=scan_id,
        key=key,
        made_by_id=employee_id(by),
        made_at=at,
    )
    _trail("hand_over_entered", by, at, made)
    return made.pk


@transaction.atomic
def confirm_hand_over(*, by: Caller, at: datetime, hand_over_id: int) -> None:
    """Confirm what another person entered: it is posted, and stays.

    Raises NotFound, Forbidden, UnableToSettleHandOver, UnableToPost.
    """
    one = _locked(by, hand_over_id)
    admit_to_post(by, one.community_id)
    if one.made_by_id == employee_id(by):
        raise Forbidden(_("付款要由另一个人确认,不能自己登记自己确认。"))
    one.state, one.settled_by_id, one.settled_at = HandOver.State.CONFIRMED, by.employee_id, at
    one.save(update_fields=["state", "settled_by", "settled_at"])
    memo = _("代付%(item)s %(paper)s") % {"item": one.item.name, "paper": one.paper}
    legs = (Leg(AGENCY_PAYABLE, one.amount), Leg(BANK, -one.amount))
    entry = Entry(one.community_id, "agency", one.paid_on, memo, f"handover:{one.pk}", legs)
    post(by=by, at=at, entry=entry)
    _trail("hand_over_confirmed", by, at, one)


@transaction.atomic
def drop_hand_over(*, by: Caller, at: datetime, hand_over_id: int, reason: str) -> None:
    """Drop what was entered and not confirmed.

    Raises NotFound, Forbidden, UnableToSettleHandOver, BadInput.
    """
    one = _locked(by, hand_over_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    one.state, one.settled_by_id, one.settled_at = HandOver.State.DROPPED, employee_id(by), at
    one.save(update_fields=["state", "settled_by", "settled_at"])
    _trail("hand_over_dropped", by, at, one, reason=reason)


def _refuse_too_much(item: ChargeItem, paid: Decimal, *, advanced: bool) -> None:
    """Refuse what nobody owes the utility; the item is locked, so that nobody is faster."""
    (known,) = collected_of([item])
    said = {
        "billed": known.billed,
        "collected": known.collected,
        "gone": known.handed_over + known.entered,
        "left": max(known.left, Decimal("0.00")),
    }
    if advanced and paid > known.billed - known.handed_over - known.entered:
        raise UnableToHandOver(
            _("向住户出账一共 %(billed)s 元,已交和待确认 %(gone)s 元;不能交得比出账的多。") % said,
            field="amount",
        )
    if not advanced and paid > known.left:
        raise UnableToHandOver(
            _(
                "已收 %(collected)s 元,已交和待确认 %(gone)s 元,最多还能交 %(left)s 元。"
                "由公司先垫付的,请勾选“垫付”。"
            )
            % said,
            field="amount",
        )


def _locked_item(community_id: int, code: str) -> ChargeItem:
    item = (
        ChargeItem.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(community_id=community_id, code=code.replace("\0", ""))
        .first()
    )
    if item is None:
        raise NotFound(_("没有这个收费项目,请重新选择。"), field="item")
    if not item.agency:
        raise BadInput(_("“%(item)s”不是代收项目。") % {"item": item.name}, field="item")
    return item


def _locked(by: Caller, hand_over_id: int) -> HandOver:
    one = (
        HandOver.objects.select_related("item")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=hand_over_id)
        .first()
    )
    if one is None or not by.works_in(one.community_id):
        raise NotFound(_("没有这笔代付。"))
    admit_to_bill(by, one.community_id)
    if one.state != HandOver.State.ENTERED:
        raise UnableToSettleHandOver(_("这笔代付已经确认或作废,请刷新页面查看。"))
    return one


def _trail(action: str, by: Caller, at: datetime, one: HandOver, *, reason: str = "") -> None:
    after = {"item": one.item_id, "amount": one.amount, "paid_on": one.paid_on, "paper": one.paper}
    subject = f"hand_over:{one.pk}"
    trail(action, by, at, one.community_id, subject, after=after, reason=reason)
