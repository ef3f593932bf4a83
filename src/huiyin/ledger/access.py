"""Who may read the books, and who may open, extend and lock them (FIN-13, HR-01)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import admit_post

READERS = ("finance", "manager", "collector", "company_finance", "general_manager")
# Whoever answers owners at the counter or on the telephone reads the account of a household.
ACCOUNT_READERS = (
    "manager",
    "assistant",
    "finance",
    "collector",
    "supervisor",
    "keeper",
    "receptionist",
    "dispatcher",
    "company_service",
    "company_finance",
    "general_manager",
)
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


def people_seen(
    caller: Caller, community_id: int, person_ids: Iterable[int] | None
) -> frozenset[int] | None:
    """Return whose part of a household's account the caller may read; None means everybody's.

    Staff who answer owners read what they ask for; an owner or tenant reads their own part and
    nobody else's. Raises NotFound to strangers, Forbidden to other colleagues.
    """
    asked = None if person_ids is None else frozenset(person_ids)
    if caller.people and not caller.works_in(community_id):
        mine = caller.people if asked is None else caller.people & asked
        if not mine:
            raise NotFound(_("没有这个账户,或不是您的。"))
        return mine
    admit_post(
        caller, community_id, *ACCOUNT_READERS, refusal=_("您的岗位不能查看收费资料,请找收费员。")
    )
    return asked
