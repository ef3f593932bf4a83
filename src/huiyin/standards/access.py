"""Who may read and change the service standards (STD-01): those who lead the site."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

CHANGERS = ("manager", "assistant", "company_service", "general_manager")


def admit_to_read(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community: strangers learn nothing."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))


def may_change(caller: Caller, community_id: int | None) -> bool:
    """Tell whether the caller may change standards and calendar (None: of every community)."""
    return caller.holds(community_id, *CHANGERS)


def admit_to_change(caller: Caller, community_id: int | None) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not lead the site."""
    if community_id is not None:
        admit_to_read(caller, community_id)
    if not may_change(caller, community_id):
        raise Forbidden(_("只有经理、经理助理和公司可以修改服务标准与工作日历。"))
