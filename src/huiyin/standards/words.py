"""The words a standards document may use: events, promises, posts and roles."""

import re
from typing import Final

from huiyin.kernel.caller import POSTS

EVENT_KINDS: Final = frozenset(
    {
        "accepted", "arrived", "assigned", "closed", "escalated", "finished", "given_back",
        "handed_over", "linked", "noted", "paused", "progressed", "promised", "received",
        "reclassified", "reopened", "replied", "reported", "resumed", "signed", "unlinked",
        "visited_back",
    }
)  # fmt: skip
PROMISE_CODES: Final = frozenset(
    {
        "answer", "approve", "arrive", "assign", "close", "correction", "feedback", "finish",
        "keep_in_touch", "leader_answer", "report", "sign_off", "visit_back",
    }
)  # fmt: skip
ROLES: Final = frozenset(POSTS) | {"owner", "superior", "duty_officers"}
"""Whom a rung may tell: a post, the matter's owner, that owner's superior, everybody on duty."""

KIND_PATTERN: Final = re.compile(r"[a-z_]+(\.[a-z_]+)*(\.\*)?|\*")


def matches(pattern: str, kind: str) -> bool:
    """Tell whether a kind pattern covers a kind: itself, ``x.*`` its sub-kinds, ``*`` all."""
    if pattern.endswith("*"):
        return kind.startswith(pattern[:-1])
    return kind == pattern


def specificity(pattern: str) -> tuple[bool, int]:
    """Order kind patterns: a plain kind before a wildcard, a longer one before a shorter."""
    return not pattern.endswith("*"), len(pattern)


def bad_id(text: str) -> str:
    """Name the problem with the id of a clause or target, if there is one."""
    return "" if re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", text) else "bad_id"


def bad_rule(text: str) -> str:
    """Name the problem with a rule ID, if there is one."""
    return "" if re.fullmatch(r"[A-Z]{2,4}-\d{2}", text) else "bad_rule"
