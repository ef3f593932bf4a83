"""Who of the staff may read what owners were told, send it again, and word the templates."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import LEADERS

# The log shows to whom what was said, so it is for those who talk with owners.
READERS = (*LEADERS, "supervisor", "keeper", "dispatcher", "receptionist", "quality", "collector")
SENDERS = (*LEADERS, "supervisor", "keeper", "receptionist")
# Keepers maintain the templates (NOT-01); nobody's wording is used before somebody approved it.
EDITORS = (*LEADERS, "supervisor", "keeper", "quality")


def admit(caller: Caller, community_id: int, posts: tuple[str, ...], refusal: object) -> None:
    """Raise NotFound to strangers, Forbidden with the sentence unless one of the posts is held."""
    if not caller.works_in(community_id):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))
    if not caller.holds(community_id, *posts):
        raise Forbidden(refusal)


def admit_to_log(caller: Caller, community_id: int) -> None:
    """Admit who may read the log of messages."""
    admit(caller, community_id, READERS, _("消息记录只给客服、管家和主管查看。"))


def admit_to_send(caller: Caller, community_id: int) -> None:
    """Admit who may send a message again."""
    admit(caller, community_id, SENDERS, _("重发消息请找管家、前台或主管。"))


def admit_to_word(caller: Caller, community_id: int) -> None:
    """Admit who may draft the wording of a template."""
    admit(caller, community_id, EDITORS, _("消息模板由管家、品质和主管维护。"))
