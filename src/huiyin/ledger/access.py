"""Who may read the books, and who may open, extend and lock them (FIN-13, HR-01)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden
from huiyin.staff.access import admit_post

READERS = ("finance", "manager", "collector", "company_finance", "general_manager")
KEEPERS = ("finance", "manager", "company_finance")


def admit_to_books(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not read the books."""
    admit_post(caller, community_id, *READERS, refusal=_("您的岗位不能查看账簿,请找财务。"))


def admit_to_keep(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not keep the books."""
    admit_post(caller, community_id, *KEEPERS, refusal=_("只有财务和项目经理可以开账、锁账。"))


def admit_to_write(caller: Caller, community_id: int) -> None:
    """Raise Forbidden unless the system or an employee of the community writes.

    What they may cause to be written is for the room whose fact it is to decide.
    """
    if caller.is_system or (caller.employee_id is not None and caller.works_in(community_id)):
        return
    raise Forbidden(_("只有在职员工可以记账。"))
