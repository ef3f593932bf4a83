"""Who may see and change what of the estate, as predicates over a caller (HR-01)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

# Who may read full telephone numbers; foremen and technicians only through a matter they own.
PHONE_READERS = (
    "manager",
    "assistant",
    "supervisor",
    "keeper",
    "dispatcher",
    "receptionist",
    "collector",
    "company_service",
)
EDITORS = (
    "manager",
    "assistant",
    "supervisor",
    "keeper",
    "dispatcher",
    "receptionist",
    "company_service",
    "general_manager",
)
FOUNDERS = ("company_service", "general_manager")


def admit(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community: strangers learn nothing."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))


def may_see_phones(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may read telephone numbers in full."""
    return caller.holds(community_id, *PHONE_READERS)


def admit_to_phones(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not read full numbers."""
    admit(caller, community_id)
    if not may_see_phones(caller, community_id):
        raise Forbidden(_("您的岗位不能查看完整电话号码,请找客服前台。"))


def admit_to_edit(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not change households."""
    admit(caller, community_id)
    if not caller.holds(community_id, *EDITORS):
        raise Forbidden(_("您的岗位不能修改住户资料,请找客服前台。"))


def admit_to_found(caller: Caller) -> None:
    """Raise Forbidden unless the caller may set up communities and buildings."""
    if not caller.holds(None, *FOUNDERS):
        raise Forbidden(_("只有公司岗位可以新建小区或楼栋。"))
