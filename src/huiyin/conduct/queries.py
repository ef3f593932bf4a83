"""Reads of conduct cases: for those who lead them, never for whom they are about."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from huiyin.conduct.access import admit_leader
from huiyin.conduct.models import ConductCase
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.access import visible
from huiyin.matters.queries import PersonRef
from huiyin.staff.models import Employee
from huiyin.staff.queries import directory
from huiyin.staff.rules import Directory


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A conduct case as pages and the API show it; the penalty counts once approved."""

    matter: str
    zone: str
    employee: PersonRef
    statement: str
    statement_at: datetime | None
    correction: str | None
    correction_due_on: date | None
    penalty: str
    penalty_by: PersonRef | None
    penalty_at: datetime | None
    approved_by: PersonRef | None
    approved_at: datetime | None


def case(*, caller: Caller, number: str, at: datetime) -> CaseRow:
    """Return the case of a complaint.

    Raises NotFound when there is none, the complaint is not the caller's to see or is about them;
    Forbidden to colleagues who lead no cases.
    """
    found = (
        ConductCase.objects.filter(matter__in=visible(caller), matter__number=number)
        .select_related("matter__community", "employee", "correction", "penalty_by", "approved_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份员工处理记录。"))
    community = found.matter.community
    admit_leader(caller, community.pk)
    staff_now = directory(community_id=community.pk, at=at, zone=community.zone)
    return CaseRow(
        matter=found.matter.number,
        zone=community.zone,
        employee=_named(found.employee, staff_now),
        statement=found.statement,
        statement_at=found.statement_at,
        correction=found.correction.number if found.correction else None,
        correction_due_on=found.correction_due_on,
        penalty=found.penalty,
        penalty_by=_named(found.penalty_by, staff_now) if found.penalty_by else None,
        penalty_at=found.penalty_at,
        approved_by=_named(found.approved_by, staff_now) if found.approved_by else None,
        approved_at=found.approved_at,
    )


def _named(employee: Employee, staff_now: Directory) -> PersonRef:
    duty = staff_now.people.get(employee.pk)
    return PersonRef(employee.code, employee.name, duty.post if duty else "")
