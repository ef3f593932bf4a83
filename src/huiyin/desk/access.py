"""Who may tell of calls and read them (REC-01), keep and sign the log of a shift (REC-12)."""

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


# Who keeps the key of the telephone exchange.
KEEPERS_OF_KEY = ("general_manager", "company_service", "manager", "assistant")
# Who signs the log of a shift each day; the supervisor, or who stands above (REC-12).
SIGNERS = ("supervisor", "assistant", "manager", "company_service", "general_manager")


def may_keep_key(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may give the telephone exchange a new key."""
    return caller.holds(community_id, *KEEPERS_OF_KEY)


def admit_to_key(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to all but those who keep the exchange's key."""
    admit_to_calls(caller, community_id)
    if not may_keep_key(caller, community_id):
        raise Forbidden(_("电话总机的密钥由经理、经理助理或公司管理。"))


def admit_to_duty(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do no shifts at the desk."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"), field="community")
    if not caller.holds(community_id, *DESK):
        raise Forbidden(_("值班记录由客服前台和主管填写、查看。"))


def may_sign(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may sign the logs of the community's shifts."""
    return caller.holds(community_id, *SIGNERS)
