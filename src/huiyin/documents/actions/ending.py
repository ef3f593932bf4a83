"""The end of papers: void with a reason, destroyed when their time is over (PLN-04).

What somebody outside may hold is voided by two people; whatever is destroyed is destroyed by two.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.documents.access import admit_leader, is_about, is_leader
from huiyin.documents.actions.common import (
    LONGEST_REASON,
    Facts,
    checked_level,
    checked_readers,
    employee_id,
    locked,
    trail,
)
from huiyin.documents.models import Paper
from huiyin.documents.rules import folded
from huiyin.files import actions as files
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

State = Paper.State
MOST_AT_ONCE = 200


class UnableToVoid(WrongState):
    """The paper is not in force, or nobody asked."""


class UnableToDestroy(WrongState):
    """The paper has to be kept, is gone already, or nobody proposed it."""


@transaction.atomic
def ask_void(*, by: Caller, at: datetime, paper_id: int, reason: str) -> bool:
    """Void a paper for a reason and return whether it is void now.

    Once it was given out that only asks, and another person has to confirm it. Whoever made the
    paper or leads may ask. Raises NotFound, Forbidden, UnableToVoid, BadInput.
    """
    paper = locked(by, paper_id)
    asker = employee_id(by)
    if asker != paper.made_by_id and not is_leader(by, paper.community_id):
        raise Forbidden(_("作废要由起草人或项目经理提出。"))
    if paper.state != State.ISSUED:
        raise UnableToVoid(_("只有有效的文件可以作废。"))
    if paper.void_asked_at is not None:
        raise UnableToVoid(_("已经有人提出作废,等另一位负责人确认。"))
    paper.void_why = checked_text(reason, "reason", LONGEST_REASON)
    if paper.given_at is None:
        _void(paper, by, at)
        return True
    paper.void_asked_at, paper.void_asked_by_id = at, asker
    paper.save(update_fields=["void_why", "void_asked_at", "void_asked_by"])
    trail("void_asked", by, at, paper, reason=paper.void_why)
    return False


@transaction.atomic
def confirm_void(*, by: Caller, at: datetime, paper_id: int) -> None:
    """Confirm as a second person that a paper is void. Raises Forbidden, UnableToVoid."""
    paper = _asked(by, paper_id)
    if employee_id(by) == paper.void_asked_by_id:
        raise Forbidden(_("自己提出的作废要由另一个人确认。"))
    _void(paper, by, at)


@transaction.atomic
def refuse_void(*, by: Caller, at: datetime, paper_id: int) -> None:
    """Leave in force what somebody wanted void; whoever asked may take it back so."""
    paper = _asked(by, paper_id)
    before = {"reason": paper.void_why}
    paper.void_why, paper.void_asked_at, paper.void_asked_by_id = "", None, None
    paper.save(update_fields=["void_why", "void_asked_at", "void_asked_by"])
    trail("void_refused", by, at, paper, before=before)


@transaction.atomic
def classify(
    *, by: Caller, at: datetime, paper_id: int, confidential: str, readers: Sequence[str] = ()
) -> None:
    """Say anew who may read a paper. Raises NotFound, Forbidden, BadInput."""
    paper = locked(by, paper_id)
    admit_leader(by, paper.community_id)
    if paper.state == State.DESTROYED:
        raise UnableToDestroy(_("这份文件已经销毁。"))
    facts = Facts(
        community_id=paper.community_id,
        kind=paper.kind,
        title=paper.title,
        house_id=paper.house_id,
        person_id=paper.person_id,
    )
    before = {"level": paper.level, "readers": paper.readers}
    paper.level = checked_level(confidential, facts)
    paper.readers = checked_readers(confidential, readers)
    paper.save(update_fields=["level", "readers"])
    after = {"level": paper.level, "readers": paper.readers}
    trail("classified", by, at, paper, after, before=before)


@transaction.atomic
def propose_destruction(*, by: Caller, at: datetime, paper_ids: Sequence[int]) -> int:
    """Propose to destroy papers whose time is over; return how many. Another person approves.

    Raises NotFound, Forbidden, UnableToDestroy, BadInput.
    """
    papers = _several(by, paper_ids)
    for paper in papers:
        today = local_day(at, paper.community.zone)
        if paper.keep_until is None or paper.keep_until > today or paper.state == State.DESTROYED:
            raise UnableToDestroy(
                _("“%(title)s”还没有到保存期限,不能销毁。") % {"title": paper.title}
            )
        if paper.destroy_asked_at is not None:
            continue
        paper.destroy_asked_at, paper.destroy_asked_by_id = at, employee_id(by)
        paper.save(update_fields=["destroy_asked_at", "destroy_asked_by"])
        trail("destruction_proposed", by, at, paper)
    return len(papers)


@transaction.atomic
def approve_destruction(*, by: Caller, at: datetime, paper_ids: Sequence[int]) -> int:
    """Destroy what somebody else proposed: bytes and text go, the entry stays; return how many.

    Raises NotFound, Forbidden, UnableToDestroy, BadInput.
    """
    papers = _several(by, paper_ids)
    for paper in papers:
        if paper.destroy_asked_at is None or paper.state == State.DESTROYED:
            raise UnableToDestroy(
                _("还没有人提出销毁“%(title)s”,请先提出。") % {"title": paper.title}
            )
        if paper.destroy_asked_by_id == employee_id(by):
            raise Forbidden(_("自己提出的销毁要由另一个人批准。"))
        _destroy(paper, by, at)
    return len(papers)


@transaction.atomic
def refuse_destruction(*, by: Caller, at: datetime, paper_ids: Sequence[int]) -> int:
    """Keep papers that somebody wanted to destroy; return how many."""
    papers = _several(by, paper_ids)
    for paper in papers:
        if paper.state == State.DESTROYED:
            raise UnableToDestroy(_("这份文件已经销毁。"))
        paper.destroy_asked_at, paper.destroy_asked_by_id = None, None
        paper.save(update_fields=["destroy_asked_at", "destroy_asked_by"])
        trail("destruction_refused", by, at, paper)
    return len(papers)


def _void(paper: Paper, by: Caller, at: datetime) -> None:
    paper.state, paper.void_at, paper.void_by_id = State.VOID, at, employee_id(by)
    paper.save(update_fields=["state", "void_why", "void_at", "void_by"])
    trail("voided", by, at, paper, reason=paper.void_why)


def _asked(by: Caller, paper_id: int) -> Paper:
    paper = locked(by, paper_id)
    if paper.state != State.ISSUED or paper.void_asked_at is None:
        raise UnableToVoid(_("没有等待确认的作废。"))
    if by.employee_id != paper.void_asked_by_id:
        admit_leader(by, paper.community_id)
    return paper


def _several(by: Caller, paper_ids: Sequence[int]) -> list[Paper]:
    """Lock papers in the order of their ids, for a leader."""
    wanted = sorted(set(paper_ids))
    if not wanted:
        raise BadInput(_("请先勾选文件。"), field="paper")
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(_("一次最多 %(n)d 份,请分几次。") % {"n": MOST_AT_ONCE}, field="paper")
    papers = list(
        Paper.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(papers) < len(wanted) or any(is_about(by, one) for one in papers):
        raise NotFound(_("没有这份文件。"))
    for one in papers:
        admit_leader(by, one.community_id)
    return papers


def _destroy(paper: Paper, by: Caller, at: datetime) -> None:
    file_id = paper.file_id
    paper.state, paper.destroyed_at, paper.destroyed_by_id = State.DESTROYED, at, by.employee_id
    paper.file_id, paper.data, paper.summary = None, {}, ""
    paper.words = folded(f"{paper.number} {paper.title}")
    paper.save(
        update_fields=[
            "state",
            "destroyed_at",
            "destroyed_by",
            "file",
            "data",
            "summary",
            "words",
        ]
    )
    if file_id is not None:
        files.remove(by=by, at=at, file_id=file_id)
    trail("destroyed", by, at, paper, {"sha256": paper.sha256})
