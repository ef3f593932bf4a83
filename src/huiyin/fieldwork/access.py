"""Who may change prices, keep the store, read and void slips (HR-01)."""

from huiyin.kernel.caller import Caller
from huiyin.matters.access import FOREMEN
from huiyin.staff.access import LEADERS, admit_post, admit_to_community

PRICE_MAKERS = (*LEADERS, "supervisor")
STORE_KEEPERS = (*LEADERS, "supervisor", "maintenance_foreman", "cleaning_foreman")
SLIP_READERS = (
    *LEADERS,
    "supervisor",
    "dispatcher",
    "receptionist",
    "keeper",
    "finance",
    "company_finance",
    "collector",
    *FOREMEN,
)
SLIP_VOIDERS = (*LEADERS, "supervisor", "finance")


def admit_to_read(caller: Caller, community_id: int) -> None:
    """Raise NotFound unless the caller works in the community: all who work there read prices."""
    admit_to_community(caller, community_id)


def admit_to_prices(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not make prices."""
    admit_post(caller, community_id, *PRICE_MAKERS)


def admit_to_store(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not keep the store."""
    admit_post(caller, community_id, *STORE_KEEPERS)


def admit_to_slips(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who do not deal with charges."""
    admit_post(caller, community_id, *SLIP_READERS)


def admit_to_void(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to colleagues who may not void a slip."""
    admit_post(caller, community_id, *SLIP_VOIDERS)
