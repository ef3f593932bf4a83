"""What is going on in a community: is it the same one? (EMG-01)"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from huiyin.incidents import rules, titles
from huiyin.incidents.access import admit_to_matter
from huiyin.incidents.models import Alarm, Incident
from huiyin.incidents.plans import PLANS
from huiyin.incidents.queries.live import place_of
from huiyin.incidents.queries.rows import IncidentRow
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.matters.models import Matter
from huiyin.staff.access import admit_to_community

PAGE = 25


def open_incidents(*, caller: Caller, community_id: int, at: datetime) -> tuple[IncidentRow, ...]:
    """Return what is going on, newest first: is it the same one? One query."""
    admit_to_community(caller, community_id)
    found = _rows(caller, community_id).filter(state=Incident.State.OPEN)
    return tuple(_row(one) for one in found[:PAGE])


def same_event(*, caller: Caller, community_id: int, at: datetime) -> tuple[IncidentRow, ...]:
    """Return the emergencies of the last hours that are still going on, newest first."""
    young = at - rules.SAME_EVENT
    found = open_incidents(caller=caller, community_id=community_id, at=at)
    return tuple(one for one in found if one.calls_everybody and one.raised_at >= young)


def incidents(*, caller: Caller, community_id: int, cursor: str = "") -> Page[IncidentRow]:
    """Return the incidents of a community, newest first, page by page. One query."""
    admit_to_community(caller, community_id)
    found = _rows(caller, community_id)
    if cursor:
        try:
            (last,) = read_cursor(cursor, int)
        except BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        found = found.filter(pk__lt=last)
    return page_of(list(found[: PAGE + 1]), PAGE, _row, lambda one: (one.pk,))


def without_plan(*, caller: Caller, community_id: int) -> tuple[tuple[str, str], ...]:
    """Return open emergencies whose plan nobody has chosen yet, as number and text (EMG-01)."""
    admit_to_community(caller, community_id)
    found = Matter.objects.filter(
        community_id=community_id,
        kind="complaint.emergency",
        closed_at__isnull=True,
        incident__isnull=True,
        incident_report__isnull=True,
    ).exclude(about_employee_id=caller.employee_id or 0)
    return tuple(found.order_by("-received_at", "-id").values_list("number", "text")[:PAGE])


def raised_by(*, caller: Caller, key: UUID | None) -> bool:
    """Tell whether this very press of the button was taken before: it came twice."""
    return key is not None and Alarm.objects.filter(key=key, by=caller.employee_id).exists()


def is_for(*, caller: Caller, number: str) -> bool:
    """Tell whether there is an opened plan under this number that the caller may see."""
    matter = Matter.objects.filter(number=number.replace("\0", ""), incident__isnull=False).first()
    try:
        admit_to_matter(caller, matter, number)
    except NotFound:
        return False
    return True


def plan_is_open(*, number: str) -> bool:
    """Tell whether a matter has an opened plan; the caller's page has admitted to the matter."""
    return Incident.objects.filter(matter__number=number).exists()


def _rows(caller: Caller, community_id: int) -> Any:
    me = caller.employee_id or 0
    return (
        Incident.objects.filter(community_id=community_id)
        .exclude(matter__about_employee_id=me)
        .select_related("matter__house")
        .annotate(rung=Count("alarms"))
        .order_by("-id")
    )


def _row(one: Any) -> IncidentRow:
    return IncidentRow(
        number=one.matter.number,
        plan=one.plan,
        plan_title=str(titles.PLANS[one.plan]),
        place=place_of(one.matter),
        text=one.matter.text,
        raised_at=one.raised_at,
        state=one.state,
        alarms=one.rung,
        calls_everybody=PLANS[one.plan].calls_everybody,
    )
