"""Writes of the trail: what was done or read, and the calls that were already answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.trail.models import AnsweredCall, Entry

LONGEST_KEY = 120


class UnableToBeginCall(WrongState):
    """The key was used before for something else."""


class UnableToReadKey(BadInput):
    """The Idempotency-Key is empty or too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an earlier call with the same key and body was told."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class BegunCall:
    """A call that may go on (``answer`` is None), or one to be answered as it was before."""

    id: int
    answer: Answer | None = None


def record(
    *,
    action: str,
    by: Caller,
    at: datetime,
    subject: str,
    community_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one entry: who did what to what, when, and how it stood before and after.

    ``action`` is a code such as ``estate.person_added``, ``subject`` names a thing as
    ``person:12``. Call it inside the transaction of the change.
    """
    Entry.objects.create(
        at=at,
        action=action,
        community_id=community_id,
        by_id=by.user_id,
        by_name=by.name[:60],
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        reason=reason[:300],
    )


def begin_call(*, user_id: int, key: str, fingerprint: str, at: datetime) -> BegunCall:
    """Claim an Idempotency-Key for this call, or return the answer an earlier one was given.

    1. Insert the key; if another transaction holds it uncommitted, wait for that one.
    2. Inserted: go on, and call :func:`finish_call` in the same transaction.
    3. Already there with the same fingerprint: give back its answer.
    4. Already there with another fingerprint: raise UnableToBeginCall (409).

    Must run inside the transaction of the call, so that key and effect commit or vanish together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("begin_call belongs inside the transaction of the call")
    if not key.strip() or len(key) > LONGEST_KEY or "\0" in key:
        raise UnableToReadKey(_("Idempotency-Key 应为 1 到 120 个字符。"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail_answeredcall (user_id, key, fingerprint, at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id",
            [user_id, key, fingerprint, at],
        )
        inserted = cursor.fetchone()
    if inserted:
        return BegunCall(id=inserted[0])
    call = AnsweredCall.objects.get(user_id=user_id, key=key)
    if call.fingerprint != fingerprint:
        raise UnableToBeginCall(_("这个 Idempotency-Key 已用于另一个请求,请换一个新的再试。"))
    if call.status is None:
        raise UnableToBeginCall(_("同一个请求还没有答复,请稍后再试。"))
    return BegunCall(id=call.pk, answer=Answer(call.status, call.body))


def finish_call(*, call_id: int, status: int, body: Any) -> None:
    """Keep the answer of a call begun, for whoever sends the same again."""
    AnsweredCall.objects.filter(pk=call_id).update(status=status, body=_plain(body))


def _plain(value: Any) -> Any:
    """Turn days, moments and decimals into the text that JSON can hold."""
    return None if value is None else json.loads(json.dumps(value, cls=DjangoJSONEncoder))
