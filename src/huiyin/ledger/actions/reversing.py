"""Reversals: an entry is cancelled exactly and once, by another entry (BIL-14, I10)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.ledger.access import admit_to_write
from huiyin.ledger.actions.posting import MEMO_MOST, Posted, refusing
from huiyin.ledger.models import Journal

_SUFFIX = ":reversed"


class UnableToReverse(WrongState):
    """There is no such entry, it is a reversal itself, or it was reversed before."""


@transaction.atomic
def reverse(
    *, by: Caller, at: datetime, community_id: int, key: str, business_on: date, reason: str
) -> Posted:
    """Cancel an entry by its opposite on an open day; asked again, return the first reversal."""
    target = Journal.objects.filter(community_id=community_id, key=key).first()
    if target is None:
        raise UnableToReverse(_("账簿里没有这张凭证。"))
    if target.reverses_id is not None:
        raise UnableToReverse(_("冲销凭证不能再冲销。"))
    try:
        with transaction.atomic():
            reverse_many(
                by=by,
                at=at,
                community_id=community_id,
                business_on=business_on,
                keys="SELECT %(key)s",
                params={"key": key},
                reason=reason,
            )
    except UnableToReverse:
        before = Journal.objects.get(reverses=target)
        if before.business_on != business_on or before.memo != reason[:MEMO_MOST]:
            raise
        return Posted(before.pk, again=True)
    return Posted(Journal.objects.values_list("pk", flat=True).get(reverses=target))


def reverse_many(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    business_on: date,
    keys: str,
    params: Mapping[str, Any] | None = None,
    reason: str,
) -> int:
    """Cancel the entries whose keys a query gives, all of them or none; return how many.

    ``keys`` is a SELECT of one column with named ``params``. Raises UnableToReverse when one of
    them is not there, is a reversal, or was reversed before.
    """
    admit_to_write(by, community_id)
    values = {
        **(params or {}),
        "ledger_community": community_id,
        "ledger_on": business_on,
        "ledger_at": at,
        "ledger_by": by.employee_id,
        "ledger_name": by.name[:60],
        "ledger_reason": reason[:MEMO_MOST],
        "ledger_suffix": _SUFFIX,
    }
    with transaction.atomic(), refusing(community_id, business_on), connection.cursor() as cursor:
        cursor.execute(_REVERSE.replace("{keys}", keys), values)
        asked, written = cursor.fetchone()
        if asked != written:
            raise UnableToReverse(_("有凭证不存在或已经冲销,没有重复冲销。"))
    return int(written)


_REVERSE = """
WITH asked (key) AS MATERIALIZED (SELECT DISTINCT given.key::text FROM ({keys}) given (key)),
journals AS (
    INSERT INTO ledger_journal (community_id, kind, business_on, recorded_at, by_id, by_name, memo,
           key, fingerprint, legs, reverses_id, corrects_on)
    SELECT target.community_id, 'reversal', %(ledger_on)s, %(ledger_at)s, %(ledger_by)s,
           %(ledger_name)s, %(ledger_reason)s, target.key || %(ledger_suffix)s, '', target.legs,
           target.id,
           CASE WHEN target.business_on <= book.locked_until THEN target.business_on END
      FROM asked
      JOIN ledger_journal target
        ON target.community_id = %(ledger_community)s AND target.key = asked.key
       AND target.reverses_id IS NULL
      JOIN ledger_book book ON book.community_id = target.community_id
    ON CONFLICT DO NOTHING
    RETURNING id, reverses_id, community_id, business_on),
postings AS (
    INSERT INTO ledger_posting (journal_id, leg, community_id, account_id, house_id, person_id,
           business_on, amount)
    SELECT journals.id, leg.leg, leg.community_id, leg.account_id, leg.house_id, leg.person_id,
           journals.business_on, -leg.amount
      FROM journals JOIN ledger_posting leg ON leg.journal_id = journals.reverses_id)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM journals)
"""
