"""A matter as one line of a list: every word made ready, so that the template only places it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from huiyin.doors.parts import moments
from huiyin.matters.queries import MatterRow

EMERGENCY = "complaint.emergency"
SOON = 0.75  # of the limit used: from here on the line says so


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of a matter."""

    number: str
    kind: str
    text: str
    where: str
    state: str
    owner: str
    received: str
    due: str
    left: str
    due_in_full: str
    percent: int
    tone: str
    important: bool
    urgent: bool
    linked: str
    chased: str


def lines(rows: Iterable[MatterRow], now: datetime) -> list[Line]:
    """Make rows of matters ready to be shown in the zone of the page."""
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)  # noqa: S101 the page chose it
    return [_line(row, now, zone) for row in rows]


def tone_of(*, late: bool, share: float) -> str:
    """Return the style of a clock; the words beside it say the same."""
    if late:
        return "is-late"
    return "is-soon" if share >= SOON else ""


def _line(row: MatterRow, now: datetime, zone: ZoneInfo) -> Line:
    due = row.nearest_due_at
    return Line(
        number=row.number,
        kind=str(row.kind_title),
        text=row.text,
        where=" · ".join(part for part in (row.house, row.place) if part),
        state=str(row.state_title),
        owner=row.owner_name,
        received=moments.say_moment(row.received_at, now, zone),
        due=moments.say_deadline(due, now, zone) if due else "",
        left=moments.say_left(due, now) if due else "",
        due_in_full=moments.say_in_full(due, zone) if due else "",
        percent=100 if row.overdue else round(100 * row.share),
        tone=tone_of(late=row.overdue, share=row.share) if due else "",
        important=row.important,
        urgent=row.kind == EMERGENCY,
        linked=_linked(row),
        chased=_("业主催办 %(n)d 次") % {"n": row.chases} if row.chases else "",
    )


def _linked(row: MatterRow) -> str:
    """Say that others report the same, or whose problem it is."""
    if row.parent:
        return _("已并入 %(number)s") % {"number": row.parent}
    return _("另有 %(n)d 件同样的") % {"n": row.linked_count} if row.linked_count else ""
