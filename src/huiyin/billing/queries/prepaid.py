"""What payers have in advance and what became of it; accounts with them by months (BIL-15)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.billing.access import POSTERS, admit_to_read
from huiyin.billing.models import Allocation, Prepaid, Terms
from huiyin.billing.rules.periods import first_of, month_number
from huiyin.estate.models import Occupancy, Person
from huiyin.estate.queries import house_model
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.ledger import chart
from huiyin.ledger.titles import kind_title
from huiyin.trail.models import Entry

PAGE: Final = 50
MOST_MOVES: Final = 100
MOST_HOUSES: Final = 200
MONTHS: Final = 12
RECONCILED: Final = "billing.reconciled"
ZERO: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What a payer has in advance for a house; ``open`` is what of it could be offset now."""

    house: str
    person_id: int
    person: str
    balance: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class Balances:
    """A page of balances, and all of them together."""

    page: Page[BalanceRow]
    payers: int
    total: Decimal
    may_change: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    """An entry that changed a balance; ``balance`` is what there was in advance after it."""

    on: date
    kind_title: str
    memo: str
    amount: Decimal
    balance: Decimal
    by_name: str


@dataclass(frozen=True, slots=True)
class OffsetRow:
    """Part of a prepayment that went to a line of a bill, and whether it was taken out again."""

    id: int
    on: date
    bill: str
    item: str
    amount: Decimal
    undone_on: date | None
    may_undo: bool


@dataclass(frozen=True, slots=True)
class PayerView:
    """The prepayment of a payer for a house: the latest entries and offsets."""

    row: BalanceRow
    house_id: int
    moves: tuple[MoveRow, ...]
    offsets: tuple[OffsetRow, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Somebody who may pay in advance for a house."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of accounts with a payer: 应收, 预收 and 欠收, each from its opening to its closing.

    ``owed_before + billed - settled = owed`` and ``ahead_before + received - used = ahead``.
    """

    month: date
    owed_before: Decimal
    billed: Decimal
    settled: Decimal
    owed: Decimal
    ahead_before: Decimal
    received: Decimal
    used: Decimal
    ahead: Decimal
    reconciled_by: str = ""
    reconciled_at: datetime | None = None
    is_as_reconciled: bool = True

    @property
    def is_quiet(self) -> bool:
        """True when there is nothing to agree on: no balance and nothing that moved."""
        return not any(Decimal(one) for one in self.figures.values())

    @property
    def figures(self) -> dict[str, str]:
        """Return what is written down when both sides agreed on them."""
        names = ("owed_before", "billed", "settled", "owed", "ahead_before", "received", "used")
        return {name: str(getattr(self, name)) for name in (*names, "ahead")}


@dataclass(frozen=True, slots=True)
class HouseSum:
    """What a payer owes, and has in advance, for one house at the end of a month."""

    house: str
    owed: Decimal
    ahead: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Twelve months of accounts with a payer, and the houses behind the last one."""

    person_id: int
    person: str
    months: tuple[MonthRow, ...]
    houses: tuple[HouseSum, ...]
    houses_left_out: int
    may_reconcile: bool


# -- balances


def balances(
    *, caller: Caller, community_id: int, words: str = "", cursor: str = "", limit: int = PAGE
) -> Balances:
    """Return what there is in advance, house by house; ``words`` begin a house or name a payer."""
    admit_to_read(caller, community_id)
    after = _after(cursor)
    values: dict[str, Any] = {
        "community": community_id,
        "words": words.strip()[:40].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        "after_key": after and after[0],
        "after_id": after and after[1],
        "limit": limit + 1,
    }
    with connection.cursor() as db:
        db.execute(_BALANCES, values)
        rows = db.fetchall()
        db.execute(
            "SELECT count(*), coalesce(sum(balance), 0) FROM billing_prepaid"
            " WHERE community_id = %(community)s AND balance > 0",
            values,
        )
        payers, total = db.fetchone()
    page = page_of(rows, limit, lambda row: BalanceRow(*row[2:]), lambda row: (row[0], row[1]))
    return Balances(page, payers, ZERO + total, caller.holds(community_id, *POSTERS))


_OPEN = """
(SELECT coalesce(sum(o.open), 0) FROM billing_openitem o
   JOIN billing_line line ON line.id = o.line_id
   JOIN billing_chargeitem item ON item.id = line.item_id AND item.prepayable
  WHERE o.community_id = p.community_id AND o.house_id = p.house_id AND o.payer_id = p.person_id
    AND o.open > 0)
"""
_BALANCES = f"""
SELECT h.order_key, p.id, h.code, p.person_id, who.name, p.balance, least(p.balance, {_OPEN})
  FROM billing_prepaid p
  JOIN estate_house h ON h.id = p.house_id
  JOIN estate_person who ON who.id = p.person_id
 WHERE p.community_id = %(community)s AND p.balance > 0
   AND (%(words)s = '' OR h.code ILIKE %(words)s || '%%'
        OR who.name ILIKE '%%' || %(words)s || '%%')
   AND (%(after_key)s::text IS NULL OR (h.order_key, p.id) > (%(after_key)s, %(after_id)s::bigint))
 ORDER BY h.order_key, p.id LIMIT %(limit)s
"""  # noqa: S608  our own words


def _after(cursor: str) -> tuple[str | int, ...] | None:
    if not cursor:
        return None
    try:
        return read_cursor(cursor, str, int)
    except BadCursor as error:
        raise BadInput(_("页码已失效,请重新打开这一页。"), field="cursor") from error


def holders(*, caller: Caller, community_id: int, house: str) -> tuple[HolderRow, ...]:
    """Return who may pay in advance for a house: whoever lives there or owns it, the developer."""
    admit_to_read(caller, community_id)
    found = house_model(caller=caller, community_id=community_id, code=house)
    people = dict(
        Occupancy.objects.filter(house=found)
        .order_by("until_on", "pk")
        .values_list("person_id", "person__name")
    )
    developer = Terms.objects.filter(community_id=community_id, developer__isnull=False)
    people |= dict(developer.values_list("developer_id", "developer__name"))
    return tuple(HolderRow(pk, name) for pk, name in people.items())


def payer(*, caller: Caller, community_id: int, house: str, person_id: int) -> PayerView:
    """Return the prepayment of a payer for a house; NotFound where there never was one."""
    admit_to_read(caller, community_id)
    found = house_model(caller=caller, community_id=community_id, code=house)
    held = Prepaid.objects.select_related("person").filter(house=found, person_id=person_id).first()
    if held is None:
        raise NotFound(_("这个住户没有预存过。"))
    may_change = caller.holds(community_id, *POSTERS)
    values: dict[str, Any] = {
        "house": found.pk,
        "person": person_id,
        "prepaid": chart.PREPAID,
        "most": MOST_MOVES,
    }
    with connection.cursor() as db:
        db.execute(f"SELECT {_OPEN} FROM billing_prepaid p WHERE p.id = %s", [held.pk])  # noqa: S608
        (open_now,) = db.fetchone()
        db.execute(_MOVES, values)
        moves = tuple(
            MoveRow(on, kind_title(kind), memo, amount, balance, by_name)
            for on, kind, memo, amount, balance, by_name in db.fetchall()
        )
    row = BalanceRow(
        found.code, person_id, held.person.name, held.balance, min(held.balance, ZERO + open_now)
    )
    offsets = _offsets(found.pk, person_id, may_change)
    return PayerView(row, found.pk, moves, offsets, may_change)


_MOVES = """
SELECT business_on, kind, memo, amount, balance, by_name FROM (
    SELECT j.id, j.business_on, j.kind, j.memo, j.by_name, -sum(p.amount) AS amount,
           sum(-sum(p.amount)) OVER (ORDER BY j.business_on, j.id) AS balance
      FROM ledger_posting p
      JOIN ledger_account a ON a.id = p.account_id AND a.code = %(prepaid)s
      JOIN ledger_journal j ON j.id = p.journal_id
     WHERE p.house_id = %(house)s AND p.person_id = %(person)s
     GROUP BY j.id) moves
 ORDER BY business_on DESC, id DESC LIMIT %(most)s
"""


def _offsets(house_id: int, person_id: int, may_change: bool) -> tuple[OffsetRow, ...]:
    rows = (
        Allocation.objects.filter(house=house_id, person=person_id, undoes__isnull=True)
        .select_related("line__bill", "line__item", "undone_by")
        .order_by("-business_on", "-pk")[:MOST_MOVES]
    )
    return tuple(_offset(one, may_change) for one in rows)


def _offset(one: Allocation, may_change: bool) -> OffsetRow:
    undone: Allocation | None = getattr(one, "undone_by", None)
    return OffsetRow(
        id=one.pk,
        on=one.business_on,
        bill=one.line.bill.number,
        item=one.line.item.name,
        amount=one.amount,
        undone_on=None if undone is None else undone.business_on,
        may_undo=may_change and undone is None and one.line.reversed_at is None,
    )


# -- accounts with the developer and owners


def developer_of(*, caller: Caller, community_id: int) -> int | None:
    """Return who is the developer of a community, None where nobody said so."""
    admit_to_read(caller, community_id)
    found = Terms.objects.filter(community_id=community_id).values_list("developer_id", flat=True)
    return found.first()


def reconciliation(
    *, caller: Caller, community_id: int, person_id: int, month: date
) -> Reconciliation:
    """Return accounts with a payer over the twelve months that end with one (BIL-15).

    应收 is what was billed, 预收 what came in advance, 欠收 what was owed at the end of the month,
    all from the ledger. A month that both sides agreed on says who wrote that down and when,
    and whether the figures are still those.
    """
    admit_to_read(caller, community_id)
    person = Person.objects.filter(pk=person_id, community_id=community_id).first()
    if person is None:
        raise NotFound(_("没有这个缴费人。"))
    last = month_number(month)
    firsts = [first_of(last - back) for back in range(MONTHS - 1, -1, -1)]
    agreed = _agreed(person_id)
    with connection.cursor() as db:
        db.execute(_MONTHS, _asked(community_id, person_id, first_of(last + 1), firsts[0]))
        found = {row[0]: row[1:] for row in db.fetchall()}
        db.execute(_HOUSES, _asked(community_id, person_id, first_of(last + 1), firsts[0]))
        houses = db.fetchall()
    owed, _billed, _settled, ahead, _received, _used = found.get(None, (ZERO,) * 6)
    months = []
    for first in firsts:
        row = _month(first, ZERO + owed, ZERO + ahead, found.get(first, (ZERO,) * 6))
        owed, ahead = row.owed, row.ahead
        months.append(_with_agreement(row, agreed.get(f"{first:%Y-%m}")))
    return Reconciliation(
        person_id=person_id,
        person=person.name,
        months=tuple(reversed(months)),
        houses=tuple(HouseSum(*row) for row in houses[:MOST_HOUSES]),
        houses_left_out=max(0, len(houses) - MOST_HOUSES),
        may_reconcile=caller.holds(community_id, *POSTERS),
    )


def _asked(community_id: int, person_id: int, until_on: date, from_on: date) -> dict[str, Any]:
    return {
        "community": community_id,
        "person": person_id,
        "until": until_on,
        "from": from_on,
        "prepaid": chart.PREPAID,
        "receivables": list(chart.RECEIVABLES),
    }


# The houses of a payer are found by their bills and balances; their postings by house.
_MINE = """
    SELECT p.business_on, p.house_id, a.code = %(prepaid)s AS is_ahead, j.kind, p.amount
      FROM ledger_posting p
      JOIN ledger_account a ON a.id = p.account_id
       AND (a.code = %(prepaid)s OR a.code = ANY(%(receivables)s))
      JOIN ledger_journal j ON j.id = p.journal_id
     WHERE p.community_id = %(community)s AND p.person_id = %(person)s
       AND p.business_on < %(until)s
       AND p.house_id IN (SELECT house_id FROM billing_bill WHERE payer_id = %(person)s
                           UNION SELECT house_id FROM billing_prepaid WHERE person_id = %(person)s)
"""
# Owing more by a bill is billed, by a bill taken back is billed less; whatever else is settled.
_MONTHS = f"""
SELECT CASE WHEN business_on >= %(from)s THEN date_trunc('month', business_on)::date END AS month,
       coalesce(sum(amount) FILTER (WHERE NOT is_ahead), 0),
       coalesce(sum(amount) FILTER (WHERE NOT is_ahead AND kind IN ('bill', 'reduction')), 0),
       coalesce(-sum(amount) FILTER (WHERE NOT is_ahead AND kind NOT IN ('bill', 'reduction')), 0),
       coalesce(-sum(amount) FILTER (WHERE is_ahead), 0),
       coalesce(-sum(amount) FILTER (WHERE is_ahead AND kind NOT IN ('offset', 'undo')), 0),
       coalesce(sum(amount) FILTER (WHERE is_ahead AND kind IN ('offset', 'undo')), 0)
  FROM ({_MINE}) mine GROUP BY 1
"""  # noqa: S608  our own words
_HOUSES = f"""
SELECT h.code, s.owed, s.ahead
  FROM (SELECT house_id, coalesce(sum(amount) FILTER (WHERE NOT is_ahead), 0) AS owed,
               coalesce(-sum(amount) FILTER (WHERE is_ahead), 0) AS ahead
          FROM ({_MINE}) mine GROUP BY house_id) s
  JOIN estate_house h ON h.id = s.house_id
 WHERE s.owed <> 0 OR s.ahead <> 0
 ORDER BY h.order_key, h.id
"""  # noqa: S608  our own words


def _month(
    first: date, owed_before: Decimal, ahead_before: Decimal, moved: tuple[Decimal, ...]
) -> MonthRow:
    owed, billed, settled, ahead, received, used = (ZERO + one for one in moved)
    return MonthRow(
        month=first,
        owed_before=owed_before,
        billed=billed,
        settled=settled,
        owed=owed_before + owed,
        ahead_before=ahead_before,
        received=received,
        used=used,
        ahead=ahead_before + ahead,
    )


def _agreed(person_id: int) -> dict[str, Entry]:
    """Return the latest agreement of every month by its name."""
    entries = Entry.objects.filter(action=RECONCILED, subject=f"person:{person_id}")
    return {str((one.after or {}).get("month")): one for one in entries.order_by("at", "pk")}


def _with_agreement(row: MonthRow, entry: Entry | None) -> MonthRow:
    if entry is None:
        return row
    kept = entry.after or {}
    return MonthRow(
        **{name: getattr(row, name) for name in ("month", *row.figures)},
        reconciled_by=entry.by_name,
        reconciled_at=entry.at,
        is_as_reconciled=all(kept.get(name) == value for name, value in row.figures.items()),
    )
