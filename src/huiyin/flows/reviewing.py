"""What quality gets every Monday at 09:00: the answers whose review is overdue (REC-13)."""

from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.estate.queries import CommunityRow
from huiyin.flows.weekly import last_monday
from huiyin.knowledge import queries as knowledge
from huiyin.notices import actions as notices
from huiyin.notices import queries as notice_queries
from huiyin.staff import queries as staff

MOST_NAMED = 20


def tell_quality(*, town: CommunityRow, at: datetime) -> int:
    """Queue this week's list of overdue answers, unless it was queued; return how many messages.

    Where nobody is on duty for quality the manager gets it. Nothing overdue, nothing told.
    """
    monday = last_monday(at, town.zone).date()
    overdue = knowledge.overdue(community_id=town.id, on=monday)
    purpose = f"review:{town.code}:{monday.isoformat()}"
    if not overdue or notice_queries.exists(purpose=purpose):
        return 0
    people = staff.directory(community_id=town.id, at=at, zone=town.zone)
    readers = people.on_duty("quality") or people.on_duty("manager") or people.floor()
    text = "\n".join(f"{number}. {one}" for number, one in enumerate(overdue[:MOST_NAMED], start=1))
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=town.id,
                recipient_id=person.id,
                purpose=purpose,
                about="",
                subject=_("知识库有 %(n)d 条答复过了复核日期") % {"n": len(overdue)},
                text=text,
                channel="in_app" if person.can_log_in else "log",
            )
            for person in readers
        ],
        at=at,
    )
    return len(readers)
