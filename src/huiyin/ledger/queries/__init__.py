"""Reads of the books: entries, balances of accounts, and what a household's account says."""

from huiyin.ledger.queries.accounts import (
    AccountRow,
    BookRow,
    TrialBalance,
    TrialRow,
    accounts,
    balance,
    book,
    trial_balance,
)
from huiyin.ledger.queries.journals import (
    JournalRow,
    JournalView,
    LegRow,
    journal,
    journals,
)
from huiyin.ledger.queries.statements import Statement, StatementRow, statement

__all__ = [
    "AccountRow",
    "BookRow",
    "JournalRow",
    "JournalView",
    "LegRow",
    "Statement",
    "StatementRow",
    "TrialBalance",
    "TrialRow",
    "accounts",
    "balance",
    "book",
    "journal",
    "journals",
    "statement",
    "trial_balance",
]
