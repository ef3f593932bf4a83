"""The life of promises, told as stories of the residential profile."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from huiyin.kernel.limits import Elapsed
from huiyin.kernel.tests.calendars import at
from huiyin.standards.document import Standard, load_profile
from huiyin.standards.react import (
    Break,
    Fact,
    Move,
    Start,
    Void,
    apply,
    latest_pause_end,
    overtaken,
    react,
    recalculate,
    reclassify,
    replay,
    settle,
)
from huiyin.standards.tests.engine import Story, calendar, local

RESIDENTIAL = load_profile("residential")


def codes(story: Story) -> set[str]:
    return {promise.code for promise in story.promises}


# --- half-open, broken, owed --------------------------------------------------------------------


@pytest.mark.rule("CMP-01")
@pytest.mark.parametrize("kind", ["complaint", "complaint.written", "complaint.attitude"])
def test_a_complaint_assigned_within_ten_minutes_keeps_its_promise(kind: str) -> None:
    story = Story(kind, "2026-03-16 09:00").tell("assigned", "2026-03-16 09:08")
    assign = story.last("assign")
    assert (assign.state, assign.rule, local(assign.due_at)) == ("kept", "CMP-01", "03-16 09:10")
    assert assign.closed_at == at("2026-03-16 09:08")


def test_the_due_moment_itself_is_too_late() -> None:
    almost = Story("complaint", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:09:59")
    assert almost.last("assign").state == "kept"
    exactly = Story("complaint", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:10")
    assert exactly.last("assign").state == "broken"


@pytest.mark.rule("STD-03")
def test_done_late_stays_broken_for_ever() -> None:
    story = Story("complaint", "2026-03-16 09:30").wait("2026-03-16 09:40")
    owed = story.last("assign")
    assert (owed.state, owed.closed_at, owed.is_owed) == ("broken", None, True)
    story.tell("assigned", "2026-03-16 10:05").tell("accepted", "2026-03-16 10:06")
    done = story.last("assign")
    assert (done.state, done.closed_at) == ("broken", at("2026-03-16 10:05"))
    assert done.next_alarm_at is None


@pytest.mark.rule("REC-09")
def test_other_matters_are_assigned_too_or_settled_at_the_desk() -> None:
    repair = Story("repair", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:05")
    assert (repair.last("assign").rule, repair.last("assign").state) == ("REC-09", "kept")
    enquiry = Story("enquiry", "2026-03-16 09:00").tell("finished", "2026-03-16 09:02")
    assert enquiry.states("assign") == ["kept"]


def test_a_fact_from_before_the_start_closes_nothing() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 12:00")
    story.tell("visited_back", "2026-03-16 11:00", contact=True)
    assert story.states("visit_back") == ["running"]


def test_a_fact_needs_an_offset() -> None:
    naive = datetime(2026, 3, 16)  # noqa: DTZ001
    with pytest.raises(ValueError, match="offset"):
        Fact("received", naive, "complaint")
    with pytest.raises(ValueError, match="offset"):
        Fact("paused", at("2026-03-16 09:00"), "complaint", until=naive)


# --- emergencies --------------------------------------------------------------------------------


@pytest.mark.rule("CMP-03")
def test_an_emergency_wants_people_on_site_in_five_minutes_and_a_report() -> None:
    story = Story("complaint.emergency", "2026-03-16 21:50")
    assert local(story.last("arrive").due_at) == "03-16 21:55"
    assert local(story.last("report").due_at) == "03-19 18:00"
    story.tell("arrived", "2026-03-16 21:54").tell("finished", "2026-03-16 23:00")
    story.tell("visited_back", "2026-03-17 09:00", contact=True)
    story.tell("closed", "2026-03-17 10:00")
    assert (story.states("arrive"), story.states("assign")) == (["kept"], ["kept"])
    assert story.states("report") == ["running"]  # outlives the matter
    story.tell("reported", "2026-03-18 10:00")
    assert story.states("report") == ["kept"]


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.rule("CMP-06")
def test_an_ordinary_complaint_is_answered_the_same_day_by_a_real_contact() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("noted", "2026-03-16 09:30").tell("replied", "2026-03-16 10:00")
    story.tell("replied", "2026-03-16 10:30", contact=True, by_owner=True)
    assert story.states("answer") == ["running"]
    story.tell("replied", "2026-03-16 11:00", contact=True)
    assert story.states("answer") == ["kept"]


@pytest.mark.rule("CMP-05")
def test_a_complaint_about_attitude_is_answered_the_same_day_and_corrected() -> None:
    story = Story("complaint.attitude", "2026-03-16 20:30")
    answer = story.last("answer")
    assert (answer.rule, local(answer.due_at)) == ("CMP-05", "03-17 12:00")
    correction = Story("correction", "2026-03-16 09:00")
    assert codes(correction) == {"correction", "close"}
    correction.tell("finished", "2026-03-20 09:00")
    assert correction.states("correction") == ["kept"]


@pytest.mark.rule("CMP-04")
def test_a_written_complaint_is_answered_the_same_day() -> None:
    story = Story("complaint.written", "2026-09-30 10:00")
    assert local(story.last("answer").due_at) == "10-01 00:00"
    assert "leader_answer" not in codes(story)


@pytest.mark.rule("CMP-04")
def test_an_important_one_is_answered_by_the_manager_within_two_working_days() -> None:
    story = Story("complaint.written", "2026-09-29 10:00", important=True)
    assert "answer" not in codes(story)
    assert local(story.last("leader_answer").due_at) == "10-08 18:00"  # after the National Day week
    story.tell("replied", "2026-09-30 10:00", contact=True, by_posts=("keeper",))
    assert story.states("leader_answer") == ["running"]
    story.tell("replied", "2026-10-08 17:59", contact=True, by_posts=("assistant", "manager"))
    assert story.states("leader_answer") == ["kept"]


@pytest.mark.rule("REC-05")
def test_a_work_order_is_answered_the_same_day() -> None:
    for kind in ("repair", "home_service", "complaint"):
        story = Story(kind, "2026-03-16 09:00")
        assert local(story.last("answer").due_at) == "03-17 00:00"
    assert Story("repair", "2026-03-16 09:00").last("answer").rule == "REC-05"


@pytest.mark.rule("REC-14")
@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("enquiry", "03-17 00:00"),
        ("help", "03-17 00:00"),
        ("suggestion", "03-20 00:00"),
        ("praise", "03-20 00:00"),
    ],
)
def test_enquiries_suggestions_praise_and_help_have_clocks_of_their_own(
    kind: str, due: str
) -> None:
    answer = Story(kind, "2026-03-16 09:00").last("answer")
    assert (answer.rule, local(answer.due_at)) == ("REC-14", due)


@pytest.mark.rule("REC-01")
def test_a_missed_call_is_called_back() -> None:
    story = Story("callback", "2026-03-16 09:00").tell("progressed", "2026-03-16 09:20")
    assert (story.last("answer").rule, story.last("answer").state) == ("REC-01", "kept")


# --- finish, promise, pause ---------------------------------------------------------------------


@pytest.mark.rule("CMP-07")
def test_a_complaint_is_settled_within_a_day_and_night() -> None:
    story = Story("complaint", "2026-10-01 10:00").tell("finished", "2026-10-02 09:59")
    assert (story.last("finish").rule, story.last("finish").state) == ("CMP-07", "kept")


@pytest.mark.rule("WO-01")
def test_repair_and_home_service_are_finished_the_same_day() -> None:
    assert local(Story("repair", "2026-03-16 09:00").last("finish").due_at) == "03-17 00:00"
    assert local(Story("home_service", "2026-03-16 21:00").last("finish").due_at) == "03-17 12:00"


@pytest.mark.rule("REC-03")
def test_a_promised_time_is_kept_by_a_clock_and_replaced_by_the_next() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("promised", "2026-03-16 10:00", until="2026-03-18 16:00", contact=True)
    assert story.states("answer") == ["kept"]  # the owner was told
    first = story.last("finish")
    assert (first.rule, first.due_at) == ("REC-03", at("2026-03-18 16:00"))
    story.tell("promised", "2026-03-17 10:00", until="2026-03-20 16:00", contact=True)
    _, first, second = story.all("finish")
    assert (first.state, first.reason, second.state) == ("void", "superseded", "running")
    story.tell("finished", "2026-03-20 15:59")
    assert story.states("finish") == ["broken", "void", "kept"]


def test_a_broken_promise_is_not_replaced_but_owed_until_finished() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("promised", "2026-03-16 10:00", until="2026-03-16 12:00", contact=True)
    story.tell("promised", "2026-03-16 13:00", until="2026-03-16 18:00", contact=True)
    assert story.states("finish") == ["running", "broken", "running"]
    story.tell("finished", "2026-03-16 17:00")
    assert story.states("finish") == ["kept", "broken", "kept"]
    assert story.all("finish")[1].closed_at == at("2026-03-16 17:00")


def test_a_promise_without_a_time_starts_nothing() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("promised", "2026-03-16 10:00")
    assert len(story.all("finish")) == 1


def test_a_pause_moves_the_finish_clock_and_nothing_else() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-20 10:00", reason="等配件")
    assert story.states("finish") == ["paused"]
    assert story.states("keep_in_touch") == ["running"]
    assert story.last("finish").next_alarm_at == at("2026-03-20 10:00")
    story.tell("resumed", "2026-03-18 10:00")
    finish = story.last("finish")
    assert (finish.state, finish.due_at) == ("running", at("2026-03-19 09:00"))
    assert [span.reason for span in finish.pauses] == ["等配件"]


def test_a_pause_ends_by_itself_and_never_hides_a_breach() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-16 12:00").wait("2026-03-17 11:00")
    finish = story.last("finish")
    assert (finish.state, finish.due_at) == ("broken", at("2026-03-17 11:00"))
    assert finish.pauses[0].to_at == at("2026-03-16 12:00")
    story.tell("paused", "2026-03-17 12:00", until="2026-03-18 12:00")
    assert story.states("finish") == ["broken"]


def test_a_pause_during_a_pause_goes_on_with_its_own_reason_and_end() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-18 10:00", reason="等配件")
    story.tell("paused", "2026-03-16 10:00:30", until="2026-03-16 14:00", reason="业主外出")
    story.wait("2026-03-16 15:00")
    finish = story.last("finish")
    assert [span.reason for span in finish.pauses] == ["等配件", "业主外出"]
    assert (finish.state, finish.due_at) == ("running", at("2026-03-17 13:00"))


def test_a_pause_is_capped_and_needs_a_future() -> None:
    start = at("2026-03-16 10:00")
    latest = latest_pause_end(RESIDENTIAL, start, calendar())
    assert latest == at("2026-04-16 00:00")
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 09:30", until="2026-03-16 09:30")
    assert story.states("finish") == ["running"]
    story.tell("paused", "2026-03-16 10:00", until="2027-03-16 10:00")
    assert story.last("finish").next_alarm_at == latest
    without_end = Story("complaint", "2026-03-16 09:00").tell("paused", "2026-03-16 10:00")
    assert without_end.last("finish").next_alarm_at == latest


def test_finished_while_paused_is_kept_and_ends_the_pause() -> None:
    story = Story("repair", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-20 10:00")
    story.tell("finished", "2026-03-18 10:00")
    finish = story.last("finish")
    assert finish.state == "kept"
    assert finish.pauses[0].to_at == finish.closed_at == at("2026-03-18 10:00")
    assert finish.due_at > at("2026-03-18 10:00")


def test_resuming_what_is_not_paused_yet_changes_nothing() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-18 10:00")
    story.tell("resumed", "2026-03-16 09:30")  # recorded late, from before the pause
    assert story.states("finish") == ["paused"]


# --- keep in touch ------------------------------------------------------------------------------


@pytest.mark.rule("CMP-06")
def test_a_real_contact_renews_the_week_and_nothing_else_does() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("noted", "2026-03-17 09:00")
    story.tell("progressed", "2026-03-17 10:00", via="phone")  # nobody answered
    assert story.states("keep_in_touch") == ["running"]
    story.tell("progressed", "2026-03-18 10:00", via="phone", contact=True)
    assert story.states("keep_in_touch") == ["kept", "running"]
    assert local(story.last("keep_in_touch").due_at) == "03-26 00:00"
    story.tell("progressed", "2026-03-18 16:00", via="phone", contact=True)
    assert local(story.last("keep_in_touch").due_at) == "03-26 00:00"


@pytest.mark.rule("REC-04")
def test_missed_weeks_break_one_by_one_and_a_contact_settles_them_all() -> None:
    story = Story("builder_defect", "2026-03-16 09:00").wait("2026-04-08 12:00")
    weeks = story.all("keep_in_touch")
    assert [week.state for week in weeks] == ["broken", "broken", "broken", "running"]
    assert [local(week.due_at) for week in weeks] == [
        "03-24 00:00",
        "03-31 00:00",
        "04-07 00:00",
        "04-14 00:00",
    ]
    assert {week.rule for week in weeks} == {"REC-04"}
    story.tell("replied", "2026-04-08 13:00", contact=True)
    assert story.states("keep_in_touch") == ["broken"] * 3 + ["kept", "running"]
    assert all(week.closed_at for week in story.all("keep_in_touch")[:-1])


def test_finishing_ends_keeping_in_touch() -> None:
    story = Story("complaint", "2026-03-16 09:00").wait("2026-03-25 12:00")
    story.tell("finished", "2026-03-25 13:00")
    assert story.states("keep_in_touch") == ["broken", "void"]
    assert story.last("keep_in_touch").reason == "finished"
    story.tell("progressed", "2026-03-25 14:00", contact=True)
    assert len(story.all("keep_in_touch")) == 2


# --- after the work -----------------------------------------------------------------------------


@pytest.mark.rule("CMP-02")
@pytest.mark.parametrize(
    ("day", "state"), [("2026-03-19 23:59", "kept"), ("2026-03-20 00:00", "broken")]
)
def test_a_complaint_is_visited_back_within_three_days(day: str, state: str) -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    story.tell("visited_back", day, contact=True)
    assert (story.last("visit_back").rule, story.last("visit_back").state) == ("CMP-02", state)


@pytest.mark.rule("WO-06")
def test_work_orders_are_visited_back_the_same_day() -> None:
    story = Story("repair", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    assert local(story.last("visit_back").due_at) == "03-17 00:00"


@pytest.mark.rule("REC-11")
def test_the_result_is_fed_back_as_soon_as_it_is_known() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    feedback = story.last("feedback")
    assert (feedback.rule, local(feedback.due_at)) == ("REC-11", "03-17 00:00")
    story.tell("visited_back", "2026-03-16 16:00", contact=True)
    assert story.states("feedback") == ["kept"]


@pytest.mark.rule("STD-03")
def test_every_matter_settles_somewhere() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    story.tell("visited_back", "2026-03-16 16:00", contact=True).wait("2026-03-26 00:00")
    assert story.states("close") == ["broken", "running"]  # asked for again every week
    story.tell("closed", "2026-03-27 09:00")
    assert story.states("close") == ["broken", "kept"]
    assert all(not promise.is_owed for promise in story.promises)


def test_what_closing_leaves_undone_is_void_or_stays_broken() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 09:05")
    story.tell("paused", "2026-03-16 09:06", until="2026-03-17 09:00")
    story.tell("closed", "2026-03-16 10:00")
    assert (story.states("assign"), story.states("answer")) == (["broken"], ["void"])
    assert story.last("answer").reason == "closed"


# --- re-opening ---------------------------------------------------------------------------------


def test_reopening_starts_a_new_cycle_and_leaves_the_verdicts() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:05")
    story.tell("replied", "2026-03-16 10:00", contact=True)
    story.tell("finished", "2026-03-16 15:00").tell("reopened", "2026-03-17 09:00")
    assert (story.states("assign"), story.states("finish")) == (
        ["kept", "running"],
        ["kept", "running"],
    )
    assert (story.last("visit_back").state, story.last("visit_back").reason) == ("void", "reopened")
    assert (story.last("assign").cycle, story.last("assign").base_at) == (
        2,
        at("2026-03-17 09:00"),
    )
    story.tell("finished", "2026-03-17 10:00").tell("reopened", "2026-03-20 00:00")
    assert story.states("visit_back") == ["void", "void"]
    assert story.last("finish").cycle == 3


def test_reopening_lets_go_what_was_owed_but_keeps_it_broken() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    story.wait("2026-03-21 00:00").tell("reopened", "2026-03-21 09:00")
    assert story.states("visit_back") == ["broken"]
    assert story.last("visit_back").closed_at == at("2026-03-21 09:00")
    assert story.states("answer") == ["broken", "running"]


def test_what_the_reopening_does_not_restart_goes_on() -> None:
    story = Story("complaint.emergency", "2026-03-16 09:00").tell("finished", "2026-03-16 09:30")
    story.tell("reopened", "2026-03-16 10:00")
    assert story.states("report") == ["running"]


def test_an_event_told_twice_starts_nothing_twice() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    before = story.promises
    story.tell("finished", "2026-03-16 15:00")
    assert story.promises == before


# --- re-classifying -----------------------------------------------------------------------------


def reclassified(story: Story, kind: str, when: str, *, important: bool = False) -> Story:
    changes = reclassify(
        story.standard,
        story.promises,
        story.facts,
        kind,
        important,
        at(when),
        story.calendar,
    )
    story.promises = apply(story.promises, changes)
    story.kind, story.important = kind, important
    return story.tell("reclassified", when)


def test_reclassifying_voids_what_no_longer_applies_and_counts_from_the_reception() -> None:
    story = Story("enquiry", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:04")
    reclassified(story, "repair", "2026-03-16 11:00")
    old, new = story.all("answer")
    assert (old.state, old.reason) == ("void", "reclassified")
    assert (new.rule, new.base_at) == ("REC-05", at("2026-03-16 09:00"))
    assert story.states("assign") == ["kept"]  # same clause, untouched
    assert story.states("finish") == ["void", "running"]


def test_a_promise_of_the_new_kind_may_be_kept_or_broken_already() -> None:
    story = Story("enquiry", "2026-03-16 09:00").tell("replied", "2026-03-16 09:05", contact=True)
    reclassified(story, "complaint", "2026-03-16 11:00")
    assert [(p.rule, p.state) for p in story.all("assign")] == [
        ("REC-09", "kept"),
        ("CMP-01", "broken"),
    ]
    assert [(p.rule, p.state) for p in story.all("answer")] == [
        ("REC-14", "kept"),  # answered once, judged once
    ]
    assert story.last("assign").is_owed


def test_what_an_earlier_cycle_did_is_not_judged_again_under_a_new_kind() -> None:
    story = Story("complaint", "2026-03-16 09:30").tell("assigned", "2026-03-16 10:05")
    story.tell("finished", "2026-03-16 11:00").tell("reopened", "2026-03-17 10:00")
    before = [p for p in story.promises if p.cycle == 1]
    reclassified(story, "repair.public", "2026-03-17 10:05")
    assert [p for p in story.promises if p.cycle == 1] == before
    assert [(p.rule, p.cycle) for p in story.all("assign")] == [
        ("CMP-01", 1),
        ("CMP-01", 2),
        ("REC-09", 2),
    ]


def test_reclassifying_takes_pauses_along_and_keeps_verdicts() -> None:
    story = Story("repair", "2026-03-16 09:00").wait("2026-03-17 00:00")
    story.tell("paused", "2026-03-17 08:00", until="2026-03-19 08:00")
    reclassified(story, "complaint", "2026-03-17 12:00")
    old, new = story.all("finish")
    assert (old.state, old.is_owed) == ("broken", False)
    assert (new.state, new.next_alarm_at) == ("paused", at("2026-03-19 08:00"))


def test_a_paused_clock_that_no_longer_applies_ends_its_pause() -> None:
    story = Story("repair", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-19 08:00")
    reclassified(story, "builder_defect", "2026-03-16 12:00")
    (old,) = story.all("finish")
    assert (old.state, old.pauses[0].to_at) == ("void", at("2026-03-16 12:00"))


def test_reclassifying_there_and_back_gives_the_same_clocks() -> None:
    story = Story("repair", "2026-03-16 09:00")
    before = {(p.clause_id, p.due_at) for p in story.promises}
    reclassified(story, "complaint", "2026-03-16 09:01")
    reclassified(story, "repair", "2026-03-16 09:02")
    assert {(p.clause_id, p.due_at) for p in story.promises if p.is_owed} == before


def test_there_and_back_the_weekly_contact_runs_again() -> None:
    story = Story("complaint", "2026-03-16 09:00").wait("2026-03-25 09:00")
    reclassified(story, "repair", "2026-03-25 10:00")
    reclassified(story, "complaint", "2026-03-25 11:00")
    weeks = [p for p in story.all("keep_in_touch") if p.rule == "CMP-06"]
    assert [(week.state, local(week.due_at)) for week in weeks] == [
        ("broken", "03-24 00:00"),
        ("void", "03-31 00:00"),
        ("running", "03-31 00:00"),
    ]


def test_there_and_back_within_one_moment_loses_no_clock() -> None:
    moment = "2026-03-16 09:00"
    story = Story("complaint", moment).tell("progressed", moment, contact=True)
    reclassified(story, "repair", moment)
    reclassified(story, "complaint", moment)
    assert [p.clause_id for p in story.all("keep_in_touch") if p.state == "running"] == [
        "complaint.keep_in_touch"
    ]


def test_a_clock_that_runs_is_not_started_twice_after_its_rounds_were_moved() -> None:
    story = Story("complaint", "2026-03-16 09:00").wait("2026-03-25 09:00")
    story.promises = tuple(
        replace(p, started_at=p.started_at + timedelta(hours=1)) if p.base_at != p.started_at else p
        for p in story.promises
    )
    reclassified(story, "complaint", "2026-03-25 10:00", important=True)
    assert story.states("keep_in_touch") == ["broken", "running"]


def test_becoming_important_is_a_reclassification_too() -> None:
    story = Story("complaint.written", "2026-03-16 09:00")
    reclassified(story, "complaint.written", "2026-03-16 10:00", important=True)
    assert (story.states("answer"), story.states("leader_answer")) == (["void"], ["running"])


def test_replay_gives_what_happened_step_by_step() -> None:
    story = Story("enquiry", "2026-03-16 09:00").tell("assigned", "2026-03-16 09:04")
    reclassified(story, "complaint", "2026-03-16 11:00")
    story.tell("finished", "2026-03-18 11:00").wait("2026-03-30 00:00")
    replayed = replay(story.standard, story.facts, at("2026-03-30 00:00"), story.calendar)
    assert replayed == story.promises


# --- recalculating ------------------------------------------------------------------------------


def test_a_holiday_decreed_later_moves_running_promises_only() -> None:
    before = replace(calendar(), published_years=frozenset({2026}))
    story = Story("complaint.written", "2026-12-30 10:00", important=True, calendar_=before)
    leader = story.last("leader_answer")
    assert (leader.provisional, leader.due_at) == (True, at("2027-01-01 18:00"))
    decreed = replace(
        before,
        overrides={**before.overrides, at("2027-01-01 00:00").date(): ()},
        published_years=frozenset({2026, 2027}),
    )
    story.wait("2026-12-31 12:00")
    changes = recalculate(RESIDENTIAL, story.promises, at("2026-12-31 12:00"), decreed)
    assert [type(change) for change in changes] == [Move]
    moved = apply(story.promises, changes)
    (leader,) = [promise for promise in moved if promise.code == "leader_answer"]
    assert (leader.provisional, leader.due_at) == (False, at("2027-01-04 18:00"))
    assert leader.next_alarm_at == at("2026-12-31 14:00")  # half of what is now allowed
    assert recalculate(RESIDENTIAL, moved, at("2026-12-31 12:00"), decreed) == ()


def with_limit(standard: Standard, clause_id: str, seconds: int) -> Standard:
    clauses = tuple(
        replace(clause, limit=Elapsed(seconds)) if clause.id == clause_id else clause
        for clause in standard.clauses
    )
    return replace(standard, clauses=clauses)


@pytest.mark.rule("STD-01")
def test_a_changed_limit_reaches_running_clocks_only_when_asked_and_never_the_past() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    shorter = with_limit(RESIDENTIAL, "complaint.finish", 2 * 3600)
    assert story.last("finish").due_at == at("2026-03-17 09:00")
    changes = recalculate(shorter, story.promises, at("2026-03-16 09:05"), calendar())
    (finish,) = [p for p in apply(story.promises, changes) if p.code == "finish"]
    assert finish.due_at == at("2026-03-16 11:00")
    assert recalculate(shorter, story.promises, at("2026-03-16 11:00"), calendar()) == ()
    story.wait("2026-03-17 09:00")
    longer = with_limit(RESIDENTIAL, "complaint.finish", 48 * 3600)
    assert recalculate(longer, story.promises, at("2026-03-17 09:00"), calendar()) == ()


def test_a_paused_clock_is_recalculated_and_resumes_from_there() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-16 12:00")
    longer = with_limit(RESIDENTIAL, "complaint.finish", 48 * 3600)
    changes = recalculate(longer, story.promises, at("2026-03-16 11:00"), calendar())
    story.promises, story.standard = apply(story.promises, changes), longer
    assert story.last("finish").next_alarm_at == at("2026-03-16 12:00")
    story.wait("2026-03-16 12:00")
    assert story.last("finish").due_at == at("2026-03-18 11:00")


def test_a_retired_clause_lets_its_running_promises_go() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("promised", "2026-03-16 09:01", until="2026-03-18 09:00", contact=True)
    fewer = replace(
        RESIDENTIAL, clauses=tuple(c for c in RESIDENTIAL.clauses if c.id != "complaint.finish")
    )
    changes = recalculate(fewer, story.promises, at("2026-03-16 09:05"), calendar())
    assert [(type(change), change.reason) for change in changes if isinstance(change, Void)] == [
        (Void, "retired")
    ]


def test_a_promise_whose_clause_is_gone_still_breaks_and_closes() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 09:05", until="2026-03-16 10:00")
    story.standard = replace(RESIDENTIAL, clauses=())
    story.wait("2026-03-18 09:00")
    assert (story.states("assign"), story.states("finish")) == (["broken"], ["broken"])
    story.tell("closed", "2026-03-18 10:00")
    assert all(not promise.is_owed for promise in story.promises)


# --- time alone ---------------------------------------------------------------------------------


def test_settling_tells_things_in_the_order_they_happened() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    changes = settle(RESIDENTIAL, story.promises, at("2026-03-26 00:00"), calendar())
    moments = [
        change.at if isinstance(change, Break) else change.promise.started_at
        for change in changes
        if isinstance(change, Break | Start)
    ]
    assert len(moments) == len(changes)
    assert moments == sorted(moments)
    settled = apply(story.promises, changes)
    assert settle(RESIDENTIAL, settled, at("2026-03-26 00:00"), calendar()) == ()


def test_the_engine_takes_back_the_ids_of_whoever_stores_its_promises() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    stored = tuple(replace(p, key=str(n)) for n, p in enumerate(story.promises, 100))
    fact = Fact("replied", at("2026-03-16 10:00"), "complaint", contact=True)
    after = apply(stored, react(RESIDENTIAL, stored, fact, calendar()))
    assert len({promise.key for promise in after}) == len(after) == len(stored) + 1


def test_new_keys_step_aside_for_old_ones() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    live = tuple(
        replace(p, key="complaint.keep_in_touch:2") if p.code == "keep_in_touch" else p
        for p in story.promises
    )
    fact = Fact("replied", at("2026-03-16 10:00"), "complaint", contact=True)
    after = apply(live, react(RESIDENTIAL, live, fact, calendar()))
    assert after[-1].key == "complaint.keep_in_touch:3"


# --- one promise alone --------------------------------------------------------------------------


def test_one_promise_alone_is_settled_as_the_engine_would() -> None:
    """What the sweeper settles cheaply is what settling gives, or it is left to settling."""
    story = Story("complaint", "2026-03-16 09:30")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-18 10:00")
    for when in ("2026-03-16 09:35", "2026-03-16 09:40", "2026-03-17 00:00", "2026-03-25 00:00"):
        moment = at(when)
        for promise in story.promises:
            alone = overtaken(story.standard, promise, moment)
            changes = settle(story.standard, [promise], moment, story.calendar)
            whole = apply([promise], changes)
            if alone is None:
                assert promise.state == "paused" or promise.code == "keep_in_touch"
                continue
            assert len(whole) == 1
            assert all(isinstance(change, Break) for change in changes)
            assert replace(alone, next_alarm_at=None) == replace(whole[0], next_alarm_at=None)
