"""Meters in lists and one by one, and the readings that wait for somebody's eyes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.meters.access import admit_to_walk, may_keep
from huiyin.meters.models import Meter, Reading
from huiyin.meters.rows import HeldRow, MeterCard, MeterRow, ReadingRow
from huiyin.meters.rules import MONTH, MeterFacts, ReadingFacts, capacity, usual
from huiyin.meters.shown import fact_of, reading_row

LIMIT = 50
HISTORY = 120
REMEMBERED = 8

METERS = """
SELECT m.id, m.code, m.kind, coalesce(h.code, ''), coalesce(b.name, ''), m.place, m.route, m.step,
       m.factor, m.digits, m.from_on, m.until_on, r.read_on, r.value, coalesce(r.kind, ''),
       EXISTS (SELECT FROM meters_reading w
                WHERE w.meter_id = m.id AND w.held <> '' AND w.settled_at IS NULL
                  AND w.voided_at IS NULL) AS held
  FROM meters_meter m
  LEFT JOIN estate_house h ON h.id = m.house_id
  LEFT JOIN estate_building b ON b.id = m.building_id
  LEFT JOIN LATERAL (
       SELECT r.read_on, r.value, r.kind FROM meters_reading r
        WHERE r.meter_id = m.id AND r.voided_at IS NULL
          AND (r.held = '' OR r.settled_at IS NOT NULL)
        ORDER BY r.read_on DESC, r.id DESC LIMIT 1) r ON true
"""


@dataclass(frozen=True, slots=True)
class MeterFilters:
    """Which meters to list; ``state`` is hanging, down, unread or held, ``q`` a code or a house."""

    kind: str = ""
    route: str = ""
    shared: bool = False
    state: str = "hanging"
    q: str = ""


def meters(
    *,
    caller: Caller,
    community_id: int,
    on: date,
    filters: MeterFilters | None = None,
    cursor: str = "",
    limit: int = LIMIT,
) -> Page[MeterRow]:
    """Return meters in the order in which they are read, one statement a page.

    Raises NotFound, Forbidden, BadInput for a cursor of another list.
    """
    admit_to_walk(caller, community_id)
    where, given = _where(filters or MeterFilters(), on)
    if cursor:
        route, step, pk = _after(cursor, str, int, int)
        where.append("(m.route, m.step, m.id) > (%(route_after)s, %(step_after)s, %(id_after)s)")
        given |= {"route_after": route, "step_after": step, "id_after": pk}
    query = (
        METERS
        + " WHERE m.community_id = %(community)s AND "
        + " AND ".join(where)
        + " ORDER BY m.route, m.step, m.id LIMIT %(limit)s"
    )
    rows = meter_rows(query, given | {"community": community_id, "limit": limit + 1})
    return paging.page_of(rows, limit, lambda row: row, lambda row: (row.route, row.step, row.id))


def meter(*, caller: Caller, community_id: int, code: str) -> MeterCard:
    """Return a meter and its readings, newest first, each with the use since the one before.

    Raises NotFound, Forbidden.
    """
    admit_to_walk(caller, community_id)
    given = {"community": community_id, "code": code.strip().replace("\0", "")[:40]}
    query = METERS + " WHERE m.community_id = %(community)s AND m.code = %(code)s"
    found = meter_rows(query, given)
    if not found:
        raise NotFound(_("没有编号为“%(code)s”的表,请核对表号。") % {"code": code[:40]})
    (row,) = found
    hung = Meter.objects.select_related("community", "replaces", "replaced_by").get(pk=row.id)
    readings = list(
        Reading.objects.filter(meter=hung)
        .select_related("meter", "settled_by")
        .order_by("-read_on", "-id")[:HISTORY]
    )
    after = getattr(hung, "replaced_by", None)
    facts = [fact_of(one) for one in readings]
    return MeterCard(
        row=row,
        zone=hung.community.zone,
        before=hung.replaces.code if hung.replaces else "",
        after=after.code if after else "",
        readings=tuple(_with_use(row, readings, facts, caller)),
        usual=_monthly(usual(facts_of_row(row, facts)), row.factor),
        may_keep=may_keep(caller, community_id),
    )


def held(
    *, caller: Caller, community_id: int, cursor: str = "", limit: int = LIMIT
) -> Page[HeldRow]:
    """Return the readings that wait to be settled, the oldest first.

    Raises NotFound, Forbidden, BadInput for a cursor of another list.
    """
    admit_to_walk(caller, community_id)
    waiting = Reading.objects.filter(community_id=community_id, settled_at=None, voided_at=None)
    waiting = waiting.exclude(held="").select_related("meter", "settled_by").order_by("id")
    if cursor:
        waiting = waiting.filter(pk__gt=_after(cursor, int)[0])
    found = list(waiting[: limit + 1])
    shown = meter_rows(
        METERS + " WHERE m.id = ANY(%(ids)s)", {"ids": [one.meter_id for one in found]}
    )
    rows = {row.id: row for row in shown}
    known = recent(tuple(rows))
    keeps = may_keep(caller, community_id)

    def make(one: Reading) -> HeldRow:
        row = rows[one.meter_id]
        before = [fact for fact in known[row.id] if fact.read_on <= one.read_on]
        reading = reading_row(one, caller)
        last = before[-1] if before else None
        return HeldRow(
            reading=reading,
            meter=row,
            before_on=last.read_on if last else None,
            before_value=last.value if last else None,
            usual=_monthly(usual(facts_of_row(row, before)), row.factor),
            may_settle=keeps and not reading.is_mine,
        )

    return paging.page_of(found, limit, make, lambda one: (one.pk,))


def held_count(*, community_id: int) -> int:
    """Return how many readings of a community wait; whoever asks has been admitted."""
    waiting = Reading.objects.filter(community_id=community_id, settled_at=None, voided_at=None)
    return waiting.exclude(held="").count()


def photo_file(*, caller: Caller, community_id: int, reading: int) -> int:
    """Return the id of the photo of a reading; NotFound when it has none."""
    admit_to_walk(caller, community_id)
    found = Reading.objects.filter(pk=reading, community_id=community_id).values_list(
        "photo_id", flat=True
    )
    file_id = found.first()
    if file_id is None:
        raise NotFound(_("这次抄表没有照片。"))
    return file_id


def recent(meter_ids: Iterable[int]) -> Mapping[int, list[ReadingFacts]]:
    """Return the last readings of meters that count and were really read, the oldest first."""
    ids = list(meter_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.id, r.id, r.kind, r.read_on, r.value, r.rolled
              FROM unnest(%s::bigint[]) m(id)
             CROSS JOIN LATERAL (
                   SELECT * FROM meters_reading r
                    WHERE r.meter_id = m.id AND r.voided_at IS NULL AND r.kind <> 'estimated'
                      AND (r.held = '' OR r.settled_at IS NOT NULL)
                    ORDER BY r.read_on DESC, r.id DESC LIMIT %s) r
            """,
            [ids, REMEMBERED],
        )
        rows = cursor.fetchall()
    found: dict[int, list[ReadingFacts]] = {number: [] for number in ids}
    for number, *fact in rows:
        found[number].append(ReadingFacts(*fact))
    return {number: sorted(some, key=lambda one: one.order) for number, some in found.items()}


def meter_rows(query: str, given: Mapping[str, Any]) -> list[MeterRow]:
    """Run a query that begins with `METERS`."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [MeterRow(*row) for row in cursor.fetchall()]


def facts_of_row(row: MeterRow, readings: Iterable[ReadingFacts]) -> MeterFacts:
    """Return a row with readings as the rules see them."""
    return MeterFacts(
        row.id, row.code, row.factor, row.digits, row.from_on, row.until_on, tuple(readings)
    )


def _where(filters: MeterFilters, on: date) -> tuple[list[str], dict[str, Any]]:
    where = ["m.until_on IS NOT NULL" if filters.state == "down" else "m.until_on IS NULL"]
    given: dict[str, Any] = {}
    if filters.state == "unread":
        where.append("(r.read_on IS NULL OR r.read_on < %(unread_since)s)")
        given["unread_since"] = on - timedelta(MONTH)
    if filters.state == "held":
        where.append(
            "EXISTS (SELECT FROM meters_reading w WHERE w.meter_id = m.id AND w.held <> ''"
            " AND w.settled_at IS NULL AND w.voided_at IS NULL)"
        )
    if filters.kind:
        where.append("m.kind = %(kind)s")
        given["kind"] = filters.kind
    if filters.route:
        where.append("m.route = %(route)s")
        given["route"] = filters.route
    if filters.shared:
        where.append("m.house_id IS NULL")
    if filters.q.strip():
        where.append("(m.code ILIKE %(q)s OR h.code ILIKE %(q)s OR m.place ILIKE %(q)s)")
        sought = filters.q.strip()[:40].replace("\\", "").replace("%", r"\%").replace("_", r"\_")
        given["q"] = f"%{sought}%"
    return where, given


def _after(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    try:
        return paging.read_cursor(cursor, *kinds)
    except paging.BadCursor as error:
        raise BadInput(_("翻页位置无效,请回到第一页。"), field="cursor") from error


def _monthly(daily: Fraction | None, factor: Decimal) -> Decimal | None:
    if daily is None:
        return None
    exact = daily * MONTH * Fraction(factor)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"))


def _with_use(
    row: MeterRow, readings: list[Reading], facts: list[ReadingFacts], caller: Caller
) -> Iterable[ReadingRow]:
    used: dict[int, Decimal] = {}
    counting = sorted((one for one in facts if one.counts), key=lambda one: one.order)
    for before, after in pairwise(counting):
        over = capacity(row.digits) if after.rolled and after.value < before.value else 0
        used[after.id] = (after.value - before.value + over) * row.factor
    for one in readings:
        yield reading_row(one, caller, used=used.get(one.pk))
