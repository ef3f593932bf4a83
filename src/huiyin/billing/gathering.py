"""Reads what the rules compute from: the scheme of a run, and the facts of a slice of its houses.

By hand, as tuples: a part has tens of thousands of rows.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from huiyin.billing.models import ChargeItem, Run, Tariff, Terms
from huiyin.billing.rules import facts
from huiyin.billing.rules.facts import (
    APPORTIONED,
    METERED,
    SLIP,
    Billed,
    Charge,
    Holder,
    HouseFacts,
    Item,
    Relief,
    Scheme,
    Share,
    Slip,
)
from huiyin.billing.rules.periods import Period, previous
from huiyin.meters.queries import readings_of_houses
from huiyin.standards import queries as standards

_HOUSES: Final = """
SELECT id, kind, area, handed_over_on, vacant FROM estate_house
 WHERE community_id = %(community)s AND id BETWEEN %(first)s AND %(last)s ORDER BY id
"""
_HOLDERS: Final = """
SELECT house_id, person_id, role, from_on, until_on FROM (
    SELECT house_id, person_id, role, from_on, until_on, id FROM estate_occupancy
     WHERE house_id BETWEEN %(first)s AND %(last)s AND role <> 'co_owner'
    UNION ALL  -- a parking space in nobody's name is theirs whose flat it goes with
    SELECT space.id, o.person_id, o.role, o.from_on, o.until_on, o.id
      FROM estate_house space JOIN estate_occupancy o ON o.house_id = space.goes_with_id
     WHERE space.community_id = %(community)s AND space.id BETWEEN %(first)s AND %(last)s
       AND space.goes_with_id IS NOT NULL AND o.role <> 'co_owner'
       AND NOT EXISTS (SELECT 1 FROM estate_occupancy own WHERE own.house_id = space.id)
) AS holders ORDER BY id
"""
_CHARGES: Final = """
SELECT house_id, id, item_id, label, from_on, until_on, pays, payer_id, quantity, price
  FROM billing_assignment
 WHERE community_id = %(community)s AND house_id BETWEEN %(first)s AND %(last)s
   AND item_id = ANY(%(items)s) AND from_on < %(until_on)s
   AND (until_on IS NULL OR until_on > %(from_on)s OR item_id = ANY(%(loose)s))
 ORDER BY house_id, id
"""
_RELIEFS: Final = """
SELECT r.assignment_id, r.from_on, r.until_on, r.percent, r.monthly
  FROM billing_relief r JOIN billing_assignment a ON a.id = r.assignment_id
 WHERE r.state = 'approved' AND a.community_id = %(community)s
   AND a.house_id BETWEEN %(first)s AND %(last)s AND a.item_id = ANY(%(items)s)
 ORDER BY r.from_on, r.id
"""
_BILLED: Final = """
SELECT house_id, id, assignment_id, share_id, item_id, kind, from_on, until_on, amount,
       amount, 0, 0, 0, NULL, 0
  FROM billing_line
 WHERE house_id BETWEEN %(first)s AND %(last)s AND from_on < %(until_on)s AND until_on > %(before)s
   AND item_id = ANY(%(plain)s) AND kind = 'regular' AND reversed_at IS NULL
   AND assignment_id IS NOT NULL
"""
_BILLED_IN_FULL: Final = """
SELECT l.house_id, l.id, l.assignment_id, l.share_id, l.item_id, l.kind, l.from_on, l.until_on,
       l.amount, l.amount - coalesce(back.amount, 0), coalesce(back.trued, 0),
       b.payer_id, b.liable_id, l.working, coalesce(back.returned, 0)
  FROM billing_line l JOIN billing_bill b ON b.id = l.bill_id
  LEFT JOIN LATERAL (
       SELECT sum(r.amount) AS amount,
              sum(r.amount) FILTER (WHERE r.working ->> 'way' = 'true_up') AS trued,
              sum((r.working ->> 'back')::numeric)
                  FILTER (WHERE r.working ->> 'way' = 'true_up') AS returned
         FROM billing_reduction r WHERE r.line_id = l.id) back ON true
 WHERE {which} AND l.kind IN ('regular', 'correction') AND l.reversed_at IS NULL
   AND l.assignment_id IS NOT NULL
"""
_OF_HOUSES: Final = _BILLED_IN_FULL.format(
    which="l.house_id BETWEEN %(first)s AND %(last)s AND l.from_on < %(until_on)s"
    " AND l.until_on > %(before)s AND l.item_id = ANY(%(full)s)"
)
# The last lines of charges that were billed before, but not in the days that were read.
_LAST: Final = _BILLED_IN_FULL.format(
    which="l.id IN (SELECT last.id FROM unnest(%(charges)s::bigint[]) AS charge (id)"
    " CROSS JOIN LATERAL (SELECT id FROM billing_line WHERE assignment_id = charge.id"
    "  AND kind = 'regular' AND reversed_at IS NULL ORDER BY until_on DESC LIMIT 1) last)"
)
# The first lines after those days: a bill that comes late ends where they began.
_NEXT: Final = _BILLED_IN_FULL.format(
    which="l.id IN (SELECT DISTINCT ON (next.assignment_id) next.id FROM billing_line next"
    " WHERE next.house_id BETWEEN %(first)s AND %(last)s AND next.from_on >= %(until_on)s"
    "  AND next.item_id = ANY(%(metered)s) AND next.kind = 'regular'"
    "  AND next.reversed_at IS NULL AND next.assignment_id IS NOT NULL"
    " ORDER BY next.assignment_id, next.from_on, next.id)"
)
# What an estimate gave back stays given back when the line that did it, or the one it was taken
# from, is reversed: by charge, how much that is and was not set right yet.
_GIVEN_BACK: Final = """
SELECT house_id, assignment_id, sum(given) FROM (
    SELECT l.house_id, l.assignment_id,
           (r.working ->> 'back')::numeric
               * CASE WHEN l.reversed_at IS NULL THEN 1 ELSE -1 END AS given
      FROM billing_line l JOIN billing_reduction r ON r.line_id = l.id
      JOIN billing_run run ON run.id = r.run_id
     WHERE l.house_id BETWEEN %(first)s AND %(last)s AND l.item_id = ANY(%(metered)s)
       AND r.working ->> 'way' = 'true_up'
       AND (run.state = 'reversed') <> (l.reversed_at IS NOT NULL)
     UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (assignment_id, working -> 'use') house_id, assignment_id,
               -(working ->> 'given')::numeric
          FROM billing_line
         WHERE house_id BETWEEN %(first)s AND %(last)s AND item_id = ANY(%(metered)s)
           AND kind = 'regular' AND reversed_at IS NULL AND working ->> 'given' IS NOT NULL
         ORDER BY assignment_id, working -> 'use') set_right
) AS changes
 GROUP BY house_id, assignment_id HAVING sum(given) <> 0
"""
_SHARED: Final = """
SELECT s.house_id, s.id, p.item_id, p.name, p.from_on, p.until_on, s.amount, s.weight, p.amount,
       coalesce(p.weight, 0), p.basis, p.vacant
  FROM billing_pool p
  JOIN unnest(%(shared)s::bigint[], %(shared_until)s::date[]) AS item (id, until_on)
    ON item.id = p.item_id AND p.until_on <= item.until_on
  JOIN billing_share s ON s.pool_id = p.id
  {billed}
 WHERE p.community_id = %(community)s AND p.state = 'shared' AND {unbilled}
"""
# Of some houses: one look into the index for each share, however many lines there are.
_SHARES: Final = _SHARED.format(
    billed="LEFT JOIN LATERAL (SELECT true AS found FROM billing_line l WHERE l.share_id = s.id"
    " AND l.kind = 'regular' AND l.reversed_at IS NULL LIMIT 1) billed ON true",
    unbilled="s.house_id BETWEEN %(first)s AND %(last)s AND billed.found IS NULL"
    " ORDER BY s.house_id, p.from_on, s.id",
)
_SHARES_OF_ALL: Final = _SHARED.format(
    billed="",
    unbilled="NOT EXISTS (SELECT FROM billing_line l WHERE l.share_id = s.id"
    " AND l.kind = 'regular' AND l.reversed_at IS NULL)",
)
_SLIPS: Final = """
SELECT s.house_id, s.id, s.item_id, s.number, s.done_on, s.amount, s.lines
  FROM billing_slip s
 WHERE s.community_id = %(community)s AND s.house_id BETWEEN %(first)s AND %(last)s
   AND s.item_id = ANY(%(slips)s) AND s.done_on < %(issued_on)s
   AND s.voided_at IS NULL AND s.void_asked_at IS NULL
   AND NOT EXISTS (SELECT FROM billing_line l WHERE l.slip_id = s.id AND l.reversed_at IS NULL)
 ORDER BY s.house_id, s.done_on, s.id
"""
# The lines of a community lie where its houses do, not spread over those of all communities.
_ITS_LINES: Final = """l.community_id = %(community)s
       AND l.house_id BETWEEN (SELECT min(house_id) FROM billing_assignment
                                WHERE community_id = %(community)s)
                          AND (SELECT max(house_id) FROM billing_assignment
                                WHERE community_id = %(community)s)"""
# Each assignment with days of its item's window that no live line covers, each share and slip.
_UNBILLED: Final = f"""
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(froms)s::date[], %(untils)s::date[],
                         %(by_month)s::boolean[]) AS item (id, from_on, until_on, by_month)
), done AS (
    SELECT l.assignment_id, sum(least(l.until_on, item.until_on)
                                - greatest(l.from_on, item.from_on)) AS days
      FROM billing_line l JOIN item ON item.id = l.item_id
     WHERE {_ITS_LINES} AND l.kind = 'regular' AND l.reversed_at IS NULL
       AND l.from_on < %(until_on)s AND l.until_on > %(from_on)s
       AND l.from_on < item.until_on AND l.until_on > item.from_on
       AND l.assignment_id IS NOT NULL
     GROUP BY l.assignment_id
)
SELECT a.house_id
  FROM item
  JOIN billing_assignment a ON a.item_id = item.id AND a.community_id = %(community)s
   AND a.from_on < item.until_on AND (a.until_on IS NULL OR a.until_on > item.from_on)
  LEFT JOIN done ON done.assignment_id = a.id
 WHERE least(item.until_on, CASE WHEN item.by_month
               THEN date_trunc('month', a.until_on - 1 + interval '1 month')::date
               ELSE a.until_on END)
     - greatest(item.from_on, CASE WHEN item.by_month
               THEN date_trunc('month', a.from_on - 1 + interval '1 month')::date
               ELSE a.from_on END) > coalesce(done.days, 0)
"""  # noqa: S608 - nothing of a caller is in it
_CORRECTABLE: Final = f"""
SELECT l.house_id FROM billing_line l
 WHERE {_ITS_LINES} AND l.item_id = ANY(%(items)s)
   AND l.kind IN ('regular', 'correction') AND l.reversed_at IS NULL
   AND l.assignment_id IS NOT NULL
   AND l.from_on < %(until_on)s AND l.until_on > %(from_on)s
"""  # noqa: S608 - nothing of a caller is in it
_OF_HOUSES_ONLY: Final = "SELECT house_id FROM ({}) AS found"


class Slice(NamedTuple):
    """The houses with ids from ``first`` to ``last`` of a run's community."""

    run: Run
    first: int
    last: int


def scheme_of(run: Run, at: datetime) -> Scheme:
    """Return what holds for all houses of a run: items, prices, limits of the standard."""
    items = {
        row[0]: Item(*row)
        for row in ChargeItem.objects.filter(group=run.group_id, in_use=True)
        .order_by("order", "id")
        .values_list("id", "name", "way", "phase", "split", "unit", "meter_kind")
    }
    tariffs = Tariff.objects.filter(item__in=items, state=Tariff.State.APPROVED)
    _, standard = standards.current(community_id=run.community_id, at=at)
    rules = standard.billing
    terms = Terms.objects.filter(community=run.community_id).values_list("developer_id", flat=True)
    return Scheme(
        period=Period(run.period, run.from_on, run.until_on),
        items=items,
        tariffs=tuple(_tariff(one) for one in tariffs.order_by("from_on", "id")),
        developer_id=terms.first(),
        unusual=rules.unusual,
        early=rules.reading_early,
        late=rules.reading_late,
        corrects=run.kind == Run.Kind.CORRECTION,
    )


def _tariff(one: Tariff) -> facts.Tariff:
    steps = tuple(
        (None if bound is None else Decimal(str(bound)), Decimal(str(price)))
        for bound, price in one.tiers
    )
    return facts.Tariff(
        one.pk,
        one.item_id,
        one.house_kind,
        one.price,
        steps,
        one.least,
        one.from_on,
        one.until_on,
    )


def to_bill(run: Run, scheme: Scheme) -> tuple[str, dict[str, Any]]:
    """Return a SELECT of the houses, by ``house_id``, of which a run would bill anything."""
    given = _given(run, scheme)
    if not scheme.items:
        return "SELECT NULL::bigint AS house_id WHERE false", {}
    if scheme.corrects:
        return _CORRECTABLE, given
    parts = [_UNBILLED]
    everywhere = {"first": 0, "last": 2**63 - 1}
    if given["shared"]:
        parts.append(_OF_HOUSES_ONLY.format(_SHARES_OF_ALL))
    if given["slips"]:
        parts.append(_OF_HOUSES_ONLY.format(_SLIPS))
    return " UNION ALL ".join(parts), given | everywhere


def gather(part: Slice, scheme: Scheme) -> list[HouseFacts]:
    """Read the facts of a slice of houses, in the order of their ids."""
    given = _given(part.run, scheme) | {"first": part.first, "last": part.last}
    houses = {row[0]: HouseFacts(*row) for row in _rows(_HOUSES, given)}
    if not scheme.items:
        return list(houses.values())
    for house_id, *row in _rows(_HOLDERS, given):
        if house := houses.get(house_id):
            house.holders.append(Holder(*row))
    _charges(houses, given)
    _billed(houses, given, scheme)
    if not scheme.corrects:
        _sources(houses, given)
        _meters(part, houses, given, scheme)
    return list(houses.values())


def _charges(houses: dict[int, HouseFacts], given: dict[str, Any]) -> None:
    reliefs: dict[int, list[Relief]] = {}
    for charge_id, *row in _rows(_RELIEFS, given):
        reliefs.setdefault(charge_id, []).append(Relief(*row))
    for house_id, *row in _rows(_CHARGES, given):
        if house := houses.get(house_id):
            house.charges.append(Charge._make((*row, tuple(reliefs.get(row[0], ())))))


def _billed(houses: dict[int, HouseFacts], given: dict[str, Any], scheme: Scheme) -> None:
    rows = _rows(_BILLED, given) if given["plain"] else []
    if given["full"]:
        rows += _rows(_OF_HOUSES, given)
    _add_billed(houses, rows)
    if given["metered"] and not scheme.corrects:
        known = {one.charge_id for house in houses.values() for one in house.billed}
        begun = [
            one.id
            for house in houses.values()
            for one in house.charges
            if one.item_id in given["metered"]
            and one.id not in known
            and one.from_on < given["before"]
        ]
        if begun:
            _add_billed(houses, _rows(_LAST, {"charges": begun}))
        _add_billed(houses, _rows(_NEXT, given))
        if Run.objects.filter(group=given["group"], state=Run.State.REVERSED).exists():
            for house_id, charge_id, quantity in _rows(_GIVEN_BACK, given):
                if house := houses.get(house_id):
                    house.given_back[charge_id] = quantity


def _add_billed(houses: dict[int, HouseFacts], rows: Iterable[tuple[Any, ...]]) -> None:
    for house_id, *row, working, returned in rows:
        if house := houses.get(house_id):
            frozen = json.loads(working) if working else {}
            house.billed.append(Billed._make((*row, frozen, returned)))


def _sources(houses: dict[int, HouseFacts], given: dict[str, Any]) -> None:
    if given["shared"]:
        for house_id, *row in _rows(_SHARES, given):
            if house := houses.get(house_id):
                house.shares.append(Share(*row))
    if given["slips"]:
        for house_id, *row, lines in _rows(_SLIPS, given):
            if house := houses.get(house_id):
                house.slips.append(Slip._make((*row, json.loads(lines))))


def _meters(
    part: Slice, houses: dict[int, HouseFacts], given: dict[str, Any], scheme: Scheme
) -> None:
    items = [one for one in scheme.items.values() if one.way == METERED]
    if not items:
        return
    opened = [
        reading
        for house in houses.values()
        for one in house.billed
        if one.item_id in given["metered"]
        for frozen in ("begins_with", "opens_with")
        for reading in one.working.get(frozen, {}).values()
    ]
    windows = [scheme.window(one) for one in items]
    found = readings_of_houses(
        community_id=part.run.community_id,
        first=part.first,
        last=part.last,
        kinds={one.meter_kind for one in items},
        from_on=min(one.from_on for one in windows),
        until_on=max(one.until_on for one in windows),
        early=scheme.early,
        late=scheme.late,
        opened=opened,
    )
    for (house_id, kind), meters in found.items():
        if house := houses.get(house_id):
            house.meters[kind] = meters


def _given(run: Run, scheme: Scheme) -> dict[str, Any]:
    """Return the parameters of every statement: items by way, and the days a run looks at."""
    windows = [(one, scheme.window(one)) for one in scheme.items.values()]
    by_days = [(one, days) for one, days in windows if one.way not in (APPORTIONED, SLIP)]
    shared = [(one, days) for one, days in windows if one.way == APPORTIONED]
    first = min((days.from_on for _, days in windows), default=run.from_on)
    metered = {one.id for one, _ in windows if one.way == METERED}
    full = set(scheme.items) if scheme.corrects else metered
    return {
        "community": run.community_id,
        "group": run.group_id,
        "issued_on": run.issued_on,
        "items": _ids(windows),
        "ids": _ids(by_days),
        "froms": [days.from_on for _, days in by_days],
        "untils": [days.until_on for _, days in by_days],
        "by_month": [one.split == facts.MONTH for one, _ in by_days],
        "shared": _ids(shared),
        "shared_until": [days.until_on for _, days in shared],
        "slips": [one.id for one, _ in windows if one.way == SLIP],
        "loose": [one.id for one, _ in windows if one.way in (APPORTIONED, SLIP)],
        "metered": list(metered),
        "full": list(full),
        "plain": [one for one in scheme.items if one not in full],
        "from_on": first,
        "until_on": max((days.until_on for _, days in windows), default=run.until_on),
        # Lines of the period before are read too: they tell what is usual, and how meters stood.
        "before": previous(_first_window(scheme, first)).from_on,
    }


def _first_window(scheme: Scheme, first: date) -> Period:
    return next(
        (days for one in scheme.items.values() if (days := scheme.window(one)).from_on == first),
        scheme.period,
    )


def _ids(windows: Iterable[tuple[Item, Any]]) -> list[int]:
    return [one.id for one, _ in windows]


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
