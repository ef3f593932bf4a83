"""Laws of the engine, tried on random lives of matters and random sweepers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.kernel.tests.calendars import SHANGHAI, at
from huiyin.standards.document import load_profile
from huiyin.standards.react import (
    Fact,
    PromiseState,
    alarm,
    apply,
    react,
    reclassify,
    replay,
    settle,
)
from huiyin.standards.tests.engine import calendar

RESIDENTIAL = load_profile("residential")
KINDS = (
    "complaint",
    "complaint.written",
    "complaint.emergency",
    "repair",
    "special_service",
    "builder_defect",
    "enquiry",
    "correction",
)
# What may follow in which state of a matter, with the state it leads to.
OPEN = {
    "assigned": "open",
    "arrived": "open",
    "progressed": "open",
    "promised": "open",
    "paused": "open",
    "resumed": "open",
    "replied": "open",
    "noted": "open",
    "reclassified": "open",
    "finished": "finished",
}
AFTER = {
    "progressed": "finished",
    "replied": "finished",
    "visited_back": "finished",
    "reported": "finished",
    "reclassified": "finished",
    "closed": "closed",
    "reopened": "open",
}
NEXT = {"open": OPEN, "finished": AFTER, "closed": {"reopened": "open", "reported": "closed"}}

# Minutes until the next thing happens: at once, within the hour, within the day, within weeks.
gaps = st.one_of(st.just(0), st.integers(1, 60), st.integers(60, 2000), st.integers(2000, 40000))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Fact, ...]:
    """Draw the life of a matter as its verbs allow it."""
    moment = draw(
        st.datetimes(datetime(2026, 1, 20), datetime(2026, 10, 5))  # noqa: DTZ001
    ).replace(second=0, microsecond=0, tzinfo=SHANGHAI)
    kind, important, cycle, state = draw(st.sampled_from(KINDS)), draw(st.booleans()), 1, "open"
    facts = [Fact("received", moment, kind, important)]
    for _ in range(draw(st.integers(0, 9))):
        moment += timedelta(minutes=draw(gaps))
        event = draw(st.sampled_from(sorted(NEXT[state])))
        state = NEXT[state][event]
        cycle += event == "reopened"
        if event == "reclassified":
            kind, important = draw(st.sampled_from(KINDS)), draw(st.booleans())
        facts.append(
            Fact(
                event,
                moment,
                kind,
                important,
                cycle,
                contact=draw(st.booleans()),
                by_posts=draw(st.sampled_from([("keeper",), ("manager",)])),
                until=moment + timedelta(minutes=draw(gaps)),
            )
        )
    return tuple(facts)


Promises = tuple[PromiseState, ...]


def step(promises: Promises, facts: Sequence[Fact], index: int) -> Promises:
    """Let one fact happen, as the actions do it."""
    fact = facts[index]
    if fact.kind == "reclassified":
        changes = reclassify(
            RESIDENTIAL,
            promises,
            facts[:index],
            fact.matter_kind,
            fact.important,
            fact.at,
            calendar(),
        )
        promises = apply(promises, changes)
    return apply(promises, react(RESIDENTIAL, promises, fact, calendar()))


def steps(facts: Sequence[Fact]) -> Iterator[tuple[Fact, Promises]]:
    """Walk a life fact by fact."""
    promises: Promises = ()
    for index, fact in enumerate(facts):
        promises = step(promises, facts, index)
        yield fact, promises


@settings(max_examples=120, deadline=None)
@given(lives(), st.lists(st.tuples(st.integers(0, 9), gaps), max_size=6))
def test_any_sweeper_late_or_doubled_gives_what_the_facts_alone_give(
    facts: tuple[Fact, ...], sweeps: list[tuple[int, int]]
) -> None:
    end = facts[-1].at + timedelta(days=20)
    promises: Promises = ()
    for index, fact in enumerate(facts):
        promises = step(promises, facts, index)
        until = facts[index + 1].at if index + 1 < len(facts) else end
        for after, minutes in sweeps:
            moment = min(fact.at + timedelta(minutes=minutes), until)
            if after == index:
                promises = apply(promises, settle(RESIDENTIAL, promises, moment, calendar()))
                assert settle(RESIDENTIAL, promises, moment, calendar()) == ()
    promises = apply(promises, settle(RESIDENTIAL, promises, end, calendar()))
    assert promises == replay(RESIDENTIAL, facts, end, calendar())


@pytest.mark.rule("STD-03")
@settings(max_examples=120, deadline=None)
@given(lives())
def test_a_verdict_once_given_is_final_and_follows_from_the_moments(
    facts: tuple[Fact, ...],
) -> None:
    seen: dict[str, PromiseState] = {}
    for fact, promises in steps(facts):
        assert len({promise.key for promise in promises}) == len(promises)
        for promise in promises:
            check_sense(promise, fact.at)
            before = seen.get(promise.key)
            if before and before.state in {"kept", "broken", "void"}:
                assert (promise.state, promise.due_at) == (before.state, before.due_at)
            if before and before.closed_at:
                assert promise == before
            seen[promise.key] = promise


def check_sense(promise: PromiseState, now: datetime) -> None:
    """Check one promise against itself."""
    assert promise.base_at <= promise.due_at
    assert (promise.state == "paused") == any(span.to_at is None for span in promise.pauses)
    assert (promise.next_alarm_at is None) == (not promise.is_owed) or promise.state == "broken"
    for span in promise.pauses:
        assert span.from_at <= (span.to_at or now) <= span.until_at
    match promise.state:
        case "kept":
            assert promise.closed_at and promise.started_at <= promise.closed_at < promise.due_at
        case "broken":
            assert promise.due_at <= (promise.closed_at or now)
        case "void":
            assert promise.closed_at and promise.reason
        case "running":
            assert promise.due_at > now and not promise.closed_at
        case "paused":
            assert promise.pauses[-1].until_at > now and not promise.closed_at


@pytest.mark.rule("STD-03")
@settings(max_examples=80, deadline=None)
@given(lives(), st.integers(0, 90))
def test_an_open_matter_always_has_a_running_clock_and_a_closed_one_owes_nothing(
    facts: tuple[Fact, ...], days: int
) -> None:
    promises = replay(RESIDENTIAL, facts, facts[-1].at + timedelta(days=days), calendar())
    is_closed = any(fact.kind == "closed" for fact in facts[-1:])
    if is_closed:
        assert {promise.code for promise in promises if promise.is_owed} <= {"report"}
    elif facts[-1].kind != "reported":
        assert any(promise.state == "running" for promise in promises), told(facts)


def told(facts: tuple[Fact, ...]) -> str:
    """Write a life so that a failure can be read."""
    return "; ".join(f"{f.at:%m-%d %H:%M} {f.kind} {f.matter_kind} {f.cycle}" for f in facts)


ticks = st.lists(st.integers(0, 3000), min_size=1, max_size=12).map(sorted)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(KINDS), ticks)
def test_every_rung_is_fired_or_recorded_late_exactly_once(kind: str, minutes: list[int]) -> None:
    start = at("2026-03-16 09:30")
    promises = apply((), react(RESIDENTIAL, (), Fact("received", start, kind), calendar()))
    log: dict[str, list[int]] = {}
    fired: dict[str, list[datetime]] = {}
    for minute in [*minutes, 60000, 60000]:
        moment = start + timedelta(minutes=minute)
        promises = apply(promises, settle(RESIDENTIAL, promises, moment, calendar()))
        swept = []
        for promise in promises:
            look = alarm(RESIDENTIAL, promise, moment, calendar())
            assert look.fire is not None or look.skipped == ()
            log.setdefault(promise.key, []).extend(look.skipped)
            if look.fire:
                log[promise.key].append(look.fire)
                fired.setdefault(promise.key, []).append(moment)
                promise = replace(promise, rung=look.fire)  # noqa: PLW2901
            assert look.next_at is None or look.next_at > moment
            swept.append(replace(promise, next_alarm_at=look.next_at))
        promises = tuple(swept)
    for promise in promises:
        clause = RESIDENTIAL.clause(promise.clause_id)
        assert clause is not None
        rungs = log[promise.key]
        assert rungs == list(range(1, len(rungs) + 1))
        if promise.state == "broken" and promise.due_at < start + timedelta(days=10):
            assert len(rungs) == len(clause.ladder)


@settings(max_examples=80, deadline=None)
@given(lives(), st.integers(1, 40000))
def test_a_pause_moves_the_finish_clock_by_exactly_itself(
    facts: tuple[Fact, ...], minutes: int
) -> None:
    start = facts[0].at
    received = replace(facts[0], matter_kind="special_service")
    before = replay(RESIDENTIAL, [received], start, calendar())
    pause = Fact(
        "paused",
        start + timedelta(minutes=5),
        "special_service",
        until=start + timedelta(minutes=5 + minutes),
    )
    after = replay(RESIDENTIAL, [received, pause], pause.until or start, calendar())
    (old,), (new,) = (
        [promise for promise in promises if promise.clause_id == "special_service.finish"]
        for promises in (before, after)
    )
    assert new.due_at - old.due_at == timedelta(minutes=minutes)
