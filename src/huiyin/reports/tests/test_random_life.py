"""Two thousand events at random moments, and every invariant still holds."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from huiyin.kernel.errors import Refused
from huiyin.matters import actions, queries
from huiyin.matters.kinds import CAUSES, CHANNELS
from huiyin.matters.models import Event
from huiyin.matters.rules import REPORTED
from huiyin.matters.tests.cast import AT, Cast, make_cast, publish, tick
from huiyin.reports import audit
from huiyin.staff.models import Absence

EVENTS = 2000
POSTS = (
    "manager",
    "supervisor",
    "keeper",
    "receptionist",
    "dispatcher",
    "maintenance_foreman",
    "technician",
)
RECEPTION = "receptionist"
# What multiplies events is done less often, so that there is room for the others.
RARE = frozenset({"link", "hand_over"})
# How many minutes may pass between two events: mostly few, now and then most of a day.
PAUSES = (0, 0, 0, 1, 3, 9, 10, 11, 30, 200, 600)


class Life:
    """A community in which anybody does anything at any time, as far as it is allowed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.random = Random(seed)  # noqa: S311  the same life every time
        self.now = AT
        self.callers = {post: cast.caller(post) for post in (*POSTS, RECEPTION)}
        self.open: list[str] = []
        self.done: Counter[str] = Counter()

    def live(self, events: int) -> None:
        """Let so many events be written, with sweeps in between, sometimes none for a day."""
        while Event.objects.count() < events:
            try:
                self._anything()
            except Refused:
                continue
            self.now += timedelta(minutes=self.random.choice(PAUSES), seconds=self.random.random())
            if self.random.random() < 0.25:
                tick(self.now)

    def _anything(self) -> None:
        if not self.open or self.random.random() < 0.12:
            self.open.append(self._receive())
            self.done["receive"] += 1
            return
        never = [name for name in VERBS if name not in self.done]
        name = self.random.choice(never if never and self.random.random() < 0.3 else list(VERBS))
        if name in RARE and self.random.random() < 0.8:
            return
        number = self.random.choice(self.open[-12:])
        by = self.callers[self.random.choice(POSTS)]
        VERBS[name](self, {"by": by, "at": self.now, "number": number})
        self.done[name] += 1

    def _receive(self) -> str:
        important = self.random.random() < 0.2
        return self.cast.receive(
            by=self.callers[RECEPTION],
            at=self.now,
            kind=self.random.choice([*REPORTED, "correction"]),
            channel=self.random.choice(CHANNELS),
            house=self.random.choice([None, "3-1-1201", "5-1-101"]),
            important=important,
            anonymous=self.random.random() < 0.1,
            first_heard_by=self.random.choice([None, "E016", "E017"]),
            about_employee=self.random.choice([None, None, "E016"]),
        )

    def later(self) -> datetime:
        """Name a moment ahead, from minutes to weeks."""
        return self.now + timedelta(minutes=self.random.choice((5, 60, 1500, 9000, 30000)))

    def heard_late(self, given: Any) -> dict[str, Any]:
        """Let it have happened before now: within the hour, the day, or longer ago than we hear."""
        ago = timedelta(minutes=self.random.choice((1, 12, 50, 400, 1400, 3000)))
        return {**given, "at": self.now - ago, "recorded_at": self.now}

    def by_its_owner(self, given: Any) -> dict[str, Any]:
        """Let whoever has the matter do it."""
        view = queries.matter(caller=given["by"], number=given["number"], at=self.now)
        return {**given, "by": self.cast.caller(view.owner.code)}

    def another(self) -> str:
        """Name another matter that might tell of the same problem."""
        return self.random.choice(self.open[-12:])

    def someone(self) -> str:
        """Name an employee, now and then one of the neighbours."""
        return self.random.choice(["E008", "E009", "E013", "E016", "E020", "E033"])

    def hand_over(self, _given: Any) -> None:
        """Move everything from one to another."""
        actions.hand_over(
            by=self.callers["manager"],
            at=self.now,
            employee=self.someone(),
            reason="轮岗",
        )

    def go_away(self, _given: Any) -> None:
        """Send somebody away for a while, with or without a delegate."""
        employee = self.cast.employee(self.random.choice(["keeper", "manager", "supervisor"]))
        Absence.objects.create(
            employee=employee,
            delegate=self.random.choice([None, self.cast.employee("quality")]),
            starts_at=self.now,
            ends_at=self.later(),
        )


Verb = Callable[[Life, Any], object]
VERBS: dict[str, Verb] = {
    "assign": lambda life, it: actions.assign_matter(**it, to=life.someone()),
    "accept": lambda life, it: actions.accept_matter(**it),
    "arrive": lambda life, it: actions.arrive_at_matter(**it),
    "accept_late": lambda life, it: actions.accept_matter(**life.heard_late(it)),
    "arrive_late": lambda life, it: actions.arrive_at_matter(**life.heard_late(it)),
    "progress_late": lambda life, it: actions.record_progress(
        **life.heard_late(it), text="已联系", via="visit"
    ),
    "finish_late": lambda life, it: actions.finish_matter(**life.heard_late(it), result="已处理"),
    "sign_late": lambda life, it: actions.sign_matter(**life.heard_late(it), name="王丽"),
    "progress": lambda life, it: actions.record_progress(
        **it,
        text="已联系",
        via=life.random.choice(["", "phone", "radio"]),
        reached=life.random.random() < 0.8,
    ),
    "promise": lambda life, it: actions.promise_time(**it, until=life.later(), reason="等配件"),
    "pause": lambda life, it: actions.pause_matter(**it, until=life.later(), reason="业主外出"),
    "resume": lambda life, it: actions.resume_matter(**it),
    "finish": lambda life, it: actions.finish_matter(
        **it, result="已处理", cause=life.random.choice(["", *CAUSES])
    ),
    "reply": lambda life, it: actions.reply_to_owner(
        **it, text="已答复", via="phone", tell_linked=life.random.random() < 0.5
    ),
    "sign": lambda life, it: actions.sign_matter(**it, name="王丽"),
    "visit_back": lambda life, it: actions.visit_back(**it, satisfaction=life.random.randint(1, 5)),
    "close": lambda life, it: actions.close_matter(**it),
    "reopen": lambda life, it: actions.reopen_matter(**it, reason="又坏了"),
    "reclassify": lambda life, it: actions.reclassify_matter(
        **it,
        kind=life.random.choice(REPORTED),
        reason="分错了",
        important=life.random.choice([None, True, False]),
    ),
    "important": lambda life, it: actions.mark_important(**it, reason="多人反映"),
    "escalate": lambda life, it: actions.escalate_matter(**it, to="E004", reason="现场办不了"),
    "report": lambda life, it: actions.record_report(**it, text="已备案"),
    "note": lambda life, it: actions.note_matter(**it, text="内部备注"),
    "give_back": lambda life, it: actions.give_back(**life.by_its_owner(it), reason="办不了"),
    "take_back": lambda life, it: actions.take_back(**it, reason="另派"),
    "link": lambda life, it: actions.link_matter(**it, to=life.another()),
    "unlink": lambda life, it: actions.unlink_matter(**it, reason="另一件事"),
    "hand_over": Life.hand_over,
    "go_away": Life.go_away,
}


@pytest.mark.slow
@pytest.mark.rule("STD-03")
def test_every_invariant_holds_after_a_random_life(transactional_db: None) -> None:
    publish(2027)
    life = Life(make_cast(), seed=20260316)

    for events in (EVENTS // 2, EVENTS):
        life.live(events)
        tick(life.now)
        assert [line for line in audit.audit(life.now) if not line.ok] == []

    assert set(life.done) == {"receive", *VERBS}, "every verb should have happened"
