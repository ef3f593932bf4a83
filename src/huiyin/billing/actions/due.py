"""Drafts that the calendar makes by itself; nobody is billed before a person has looked (BIL-05).

There is no list of jobs: which periods had a run is the trace. A day that was missed is caught up
by whoever looks next, and however often it is looked, a period is drafted once.
"""

import logging
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from huiyin.billing.actions.runs import AT_WORK, begin_run
from huiyin.billing.models import ChargeGroup, Run
from huiyin.billing.rules.periods import Period, following, period_of, previous
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import Refused
from huiyin.staff.queries import local_day

log = logging.getLogger("huiyin.billing")

_DRAFTS = UUID("6f2c1c1e-0d55-4f8e-9a0b-3a51d2f0b8c4")
"""Under this name the calendar's drafts are told apart from those that people begin."""


def draft_due(*, at: datetime) -> int:
    """Draft what is due by the calendars of all communities; return how many runs were begun.

    The period after the last one that had a run of any fate comes first; a group without any run
    begins with the latest that is due. A draft that somebody dropped is not made again, and while
    a run of the group waits for people, none is begun beside it.
    """
    begun = 0
    groups = ChargeGroup.objects.filter(in_use=True, community__book__isnull=False)
    for group in groups.select_related("community").order_by("id"):
        due = due_period(group, local_day(at, group.community.zone))
        if due is None:
            continue
        try:
            begin_run(
                by=SYSTEM,
                at=at,
                community_id=group.community_id,
                group_code=group.code,
                period=due.name,
                key=uuid5(_DRAFTS, f"{group.pk}:{due.name}"),
            )
        except Refused as why:  # nothing to bill, no standard adopted yet, a locked day…
            log.info("no draft", extra={"group": group.pk, "why": str(why)})
            continue
        begun += 1
    return begun


def due_period(group: ChargeGroup, today: date) -> Period | None:
    """Return the period to be drafted next on a day, None where none is due."""
    runs = Run.objects.filter(group=group, kind=Run.Kind.REGULAR)
    if Run.objects.filter(group=group, state__in=AT_WORK).exists():
        return None
    latest = latest_due(today, group.months, group.draft_after)
    last = runs.order_by("-from_on").first()
    if last is None:
        return latest
    due = following(period_of(last.from_on, group.months))
    return due if due.from_on <= latest.from_on else None


def latest_due(today: date, months: int, draft_after: int) -> Period:
    """Return the last period whose day of drafting, so many days after its first, has come."""
    one = following(period_of(today - timedelta(days=draft_after), months))
    while one.from_on + timedelta(days=draft_after) > today:
        one = previous(one)
    return one
