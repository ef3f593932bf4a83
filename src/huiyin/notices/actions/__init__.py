"""Every write of what people are told: the outbox, tellings, choices, reports, templates."""

from huiyin.notices.actions.choices import set_address, set_language, set_preference
from huiyin.notices.actions.outbox import (
    Fence,
    NewMessage,
    carry_over,
    deliver,
    mark_read,
    queue,
)
from huiyin.notices.actions.telling import (
    NewTelling,
    mark_told_read,
    tell,
    withdraw_tellings,
)

__all__ = [
    "Fence",
    "NewMessage",
    "NewTelling",
    "carry_over",
    "deliver",
    "mark_read",
    "mark_told_read",
    "queue",
    "set_address",
    "set_language",
    "set_preference",
    "tell",
    "withdraw_tellings",
]
