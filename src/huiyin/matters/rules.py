"""What may be done with a matter in which state, and what a firing says: pure decisions (WO-02)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from huiyin.matters.kinds import INTERNAL_KINDS, KINDS

OPEN = ("received", "reopened", "assigned", "accepted", "on_site")
UNASSIGNED = ("received", "reopened")
IN_HAND = ("assigned", "accepted", "on_site")
AFTER = ("finished", "visited_back")

# Verb → states in which it is allowed. Further conditions stand in :func:`refusal`.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "assign": OPEN,
    "accept": ("received", "reopened", "assigned"),
    "arrive": ("received", "reopened", "assigned", "accepted"),
    "progress": (*OPEN, *AFTER),
    "promise": OPEN,
    "pause": OPEN,
    "resume": OPEN,
    "finish": OPEN,
    "reply": (*OPEN, *AFTER),
    "sign": ("on_site", *AFTER),
    "visit-back": ("finished",),
    "close": AFTER,
    "reopen": (*AFTER, "closed"),
    "reclassify": (*OPEN, *AFTER),
    "escalate": (*OPEN, *AFTER),
    "note": (*OPEN, *AFTER, "closed"),
    "photo": (*OPEN, *AFTER, "closed"),
    "mark-important": OPEN,
    "report": (*OPEN, *AFTER, "closed"),
    "hand-over": (*OPEN, *AFTER),
    "nudge": (*OPEN, *AFTER),
    "give-back": IN_HAND,
    "take-back": IN_HAND,
    "link": OPEN,
    "unlink": (*OPEN, *AFTER, "closed"),
    # What owners do themselves (OWN-01).
    "chase": OPEN,
    "add": (*OPEN, *AFTER),
    "rate": (*AFTER, "closed"),
}
OF_OWNERS = frozenset({"chase", "add", "rate"})
# Done through a procedure of its own, so no button on the matter's page.
NO_BUTTON = frozenset({"hand-over", *OF_OWNERS})
# Who has a linked report in hand is decided where the problem is worked on.
OF_THE_PARENT = frozenset({"assign", "accept", "give-back", "take-back"})
# Kinds the desk may settle on the spot without sending anybody.
SETTLED_AT_DESK = (
    "enquiry",
    "suggestion",
    "praise",
    "help",
    "callback",
    "correction",
    "approval",
    "sign_off",
    "appointment",
)
# Kinds that only remind of a procedure: its outcome ends them, nothing else does.
BY_PROCEDURE = ("appointment", *INTERNAL_KINDS)
# A matter never becomes one of these by hand, nor ceases to be one: its clock would stop with it.
FIXED_KINDS = ("correction", *BY_PROCEDURE)
# What somebody may report, or call a matter afterwards.
REPORTED = tuple(kind for kind in KINDS if kind not in FIXED_KINDS)
# Each gets an answer that explains what comes of it, reasonable or not (VIS-04).
ANSWERED = ("suggestion",)
# Nobody reports these because of a problem that others might report too.
UNLINKABLE = ("callback", "correction", "appointment", *INTERNAL_KINDS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a refusal depends on: the matter's state and what is still owed."""

    state: str
    kind: str
    is_paused: bool
    is_pausable: bool
    is_signed: bool
    is_anonymous: bool
    owes_visit_back: bool
    is_linked: bool = False
    is_about_employee: bool = False
    owes_answer: bool = False


def refusal(verb: str, standing: Standing, *, by_procedure: bool = False) -> str | None:
    """Return why a verb is refused now, as a code of ``titles.REFUSALS``, or None.

    The same function decides which buttons a page shows, so a page never offers what an action
    would refuse. ``by_procedure`` says that the procedure behind the matter asks, not a person.
    """
    if standing.state not in ALLOWED[verb]:
        return f"{verb}:{standing.state}"
    reminds = standing.kind in BY_PROCEDURE and not by_procedure
    unassigned = standing.state in UNASSIGNED and standing.kind not in SETTLED_AT_DESK
    reasons = (
        ("pause", standing.is_paused, "paused"),
        ("pause", not standing.is_pausable, "nothing"),
        ("resume", not standing.is_paused, "running"),
        ("finish", unassigned, "unassigned"),
        ("finish", reminds, standing.kind),
        ("reopen", reminds, "procedure"),
        ("reclassify", standing.kind in FIXED_KINDS, "procedure"),
        ("sign", standing.is_signed, "signed"),
        ("sign", standing.is_anonymous, "anonymous"),
        ("close", standing.owes_visit_back, "visit_back"),
        ("close", standing.owes_answer, "answer"),
        ("link", standing.is_linked, "linked"),
        ("link", standing.is_about_employee, "about_employee"),
        ("link", standing.kind in UNLINKABLE, "internal"),
        ("unlink", not standing.is_linked, "alone"),
    )
    if standing.is_linked and verb in OF_THE_PARENT:
        return f"{verb}:linked"
    return next((f"{verb}:{why}" for about, holds, why in reasons if about == verb and holds), None)


def photos_missing(kind: str, state: str, stages: Iterable[str]) -> tuple[str, ...]:
    """Return which photos a public repair still lacks: with its warning sign, and done (WO-07)."""
    if kind != "repair.public":
        return ()
    is_done = state in (*AFTER, "closed")
    wanted = ("before", "after") if is_done else ("before",) if state == "on_site" else ()
    there = set(stages)
    return tuple(stage for stage in wanted if stage not in there)


def nearest(dues: Iterable[tuple[str, datetime]]) -> datetime | None:
    """Return the moment a queue sorts a matter by: its earliest due promise still owed.

    ``dues`` are (state, due_at) of the promises still owed. A paused one counts only when nothing
    else is owed.
    """
    running: list[datetime] = []
    paused: list[datetime] = []
    for state, due_at in dues:
        (paused if state == "paused" else running).append(due_at)
    return min(running, default=None) or min(paused, default=None)


def is_contact(via: str, reached: bool, owner_channels: frozenset[str]) -> bool:
    """Tell whether an act really reached the owner: not an internal note, not a failed call."""
    return reached and via in owner_channels


def share(started_at: datetime, due_at: datetime, at: datetime) -> float:
    """Return how much of a limit is used up at a moment, from 0.0 to 1.0, for a clock bar."""
    whole = (due_at - started_at).total_seconds()
    if whole <= 0:
        return 1.0
    return min(1.0, max(0.0, (at - started_at).total_seconds() / whole))
