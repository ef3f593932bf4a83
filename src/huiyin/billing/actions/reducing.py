"""Taking back what was billed: a single line, those of a correction, those of a whole run.

What is still open of a line goes first. What was paid of it from a prepayment goes back there: the
allocation is undone, newest first, and what is left of it is allocated anew (BIL-14, I2, I10).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_post
from huiyin.billing.actions.core import employee_id, trail
from huiyin.billing.models import Line, Reduction
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.ledger import actions as ledger
from huiyin.ledger.chart import AGENCY_RECEIVABLE, PREPAID, RECEIVABLE
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

LONGEST_REASON: Final = 200


class UnableToReduce(WrongState):
    """The line was reversed, or less is left of it than is to be taken back."""


# What is to be done, written down once, so that every statement after it works on the same rows.
_TABLES = (
    """
    CREATE TEMPORARY TABLE IF NOT EXISTS billing_reducing (
        line_id bigint PRIMARY KEY, key text, house_id bigint, payer_id bigint, account text,
        owed text, amount numeric(14, 2), freed numeric(14, 2)) ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMPORARY TABLE IF NOT EXISTS billing_freeing (
        allocation_id bigint PRIMARY KEY, line_id bigint, key text, house_id bigint,
        person_id bigint, owed text, amount numeric(14, 2), again numeric(14, 2))
        ON COMMIT DELETE ROWS
    """,
    "TRUNCATE billing_reducing, billing_freeing",
)
_LOCK = """
SELECT FROM billing_openitem
 WHERE line_id IN (SELECT line_id FROM ({source}) given) ORDER BY line_id FOR UPDATE
"""
_PLAN = """
INSERT INTO billing_reducing
SELECT line.id, %(reducing_key)s || ':' || bill.number, line.house_id, bill.payer_id, item.account,
       CASE WHEN item.agency THEN %(reducing_agency)s ELSE %(reducing_receivable)s END,
       given.amount, greatest(given.amount - coalesce(open.open, 0), 0)
  FROM (SELECT line_id, sum(amount) AS amount FROM ({source}) rows GROUP BY line_id) given
  JOIN billing_line line ON line.id = given.line_id
  JOIN billing_bill bill ON bill.id = line.bill_id
  JOIN billing_chargeitem item ON item.id = line.item_id
  LEFT JOIN billing_openitem open ON open.line_id = line.id
"""
_TOO_MUCH = """
SELECT EXISTS (
    SELECT FROM billing_reducing plan JOIN billing_line line ON line.id = plan.line_id
     WHERE line.reversed_at IS NOT NULL
        OR plan.amount > line.amount - (
            SELECT coalesce(sum(taken.amount), 0) FROM billing_reduction taken
             WHERE taken.line_id = line.id))
"""
_FREE = """
INSERT INTO billing_freeing
SELECT id, line_id, key, house_id, person_id, owed, amount,
       greatest(before + amount - freed, 0)
  FROM (SELECT paid.id, paid.line_id, plan.key, paid.house_id, paid.person_id, plan.owed,
               paid.amount, plan.freed,
               sum(paid.amount) OVER (PARTITION BY paid.line_id ORDER BY paid.id DESC)
                   - paid.amount AS before
          FROM billing_reducing plan
          JOIN billing_allocation paid ON paid.line_id = plan.line_id AND paid.amount > 0
          LEFT JOIN billing_allocation undone ON undone.undoes_id = paid.id
         WHERE plan.freed > 0 AND undone.id IS NULL) newest_first
 WHERE before < freed
"""
_LEGS = """
SELECT key, %(reducing_memo)s::text, account, NULL::bigint, NULL::bigint, sum(amount)
  FROM billing_reducing GROUP BY key, account
UNION ALL
SELECT key, %(reducing_memo)s::text, owed, house_id, payer_id, -sum(amount - freed)
  FROM billing_reducing GROUP BY key, owed, house_id, payer_id
UNION ALL
SELECT key, %(reducing_memo)s::text, %(reducing_prepaid)s::text, house_id, person_id,
       -sum(amount - again)
  FROM billing_freeing GROUP BY key, house_id, person_id
"""
_ALLOCATE = """
INSERT INTO billing_allocation (community_id, line_id, house_id, person_id, amount, undoes_id,
       journal_id, business_on, at, by_id)
SELECT %(reducing_community)s, free.line_id, free.house_id, free.person_id, moved.amount,
       moved.undoes_id, journal.id, %(reducing_on)s, %(reducing_at)s, %(reducing_by)s
  FROM billing_freeing free
  JOIN ledger_journal journal
    ON journal.community_id = %(reducing_community)s AND journal.key = free.key
 CROSS JOIN LATERAL (
     VALUES (-free.amount, free.allocation_id), (free.again, NULL)) moved (amount, undoes_id)
 WHERE moved.amount <> 0
 ORDER BY free.allocation_id DESC, moved.amount
"""
_CLOSE = """
UPDATE billing_openitem open SET open = open.open - (plan.amount - plan.freed)
  FROM billing_reducing plan WHERE plan.line_id = open.line_id AND plan.amount <> plan.freed
"""
_CREDIT = """
INSERT INTO billing_prepaid (community_id, house_id, person_id, balance)
SELECT %(reducing_community)s, house_id, person_id, sum(amount - again)
  FROM billing_freeing GROUP BY house_id, person_id ORDER BY house_id, person_id
ON CONFLICT (house_id, person_id) DO UPDATE
   SET balance = billing_prepaid.balance + EXCLUDED.balance
"""
_REDUCE = """
INSERT INTO billing_reduction (community_id, line_id, kind, amount, run_id, journal_id, business_on,
       at, working)
SELECT %(reducing_community)s, given.line_id, %(reducing_kind)s, given.amount, %(reducing_run)s,
       journal.id, %(reducing_on)s, %(reducing_at)s, given.working
  FROM ({source}) given
  JOIN billing_reducing plan ON plan.line_id = given.line_id
  JOIN ledger_journal journal
    ON journal.community_id = %(reducing_community)s AND journal.key = plan.key
 ORDER BY given.line_id
"""


def reduce_many(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    kind: str,
    business_on: date,
    key: str,
    memo: str,
    source: str,
    params: Mapping[str, Any],
    run_id: int | None = None,
) -> int:
    """Take back what a query gives, all of it or nothing; return how many lines it touched.

    ``source`` is a SELECT of (line_id, amount above zero, working) with named ``params``, which may
    not begin with ``reducing_``. There is one journal for each bill, under ``key``, a colon and
    its number. Raises UnableToReduce where more is taken back than there is left of a line.

    Belongs inside the transaction of what it is done for.
    """
    given = {
        **params,
        "reducing_key": key,
        "reducing_memo": memo,
        "reducing_kind": kind,
        "reducing_run": run_id,
        "reducing_community": community_id,
        "reducing_on": business_on,
        "reducing_at": at,
        "reducing_by": by.employee_id,
        "reducing_agency": AGENCY_RECEIVABLE,
        "reducing_receivable": RECEIVABLE,
        "reducing_prepaid": PREPAID,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _TABLES:
            cursor.execute(statement)
        cursor.execute(_LOCK.replace("{source}", source), given)
        cursor.execute(_PLAN.replace("{source}", source), given)
        count = int(cursor.rowcount)
        if not count:
            return 0
        cursor.execute(_TOO_MUCH)
        if cursor.fetchone() == (True,):
            raise UnableToReduce(_("有明细已经冲销,或可冲减的余额不足,请刷新后再试。"))
        cursor.execute(_FREE)
        ledger.post_many(
            by=by,
            at=at,
            community_id=community_id,
            kind="reduction",
            business_on=business_on,
            legs=_LEGS,
            params={"reducing_memo": memo, "reducing_prepaid": PREPAID},
        )
        for statement in (_ALLOCATE, _CLOSE, _CREDIT):
            cursor.execute(statement, given)
        cursor.execute(_REDUCE.replace("{source}", source), given)
    return count


@transaction.atomic
def reduce_lines(
    *, by: Caller, at: datetime, line_id: int, amount: Decimal, reason: str, key: str
) -> None:
    """Take an amount back from one line, for a reason; the same ``key`` twice does it once.

    Raises NotFound to strangers, Forbidden, BadInput, UnableToReduce.
    """
    line = (
        Line.objects.select_related("community", "bill")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=line_id)
        .first()
    )
    if line is None or not by.works_in(line.community_id):
        raise NotFound(_("没有这条账单明细。"))
    admit_to_post(by, line.community_id)
    employee_id(by)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise BadInput(_("请填写大于 0 的金额,精确到分。"), field="amount")
    named = f"less:{key}"
    if Reduction.objects.filter(line=line, journal__key=f"{named}:{line.bill.number}").exists():
        return
    reduce_many(
        by=by,
        at=at,
        community_id=line.community_id,
        kind=Reduction.Kind.CORRECTION,
        business_on=local_day(at, line.community.zone),
        key=named,
        memo=reason,
        source="SELECT %(line)s::bigint AS line_id, %(amount)s::numeric AS amount,"
        " jsonb_build_object('reason', %(reason)s::text) AS working",
        params={"line": line.pk, "amount": amount, "reason": reason},
    )
    trail(
        "line_reduced",
        by,
        at,
        line.community_id,
        f"bill:{line.bill.number}",
        after={"line": line.pk, "amount": amount},
        reason=reason,
    )
