"""``huiyin audit``: the invariants of the design, proved on the rows that are there.

One line each. Exit status 1 when any is broken; then the first offending rows are named. The
numbers are those of the design.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from huiyin.billing.queries import proofs as billing
from huiyin.kernel import clock
from huiyin.ledger import proofs as ledger
from huiyin.matters.queries import proofs
from huiyin.matters.queries.histories import History, count, disturbed_since, histories
from huiyin.reports import walls
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.late import NEVER_BEGAN
from huiyin.standards.react import PromiseState
from huiyin.trail.proofs import SHOWN, Finding

# More matters than this are replayed as a sample: the rest of the proofs looks at every row.
REPLAYED = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One invariant: whether it holds, how many rows were looked at, and what breaks it."""

    invariant: int
    title: str
    ok: bool
    checked: int
    broken: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Findings about one invariant, and what a reader should know of how they were made."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def run(as_json: bool) -> int:
    """Prove the invariants and print them; return 1 when any is broken."""
    lines = audit(clock.now())
    if as_json:
        json.dump([asdict(line) for line in lines], sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        for line in lines:
            _print(line)
    return 0 if all(line.ok for line in lines) else 1


def audit(at: datetime) -> list[Line]:
    """Prove every invariant that has rows, as they stand at a moment."""
    return [_line(number, title, proof(at)) for number, title, proof in INVARIANTS]


def _line(number: int, title: str, proof: Proof) -> Line:
    broken = tuple(sentence for finding in proof.findings for sentence in finding.broken)
    checked = sum(finding.checked for finding in proof.findings)
    return Line(number, title, not broken, checked, broken[:SHOWN], proof.notes)


def _print(line: Line) -> None:
    notes = "".join(f"; {note}" for note in line.notes)
    word = "holds " if line.ok else "BROKEN"
    print(f"{line.invariant}  {word}  {line.title} ({line.checked} checked{notes})")
    for sentence in line.broken:
        print(f"           {sentence}")


# -- the proofs


def _settles(at: datetime) -> Proof:
    return Proof((proofs.owned(at=at), proofs.followed()))


def _verdicts(at: datetime) -> Proof:
    replayed, notes = replay_all(at)
    swept = proofs.last_sweep()
    if swept is None:
        notes = (*notes, "no sweep has run yet")
    return Proof((proofs.whole(), proofs.swept(), replayed), notes)


def _past(_at: datetime) -> Proof:
    return Proof((proofs.guarded(), ledger.guarded(), billing.guarded(), proofs.rewritten()))


def _money(_at: datetime) -> Proof:
    return Proof(
        (ledger.balanced(), billing.open_items(), billing.receivables(), billing.prepaid())
    )


def _once(_at: datetime) -> Proof:
    return Proof((billing.days(),))


def _parts(_at: datetime) -> Proof:
    return Proof((billing.shares(),))


def _messages(_at: datetime) -> Proof:
    return Proof((proofs.told(),))


def _walls(_at: datetime) -> Proof:
    return Proof((walls.crossings(), proofs.strangers()))


INVARIANTS: tuple[tuple[int, str, Callable[[datetime], Proof]], ...] = (
    (
        1,
        "every open matter has an owner and owes something, what waits is followed",
        _settles,
    ),
    (2, "every promise is whole and its verdict is what its events give", _verdicts),
    (3, "events, trail, verdicts, books and bills cannot be rewritten", _past),
    (4, "entries balance; open items and prepayments are what facts and accounts say", _money),
    (5, "every day of a charge is billed once, none is passed over", _once),
    (6, "apportioned parts add up to the whole", _parts),
    (8, "every rung told whom it says, once, and nothing waits behind", _messages),
    (9, "no row reaches over the wall between communities", _walls),
)


# -- replaying


def replay_all(at: datetime) -> tuple[Finding, tuple[str, ...]]:
    """Replay matters from their events and compare every promise with what is stored.

    Where the calendar was changed, or running clocks were moved to another standard, after a
    matter began, a difference proves nothing: such matters are counted as left out.
    """
    whole = count()
    one_in = -(-whole // REPLAYED) or 1
    checked, left_out, broken = 0, 0, list[str]()
    for history in histories(one_in=one_in):
        wrong = difference(history, at)
        if not wrong:
            checked += 1
        elif len(history.standard_ids) > 1 or disturbed_since(
            at=history.received_at, community_id=history.place.id
        ):
            left_out += 1
        else:
            checked += 1
            broken.append(f"{history.number}: {wrong}")
        if len(broken) == SHOWN:
            break
    notes: tuple[str, ...] = ()
    if one_in > 1:
        notes += (f"one matter in {one_in} replayed",)
    if left_out:
        notes += (f"{left_out} left out: calendar or standard was changed under way",)
    return Finding(checked, tuple(broken)), notes


def difference(history: History, at: datetime) -> str:
    """Say in one sentence where stored promises differ from replayed ones; "" when nowhere."""
    for promise in history.promises:
        if promise.state == "paused" and not (promise.pauses and promise.pauses[-1].to_at is None):
            return f"{promise.code} is paused with no pause in the ledger"
    standard = standards.by_id(history.standard_id)
    calendar = standards.calendar(history.place, standard)
    changes = engine.settle(standard, history.promises, at, calendar)
    settled = engine.apply(history.promises, changes)
    # A round that a fact heard of late took back is no promise; all others must be there.
    stored = Counter(_seen(one) for one in settled if one.reason != NEVER_BEGAN)
    replayed = Counter(map(_seen, engine.replay(standard, history.facts, at, calendar)))
    for missing in replayed - stored:
        return f"its events give {_said(missing)}, which is not stored"
    for extra in stored - replayed:
        return f"{_said(extra)} is stored, which its events do not give"
    return ""


_Seen = tuple[str, int, str, datetime, datetime, datetime | None, float]


def _seen(promise: PromiseState) -> _Seen:
    """Return what counts about a promise: its clause and cycle, its verdict, its moments."""
    paused = sum(
        ((span.to_at or span.until_at) - span.from_at).total_seconds() for span in promise.pauses
    )
    return (
        promise.clause_id,
        promise.cycle,
        promise.state,
        promise.started_at,
        promise.due_at,
        promise.closed_at,
        paused,
    )


def _said(seen: _Seen) -> str:
    clause, cycle, state, _started_at, due_at, closed_at, _paused = seen
    closed = f", closed {closed_at:%F %T}" if closed_at else ""
    return f"{clause} of cycle {cycle} {state} (due {due_at:%F %T} UTC{closed})"
