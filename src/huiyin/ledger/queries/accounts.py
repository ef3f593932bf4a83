"""Accounts of a community: their balances on a day, and all of them over a period (试算平衡表)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce

from django.db import connection

from huiyin.kernel.caller import Caller
from huiyin.ledger.access import KEEPERS, admit_to_books
from huiyin.ledger.models import Account, Book
from huiyin.ledger.titles import ACCOUNT_KINDS

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class BookRow:
    """The books of a community: since when, locked up to which day, and whether one may lock."""

    opened_on: date
    locked_until: date | None
    may_keep: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of the chart."""

    code: str
    name: str
    kind: str
    kind_title: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account over a period; ``opening`` and ``closing`` are debits when positive."""

    code: str
    name: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account that moved, over half-open days, and their sums; opening and closing are 0."""

    from_on: date
    until_on: date
    rows: tuple[TrialRow, ...]
    total: TrialRow

    @property
    def balances(self) -> bool:
        """True when debits equal credits and both ends come to nothing, as they always must."""
        total = self.total
        return total.opening == total.closing == 0 and total.debit == total.credit


def book(*, caller: Caller, community_id: int) -> BookRow | None:
    """Return the books of a community, None before they are opened."""
    admit_to_books(caller, community_id)
    found = Book.objects.filter(community_id=community_id).first()
    if found is None:
        return None
    return BookRow(found.opened_on, found.locked_until, caller.holds(community_id, *KEEPERS))


def accounts(*, caller: Caller, community_id: int) -> tuple[AccountRow, ...]:
    """Return the chart of accounts of a community in order of code."""
    admit_to_books(caller, community_id)
    return tuple(
        AccountRow(one.code, one.name, one.kind, str(ACCOUNT_KINDS[one.kind]))
        for one in Account.objects.filter(community_id=community_id).order_by("code")
    )


def balance(
    *,
    community_id: int,
    accounts: Collection[str],
    house_id: int | None = None,
    person_id: int | None = None,
    on: date | None = None,
) -> Decimal:
    """Return what stands on accounts at the end of a day (now by default); debits are positive.

    For the rooms above, which admit whoever asks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(p.amount), 0) FROM ledger_posting p
              JOIN ledger_account a ON a.id = p.account_id
             WHERE p.community_id = %(community)s AND a.code = ANY(%(codes)s)
               AND (%(house)s::bigint IS NULL OR p.house_id = %(house)s)
               AND (%(person)s::bigint IS NULL OR p.person_id = %(person)s)
               AND (%(on)s::date IS NULL OR p.business_on <= %(on)s)
            """,
            {
                "community": community_id,
                "codes": list(accounts),
                "house": house_id,
                "person": person_id,
                "on": on,
            },
        )
        (total,) = cursor.fetchone()
    return Decimal(total)


def trial_balance(
    *, caller: Caller, community_id: int, from_on: date, until_on: date
) -> TrialBalance:
    """Return every account with its opening, what moved during half-open days, and its closing."""
    admit_to_books(caller, community_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.code, a.name, s.opening, s.debit, s.credit
              FROM (SELECT account_id,
                           coalesce(sum(amount) FILTER (WHERE business_on < %(from)s), 0) opening,
                           coalesce(sum(amount) FILTER (
                               WHERE business_on >= %(from)s AND amount > 0), 0) debit,
                           coalesce(-sum(amount) FILTER (
                               WHERE business_on >= %(from)s AND amount < 0), 0) credit
                      FROM ledger_posting
                     WHERE community_id = %(community)s AND business_on < %(until)s
                     GROUP BY account_id) s
              JOIN ledger_account a ON a.id = s.account_id ORDER BY a.code
            """,
            {"community": community_id, "from": from_on, "until": until_on},
        )
        rows = tuple(_trial_row(*row) for row in cursor.fetchall())
    return TrialBalance(
        from_on, until_on, rows, reduce(_sum, rows, _trial_row("", "", *[ZERO] * 3))
    )


def _trial_row(code: str, name: str, opening: Decimal, debit: Decimal, credit: Decimal) -> TrialRow:
    closing = ZERO + opening + debit - credit
    return TrialRow(code, name, ZERO + opening, ZERO + debit, ZERO + credit, closing)


def _sum(one: TrialRow, other: TrialRow) -> TrialRow:
    return TrialRow(
        "",
        "",
        one.opening + other.opening,
        one.debit + other.debit,
        one.credit + other.credit,
        one.closing + other.closing,
    )
