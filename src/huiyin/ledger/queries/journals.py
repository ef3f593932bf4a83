"""Entries of the books as finance looks through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.ledger.access import admit_to_books
from huiyin.ledger.models import Journal, Posting
from huiyin.ledger.titles import kind_title

PAGE = 50
WORDS_MOST = 80
READABLE = 40


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry as lists show one; ``amount`` is the sum of its debits."""

    id: int
    key: str
    business_on: date
    recorded_at: datetime
    kind: str
    kind_title: str
    memo: str
    amount: Decimal
    by_name: str
    is_reversed: bool

    @property
    def reference(self) -> str:
        """The key where people can read it: not that of a form, which is a long random number."""
        return self.key if len(self.key) <= READABLE else ""


@dataclass(frozen=True, slots=True)
class LegRow:
    """One side of an entry."""

    account: str
    account_name: str
    debit: Decimal | None
    credit: Decimal | None
    house: str
    person: str


@dataclass(frozen=True, slots=True)
class JournalView:
    """An entry with its legs; ``number`` is its place among the vouchers of its month."""

    row: JournalRow
    number: int
    legs: tuple[LegRow, ...]
    corrects_on: date | None
    reverses: tuple[int, str] | None
    reversal: tuple[int, str] | None


def journals(
    *,
    caller: Caller,
    community_id: int,
    kind: str = "",
    account: str = "",
    house: str = "",
    words: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
    cursor: str = "",
    limit: int = PAGE,
) -> Page[JournalRow]:
    """Return entries, the latest business day first, narrowed by what was asked for.

    ``words`` is the beginning of a key or part of a memo; days are half-open.
    """
    admit_to_books(caller, community_id)
    last_on, last_id = _after(cursor)
    values: dict[str, Any] = {
        "community": community_id,
        "kind": kind,
        "account": account,
        "house": house,
        "words": _like(words.strip()[:WORDS_MOST]),
        "from": from_on,
        "until": until_on,
        "last_on": last_on,
        "last_id": last_id,
        "limit": limit + 1,
    }
    with connection.cursor() as db:
        db.execute(_list(values), values)
        rows = db.fetchall()
    return page_of(rows, limit, _row, lambda row: (row[2].isoformat(), row[0]))


_ROW = """
SELECT j.id, j.key, j.business_on, j.recorded_at, j.kind, j.memo,
       (SELECT sum(p.amount) FROM ledger_posting p WHERE p.journal_id = j.id AND p.amount > 0),
       j.by_name, EXISTS (SELECT 1 FROM ledger_journal r WHERE r.reverses_id = j.id)
  FROM ledger_journal j
"""
_CONDITIONS = {
    "kind": "j.kind = %(kind)s",
    "words": "(j.key ILIKE %(words)s || '%%' OR j.memo ILIKE '%%' || %(words)s || '%%')",
    "from": "j.business_on >= %(from)s",
    "until": "j.business_on < %(until)s",
    "last_on": "(j.business_on, j.id) < (%(last_on)s::date, %(last_id)s)",
    "account": """EXISTS (SELECT 1 FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id
        WHERE p.journal_id = j.id AND a.code LIKE %(account)s || '%%')""",
    "house": """j.id IN (SELECT p.journal_id FROM ledger_posting p
        JOIN estate_house h ON h.id = p.house_id
        WHERE h.community_id = %(community)s AND h.code = %(house)s)""",
}


def _list(values: dict[str, Any]) -> str:
    """Return the query with the conditions that were asked for, and no others."""
    asked = [condition for name, condition in _CONDITIONS.items() if values[name]]
    where = " AND ".join(["j.community_id = %(community)s", *asked])
    return f"{_ROW} WHERE {where} ORDER BY j.business_on DESC, j.id DESC LIMIT %(limit)s"


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _after(cursor: str) -> tuple[date | None, int | None]:
    if not cursor:
        return None, None
    try:
        on, pk = read_cursor(cursor, str, int)
        return date.fromisoformat(str(on)), int(pk)
    except (BadCursor, ValueError) as error:
        raise BadInput(_("页码已失效,请重新打开这一页。"), field="cursor") from error


def _row(row: Sequence[Any]) -> JournalRow:
    pk, key, business_on, recorded_at, kind, memo, amount, by_name, is_reversed = row
    title = kind_title(kind)
    return JournalRow(
        pk, key, business_on, recorded_at, kind, title, memo, amount, by_name, is_reversed
    )


def journal(*, caller: Caller, journal_id: int) -> JournalView:
    """Return an entry with its legs; NotFound when there is none or it is not the caller's."""
    found = Journal.objects.select_related("reverses", "reversal").filter(pk=journal_id).first()
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这张凭证,或您不在该小区任职。"))
    admit_to_books(caller, found.community_id)
    with connection.cursor() as cursor:
        cursor.execute(f"{_ROW} WHERE j.id = %s", [journal_id])
        row = _row(cursor.fetchone())
    return JournalView(
        row=row,
        number=_number(found),
        legs=tuple(_leg(one) for one in _legs(found)),
        corrects_on=found.corrects_on,
        reverses=_named(found.reverses),
        reversal=_named(getattr(found, "reversal", None)),
    )


def _named(one: Journal | None) -> tuple[int, str] | None:
    return None if one is None else (one.pk, one.key)


def _number(one: Journal) -> int:
    """Count the entries of its month up to it: gapless, and final once the month is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM ledger_journal
             WHERE community_id = %(community)s AND id <= %(id)s
               AND business_on >= date_trunc('month', %(on)s::date)
               AND business_on < date_trunc('month', %(on)s::date) + interval '1 month'
            """,
            {"community": one.community_id, "id": one.pk, "on": one.business_on},
        )
        (number,) = cursor.fetchone()
    return int(number)


def _legs(one: Journal) -> list[Posting]:
    return list(
        one.postings.select_related("account", "house", "person")
        .only(
            "amount",
            "account__code",
            "account__name",
            "house__code",
            "person__name",
        )
        .order_by("leg")
    )


def _leg(one: Posting) -> LegRow:
    return LegRow(
        account=one.account.code,
        account_name=one.account.name,
        debit=one.amount if one.amount > 0 else None,
        credit=-one.amount if one.amount < 0 else None,
        house=one.house.code if one.house else "",
        person=one.person.name if one.person else "",
    )
