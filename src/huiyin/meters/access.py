"""Who reads meters, and who says what counts of an odd reading (BIL-03)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.staff.access import admit_post

# Whoever goes round with the telephone or computes with what was read.
WALKERS = (
    "technician",
    "maintenance_foreman",
    "collector",
    "finance",
    "manager",
    "company_finance",
)
# Who settles what is held back, corrects, guesses, and keeps the list of meters.
KEEPERS = ("maintenance_foreman", "collector", "finance", "manager", "company_finance")


def admit_to_walk(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not read meters."""
    admit_post(
        caller,
        community_id,
        *WALKERS,
        refusal=_("抄表由维修人员、收费员和财务负责,您的岗位不能查看。"),
    )


def admit_to_keep(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not keep the meters."""
    admit_post(
        caller,
        community_id,
        *KEEPERS,
        refusal=_("这一步由工程主管、收费员、财务或项目经理来做。"),
    )


def may_keep(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller settles readings and keeps the meters."""
    return caller.holds(community_id, *KEEPERS)
