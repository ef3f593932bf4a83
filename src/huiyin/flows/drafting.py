"""The calendar drafts bills and tells who looks at them; posting is for people (BIL-05, BIL-06)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.billing.actions.due import draft_due
from huiyin.billing.queries.runs import DraftedRow, drafted_by_calendar
from huiyin.notices import actions as notices
from huiyin.notices import queries as notice_queries
from huiyin.staff import queries as staff

POSTS = ("finance", "collector")


def draft_and_tell(*, at: datetime) -> int:
    """Draft what is due and tell finance and collector of drafts that are ready, each once.

    Returns how many were told of. A large draft is ready when the biller has done its parts.
    """
    draft_due(at=at)
    told = 0
    for run in drafted_by_calendar():
        purpose = f"billing_drafted:{run.id}"
        if not notice_queries.exists(purpose=purpose):
            with transaction.atomic():
                _tell(run, purpose, at)
            told += 1
    return told


def _tell(run: DraftedRow, purpose: str, at: datetime) -> None:
    people = staff.directory(community_id=run.community_id, at=at, zone=run.zone)
    found = {one.id: one for post in POSTS for one in people.on_duty(post)}
    text = _("共 %(houses)s 户、%(lines)s 条、%(amount)s 元,待处理 %(held)s 户。请核对后入账。")
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=run.community_id,
                recipient_id=one.id,
                purpose=purpose,
                about="",
                subject=_("%(group)s %(period)s计费草稿已生成,请核对")
                % {"group": run.group, "period": run.period},
                text=text
                % {
                    "houses": run.houses,
                    "lines": run.lines,
                    "amount": run.amount,
                    "held": run.held,
                },
                channel="in_app" if one.can_log_in else "log",
            )
            for one in found.values() or people.floor()
        ],
        at=at,
    )
