"""Who may tell of calls and read them (REC-01)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

# The exchange calls with the token of one of these; by hand the desk itself records a call.
DESK = (
    "general_manager",
    "company_service",
    "manager",
    "assistant",
    "quality",
    "supervisor",
    "keeper",
    "dispatcher",
    "receptionist",
)


def admit_to_calls(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not work at the desk."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"), field="community")
    if not caller.holds(community_id, *DESK):
        raise Forbidden(_("通话记录由客服前台和主管查看、登记。"))
