"""Writes of papers: issue, draft and release, replace, void, give out, destroy (PLN-04)."""

from huiyin.documents.actions.common import Facts
from huiyin.documents.actions.drafting import (
    archive_file,
    draft_paper,
    drop_draft,
    edit_draft,
    return_paper,
    revise,
    submit,
    take_back,
)
from huiyin.documents.actions.ending import (
    approve_destruction,
    ask_void,
    classify,
    confirm_void,
    propose_destruction,
    refuse_destruction,
    refuse_void,
)
from huiyin.documents.actions.giving import give_out, print_together
from huiyin.documents.actions.issuing import (
    IssuedPaper,
    UnableToIssue,
    issue_paper,
    release,
    replace_paper,
)

__all__ = [
    "Facts",
    "IssuedPaper",
    "UnableToIssue",
    "approve_destruction",
    "archive_file",
    "ask_void",
    "classify",
    "confirm_void",
    "draft_paper",
    "drop_draft",
    "edit_draft",
    "give_out",
    "issue_paper",
    "print_together",
    "propose_destruction",
    "refuse_destruction",
    "refuse_void",
    "release",
    "replace_paper",
    "return_paper",
    "revise",
    "submit",
    "take_back",
]
