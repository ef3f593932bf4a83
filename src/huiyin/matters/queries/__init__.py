"""Every read of matters, narrowed by the caller, returned as plain rows."""

from huiyin.matters.queries.clocks import last_sweep, messages, photo_file, still_wanted
from huiyin.matters.queries.lists import (
    Filters,
    counts,
    list_matters,
    load_of,
    my_work,
    owners_gone,
)
from huiyin.matters.queries.one import facts_of, matter
from huiyin.matters.queries.rows import (
    Counts,
    EventView,
    MatterRow,
    MatterView,
    PersonRef,
    PromiseView,
)

__all__ = [
    "Counts",
    "EventView",
    "Filters",
    "MatterRow",
    "MatterView",
    "PersonRef",
    "PromiseView",
    "counts",
    "facts_of",
    "last_sweep",
    "list_matters",
    "load_of",
    "matter",
    "messages",
    "my_work",
    "owners_gone",
    "photo_file",
    "still_wanted",
]
