"""Who leads a conduct case and who approves its penalty (CMP-05)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden

# The facts are collected by the service side and reported to the person in charge.
LEADERS = ("manager", "assistant", "supervisor", "quality", "company_service", "general_manager")
# A penalty counts only when the person in charge or the company says so.
PENALTY_APPROVERS = ("manager", "assistant", "company_service", "general_manager")


def admit_leader(caller: Caller, community_id: int) -> None:
    """Raise Forbidden unless the caller leads conduct cases in the community."""
    if not caller.holds(community_id, *LEADERS):
        raise Forbidden(_("服务态度投诉由主管、品质或经理处理。"))


def admit_penalty_approver(caller: Caller, community_id: int, proposed_by_id: int | None) -> None:
    """Raise Forbidden unless the caller may approve penalties and did not propose this one."""
    if not caller.holds(community_id, *PENALTY_APPROVERS):
        raise Forbidden(_("处罚记录要由经理或公司批准。"))
    if caller.employee_id == proposed_by_id:
        raise Forbidden(_("自己提出的处罚要由别人批准。"))
