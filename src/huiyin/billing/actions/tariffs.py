"""Prices: drafted by one, approved by another, in force from a day on (BIL-01, PLN-02).

The approved prices of an item for one kind of house follow each other day by day. What would leave
a day without a price or give one two is refused when it is drafted, and again when it is approved.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import actions as approvals
from huiyin.approvals.models import Decision, Request
from huiyin.billing import naming
from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.core import (
    check_days,
    employee_id,
    read_amount,
    read_price,
    trail,
)
from huiyin.billing.models import ChargeItem, Tariff
from huiyin.billing.rules.tariffs import Fit, Step, Stretch, Unfit, bad_steps, fit
from huiyin.estate.models import House
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.kernel.money import say_price
from huiyin.staff.words import checked_text

KIND: Final = "tariff"
SUBJECT: Final = "tariff:"
LONGEST_BASIS = 200
# What has a price of its own; the others are shared out, signed for, or agreed on house by house.
PRICED: Final = (ChargeItem.Way.AREA, ChargeItem.Way.FIXED, ChargeItem.Way.METERED)
OPEN: Final = (Tariff.State.DRAFT, Tariff.State.RETURNED)
State = Tariff.State


class UnableToPrice(WrongState):
    """The price does not fit what is approved, or is no draft any more."""


@transaction.atomic
def draft_tariff(
    *,
    by: Caller,
    at: datetime,
    item_id: int,
    house_kinds: Sequence[str] = ("",),
    price: Decimal,
    from_on: date,
    until_on: date | None = None,
    basis: str,
    tiers: Sequence[Step] = (),
    least: Decimal = Decimal(0),
) -> tuple[int, ...]:
    """Draft a price, one for each kind of house named (``""`` for all); return them.

    ``basis`` says what it rests on: the contract's clause, a resolution, a published tariff.
    Raises NotFound, Forbidden, UnableToPrice, BadInput.
    """
    item = _held_item(by, item_id)
    kinds = tuple(dict.fromkeys(house_kinds))
    if not kinds or any(kind and kind not in House.Kind.values for kind in kinds):
        raise BadInput(_("请选择适用的房屋类型。"), field="house_kinds")
    given = _checked(
        item,
        price=price,
        tiers=tiers,
        least=least,
        from_on=from_on,
        until_on=until_on,
        basis=basis,
    )
    made = []
    for kind in kinds:
        _fit(item, kind, from_on, until_on)
        tariff = Tariff.objects.create(
            item=item, house_kind=kind, drafted_by_id=employee_id(by), drafted_at=at, **given
        )
        _trail("tariff_drafted", by, at, tariff, after={"house_kind": kind, **given})
        made.append(tariff.pk)
    return tuple(made)


@transaction.atomic
def change_tariff(
    *,
    by: Caller,
    at: datetime,
    tariff_id: int,
    price: Decimal,
    from_on: date,
    until_on: date | None = None,
    basis: str,
    tiers: Sequence[Step] = (),
    least: Decimal = Decimal(0),
) -> None:
    """Write a draft anew; whoever does it is its drafter from now on.

    Raises NotFound, Forbidden, UnableToPrice, BadInput.
    """
    tariff = _held(by, tariff_id)
    if tariff.state not in OPEN:
        raise UnableToPrice(_("只有草稿可以修改。正在审批的请先撤回。"))
    given = _checked(
        tariff.item,
        price=price,
        tiers=tiers,
        least=least,
        from_on=from_on,
        until_on=until_on,
        basis=basis,
    )
    _fit(tariff.item, tariff.house_kind, from_on, until_on)
    before = {field: getattr(tariff, field) for field in given}
    for field, value in given.items():
        setattr(tariff, field, value)
    tariff.state, tariff.drafted_by_id, tariff.drafted_at = State.DRAFT, employee_id(by), at
    tariff.save(update_fields=[*given, "state", "drafted_by", "drafted_at"])
    _trail("tariff_changed", by, at, tariff, before=before, after=given)


@transaction.atomic
def submit_tariff(*, by: Caller, at: datetime, tariff_id: int) -> int:
    """Ask for the approval of a draft; return the request (PLN-02).

    Raises NotFound, Forbidden, UnableToPrice, UnableToAsk where nobody could decide.
    """
    tariff = _held(by, tariff_id)
    if tariff.state not in OPEN:
        raise UnableToPrice(_("这条标准不是草稿,不能提交。"))
    _fit(tariff.item, tariff.house_kind, tariff.from_on, tariff.until_on)
    request_id = approvals.ask(
        by=by,
        at=at,
        community_id=tariff.item.community_id,
        kind=KIND,
        subject=f"{SUBJECT}{tariff.pk}",
        title=_("收费标准:%(item)s %(kind)s %(price)s 元,%(day)s 起")
        % {
            "item": tariff.item.name,
            "kind": naming.house_kind(tariff.house_kind),
            "price": say_price(tariff.price),
            "day": tariff.from_on,
        },
    )
    tariff.state, tariff.version, tariff.returned_reason = State.IN_REVIEW, tariff.version + 1, ""
    tariff.save(update_fields=["state", "version", "returned_reason"])
    _trail("tariff_submitted", by, at, tariff, after={"version": tariff.version})
    return request_id


@transaction.atomic
def take_tariff_back(*, by: Caller, at: datetime, tariff_id: int) -> None:
    """Take a price back from approval to change it. Raises NotFound, Forbidden, UnableToPrice."""
    tariff = _held(by, tariff_id)
    if tariff.state != State.IN_REVIEW:
        raise UnableToPrice(_("这条标准没有在审批。"))
    _lapse(by, at, tariff, _("起草人撤回修改"))
    tariff.state = State.DRAFT
    tariff.save(update_fields=["state"])
    _trail("tariff_taken_back", by, at, tariff)


@transaction.atomic
def drop_tariff(*, by: Caller, at: datetime, tariff_id: int) -> None:
    """Give a price up before it is approved. Raises NotFound, Forbidden, UnableToPrice."""
    tariff = _held(by, tariff_id)
    if tariff.state not in (*OPEN, State.IN_REVIEW):
        raise UnableToPrice(_("已批准的标准不能作废。请从同一天起草一条新的标准,批准后会取代它。"))
    if tariff.state == State.IN_REVIEW:
        _lapse(by, at, tariff, _("起草人作废"))
    tariff.state = State.DROPPED
    tariff.save(update_fields=["state"])
    _trail("tariff_dropped", by, at, tariff)


def hold_tariff(tariff_id: int) -> Tariff | None:
    """Lock a price and its item, before the request that is about it."""
    found = Tariff.objects.select_related("item").filter(pk=tariff_id).first()
    if found is None:
        return None
    ChargeItem.objects.select_for_update(no_key=True).get(pk=found.item_id)
    return (
        Tariff.objects.select_related("item")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=tariff_id)
    )


@transaction.atomic
def settle_tariff(*, by: Caller, at: datetime, request_id: int) -> None:
    """Carry over what was decided: approved it holds from its day on, returned it is a draft again.

    The price before it ends on the day it begins. Asked again, it does nothing more. Raises
    Forbidden where who approves has drafted it, UnableToPrice where it does not fit any more.
    """
    request = Request.objects.get(pk=request_id)
    tariff = hold_tariff(int(request.subject.removeprefix(SUBJECT)))
    if tariff is None or tariff.state != State.IN_REVIEW:
        return
    if request.state == Request.State.RETURNED:
        last = request.decisions.filter(verdict=Decision.Verdict.RETURNED).get()
        tariff.state, tariff.returned_reason = State.RETURNED, last.reason
        tariff.save(update_fields=["state", "returned_reason"])
        _trail("tariff_returned", by, at, tariff, reason=last.reason)
    elif request.state == Request.State.APPROVED:
        _approve(tariff, by, at)


def _approve(tariff: Tariff, by: Caller, at: datetime) -> None:
    if by.employee_id == tariff.drafted_by_id:
        raise Forbidden(_("这条标准由您起草,要由另一位同事批准。"))
    does = _fit(tariff.item, tariff.house_kind, tariff.from_on, tariff.until_on)
    if does.replaces is not None:
        replaced = Tariff.objects.get(pk=does.replaces)
        replaced.state = State.DROPPED
        replaced.save(update_fields=["state"])
    if does.ends is not None:
        ended = Tariff.objects.get(pk=does.ends)
        ended.until_on = tariff.from_on
        ended.save(update_fields=["until_on"])
    tariff.state = State.APPROVED
    tariff.approved_by_id, tariff.approved_at = employee_id(by), at
    tariff.save(update_fields=["state", "approved_by", "approved_at"])
    after = {"from_on": tariff.from_on, "ends": does.ends, "replaces": does.replaces}
    _trail("tariff_approved", by, at, tariff, after=after)


def chain_of(item_id: int, house_kind: str) -> tuple[Stretch, ...]:
    """Return the approved prices of an item for one kind of house, in order."""
    rows = Tariff.objects.filter(item_id=item_id, house_kind=house_kind, state=State.APPROVED)
    return tuple(
        Stretch(*row) for row in rows.order_by("from_on").values_list("id", "from_on", "until_on")
    )


def _fit(item: ChargeItem, house_kind: str, from_on: date, until_on: date | None) -> Fit:
    """Say what approving a price would do to those approved; refuse gaps and overlaps in words."""
    try:
        return fit(chain_of(item.pk, house_kind), Stretch(0, from_on, until_on))
    except Unfit as unfit:
        days = {"from": unfit.from_on, "until": unfit.until_on}
        if unfit.code == "gap":
            raise UnableToPrice(
                _("%(from)s 到 %(until)s 之间会没有收费标准。请让前后两条标准首尾相接。") % days,
                field="from_on" if unfit.until_on == from_on else "until_on",
            ) from unfit
        raise UnableToPrice(
            _("%(from)s 起已有批准的收费标准,同一天不能有两个标准。请把结束日期填为 %(from)s。")
            % days,
            field="until_on",
        ) from unfit


def _checked(
    item: ChargeItem,
    *,
    price: object,
    tiers: Sequence[Step],
    least: object,
    from_on: date,
    until_on: date | None,
    basis: str,
) -> dict[str, Any]:
    """Read what was typed about a price, or raise BadInput beside the field."""
    if item.way not in PRICED:
        raise BadInput(
            _("“%(item)s”%(way)s,不需要收费标准。")
            % {"item": item.name, "way": naming.WAYS[item.way]}
        )
    check_days(from_on, until_on)
    first = read_price(price)
    if tiers and item.way != ChargeItem.Way.METERED:
        raise BadInput(_("只有抄表计费的项目可以设阶梯价。"), field="tiers")
    steps = [
        (None if bound is None else read_amount(bound, "tiers"), read_price(one, "tiers"))
        for bound, one in tiers
    ]
    _check_steps(steps, first)
    return {
        "price": first,
        "tiers": [[None if bound is None else str(bound), str(one)] for bound, one in steps],
        "least": read_amount(least, "least"),
        "from_on": from_on,
        "until_on": until_on,
        "basis": checked_text(basis, "basis", LONGEST_BASIS),
    }


def _check_steps(steps: Sequence[Step], first: Decimal) -> None:
    if not steps and not first:
        raise BadInput(
            _("单价要大于 0。不收费的项目请停用;给个别住户免收请申请减免。"), field="price"
        )
    if steps and steps[0][1] != first:
        raise BadInput(_("第一档的单价要和上面的单价相同。"), field="tiers")
    fault = bad_steps(steps)
    if fault == "order":
        lower, upper = next(
            (one[0], two[0])
            for one, two in pairwise([(Decimal(0), first), *steps])
            if one[0] is not None and two[0] is not None and two[0] <= one[0]
        )
        raise BadInput(
            _("各档的上限要一档比一档高:%(upper)s 不高于 %(lower)s。")
            % {"upper": upper, "lower": lower},
            field="tiers",
        )
    if fault == "open":
        raise BadInput(_("最后一档不设上限,其余各档都要填上限。"), field="tiers")
    if fault:
        raise BadInput(_("至少有一档的单价要大于 0。"), field="tiers")


def _held_item(by: Caller, item_id: int) -> ChargeItem:
    """Lock an item, so that of two prices drafted or approved at once one comes first."""
    item = ChargeItem.objects.select_for_update(no_key=True).filter(pk=item_id).first()
    if item is None or not by.works_in(item.community_id):
        raise NotFound(_("没有这个收费项目。"))
    admit_to_bill(by, item.community_id)
    return item


def _held(by: Caller, tariff_id: int) -> Tariff:
    tariff = hold_tariff(tariff_id)
    if tariff is None or not by.works_in(tariff.item.community_id):
        raise NotFound(_("没有这条收费标准。"))
    admit_to_bill(by, tariff.item.community_id)
    return tariff


def _lapse(by: Caller, at: datetime, tariff: Tariff, reason: str) -> None:
    approvals.lapse(by=by, at=at, kind=KIND, subject=f"{SUBJECT}{tariff.pk}", reason=reason)


def _trail(action: str, by: Caller, at: datetime, tariff: Tariff, **more: Any) -> None:
    trail(action, by, at, tariff.item.community_id, f"{SUBJECT}{tariff.pk}", **more)
