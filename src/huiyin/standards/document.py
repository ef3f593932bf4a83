"""A service standard: the written rules of one kind of community, read from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from huiyin.kernel.calendar import Hours
from huiyin.kernel.limits import AsPromised, DayRules, Elapsed, Every, Limit

RungMoment: TypeAlias = Literal["start", "half", "due", "twice", "morning"]

EVENT_KINDS = frozenset(
    "received assigned accepted arrived progressed promised paused resumed finished replied "
    "signed visited_back closed reopened reclassified handed_over escalated noted "
    "reported corrected".split()
)
PROMISE_CODES = frozenset(
    "assign arrive answer finish keep_in_touch visit_back leader_answer report "
    "feedback close correction".split()
)
POSTS = frozenset(
    "manager assistant finance quality supervisor keeper dispatcher receptionist collector "
    "maintenance_foreman cleaning_foreman security_foreman technician guard cleaner gardener "
    "company_service company_finance general_manager".split()
)
ROLES = POSTS | {"owner", "superior", "duty_officers"}
"""Whom a rung may tell: a post, the matter's owner, that owner's superior, everybody on duty."""


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: at that moment these roles are told, once."""

    at: RungMoment | Elapsed
    to: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """One promise the standard makes: what starts it, what keeps it, how long, who is told."""

    id: str
    code: str
    rule: str
    title: str
    source: str
    """The written rule behind it, in one Chinese sentence."""
    kinds: tuple[str, ...]
    """Kinds it holds for: ``complaint`` is itself, ``complaint.*`` its sub-kinds, ``*`` all."""
    starts: tuple[str, ...]
    kept_by: tuple[str, ...]
    limit: Limit
    ladder: tuple[Rung, ...]
    not_kinds: tuple[str, ...] = ()
    important: bool | None = None
    """Only for important matters, only for the others, or for both (None)."""
    contact: bool = False
    """Kept only by a real contact with the owner, not by a note or a failed call."""
    by: tuple[str, ...] = ()
    """Kept only when done by a holder of one of these posts."""
    pausable: bool = False
    supersedes: bool = False
    """A new start voids the earlier unbroken promise of this clause."""
    emergency: bool = False

    @property
    def from_fact(self) -> bool:
        """Tell whether the due moment comes from the starting event itself."""
        return isinstance(self.limit, AsPromised)

    @property
    def repeats_until(self) -> tuple[str, ...]:
        """List the events that end a repeating clause; empty for one that does not repeat."""
        return self.limit.until if isinstance(self.limit, Every) else ()

    def applies(self, kind: str, important: bool) -> bool:
        """Tell whether this clause holds for a matter of that kind."""
        raise NotImplementedError


@dataclass(frozen=True)
class Target:
    """A figure the community wants to reach."""

    code: str
    rule: str
    title: str
    source: str
    value: Decimal
    unit: str
    comparison: Literal[">=", "<="]


@dataclass(frozen=True)
class Standard:
    """Everything a community promises, frozen: a matter keeps the standard it started under."""

    profile: str
    title: str
    week: Mapping[int, Hours]
    day_rules: DayRules
    morning: time
    max_pause: Limit
    call_rings: int
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...]
    assignment: Mapping[str, tuple[str, ...]]
    """Kind pattern to the posts that own such a matter at reception, first choice first."""

    def clause(self, clause_id: str) -> Clause | None:
        """Find a clause by its id."""
        raise NotImplementedError

    def clauses_for(self, kind: str, important: bool) -> tuple[Clause, ...]:
        """List the clauses that hold for a matter of that kind."""
        raise NotImplementedError

    def owner_posts(self, kind: str) -> tuple[str, ...]:
        """List the posts to own a new matter of that kind, by its most specific pattern."""
        raise NotImplementedError

    def target(self, code: str) -> Target | None:
        """Find a target by its code."""
        raise NotImplementedError


class BrokenStandard(ValueError):
    """A document that cannot be used: the line, the key, and what is wrong there."""

    def __init__(self, line: int, key: str, problem: str, **params: str) -> None:
        self.line = line
        self.key = key
        self.problem = problem
        self.params: dict[str, str] = params
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str) -> str:
        """Say it in Chinese or English."""
        raise NotImplementedError


def parse(text: str, *, base: Standard | None = None) -> Standard:
    """Read a standards document, or raise BrokenStandard.

    With ``extends = "residential"`` (or a ``base``) it starts from that standard: a clause or
    target with a known id changes only the keys it names, ``drop = true`` removes it.
    """
    raise NotImplementedError


def load_profile(name: str) -> Standard:
    """Read one of the ready-made profiles."""
    raise NotImplementedError


def profiles() -> tuple[str, ...]:
    """Name the ready-made profiles, the default first."""
    raise NotImplementedError
