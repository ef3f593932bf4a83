"""After the work: visit back, close, re-open, re-classify, escalate (CMP-02, REC-09, WO-06)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters import queries, rules, titles
from huiyin.matters.actions.core import (
    Work,
    apply_changes,
    finish_work,
    give_to,
    open_work,
    record,
    tell,
    write_event,
)
from huiyin.matters.actions.handling import check_via, employee_on_duty
from huiyin.matters.actions.intake import check_text, default_owner, tell_manager
from huiyin.matters.kinds import KINDS, OWNER_CHANNELS
from huiyin.matters.models import Event
from huiyin.standards import react as engine


@transaction.atomic
def visit_back(
    *,
    by: Caller,
    at: datetime,
    number: str,
    satisfaction: int,
    comment: str = "",
    via: str = "phone",
    admitted: bool = False,
) -> str:
    """Ask the owner afterwards and record the answer, 1 to 5 (CMP-02, VIS-03, WO-06).

    ``admitted`` says that the owner answers in person and has been admitted.
    """
    work = open_work(number=number, by=by, at=at, verb="visit-back", admitted=admitted)
    if satisfaction not in range(1, 6):
        raise BadInput(_("满意度请选 1 到 5。"), field="satisfaction")
    via = check_via(via)
    work.set(
        state="visited_back",
        visited_back_at=at,
        satisfaction=satisfaction,
        comment=comment.strip()[:2000],
    )
    record(
        work,
        "visited_back",
        text=comment.strip()[:2000],
        via=via,
        contact=via in OWNER_CHANNELS,
        data={"satisfaction": satisfaction},
    )
    return finish_work(work)


@transaction.atomic
def close_matter(*, by: Caller, at: datetime, number: str) -> str:
    """Close the matter; refused while a visit back is owed (CMP-08: visited back 100 %)."""
    work = open_work(number=number, by=by, at=at, verb="close")
    work.set(state="closed", closed_at=at)
    record(work, "closed")
    return finish_work(work)


@transaction.atomic
def reopen_matter(
    *, by: Caller, at: datetime, number: str, reason: str, via: str = "", admitted: bool = False
) -> str:
    """Open the matter again as a new cycle; it is no first-time pass any more (WO-05).

    It does not go back silently to someone off duty: whoever stands in becomes the owner.
    ``admitted`` says that the owner of the house asks, on the channel ``via``.
    """
    work = open_work(number=number, by=by, at=at, verb="reopen", admitted=admitted)
    reason = check_text(reason, "reason")
    if work.matter.parent_id is not None:
        # What is not solved for one owner has to be looked at there.
        work.set(parent_id=None)
        write_event(work, "unlinked", by=by, at=at, text=reason)
    begin_anew(work)
    work.set(first_time_pass=False)
    owner = work.staff.stand_in(work.matter.owner_id)
    if owner is not None:
        give_to(work, owner)
    record(work, "reopened", text=reason, via=via, data={"cycle": work.matter.cycle})
    if owner is not None:
        subject = _("%(number)s 被重新打开,请处理") % {"number": number}
        tell(work, owner, f"reopened:{work.matter.cycle}", subject)
    return finish_work(work)


def begin_anew(work: Work) -> None:
    """Take back what the last cycle ended with; the clocks follow with the event."""
    work.set(
        state="reopened",
        cycle=work.matter.cycle + 1,
        first_time_pass=None,
        closed_at=None,
        finished_at=None,
        visited_back_at=None,
        satisfaction=None,
        chases=0,
        signed_at=None,
        signed_name="",
    )


@transaction.atomic
def reclassify_matter(
    *,
    by: Caller,
    at: datetime,
    number: str,
    kind: str,
    reason: str,
    important: bool | None = None,
) -> str:
    """Change the kind: clocks that no longer apply become void, the new ones count from the
    original reception."""
    work = open_work(number=number, by=by, at=at, verb="reclassify")
    reason = check_text(reason, "reason")
    if kind not in KINDS:
        raise BadInput(_("没有“%(it)s”这个类别。") % {"it": kind}, field="kind")
    important = work.matter.important if important is None else important
    if kind in rules.FIXED_KINDS:
        raise BadInput(str(titles.REFUSALS["reclassify:procedure"]), field="kind")
    if (kind, important) == (work.matter.kind, work.matter.important):
        raise BadInput(_("这件事已经是“%(kind)s”。") % {"kind": titles.KINDS[kind]}, field="kind")
    before, was_important = work.matter.kind, work.matter.important
    history = queries.facts_of(work.matter)
    work.set(kind=kind, important=important)
    event = write_event(
        work,
        "reclassified",
        by=by,
        at=at,
        text=reason,
        data={
            "from": before,
            "to": kind,
            "important": important,
            "was_important": was_important,
        },
    )
    changes = engine.reclassify(
        work.standard, work.promises, history, kind, important, at, work.calendar
    )
    apply_changes(work, changes)
    if work.matter.state in rules.UNASSIGNED:
        _give_to_post_of_kind(work, event)
    if important and not was_important:
        tell_manager(work)
    return finish_work(work)


def _give_to_post_of_kind(work: Work, event: Event) -> None:
    """Nobody has been sent yet: the matter goes to whom its new kind belongs."""
    matter = work.matter
    owner = default_owner(
        standard=work.standard,
        kind=matter.kind,
        important=matter.important,
        house=matter.house,
        staff_now=work.staff,
        at=work.at,
        zone=matter.community.zone,
    )
    if owner is not None and owner.id != matter.owner_id:
        give_to(work, owner)
        subject = _("%(number)s 改为%(kind)s,转给您安排") % {
            "number": matter.number,
            "kind": titles.KINDS[matter.kind],
        }
        tell(work, owner, f"reclassified:{event.pk}", subject)


@transaction.atomic
def mark_important(*, by: Caller, at: datetime, number: str, reason: str) -> str:
    """Mark a matter as important, which changes its clocks and tells the manager (REC-09)."""
    work = open_work(number=number, by=by, at=at, verb="mark-important")
    reason = check_text(reason, "reason")
    if work.matter.important:
        raise BadInput(_("这件事已经标为重要。"))
    history = queries.facts_of(work.matter)
    work.set(important=True)
    kind = work.matter.kind
    data = {"from": kind, "to": kind, "important": True, "was_important": False}
    write_event(work, "reclassified", by=by, at=at, text=reason, data=data)
    changes = engine.reclassify(
        work.standard, work.promises, history, kind, True, at, work.calendar
    )
    apply_changes(work, changes)
    tell_manager(work)
    return finish_work(work)


@transaction.atomic
def escalate_matter(*, by: Caller, at: datetime, number: str, to: str, reason: str) -> str:
    """Report a matter upwards by hand; what the site cannot solve goes to the company (REC-09)."""
    work = open_work(number=number, by=by, at=at, verb="escalate")
    reason = check_text(reason, "reason")
    person = employee_on_duty(work, to)
    event = record(
        work,
        "escalated",
        text=reason,
        data={"promise": None, "rung": None, "to": [person.code], "by_hand": True},
    )
    subject = _("%(name)s 上报 %(number)s:%(reason)s") % {
        "name": by.name,
        "number": number,
        "reason": reason[:60],
    }
    tell(work, person, f"escalated:{event.pk}", subject)
    return finish_work(work)


@transaction.atomic
def record_report(*, by: Caller, at: datetime, number: str, text: str) -> str:
    """Record that the incident report was approved and filed; keeps its clock (CMP-03)."""
    work = open_work(number=number, by=by, at=at, verb="report")
    record(work, "reported", text=check_text(text, "text"))
    return finish_work(work)
