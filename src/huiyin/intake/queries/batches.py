"""Reads of what was written down."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from huiyin.intake.access import admit_to_write_down
from huiyin.intake.models import Batch
from huiyin.kernel.caller import Caller
from huiyin.matters import titles
from huiyin.matters.access import visible


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A sheet that was written down, with the matters of it that the caller may see."""

    at: datetime
    channel_title: str
    by_name: str
    numbers: tuple[str, ...]


def batches(*, caller: Caller, community_id: int, limit: int = 8) -> tuple[BatchRow, ...]:
    """Return the sheets written down last in a community."""
    admit_to_write_down(caller, community_id)
    seen = visible(caller).order_by("id").only("id", "number")
    found = (
        Batch.objects.filter(community_id=community_id)
        .select_related("by")
        .prefetch_related(Prefetch("matters", queryset=seen))
        .order_by("-id")[:limit]
    )
    return tuple(
        BatchRow(
            at=one.at,
            channel_title=str(titles.CHANNELS[one.channel]),
            by_name=one.by.name,
            numbers=tuple(matter.number for matter in one.matters.all()),
        )
        for one in found
    )
