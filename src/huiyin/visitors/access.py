"""Who keeps the book of appointments, and who decides on a visitor (REC-08)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

# The desk keeps the book; guards at the gate may look up who is expected and say who has come.
KEEPERS = (
    "general_manager",
    "company_service",
    "manager",
    "assistant",
    "quality",
    "supervisor",
    "keeper",
    "dispatcher",
    "receptionist",
    "security_foreman",
)
# Whom a visitor may ask for.
HOSTS = (
    "general_manager",
    "company_service",
    "company_finance",
    "manager",
    "assistant",
    "finance",
    "quality",
    "supervisor",
    "maintenance_foreman",
    "cleaning_foreman",
    "security_foreman",
)


def admit_to_visitors(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to who is neither at the desk nor ever asked for."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"), field="community")
    if not caller.holds(community_id, *KEEPERS, *HOSTS):
        raise Forbidden(_("来访预约由客服前台登记、查看。"))


def admit_to_decide(caller: Caller, community_id: int, acting: tuple[int | None, ...]) -> None:
    """Raise Forbidden unless the caller is who was asked for, acts for them, or keeps the book."""
    admit_to_visitors(caller, community_id)
    me = caller.employee_id
    if caller.holds(community_id, *KEEPERS) or (me is not None and me in acting):
        return
    raise Forbidden(_("见不见由被求见的人决定,或由前台代为记录。"))


def may_see_contacts(caller: Caller, community_id: int, host_id: int) -> bool:
    """Tell whether the caller may read a visitor's name and telephone in full."""
    return caller.employee_id == host_id or caller.holds(
        community_id, "manager", "assistant", "supervisor", "dispatcher", "receptionist"
    )
