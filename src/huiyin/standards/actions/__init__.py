"""Writes of the service standards and of the working calendar (STD-01)."""

from huiyin.standards.actions.calendar import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    UnableToSetDay,
    clear_day,
    declare_year,
    seed_calendar,
    set_day,
)
from huiyin.standards.actions.publishing import (
    UnableToPublish,
    UnableToWithdraw,
    publish_promises,
    withdraw_promises,
)
from huiyin.standards.actions.versions import (
    UnableToAdoptStandard,
    UnableToChangeStandard,
    UnableToPlan,
    adopt_standard,
    change_clause,
    change_target,
)

__all__ = [
    "EARLIEST_YEAR",
    "LATEST_YEAR",
    "UnableToAdoptStandard",
    "UnableToChangeStandard",
    "UnableToPlan",
    "UnableToPublish",
    "UnableToSetDay",
    "UnableToWithdraw",
    "adopt_standard",
    "change_clause",
    "change_target",
    "clear_day",
    "declare_year",
    "publish_promises",
    "seed_calendar",
    "set_day",
    "withdraw_promises",
]
