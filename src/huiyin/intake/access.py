"""Who reads the mail, who writes down what came in, who makes stickers (REC-06, CMP-11)."""

from huiyin.kernel.caller import Caller
from huiyin.matters.access import KNOWS_CALLER
from huiyin.staff.access import LEADERS, admit_post, admit_to_community

# An e-mail names its sender: for those who may know who raised any matter.
MAIL = KNOWS_CALLER
STICKERS = (*LEADERS, "supervisor", "quality", "keeper", "dispatcher", "receptionist")


def admit_to_mail(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not know who writes."""
    admit_post(caller, community_id, *MAIL)


def admit_to_write_down(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers; whoever works here hears things and may write them down."""
    admit_to_community(caller, community_id)


def admit_to_stickers(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not make stickers."""
    admit_post(caller, community_id, *STICKERS)
