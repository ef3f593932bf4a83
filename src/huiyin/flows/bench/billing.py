"""Billing N households, three charges each: drafted, posted, and asked once more (BIL-06).

The floor is one ``INSERT … SELECT`` per table of the very rows that the run left behind, into
tables with the same columns, keys, checks, indexes, references and triggers, in the same database.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from huiyin.billing.actions import pools, runs
from huiyin.billing.actions.working import work_parts
from huiyin.billing.models import Bill, Line, Part, Run
from huiyin.billing.rules.periods import period_of, previous
from huiyin.estate.models import Community
from huiyin.flows.bench import fill
from huiyin.flows.bench.households import hire_biller, settle_community
from huiyin.flows.bench.measure import Result, against_floor, against_limit
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.staff.queries import local_day

SMALL = 10_000
LARGEST = 100_000
"""Households of one community; more of them are several communities."""
MOST_OF_FLOOR, MOST_OF_FLOOR_DRAFTED = 3.0, 2.0
MOST_AGAIN = 1.0  # s
MOST_GROWTH = 1.2
MOST_MEMORY = 300.0  # MiB
POSTED = ("billing_bill", "billing_line", "billing_openitem", "ledger_journal", "ledger_posting")
DRAFTED = ("billing_draftline",)
PREFIX = "bench_"


@dataclass(frozen=True, slots=True)
class Billed:
    """What billing some communities took, in seconds."""

    households: int
    lines: int
    drafted: float
    posted: float

    @property
    def each(self) -> float:
        """Milliseconds for a household, from nothing to its posted bill."""
        return (self.drafted + self.posted) * 1000 / self.households


def run(households: int) -> Sequence[Result]:
    """Bill ten thousand households, then so many; hold the second against the floor and the first.

    Asking for at most ten thousand bills them once and tells nothing about growth.
    """
    at = clock.now()
    by = hire_biller(at)
    small = _bill([_community(0, SMALL, by, at)], by, at) if households > SMALL else None
    sizes = [min(LARGEST, households - first) for first in range(0, households, LARGEST)]
    towns = [_community(number, size, by, at) for number, size in enumerate(sizes, start=1)]
    drafts = [0.0]
    billed = _bill(towns, by, at, beside=lambda: drafts.append(_floor(towns, DRAFTED)))
    memory = _memory()
    fill.calm_down()  # before a period is asked for again
    again, rows = _again(towns, by, at)
    floor = _floor(towns, POSTED)
    name = f"{billed.households:,} households, {billed.lines:,} lines"
    results = [
        against_floor(f"{name}: draft", billed.drafted, "s", floor, MOST_OF_FLOOR_DRAFTED),
        Result(f"{name}: the bare drafts", round(drafts[-1], 3), "s"),
        against_floor(
            f"{name}: draft, check and post",
            billed.drafted + billed.posted,
            "s",
            floor,
            MOST_OF_FLOOR,
        ),
        against_limit("re-run of a finished period", again, "s", MOST_AGAIN),
        against_limit("rows it wrote", rows, "rows", 0),
        Result(f"a household of {billed.households:,}", round(billed.each, 3), "ms"),
    ]
    if small is not None:
        growth = billed.each / small.each
        results += [
            Result(f"a household of {SMALL:,}", round(small.each, 3), "ms"),
            against_limit(f"from {SMALL:,} to {billed.households:,}", growth, "times", MOST_GROWTH),
        ]
    if memory is not None:
        results.append(against_limit("memory of the process", memory, "MiB", MOST_MEMORY))
    return results


# -- what is measured


def _bill(
    towns: Sequence[Community],
    by: Caller,
    at: datetime,
    beside: Callable[[], object] = lambda: None,
) -> Billed:
    """Draft and post a run in each community, as a biller alone does; ``beside`` is not timed."""
    period = period_of(local_day(at), 1).name
    began = time.perf_counter()
    begun = [
        runs.begin_run(by=by, at=at, community_id=town.pk, group_code="A", period=period)
        for town in towns
    ]
    work_parts(at)
    drafted = time.perf_counter() - began
    beside()
    began = time.perf_counter()
    for run_id in begun:
        runs.post_run(by=by, at=at, run_id=run_id)
    work_parts(at)
    posted = time.perf_counter() - began
    done = Run.objects.filter(pk__in=begun, state=Run.State.POSTED, held=0)
    if done.count() != len(towns):
        raise RuntimeError("not every household was billed")
    return Billed(sum(one.houses for one in done), sum(one.lines for one in done), drafted, posted)


def _again(towns: Sequence[Community], by: Caller, at: datetime) -> tuple[float, int]:
    """Ask for the same period once more; return the slowest answer and the rows it wrote."""
    period = period_of(local_day(at), 1).name
    before, slowest = _rows(), 0.0
    for town in towns:
        began = time.perf_counter()
        try:
            runs.begin_run(by=by, at=at, community_id=town.pk, group_code="A", period=period)
        except runs.UnableToBegin:
            slowest = max(slowest, time.perf_counter() - began)
        else:
            raise RuntimeError("a finished period was begun again")
    return slowest, _rows() - before


def _rows() -> int:
    return sum(model.objects.count() for model in (Run, Part, Bill, Line))


def _memory() -> float | None:
    """Return how much memory this process has taken at most, in MiB."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


# -- the floor

_REFERENCES = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""
_TRIGGERS = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


def _floor(towns: Sequence[Community], tables: Sequence[str]) -> float:
    """Write the finished rows once more, community by community, each in one transaction."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TABLE {PREFIX}{table} (LIKE {table} INCLUDING ALL)")
        for table in tables:
            for statement in _likeness(table, tables):
                cursor.execute(statement)
    fill.calm_down()
    took = 0.0
    for town in towns:
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(
                    f"INSERT INTO {PREFIX}{table} SELECT * FROM {table} WHERE {_of(table)}"  # noqa: S608
                    f" ORDER BY {'line_id' if table == 'billing_openitem' else 'id'}",
                    [town.pk],
                )
        took += time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(PREFIX + table for table in tables)} CASCADE")
    return took


def _of(table: str) -> str:
    if table in DRAFTED:
        return "run_id IN (SELECT id FROM billing_run WHERE community_id = %s)"
    return "community_id = %s"


def _likeness(table: str, tables: Sequence[str]) -> list[str]:
    """Return what gives the copy of a table the same references and triggers."""
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCES, [table])
        references = [one for (one,) in cursor.fetchall()]
        cursor.execute(_TRIGGERS, [table])
        triggers = [one for (one,) in cursor.fetchall()]
    for other in tables:
        references = [
            one.replace(f"REFERENCES {other}(", f"REFERENCES {PREFIX}{other}(")
            for one in references
        ]
    return [
        *(f"ALTER TABLE {PREFIX}{table} ADD {one}" for one in references),
        *(one.replace(f" ON public.{table} ", f" ON {PREFIX}{table} ") for one in triggers),
    ]


# -- whom


def _community(number: int, households: int, by: Caller, at: datetime) -> Community:
    """Return a community ready to be billed: houses, owners, charges, prices, a shared cost."""
    period = period_of(local_day(at), 1)
    town, pool_id = settle_community(
        number=number,
        households=households,
        at=at,
        opened_on=previous(period).from_on,
        period=period,
    )
    pools.share_out(by=by, at=at, pool_id=pool_id)
    fill.calm_down()
    return town
