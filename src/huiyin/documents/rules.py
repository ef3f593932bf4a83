"""Who may read what, how papers are numbered, when they are over: pure decisions (PLN-04)."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

DEPARTMENTS = ("service", "engineering", "security", "cleaning", "finance", "admin")
# staff: the office and the paper's department; owner: the same, and the household it is about;
# posts: named posts; leaders: only they. Leaders read everything but what complains about them.
LEVELS = ("staff", "owner", "posts", "leaders")
CONFIDENTIAL = frozenset({"posts", "leaders"})
LEADERS = ("manager", "assistant", "company_service", "general_manager")
OFFICE = (*LEADERS, "quality", "supervisor", "keeper", "dispatcher", "receptionist")
POSTS_OF: Mapping[str, tuple[str, ...]] = {
    "service": (),
    "engineering": ("maintenance_foreman", "technician"),
    "security": ("security_foreman", "guard"),
    "cleaning": ("cleaning_foreman", "cleaner", "gardener"),
    "finance": ("finance", "company_finance", "collector"),
    "admin": ("company_finance",),
}
LONGEST_LIKE = 60
PREFIX = re.compile(r"[A-Z]{2,4}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper as shipped: its letters in numbers, who keeps it, for how many years."""

    code: str
    prefix: str
    department: str
    years: int


class BadKinds(ValueError):
    """The table of kinds cannot be read."""


def read_kinds(text: str) -> dict[str, Kind]:
    """Read the table of kinds; raise BadKinds where it is not whole or two share their letters."""
    kinds: dict[str, Kind] = {}
    for code, one in tomllib.loads(text).items():
        kinds[code] = _kind(code, one)
    prefixes = [kind.prefix for kind in kinds.values()]
    if len(set(prefixes)) < len(prefixes):
        raise BadKinds("two kinds share their letters")
    return kinds


def _kind(code: str, one: Mapping[str, Any]) -> Kind:
    try:
        kind = Kind(code, one["prefix"], one["department"], one["years"])
    except KeyError as missing:
        raise BadKinds(f"{code} lacks {missing}") from missing
    if not PREFIX.fullmatch(kind.prefix) or kind.department not in DEPARTMENTS or kind.years < 0:
        raise BadKinds(code)
    return kind


def number_of(code: str, prefix: str, year: int, count: int) -> str:
    """Return a number such as ``YG-GD-2026-0007``; it simply grows longer after 9999."""
    return f"{code}-{prefix}-{year}-{count:04d}"


def keep_until(issued: date, years: int) -> date | None:
    """Return the day from which a paper may be destroyed: the first of a year; None for never.

    Retention counts whole years from the end of the year in which the paper was issued.
    """
    return date(issued.year + years + 1, 1, 1) if years else None


def departments_of(posts: Iterable[str]) -> tuple[str, ...]:
    """Return the departments whose papers somebody with these posts may read."""
    held = set(posts)
    if held & set(OFFICE):
        return DEPARTMENTS
    return tuple(name for name in DEPARTMENTS if held & set(POSTS_OF[name]))


def may_read(posts: Iterable[str], level: str, department: str, readers: Iterable[str]) -> bool:
    """Tell whether somebody with these posts may read a paper of a level and a department."""
    held = set(posts)
    if held & set(LEADERS):
        return True
    if level == "leaders":
        return False
    if level == "posts":
        return bool(held & set(readers))
    return department in departments_of(held)


def folded(text: str) -> str:
    """Return a text as it is searched: one width, small letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def asked_words(text: str) -> tuple[str, ...]:
    """Return the words somebody looks for, each as it stands in what is searched."""
    return tuple(dict.fromkeys(folded(text.replace("\0", ""))[:LONGEST_LIKE].split()))


def texts_of(value: Any) -> Iterable[str]:
    """Walk every text in plain data, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)
