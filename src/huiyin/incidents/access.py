"""Who raises alarms, agrees to outside help, ends an incident, writes and approves its report."""

from django.utils.translation import gettext as _

from huiyin.incidents.models import Incident
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.models import Matter
from huiyin.staff.access import LEADERS

# The person in charge of the site, and whoever led the work there.
WRITERS = (
    "manager",
    "assistant",
    "supervisor",
    "quality",
    "maintenance_foreman",
    "cleaning_foreman",
    "security_foreman",
)
# Leaders of the company (公司领导).
APPROVERS = ("company_service", "general_manager")
# The general manager or the leader on duty, without whom the police is not called (EMG-02).
CONSENTERS = LEADERS
# Who ends an incident, leaves out a step, holds the review.
LEADING = (*WRITERS, *APPROVERS)
# Who keeps the call list.
LISTERS = (*LEADERS, "supervisor")


def sees_incident(caller: Caller, matter: Matter) -> bool:
    """Tell whether the caller may see an emergency: everybody who works there, for all must help.

    It is not there for an employee whom the complaint is about.
    """
    if not caller.works_in(matter.community_id):
        return False
    return caller.employee_id is None or caller.employee_id != matter.about_employee_id


def admit_to_matter(caller: Caller, matter: Matter | None, number: str) -> Matter:
    """Return the matter of an emergency; it is not there for strangers."""
    if matter is None or not sees_incident(caller, matter):
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    return matter


def admit_to_lead(caller: Caller, incident: Incident) -> None:
    """Raise Forbidden unless the caller may end the incident, leave out a step, hold the review."""
    if not caller.holds(incident.community_id, *LEADING):
        raise Forbidden(_("这一步由现场负责人来做,请找经理、主管或班长。"))


def may_consent(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may agree to calling the police or the fire brigade (EMG-02)."""
    return not caller.is_system and caller.holds(community_id, *CONSENTERS)


def admit_consenter(caller: Caller, community_id: int) -> None:
    """Raise Forbidden unless the caller is the general manager or a leader on duty."""
    if not may_consent(caller, community_id):
        raise Forbidden(_("只有总经理或值班领导可以同意。"))


def admit_lister(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers and Forbidden to colleagues who do not keep the call list."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))
    if not caller.holds(community_id, *LISTERS):
        raise Forbidden(_("应急电话由主管或经理维护。"))


def admit_writer(caller: Caller, community_id: int) -> None:
    """Raise Forbidden unless the caller may write the report."""
    if not caller.holds(community_id, *WRITERS):
        raise Forbidden(_("突发事件处理表由现场负责人填写,请找经理或主管。"))
