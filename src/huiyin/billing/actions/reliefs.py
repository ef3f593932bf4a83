"""Less to pay for a reason: asked by one, approved by another, for days that end (PLN-02)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import actions as approvals
from huiyin.approvals.models import Decision, Request
from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.core import check_days, employee_id, read_amount, trail
from huiyin.billing.models import Assignment, Relief
from huiyin.billing.worth import worth_of
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.kernel.money import read_decimal
from huiyin.staff.words import checked_text

KIND: Final = "relief"
SUBJECT: Final = "relief:"
LONGEST_REASON = 200
WHOLE: Final = Decimal(100)
State = Relief.State


class UnableToRelieve(WrongState):
    """Another relief covers these days, or this one was decided already."""


@transaction.atomic
def ask_relief(
    *,
    by: Caller,
    at: datetime,
    assignment_id: int,
    from_on: date,
    until_on: date,
    percent: Decimal | None = None,
    monthly: Decimal | None = None,
    reason: str,
) -> int:
    """Ask that a house pays a share or an amount a month less during some days; return the relief.

    Exactly one of ``percent`` and ``monthly`` is given. The approval is asked for with what the
    relief is worth, as far as that is known. Raises NotFound, Forbidden, UnableToRelieve,
    UnableToAsk where nobody could decide, BadInput.
    """
    row = _held(by, assignment_id)
    check_days(from_on, until_on)
    if from_on < row.from_on or (row.until_on is not None and until_on > row.until_on):
        raise BadInput(_("减免的日期要在这项收费的起止日期之内。"), field="from_on")
    measure = _measure(percent, monthly)
    _check_free(row, from_on, until_on)
    relief = Relief.objects.create(
        assignment=row,
        from_on=from_on,
        until_on=until_on,
        reason=checked_text(reason, "reason", LONGEST_REASON),
        asked_by_id=employee_id(by),
        asked_at=at,
        **measure,
    )
    approvals.ask(
        by=by,
        at=at,
        community_id=row.community_id,
        kind=KIND,
        subject=f"{SUBJECT}{relief.pk}",
        title=_("减免:%(house)s %(item)s") % {"house": row.house.code, "item": row.item.name},
        amount=worth_of(relief),
    )
    after = {"from_on": from_on, "until_on": until_on, **measure}
    _trail("relief_asked", by, at, relief, after=after, reason=relief.reason)
    return relief.pk


@transaction.atomic
def drop_relief(*, by: Caller, at: datetime, relief_id: int) -> None:
    """Give a relief up before it is decided; who asked for it does.

    Raises NotFound, Forbidden, UnableToRelieve.
    """
    relief = hold_relief(relief_id)
    if relief is None or not by.works_in(relief.assignment.community_id):
        raise NotFound(_("没有这份减免申请。"))
    admit_to_bill(by, relief.assignment.community_id)
    if relief.state != State.IN_REVIEW:
        raise UnableToRelieve(_("这份减免已经办完。"))
    if relief.asked_by_id != by.employee_id:
        raise Forbidden(_("只有申请人可以撤回。"))
    subject = f"{SUBJECT}{relief.pk}"
    approvals.lapse(by=by, at=at, kind=KIND, subject=subject, reason=_("申请人撤回"))
    _decide(relief, State.REFUSED, None, at)
    _trail("relief_dropped", by, at, relief)


@transaction.atomic
def settle_relief(*, by: Caller, at: datetime, request_id: int) -> None:
    """Carry over what was decided. Asked again, it does nothing more.

    Raises UnableToRelieve where another relief covers the days by now, Forbidden where who approves
    is who asked.
    """
    request = Request.objects.get(pk=request_id)
    relief = hold_relief(int(request.subject.removeprefix(SUBJECT)))
    if relief is None or relief.state != State.IN_REVIEW:
        return
    if request.state == Request.State.RETURNED:
        last = request.decisions.filter(verdict=Decision.Verdict.RETURNED).get()
        _decide(relief, State.REFUSED, by, at)
        _trail("relief_refused", by, at, relief, reason=last.reason)
    elif request.state == Request.State.APPROVED:
        if by.employee_id == relief.asked_by_id:
            raise Forbidden(_("申请人不能批准自己的减免。"))
        _check_free(relief.assignment, relief.from_on, relief.until_on, but=relief.pk)
        _decide(relief, State.APPROVED, by, at)
        _trail("relief_approved", by, at, relief)


def hold_relief(relief_id: int) -> Relief | None:
    """Lock a relief, before the request that is about it."""
    return (
        Relief.objects.select_related("assignment__item", "assignment__house")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=relief_id)
        .first()
    )


def _decide(relief: Relief, state: str, by: Caller | None, at: datetime) -> None:
    relief.state, relief.decided_at = state, at
    relief.decided_by_id = by.employee_id if by else None
    relief.save(update_fields=["state", "decided_by", "decided_at"])


def _measure(percent: object | None, monthly: object | None) -> dict[str, Decimal]:
    """Read by how much: a share or an amount a month, exactly one of the two."""
    if (percent is None) == (monthly is None):
        raise BadInput(_("减免比例和每月减免金额,请填其中一个。"), field="percent")
    if percent is not None:
        share = read_decimal(percent, places=2, most=WHOLE)
        if not share:
            raise BadInput(_("减免比例要大于 0,最多 100(全免),最多两位小数。"), field="percent")
        return {"percent": share}
    amount = read_amount(monthly, "monthly")
    if not amount:
        raise BadInput(_("每月减免金额要大于 0。"), field="monthly")
    return {"monthly": amount}


def _check_free(row: Assignment, from_on: date, until_on: date, *, but: int | None = None) -> None:
    """Refuse days that another relief covers or is asked for."""
    live = row.reliefs.exclude(state=State.REFUSED)
    same = live.filter(from_on__lt=until_on, until_on__gt=from_on)
    other = next((one for one in same if one.pk != but), None)
    if other is not None:
        raise UnableToRelieve(
            _("%(from)s 到 %(until)s 已有另一份减免,同一天不能有两份。")
            % {"from": other.from_on, "until": other.until_on},
            field="from_on",
        )


def _held(by: Caller, assignment_id: int) -> Assignment:
    row = (
        Assignment.objects.select_related("item", "house")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=assignment_id)
        .first()
    )
    if row is None or not by.works_in(row.community_id):
        raise NotFound(_("没有这项收费。"))
    admit_to_bill(by, row.community_id)
    return row


def _trail(action: str, by: Caller, at: datetime, relief: Relief, **more: Any) -> None:
    community_id = relief.assignment.community_id
    trail(action, by, at, community_id, f"{SUBJECT}{relief.pk}", **more)
