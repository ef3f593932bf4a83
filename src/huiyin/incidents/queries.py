"""Reads of incident reports, for whoever sees the matter."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.incidents.models import IncidentReport
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.access import visible
from huiyin.matters.queries import PersonRef
from huiyin.staff.models import Employee
from huiyin.staff.queries import directory
from huiyin.staff.rules import Directory


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An incident report as pages and the API show it."""

    matter: str
    zone: str
    state: str
    course: str
    cause: str
    losses: str
    measures: str
    written_by: PersonRef
    written_at: datetime
    decided_by: PersonRef | None
    decided_at: datetime | None
    opinion: str
    file_number: str


def report(*, caller: Caller, number: str, at: datetime) -> ReportRow:
    """Return the report of a matter; NotFound when there is none or the matter is not theirs."""
    found = (
        IncidentReport.objects.filter(matter__in=visible(caller), matter__number=number)
        .select_related("matter__community", "written_by", "decided_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份突发事件处理表。"))
    community = found.matter.community
    staff_now = directory(community_id=community.pk, at=at, zone=community.zone)
    return ReportRow(
        matter=found.matter.number,
        zone=community.zone,
        state=found.state,
        course=found.course,
        cause=found.cause,
        losses=found.losses,
        measures=found.measures,
        written_by=_named(found.written_by, staff_now),
        written_at=found.written_at,
        decided_by=_named(found.decided_by, staff_now) if found.decided_by else None,
        decided_at=found.decided_at,
        opinion=found.opinion,
        file_number=found.file_number,
    )


def _named(employee: Employee, staff_now: Directory) -> PersonRef:
    duty = staff_now.people.get(employee.pk)
    return PersonRef(employee.code, employee.name, duty.post if duty else "")
