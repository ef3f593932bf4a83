"""Every read of matters, narrowed by the caller, returned as plain rows."""

from huiyin.matters.pulse import pulse
from huiyin.matters.queries.clocks import last_sweep, messages, photo_file, still_wanted
from huiyin.matters.queries.dispatch import (
    COUNTED,
    NOTHING,
    Board,
    Load,
    Section,
    board,
    loads,
    next_due,
)
from huiyin.matters.queries.lists import (
    Filters,
    counts,
    hidden_complaints,
    linkable,
    list_matters,
    my_work,
    owners_gone,
    seen,
)
from huiyin.matters.queries.one import facts_of, matter
from huiyin.matters.queries.rows import (
    Counts,
    EventView,
    LinkedRow,
    MatterRow,
    MatterView,
    PersonRef,
    PromiseView,
)

__all__ = [
    "COUNTED",
    "NOTHING",
    "Board",
    "Counts",
    "EventView",
    "Filters",
    "LinkedRow",
    "Load",
    "MatterRow",
    "MatterView",
    "PersonRef",
    "PromiseView",
    "Section",
    "board",
    "counts",
    "facts_of",
    "hidden_complaints",
    "last_sweep",
    "linkable",
    "list_matters",
    "loads",
    "matter",
    "messages",
    "my_work",
    "next_due",
    "owners_gone",
    "photo_file",
    "pulse",
    "seen",
    "still_wanted",
]
