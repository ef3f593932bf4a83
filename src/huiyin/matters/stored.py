"""Stored promises as the engine sees them: for actions that change and queries that show."""

from collections.abc import Iterable

from huiyin.matters import rules
from huiyin.matters.models import Matter, Pause, Promise
from huiyin.standards.document import Standard
from huiyin.standards.react import PromiseState, Span


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
    )
