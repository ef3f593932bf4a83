"""Meters and the readings around a period, in one statement, for rooms that compute (BIL-03)."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection

from huiyin.meters.rules import MeterFacts, ReadingFacts

# Each meter brings its readings from the last accepted one before the period, or from the one a
# bill ended with, whichever is older, to the last day that may close the period.
_FACTS = """
WITH opened AS (
    SELECT meter_id, min(read_on) AS since FROM meters_reading WHERE id = ANY(%(opened)s)
     GROUP BY meter_id
), hung AS (
    SELECT m.id, m.code, m.kind, m.house_id, m.factor, m.digits, m.from_on, m.until_on,
           least(o.since, coalesce(before.since, '-infinity')) AS since
      FROM meters_meter m
      LEFT JOIN opened o ON o.meter_id = m.id
      LEFT JOIN LATERAL (
           SELECT r.read_on AS since FROM meters_reading r
            WHERE r.meter_id = m.id AND r.read_on <= %(before)s AND r.voided_at IS NULL
              AND (r.held = '' OR r.settled_at IS NOT NULL)
            ORDER BY r.read_on DESC LIMIT 1) before ON true
     WHERE {which}
       AND m.from_on < %(until_on)s
       AND (m.until_on IS NULL OR m.until_on > %(from_on)s OR o.meter_id IS NOT NULL)
)
SELECT h.id, h.code, h.kind, h.house_id, h.factor, h.digits, h.from_on, h.until_on,
       r.id, r.kind, r.read_on, r.value, r.rolled, r.held <> '' AND r.settled_at IS NULL,
       r.voided_at IS NOT NULL
  FROM hung h
  LEFT JOIN meters_reading r
    ON r.meter_id = h.id AND r.read_on >= h.since AND r.read_on <= %(after)s
   AND (r.voided_at IS NULL OR r.id = ANY(%(opened)s))
 ORDER BY h.from_on, h.id, r.read_on, r.id
"""
_OF_HOUSES = _FACTS.format(
    which="m.house_id BETWEEN %(first)s AND %(last)s AND m.community_id = %(community)s"
    " AND m.kind = ANY(%(kinds)s)"
)
_OF_METERS = _FACTS.format(which="m.id = ANY(%(meters)s)")


def readings_of_houses(
    *,
    community_id: int,
    first: int,
    last: int,
    kinds: Collection[str],
    from_on: date,
    until_on: date,
    early: int,
    late: int,
    opened: Collection[int] = (),
) -> dict[tuple[int, str], tuple[MeterFacts, ...]]:
    """Return what ``rules.use`` needs for the houses with ids from ``first`` to ``last``.

    The keys are house id and kind of meter. ``opened`` are the ids of the readings with which the
    last bills ended: they are brought even if voided since.
    """
    found: dict[tuple[int, str], list[MeterFacts]] = {}
    given = {"community": community_id, "first": first, "last": last, "kinds": list(kinds)}
    days = _days(from_on, until_on, early, late, opened)
    for kind, house_id, meter in _read(_OF_HOUSES, {**given, **days}):
        found.setdefault((house_id, kind), []).append(meter)
    return {key: tuple(meters) for key, meters in found.items()}


def facts_of_meters(
    *,
    meters: Collection[int],
    from_on: date,
    until_on: date,
    early: int,
    late: int,
    opened: Collection[int] = (),
) -> dict[int, MeterFacts]:
    """Return what ``rules.use`` needs for meters by id, the shared ones among them."""
    days = _days(from_on, until_on, early, late, opened)
    return {one.id: one for _, _, one in _read(_OF_METERS, {"meters": list(meters), **days})}


def _days(
    from_on: date, until_on: date, early: int, late: int, opened: Collection[int]
) -> dict[str, Any]:
    return {
        "from_on": from_on,
        "until_on": until_on,
        "before": from_on - timedelta(early + 1),
        "after": until_on + timedelta(late),
        "opened": list(opened),
    }


def _read(query: str, given: Mapping[str, Any]) -> list[tuple[str, int, MeterFacts]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        rows = cursor.fetchall()
    meters: dict[int, tuple[Any, ...]] = {}
    readings: dict[int, list[ReadingFacts]] = {}
    for row in rows:
        meter, reading = row[:8], row[8:]
        meters[meter[0]] = meter
        shown = readings.setdefault(meter[0], [])
        if reading[0] is not None:
            shown.append(ReadingFacts(*reading))
    return [
        (
            kind,
            house_id,
            MeterFacts(number, code, factor, digits, begun, ended, tuple(readings[number])),
        )
        for number, code, kind, house_id, factor, digits, begun, ended in meters.values()
    ]
