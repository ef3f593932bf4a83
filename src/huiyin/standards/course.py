"""The promises of one matter while changes to them are being worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.limits import Every, counts_working_time, due_at, renewal_base
from huiyin.standards.document import Clause, Standard
from huiyin.standards.ladder import next_alarm_at
from huiyin.standards.states import (
    Break,
    Change,
    Close,
    Fact,
    Move,
    PauseClock,
    PromiseState,
    ResumeClock,
    Span,
    Start,
    Void,
    changed,
)


@dataclass
class Course:
    """Promises, and the changes made to them so far; every step sees the one before."""

    standard: Standard
    calendar: WorkingCalendar
    promises: dict[str, PromiseState]
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def of(
        cls, standard: Standard, promises: Sequence[PromiseState], calendar: WorkingCalendar
    ) -> Course:
        """Begin with the promises as they stand."""
        return cls(standard, calendar, {promise.key: promise for promise in promises})

    def do(self, change: Change) -> None:
        """Record a change and carry it out, so that the next step sees it."""
        self.changes.append(change)
        if isinstance(change, Start):
            self.promises[change.promise.key] = change.promise
        else:
            self.promises[change.key] = changed(self.promises[change.key], change)

    def owed(self) -> list[PromiseState]:
        """List the promises somebody still has to keep."""
        return [promise for promise in self.promises.values() if promise.is_owed]

    def owed_clauses(self) -> Iterator[tuple[PromiseState, Clause]]:
        """Walk what is owed together with its clause."""
        for promise in self.owed():
            if clause := self.standard.clause(promise.clause_id):
                yield promise, clause

    # --- time ---

    def pass_time(self, at: datetime) -> None:
        """Let pauses end, promises break and repeating ones renew, in time order, up to ``at``."""
        while True:
            coming = [(moment, p) for p in self.owed() if (moment := _turn(p)) and moment <= at]
            if not coming:
                return
            moment, promise = min(coming, key=lambda pair: (pair[0], pair[1].key))
            if promise.state == "paused":
                self.resume(promise, moment)
            else:
                self.break_off(promise)

    def break_off(self, promise: PromiseState) -> None:
        """Break a promise at its due moment; a repeating one starts its next round there."""
        broken = replace(promise, state="broken")
        alarm_at = next_alarm_at(self.standard, broken, self.calendar)
        self.do(Break(promise.key, promise.due_at, alarm_at))
        clause = self.standard.clause(promise.clause_id)
        if clause and isinstance(clause.limit, Every):
            base_at = renewal_base(clause.limit, promise.due_at)
            self.begin(clause, promise.cycle, base_at, promise.due_at)

    # --- pauses ---

    def pause(self, fact: Fact) -> None:
        """Stop the clocks that may stand still, until a stated end within what is allowed."""
        latest = latest_pause_end(self.standard, fact.at, self.calendar)
        until_at = min(fact.until or latest, latest)
        if until_at <= fact.at:
            return
        for promise, clause in self.owed_clauses():
            if not clause.pausable or promise.state == "broken" or promise.base_at > fact.at:
                continue
            if promise.state == "paused":
                self.resume(promise, fact.at)
            self.do(PauseClock(promise.key, Span(fact.at, None, until_at, fact.reason)))

    def resume_all(self, at: datetime) -> None:
        """End every pause that has begun."""
        for promise in self.owed():
            if promise.open_pause and promise.open_pause.from_at <= at:
                self.resume(promise, at)

    def resume(self, promise: PromiseState, at: datetime) -> None:
        """End the open pause: the due moment moves by what was paused."""
        ended = replace(promise.pauses[-1], to_at=at)
        running = replace(promise, state="running", pauses=(*promise.pauses[:-1], ended))
        clause = self.standard.clause(promise.clause_id)
        if clause:
            running = self.dated(running, clause)
        self.do(
            ResumeClock(
                promise.key,
                at,
                running.due_at,
                next_alarm_at(self.standard, running, self.calendar),
                running.provisional,
            )
        )

    # --- facts ---

    def keep(self, fact: Fact) -> list[Clause]:
        """Close what a fact keeps; return the repeating clauses that start again from it."""
        renewing: dict[str, Clause] = {}
        for promise, clause in self.owed_clauses():
            if promise.started_at <= fact.at and _keeps(clause, fact):
                self.close(promise, fact.at)
                if clause.repeats_until and fact.kind not in clause.repeats_until:
                    renewing[clause.id] = clause
        return list(renewing.values())

    def end(self, fact: Fact) -> None:
        """Stop what a fact brings to its end without keeping it."""
        for promise in self.owed():
            if _ends(self.standard.clause(promise.clause_id), promise, fact):
                self.stop(promise, fact.kind, fact.at)

    def start(self, fact: Fact, renewing: Sequence[Clause]) -> None:
        """Start what a fact starts, and the next round of what it has just kept."""
        for clause in self.standard.clauses_for(fact.matter_kind, fact.important):
            if fact.kind not in clause.starts:
                continue
            if clause.from_fact and (fact.until is None or fact.until <= fact.at):
                continue
            live = [p for p in self.owed() if (p.clause_id, p.cycle) == (clause.id, fact.cycle)]
            if clause.supersedes:
                for promise in live:
                    if promise.state != "broken":
                        self.stop(promise, "superseded", fact.at)
            elif live:
                continue
            self.begin(clause, fact.cycle, fact.at, fact.at, fact.until)
        for clause in renewing:
            self.begin(clause, fact.cycle, fact.at, fact.at)

    # --- single promises ---

    def close(self, promise: PromiseState, at: datetime) -> None:
        """Close a promise that was done: kept before it was due, else it stays broken."""
        if promise.open_pause:
            self.resume(promise, at)
        self.do(Close(promise.key, "broken" if promise.state == "broken" else "kept", at))

    def stop(self, promise: PromiseState, reason: str, at: datetime) -> None:
        """Take a promise off the list: void, unless it was broken before."""
        if promise.state == "broken":
            self.do(Close(promise.key, "broken", at))
            return
        if promise.open_pause:
            self.resume(promise, at)
        self.do(Void(promise.key, reason, at))

    def begin(
        self,
        clause: Clause,
        cycle: int,
        base_at: datetime,
        started_at: datetime,
        until: datetime | None = None,
    ) -> None:
        """Start a promise of a clause."""
        promise = PromiseState(
            key=self.fresh_key(clause.id),
            clause_id=clause.id,
            code=clause.code,
            rule=clause.rule,
            cycle=cycle,
            state="running",
            base_at=base_at,
            started_at=started_at,
            due_at=until or base_at,
        )
        promise = self.dated(promise, clause)
        alarm_at = next_alarm_at(self.standard, promise, self.calendar)
        self.do(Start(replace(promise, next_alarm_at=alarm_at)))

    def move(self, promise: PromiseState, clause: Clause, at: datetime) -> None:
        """Date a promise anew if that gives something else, and not something past."""
        dated = self.dated(promise, clause)
        if dated != promise and dated.due_at > at:
            alarm_at = next_alarm_at(self.standard, dated, self.calendar)
            self.do(Move(promise.key, dated.due_at, alarm_at, dated.provisional))

    def dated(self, promise: PromiseState, clause: Clause) -> PromiseState:
        """Work out when a promise is due, and whether that may still change by decree."""
        due = due_at(
            clause.limit,
            promise.base_at,
            self.calendar,
            self.standard.day_rules,
            promise.past_pauses,
            until=promise.due_at,
        )
        return replace(
            promise,
            due_at=due,
            provisional=counts_working_time(clause.limit)
            and self.calendar.is_provisional(promise.base_at, due),
        )

    def fresh_key(self, clause_id: str) -> str:
        """Make a key no promise of this matter has."""
        number = 1 + sum(p.clause_id == clause_id for p in self.promises.values())
        while (key := f"{clause_id}:{number}") in self.promises:
            number += 1
        return key


def latest_pause_end(standard: Standard, at: datetime, calendar: WorkingCalendar) -> datetime:
    """Tell how long a pause beginning at ``at`` may last."""
    return due_at(standard.max_pause, at, calendar, standard.day_rules)


def _turn(promise: PromiseState) -> datetime | None:
    """Tell when time alone will change a promise that is owed."""
    if promise.open_pause:
        return promise.open_pause.until_at
    return promise.due_at if promise.state == "running" else None


def _keeps(clause: Clause, fact: Fact) -> bool:
    return (
        fact.kind in clause.kept_by
        and (not clause.contact or (fact.contact and not fact.by_owner))
        and (not clause.by or not set(clause.by).isdisjoint(fact.by_posts))
    )


def _ends(clause: Clause | None, promise: PromiseState, fact: Fact) -> bool:
    """Tell whether a fact ends a promise: its own end, a re-opening, the closing of the matter."""
    if clause is None:
        return fact.kind == "closed"
    if fact.kind == "reopened":
        restarts = not {"reopened", "finished", "visited_back"}.isdisjoint(clause.starts)
        return restarts and promise.cycle < fact.cycle
    return fact.kind in clause.repeats_until or (fact.kind == "closed" and not clause.after_close)
