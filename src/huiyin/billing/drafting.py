"""Drafts what a run would bill: reads the facts of a part, computes, writes draft lines and snags.

A part is read with a handful of statements, computed house by house by the pure rules, and written
by COPY, so that a run of any size needs the memory of one part. Drafting a part again gives the
same (BIL-06).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final

import structlog
from django.db import connection, transaction

from huiyin.billing.gathering import Slice, gather, scheme_of, to_bill
from huiyin.billing.models import Part, Run
from huiyin.billing.rules.compute import compute
from huiyin.billing.rules.facts import Computed, HouseFacts, NewLine, NewSnag, Scheme

log = structlog.get_logger("huiyin.billing")

FAILED: Final = "failed"
ROWS_AT_ONCE: Final = 500
NULL: Final = "\\N"
_LINES: Final = """
COPY billing_draftline (run_id, part_id, house_id, item_id, kind, from_on, until_on, payer_id,
    liable_id, amount, quantity, price, working, assignment_id, share_id, slip_id, tariff_id,
    corrects_id) FROM STDIN
"""
_SNAGS: Final = """
COPY billing_snag (run_id, part_id, house_id, code, blocking, item_id, "values") FROM STDIN
"""
_CUT: Final = """
INSERT INTO billing_part (run_id, number, first, last, state, houses, lines, amount, held)
SELECT %(run)s, number, min(house_id), max(house_id), 'waiting', 0, 0, 0, 0
  FROM (SELECT house_id, (row_number() OVER (ORDER BY house_id) - 1) / %(size)s + 1 AS number
          FROM ({houses}) AS unbilled GROUP BY house_id) AS cut
 GROUP BY number
"""
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@transaction.atomic
def cut_parts(*, run_id: int, at: datetime, size: int) -> int:
    """Cut a new run into parts of at most ``size`` houses of which anything is to be billed.

    One statement over the whole run. A period that is billed has none of them, and no part. Returns
    how many parts there are.
    """
    run = Run.objects.select_related("group").get(pk=run_id)
    houses, given = to_bill(run, scheme_of(run, at))
    with connection.cursor() as cursor:
        # Lines posted a moment ago are in no statistics yet: a loop over them would never end.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        cursor.execute(_CUT.format(houses=houses), {**given, "run": run_id, "size": size})
        count = int(cursor.rowcount)
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT")
    return count


@transaction.atomic
def draft_part(*, part_id: int, at: datetime) -> None:
    """Draft one part of a run anew: its lines, its snags, and what they come to.

    A house with a blocking snag gets no lines: nothing of it is posted before that is put right. A
    house whose computing fails unexpectedly is held back with the snag ``failed`` and a log entry;
    the others go on.
    """
    part = Part.objects.select_related("run__group").select_for_update(of=("self",)).get(pk=part_id)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_draftline WHERE part_id = %s", [part_id])
        cursor.execute("DELETE FROM billing_snag WHERE part_id = %s", [part_id])
    scheme = scheme_of(part.run, at)
    done = _Draft(part)
    _copy(_LINES, done.lines(gather(Slice(part.run, part.first, part.last), scheme), scheme))
    _copy(_SNAGS, done.snags)
    Part.objects.filter(pk=part_id).update(
        houses=done.houses,
        held=done.held,
        lines=done.count,
        amount=done.amount,
        state=Part.State.DRAFTED,
    )


class _Draft:
    """What drafting a part comes to, counted while its lines go by."""

    def __init__(self, part: Part) -> None:
        self.head = f"{part.run_id}\t{part.pk}\t"
        self.houses = self.held = self.count = 0
        self.amount = Decimal(0)
        self.snags: list[str] = []

    def lines(self, houses: Iterable[HouseFacts], scheme: Scheme) -> Iterator[str]:
        """Compute house by house and give the rows to copy."""
        for house in houses:
            done = _computed(house, scheme)
            self.held += done.held
            self.snags += [_snag_row(self.head, house.id, one) for one in done.snags]
            if not done.lines:
                continue
            self.houses += 1
            self.count += len(done.lines)
            for line in done.lines:
                self.amount += line.amount
                yield _line_row(self.head, house.id, line)


def _computed(house: HouseFacts, scheme: Scheme) -> Computed:
    try:
        return compute(house, scheme)
    except Exception:  # whatever it is, the other households get their bills
        log.exception("billing.house_failed", house=house.id, period=scheme.period.name)
        return Computed((), (NewSnag(FAILED, blocking=True),))


def _line_row(head: str, house_id: int, line: NewLine) -> str:
    item, kind, from_on, until_on, payer, liable, amount, quantity, price, working, *keys = line
    tail = "\t".join([NULL if key is None else str(key) for key in keys])
    return (
        f"{head}{house_id}\t{item}\t{kind}\t{from_on}\t{until_on}\t{payer}\t{liable}\t{amount}\t"
        f"{quantity}\t{NULL if price is None else price}\t{_json(working)}\t{tail}\n"
    )


def _snag_row(head: str, house_id: int, snag: NewSnag) -> str:
    item = NULL if snag.item_id is None else snag.item_id
    return f"{head}{house_id}\t{snag.code}\t{snag.blocking}\t{item}\t{_json(snag.values)}\n"


def _json(value: object) -> str:
    r"""Write a value for a column of COPY, which takes ``\`` for the start of an escape."""
    return _encode(value).replace("\\", "\\\\")


def _copy(statement: str, rows: Iterable[str] | Sequence[str]) -> None:
    waiting = iter(rows)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            copy.write("".join(some))
