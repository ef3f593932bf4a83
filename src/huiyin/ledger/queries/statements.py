"""What the account of a household says over a period (对账单), straight from the postings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.estate.models import House
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.ledger import chart
from huiyin.ledger.access import people_seen
from huiyin.ledger.titles import kind_title

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An entry as a household sees it; ``balance`` is what they owe after it.

    ``debit`` makes them owe more, ``credit`` less. Where a prepayment went to a bill they owe
    neither more nor less: then both are nothing, and ``offset`` says how much it was.
    """

    on: date
    kind: str
    kind_title: str
    memo: str
    debit: Decimal
    credit: Decimal
    offset: Decimal
    balance: Decimal
    key: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The account of a household over half-open days; below zero they are in advance."""

    house: str
    from_on: date
    until_on: date
    opening: Decimal
    rows: tuple[StatementRow, ...]
    closing: Decimal

    @property
    def debits(self) -> Decimal:
        """Return what came to be owed in the period."""
        return sum((row.debit for row in self.rows), ZERO)

    @property
    def credits(self) -> Decimal:
        """Return what was paid or taken back in the period."""
        return sum((row.credit for row in self.rows), ZERO)


def statement(
    *,
    caller: Caller,
    house_id: int,
    from_on: date,
    until_on: date,
    person_ids: Collection[int] | None = None,
) -> Statement:
    """Return a household's account from its opening to its closing balance. Two queries.

    Receivables less prepayments of the house, of everybody or of these people; an owner sees their
    own part and nobody else's.
    """
    house = House.objects.filter(pk=house_id).only("code", "community_id").first()
    if house is None:
        raise NotFound(_("没有这个房屋。"))
    people = people_seen(caller, house.community_id, person_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "house": house_id,
                "community": house.community_id,
                "from": from_on,
                "until": until_on,
                "people": None if people is None else sorted(people),
                "codes": [*chart.RECEIVABLES, chart.PREPAID],
            },
        )
        found = cursor.fetchall()
    opening = balance = sum((row[5] for row in found if row[0] is None), ZERO)
    rows = []
    for on, kind, memo, key, moved, net in found:
        if on is None:
            continue
        balance += net
        rows.append(
            StatementRow(
                on=on,
                kind=kind,
                kind_title=kind_title(kind),
                memo=memo,
                debit=max(net, ZERO),
                credit=max(-net, ZERO),
                offset=moved - abs(net),
                balance=balance,
                key=key,
            )
        )
    return Statement(house.code, from_on, until_on, opening, tuple(rows), balance)


# What stood before the first day comes as one row without a day.
_STATEMENT = """
WITH mine AS MATERIALIZED (
    SELECT p.journal_id, p.business_on, p.amount
      FROM ledger_posting p
     WHERE p.house_id = %(house)s AND p.business_on < %(until)s
       AND (%(people)s::bigint[] IS NULL OR p.person_id = ANY(%(people)s))
       AND p.account_id IN (SELECT id FROM ledger_account
                             WHERE community_id = %(community)s AND code = ANY(%(codes)s)))
SELECT NULL::date, '', '', '', 0, coalesce(sum(amount), 0)
  FROM mine WHERE business_on < %(from)s
UNION ALL
(SELECT j.business_on, j.kind, j.memo, j.key, m.moved, m.net
   FROM (SELECT journal_id, sum(amount) AS net,
                greatest(sum(amount) FILTER (WHERE amount > 0),
                         -sum(amount) FILTER (WHERE amount < 0)) AS moved
           FROM mine WHERE business_on >= %(from)s GROUP BY journal_id) m
   JOIN ledger_journal j ON j.id = m.journal_id
  ORDER BY j.business_on, j.id)
"""
