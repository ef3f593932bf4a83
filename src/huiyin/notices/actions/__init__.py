"""Every write of what people are told: the outbox, tellings, choices, reports, templates."""

from huiyin.notices.actions.choices import (
    forget_address,
    set_address,
    set_language,
    set_preference,
)
from huiyin.notices.actions.outbox import (
    Fence,
    NewMessage,
    carry_over,
    deliver,
    mark_read,
    queue,
)
from huiyin.notices.actions.sending import UnableToResend, report_delivery, resend
from huiyin.notices.actions.telling import (
    NewTelling,
    mark_told_read,
    tell,
    withdraw_tellings,
)
from huiyin.notices.actions.wordings import (
    UnableToSubmit,
    UnableToWord,
    put_in_review,
    retire_template,
    save_template,
    settle_template,
)

__all__ = [
    "Fence",
    "NewMessage",
    "NewTelling",
    "UnableToResend",
    "UnableToSubmit",
    "UnableToWord",
    "carry_over",
    "deliver",
    "forget_address",
    "mark_read",
    "mark_told_read",
    "put_in_review",
    "queue",
    "report_delivery",
    "resend",
    "retire_template",
    "save_template",
    "set_address",
    "set_language",
    "set_preference",
    "settle_template",
    "tell",
    "withdraw_tellings",
]
