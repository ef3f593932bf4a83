"""Facts heard of late: the promises are what they would be had everything been told at once."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.kernel.tests.calendars import at
from huiyin.standards.document import load_profile
from huiyin.standards.late import NEVER_BEGAN, hear, in_order
from huiyin.standards.react import Fact, PromiseState, Void, apply, replay
from huiyin.standards.tests.engine import Story, calendar
from huiyin.standards.tests.test_react_properties import check_sense, lives

RESIDENTIAL = load_profile("residential")
LATE = ("accepted", "arrived", "progressed", "finished", "signed", "noted")


def told_late(story: Story, kind: str, when: str, heard: str, **more: object) -> bool:
    """Tell a story a fact of an earlier moment; False when its verdicts do not allow it."""
    story.wait(heard)
    fact = Fact(kind, at(when), story.kind, story.important, story.cycle, **more)  # type: ignore[arg-type]
    changes = hear(RESIDENTIAL, story.promises, story.facts, fact, at(heard), calendar())
    if changes is None:
        return False
    story.promises = apply(story.promises, changes)
    story.facts = list(in_order(story.facts, fact))
    return True


def seen(promises: tuple[PromiseState, ...]) -> Counter[tuple[object, ...]]:
    """Count promises by what matters of them, without the rounds that never began."""
    return Counter(
        (one.clause_id, one.cycle, one.state, one.started_at, one.due_at, one.closed_at)
        for one in promises
        if one.reason != NEVER_BEGAN
    )


@settings(max_examples=200, deadline=None)
@given(lives(), st.sampled_from(LATE), st.booleans(), st.data())
def test_a_late_fact_gives_what_the_facts_in_time_order_give(
    facts: tuple[Fact, ...], kind: str, contact: bool, data: st.DataObject
) -> None:
    end = facts[-1].at + timedelta(minutes=data.draw(st.integers(0, 3000)))
    minutes = int((end - facts[0].at).total_seconds() // 60)
    moment = facts[0].at + timedelta(minutes=data.draw(st.integers(0, minutes)))
    then = [fact for fact in facts if fact.at <= moment][-1]
    late = Fact(kind, moment, then.matter_kind, then.important, then.cycle, contact=contact)
    before = replay(RESIDENTIAL, facts, end, calendar())

    changes = hear(RESIDENTIAL, before, facts, late, end, calendar())

    if changes is None:
        # Only where a verdict stands in the way, so at the end of all that was told it must do.
        last = Fact(kind, end, facts[-1].matter_kind, facts[-1].important, facts[-1].cycle)
        assert moment < end
        assert hear(RESIDENTIAL, before, facts, last, end, calendar()) is not None
        return
    after = apply(before, changes)
    assert len({one.key for one in after}) == len(after)
    assert seen(after) == seen(replay(RESIDENTIAL, in_order(facts, late), end, calendar()))
    old = {one.key: one for one in before}
    for promise in after:
        if promise.reason != NEVER_BEGAN:
            check_sense(promise, end)
        was = old.get(promise.key)
        if was and not was.is_owed:
            assert (was.state, was.due_at) == (promise.state, promise.due_at)
        if was and was.state == "broken" and promise.state != "broken":
            assert promise.closed_at is not None
            assert promise.closed_at < was.due_at == promise.due_at


@pytest.mark.rule("CMP-03")
def test_who_was_there_in_time_was_in_time_however_late_it_is_told() -> None:
    story = Story("complaint.emergency", "2026-03-16 09:00").wait("2026-03-16 09:20")
    assert story.last("arrive").state == "broken"

    assert told_late(story, "arrived", "2026-03-16 09:04", "2026-03-16 09:20")

    assert (story.last("arrive").state, story.last("arrive").closed_at) == (
        "kept",
        at("2026-03-16 09:04"),
    )


def test_who_was_there_too_late_stays_too_late() -> None:
    story = Story("complaint.emergency", "2026-03-16 09:00")

    assert told_late(story, "arrived", "2026-03-16 09:05", "2026-03-16 09:20")

    assert story.last("arrive").state == "broken"
    assert story.last("arrive").closed_at == at("2026-03-16 09:05")


@pytest.mark.rule("CMP-06")
def test_a_week_that_silence_began_never_began() -> None:
    story = Story("complaint", "2026-03-16 09:00").wait("2026-03-24 12:00")
    assert story.states("keep_in_touch") == ["broken", "running"]

    assert told_late(story, "progressed", "2026-03-20 10:00", "2026-03-24 12:00", contact=True)

    assert story.states("keep_in_touch") == ["kept", "void", "running"]
    first, gone, last = story.all("keep_in_touch")
    assert first.closed_at == last.started_at == at("2026-03-20 10:00")
    assert (gone.reason, gone.closed_at) == (NEVER_BEGAN, gone.started_at)


def test_a_week_that_broke_after_the_end_is_void() -> None:
    story = Story("enquiry", "2026-03-16 09:00").wait("2026-03-24 12:00")

    assert told_late(story, "finished", "2026-03-16 11:00", "2026-03-24 12:00")

    assert story.states("keep_in_touch") == ["void", "void"]
    assert story.last("finish").state == "kept"
    assert story.all("close")[0].started_at == at("2026-03-16 11:00")


def test_a_pause_that_the_end_overtook_ends_with_it() -> None:
    story = Story("repair", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-16 12:00")

    assert told_late(story, "finished", "2026-03-16 11:00", "2026-03-16 13:00")

    (promise,) = [one for one in story.all("finish") if one.rule == "WO-01"]
    assert [span.to_at for span in promise.pauses] == [at("2026-03-16 11:00")]
    assert promise.state == "kept"


def test_a_closed_verdict_stands() -> None:
    """It was assigned too late; that somebody says now to have taken it before changes nothing."""
    story = Story("complaint", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:12")

    assert not told_late(story, "accepted", "2026-03-16 09:08", "2026-03-16 09:30")
    assert told_late(story, "accepted", "2026-03-16 09:12", "2026-03-16 09:30")
    assert story.states("assign") == ["broken"]


def test_the_same_moment_comes_after_what_was_told_of_it() -> None:
    facts = Story("complaint", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:05").facts
    late = Fact("arrived", at("2026-03-16 09:05"), "complaint")

    assert [fact.kind for fact in in_order(facts, late)] == ["received", "assigned", "arrived"]


def test_nothing_is_told_twice_when_its_ladder_was_climbed() -> None:
    story = Story("enquiry", "2026-03-16 09:00")
    story.ring("finish", "2026-03-20 09:00")
    climbed = story.last("finish").rung

    assert told_late(story, "noted", "2026-03-16 10:00", "2026-03-20 09:00")

    assert story.last("finish").rung == climbed > 0
    assert not any(isinstance(one, Void) for one in story.promises)
