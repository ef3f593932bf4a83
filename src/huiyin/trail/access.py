"""Who may read the trail: those who answer for the site, and the company."""

from huiyin.kernel.caller import Caller

READERS = (
    "manager",
    "assistant",
    "quality",
    "company_service",
    "company_finance",
    "general_manager",
)


def may_read_trail(caller: Caller, community_id: int | None) -> bool:
    """Tell whether the caller may read what was done in a community (None: in the company)."""
    return caller.holds(community_id, *READERS)
