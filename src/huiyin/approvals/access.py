"""Who may see a request, who may set a chain (PLN-02)."""

from django.utils.translation import gettext as _

from huiyin.approvals.models import Request
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import LEADERS, admit_to_community

COMPANY_LEADERS = ("company_service", "general_manager")
CHAIN_SETTERS = ("manager", *COMPANY_LEADERS)


def admit_to_request(caller: Caller, request: Request | None) -> Request:
    """Return the request for whoever works in its community.

    It is not there for strangers, nor for whom its subject complains about (CMP-05).
    """
    if request is None or not caller.works_in(request.community_id) or is_about(caller, request):
        raise NotFound(_("没有这份审批。"))
    return request


def is_about(caller: Caller, request: Request) -> bool:
    """Tell whether the subject of the request complains about the caller."""
    return caller.employee_id is not None and caller.employee_id == request.about_id


def is_involved(caller: Caller, request: Request) -> bool:
    """Tell whether the caller asked, holds a post of the chain, or leads."""
    if caller.is_system or caller.employee_id == request.asked_by_id:
        return True
    posts = {post for step in request.steps for post in step}
    return caller.holds(request.community_id, *LEADERS, *posts)


def admit_to_set_chain(caller: Caller, community_id: int | None) -> None:
    """Raise NotFound to strangers, Forbidden to those who may not say who decides."""
    if community_id is not None:
        admit_to_community(caller, community_id)
    allowed = CHAIN_SETTERS if community_id is not None else COMPANY_LEADERS
    if not caller.holds(community_id, *allowed):
        raise Forbidden(_("审批流程由经理或公司设定。"))


def may_set_chain(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may say who decides in a community."""
    return caller.holds(community_id, *CHAIN_SETTERS)
