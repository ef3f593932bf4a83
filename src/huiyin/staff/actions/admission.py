"""Whose papers a caller may change: people of the communities in which the caller manages staff."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel.caller import COMPANY_POSTS, Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import LEADERS, admit_to_community, may_lead, may_manage_staff
from huiyin.staff.models import Employee, PostHolding
from huiyin.staff.queries import local_day

# Posts that lead a site are given by those who lead, not by a supervisor.
LEADING_POSTS = frozenset({"manager", "assistant"})


def admit_to_staff(caller: Caller, community_id: int | None) -> None:
    """Raise NotFound to strangers, Forbidden to who may not manage the staff there."""
    if community_id is None:
        allowed = caller.holds(None, *LEADERS)
    else:
        admit_to_community(caller, community_id)
        allowed = may_manage_staff(caller, community_id)
    if not allowed:
        raise Forbidden(_("只有主管、经理助理、经理和公司可以管理人员与排班。"))


def admit_to_post(caller: Caller, community_id: int | None, post: str) -> None:
    """Let supervisors give posts, but those that lead only who leads."""
    admit_to_staff(caller, community_id)
    if community_id is None or post not in LEADING_POSTS:
        return
    if not may_lead(caller, community_id):
        raise Forbidden(_("经理和经理助理的任免由经理或公司办理。"))


def locked_employee(
    caller: Caller, code: str, at: datetime, *, field: str = "employee"
) -> Employee:
    """Return an employee by code, locked; NotFound when there is none or it is not the caller's.

    Somebody who holds no post yet is visible to whoever may hire.
    """
    employee = (
        Employee.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .filter(code=code)
        .first()
    )
    if employee is None or not _concerns(caller, employee, local_day(at)):
        raise NotFound(_("没有工号为“%(code)s”的员工。") % {"code": code}, field=field)
    return employee


def places_of(employee: Employee, day: date) -> set[int | None]:
    """Return the communities in which an employee holds a post today or later (None: company)."""
    return set(_later(employee, day).values_list("community_id", flat=True))


def _later(employee: Employee, day: date) -> QuerySet[PostHolding]:
    return employee.holdings.filter(Q(until_on__isnull=True) | Q(until_on__gt=day))


def _concerns(caller: Caller, employee: Employee, day: date) -> bool:
    if caller.everywhere:
        return True
    places = places_of(employee, day)
    return not places or any(one is not None and caller.works_in(one) for one in places)


def admit_to_person(caller: Caller, employee: Employee, at: datetime) -> None:
    """Raise Forbidden unless the caller manages staff where, to their knowledge, one works.

    Somebody without a post is anybody's who manages staff anywhere.
    """
    places = places_of(employee, local_day(at))
    _admit_to_postless(caller, places)
    for community_id in places:
        if community_id is None or caller.works_in(community_id):
            admit_to_staff(caller, community_id)


def admit_to_whole_person(caller: Caller, employee: Employee, at: datetime) -> None:
    """Raise a refusal unless the caller may give and take every post the employee holds.

    So nobody takes a superior off the payroll, or logs in as one with a new password.
    """
    posts = _later(employee, local_day(at)).values_list("community_id", "post")
    _admit_to_postless(caller, {community_id for community_id, _post in posts})
    for community_id, post in posts:
        admit_to_post(caller, community_id, post)


def _admit_to_postless(caller: Caller, places: set[int | None]) -> None:
    if not places and not any(may_manage_staff(caller, one) for one in caller.community_ids):
        admit_to_staff(caller, None)


def is_company_post(post: str) -> bool:
    """Tell whether a post is held for the company rather than in one community."""
    return post in COMPANY_POSTS
