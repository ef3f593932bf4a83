"""Papers before they leave the house: handed in, approved, then in force (PLN-04)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import actions as approvals
from huiyin.approvals.models import Request
from huiyin.documents import actions as documents
from huiyin.documents.models import Paper
from huiyin.kernel.caller import Caller

KIND, SUBJECT = "paper_release", "paper:"


@transaction.atomic
def submit(*, by: Caller, at: datetime, paper_id: int) -> int:
    """Hand a draft in for approval and return the request.

    Raises NotFound, Forbidden, UnableToEdit, UnableToAsk where nobody could decide.
    """
    paper = documents.submit(by=by, at=at, paper_id=paper_id)
    return approvals.ask(
        by=by,
        at=at,
        community_id=paper.community_id,
        kind=KIND,
        subject=_subject(paper_id),
        title=_("发出文件:%(title)s") % {"title": paper.title[:100]},
        about_id=paper.about_id,
    )


@transaction.atomic
def take_back(*, by: Caller, at: datetime, paper_id: int) -> None:
    """Take a paper back from approval, to change it. Raises NotFound, Forbidden, UnableToEdit."""
    documents.take_back(by=by, at=at, paper_id=paper_id)
    approvals.lapse(by=by, at=at, kind=KIND, subject=_subject(paper_id), reason=_("起草人撤回"))


def hold(paper_id: int) -> None:
    """Lock the paper that a request is about, before the request is."""
    Paper.objects.select_for_update(no_key=True).filter(pk=paper_id).first()


def settle(*, by: Caller, at: datetime, request_id: int) -> None:
    """Let the paper hear of what was decided: numbered and in force, or back to its writer."""
    request = Request.objects.get(pk=request_id)
    paper_id = int(request.subject.partition(":")[2])
    if request.state == Request.State.APPROVED:
        documents.release(by=by, at=at, paper_id=paper_id)
    elif request.state == Request.State.RETURNED:
        last = request.decisions.order_by("-step").first()
        reason = last.reason if last else ""
        documents.return_paper(by=by, at=at, paper_id=paper_id, reason=reason)


def _subject(paper_id: int) -> str:
    return f"{SUBJECT}{paper_id}"
