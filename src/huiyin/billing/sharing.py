"""The working of a shared cost (BIL-02), done by the database: who weighs what, and bears what.

The arithmetic is that of ``rules.apportion``, in whole numbers of any size: the exact share in fen
is ``div`` with remainder ``mod``, and the fen still missing go to the largest remainders.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from huiyin.billing.models import Pool, Scope

_HERE = """
h.community_id = %(community)s
  AND (%(kinds)s::text[] = '{}' OR h.kind = ANY(%(kinds)s::text[]))
  AND (%(anywhere)s OR h.building_id = ANY(%(buildings)s::bigint[])
       OR h.unit_id = ANY(%(units)s::bigint[]) OR h.id = ANY(%(houses)s::bigint[]))
  AND NOT h.id = ANY(%(but)s::bigint[])
"""
_GIVEN = "LEFT JOIN jsonb_each_text(%(given)s::jsonb) g ON g.key::bigint = h.id"
_COUNTED = """
LEFT JOIN (SELECT house_id, sum(quantity) AS quantity FROM billing_assignment
            WHERE item_id = %(item)s AND from_on <= %(last)s
              AND (until_on IS NULL OR until_on > %(last)s)
            GROUP BY house_id) a ON a.house_id = h.id
"""
# By basis: what is joined to the houses of the scope, and what each of them weighs.
_BASES = {
    Pool.Basis.AREA: ("", "h.area"),
    Pool.Basis.HOUSEHOLD: ("", "1::numeric"),
    Pool.Basis.WEIGHT: (_GIVEN + _COUNTED, "COALESCE(g.value::numeric, a.quantity)"),
    Pool.Basis.METER: (_GIVEN, "g.value::numeric"),
}
# The whole is a window, not a second look at the houses: where their number is not known yet, the
# database would take that look anew for every one of them.
_PORTIONS = """
portions AS (
    SELECT id, code, order_key, weight,
           div(%(fen)s * weight, whole) AS floor,
           mod(%(fen)s * weight, whole) AS rest
      FROM (SELECT members.*, sum(weight) OVER () AS whole FROM members) weighed
     WHERE whole > 0),
ranked AS (
    SELECT portions.*,
           row_number() OVER (ORDER BY rest DESC, id) <= %(fen)s - sum(floor) OVER () AS odd
      FROM portions)
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the houses of a pool weigh together, and those of which nobody knows it."""

    houses: int
    weight: Decimal
    weightless: int
    unknown: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """The share of one house: the exact one rounded down, and whether an odd fen came on top."""

    house: str
    order_key: str
    house_id: int
    weight: Decimal
    floor: Decimal
    odd: bool

    @property
    def amount(self) -> Decimal:
        """Yuan that the house bears."""
        return self.floor + (Decimal("0.01") if self.odd else 0)


def houses_of(scope: Scope) -> list[int]:
    """Return the ids of the houses of a scope."""
    sql = f"SELECT h.id FROM estate_house h WHERE {_HERE}"  # noqa: S608 the pieces stand above
    with _asking(sql, places_of(scope)) as cursor:
        return [row[0] for row in cursor]


def weigh(pool: Pool, given: Mapping[str, str], *, most_named: int) -> Weighed:
    """Return what the houses of a pool weigh, naming so many of which nobody knows. One query."""
    sql = f"""
        WITH {_members(pool)}
        SELECT count(*), COALESCE(sum(weight), 0), count(*) FILTER (WHERE weight = 0),
               count(*) FILTER (WHERE weight IS NULL),
               (array_agg(code ORDER BY order_key, id) FILTER (WHERE weight IS NULL))[:%(named)s]
          FROM members
    """  # noqa: S608 the pieces stand above
    with _asking(sql, {**_params(pool, given), "named": most_named}) as cursor:
        houses, weight, weightless, unknown, named = cursor.fetchone()
    return Weighed(houses, weight, weightless, unknown, tuple(named or ()))


def portions(
    pool: Pool, given: Mapping[str, str], *, after: tuple[str, int] = ("", 0), most: int
) -> list[Portion]:
    """Return so many shares as they would be now, in the order of the houses. One query."""
    sql = f"""
        WITH {_members(pool)}, {_PORTIONS}
        SELECT code, order_key, id, weight, floor / 100, odd FROM ranked
         WHERE (order_key, id) > (%(after_key)s, %(after_id)s)
         ORDER BY order_key, id LIMIT %(most)s
    """  # noqa: S608 the pieces stand above
    asked = {"after_key": after[0], "after_id": after[1], "most": most}
    with _asking(sql, {**_params(pool, given), **asked}) as cursor:
        return [
            Portion(code, order_key, house_id, weight, Decimal(floor), odd)
            for code, order_key, house_id, weight, floor, odd in cursor
        ]


def write_shares(pool: Pool, given: Mapping[str, str]) -> int:
    """Write the shares of a pool and return how many there are: one statement for any number.

    A house that weighs nothing gets no share.
    """
    sql = f"""
        WITH {_members(pool)}, {_PORTIONS}
        INSERT INTO billing_share (pool_id, house_id, weight, amount)
        SELECT %(pool)s, id, weight, (floor + odd::int) / 100 FROM ranked
         WHERE weight > 0
    """  # noqa: S608 the pieces stand above
    with _asking(sql, {**_params(pool, given), "pool": pool.pk}) as cursor:
        return int(cursor.rowcount)


def places_of(scope: Scope) -> dict[str, Any]:
    """Return the places of a scope as parameters of a query."""
    places: dict[str, list[Any]] = {
        name: list(scope.places.get(name, ()))
        for name in ("kinds", "buildings", "units", "houses", "but")
    }
    anywhere = not (places["buildings"] or places["units"] or places["houses"])
    return {"community": scope.community_id, "anywhere": anywhere, **places}


def _members(pool: Pool) -> str:
    joined, weight = _BASES[Pool.Basis(pool.basis)]
    return f"""members AS (
        SELECT h.id, h.code, h.order_key, {weight} AS weight
          FROM estate_house h {joined} WHERE {_HERE})"""  # noqa: S608 the pieces stand above


def _params(pool: Pool, given: Mapping[str, str]) -> dict[str, Any]:
    return {
        **places_of(pool.scope),
        "fen": int(pool.amount * 100),
        "item": pool.item_id,
        "last": pool.until_on - timedelta(days=1),
        "given": json.dumps(dict(given)),
    }


@contextmanager
def _asking(sql: str, params: Mapping[str, Any]) -> Iterator[CursorWrapper]:
    """Run a statement made of the pieces above; every value is a parameter."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield cursor
