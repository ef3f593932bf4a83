"""Every write of the books: opening, locking, posting, reversing. Nothing else writes them."""

from huiyin.ledger.actions.books import (
    UnableToAddAccount,
    UnableToLock,
    UnableToOpenBooks,
    add_account,
    lock,
    open_books,
)
from huiyin.ledger.actions.posting import (
    Entry,
    Leg,
    Posted,
    UnableToPost,
    post,
    post_many,
)
from huiyin.ledger.actions.reversing import UnableToReverse, reverse, reverse_many

__all__ = [
    "Entry",
    "Leg",
    "Posted",
    "UnableToAddAccount",
    "UnableToLock",
    "UnableToOpenBooks",
    "UnableToPost",
    "UnableToReverse",
    "add_account",
    "lock",
    "open_books",
    "post",
    "post_many",
    "reverse",
    "reverse_many",
]
