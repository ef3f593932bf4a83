"""What was billed, collected and handed over of charges that belong to others (BIL-16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from huiyin.billing.models import ChargeItem

# Collected is what is billed, less what was taken back, less what is still open: whichever way it
# was paid, it counts once.
_COLLECTED = """
WITH billed AS (
    SELECT line.item_id, sum(line.amount) AS amount, sum(item.open) AS open
      FROM billing_line line JOIN billing_openitem item ON item.line_id = line.id
     WHERE line.item_id = ANY(%(items)s) GROUP BY line.item_id),
taken_back AS (
    SELECT line.item_id, sum(reduction.amount) AS amount
      FROM billing_reduction reduction JOIN billing_line line ON line.id = reduction.line_id
     WHERE line.item_id = ANY(%(items)s) GROUP BY line.item_id),
handed AS (
    SELECT item_id, sum(amount) FILTER (WHERE state = 'confirmed') AS confirmed,
           sum(amount) FILTER (WHERE state = 'entered') AS entered
      FROM billing_handover WHERE item_id = ANY(%(items)s) GROUP BY item_id)
SELECT wanted.id, COALESCE(b.amount, 0) - COALESCE(t.amount, 0),
       COALESCE(b.amount, 0) - COALESCE(t.amount, 0) - COALESCE(b.open, 0),
       COALESCE(h.confirmed, 0), COALESCE(h.entered, 0)
  FROM unnest(%(items)s::bigint[]) AS wanted (id)
  LEFT JOIN billed b ON b.item_id = wanted.id
  LEFT JOIN taken_back t ON t.item_id = wanted.id
  LEFT JOIN handed h ON h.item_id = wanted.id
"""


@dataclass(frozen=True, slots=True)
class Collected:
    """Where the money of one utility stands; ``left`` below zero was advanced by the company."""

    code: str
    name: str
    billed: Decimal
    collected: Decimal
    handed_over: Decimal
    entered: Decimal

    @property
    def left(self) -> Decimal:
        """Collected and neither handed over nor about to be."""
        return self.collected - self.handed_over - self.entered

    @property
    def advanced(self) -> Decimal:
        """What the company paid of its own, zero where it did not."""
        return max(-self.left, Decimal(0))

    @property
    def uncollected(self) -> Decimal:
        """Billed and not collected yet."""
        return self.billed - self.collected


def collected_of(items: Iterable[ChargeItem]) -> list[Collected]:
    """Return how each of these charges stands, in their order. One query."""
    wanted = {item.pk: item for item in items}
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTED, {"items": list(wanted)})
        found = {row[0]: row[1:] for row in cursor}
    return [Collected(one.code, one.name, *found[one.pk]) for one in wanted.values()]
