"""Writes of the service standards and of the working calendar (STD-01)."""

from huiyin.standards.actions.calendar import (
    UnableToSetDay,
    clear_day,
    declare_year,
    seed_calendar,
    set_day,
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
    "UnableToAdoptStandard",
    "UnableToChangeStandard",
    "UnableToPlan",
    "UnableToSetDay",
    "adopt_standard",
    "change_clause",
    "change_target",
    "clear_day",
    "declare_year",
    "seed_calendar",
    "set_day",
]
