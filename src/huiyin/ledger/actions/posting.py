"""Entries of the books: one at a time, or those of a whole billing run in one statement."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.ledger.access import admit_to_write
from huiyin.ledger.models import Account, Book

CENT = Decimal("0.01")
MEMO_MOST = 200
# A reversal is named after what it reverses, and both names have to fit.
KEY_MOST = 70
SHUT = "HY001"  # the SQL state of the trigger day_is_open
_TWICE = "23505"
_NO_ACCOUNT = "23502"


class UnableToPost(WrongState):
    """The books refuse the entry: a locked day, an unknown account, a key used for another one."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: the code of an account, and yuan; debits positive, credits negative."""

    account: str
    amount: Decimal
    house_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be posted; ``key`` names it once and for all within the community.

    ``corrects_on`` is the locked day that it puts right.
    """

    community_id: int
    kind: str
    business_on: date
    memo: str
    key: str
    legs: tuple[Leg, ...]
    corrects_on: date | None = None

    @property
    def fingerprint(self) -> str:
        """Return a digest of everything that makes two entries the same."""
        legs = [
            [leg.account, f"{leg.amount:.2f}", leg.house_id, leg.person_id] for leg in self.legs
        ]
        content = [self.kind, str(self.business_on), self.memo, legs, str(self.corrects_on)]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    """The id of a journal; ``again`` when it had been posted before by the same request."""

    id: int
    again: bool = False


@transaction.atomic
def post(*, by: Caller, at: datetime, entry: Entry) -> Posted:
    """Post one balanced entry, or return the one that the same request posted before.

    1. Claim the key; where another transaction is about to post under it, wait for that one.
    2. Claimed: write the legs; the database refuses them unless they balance on an open day.
    3. Posted before with the same content: return it with ``again``, and write nothing.
    4. Posted before with other content: raise UnableToPost.

    Belongs inside the transaction of the fact that the entry is about.
    """
    admit_to_write(by, entry.community_id)
    entry = replace(entry, memo=entry.memo[:MEMO_MOST])
    _refuse_nonsense(entry)
    with refusing(entry.community_id, entry.business_on), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_journal (community_id, kind, business_on, recorded_at, by_id,
                   by_name, memo, key, fingerprint, legs, corrects_on)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (community_id, key) DO NOTHING RETURNING id
            """,
            [
                entry.community_id,
                entry.kind,
                entry.business_on,
                at,
                by.employee_id,
                by.name[:60],
                entry.memo,
                entry.key,
                entry.fingerprint,
                len(entry.legs),
                entry.corrects_on,
            ],
        )
        claimed = cursor.fetchone()
        if claimed is None:
            return _posted_before(entry)
        _write_legs(claimed[0], entry)
    return Posted(claimed[0])


def post_many(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    kind: str,
    business_on: date,
    legs: str,
    params: Mapping[str, Any] | None = None,
) -> int:
    """Post the entries that a query gives, all of them or none; return how many there were.

    ``legs`` is a SELECT of (key text, memo text, account text, house_id, person_id, amount), one
    row for each leg, with named ``params``; names that begin with ``ledger_`` are ours. Legs of
    nothing are left out. One statement writes journals and postings; a key that was used before
    makes it raise UnableToPost, for the caller knows what it posted already.
    """
    admit_to_write(by, community_id)
    values = {
        **(params or {}),
        "ledger_community": community_id,
        "ledger_kind": kind,
        "ledger_on": business_on,
        "ledger_at": at,
        "ledger_by": by.employee_id,
        "ledger_name": by.name[:60],
    }
    with transaction.atomic(), refusing(community_id, business_on), connection.cursor() as cursor:
        cursor.execute(_MANY.replace("{legs}", legs), values)
        (count,) = cursor.fetchone()
    return int(count)


# The journals are numbered before they are written, so that a sort of whole numbers, not of texts,
# gives the legs their places.
_MANY = """
WITH given (key, memo, account, house_id, person_id, amount) AS MATERIALIZED ({legs}),
numbered AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('ledger_journal', 'id')) AS id, key, memo, legs
      FROM (SELECT key, min(memo) AS memo, count(*) AS legs
              FROM given WHERE amount <> 0 GROUP BY key) entries),
journals AS (
    INSERT INTO ledger_journal (id, community_id, kind, business_on, recorded_at, by_id, by_name,
           memo, key, fingerprint, legs)
    SELECT id, %(ledger_community)s, %(ledger_kind)s, %(ledger_on)s, %(ledger_at)s,
           %(ledger_by)s, %(ledger_name)s, left(memo, 200), key, '', legs
      FROM numbered),
postings AS (
    INSERT INTO ledger_posting (journal_id, leg, community_id, account_id, house_id, person_id,
           business_on, amount)
    SELECT n.id, row_number() OVER (PARTITION BY n.id ORDER BY g.amount < 0),
           %(ledger_community)s, a.id, g.house_id, g.person_id, %(ledger_on)s, g.amount
      FROM given g
      JOIN numbered n ON n.key = g.key
      LEFT JOIN ledger_account a
        ON a.community_id = %(ledger_community)s AND a.code = g.account
     WHERE g.amount <> 0)
SELECT count(*) FROM numbered
"""


@contextmanager
def refusing(community_id: int, business_on: date) -> Iterator[None]:
    """Turn what the database refuses into a sentence for whoever asked.

    Put it where a savepoint around it was opened: afterwards it asks the database what was wrong.
    """
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", "")
        if state == SHUT:
            raise UnableToPost(_shut(community_id, business_on), field="business_on") from error
        if state == _TWICE and "one_journal_per_key" in str(error):
            raise UnableToPost(_("这笔账已经记过,没有重复入账。")) from error
        if state == _NO_ACCOUNT and "account_id" in str(error):
            raise UnableToPost(_("有收费项目的会计科目不在账簿里,请先增加科目。")) from error
        raise


def _shut(community_id: int, business_on: date) -> str:
    book = Book.objects.filter(community_id=community_id).first()
    if book is None:
        return _("这个小区还没有开账,请先由财务开账。")
    if business_on < book.opened_on:
        return _("账簿从 %(day)s 才开账,请换一个日期。") % {"day": book.opened_on}
    return _("%(day)s 及以前已经锁账,请记在以后的日期。") % {"day": book.locked_until}


def _refuse_nonsense(entry: Entry) -> None:
    """Raise ValueError for what no user can cause: a room that posts something impossible."""
    if not entry.key or len(entry.key) > KEY_MOST or "\0" in entry.key + entry.memo:
        raise ValueError(f"no key for an entry: {entry.key!r}")
    if sum(leg.amount for leg in entry.legs) != 0:
        raise ValueError(f"{entry.key} does not balance")
    if any(leg.amount == 0 or leg.amount != leg.amount.quantize(CENT) for leg in entry.legs):
        raise ValueError(f"{entry.key}: a leg of nothing, or of parts of a cent")


def _posted_before(entry: Entry) -> Posted:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, fingerprint FROM ledger_journal WHERE community_id = %s AND key = %s",
            [entry.community_id, entry.key],
        )
        pk, fingerprint = cursor.fetchone()
    if fingerprint != entry.fingerprint:
        raise UnableToPost(_("这笔账已经用同一编号记过,内容不同;请刷新后重新填写。"))
    return Posted(pk, again=True)


def _write_legs(journal_id: int, entry: Entry) -> None:
    codes = {leg.account for leg in entry.legs}
    accounts = dict(
        Account.objects.filter(community_id=entry.community_id, code__in=codes).values_list(
            "code", "pk"
        )
    )
    if missing := codes - accounts.keys():
        raise UnableToPost(
            _("账簿里没有科目 %(codes)s,请先增加。") % {"codes": "、".join(sorted(missing))}
        )
    rows = [
        [
            journal_id,
            number,
            entry.community_id,
            accounts[leg.account],
            leg.house_id,
            leg.person_id,
            entry.business_on,
            leg.amount,
        ]
        for number, leg in enumerate(entry.legs, start=1)
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (journal_id, leg, community_id, account_id, house_id,"  # noqa: S608  nothing but places
            f" person_id, business_on, amount) VALUES {places}",
            [value for row in rows for value in row],
        )
