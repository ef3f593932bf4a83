"""Facts heard of late: at which moment they count, and what they change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.matters.models import Event, Matter
from huiyin.matters.queries.histories import facts
from huiyin.standards import late
from huiyin.standards import react as engine
from huiyin.standards.document import Standard
from huiyin.standards.react import Change, Fact, PromiseState

# What only the one who has the matter does, so not while somebody else had it.
_OF_THE_OWNER = frozenset({"accepted", "arrived", "finished", "signed"})
_GIVEN = frozenset({"assigned", "accepted", "handed_over", "given_back"})
# Nobody agrees a time for, or lays aside, what is done: they did not know of it.
_STILL_OPEN = frozenset({"promised", "paused", "resumed"})
_BEGUN_ANEW = frozenset({"received", "reopened", "unlinked"})


def hear(
    *,
    matter: Matter,
    standard: Standard,
    promises: Sequence[PromiseState],
    fact: Fact,
    at: datetime,
    calendar: WorkingCalendar,
) -> tuple[datetime, tuple[Change, ...]]:
    """Return the moment at which a fact heard of at ``at`` counts, and what it changes.

    1. It counts at its own moment, but not longer ago than the standard allows, and not before
       what contradicts it: reception, a re-opening, the matter in somebody else's hands, for a
       result also a time agreed or a pause begun or ended by a person. Then it counts right after.
    2. Where that would take back the verdict of a promise already closed, it counts at the first
       later event where it does not, at the latest now.
    """
    events = list(Event.objects.filter(matter=matter).order_by("at", "id"))
    history = facts(matter, events)
    earliest = max(
        at - standard.field.late_facts,
        *(one.at for one in events if _contradicts(one, fact, matter.owner.code)),
    )
    for moment in _moments(max(fact.at, earliest), events, at):
        then = [one for one in history if one.at <= moment][-1]
        told = replace(fact, at=moment, matter_kind=then.matter_kind, important=then.important)
        changes = late.hear(standard, promises, history, told, at, calendar)
        if changes is not None:
            return moment, changes
    return at, engine.react(standard, promises, replace(fact, at=at), calendar)


def _moments(first: datetime, events: Sequence[Event], at: datetime) -> Iterator[datetime]:
    yield from sorted({first, *(one.at for one in events if first < one.at)} - {at})


def _contradicts(event: Event, fact: Fact, owner: str) -> bool:
    if event.kind in _BEGUN_ANEW:
        return True
    if fact.kind == "finished" and event.kind in _STILL_OPEN and event.by_id is not None:
        return True
    given_to_another = event.kind in _GIVEN and event.data.get("to") != owner
    return fact.kind in _OF_THE_OWNER and given_to_another
