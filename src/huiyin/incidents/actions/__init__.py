"""Every write about an emergency: the alarm, its plan, outside help, its end, its report."""

from huiyin.incidents.actions.alarm import (
    UnableToOpenPlan,
    UnableToRaise,
    join_alarm,
    open_plan,
    raise_alarm,
)
from huiyin.incidents.actions.ending import (
    UnableToReview,
    UnableToStandDown,
    add_measure,
    hold_review,
    stand_down,
)
from huiyin.incidents.actions.helping import (
    UnableToCall,
    ask_consent,
    call_outside,
    drop_call,
    drop_contact,
    give_consent,
    help_arrived,
    help_left,
    note_consent,
    save_contact,
)
from huiyin.incidents.actions.plan import (
    UnableToMarkStep,
    attend,
    leave_out,
    mark_step,
    tell_households,
)
from huiyin.incidents.actions.reports import (
    UnableToDecide,
    UnableToReport,
    approve_report,
    return_report,
    settle_report,
    submit_report,
)
from huiyin.incidents.plans import EMERGENCY

__all__ = [
    "EMERGENCY",
    "UnableToCall",
    "UnableToDecide",
    "UnableToMarkStep",
    "UnableToOpenPlan",
    "UnableToRaise",
    "UnableToReport",
    "UnableToReview",
    "UnableToStandDown",
    "add_measure",
    "approve_report",
    "ask_consent",
    "attend",
    "call_outside",
    "drop_call",
    "drop_contact",
    "give_consent",
    "help_arrived",
    "help_left",
    "hold_review",
    "join_alarm",
    "leave_out",
    "mark_step",
    "note_consent",
    "open_plan",
    "raise_alarm",
    "return_report",
    "save_contact",
    "settle_report",
    "stand_down",
    "submit_report",
    "tell_households",
]
