"""Accounts with the developer and owners are compared every month, and that is written down."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_post
from huiyin.billing.actions.core import trail
from huiyin.billing.queries.prepaid import MonthRow, reconciliation
from huiyin.billing.rules.periods import first_of, month_number
from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.staff.queries import local_day


class UnableToReconcile(WrongState):
    """The month is not over, or was written down with the same figures."""


def reconcile(
    *, by: Caller, at: datetime, community_id: int, person_id: int, month: date
) -> MonthRow:
    """Write down that both sides agree on the figures of a month that is over (BIL-15).

    The figures are kept with who did it and when; the page says when the ledger came to differ.
    """
    admit_to_post(by, community_id)
    first = first_of(month_number(month))
    zone = Community.objects.values_list("zone", flat=True).get(pk=community_id)
    if first_of(month_number(month) + 1) > local_day(at, zone):
        raise UnableToReconcile(_("这个月还没有过完,请下个月再对账。"))
    found = reconciliation(
        caller=by, community_id=community_id, person_id=person_id, month=first
    ).months[0]
    if found.reconciled_at is not None and found.is_as_reconciled:
        raise UnableToReconcile(_("这个月已经对过账,数字没有变化。"))
    trail(
        "reconciled",
        by,
        at,
        community_id,
        f"person:{person_id}",
        after={"month": f"{first:%Y-%m}", **found.figures},
    )
    return found
