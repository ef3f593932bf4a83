"""Who may see and who may change the table of words."""

from huiyin.kernel.caller import Caller
from huiyin.staff.access import LEADERS, admit_post, admit_to_community

EDITORS = (*LEADERS, "quality")


def admit_to_read(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community."""
    admit_to_community(caller, community_id)


def admit_editor(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not change the table."""
    admit_post(caller, community_id, *EDITORS)


def may_edit(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may change the table."""
    return caller.holds(community_id, *EDITORS)
