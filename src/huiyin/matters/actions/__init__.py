"""Every write to a matter, verb first."""

from huiyin.matters.actions.closing import (
    close_matter,
    escalate_matter,
    mark_important,
    reclassify_matter,
    record_report,
    reopen_matter,
    visit_back,
)
from huiyin.matters.actions.core import UnableToChangeMatter
from huiyin.matters.actions.giving import give_back, take_back
from huiyin.matters.actions.handling import (
    accept_matter,
    add_photos,
    arrive_at_matter,
    assign_matter,
    finish_matter,
    note_matter,
    pause_matter,
    promise_time,
    record_progress,
    reply_to_owner,
    resume_matter,
    sign_matter,
)
from huiyin.matters.actions.handover import UnableToHandOver, hand_over
from huiyin.matters.actions.intake import NobodyToOwn, UnableToReceive, receive_matter
from huiyin.matters.actions.linking import link_matter, unlink_matter
from huiyin.matters.actions.nudging import UnableToNudge, nudge_matter
from huiyin.matters.actions.said import (
    UnableToChase,
    add_to_matter,
    chase_matter,
    rate_matter,
)
from huiyin.matters.actions.sweep import recalculate_running, sweep

__all__ = [
    "NobodyToOwn",
    "UnableToChangeMatter",
    "UnableToChase",
    "UnableToHandOver",
    "UnableToNudge",
    "UnableToReceive",
    "accept_matter",
    "add_photos",
    "add_to_matter",
    "arrive_at_matter",
    "assign_matter",
    "chase_matter",
    "close_matter",
    "escalate_matter",
    "finish_matter",
    "give_back",
    "hand_over",
    "link_matter",
    "mark_important",
    "note_matter",
    "nudge_matter",
    "pause_matter",
    "promise_time",
    "rate_matter",
    "recalculate_running",
    "receive_matter",
    "reclassify_matter",
    "record_progress",
    "record_report",
    "reopen_matter",
    "reply_to_owner",
    "resume_matter",
    "sign_matter",
    "sweep",
    "take_back",
    "unlink_matter",
    "visit_back",
]
