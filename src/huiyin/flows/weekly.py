"""What the manager gets every Monday at 09:00: last week's complaints, and a missing calendar."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.estate.queries import CommunityRow
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.queries import figures
from huiyin.matters.queries.figures import ComplaintRow, Scope
from huiyin.notices import actions as notices
from huiyin.notices import queries as notice_queries
from huiyin.reports import weekly
from huiyin.staff import queries as staff
from huiyin.standards import queries as standards

MORNING = time(9)
WEEK = timedelta(days=7)


def last_monday(at: datetime, zone: str) -> datetime:
    """Return the latest Monday 09:00 of a zone that is not after a moment."""
    local = at.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    moment = datetime.combine(monday, MORNING, ZoneInfo(zone))
    return moment if moment <= at else moment - WEEK


def tell_manager(*, town: CommunityRow, at: datetime) -> int:
    """Queue the messages of this week that were not queued yet; return how many.

    The purpose names community and week, so that however often and from how many places this is
    asked, the manager gets each once. A community without a past gets none.
    """
    zone = ZoneInfo(town.zone)
    monday = last_monday(at, town.zone).date()
    until = datetime.combine(monday, time(0), zone)
    since = datetime.combine(monday - WEEK, time(0), zone)
    if not figures.has_matters_before(community_id=town.id, moment=until):
        return 0
    year, number, _day = since.isocalendar()
    name = f"{town.code}:{year}W{number:02}"
    queued = 0
    if not notice_queries.exists(purpose=f"weekly:{name}"):
        rows = _complaints(town, at, since, until)
        before = _complaints(town, at, since - WEEK, since)
        text = weekly.analysis(since, rows, before)
        queued += _queue(town, at, f"weekly:{name}", weekly.subject(since, rows), text)
    warning = standards.warn_unpublished(at, town.zone)
    if warning and not notice_queries.exists(purpose=f"calendar:{name}"):
        queued += _queue(town, at, f"calendar:{name}", _("工作日历需要补录"), warning)
    return queued


def _complaints(
    town: CommunityRow, at: datetime, since: datetime, until: datetime
) -> tuple[ComplaintRow, ...]:
    return figures.complaints(Scope(SYSTEM, town.id, since, until, at))


def _queue(town: CommunityRow, at: datetime, purpose: str, subject: str, text: str) -> int:
    people = staff.directory(community_id=town.id, at=at, zone=town.zone)
    managers = people.on_duty("manager") or people.floor()
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=town.id,
                recipient_id=person.id,
                purpose=purpose,
                about="",
                subject=subject,
                text=text,
                channel="in_app" if person.can_log_in else "log",
            )
            for person in managers
        ],
        at=at,
    )
    return len(managers)
