"""Which period of each group of charges is to be billed next, and since when (BIL-05)."""

from dataclasses import dataclass
from datetime import date, timedelta

from huiyin.billing.access import admit_to_read
from huiyin.billing.models import ChargeGroup, Run
from huiyin.billing.rules.periods import following, period_of
from huiyin.kernel.caller import Caller

AT_WORK = (Run.State.DRAFTING, Run.State.DRAFTED, Run.State.POSTING, Run.State.REVERSING)


@dataclass(frozen=True, slots=True)
class DueGroup:
    """A group of charges, the period it bills next, and the run that is at work, if one is."""

    code: str
    name: str
    period: str
    draft_on: date
    issue_on: date
    due_on: date
    is_due: bool
    at_work: int | None
    at_work_period: str


def due_groups(*, caller: Caller, community_id: int, on: date) -> tuple[DueGroup, ...]:
    """Return the groups in use with the period each bills next.

    That is the one the day lies in, or the next one once that is posted. Raises NotFound,
    Forbidden.
    """
    admit_to_read(caller, community_id)
    groups = ChargeGroup.objects.filter(community=community_id, in_use=True).order_by("code")
    known = Run.objects.filter(community=community_id, until_on__gt=on).exclude(
        state__in=(Run.State.DROPPED, Run.State.REVERSED)
    )
    posted = set(
        known.filter(kind=Run.Kind.REGULAR, state=Run.State.POSTED).values_list("group", "period")
    )
    at_work = {
        group: (pk, period)
        for group, pk, period in Run.objects.filter(
            community=community_id, state__in=AT_WORK
        ).values_list("group", "pk", "period")
    }
    return tuple(_due(one, on, posted, at_work.get(one.pk, (None, ""))) for one in groups)


def _due(
    group: ChargeGroup, on: date, posted: set[tuple[int, str]], at_work: tuple[int | None, str]
) -> DueGroup:
    period = period_of(on, group.months)
    if (group.pk, period.name) in posted:
        period = following(period)
    draft_on = period.from_on + timedelta(days=group.draft_after)
    return DueGroup(
        code=group.code,
        name=group.name,
        period=period.name,
        draft_on=draft_on,
        issue_on=period.from_on + timedelta(days=group.issue_after),
        due_on=period.from_on + timedelta(days=group.due_after),
        is_due=draft_on <= on,
        at_work=at_work[0],
        at_work_period=at_work[1],
    )
