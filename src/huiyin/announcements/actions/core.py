"""What every write of announcements does: lock the row, know who acts, write the trail."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.announcements.access import admit_to
from huiyin.announcements.models import Announcement
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden
from huiyin.trail.actions import record

KIND = "announcement"  # of approval
SUBJECT = "announcement:"
REASON_MOST = 300


def locked(by: Caller, number: str) -> Announcement:
    """Lock an announcement for whoever may see it; NotFound and Forbidden for the others."""
    return admit_to(by, None if "\0" in number else hold(number))


def hold(number: str) -> Announcement | None:
    """Lock an announcement by its number, before anything else that belongs to it."""
    return (
        Announcement.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number)
        .first()
    )


def subject_of(announcement: Announcement) -> str:
    """Name the announcement to approvals and trail."""
    return f"{SUBJECT}{announcement.number}"


def employee_id(by: Caller) -> int:
    """Return who acts; Forbidden for a caller who is no employee."""
    if by.employee_id is None:
        raise Forbidden(_("通知要由员工本人起草、发布和张贴。"))
    return by.employee_id


def trail(
    action: str,
    by: Caller,
    at: datetime,
    announcement: Announcement,
    after: Mapping[str, object] | None = None,
    *,
    reason: str = "",
) -> None:
    """Write what was done into the trail, under the number of the announcement."""
    record(
        action=f"announcements.{action}",
        by=by,
        at=at,
        subject=subject_of(announcement),
        community_id=announcement.community_id,
        after=after,
        reason=reason,
    )
