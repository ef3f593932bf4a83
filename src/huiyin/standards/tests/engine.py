"""A matter told as a story of facts, for tests of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.decree import decreed_days, decreed_years, names, overrides
from huiyin.kernel.tests.calendars import SHANGHAI, at
from huiyin.standards.document import Standard, load_profile
from huiyin.standards.react import Alarm, Fact, PromiseState, alarm, apply, react, settle


@cache
def calendar() -> WorkingCalendar:
    """Make the decreed calendar with the hours of the residential profile."""
    standard, days = load_profile("residential"), decreed_days()
    return WorkingCalendar(
        SHANGHAI,
        standard.week,
        overrides(days, standard.make_up_hours),
        decreed_years(),
        names(days),
    )


class Story:
    """One matter: tell it facts, let time pass, look at its promises."""

    def __init__(
        self,
        kind: str,
        received: str,
        *,
        important: bool = False,
        standard: Standard | None = None,
        calendar_: WorkingCalendar | None = None,
    ) -> None:
        self.kind = kind
        self.important = important
        self.standard = standard or load_profile("residential")
        self.calendar = calendar_ or calendar()
        self.cycle = 1
        self.facts: list[Fact] = []
        self.promises: tuple[PromiseState, ...] = ()
        self.tell("received", received)

    def tell(self, kind: str, when: str, **more: Any) -> Story:
        """Let something happen."""
        self.cycle += kind == "reopened"
        if isinstance(more.get("until"), str):
            more["until"] = at(more["until"])
        fact = Fact(kind, at(when), self.kind, self.important, self.cycle, **more)
        self.facts.append(fact)
        self.promises = apply(
            self.promises, react(self.standard, self.promises, fact, self.calendar)
        )
        return self

    def wait(self, until: str) -> Story:
        """Let time pass."""
        self.promises = apply(
            self.promises, settle(self.standard, self.promises, at(until), self.calendar)
        )
        return self

    def all(self, code: str) -> list[PromiseState]:
        """List the promises of a code, oldest first."""
        return [promise for promise in self.promises if promise.code == code]

    def last(self, code: str) -> PromiseState:
        """Find the newest promise of a code."""
        return self.all(code)[-1]

    def states(self, code: str) -> list[str]:
        """List the states of the promises of a code."""
        return [promise.state for promise in self.all(code)]

    def ring(self, code: str, when: str) -> Alarm:
        """Sweep one promise at a moment, as the sweeper does."""
        self.wait(when)
        promise = self.last(code)
        rung = alarm(self.standard, promise, at(when), self.calendar)
        climbed = replace(promise, rung=rung.fire or promise.rung, next_alarm_at=rung.next_at)
        self.promises = tuple(climbed if p.key == promise.key else p for p in self.promises)
        return rung


def local(moment: datetime | None) -> str:
    """Write a moment as wall-clock time, "03-16 09:00"."""
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}" if moment else "-"
