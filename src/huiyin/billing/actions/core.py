"""What every write of billing does: know who acts, read what was typed, write the trail."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from huiyin.billing.models import Run
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.kernel.money import read_decimal
from huiyin.trail.actions import record

# As much as the columns hold.
MOST_PRICE: Final = Decimal("99999999.9999")
MOST_QUANTITY: Final = Decimal("99999999.99")
MOST_AMOUNT: Final = Decimal("9999999999.99")


def employee_id(by: Caller) -> int:
    """Return who acts; Forbidden for a caller who is no employee."""
    if by.employee_id is None:
        raise Forbidden(_("收费资料要由员工本人登记。"))
    return by.employee_id


def read_price(price: object, field: str = "price") -> Decimal:
    """Read a price of at most four places; BadInput for anything below zero or out of reach."""
    read = read_decimal(price, places=4, most=MOST_PRICE)
    if read is None:
        raise BadInput(_("请填写单价:不小于 0,最多四位小数,例如 2.80。"), field=field)
    return read


def read_amount(amount: object, field: str, most: Decimal = MOST_AMOUNT) -> Decimal:
    """Read yuan and fen, or a quantity of two places; BadInput for anything below zero."""
    read = read_decimal(amount, places=2, most=most)
    if read is None:
        raise BadInput(_("请填写不小于 0 的数,最多两位小数。"), field=field)
    return read


def check_days(from_on: date, until_on: date | None) -> None:
    """Raise BadInput for days that run backwards."""
    if until_on is not None and until_on <= from_on:
        raise BadInput(
            _("结束日期 %(until)s 要晚于开始日期 %(day)s。") % {"until": until_on, "day": from_on},
            field="until_on",
        )


def locked_run(by: Caller, run_id: int) -> Run:
    """Lock a run; NotFound where there is none, or its community is not the caller's."""
    run = (
        Run.objects.select_related("community", "group")
        .select_for_update(of=("self",))
        .filter(pk=run_id)
        .first()
    )
    if run is None or not by.works_in(run.community_id):
        raise NotFound(_("没有这个计费批次,或您不在该小区任职。"))
    return run


def trail(
    action: str,
    by: Caller,
    at: datetime,
    community_id: int,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write what was done into the trail."""
    record(
        action=f"billing.{action}",
        by=by,
        at=at,
        subject=subject,
        community_id=community_id,
        before=before,
        after=after,
        reason=reason,
    )
