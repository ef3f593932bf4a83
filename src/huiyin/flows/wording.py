"""A community's wording of a template is approved before anybody is told in it (NOT-01)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import actions as approvals
from huiyin.approvals.models import Request
from huiyin.kernel.caller import Caller
from huiyin.notices import actions as notices
from huiyin.notices import listings

KIND = "message_template"


@transaction.atomic
def submit(*, by: Caller, at: datetime, community_id: int, code: str) -> int:
    """Ask for the approval of a community's draft; return the request.

    Raises NotFound, Forbidden, UnableToSubmit without a draft, UnableToAsk.
    """
    draft = listings.open_template(caller=by, community_id=community_id, code=code)
    request_id = approvals.ask(
        by=by,
        at=at,
        community_id=community_id,
        kind=KIND,
        subject=f"template:{draft.id}",
        title=_("消息模板:%(title)s") % {"title": draft.title},
    )
    notices.put_in_review(by=by, at=at, template_id=draft.id, request_id=request_id)
    return request_id


def settle(*, by: Caller, at: datetime, request_id: int) -> None:
    """Let the template hear of what was decided, once it is."""
    request = Request.objects.get(pk=request_id)
    if request.state == Request.State.WAITING:
        return
    last = request.decisions.order_by("-step").first()
    notices.settle_template(
        by=by,
        at=at,
        request_id=request_id,
        approved=request.state == Request.State.APPROVED,
        opinion=last.reason if last else "",
    )
