"""Kill the courier anywhere: every message arrives once or is shown as failed (NOT-04)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection
from django.db.models import Min
from hypothesis import event, given, settings
from hypothesis import strategies as st

from huiyin.estate.models import Person, Phone
from huiyin.estate.tests.cast import AT, Town, make_town
from huiyin.notices import courier, rules
from huiyin.notices.channels import Handed, Parcel, Unclear
from huiyin.notices.models import Message, Report, Telling
from huiyin.notices.routing import route
from huiyin.notices.tests.providers import Provider, played, refused
from huiyin.notices.tests.telling import notice, say, with_email

PEOPLE = 3
ROUNDS = 200
EXAMPLES = 40


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even ``except Exception``."""


@dataclass
class Doom:
    """Strikes once, after so many statements, commits and moments at a provider."""

    kind: str = ""
    countdown: int = 0

    def strike(self) -> None:
        """Come a step nearer, and let it happen when it is time."""
        if not self.kind:
            return
        self.countdown -= 1
        if self.countdown < 0:
            kind, self.kind = self.kind, ""
            raise Killed if kind == "killed" else DatabaseError("the server went away")

    def around_statements(self, execute: Callable[..., Any], *given: Any) -> Any:
        """Strike before a statement, or after it."""
        self.strike()
        result = execute(*given)
        self.strike()
        return result

    def around_commits(self, commit: Callable[[], None]) -> None:
        """Strike before a commit, or after it, so that nobody here hears that it was done."""
        self.strike()
        commit()
        self.strike()


@dataclass
class Moody(Provider):
    """A provider with whims: it refuses, breaks the line before or after it took something."""

    whims: list[str] = field(default_factory=list)
    doom: Doom = field(default_factory=Doom)

    def send(self, parcel: Parcel) -> Handed:
        """Take a parcel, by the whim of the moment."""
        self.tried.append(parcel)
        whim = self.whims.pop(0) if self.whims else "takes"
        self.doom.strike()
        if whim == "refuses":
            raise refused(permanent=True)
        if whim == "busy":
            raise refused(permanent=False)
        if whim == "broken before":
            raise Unclear("no answer")
        if whim == "bug":
            raise KeyError("a fault of ours")
        self.take(parcel)
        self.doom.strike()
        if whim == "broken after":
            raise Unclear("no answer")
        return Handed(self.id_of(parcel.reference), delivered=whim == "delivers")

    def ask(self, reference: str) -> Handed | None:
        """Say what became of a reference, by the whim of the moment."""
        self.doom.strike()
        whim = self.whims.pop(0) if self.whims else "takes"
        if whim in {"busy", "broken before", "bug"}:
            raise Unclear("cannot be asked")
        return super().ask(reference)


def live(doom: Doom, act: Callable[[], object]) -> None:
    """Let a courier act; when it is killed or the database fails, that was all of it."""
    commits = partial(doom.around_commits, connection._commit)  # type: ignore[attr-defined]
    try:
        with (
            connection.execute_wrapper(doom.around_statements),
            patch.object(connection, "_commit", commits),
        ):
            act()
    except (Killed, DatabaseError) as end:
        event(type(end).__name__)
        connection.close()
    finally:
        doom.kind = ""


@dataclass
class Late:
    """A courier that is stopped with a message in hand and goes on after the lease."""

    hand: courier.InHand | None = None

    def take(self, at: datetime) -> None:
        """Claim a message and stand still."""
        if self.hand is None:
            self.hand = courier.claim(at=at, channel="sms")

    def go_on(self, sms: Moody, at: datetime) -> None:
        """Hand it over and note the result, as if no time had passed."""
        if self.hand is not None:
            hand, self.hand = self.hand, None
            courier.note(hand, courier.hand_over(sms, hand, "sms", at), at=at)


def people_of(town: Town) -> list[Person]:
    """Return some owners with a telephone each, one of them with e-mail."""
    people = [
        Person.objects.create(community=town.community, name=f"业主{n}") for n in range(PEOPLE)
    ]
    for n, person in enumerate(people):
        Phone.objects.create(person=person, number=f"1380000000{n}")
    with_email(people[0])
    return people


WHIMS = st.lists(
    st.sampled_from(
        ["takes", "takes", "delivers", "refuses", "busy", "broken before", "broken after", "bug"]
    ),
    max_size=30,
)


@dataclass(frozen=True)
class Move:
    """One thing that is done, and the fate that meets whoever does it."""

    what: str
    fate: str
    after: int
    pause: timedelta
    which: int = 0
    delivered: bool = True


WHAT = ("route", "sms", "lost sms", "email", "late takes", "late goes on", "report")
MOVES = st.lists(
    st.builds(
        Move,
        what=st.sampled_from(
            [
                "route",
                "sms",
                "sms",
                "sms",
                "lost sms",
                "email",
                "late takes",
                "late goes on",
                "report",
            ]
        ),
        fate=st.sampled_from(["", "killed", "killed", "database"]),
        after=st.integers(0, 18),
        pause=st.sampled_from([timedelta(0), timedelta(minutes=1), rules.LEASE]),
        which=st.integers(0, 5),
        delivered=st.booleans(),
    ),
    min_size=4,
    max_size=25,
)


@dataclass(frozen=True)
class Story:
    """What befalls couriers, providers and the database, one after the other."""

    remembers: bool
    whims: list[str]
    mail_whims: list[str]
    moves: list[Move]


STORIES = st.builds(Story, remembers=st.booleans(), whims=WHIMS, mail_whims=WHIMS, moves=MOVES)


@pytest.mark.rule("NOT-04")
@pytest.mark.rule("NOT-01")
@pytest.mark.django_db(transaction=True)
def test_every_message_arrives_once_or_is_shown_as_failed() -> None:
    town = make_town()
    people = people_of(town)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(story=STORIES)
    def attempt(story: Story) -> None:
        for table in (Report, Message, Telling):
            table.objects.all().delete()
        play(story, town, people)

    attempt()


def play(story: Story, town: Town, people: list[Person]) -> None:
    """Tell everybody something, let the story happen, then let everything work, and look."""
    doom = Doom()
    sms = Moody("sms", remembers=story.remembers, whims=list(story.whims), doom=doom)
    mail = Moody("email", remembers=False, whims=list(story.mail_whims), doom=doom)
    late, at = Late(), AT
    with played(sms, mail):
        say(*(notice(town, person_id=one.pk) for one in people))
        route(at=at)
        for move in story.moves:
            doom.kind, doom.countdown = move.fate, move.after
            live(doom, acts(move, sms, late, at))
            at += move.pause
        late.go_on(sms, at)
        for _ in range(ROUNDS):
            courier.run_once(at)
            coming = next_moment()
            if coming is None:
                break
            at = max(at, coming)
    look(sms, mail, people)


def next_moment() -> datetime | None:
    """Return when there is something to do again, None when everything is settled."""
    waiting = Message.objects.filter(state="queued").aggregate(at=Min("next_try_at"))
    in_hand = Message.objects.filter(state="sending").aggregate(at=Min("lease_until"))
    due = Telling.objects.aggregate(at=Min("due_at"))
    return min((one["at"] for one in (waiting, in_hand, due) if one["at"]), default=None)


def acts(move: Move, sms: Moody, late: Late, at: datetime) -> Callable[[], object]:
    """Return what is to be done."""
    known: dict[str, Callable[[], object]] = {
        "route": partial(route, at=at),
        "sms": partial(courier.carry_one, at=at, channel="sms"),
        "lost sms": partial(courier.settle_one, at=at, channel="sms"),
        "email": partial(courier.carry_one, at=at, channel="email"),
        "late takes": partial(late.take, at),
        "late goes on": partial(late.go_on, sms, at),
        "report": partial(report, sms, move.which, delivered=move.delivered, at=at),
    }
    return known[move.what]


def report(sms: Moody, which: int, *, delivered: bool, at: datetime) -> None:
    """Let the provider report on something it took: that it arrived, or says it did not."""
    if sms.arrived:
        reference = sms.arrived[which % len(sms.arrived)].reference
        courier.report(
            provider="sms",
            reference="",
            provider_id=sms.id_of(reference),
            delivered=delivered,
            problem="",
            at=at,
        )


def look(sms: Moody, mail: Moody, people: list[Person]) -> None:
    """Compare what the providers hold with what the outbox says."""
    assert not Telling.objects.filter(settled_at=None).exists(), "nothing is forgotten"
    rows = list(Message.objects.filter(recipient=None).exclude(channel="in_app"))
    assert {one.person_id for one in rows} == {one.pk for one in people}
    for provider in (sms, mail):
        arrived = [one.reference for one in provider.arrived]
        assert len(arrived) == len(set(arrived)), "never twice"
        mine = {str(one.reference): one for one in rows if one.channel == provider.name}
        assert set(arrived) <= set(mine)
        for reference, one in mine.items():
            assert one.state in {"sent", "delivered", "failed", "superseded"}
            if one.state in {"sent", "delivered"}:
                assert reference in arrived, "never sent with nothing arrived"
            elif reference in arrived:
                told_so = one.problem in {"unclear", "not_delivered"}
                assert one.state == "failed", one.state
                assert told_so, one.problem
    in_app = Message.objects.filter(channel="in_app")
    assert sorted(in_app.values_list("person", flat=True)) == sorted(one.pk for one in people)
