"""Every clock of the rules about complaints and reception, kept in time and left alone.

The clocks are read from the residential profile: a new clause of these rules is tried here without
a new test. Each is kept by its own act a minute before it is due, and left alone until its whole
ladder has been climbed by nothing but the ticks of the sweeper.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.doors.api.tests.cast import Site
from huiyin.doors.clock import sweeper
from huiyin.kernel.clock import parse
from huiyin.matters.models import Promise
from huiyin.standards.document import Clause, load_profile

RULES = ("CMP-03", "CMP-04", "CMP-05", "CMP-06", "REC-03", "REC-04", "REC-09")
CLAUSES = [one for one in load_profile("residential").clauses if one.rule in RULES]
BEGIN = parse("2026-03-16T09:00:00+08:00")  # Monday
MINUTE = timedelta(minutes=1)
PROMISED_FOR = timedelta(days=2)
# A kind that the clause is about, where its pattern does not name one.
SOME_KIND = {"*": "repair", "complaint.*": "complaint"}
MADE_BY_A_PROCEDURE = ("correction",)  # nobody reports one
CASES = [pytest.param(one, id=one.id, marks=pytest.mark.rule(one.rule)) for one in CLAUSES]


@dataclass
class Life:
    """One matter, and what is done with it through the API."""

    site: Site
    clause: Clause
    number: str = ""

    def begin(self) -> None:
        """Receive the matter, and let happen what starts the clock."""
        kind = self.clause.kinds[0]
        receive = self.site.cast.receive if kind in MADE_BY_A_PROCEDURE else self.site.receive
        self.number = receive(
            at=BEGIN,
            kind=SOME_KIND.get(kind, kind),
            channel="letter" if kind == "complaint.written" else "phone",
            important=bool(self.clause.important),
        )
        if "received" not in self.clause.starts:
            until = (BEGIN + PROMISED_FOR).isoformat()
            self.does("promise", at=BEGIN, until=until, reason="等配件")

    def does(self, verb: str, *, at: datetime, by: str = "supervisor", **words: Any) -> None:
        """Use a verb; it must be allowed."""
        told = self.site.api(by).post(f"/matters/{self.number}/{verb}", words, at=at)
        assert told.status == 200, told.body

    def promise(self, at: datetime) -> dict[str, Any]:
        """Read the first promise of the clause."""
        shown = self.site.api("manager").get(f"/matters/{self.number}", at=at).body
        return next(
            dict(one)
            for one in shown["promises"]
            if (one["code"], one["rule"]) == (self.clause.code, self.clause.rule)
        )

    def rungs(self, at: datetime) -> list[dict[str, Any]]:
        """Read which rungs of the clause were climbed."""
        shown = self.site.api("manager").get(f"/matters/{self.number}", at=at).body
        return [
            one
            for one in shown["events"]
            if one["kind"] == "escalated" and one["promise"] == self.clause.code
        ]

    def row(self) -> Promise:
        """Return the first promise of the clause as it is stored."""
        found = Promise.objects.filter(matter__number=self.number, clause=self.clause.id)
        return found.order_by("id")[0]


def keep(life: Life, at: datetime) -> None:
    """Do what keeps the clause, as the person whom it asks."""
    event = life.clause.kept_by[0]
    by = life.clause.by[0] if life.clause.by else "supervisor"
    if event == "reported":
        path = f"/matters/{life.number}/report"
        words = {"course": "接报", "cause": "充电", "measures": "清理"}
        told = life.site.api("supervisor").post(path, words, at=at)
        assert told.status == 200, told.body
        for leader in ("manager", "general_manager"):  # as far up as the chain goes
            life.site.api(leader).post(f"{path}/approve", {"opinion": "同意"}, at=at)
        return
    acts: dict[str, tuple[str, dict[str, Any]]] = {
        "assigned": ("assign", {"to": life.site.code("keeper")}),
        "arrived": ("arrive", {}),
        "replied": ("reply", {"text": "答复如下", "via": "phone"}),
        "progressed": ("progress", {"text": "仍在处理", "via": "phone"}),
        "finished": ("finish", {"result": "已办"}),
        "closed": ("close", {}),
    }
    verb, words = acts[event]
    if event in ("finished", "closed"):
        life.does("assign", at=at, to=life.site.code("keeper"))
    if event == "closed":
        life.does("finish", at=at, result="已办")
    life.does(verb, at=at, by=by, **words)


@pytest.mark.parametrize("clause", CASES)
def test_kept_a_minute_before_it_is_due(site: Site, clause: Clause) -> None:
    life = Life(site, clause)
    life.begin()
    due_at = parse(life.promise(BEGIN)["due_at"])
    at = due_at - MINUTE
    sweeper.tick(at)
    keep(life, at)
    sweeper.tick(due_at + MINUTE)
    assert life.promise(due_at)["state"] == "kept"
    assert parse(life.promise(due_at)["closed_at"]) == at
    said = [parse(one["at"]) for one in life.rungs(due_at + MINUTE)]
    assert due_at not in said, "nothing rings after the answer"


@pytest.mark.parametrize("clause", CASES)
def test_left_alone_it_is_broken_at_its_due_moment_and_climbs(site: Site, clause: Clause) -> None:
    life = Life(site, clause)
    life.begin()
    due_at = life.row().due_at
    sweeper.tick(due_at - timedelta(seconds=1))
    assert life.promise(due_at - MINUTE)["state"] == "running"
    sweeper.tick(due_at)
    assert life.promise(due_at)["state"] == "broken"
    at = due_at
    while (alarm := life.row().next_alarm_at) is not None:
        at = max(at, alarm)
        sweeper.tick(at)
    climbed = [one["rung"] for one in life.rungs(at)]
    assert set(climbed) >= set(range(1, len(clause.ladder) + 1))
    keep(life, at + MINUTE)
    assert life.promise(at + 2 * MINUTE)["state"] == "broken", "late counts as not done"
