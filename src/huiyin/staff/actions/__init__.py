"""Writes of the staff: hiring and posts, areas, shifts and absences (HR-01…03)."""

from huiyin.staff.actions.duty import (
    UnableToGiveArea,
    UnableToPlanShift,
    UnableToSetAbsence,
    cancel_shift,
    end_absence,
    give_area,
    plan_shift,
    set_absence,
)
from huiyin.staff.actions.posts import (
    UnableToEndPost,
    UnableToHire,
    UnableToHoldPost,
    UnableToIssueToken,
    UnableToLeave,
    end_post,
    hire,
    hold_post,
    issue_token,
    leave,
)

__all__ = [
    "UnableToEndPost",
    "UnableToGiveArea",
    "UnableToHire",
    "UnableToHoldPost",
    "UnableToIssueToken",
    "UnableToLeave",
    "UnableToPlanShift",
    "UnableToSetAbsence",
    "cancel_shift",
    "end_absence",
    "end_post",
    "give_area",
    "hire",
    "hold_post",
    "issue_token",
    "leave",
    "plan_shift",
    "set_absence",
]
