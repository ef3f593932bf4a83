"""Who writes an incident report, who approves it (CMP-03, EMG-07)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden

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


def admit_writer(caller: Caller, community_id: int) -> None:
    """Raise Forbidden unless the caller may write the report."""
    if not caller.holds(community_id, *WRITERS):
        raise Forbidden(_("突发事件处理表由现场负责人填写,请找经理或主管。"))


def admit_approver(caller: Caller, community_id: int, written_by_id: int) -> None:
    """Raise Forbidden unless the caller leads the company and did not write the report."""
    if not caller.holds(community_id, *APPROVERS):
        raise Forbidden(_("突发事件处理表要由公司领导审批。"))
    if caller.employee_id == written_by_id:
        raise Forbidden(_("自己写的处理表要由别人审批。"))
