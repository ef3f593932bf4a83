"""What is written down when somebody reads: who was shown whose name and telephone."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from huiyin.fieldwork.rows import JobRow
from huiyin.kernel.caller import Caller
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record
from huiyin.trail.models import Entry

CALLER_READ = "fieldwork.caller_read"


@transaction.atomic
def record_reads(
    *, by: Caller, at: datetime, zone: str, community_ids: dict[str, int], jobs: Iterable[JobRow]
) -> None:
    """Write down, once a matter and day, that somebody took a caller's name or number along."""
    shown = {f"matter:{one.number}": one for one in jobs if one.caller_name or one.caller_phone}
    if not shown:
        return
    start = datetime.combine(local_day(at, zone), time(0), ZoneInfo(zone))
    known = set(
        Entry.objects.filter(
            action=CALLER_READ, by_id=by.user_id, at__gte=start, subject__in=shown
        ).values_list("subject", flat=True)
    )
    for subject, job in shown.items():
        if subject not in known:
            record(
                action=CALLER_READ,
                by=by,
                at=at,
                subject=subject,
                community_id=community_ids.get(job.community),
            )
