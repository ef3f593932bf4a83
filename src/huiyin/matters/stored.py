"""Stored promises as the engine sees them: for actions that change and queries that show."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from huiyin.matters import rules
from huiyin.matters.models import Event, Matter, Pause, Promise
from huiyin.standards.document import Standard
from huiyin.standards.react import PromiseState, Span

# What may change of a promise once it has a row, and by which row it is found again.
_MUTABLE = (
    "id",
    "state",
    "due_at",
    "used_seconds",
    "running_since",
    "closed_at",
    "next_alarm_at",
    "rung",
    "epoch",
    "provisional",
    "void_reason",
)

# Every verb asks and writes these, so they are written by hand: the query builder costs more than
# the rows.
_LOCKED = """
SELECT p.*, EXISTS (SELECT FROM matters_pause s WHERE s.promise_id = p.id) AS was_paused
  FROM matters_promise p WHERE p.matter_id = %s ORDER BY p.id FOR NO KEY UPDATE OF p
"""
_REWRITE = """
UPDATE matters_promise AS p
   SET state = n.state, due_at = n.due_at, used_seconds = n.used_seconds,
       running_since = n.running_since, closed_at = n.closed_at, next_alarm_at = n.next_alarm_at,
       rung = n.rung, epoch = n.epoch, provisional = n.provisional, void_reason = n.void_reason
  FROM json_to_recordset(%s)
       AS n(id bigint, state text, due_at timestamptz, used_seconds int,
            running_since timestamptz, closed_at timestamptz, next_alarm_at timestamptz, rung int,
            epoch int, provisional bool, void_reason text)
 WHERE p.id = n.id
"""


def locked_promises(matter_id: int) -> list[tuple[Promise, PromiseState]]:
    """Lock the promises of a matter and return each as stored and as the engine sees it."""
    rows: list[Any] = list(Promise.objects.raw(_LOCKED, [matter_id]))
    pauses = pauses_of(row.pk for row in rows if row.was_paused)
    return [(row, state_of(row, pauses.get(row.pk, ()))) for row in rows]


def rewrite_promises(rows: Sequence[Promise]) -> None:
    """Write what may change of stored promises, in one statement for all of them."""
    if not rows:
        return
    changed = [{name: getattr(row, name) for name in _MUTABLE} for row in rows]
    text = json.dumps(changed, ensure_ascii=False, default=datetime.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_REWRITE, [text])


def pauses_of(promise_ids: Iterable[int]) -> dict[int, tuple[Span, ...]]:
    """Return the pauses of promises in the order they began."""
    found: dict[int, tuple[Span, ...]] = {}
    asked = list(promise_ids)
    if not asked:
        return found
    for row in Pause.objects.filter(promise_id__in=asked).order_by("from_at", "id"):
        span = Span(row.from_at, row.to_at, row.until_at, row.reason)
        found[row.promise_id] = (*found.get(row.promise_id, ()), span)
    return found


def state_of(row: Promise, pauses: tuple[Span, ...]) -> PromiseState:
    """Return a stored promise as the engine sees it."""
    return PromiseState(
        key=str(row.pk),
        clause_id=row.clause,
        code=row.code,
        rule=row.rule,
        cycle=row.cycle,
        state=row.state,  # type: ignore[arg-type]  # the column's choices are the engine's states
        base_at=row.base_at,
        started_at=row.started_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        pauses=pauses,
        rung=row.rung,
        next_alarm_at=row.next_alarm_at,
        provisional=row.provisional,
        reason=row.void_reason,
    )


def standing_of(
    matter: Matter, promises: Iterable[PromiseState], standard: Standard
) -> rules.Standing:
    """Return what the rules need to know of a matter and its promises."""
    owed = [one for one in promises if one.is_owed]
    pausable = [
        one
        for one in owed
        if one.state in ("running", "paused")
        and (clause := standard.clause(one.clause_id))
        and clause.pausable
    ]
    return rules.Standing(
        state=matter.state,
        kind=matter.kind,
        is_paused=any(one.state == "paused" for one in owed),
        is_pausable=bool(pausable),
        is_signed=matter.signed_at is not None,
        is_anonymous=matter.anonymous,
        owes_visit_back=matter.state == "finished"
        and any(one.code == "visit_back" for one in owed),
        is_linked=matter.parent_id is not None,
        is_about_employee=matter.about_employee_id is not None,
        owes_answer=_owes_answer(matter),
    )


def _owes_answer(matter: Matter) -> bool:
    """Tell whether whoever suggested something has not heard what comes of it (VIS-04).

    Who is known is told of the result by the system (REC-11); to anybody else a person has to
    reply. Nobody can reply to who stays unknown.
    """
    if matter.kind not in rules.ANSWERED or matter.state not in rules.AFTER or matter.anonymous:
        return False
    if matter.person_id is not None:
        return False
    told = Event.objects.filter(matter_id=matter.pk, kind__in=("replied", "visited_back"))
    return not told.filter(contact=True).exists()
