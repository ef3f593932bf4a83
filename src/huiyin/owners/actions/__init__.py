"""Everything owners do on the phone, and what the desk decides about numbers it does not know."""

from huiyin.owners.actions.following import (
    UnableToUseVerb,
    add_word,
    chase,
    confirm,
    mark_seen,
    rate,
    reopen,
)
from huiyin.owners.actions.personal import ask_correction, export
from huiyin.owners.actions.requests import UnableToSend, forget_submissions, raise_request
from huiyin.owners.actions.verifying import (
    UnableToAsk,
    UnableToSettle,
    ask_verification,
    settle_verification,
)

__all__ = [
    "UnableToAsk",
    "UnableToSend",
    "UnableToSettle",
    "UnableToUseVerb",
    "add_word",
    "ask_correction",
    "ask_verification",
    "chase",
    "confirm",
    "export",
    "forget_submissions",
    "mark_seen",
    "raise_request",
    "rate",
    "reopen",
    "settle_verification",
]
