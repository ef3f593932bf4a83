"""The walks on which meters are read: how far they got, and what each stop showed before."""

from datetime import date, datetime
from typing import Any

from django.db import connection

from huiyin.kernel.caller import Caller
from huiyin.meters.access import admit_to_walk
from huiyin.meters.models import Reading, Skip
from huiyin.meters.queries.lists import METERS, facts_of_row, meter_rows, recent
from huiyin.meters.rows import Route, Stop
from huiyin.meters.rules import Round, most_believable, round_of
from huiyin.meters.shown import reading_row
from huiyin.standards.queries import current

_ROUTES = """
SELECT m.route, count(*), count(*) FILTER (WHERE r.read), count(*) FILTER (WHERE s.skipped),
       count(*) FILTER (WHERE r.held)
  FROM meters_meter m
  LEFT JOIN LATERAL (
       SELECT true AS read, bool_or(r.held <> '' AND r.settled_at IS NULL) AS held
         FROM meters_reading r
        WHERE r.meter_id = m.id AND r.voided_at IS NULL AND r.kind IN ('read', 'last')
          AND r.read_on >= %(from_on)s AND r.read_on < %(until_on)s
       HAVING count(*) > 0) r ON true
  LEFT JOIN LATERAL (
       SELECT true AS skipped FROM meters_skip s
        WHERE s.meter_id = m.id AND s.skipped_on >= %(from_on)s AND s.skipped_on < %(until_on)s
          AND r.read IS NULL
        LIMIT 1) s ON true
 WHERE m.community_id = %(community)s AND m.until_on IS NULL
 GROUP BY m.route ORDER BY m.route
"""


def routes(*, caller: Caller, community_id: int, on: date) -> tuple[Route, ...]:
    """Return the walks of a community and how far each got in the round of a day.

    Raises NotFound, Forbidden.
    """
    admit_to_walk(caller, community_id)
    now = round_of(on)
    given: dict[str, Any] = {
        "community": community_id,
        "from_on": now.from_on,
        "until_on": now.until_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROUTES, given)
        return tuple(Route(*row) for row in cursor.fetchall())


def walk(
    *, caller: Caller, community_id: int, route: str, on: date, at: datetime
) -> tuple[Stop, ...]:
    """Return every stop of a walk in its order, in as many statements for 5 as for 500.

    Raises NotFound, Forbidden.
    """
    admit_to_walk(caller, community_id)
    _version, standard = current(community_id=community_id, at=at)
    factor = standard.billing.reading_factor
    rows = meter_rows(
        METERS + " WHERE m.community_id = %(community)s AND m.route = %(route)s"
        " AND m.until_on IS NULL ORDER BY m.step, m.id",
        {"community": community_id, "route": route},
    )
    ids = [row.id for row in rows]
    now = round_of(on)
    done, skipped = _done(ids, now), _skipped(ids, now)
    known = recent(ids)
    stops = []
    for row in rows:
        read = done.get(row.id)
        day = read.read_on if read else on
        before = [one for one in known[row.id] if read is None or one.id != read.pk]
        before = [one for one in before if one.read_on <= day]
        last = before[-1] if before else None
        stops.append(
            Stop(
                meter=row,
                before_on=last.read_on if last else None,
                before_value=last.value if last else None,
                most=most_believable(facts_of_row(row, before), day, factor=factor),
                done=reading_row(read, caller) if read else None,
                skipped="" if read else skipped.get(row.id, ""),
            )
        )
    return tuple(stops)


def closes_the_month(*, community_id: int, on: date, at: datetime) -> bool:
    """Tell whether what is read on a day may close the month it is next to."""
    _version, standard = current(community_id=community_id, at=at)
    rules = standard.billing
    return round_of(on).closes(on, early=rules.reading_early, late=rules.reading_late)


def _done(ids: list[int], now: Round) -> dict[int, Reading]:
    found = (
        Reading.objects.filter(
            meter__in=ids,
            voided_at=None,
            kind=Reading.Kind.READ,
            read_on__gte=now.from_on,
            read_on__lt=now.until_on,
        )
        .select_related("meter", "settled_by")
        .order_by("read_on", "id")
    )
    return {one.meter_id: one for one in found}


def _skipped(ids: list[int], now: Round) -> dict[int, str]:
    found = Skip.objects.filter(
        meter__in=ids, skipped_on__gte=now.from_on, skipped_on__lt=now.until_on
    ).order_by("skipped_on")
    return dict(found.values_list("meter_id", "reason"))
