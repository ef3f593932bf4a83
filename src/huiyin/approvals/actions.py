"""Writes of approvals: ask, decide, withdraw, say who decides (PLN-02).

A request keeps the steps it was asked under. Whoever decides holds a post of the present step, or
acts for a holder who is absent; never who asked. Every decision is dated, a return has a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiyin.approvals import chains, titles
from huiyin.approvals.access import admit_to_request, admit_to_set_chain
from huiyin.approvals.models import Chain, Decision, Request
from huiyin.approvals.rules import BadChain, Standing, checked, deciders, standing
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, Refused, WrongState
from huiyin.notices import actions as notices
from huiyin.staff import queries as staff
from huiyin.staff.access import admit_to_community
from huiyin.staff.rules import Directory
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

LONGEST_SUBJECT, LONGEST_TITLE, LONGEST_REASON, LONGEST_CHAIN_REASON = 60, 120, 300, 200
MOST_AMOUNT = Decimal("999999999999.99")
Verdict = Literal["approved", "returned"]
State = Request.State


class UnableToAsk(WrongState):
    """The same is waiting already, or nobody could decide on it."""


class UnableToDecide(WrongState):
    """The request is over, or somebody was faster."""


class UnableToWithdraw(WrongState):
    """The request is over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision led to; ``is_final`` says that nobody has to decide any more."""

    state: str
    is_final: bool
    kind: str
    subject: str


@transaction.atomic
def ask(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    kind: str,
    subject: str,
    title: str,
    amount: Decimal | None = None,
    about_id: int | None = None,
) -> int:
    """Ask for a decision and return the request; ``about_id`` is whom the subject complains about.

    1. The chain of the kind and amount is taken as it is now.
    2. Steps at which nobody but the asker could decide are passed over.

    Raises NotFound to strangers, Forbidden, UnableToAsk, BadInput.
    """
    admit_to_community(by, community_id)
    asker_id = _employee_id(by)
    subject = checked_text(subject, "subject", LONGEST_SUBJECT)
    title = checked_text(title, "title", LONGEST_TITLE)
    if amount is not None and not Decimal(0) <= amount <= MOST_AMOUNT:
        raise BadInput(_("金额应为 0 元以上。"), field="amount")
    steps = chains.steps_for(community_id=community_id, kind=kind, amount=amount)
    if steps is None:
        raise BadInput(_("还没有为“%(kind)s”设定审批流程。") % {"kind": kind}, field="kind")
    people = staff.directory(community_id=community_id, at=at).without(about_id)
    where = standing(steps, 0, asker_id, people)
    if where is None:
        raise UnableToAsk(_("除了您本人,没有人能审批。请先在“员工”里安排审批岗位。"))
    try:
        with transaction.atomic():
            request = Request.objects.create(
                community_id=community_id,
                kind=kind,
                subject=subject,
                title=title,
                amount=amount,
                steps=[list(step) for step in steps],
                step=where.step,
                skipped=list(range(where.step)),
                asked_at=at,
                asked_by_id=asker_id,
                about_id=about_id,
            )
    except IntegrityError as error:
        raise UnableToAsk(_("同一件事已经在等待审批。")) from error
    _trail("approvals.asked", by, at, request, after={"title": title, "amount": amount})
    return request.pk


@transaction.atomic
def decide(
    *,
    by: Caller,
    at: datetime,
    request_id: int,
    verdict: Verdict,
    reason: str = "",
    step: int | None = None,
) -> Outcome:
    """Decide the present step; return what it led to.

    Of two who decide at once one wins, the other gets UnableToDecide. ``step`` is the step that
    the person saw: where the request has moved on meanwhile, nothing is decided unseen.

    Raises NotFound, Forbidden, UnableToDecide, BadInput.
    """
    request = _locked(by, request_id)
    me = _employee_id(by)
    reason = checked_text(reason, "reason", LONGEST_REASON, required=verdict == "returned")
    if verdict not in Decision.Verdict.values:
        raise BadInput(_("请选择同意或退回。"), field="verdict")
    people = staff.directory(community_id=request.community_id, at=at).without(request.about_id)
    where = standing(request.steps, request.step, request.asked_by_id, people)
    decider = where.decider(me) if where else None
    late = request.state != State.WAITING or (step is not None and request.step > step)
    if late or decider is None or where is None:
        raise _too_late_or_not_allowed(request, me, people)
    Decision.objects.create(
        request=request,
        step=where.step,
        verdict=verdict,
        at=at,
        by_id=me,
        on_behalf_of_id=decider.on_behalf_of.id if decider.on_behalf_of else None,
        reason=reason,
    )
    _move(request, where, verdict, at, people)
    behalf = decider.on_behalf_of.code if decider.on_behalf_of else ""
    after = {"step": where.step, "verdict": verdict, "on_behalf_of": behalf}
    _trail("approvals.decided", by, at, request, after=after, reason=reason)
    is_final = request.state != State.WAITING
    if is_final:
        _tell_asker(request, by, at, reason)
    return Outcome(request.state, is_final, request.kind, request.subject)


@transaction.atomic
def withdraw(*, by: Caller, at: datetime, request_id: int, reason: str) -> None:
    """Take back what one asked, for a reason, while nobody has decided the last step.

    Raises NotFound, Forbidden, UnableToWithdraw, BadInput.
    """
    request = _locked(by, request_id)
    if by.employee_id != request.asked_by_id:
        raise Forbidden(_("只有申请人可以撤回。"))
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if request.state != State.WAITING:
        raise UnableToWithdraw(_("这份审批已经办完,不能撤回。"))
    request.state, request.decided_at, request.to_follow = State.WITHDRAWN, at, True
    request.save(update_fields=["state", "decided_at", "to_follow"])
    _trail("approvals.withdrawn", by, at, request, reason=reason)


@transaction.atomic
def lapse(*, by: Caller, at: datetime, kind: str, subject: str, reason: str) -> None:
    """End the request that waits for a subject because the subject went another way.

    For the procedure behind it, which has admitted the caller; without one nothing happens.
    """
    request = (
        Request.objects.select_for_update(no_key=True)
        .filter(kind=kind, subject=subject, state=State.WAITING)
        .first()
    )
    if request is None:
        return
    request.state, request.decided_at, request.to_follow = State.WITHDRAWN, at, True
    request.save(update_fields=["state", "decided_at", "to_follow"])
    _trail("approvals.lapsed", by, at, request, reason=reason)


@transaction.atomic
def set_chain(
    *,
    by: Caller,
    at: datetime,
    community_id: int | None,
    kind: str,
    from_amount: Decimal,
    steps: list[list[str]],
    reason: str,
) -> None:
    """Say who decides on a kind from an amount on; no steps take back what was set there.

    What was asked before keeps its steps. Raises NotFound, Forbidden, BadInput.
    """
    admit_to_set_chain(by, community_id)
    reason = checked_text(reason, "reason", LONGEST_CHAIN_REASON)
    if not Decimal(0) <= from_amount <= MOST_AMOUNT:
        raise BadInput(_("金额应为 0 元以上。"), field="from_amount")
    try:
        made = [list(step) for step in checked(kind, steps)] if steps else []
    except BadChain as bad:
        field = "kind" if bad.code == "bad_kind" else "steps"
        raise BadInput(str(titles.BAD_CHAINS[bad.code]), field=field) from bad
    Chain.objects.create(
        community_id=community_id,
        kind=kind,
        from_amount=from_amount,
        steps=made,
        made_at=at,
        made_by_id=by.employee_id,
        reason=reason,
    )
    record(
        action="approvals.chain_set",
        by=by,
        at=at,
        subject=f"chain:{kind}",
        community_id=community_id,
        after={"from_amount": from_amount, "steps": made},
        reason=reason,
    )


def _move(request: Request, where: Standing, verdict: str, at: datetime, people: Directory) -> None:
    """Carry a decision over to the request: on to the next step that has somebody, or the end."""
    skipped = [*request.skipped, *range(request.step, where.step)]
    request.step, request.to_follow = where.step, True
    if verdict == Decision.Verdict.RETURNED:
        request.state, request.decided_at = State.RETURNED, at
    elif where.step + 1 == len(request.steps):
        request.state, request.decided_at = State.APPROVED, at
    else:
        # With nobody left it waits where it is: what is not decided is never approved.
        following = standing(request.steps, where.step + 1, request.asked_by_id, people)
        request.step = following.step if following else where.step + 1
        skipped += range(where.step + 1, request.step)
    request.skipped = skipped
    request.save(update_fields=["step", "skipped", "state", "decided_at", "to_follow"])


def _locked(by: Caller, request_id: int) -> Request:
    """Lock a request, so that two decisions come one after the other."""
    request = Request.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    return admit_to_request(by, request)


def _too_late_or_not_allowed(request: Request, me: int, people: Directory) -> Refused:
    """Tell who was faster to whoever might have decided, and the others that it is not theirs."""
    if me == request.asked_by_id:
        return Forbidden(_("申请人不能审批自己的申请。"))
    last = request.decisions.select_related("by").order_by("-step").first()
    reached = request.step + 1 if request.state == State.WAITING else None
    might = any(
        one.person.id == me
        for posts in request.steps[:reached]
        for one in deciders(posts, request.asked_by_id, people)
    )
    if might and request.state == State.WITHDRAWN:
        return UnableToDecide(_("申请人已经撤回。"))
    if might and last is not None:
        said = {"name": last.by.name, "verdict": titles.VERDICTS[last.verdict]}
        return UnableToDecide(_("%(name)s 已经办理:%(verdict)s。请刷新页面。") % said)
    return Forbidden(_("这一步不由您审批。"))


def _tell_asker(request: Request, by: Caller, at: datetime, reason: str) -> None:
    asker = request.asked_by
    subject = _("您的申请“%(title)s”%(state)s") % {
        "title": request.title,
        "state": titles.STATES[request.state],
    }
    message = notices.NewMessage(
        community_id=request.community_id,
        recipient_id=asker.pk,
        purpose=f"approval:{request.pk}:{request.state}",
        about=request.subject.partition("matter:")[2],
        subject=subject,
        text=reason,
        channel="in_app" if asker.user_id else "log",
    )
    notices.queue(messages=[message], at=at)


def _employee_id(by: Caller) -> int:
    if by.employee_id is None:
        raise Forbidden(_("审批要由员工本人申请和办理。"))
    return by.employee_id


def _trail(
    action: str,
    by: Caller,
    at: datetime,
    request: Request,
    *,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"approval:{request.pk}",
        community_id=request.community_id,
        after={"kind": request.kind, "about": request.subject, **(after or {})},
        reason=reason,
    )
