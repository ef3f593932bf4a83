"""Who may see and do what about charges, as predicates over a caller (HR-01)."""

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.ledger.access import ACCOUNT_READERS
from huiyin.staff.access import admit_post

# Whoever reads the account of a household reads what it is made of.
READERS = ACCOUNT_READERS
# Who keeps the catalogue, drafts bills and enters shared costs and slips.
BILLERS = ("finance", "collector", "manager", "company_finance")
# Who lets bills out, reverses a run, locks a month.
POSTERS = ("finance", "manager", "company_finance")
# Who takes down what was delivered or used and signed for: water, the club, cleaning, cards.
SLIP_WRITERS = (*BILLERS, "assistant", "supervisor", "receptionist", "keeper")


def admit_to_read(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not read accounts."""
    admit_post(caller, community_id, *READERS, refusal=_("您的岗位不能查看收费资料,请找收费员。"))


def admit_to_bill(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not prepare bills."""
    admit_post(
        caller, community_id, *BILLERS, refusal=_("只有收费员、财务和项目经理可以做计费工作。")
    )


def admit_to_post(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not post or reverse bills."""
    admit_post(
        caller, community_id, *POSTERS, refusal=_("只有财务和项目经理可以入账、冲销或锁账。")
    )


def admit_to_slips(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who take down no signed slips."""
    admit_post(
        caller,
        community_id,
        *SLIP_WRITERS,
        refusal=_("您的岗位不能登记收费单据,请找前台或收费员。"),
    )
