"""When an employee leaves: matters first, then the payroll, in one transaction (HR-02)."""

from datetime import date, datetime

from django.db import transaction

from huiyin.kernel.caller import Caller
from huiyin.matters import actions as matters
from huiyin.staff import actions as staff


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
