"""Every write of what neighbours do together (OWN-03)."""

from huiyin.together.actions.board import (
    UnableToPost,
    hide_post,
    raise_matter,
    reply_as_staff,
    show_post,
    write_post,
)
from huiyin.together.actions.gatherings import (
    UnableToPlan,
    UnableToSignUp,
    call_off,
    plan_gathering,
    sign_off,
    sign_up,
)
from huiyin.together.actions.surveys import (
    UnableToAnswer,
    UnableToAsk,
    answer_survey,
    close_survey,
    open_survey,
    save_survey,
)

__all__ = [
    "UnableToAnswer",
    "UnableToAsk",
    "UnableToPlan",
    "UnableToPost",
    "UnableToSignUp",
    "answer_survey",
    "call_off",
    "close_survey",
    "hide_post",
    "open_survey",
    "plan_gathering",
    "raise_matter",
    "reply_as_staff",
    "save_survey",
    "show_post",
    "sign_off",
    "sign_up",
    "write_post",
]
