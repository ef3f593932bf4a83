"""The dispatcher's screen (中央调度, REC-15): unassigned, standing still, due next, broken."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from huiyin.kernel.caller import Caller
from huiyin.matters.access import HEADS, visible
from huiyin.matters.kinds import INTERNAL_KINDS
from huiyin.matters.models import Matter
from huiyin.matters.queries.lists import ROW_FIELDS, matter_row
from huiyin.matters.queries.rows import MatterRow

SHOWN = 10
COUNTED = 200  # what is more is told as "more than"


@dataclass(frozen=True, slots=True)
class Section:
    """The first matters of one kind of trouble, and how many there are, counted up to a limit."""

    rows: tuple[MatterRow, ...]
    count: int

    @property
    def is_more(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.count > COUNTED


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a dispatcher has to look at now.

    What is to be sent or moved shows only the first of several reports of one problem; a clock that
    is still owed to somebody shows for each.
    """

    unassigned: Section
    stalled: Section
    due: Section
    broken: Section


@dataclass(frozen=True, slots=True)
class Load:
    """How many open matters somebody owns, and how many of them are late."""

    open: int
    late: int


NOTHING = Load(0, 0)


# Each list is the beginning of an index; one statement, for the screen asks it every few seconds.
_BOARD = """
  WITH m AS NOT MATERIALIZED (
       SELECT id, state, nearest_due_at, moved_at, closed_at, parent_id FROM matters_matter
        WHERE community_id = %(community)s AND kind <> ALL (%(internal)s)
          AND about_employee_id IS DISTINCT FROM %(me)s
          AND (%(heads)s OR owner_id = %(me)s OR about_employee_id IS NOT NULL
               OR kind <> 'complaint.attitude' OR channel <> 'web')),
       unassigned AS (
       SELECT id, nearest_due_at AS rank FROM m
        WHERE state IN ('received', 'reopened') AND parent_id IS NULL
        ORDER BY nearest_due_at, id LIMIT %(most)s),
       stalled AS (
       SELECT id, moved_at AS rank FROM m
        WHERE state IN ('assigned', 'accepted', 'on_site') AND moved_at <= %(stalled_since)s
          AND parent_id IS NULL
        ORDER BY moved_at, id LIMIT %(most)s),
       due AS (
       SELECT id, nearest_due_at AS rank FROM m
        WHERE closed_at IS NULL AND nearest_due_at > %(at)s
        ORDER BY nearest_due_at, id LIMIT %(most)s),
       broken AS (
       SELECT id, nearest_due_at AS rank FROM m
        WHERE closed_at IS NULL AND nearest_due_at <= %(at)s
        ORDER BY nearest_due_at, id LIMIT %(most)s)
SELECT count(*), (array_agg(id ORDER BY rank, id))[:%(shown)s] FROM unassigned UNION ALL
SELECT count(*), (array_agg(id ORDER BY rank, id))[:%(shown)s] FROM stalled UNION ALL
SELECT count(*), (array_agg(id ORDER BY rank, id))[:%(shown)s] FROM due UNION ALL
SELECT count(*), (array_agg(id ORDER BY rank, id))[:%(shown)s] FROM broken
"""


def board(*, caller: Caller, at: datetime, community_id: int, stalled_after: timedelta) -> Board:
    """Return the four lists of the dispatcher's screen, nearest clock first.

    Unassigned is what nobody has decided on, late or not; stalled what somebody has in hand and
    nobody has touched for ``stalled_after``; due and broken go by the nearest clock still owed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BOARD,
            {
                "community": community_id,
                "internal": list(INTERNAL_KINDS),
                "me": caller.employee_id or 0,
                "heads": caller.holds(community_id, *HEADS),
                "most": COUNTED + 1,
                "shown": SHOWN,
                "stalled_since": at - stalled_after,
                "at": at,
            },
        )
        lists = [(count, ids or []) for count, ids in cursor.fetchall()]
    wanted = {pk for _count, ids in lists for pk in ids}
    found = visible(caller).filter(pk__in=wanted).values_list(*ROW_FIELDS)
    rows = {row[0]: matter_row(row, caller, at) for row in found}
    sections = [Section(tuple(rows[pk] for pk in ids if pk in rows), count) for count, ids in lists]
    return Board(*sections)


def next_due(*, caller: Caller, at: datetime, community_id: int) -> str | None:
    """Return the number of the matter whose clock is nearest: the next due, else the latest."""
    rows = _dispatched(caller, community_id).filter(closed_at__isnull=True)
    numbers = rows.order_by("nearest_due_at", "id").values_list("number", flat=True)
    coming = numbers.filter(nearest_due_at__gt=at).first()
    return coming or numbers.filter(nearest_due_at__lte=at).first()


def _dispatched(caller: Caller, community_id: int) -> QuerySet[Matter]:
    return visible(caller).filter(community_id=community_id).exclude(kind__in=INTERNAL_KINDS)


_LOAD = """
SELECT owner_id, count(*), count(*) FILTER (WHERE nearest_due_at <= %s)
  FROM matters_matter WHERE community_id = %s AND closed_at IS NULL GROUP BY owner_id
"""


def loads(*, community_id: int, at: datetime) -> dict[int, Load]:
    """Return what each employee has in hand in a community, by the employee's id."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [at, community_id])
        return {owner: Load(count, late) for owner, count, late in cursor.fetchall()}
