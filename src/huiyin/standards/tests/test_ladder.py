"""Who is told when: rungs, sleeping sweepers, pauses."""

from dataclasses import replace

import pytest

from huiyin.kernel.limits import Elapsed
from huiyin.kernel.tests.calendars import at
from huiyin.standards.document import Rung, Standard, load_profile
from huiyin.standards.react import Alarm, alarm, next_alarm_at, rung_moments
from huiyin.standards.tests.engine import Story, calendar, local

RESIDENTIAL = load_profile("residential")


def moments(story: Story, code: str) -> list[str]:
    return [
        local(moment) for moment in rung_moments(story.standard, story.last(code), story.calendar)
    ]


def with_ladder(clause_id: str, *rungs: Rung) -> Standard:
    clauses = tuple(
        replace(clause, ladder=rungs) if clause.id == clause_id else clause
        for clause in RESIDENTIAL.clauses
    )
    return replace(RESIDENTIAL, clauses=clauses)


def test_the_default_ladder_climbs_from_owner_to_company() -> None:
    story = Story("complaint", "2026-03-16 09:30")
    assert moments(story, "assign") == [
        "03-16 09:35",
        "03-16 09:40",
        "03-16 09:50",
        "03-17 09:00",
    ]
    told = [
        (story.ring("assign", when).fire, story.ring("assign", when).fire)
        for when in ("2026-03-16 09:34:59", "2026-03-16 09:35")
    ]
    assert told == [(None, None), (1, None)]  # each rung once
    due = story.ring("assign", "2026-03-16 09:40")
    assert due == Alarm(2, ("superior",), (), at("2026-03-16 09:50"))
    assert story.last("assign").state == "broken"
    assert story.ring("assign", "2026-03-16 09:50").to == ("manager",)
    last = story.ring("assign", "2026-03-17 09:00")
    assert last == Alarm(4, ("company_service",), (), None)


@pytest.mark.rule("CMP-03")
def test_an_emergency_calls_everybody_at_once() -> None:
    story = Story("complaint.emergency", "2026-03-16 03:00")
    first = story.ring("arrive", "2026-03-16 03:00")
    assert first.fire == 1
    assert set(first.to) == {
        "manager",
        "supervisor",
        "maintenance_foreman",
        "cleaning_foreman",
        "security_foreman",
    }
    assert first.next_at == at("2026-03-16 03:05")
    assert story.ring("arrive", "2026-03-16 03:05").to == ("manager", "company_service")


def test_after_downtime_only_the_present_rung_fires() -> None:
    story = Story("complaint", "2026-03-16 09:30")
    late = story.ring("assign", "2026-03-16 12:00")
    assert (late.fire, late.to, late.skipped) == (3, ("manager",), (1, 2))
    assert late.next_at == at("2026-03-17 09:00")


def test_a_rung_passed_on_early_is_not_climbed_again() -> None:
    story = Story("complaint", "2026-03-16 09:30").wait("2026-03-16 09:40")
    ahead = replace(story.last("assign"), rung=3)  # nobody on duty below, so the third was told
    look = alarm(story.standard, ahead, at("2026-03-16 09:40"), story.calendar)
    assert look == Alarm(None, (), (), at("2026-03-17 09:00"))


def test_a_kept_promise_rings_no_more() -> None:
    story = Story("complaint", "2026-03-16 09:30").tell("assigned", "2026-03-16 09:33")
    assert story.ring("assign", "2026-03-16 12:00") == Alarm(None, (), (), None)


def test_a_broken_promise_goes_on_ringing_until_it_is_done() -> None:
    story = Story("complaint", "2026-03-16 09:30").wait("2026-03-16 09:45")
    story.tell("assigned", "2026-03-16 09:46")
    assert story.ring("assign", "2026-03-16 09:50").fire is None


def test_the_next_look_is_at_the_due_moment_even_without_a_rung_there() -> None:
    standard = with_ladder("complaint.assign", Rung("morning", ("manager",)))
    story = Story("complaint", "2026-03-16 09:30", standard=standard)
    assert story.last("assign").next_alarm_at == at("2026-03-16 09:40")
    assert moments(story, "assign") == ["03-17 09:00"]
    story.wait("2026-03-16 09:40")
    assert story.last("assign").next_alarm_at == at("2026-03-17 09:00")


def test_a_rung_never_comes_before_the_one_below_it() -> None:
    standard = with_ladder(
        "complaint.assign",
        Rung("twice", ("manager",)),
        Rung("half", ("owner",)),
        Rung(Elapsed(300), ("superior",)),
        Rung(Elapsed(1800), ("company_service",)),
        Rung("start", ("owner",)),
    )
    story = Story("complaint", "2026-03-16 09:30", standard=standard)
    assert moments(story, "assign") == [
        "03-16 09:50",
        "03-16 09:50",
        "03-16 09:50",
        "03-16 10:00",
        "03-16 10:00",
    ]
    both = story.ring("assign", "2026-03-16 09:50")
    assert (both.fire, both.skipped) == (3, (1, 2))


def test_the_morning_is_the_first_one_after_the_rung_below() -> None:
    early = Story("complaint", "2026-03-16 03:00")
    assert moments(early, "assign")[-1] == "03-16 09:00"
    exactly = Story("complaint", "2026-03-16 08:40")  # twice the limit at nine o'clock
    assert moments(exactly, "assign")[2:] == ["03-16 09:00", "03-17 09:00"]


def test_a_working_day_ladder_rings_in_working_hours() -> None:
    story = Story("complaint.written", "2026-09-29 10:00", important=True)
    assert moments(story, "leader_answer") == [
        "09-30 14:00",
        "10-08 18:00",
        "10-10 18:00",
        "10-11 09:00",
    ]


def test_a_promised_time_has_its_own_half_and_double() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("promised", "2026-03-16 10:00", until="2026-03-16 16:00", contact=True)
    assert moments(story, "finish")[:3] == ["03-16 13:00", "03-16 16:00", "03-16 22:00"]


def test_a_pause_silences_the_ladder_and_moves_it() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 20:00", until="2026-03-18 20:00")
    asleep = story.ring("finish", "2026-03-17 12:00")
    assert asleep == Alarm(None, (), (), at("2026-03-18 20:00"))
    story.tell("resumed", "2026-03-17 20:00")
    assert moments(story, "finish")[:3] == ["03-17 21:00", "03-18 09:00", "03-19 09:00"]
    assert story.last("finish").next_alarm_at == at("2026-03-17 21:00")


def test_a_promise_without_a_clause_has_no_ladder() -> None:
    story = Story("complaint", "2026-03-16 09:30")
    nothing = replace(RESIDENTIAL, clauses=())
    promise = story.last("assign")
    assert rung_moments(nothing, promise, calendar()) == ()
    assert next_alarm_at(nothing, promise, calendar()) == promise.due_at
    assert alarm(nothing, promise, at("2026-03-16 09:40"), calendar()).fire is None
