"""What is done about one problem reaches every report of it (several reports of one problem)."""

from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.matters import rules
from huiyin.matters.actions.core import Work, finish_work, give_to, load_work, record, tell
from huiyin.matters.models import Event, Matter
from huiyin.staff.rules import Duty

# The state a linked report comes to with the parent.
_STATE_AFTER = {"assigned": "assigned", "accepted": "accepted", "arrived": "on_site"}
# What was told to the parent's owner: for another owner it is only a note until they are told.
_TOLD = frozenset({"progressed", "promised", "replied"})


def spread(
    work: Work,
    event: Event,
    *,
    owner: Duty | None = None,
    until: datetime | None = None,
    told: bool = True,
) -> int:
    """Record on every open linked report what has just happened to the parent; return how many.

    Each report keeps its number, caller and clocks; the event names the parent it came from. It
    is a contact with an owner only where it was one with the parent's and ``told`` says that all
    were told. Nobody can be told what they reported anonymously.

    The parent is locked; the reports are locked after it in order of id, as everywhere.
    """
    if work.matter.parent_id is not None:
        return 0
    children = list(
        Matter.objects.select_for_update(no_key=True)
        .filter(parent_id=work.matter.pk, state__in=rules.OPEN)
        .order_by("id")
    )
    for matter in children:
        matter.community = work.matter.community
        child = load_work(matter=matter, by=work.by, at=work.at)
        _carry_over(child, work, event, owner=owner, until=until, told=told)
        finish_work(child)
    return len(children)


def _carry_over(
    child: Work,
    parent: Work,
    event: Event,
    *,
    owner: Duty | None,
    until: datetime | None,
    told: bool,
) -> None:
    told = told and not child.matter.anonymous
    kind = event.kind if told or event.kind not in _TOLD else "noted"
    if owner is not None:
        give_to(child, owner)
    here = record(
        child,
        kind,
        at=event.at,
        text=event.text,
        via=event.via if kind == event.kind else "",
        contact=event.contact and told,
        until=until if kind == event.kind else None,
        data={**_own(event), "from": parent.matter.number},
    )
    if kind == "given_back":
        child.set(state="received" if child.matter.cycle == 1 else "reopened")
    elif kind in _STATE_AFTER:
        child.set(state=_STATE_AFTER[kind])
    elif kind == "finished":
        result, cause = parent.matter.result, parent.matter.cause
        finish_as(child, at=here.at, result=result, cause=cause)


def _own(event: Event) -> dict[str, object]:
    """Return what an event says, less what is worked out for each matter anew."""
    return {name: value for name, value in event.data.items() if name not in {"posts", "told_at"}}


def finish_as(work: Work, *, at: datetime, result: str, cause: str) -> None:
    """Give a matter its result and tell whoever follows it.

    It passed the first time unless an owner had it re-opened; a report that was taken out of
    another problem was only looked at in the wrong place (WO-05).
    """
    again = work.matter.cycle > 1 and (
        Event.objects.filter(matter=work.matter, kind="reopened")
        .exclude(data__has_key="unlinked")
        .exists()
    )
    work.set(
        state="finished", finished_at=at, result=result, cause=cause, first_time_pass=not again
    )
    follower = work.staff.people.get(work.matter.follower_id or 0)
    if follower is not None and follower.id != work.by.employee_id:
        subject = _("您跟进的 %(number)s 已办结,请确认业主已得到答复") % {
            "number": work.matter.number
        }
        tell(work, follower, f"finished:{work.matter.cycle}", subject)
