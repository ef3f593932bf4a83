"""Posting a part of a run: drafts become bills, lines, open items and journals, in SQL (BIL-06).

Nothing of it passes through this process, so that its memory stays flat whatever the size.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from huiyin.billing.actions.reducing import reduce_many
from huiyin.billing.models import DraftLine, Part, Reduction, Run
from huiyin.billing.numbers import DIGITS, bill_prefix, bill_series
from huiyin.estate.actions import next_numbers
from huiyin.kernel.caller import Caller
from huiyin.ledger import actions as ledger
from huiyin.ledger.chart import AGENCY_RECEIVABLE, RECEIVABLE
from huiyin.ledger.models import Book
from huiyin.staff.models import Employee
from huiyin.staff.queries import local_day

STALE: Final = "stale"
"""The code of a snag: what the draft stood on has changed, the house waits for the next one."""

_BILLED_TWICE = ("no_day_billed_twice", "share_billed_once", "slip_billed_once")

# A slip that is posted cannot be voided meanwhile, nor a shared cost be shared out anew.
_HOLD_SOURCES = (
    """
    SELECT FROM billing_slip WHERE id IN
           (SELECT slip_id FROM billing_draftline WHERE part_id = %(part)s AND slip_id IS NOT NULL)
     ORDER BY id FOR SHARE
    """,
    """
    SELECT FROM billing_pool WHERE id IN
           (SELECT (SELECT pool_id FROM billing_share WHERE id = draft.share_id)
              FROM billing_draftline draft
             WHERE draft.part_id = %(part)s AND draft.share_id IS NOT NULL)
     ORDER BY id FOR SHARE
    """,
)
# What a draft stands on is looked up one by one: a join reads all shares and lines there are.
_MARK_STALE = """
INSERT INTO billing_snag (run_id, part_id, house_id, item_id, code, blocking, values)
SELECT DISTINCT draft.run_id, draft.part_id, draft.house_id, draft.item_id, %(stale)s, true,
       '{}'::jsonb
  FROM billing_draftline draft
 WHERE draft.part_id = %(part)s
   AND (draft.slip_id IS NOT NULL AND (
            SELECT slip.void_asked_at IS NULL
              FROM billing_slip slip WHERE slip.id = draft.slip_id) IS NOT TRUE
        OR draft.share_id IS NOT NULL AND 'shared' IS DISTINCT FROM (
            SELECT pool.state FROM billing_share share JOIN billing_pool pool
                ON pool.id = share.pool_id WHERE share.id = draft.share_id)
        OR draft.corrects_id IS NOT NULL AND (
            SELECT line.reversed_at IS NULL AND line.amount + draft.amount >= (
                SELECT coalesce(sum(taken.amount), 0) FROM billing_reduction taken
                 WHERE taken.line_id = line.id)
              FROM billing_line line WHERE line.id = draft.corrects_id) IS NOT TRUE)
"""
# Only asked when the database has refused a line: its days, share or slip were billed meanwhile.
_MARK_BILLED = """
INSERT INTO billing_snag (run_id, part_id, house_id, item_id, code, blocking, values)
SELECT DISTINCT draft.run_id, draft.part_id, draft.house_id, draft.item_id, %(stale)s, true,
       '{}'::jsonb
  FROM billing_draftline draft
  JOIN billing_line line ON line.reversed_at IS NULL
   AND (line.slip_id = draft.slip_id
        OR line.kind = 'regular' AND draft.kind = 'regular'
           AND line.from_on < draft.until_on AND draft.from_on < line.until_on
           AND (line.assignment_id = draft.assignment_id OR line.share_id = draft.share_id))
 WHERE draft.part_id = %(part)s AND line.house_id = draft.house_id
"""
_DRAFTS = """
drafts AS MATERIALIZED (
    SELECT * FROM billing_draftline
     WHERE part_id = %(part)s
       AND house_id NOT IN (
           SELECT house_id FROM billing_snag WHERE part_id = %(part)s AND blocking))
"""
_COUNT = f"""
WITH {_DRAFTS}
SELECT count(DISTINCT (house_id, payer_id, liable_id)) FILTER (WHERE amount >= 0),
       count(*) FILTER (WHERE amount < 0), count(DISTINCT house_id), count(*),
       coalesce(sum(amount), 0),
       (SELECT count(DISTINCT house_id) FROM billing_snag WHERE part_id = %(part)s AND blocking)
  FROM drafts
"""  # noqa: S608
_POST = f"""
WITH {_DRAFTS},
bills AS (
    INSERT INTO billing_bill (community_id, number, run_id, house_id, payer_id, liable_id, period,
           issued_on, due_on, amount, made_at)
    SELECT %(community)s,
           %(prefix)s || lpad(n::text, greatest(length(n::text), %(digits)s), '0'),
           %(run)s, house_id, payer_id, liable_id, %(period)s, %(issued_on)s, %(due_on)s, amount,
           %(at)s
      FROM (SELECT house_id, payer_id, liable_id, sum(amount) AS amount,
                   %(first)s - 1 + row_number()
                       OVER (ORDER BY house_id, payer_id, liable_id) AS n
              FROM drafts WHERE amount >= 0 GROUP BY house_id, payer_id, liable_id) numbered
     ORDER BY n
    RETURNING id, house_id, payer_id, liable_id),
lines AS (
    INSERT INTO billing_line (community_id, bill_id, house_id, item_id, kind, from_on, until_on,
           assignment_id, share_id, slip_id, corrects_id, tariff_id, quantity, price, amount,
           working)
    SELECT %(community)s, bills.id, house_id, draft.item_id, draft.kind, draft.from_on,
           draft.until_on, draft.assignment_id, draft.share_id, draft.slip_id, draft.corrects_id,
           draft.tariff_id, draft.quantity, draft.price, draft.amount, draft.working
      FROM drafts draft JOIN bills USING (house_id, payer_id, liable_id)
     WHERE draft.amount >= 0
     ORDER BY house_id, draft.id
    RETURNING id, bill_id, house_id, amount)
INSERT INTO billing_openitem (line_id, community_id, house_id, payer_id, due_on, amount, open)
SELECT lines.id, %(community)s, lines.house_id, bills.payer_id, %(due_on)s, lines.amount,
       lines.amount
  FROM lines JOIN bills ON bills.id = lines.bill_id
 WHERE lines.amount > 0
 ORDER BY lines.house_id, lines.id
"""  # noqa: S608
_LEGS = """
WITH billed AS MATERIALIZED (
    SELECT 'bill:' || bill.number AS key, bill.house_id, bill.payer_id, item.account,
           CASE WHEN item.agency THEN %(agency_receivable)s ELSE %(receivable)s END AS owed,
           line.amount
      FROM billing_bill bill
      JOIN billing_line line ON line.bill_id = bill.id
      JOIN billing_chargeitem item ON item.id = line.item_id
     WHERE bill.run_id = %(run)s AND bill.house_id BETWEEN %(low)s AND %(high)s)
SELECT key, %(memo)s::text, owed::text, house_id, payer_id, sum(amount)
  FROM billed GROUP BY key, owed, house_id, payer_id
UNION ALL
SELECT key, %(memo)s::text, account::text, NULL, NULL, -sum(amount)
  FROM billed GROUP BY key, account
"""
_TAKEN_BACK = """
SELECT corrects_id AS line_id, -amount AS amount, working
  FROM billing_draftline
 WHERE part_id = %(part)s AND amount < 0
   AND house_id NOT IN (SELECT house_id FROM billing_snag WHERE part_id = %(part)s AND blocking)
"""


def post_part(*, part_id: int, at: datetime) -> None:
    """Post what was drafted for the houses of a part, all of it or nothing.

    1. Houses with a blocking snag stay out, and those whose slip, share or line to correct is not
       what it was when it was drafted.
    2. One statement writes bills, numbered without a gap, with their lines and open items.
    3. The journals follow, and what corrections take back, which counts from today: what it frees
       may pay something else today.
    4. The drafts go. A killed worker leaves all of this undone, the next one does it.

    Belongs in the transaction that holds the part.
    """
    part = Part.objects.select_related("run__community", "run__group").get(pk=part_id)
    run = part.run
    _keep_day_open(run, at)
    with connection.cursor() as cursor:
        for statement in _HOLD_SOURCES:
            cursor.execute(statement, {"part": part.pk})
        cursor.execute(_MARK_STALE, {"part": part.pk, "stale": STALE})
    try:
        with transaction.atomic():
            _write(part, at)
    except IntegrityError as error:
        if not any(name in str(error) for name in _BILLED_TWICE):
            raise
        with connection.cursor() as cursor:
            cursor.execute(_MARK_BILLED, {"part": part.pk, "stale": STALE})
        _write(part, at)
    DraftLine.objects.filter(part=part)._raw_delete("default")
    part.state = Part.State.POSTED
    part.save(update_fields=["state", "houses", "lines", "amount", "held"])


def poster_of(employee: Employee | None) -> Caller:
    """Return who posts in the name of an employee, admitted when the run was let out."""
    if employee is None:
        raise ValueError("nobody let the run out")
    return Caller(
        user_id=employee.user_id, employee_id=employee.pk, name=employee.name, is_system=True
    )


def _write(part: Part, at: datetime) -> None:
    run, by = part.run, poster_of(part.run.posted_by)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"part": part.pk})
        bills, less, part.houses, part.lines, part.amount, part.held = cursor.fetchone()
        if bills:
            cursor.execute(_POST, _given(part, bills, at))
    if bills:
        ledger.post_many(
            by=by,
            at=at,
            community_id=run.community_id,
            kind="bill",
            business_on=run.issued_on,
            legs=_LEGS,
            params={
                "run": run.pk,
                "low": part.first,
                "high": part.last,
                "memo": memo_of(run),
                "receivable": RECEIVABLE,
                "agency_receivable": AGENCY_RECEIVABLE,
            },
        )
    if less:
        reduce_many(
            by=by,
            at=at,
            community_id=run.community_id,
            kind=Reduction.Kind.CORRECTION,
            run_id=run.pk,
            business_on=local_day(at, run.community.zone),
            key=f"fix:{run.pk}",
            memo=memo_of(run),
            source=_TAKEN_BACK,
            params={"part": part.pk},
        )


def _given(part: Part, bills: int, at: datetime) -> Mapping[str, Any]:
    run = part.run
    series = bill_series(run.issued_on)
    first = next_numbers(community_id=run.community_id, series=series, count=bills)
    return {
        "part": part.pk,
        "run": run.pk,
        "community": run.community_id,
        "prefix": bill_prefix(run.community.code, run.issued_on),
        "digits": DIGITS,
        "first": first,
        "period": run.period,
        "issued_on": run.issued_on,
        "due_on": run.due_on,
        "at": at,
    }


def memo_of(run: Run) -> str:
    """Say what the entries of a run are about: its group and its period."""
    return f"{run.group.name} {run.period}"


def _keep_day_open(run: Run, at: datetime) -> None:
    """Issue what is left of a run today, where its day was locked since it was let out."""
    locked: date | None = Book.objects.values_list("locked_until", flat=True).get(
        community=run.community_id
    )
    if locked is None or run.issued_on > locked:
        return
    run.issued_on = local_day(at, run.community.zone)
    run.due_on = max(run.due_on, run.issued_on)
    Run.objects.filter(pk=run.pk).update(issued_on=run.issued_on, due_on=run.due_on)
