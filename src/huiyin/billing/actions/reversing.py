"""Reversing a whole run: one asks with a reason, another agrees, part by part it is done (BIL-14).

Bills, lines and journals stay; what is left of every line is taken back, and its days, slips and
shares may be billed anew.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_post
from huiyin.billing.actions.core import employee_id, locked_run, trail
from huiyin.billing.actions.posting import memo_of, poster_of
from huiyin.billing.actions.reducing import reduce_many
from huiyin.billing.models import Part, Reduction, Run
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.ledger.models import Book
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

LONGEST_REASON: Final = 300
_AT_WORK = (Run.State.DRAFTING, Run.State.DRAFTED, Run.State.POSTING, Run.State.REVERSING)

# The lines of the part, and those that corrected them upwards in another run.
_LIVE = """
SELECT line.id, line.amount - coalesce(taken.amount, 0) AS amount
  FROM (SELECT line.id, line.amount
          FROM billing_bill bill JOIN billing_line line ON line.bill_id = bill.id
         WHERE bill.run_id = %(run)s AND bill.house_id BETWEEN %(low)s AND %(high)s
           AND line.reversed_at IS NULL
         UNION
        SELECT more.id, more.amount
          FROM billing_bill bill JOIN billing_line line ON line.bill_id = bill.id
          JOIN billing_line more ON more.corrects_id = line.id
         WHERE bill.run_id = %(run)s AND bill.house_id BETWEEN %(low)s AND %(high)s
           AND more.house_id BETWEEN %(low)s AND %(high)s AND more.reversed_at IS NULL) line
  LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM billing_reduction
                      WHERE line_id = line.id) taken ON true
"""
_SOURCE = f"""
SELECT id AS line_id, amount, '{{}}'::jsonb AS working FROM ({_LIVE}) live WHERE amount > 0
"""  # noqa: S608
_MARK_LINES = f"""
UPDATE billing_line SET reversed_at = %(at)s WHERE id IN (SELECT id FROM ({_LIVE}) live)
"""  # noqa: S608
_MARK_BILLS = """
UPDATE billing_bill SET reversed_at = %(at)s
 WHERE run_id = %(run)s AND house_id BETWEEN %(low)s AND %(high)s AND reversed_at IS NULL
"""


class UnableToReverseRun(WrongState):
    """The run is not posted, nobody has asked, or another run of the group is at work."""


@transaction.atomic
def ask_reversal(*, by: Caller, at: datetime, run_id: int, reason: str) -> None:
    """Ask that a posted run be reversed, for a reason; another person has to agree."""
    run = _locked(by, run_id)
    if run.state != Run.State.POSTED:
        raise UnableToReverseRun(_("只有已经入账的批次才能冲销。"))
    if run.kind == Run.Kind.CORRECTION and Reduction.objects.filter(run=run).exists():
        raise UnableToReverseRun(
            _("这批更正冲减过旧账单,不能整批冲销;请改正资料后再做一次更正计费。")
        )
    run.reason = checked_text(reason, "reason", LONGEST_REASON)
    run.reversal_asked_by_id, run.reversal_asked_at = employee_id(by), at
    run.save(update_fields=["reason", "reversal_asked_by", "reversal_asked_at"])
    _trail("reversal_asked", by, at, run)


@transaction.atomic
def withdraw_reversal(*, by: Caller, at: datetime, run_id: int) -> None:
    """Let a run stand after all; whoever may ask may say so, until another has agreed."""
    run = _locked(by, run_id)
    if run.state != Run.State.POSTED or run.reversal_asked_by_id is None:
        raise UnableToReverseRun(_("这批没有等待复核的冲销申请。"))
    _trail("reversal_withdrawn", by, at, run)
    run.reason, run.reversal_asked_by, run.reversal_asked_at = "", None, None
    run.save(update_fields=["reason", "reversal_asked_by", "reversal_asked_at"])


def agree_reversal(*, by: Caller, at: datetime, run_id: int) -> None:
    """Agree, as another person, that a run is reversed; asked again, it changes nothing.

    Raises Forbidden to who asked, UnableToReverseRun.
    """
    from huiyin.billing.actions.working import work_run  # noqa: PLC0415  it does what is agreed

    with transaction.atomic():
        run = _locked(by, run_id)
        if run.state in (Run.State.REVERSING, Run.State.REVERSED):
            return
        who = employee_id(by)
        if run.state != Run.State.POSTED or run.reversal_asked_by_id is None:
            raise UnableToReverseRun(_("还没有人申请冲销这批,请先申请并写明原因。"))
        if who == run.reversal_asked_by_id:
            raise Forbidden(_("冲销是您自己申请的,请另一位有权入账的同事同意。"))
        if Run.objects.filter(group=run.group_id, state__in=_AT_WORK).exists():
            raise UnableToReverseRun(
                _("%(group)s还有一批没有处理完,请先入账或作废那一批。") % {"group": run.group.name}
            )
        _check_day(run, at)
        _keep_parts(run)
        run.state = Run.State.REVERSING
        run.reversed_by_id, run.reversed_at = who, at
        run.save(update_fields=["state", "reversed_by", "reversed_at"])
        _trail("run_reversed", by, at, run)
    if run.parts.count() == 1:
        work_run(run.pk, at)


def reverse_part(*, part_id: int, at: datetime) -> None:
    """Take back what a run billed to the houses of a part, all of it or nothing.

    It counts from the day on which the reversal was agreed, or the bills are issued if that is yet
    to come; from today where that day is locked meanwhile.
    Belongs in the transaction that holds the part.
    """
    part = Part.objects.select_related("run__community", "run__group", "run__reversed_by").get(
        pk=part_id
    )
    run = part.run
    given = {"run": run.pk, "low": part.first, "high": part.last}
    day = max(local_day(run.reversed_at or at, run.community.zone), run.issued_on)
    locked = Book.objects.values_list("locked_until", flat=True).get(community=run.community_id)
    reduce_many(
        by=poster_of(run.reversed_by),
        at=at,
        community_id=run.community_id,
        kind=Reduction.Kind.REVERSAL,
        run_id=run.pk,
        business_on=day if locked is None or day > locked else local_day(at, run.community.zone),
        key=f"undo:{run.pk}",
        memo=_("冲销 %(what)s") % {"what": memo_of(run)},
        source=_SOURCE,
        params=given,
    )
    with connection.cursor() as cursor:
        cursor.execute(_MARK_LINES, {**given, "at": at})
        cursor.execute(_MARK_BILLS, {**given, "at": at})
    part.state = Part.State.REVERSED
    part.save(update_fields=["state"])


def _locked(by: Caller, run_id: int) -> Run:
    run = locked_run(by, run_id)
    admit_to_post(by, run.community_id)
    return run


def _check_day(run: Run, at: datetime) -> None:
    day = local_day(at, run.community.zone)
    locked = Book.objects.values_list("locked_until", flat=True).get(community=run.community_id)
    if locked is not None and day <= locked:
        raise UnableToReverseRun(
            _("%(day)s 及以前已经锁账,今天不能冲销,请先由财务核对锁账日期。") % {"day": locked}
        )


def _keep_parts(run: Run) -> None:
    """Give a run that came in whole, such as an import, one part with all its houses."""
    if run.parts.exists():
        return
    houses = run.bills.order_by("house_id").values_list("house_id", flat=True)
    Part.objects.create(
        run=run,
        number=1,
        first=houses.first() or 0,
        last=houses.last() or 0,
        state=Part.State.POSTED,
    )


def _trail(action: str, by: Caller, at: datetime, run: Run) -> None:
    subject = f"billing_run:{run.pk}"
    trail(action, by, at, run.community_id, subject, reason=run.reason)
