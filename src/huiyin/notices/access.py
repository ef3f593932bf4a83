"""Who of the staff may read what owners were told, send it again, and word the templates."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.staff.access import LEADERS, admit_post

# The log shows to whom what was said, so it is for those who talk with owners.
READERS = (*LEADERS, "supervisor", "keeper", "dispatcher", "receptionist", "quality", "collector")
SENDERS = (*LEADERS, "supervisor", "keeper", "receptionist")
# Keepers maintain the templates (NOT-01); nobody's wording is used before somebody approved it.
EDITORS = (*LEADERS, "supervisor", "keeper", "quality")


def admit_to_log(caller: Caller, community_id: int) -> None:
    """Admit who may read the log of messages."""
    sentence = _("消息记录只给客服、管家和主管查看。")
    admit_post(caller, community_id, *READERS, refusal=sentence)


def admit_to_send(caller: Caller, community_id: int) -> None:
    """Admit who may send a message again."""
    sentence = _("重发消息请找管家、前台或主管。")
    admit_post(caller, community_id, *SENDERS, refusal=sentence)


def admit_to_word(caller: Caller, community_id: int) -> None:
    """Admit who may draft the wording of a template."""
    sentence = _("消息模板由管家、品质和主管维护。")
    admit_post(caller, community_id, *EDITORS, refusal=sentence)
