"""Reads of approvals: what waits for somebody, what they asked, one request with its steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiyin.approvals import chains, titles
from huiyin.approvals.access import admit_to_request, is_about, is_involved
from huiyin.approvals.chains import ChainRow
from huiyin.approvals.models import Decision, Request
from huiyin.approvals.rules import Standing, standing
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community
from huiyin.staff.queries import directory
from huiyin.staff.rules import Directory

PAGE = 25


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as lists show one; ``on_behalf_of`` says for whom the caller would decide."""

    id: int
    kind: str
    kind_title: str
    subject: str
    title: str
    amount: Decimal | None
    state: str
    state_title: str
    asked_at: datetime
    asked_by: str
    step: int
    steps: int
    community: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What one person decided on one step, when and why."""

    step: int
    verdict: str
    verdict_title: str
    at: datetime
    by: str
    on_behalf_of: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a request: done, skipped, now or later; ``people`` may decide it as things are."""

    number: int
    posts: tuple[str, ...]
    state: str
    people: tuple[str, ...]
    decision: DecisionRow | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with its steps and decisions, and what the caller may do with it now."""

    row: RequestRow
    community_id: int
    zone: str
    decided_at: datetime | None
    steps: tuple[StepRow, ...]
    decisions: tuple[DecisionRow, ...]
    may_decide: bool
    may_withdraw: bool
    on_behalf_of: str
    is_stuck: bool
    followed: str


def waiting(*, caller: Caller, community_id: int | None, at: datetime) -> tuple[RequestRow, ...]:
    """Return what the caller may decide now, longest waiting first.

    Without a community it is everything in all of theirs. One query, and one for the staff of each
    community in which something waits.
    """
    found = _all().filter(state=Request.State.WAITING)
    if community_id is not None:
        admit_to_community(caller, community_id)
        found = found.filter(community_id=community_id)
    elif not caller.everywhere:
        found = found.filter(community_id__in=caller.community_ids)
    if caller.employee_id is None:
        return ()
    staff: dict[int, Directory] = {}
    rows = []
    for one in found.order_by("id"):
        if is_about(caller, one):
            continue
        place = one.community_id
        if place not in staff:
            staff[place] = directory(community_id=place, at=at)
        where = standing(one.steps, one.step, one.asked_by_id, staff[place].without(one.about_id))
        decider = where.decider(caller.employee_id) if where else None
        if decider is not None:
            behalf = decider.on_behalf_of.name if decider.on_behalf_of else ""
            rows.append(_row(one, behalf))
    return tuple(rows)


def asked_by_me(*, caller: Caller, community_id: int, cursor: str = "") -> Page[RequestRow]:
    """Return what the caller asked in a community, newest first, page by page. One query."""
    admit_to_community(caller, community_id)
    found = _all().filter(community_id=community_id, asked_by=caller.employee_id)
    return _page(_not_about(found, caller), cursor)


def decided_by_me(*, caller: Caller, community_id: int, cursor: str = "") -> Page[RequestRow]:
    """Return what the caller decided in a community, newest first, page by page. One query."""
    admit_to_community(caller, community_id)
    mine = Decision.objects.filter(by=caller.employee_id).values("request")
    found = _all().filter(community_id=community_id, pk__in=mine)
    return _page(_not_about(found, caller), cursor)


def request(*, caller: Caller, request_id: int, at: datetime) -> RequestView:
    """Return a request with its steps, decisions, and what the caller may do.

    NotFound to strangers; Forbidden to colleagues who neither asked nor decide nor lead.
    """
    found = admit_to_request(caller, _all().filter(pk=request_id).first())
    view = _view(caller, found, at)
    if not (is_involved(caller, found) or view.may_decide or _decided(caller, found)):
        raise Forbidden(_("这份审批只有申请人和审批人可以查看。"))
    return view


def of_subject(*, caller: Caller, subject: str, at: datetime) -> tuple[RequestView, ...]:
    """Return the requests about a subject in the caller's communities, newest first.

    The procedure that asks has admitted the caller to the subject.
    """
    if "\0" in subject:
        return ()
    found = _all().filter(subject=subject).order_by("-id")
    return tuple(_view(caller, one, at) for one in found if _may_list(caller, one))


def _may_list(caller: Caller, one: Request) -> bool:
    return caller.works_in(one.community_id) and not is_about(caller, one)


def reminded_of(*, number: str) -> int | None:
    """Return the request that a matter reminds of, for a page that has admitted the caller."""
    return Request.objects.filter(followed=number).values_list("id", flat=True).first()


def chains_in_force(*, caller: Caller, community_id: int) -> tuple[ChainRow, ...]:
    """Return who decides on what in a community, by kind and amount."""
    admit_to_community(caller, community_id)
    return chains.in_force(community_id=community_id)


def _all() -> QuerySet[Request]:
    return Request.objects.select_related("asked_by", "community")


def _not_about(found: QuerySet[Request], caller: Caller) -> QuerySet[Request]:
    return found.exclude(about_id=caller.employee_id or 0)


def _page(found: QuerySet[Request], cursor: str) -> Page[RequestRow]:
    if cursor:
        try:
            (last,) = read_cursor(cursor, int)
        except BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-id")[: PAGE + 1])
    return page_of(rows, PAGE, _row, lambda one: (one.pk,))


def _row(one: Request, on_behalf_of: str = "") -> RequestRow:
    return RequestRow(
        id=one.pk,
        kind=one.kind,
        kind_title=str(titles.KINDS.get(one.kind, one.kind)),
        subject=one.subject,
        title=one.title,
        amount=one.amount,
        state=one.state,
        state_title=str(titles.STATES[one.state]),
        asked_at=one.asked_at,
        asked_by=one.asked_by.name,
        step=one.step,
        steps=len(one.steps),
        community=one.community.name,
        on_behalf_of=on_behalf_of,
    )


def _view(caller: Caller, found: Request, at: datetime) -> RequestView:
    decisions = tuple(
        _decision(one)
        for one in found.decisions.select_related("by", "on_behalf_of").order_by("step")
    )
    is_waiting = found.state == Request.State.WAITING
    people = directory(community_id=found.community_id, at=at).without(found.about_id)
    where = standing(found.steps, found.step, found.asked_by_id, people) if is_waiting else None
    decider = where.decider(caller.employee_id) if where else None
    behalf = decider.on_behalf_of.name if decider and decider.on_behalf_of else ""
    return RequestView(
        row=_row(found, behalf),
        community_id=found.community_id,
        zone=found.community.zone,
        decided_at=found.decided_at,
        steps=tuple(_steps(found, decisions, where, people)),
        decisions=decisions,
        may_decide=decider is not None,
        may_withdraw=is_waiting and caller.employee_id == found.asked_by_id,
        on_behalf_of=behalf,
        is_stuck=is_waiting and where is None,
        followed=found.followed,
    )


def _decision(one: Decision) -> DecisionRow:
    return DecisionRow(
        step=one.step,
        verdict=one.verdict,
        verdict_title=str(titles.VERDICTS[one.verdict]),
        at=one.at,
        by=one.by.name,
        on_behalf_of=one.on_behalf_of.name if one.on_behalf_of else "",
        reason=one.reason,
    )


def _steps(
    found: Request,
    decisions: tuple[DecisionRow, ...],
    where: Standing | None,
    people: Directory,
) -> Iterable[StepRow]:
    made = {one.step: one for one in decisions}
    for number, posts in enumerate(found.steps):
        if where is not None and number == where.step:
            state, names = "now", tuple(one.person.name for one in where.deciders)
        else:
            state, names = _state(found, number, made, where), _holders(posts, found, people)
        yield StepRow(number, tuple(posts), state, names, made.get(number))


def _state(
    found: Request, number: int, made: dict[int, DecisionRow], where: Standing | None
) -> str:
    if number in made:
        return "done"
    if number in found.skipped or (where is not None and number < where.step):
        return "skipped"
    if found.state == Request.State.WAITING:
        return "later"
    return "unneeded"


def _holders(posts: Iterable[str], found: Request, people: Directory) -> tuple[str, ...]:
    names = (one.name for post in posts for one in people.holders(post))
    return tuple(dict.fromkeys(name for name in names if name != found.asked_by.name))


def _decided(caller: Caller, found: Request) -> bool:
    return found.decisions.filter(by=caller.employee_id).exists()
