"""When an employee leaves: matters first, then the payroll, in one transaction (HR-02)."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.matters import actions as matters
from huiyin.matters import queries
from huiyin.staff import actions as staff

log = logging.getLogger("huiyin.leaving")


@transaction.atomic
def employee_leaves(
    *, by: Caller, at: datetime, employee: str, left_on: date, reason: str, to: str | None = None
) -> int:
    """Hand over everything an employee owns or follows, then take them off the payroll.

    Either both happen or neither, so no open matter ever belongs to somebody who has left.
    Returns how many matters moved.
    """
    moved = matters.hand_over(by=by, at=at, employee=employee, to=to, reason=reason)
    staff.leave(by=by, at=at, employee=employee, left_on=left_on, reason=reason)
    return moved


def relieve_the_gone(*, at: datetime) -> int:
    """Hand over what still belongs to people without any post; return how many matters moved.

    Whoever leaves hands over first. What reaches them after that, because their last day was still
    to come or because a call was being taken at that very moment, is found here.
    """
    moved = 0
    for code in queries.owners_gone(at=at):
        try:
            moved += matters.hand_over(
                by=SYSTEM, at=at, employee=code, reason=_("经办人已离岗,系统自动交接")
            )
        except Exception:  # one that cannot be moved must not keep the clocks from being swept
            log.exception("nobody could take over", extra={"employee": code})
    return moved
