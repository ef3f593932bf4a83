"""Who reads, writes and confirms answers (REC-13), and who may change the guides."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden
from huiyin.staff.access import LEADERS, admit_post, admit_to_community

WRITERS = (*LEADERS, "supervisor", "quality", "receptionist")
# The second look before owners are told something in writing.
CHECKERS = (*LEADERS, "supervisor", "quality")
GUIDE_EDITORS = (*LEADERS, "supervisor", "quality")


def admit_reader(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community."""
    admit_to_community(caller, community_id)


def admit_writer(caller: Caller, community_id: int | None) -> None:
    """Raise Forbidden unless the caller may write answers; the company's are the company's."""
    if community_id is not None:
        admit_post(caller, community_id, *WRITERS)
    elif not caller.holds(None, *LEADERS):
        raise Forbidden(_("公司通用的答复由公司维护,请联系公司客服部。"))


def admit_checker(caller: Caller, community_id: int | None, author_id: int | None) -> None:
    """Raise Forbidden unless the caller may confirm an answer that somebody else wrote."""
    if community_id is not None:
        admit_post(caller, community_id, *CHECKERS)
    elif not caller.holds(None, *LEADERS):
        raise Forbidden(_("公司通用的答复由公司维护,请联系公司客服部。"))
    if caller.employee_id is not None and caller.employee_id == author_id:
        raise Forbidden(_("自己写的答复要由别人核对后才能给业主看。"))


def admit_guide_editor(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not change the guides."""
    admit_post(caller, community_id, *GUIDE_EDITORS)


def may_write(caller: Caller, community_id: int | None) -> bool:
    """Tell whether the caller may write answers there."""
    if community_id is None:
        return caller.holds(None, *LEADERS)
    return caller.holds(community_id, *WRITERS)


def may_edit_guides(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may change the guides."""
    return caller.holds(community_id, *GUIDE_EDITORS)
