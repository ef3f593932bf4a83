"""Prepayments (预存): taken in advance, offset against what is open, taken out of a bill again.

Whoever changes open items and balances together takes the open items first, by line, then the
balances by house and person; so two at once wait for each other, and neither sees half (BIL-09).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_post
from huiyin.billing.actions.core import read_amount, trail
from huiyin.billing.models import Allocation, Assignment, Prepaid, Run, Terms
from huiyin.estate.models import House, Occupancy, Person
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.ledger import actions as ledger
from huiyin.ledger import chart
from huiyin.ledger.actions import Entry, Leg
from huiyin.staff.queries import local_day

MEMO_MOST: Final = 100
REASON_MOST: Final = 200
ZERO: Final = Decimal("0.00")


class UnableToTake(BadInput):
    """The advance cannot be taken: no amount, a day to come, nobody of this house."""


class UnableToUndo(WrongState):
    """The offset was undone before, or is itself one that undid another."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An advance in the books, and what there is now; ``again`` when it had been taken before."""

    journal_id: int
    balance: Decimal
    again: bool = False


@dataclass(frozen=True, slots=True)
class Offset:
    """What went from prepayments to bills: households, and yuan in all."""

    houses: int
    amount: Decimal


@transaction.atomic
def take(
    *,
    by: Caller,
    at: datetime,
    house_id: int,
    person_id: int,
    amount: object,
    account: str,
    business_on: date,
    key: UUID | str,
    memo: str = "",
) -> Taken:
    """Take money in advance of a payer for a house, into cash or bank (BIL-09).

    Sent again under the same ``key`` it is taken once and gives the first answer; under the same
    key for something else it raises UnableToPost.
    """
    house = _house(by, house_id)
    value = read_amount(amount, "amount")
    if value <= 0:
        raise UnableToTake(_("预存金额要大于 0。"), field="amount")
    if account not in chart.MONEY:
        raise UnableToTake(_("请选择收款方式。"), field="account")
    if business_on > local_day(at, house.community.zone):
        raise UnableToTake(_("收款日期不能在今天之后。"), field="business_on")
    memo = memo.strip()
    if len(memo) > MEMO_MOST or "\0" in memo:
        raise UnableToTake(_("备注最多 100 个字。"), field="memo")
    _refuse_strangers(house, person_id)
    legs = (Leg(account, value), Leg(chart.PREPAID, -value, house.pk, person_id))
    entry = Entry(
        community_id=house.community_id,
        kind="prepayment",
        business_on=business_on,
        memo=memo or _("预存"),
        key=f"prepaid:{key}",
        legs=legs,
    )
    posted = ledger.post(by=by, at=at, entry=entry)
    if not posted.again:
        add_to_balance(house.community_id, house.pk, person_id, value)
        trail(
            "prepayment_taken",
            by,
            at,
            house.community_id,
            f"house:{house.pk}",
            after={"person": person_id, "amount": value, "account": account, "on": business_on},
        )
    balance = Prepaid.objects.values_list("balance", flat=True).get(
        house=house, person_id=person_id
    )
    return Taken(posted.id, balance, posted.again)


def add_to_balance(community_id: int, house_id: int, person_id: int, amount: Decimal) -> None:
    """Add to what a payer has in advance for a house, in the transaction of the entry about it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO billing_prepaid (community_id, house_id, person_id, balance)
            VALUES (%s, %s, %s, %s)
            ON CONFLICT (house_id, person_id)
            DO UPDATE SET balance = billing_prepaid.balance + excluded.balance
            """,
            [community_id, house_id, person_id, amount],
        )


def _house(by: Caller, house_id: int) -> House:
    house = House.objects.select_related("community").filter(pk=house_id).first()
    if house is None:
        raise NotFound(_("没有这个房屋。"), field="house")
    admit_to_post(by, house.community_id)
    return house


def _refuse_strangers(house: House, person_id: int) -> None:
    """Raise UnableToTake unless the person has, had or pays something of the house."""
    of_house = Occupancy.objects.filter(house=house, person_id=person_id).exists()
    if of_house or Prepaid.objects.filter(house=house, person_id=person_id).exists():
        return
    if Assignment.objects.filter(house=house, payer_id=person_id).exists():
        return
    if Terms.objects.filter(community=house.community_id, developer_id=person_id).exists():
        return
    if not Person.objects.filter(pk=person_id, community=house.community_id).exists():
        raise UnableToTake(_("没有这个缴费人。"), field="person_id")
    raise UnableToTake(_("这个人与该房屋没有关系,请先登记住户。"), field="person_id")


# -- offsetting


@transaction.atomic
def offset(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    business_on: date,
    group_id: int | None = None,
    house_ids: Collection[int] | None = None,
    period_until: date | None = None,
) -> Offset:
    """Let prepayments pay what is open, oldest due first, in a few statements (BIL-09, I13).

    1. Take the open items and the balances, so that nobody else pays or spends them meanwhile.
    2. Of each payer's open lines for the house, by due day, then by line, those that prepayments
       may pay get what is left after the ones before (a sum over a window, no loop).
    3. Post an entry for each payer and house; write the allocations; take it off both sides.

    ``group_id`` narrows it to charges of a group, ``period_until`` to runs whose period begins no
    later. What was billed or paid in advance after ``business_on`` waits. A second time it finds
    nothing to do.
    """
    admit_to_post(by, community_id)
    values: dict[str, Any] = {
        "community": community_id,
        "on": business_on,
        "at": at,
        "by": by.employee_id,
        "group": group_id,
        "houses": None if house_ids is None else sorted(house_ids),
        "period_until": period_until,
        "prepaid_account": chart.PREPAID,
    }
    with connection.cursor() as cursor:
        values["lines"] = _held(cursor, _HOLD_OPEN, values)
        values["balances"] = _held(cursor, _HOLD_BALANCES, values)
        if not values["balances"]:
            return Offset(0, ZERO)
        _plan(cursor, _PLAN_OFFSET, values)
    done = _carry_out(by, at, community_id, business_on, kind="offset", memo=_("预存冲抵"))
    if done.amount:
        trail(
            "prepayments_offset",
            by,
            at,
            community_id,
            f"community:{community_id}",
            after={
                "on": business_on,
                "group": group_id,
                "houses": done.houses,
                "yuan": done.amount,
            },
        )
    return done


def _held(cursor: Any, query: str, values: Mapping[str, Any]) -> list[int]:
    cursor.execute(query, values)
    return [pk for (pk,) in cursor.fetchall()]


_HOLD_OPEN = """
SELECT o.line_id FROM billing_openitem o
 WHERE o.community_id = %(community)s AND o.open > 0
   AND (%(houses)s::bigint[] IS NULL OR o.house_id = ANY(%(houses)s))
   AND EXISTS (SELECT 1 FROM billing_prepaid p
                WHERE p.house_id = o.house_id AND p.person_id = o.payer_id AND p.balance > 0)
 ORDER BY o.line_id FOR UPDATE OF o
"""
# Balances that may be spent on the day: nothing was taken or given back on a later one.
_HOLD_BALANCES = """
SELECT p.id FROM billing_prepaid p
 WHERE p.balance > 0
   AND (p.house_id, p.person_id) IN (SELECT o.house_id, o.payer_id FROM billing_openitem o
                                      WHERE o.line_id = ANY(%(lines)s))
   AND NOT EXISTS (SELECT 1 FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id
                    WHERE l.house_id = p.house_id AND l.business_on > %(on)s
                      AND l.person_id = p.person_id AND a.code = %(prepaid_account)s)
 ORDER BY p.house_id, p.person_id FOR UPDATE OF p
"""

# A row for each line that gets or gives something: allocation, whose, how much, which receivable.
_PLAN_COLUMNS = """
(id bigint, undoes_id bigint, line_id bigint, house_id bigint, person_id bigint, amount numeric,
 agency boolean, key text)
"""
_NEXT = "nextval(pg_get_serial_sequence('billing_allocation', 'id'))"
_PLAN_OFFSET = f"""
WITH items AS (
    SELECT o.line_id, o.house_id, o.payer_id, o.due_on, o.open, p.balance, item.agency
      FROM billing_prepaid p
      JOIN billing_openitem o ON o.house_id = p.house_id AND o.payer_id = p.person_id
       AND o.open > 0 AND o.line_id = ANY(%(lines)s)
      JOIN billing_line line ON line.id = o.line_id AND line.reversed_at IS NULL
      JOIN billing_bill bill ON bill.id = line.bill_id
      JOIN billing_chargeitem item ON item.id = line.item_id
      LEFT JOIN billing_run run ON run.id = bill.run_id AND run.kind <> 'opening'
     WHERE p.id = ANY(%(balances)s) AND item.prepayable AND bill.issued_on <= %(on)s
       AND (%(group)s::bigint IS NULL OR item.group_id = %(group)s)
       AND (%(period_until)s::date IS NULL OR run.from_on IS NULL
            OR run.from_on <= %(period_until)s)),
queued AS (
    SELECT *, sum(open) OVER (PARTITION BY house_id, payer_id ORDER BY due_on, line_id) - open
              AS before
      FROM items)
SELECT {_NEXT}, NULL, line_id, house_id, payer_id, least(open, balance - before), agency, ''
  FROM queued WHERE before < balance
"""  # noqa: S608  nothing but our own names


def _plan(cursor: Any, query: str, values: Mapping[str, Any]) -> None:
    """Keep what is to be done in a table of this transaction; the first row names the entry."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.billing_plan")
    cursor.execute(f"CREATE TEMPORARY TABLE billing_plan {_PLAN_COLUMNS} ON COMMIT DROP")
    cursor.execute(f"INSERT INTO pg_temp.billing_plan {query}", values)
    cursor.execute(
        """
        UPDATE pg_temp.billing_plan plan SET key = named.key
          FROM (SELECT id, min(id) OVER (PARTITION BY house_id, person_id)::text AS key
                  FROM pg_temp.billing_plan) named
         WHERE named.id = plan.id
        """
    )
    cursor.execute("ANALYZE pg_temp.billing_plan")


def _carry_out(
    by: Caller, at: datetime, community_id: int, business_on: date, *, kind: str, memo: str
) -> Offset:
    """Post what was planned, write the allocations, move open items and balances; say how much."""
    values = {
        "community": community_id,
        "on": business_on,
        "at": at,
        "by": by.employee_id,
        "kind": kind,
        "memo": memo,
        **_CODES,
    }
    ledger.post_many(
        by=by,
        at=at,
        community_id=community_id,
        kind=kind,
        business_on=business_on,
        legs=_LEGS,
        params=values,
    )
    with connection.cursor() as cursor:
        cursor.execute(_ALLOCATE, values)
        cursor.execute(_MOVE_OPEN)
        cursor.execute(_MOVE_BALANCES)
        cursor.execute(
            "SELECT count(DISTINCT house_id), coalesce(sum(amount), 0) FROM pg_temp.billing_plan"
        )
        houses, amount = cursor.fetchone()
    return Offset(houses, ZERO + amount)


_CODES = {
    "prepaid": chart.PREPAID,
    "receivable": chart.RECEIVABLE,
    "agency_receivable": chart.AGENCY_RECEIVABLE,
}
_LEGS = """
SELECT %(kind)s || ':' || key, %(memo)s, account, house_id, person_id, sum(amount)
  FROM (SELECT key, %(prepaid)s AS account, house_id, person_id, amount
          FROM pg_temp.billing_plan
        UNION ALL
        SELECT key, CASE WHEN agency THEN %(agency_receivable)s ELSE %(receivable)s END, house_id,
               person_id, -amount
          FROM pg_temp.billing_plan) legs
 GROUP BY key, account, house_id, person_id
"""
_ALLOCATE = """
INSERT INTO billing_allocation (id, community_id, line_id, house_id, person_id, amount, undoes_id,
       journal_id, business_on, at, by_id)
SELECT plan.id, %(community)s, plan.line_id, plan.house_id, plan.person_id, plan.amount,
       plan.undoes_id, journal.id, %(on)s, %(at)s, %(by)s
  FROM pg_temp.billing_plan plan
  JOIN ledger_journal journal ON journal.community_id = %(community)s
   AND journal.key = %(kind)s || ':' || plan.key
"""
_MOVE_OPEN = """
UPDATE billing_openitem item SET open = item.open - moved.amount
  FROM (SELECT line_id, sum(amount) AS amount FROM pg_temp.billing_plan GROUP BY line_id) moved
 WHERE item.line_id = moved.line_id
"""
_MOVE_BALANCES = """
UPDATE billing_prepaid prepaid SET balance = prepaid.balance - moved.amount
  FROM (SELECT house_id, person_id, sum(amount) AS amount
          FROM pg_temp.billing_plan GROUP BY house_id, person_id) moved
 WHERE prepaid.house_id = moved.house_id AND prepaid.person_id = moved.person_id
"""


# -- undoing


@transaction.atomic
def undo(*, by: Caller, at: datetime, allocation_id: int, reason: str) -> None:
    """Take one offset out of its line again: the line is open as before, the money in advance.

    It is a new, negative allocation of today with its entry; nothing is deleted (BIL-14).
    """
    found = Allocation.objects.select_related("community", "line").filter(pk=allocation_id).first()
    if found is None:
        raise NotFound(_("没有这笔冲抵。"))
    admit_to_post(by, found.community_id)
    reason = reason.strip()
    if not reason or len(reason) > REASON_MOST or "\0" in reason:
        raise BadInput(_("请填写撤销原因,最多 200 个字。"), field="reason")
    if found.undoes_id is not None:
        raise UnableToUndo(_("这一笔本身就是撤销,不能再撤销。"))
    if found.line.reversed_at is not None:
        raise UnableToUndo(_("这一行账单已经冲销,钱已退回预存。"))
    done = undo_many(
        by=by,
        at=at,
        community_id=found.community_id,
        business_on=local_day(at, found.community.zone),
        allocations="SELECT %(allocation)s",
        params={"allocation": allocation_id},
        reason=reason,
    )
    if not done:
        raise UnableToUndo(_("这笔冲抵已经撤销过了。"))
    trail(
        "offset_undone",
        by,
        at,
        found.community_id,
        f"allocation:{allocation_id}",
        after={"amount": found.amount},
        reason=reason,
    )


def undo_many(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    business_on: date,
    allocations: str,
    params: Mapping[str, Any],
    reason: str,
) -> int:
    """Undo the offsets whose ids a query gives, where they still count; return how many did.

    For reversals and corrections: afterwards the lines are open again and the money is in advance.
    Belongs inside the transaction of whoever asks.
    """
    values = {**params, "plan_community": community_id}
    with transaction.atomic(), connection.cursor() as cursor:
        for hold in (_HOLD_OPEN_OF, _HOLD_BALANCES_OF):
            cursor.execute(hold.replace("{allocations}", allocations), values)
        _plan(cursor, _PLAN_UNDO.replace("{allocations}", allocations), values)
        cursor.execute("SELECT count(*) FROM pg_temp.billing_plan")
        (count,) = cursor.fetchone()
        if count:
            _carry_out(by, at, community_id, business_on, kind="undo", memo=reason)
    return int(count)


_HOLD_OPEN_OF = """
SELECT FROM billing_openitem
 WHERE line_id IN (SELECT a.line_id FROM billing_allocation a WHERE a.id IN ({allocations}))
 ORDER BY line_id FOR UPDATE
"""
_HOLD_BALANCES_OF = """
SELECT FROM billing_prepaid p
 WHERE (p.house_id, p.person_id) IN (SELECT a.house_id, a.person_id FROM billing_allocation a
                                      WHERE a.id IN ({allocations}))
 ORDER BY p.house_id, p.person_id FOR UPDATE OF p
"""
_PLAN_UNDO = f"""
SELECT {_NEXT}, a.id, a.line_id, a.house_id, a.person_id, -a.amount, item.agency, ''
  FROM billing_allocation a
  JOIN billing_line line ON line.id = a.line_id
  JOIN billing_chargeitem item ON item.id = line.item_id
 WHERE a.id IN ({{allocations}}) AND a.community_id = %(plan_community)s AND a.undoes_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM billing_allocation u WHERE u.undoes_id = a.id)
"""  # noqa: S608  nothing but our own names


# -- the finance calendar


def runs_to_offset(at: datetime) -> tuple[int, ...]:
    """Return the posted runs whose day of the finance calendar has come and that still wait for it.

    The day is that of the group, counted from the first of the period. What was posted later, or
    a day on which nothing ran, is caught up.
    """
    waiting = (
        Run.objects.filter(state=Run.State.POSTED, offset_at__isnull=True)
        .exclude(kind=Run.Kind.OPENING)
        .select_related("group", "community")
        .order_by("from_on", "pk")
    )
    return tuple(one.pk for one in waiting if _has_come(one, at))


def _has_come(run: Run, at: datetime) -> bool:
    day = run.from_on + timedelta(days=run.group.offset_after)
    return local_day(at, run.community.zone) >= max(day, run.issued_on)


@transaction.atomic
def offset_run(*, at: datetime, run_id: int) -> Offset:
    """Offset prepayments against a run of the finance calendar, once (BIL-09).

    What of its group was billed earlier and is still open comes first; later runs wait for their
    own day.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("community").get(pk=run_id)
    if run.offset_at is not None or run.state != Run.State.POSTED:
        return Offset(0, ZERO)
    done = offset(
        by=SYSTEM,
        at=at,
        community_id=run.community_id,
        business_on=local_day(at, run.community.zone),
        group_id=run.group_id,
        period_until=run.from_on,
    )
    run.offset_at = at
    run.save(update_fields=["offset_at"])
    return done
