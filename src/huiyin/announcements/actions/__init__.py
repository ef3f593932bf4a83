"""Every write of announcements: drafts, publishing, papers put up, the end."""

from huiyin.announcements.actions.core import KIND, SUBJECT, hold
from huiyin.announcements.actions.drafting import (
    Content,
    UnableToEdit,
    UnableToSubmit,
    draft,
    edit,
    submit,
)
from huiyin.announcements.actions.ending import UnableToWithdraw, end_due, withdraw
from huiyin.announcements.actions.hanging import (
    UnableToDeliver,
    UnableToPost,
    deliver_letter,
    door_posted,
    letter_arrived,
    post_up,
    take_down,
)
from huiyin.announcements.actions.publishing import UnableToPublish, begin_due, release, settle

__all__ = [
    "KIND",
    "SUBJECT",
    "Content",
    "UnableToDeliver",
    "UnableToEdit",
    "UnableToPost",
    "UnableToPublish",
    "UnableToSubmit",
    "UnableToWithdraw",
    "begin_due",
    "deliver_letter",
    "door_posted",
    "draft",
    "edit",
    "end_due",
    "hold",
    "letter_arrived",
    "post_up",
    "release",
    "settle",
    "submit",
    "take_down",
    "withdraw",
]
