"""Whole lives of matters, for proofs and replays: the facts in order, the promises as stored.

For the system itself (``huiyin audit``, ``huiyin standards replay``), so nothing narrows them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.stored import pauses_of, state_of
from huiyin.standards.queries import Place
from huiyin.standards.react import Fact, PromiseState
from huiyin.trail.models import Entry

CHUNK = 500


@dataclass(frozen=True, slots=True)
class History:
    """One matter from its first fact on, with what is stored of its promises.

    ``standard_ids`` are all standards its promises were ever dated by; more than one means that
    the manager asked for running clocks to be moved to a new standard.
    """

    number: str
    kind: str
    place: Place
    received_at: datetime
    standard_id: int
    standard_ids: frozenset[int]
    facts: tuple[Fact, ...]
    promises: tuple[PromiseState, ...]


def count(*, community_id: int | None = None) -> int:
    """Count the matters there are."""
    return _matters(community_id).count()


def histories(
    *,
    community_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    one_in: int = 1,
) -> Iterator[History]:
    """Walk matters received in a half-open period, oldest row first, a chunk at a time in memory.

    ``one_in`` takes every so-manieth only, always the same ones.
    """
    rows = _matters(community_id)
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    if until is not None:
        rows = rows.filter(received_at__lt=until)
    if one_in > 1:
        rows = rows.annotate(rest=F("id") % one_in).filter(rest=0)
    last = 0
    while chunk := list(rows.filter(id__gt=last).order_by("id")[:CHUNK]):
        yield from _read(chunk)
        last = chunk[-1].pk


def disturbed_since(*, at: datetime, community_id: int) -> bool:
    """Tell whether calendar or running clocks of a community were changed by hand after a moment.

    What was promised before may then differ from what its facts give today.
    """
    return (
        Entry.objects.filter(
            Q(community_id=community_id) | Q(community_id__isnull=True),
            Q(action__startswith="calendar.") | Q(action="matters.recalculated"),
        )
        .filter(at__gt=at)
        .exists()
    )


def facts(matter: Matter, events: Iterable[Event]) -> tuple[Fact, ...]:
    """Return events in time order as facts, each under the kind the matter had then."""
    events = list(events)
    kind, important = _origin(matter, events)
    cycle = 1
    found: list[Fact] = []
    for one in events:
        if one.kind == "reopened":
            cycle += 1
        if one.kind == "reclassified":
            kind, important = one.data["to"], one.data["important"]
        until = one.data.get("until")
        found.append(
            Fact(
                kind=one.kind,
                at=one.at,
                matter_kind=kind,
                important=important,
                cycle=cycle,
                via=one.via,
                contact=one.contact,
                by_posts=tuple(one.data.get("posts", ())),
                until=datetime.fromisoformat(until) if until else None,
                reason=one.text,
            )
        )
    return tuple(found)


def _origin(matter: Matter, events: Sequence[Event]) -> tuple[str, bool]:
    """Return the kind and importance at reception: what the first re-classification came from."""
    first = next((one for one in events if one.kind == "reclassified"), None)
    if first is None:
        return matter.kind, matter.important
    return first.data["from"], first.data["was_important"]


def _matters(community_id: int | None) -> QuerySet[Matter]:
    rows = Matter.objects.select_related("community")
    return rows if community_id is None else rows.filter(community_id=community_id)


def _read(chunk: Sequence[Matter]) -> Iterator[History]:
    ids = [matter.pk for matter in chunk]
    events: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(matter_id__in=ids).order_by("at", "id"):
        events[event.matter_id].append(event)
    rows = list(Promise.objects.filter(matter_id__in=ids).order_by("id"))
    pauses = pauses_of(row.pk for row in rows)
    promises: dict[int, list[Promise]] = defaultdict(list)
    for row in rows:
        promises[row.matter_id].append(row)
    for matter in chunk:
        held, town = promises[matter.pk], matter.community
        yield History(
            number=matter.number,
            kind=matter.kind,
            place=Place(town.pk, town.zone, town.calendar_version),
            received_at=matter.received_at,
            standard_id=matter.standard_id,
            standard_ids=frozenset({row.standard_id for row in held} | {matter.standard_id}),
            facts=facts(matter, events[matter.pk]),
            promises=tuple(state_of(row, pauses.get(row.pk, ())) for row in held),
        )
