"""Who may see or do what, as predicates over a caller (HR-01)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

# Those who lead a site may change its standards, its staff and anybody's matters.
LEADERS = ("manager", "assistant", "company_service", "general_manager")


def admit_to_community(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community: strangers learn nothing."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))


def admit_post(caller: Caller, community_id: int, *posts: str, refusal: str = "") -> None:
    """Raise NotFound to strangers and Forbidden to colleagues who hold none of the posts.

    ``refusal`` is the sentence that says whom to ask instead.
    """
    admit_to_community(caller, community_id)
    if not caller.holds(community_id, *posts):
        raise Forbidden(refusal or _("您的岗位不能做这件事,请找主管或经理。"))


def may_lead(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller leads the site or the company."""
    return caller.holds(community_id, *LEADERS)


def may_manage_staff(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may change posts, areas, shifts and absences."""
    return caller.holds(community_id, *LEADERS, "supervisor")
