"""The parts of runs, done one by one by as many workers as there are (BIL-06).

A part is drafted, posted or reversed in one transaction, under a lock that others pass over. A
worker that is killed leaves the part as it was; whoever comes next does it. A part that cannot be
done is tried again every minute. When the last part is done, the run as a whole moves on, and that
too is seen to by whoever comes next.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import Max, Sum

from huiyin.billing.actions.posting import post_part
from huiyin.billing.actions.reversing import reverse_part
from huiyin.billing.drafting import draft_part
from huiyin.billing.models import Part, Run

log = logging.getLogger("huiyin.billing")

AGAIN_AFTER: Final = timedelta(minutes=1)
MOST_DEVIATION: Final = Decimal("99999.9999")
State = Run.State

# What is done to a part in which state, while its run is in which, and where the run goes then.
_STEPS: Final[Mapping[str, tuple[str, Callable[..., None], str]]] = {
    State.DRAFTING: (Part.State.WAITING, draft_part, State.DRAFTED),
    State.POSTING: (Part.State.DRAFTED, post_part, State.POSTED),
    State.REVERSING: (Part.State.POSTED, reverse_part, State.REVERSED),
}
# The run is held too, so that nobody drops it under the hands of a worker.
_CLAIM = """
SELECT part.id, run.state, part.failed_at
  FROM billing_run run JOIN billing_part part ON part.run_id = run.id
 WHERE (run.state, part.state)
       IN (('drafting', 'waiting'), ('posting', 'drafted'), ('reversing', 'posted'))
   AND (run.id = %(run)s OR %(run)s::bigint IS NULL
                            AND coalesce(part.failed_at <= %(failed_by)s, true))
 ORDER BY run.id, part.number LIMIT 1
   FOR NO KEY UPDATE OF part SKIP LOCKED
   FOR SHARE OF run SKIP LOCKED
"""
_DRAFTED = """
SELECT item_id, count(*), sum(amount) FROM billing_draftline WHERE run_id = %(run)s GROUP BY item_id
"""
_POSTED = """
SELECT item_id, count(*), sum(amount)
  FROM (SELECT line.item_id, line.amount
          FROM billing_bill bill JOIN billing_line line ON line.bill_id = bill.id
         WHERE bill.run_id = %(run)s
           AND line.house_id BETWEEN (SELECT min(first) FROM billing_part WHERE run_id = %(run)s)
                                 AND (SELECT max(last) FROM billing_part WHERE run_id = %(run)s)
         UNION ALL
        SELECT line.item_id, -taken.amount
          FROM billing_reduction taken JOIN billing_line line ON line.id = taken.line_id
         WHERE taken.run_id = %(run)s) billed
 GROUP BY item_id
"""


def work_parts(at: datetime) -> int:
    """Do every part that waits and nobody has in hand; return how many were done.

    A part that fails is logged and left for a minute; the others go on.
    """
    done = 0
    while True:
        try:
            worked = _work_one(at)
        except _PartFailed as error:
            log.exception("part failed", extra={"part": error.part_id})
            Part.objects.filter(pk=error.part_id).update(failed_at=at)
            continue
        if not worked:
            break
        done += 1
    for run_id in Run.objects.filter(state__in=_STEPS).values_list("pk", flat=True):
        conclude(run_id)
    return done


def work_run(run_id: int, at: datetime) -> None:
    """Do the parts of one run now; what fails is raised to whoever asked."""
    try:
        while _work_one(at, run_id=run_id):
            pass
    except _PartFailed as error:
        raise error.__cause__ or error from None
    conclude(run_id)


def conclude(run_id: int) -> bool:
    """Move a run on when none of its parts is left to do; tell whether it moved."""
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
        if run is None or run.state not in _STEPS:
            return False
        undone, _act, then = _STEPS[run.state]
        if run.parts.filter(state=undone).exists():
            return False
        moved = ["state"]
        if run.state != State.REVERSING:
            _add_up(run)
            moved += ["houses", "lines", "amount", "held", "totals"]
        if run.state == State.DRAFTING:
            run.deviation = _deviation(run)
            moved.append("deviation")
        run.state = then
        run.save(update_fields=moved)
    return True


class _PartFailed(Exception):
    def __init__(self, part_id: int) -> None:
        super().__init__(part_id)
        self.part_id = part_id


def _work_one(at: datetime, *, run_id: int | None = None) -> bool:
    """Claim a part and do it, in one transaction; tell whether there was one."""
    part_id = 0
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_CLAIM, {"run": run_id, "failed_by": at - AGAIN_AFTER})
                claimed = cursor.fetchone()
            if claimed is None:
                return False
            part_id, state, failed_at = claimed
            _undone, act, _then = _STEPS[state]
            act(part_id=part_id, at=at)
            if failed_at is not None:
                Part.objects.filter(pk=part_id).update(failed_at=None)
    except Exception as error:
        if not part_id:
            raise
        raise _PartFailed(part_id) from error
    return True


def _add_up(run: Run) -> None:
    sums = run.parts.aggregate(
        houses=Sum("houses"), lines=Sum("lines"), amount=Sum("amount"), held=Sum("held")
    )
    run.houses, run.lines = sums["houses"] or 0, sums["lines"] or 0
    run.amount, run.held = sums["amount"] or Decimal(0), sums["held"] or 0
    with connection.cursor() as cursor:
        cursor.execute(_DRAFTED if run.state == State.DRAFTING else _POSTED, {"run": run.pk})
        run.totals = {str(item): [lines, str(amount)] for item, lines, amount in cursor.fetchall()}


def _deviation(run: Run) -> Decimal | None:
    """Return by which share the period differs from the last one, in yuan or lines, signed.

    What other runs of the same period billed is counted with this one: a run that bills what was
    missing differs by little. Nothing to hold it against, or a correction, gives None.
    """
    if run.kind != Run.Kind.REGULAR:
        return None
    posted = Run.objects.filter(group=run.group_id, kind=run.kind, state=State.POSTED)
    earlier = posted.filter(from_on__lt=run.from_on, lines__gt=0)
    last_on = earlier.aggregate(last=Max("from_on"))["last"]
    if last_on is None:
        return None
    sums = {"amount": Sum("amount"), "lines": Sum("lines")}
    last = earlier.filter(from_on=last_on).aggregate(**sums)
    before = posted.filter(period=run.period).aggregate(**sums)
    shares: list[Decimal] = [
        (Decimal(this + (before[name] or 0)) - last[name]) / Decimal(last[name])
        for name, this in (("amount", run.amount), ("lines", run.lines))
        if last[name]
    ]
    widest = max(shares, key=abs, default=None)
    if widest is None:
        return None
    return max(-MOST_DEVIATION, min(MOST_DEVIATION, widest))
