"""Which chain counts, who decides a step, for whom: pure decisions (PLN-02)."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from huiyin.kernel.caller import POSTS
from huiyin.staff.rules import SUPERIOR, Directory, Duty

MOST_STEPS: Final = 9
_KIND = re.compile(r"[a-z][a-z_]{0,29}")
Steps = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Who decides one after the other on a kind of request from an amount on."""

    kind: str
    from_amount: Decimal
    steps: Steps


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may decide a step, and whose decision it would have been."""

    person: Duty
    on_behalf_of: Duty | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request really waits: at which step, and for whom."""

    step: int
    deciders: tuple[Decider, ...]

    def decider(self, employee_id: int | None) -> Decider | None:
        """Return as whom an employee may decide, if at all."""
        return next((one for one in self.deciders if one.person.id == employee_id), None)


class BadChain(ValueError):
    """A chain that cannot be used; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_chains(text: str) -> tuple[Chain, ...]:
    """Read the chains of a TOML document."""
    rows: list[dict[str, Any]] = tomllib.loads(text)["chain"]
    return tuple(
        Chain(row["kind"], Decimal(row.get("from_amount", 0)), checked(row["kind"], row["steps"]))
        for row in rows
    )


def checked(kind: str, steps: Sequence[Sequence[str]]) -> Steps:
    """Return the steps of a chain, or raise BadChain."""
    if not _KIND.fullmatch(kind):
        raise BadChain("bad_kind")
    if not 0 < len(steps) <= MOST_STEPS or not all(steps):
        raise BadChain("bad_steps")
    if any(post not in POSTS for step in steps for post in step):
        raise BadChain("unknown_post")
    return tuple(tuple(dict.fromkeys(step)) for step in steps)


def choose(chains: Iterable[Chain], kind: str, amount: Decimal | None) -> Chain | None:
    """Return the chain of a kind with the highest threshold that the amount reaches.

    Of two with the same threshold the later one counts.
    """
    reached = [
        one for one in chains if one.kind == kind and one.from_amount <= (amount or Decimal(0))
    ]
    return max(reversed(reached), key=lambda one: one.from_amount, default=None)


def standing(
    steps: Sequence[Sequence[str]], step: int, asker_id: int, staff: Directory
) -> Standing | None:
    """Return where a request waits from a step on, or None when nobody could decide any more.

    1. Who asks never decides; whom they sent to act for them neither.
    2. A step where only people below the asker are left is passed over as long as somebody beside
       or above decides at a later one.
    3. A step without anybody is passed over.
    """
    asker = staff.people.get(asker_id)
    options = [(n, deciders(steps[n], asker_id, staff)) for n in range(step, len(steps))]
    for number, people in options:
        fitting = tuple(one for one in people if not answers_to(_in_name_of(one), asker))
        if fitting:
            return Standing(number, fitting)
    return next((Standing(number, people) for number, people in options if people), None)


def _in_name_of(one: Decider) -> Duty:
    return one.on_behalf_of or one.person


def deciders(posts: Sequence[str], asker_id: int, staff: Directory) -> tuple[Decider, ...]:
    """Return who may decide a step: holders of its posts, and who acts for those who are absent.

    Each once, in their own name where they can; whoever is on duty comes first. The assistant acts
    for a manager who is absent and named nobody, or for a post of manager that nobody holds.
    """
    found: list[Decider] = []
    for post in posts:
        holders = [one for one in staff.holders(post) if one.id != asker_id]
        found += [Decider(one) for one in holders]
        absent = [one for one in holders if not one.present]
        acting = [
            Decider(staff.people[one.delegate_id], one)
            for one in absent
            if one.delegate_id in staff.people
        ]
        nobody_left = len(absent) == len(holders) and not acting
        if post == "manager" and nobody_left and not _holds(asker_id, "manager", staff):
            manager = absent[0] if absent else None
            acting = [Decider(one, manager) for one in staff.holders("assistant")]
        found += acting
    once: dict[int, Decider] = {}
    for one in sorted(found, key=lambda one: one.on_behalf_of is not None):
        once.setdefault(one.person.id, one)
    once.pop(asker_id, None)
    return tuple(sorted(once.values(), key=lambda one: not one.person.present))


def _holds(employee_id: int, post: str, staff: Directory) -> bool:
    return any(one.id == employee_id for one in staff.holders(post))


def answers_to(person: Duty, other: Duty | None) -> bool:
    """Tell whether the post of a person stands below one of the other's posts."""
    post = SUPERIOR.get(person.post, "")
    while post:
        if other is not None and post in other.posts:
            return True
        post = SUPERIOR.get(post, "")
    return False
