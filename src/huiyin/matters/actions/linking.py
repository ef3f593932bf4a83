"""Several reports of one problem, a burst pipe: worked on once, answered to each (parent matter).

Who locks two matters locks the parent first and its reports after it, in order of id. Linking
itself is done by one at a time in a community, so that two who link in opposite directions see
each other's work instead of waiting for each other for ever.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.matters import rules
from huiyin.matters.access import sees
from huiyin.matters.actions.closing import begin_anew
from huiyin.matters.actions.core import (
    Work,
    finish_work,
    give_to,
    hold_links,
    load_work,
    open_work,
    record,
    tell,
)
from huiyin.matters.actions.intake import check_text
from huiyin.matters.models import Event, Matter
from huiyin.staff.rules import Duty

# How far a report comes when it joins a problem already in hand, and what says so.
_STEPS = (("assigned", "assigned"), ("accepted", "accepted"), ("on_site", "arrived"))
_PROGRESS = ("received", "reopened", *(state for state, _event in _STEPS))


@transaction.atomic
def link_matter(*, by: Caller, at: datetime, number: str, to: str, reason: str = "") -> str:
    """Make a report part of a problem that another one already tells of.

    1. It keeps its number, caller and clocks; whoever has the parent becomes its owner, and what
       was done there so far counts here from now on: somebody sent, accepted, on site.
    2. There are no chains: reports linked to this one move along to the parent.
    3. Refused: matters of another community or not to be seen, closed or linked ones as parent,
       complaints about an employee, internal matters.

    Raises NotFound, Forbidden, UnableToChangeMatter, BadInput(to, reason).
    """
    reason = reason.strip()[:500]
    parent_id = _parent_id(by, number, to)
    parent = (
        Matter.objects.select_for_update(no_key=True, of=("self",))
        .select_related("community", "owner")
        .get(pk=parent_id)
    )
    work = open_work(number=number, by=by, at=at, verb="link")
    _check_parent(parent)
    above = load_work(matter=parent, by=by, at=at)
    children = Matter.objects.select_for_update(no_key=True).filter(parent_id=work.matter.pk)
    joined = [work.matter.number]
    _join(work, above, reason)
    finish_work(work)
    for matter in children.order_by("id"):
        matter.community = parent.community
        child = load_work(matter=matter, by=by, at=at)
        _join(child, above, reason)
        finish_work(child)
        joined.append(matter.number)
    record(above, "linked", text=reason, data={"linked": joined})
    finish_work(above)
    return work.matter.number


def _parent_id(by: Caller, number: str, to: str) -> int:
    """Find the parent, and wait for whoever else is linking in that community."""
    named = {"number": to.strip().replace("\0", "")[:30]}
    child = Matter.objects.filter(number=number.replace("\0", "")).first()
    if child is None or not sees(by, child):
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    parent = Matter.objects.filter(number=named["number"]).first()
    if parent is None or not sees(by, parent):
        raise BadInput(_("没有编号为“%(number)s”的事项。") % named, field="to")
    if parent.pk == child.pk:
        raise BadInput(_("不能并入自己,请选另一件事项。"), field="to")
    if parent.community_id != child.community_id:
        raise BadInput(_("%(number)s 是另一个小区的事项,不能合并。") % named, field="to")
    hold_links(parent.community_id)
    # Were it linked to this very matter, its lock might be waiting for ours.
    linked = Matter.objects.filter(pk=parent.pk, parent__isnull=False)
    if above := linked.values_list("parent__number", flat=True).first():
        raise BadInput(
            _("%(number)s 已并入 %(above)s,请直接并入 %(above)s。") % {**named, "above": above},
            field="to",
        )
    return parent.pk


def _check_parent(parent: Matter) -> None:
    named = {"number": parent.number}
    if parent.state not in rules.OPEN:
        raise BadInput(_("%(number)s 已经办结,不能再并入。") % named, field="to")
    if parent.about_employee_id is not None or parent.kind in rules.UNLINKABLE:
        raise BadInput(_("%(number)s 要单独办理,不能合并。") % named, field="to")


def _join(work: Work, above: Work, reason: str) -> None:
    matter, parent = work.matter, above.matter
    data = {
        "to": parent.number,
        "from_owner": matter.owner.code,
        "from_state": matter.state,
    }
    work.set(parent_id=parent.pk)
    record(work, "linked", text=reason, data=data)
    if matter.state not in rules.OPEN:
        return
    owner = above.staff.people.get(parent.owner_id)
    if owner is not None:
        give_to(work, owner)
    for state, event in _STEPS:
        if _PROGRESS.index(matter.state) < _PROGRESS.index(state) <= _PROGRESS.index(parent.state):
            work.set(state=state)
            told = {"to": owner.code, "to_name": owner.name} if owner else {}
            record(work, event, data={**told, "from": parent.number})


@transaction.atomic
def unlink_matter(*, by: Caller, at: datetime, number: str, reason: str) -> str:
    """Take a report out again: it was another problem after all.

    1. It goes back to whom it belonged before, or who stands in; that one is told.
    2. An open one goes on with the clocks it has, in the state it had unless somebody did
       something about itself since.
    3. One that was finished together with the parent was not looked at: it is opened again, a new
       cycle with new clocks. One that was finished by itself stays so.
    """
    work = open_work(number=number, by=by, at=at, verb="unlink")
    reason = check_text(reason, "reason")
    joined, after = _since_link(work.matter)
    parent = Matter.objects.get(linked=work.matter).number
    work.set(parent_id=None)
    event = record(work, "unlinked", text=reason, data={"from": parent})
    owner = _former_owner(work, joined.data["from_owner"])
    finished = next((one for one in reversed(after) if one.kind == "finished"), None)
    if work.matter.state in rules.OPEN:
        own = any(one.kind in _OWN_STEPS and "from" not in one.data for one in after)
        if not own:
            work.set(state=joined.data["from_state"])
    elif finished is not None and "from" in finished.data:
        begin_anew(work)
        work.set(result="", cause="")
        record(work, "reopened", text=reason, data={"cycle": work.matter.cycle, "unlinked": parent})
    else:
        return finish_work(work)
    if owner is not None:
        give_to(work, owner)
        subject = _("%(number)s 与 %(parent)s 不是同一问题,已分开,请安排") % {
            "number": work.matter.number,
            "parent": parent,
        }
        tell(work, owner, f"unlinked:{event.pk}", subject)
    return finish_work(work)


_OWN_STEPS = frozenset({"assigned", "accepted", "arrived", "given_back"})


def _since_link(matter: Matter) -> tuple[Event, list[Event]]:
    """Return the event that linked it, and what came after; one may be moved along later on."""
    events = list(Event.objects.filter(matter=matter).order_by("id"))
    kinds = [one.kind for one in events]
    start = len(kinds) - kinds[::-1].index("unlinked") if "unlinked" in kinds else 0
    first = next(
        place
        for place, one in enumerate(events)
        if place >= start and one.kind == "linked" and "from_owner" in one.data
    )
    return events[first], events[first + 1 :]


def _former_owner(work: Work, code: str) -> Duty | None:
    former = next((one for one in work.staff.people.values() if one.code == code), None)
    return work.staff.stand_in(former.id if former else None)
