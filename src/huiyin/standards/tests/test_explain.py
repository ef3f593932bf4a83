"""Due moments in plain sentences."""

from dataclasses import replace

import pytest

from huiyin.kernel.limits import Elapsed, Every, WorkingDays
from huiyin.standards.document import load_profile
from huiyin.standards.explain import explain
from huiyin.standards.states import PromiseState
from huiyin.standards.tests.engine import Story
from huiyin.standards.words import PROMISE_CODES

TITLES = {
    "repair": ("报修", "repair"),
    "complaint": ("投诉", "complaint"),
    "complaint.written": ("重要书面投诉", "important written complaint"),
    "complaint.emergency": ("紧急投诉", "emergency complaint"),
}


def told(story: Story, promise: PromiseState) -> tuple[str, str]:
    clause = story.standard.clause(promise.clause_id)
    assert clause is not None
    zh, en = TITLES[story.kind]
    return (
        explain(clause, promise, story.calendar, zh),
        explain(clause, promise, story.calendar, en, "en"),
    )


def test_elapsed_time() -> None:
    story = Story("complaint.emergency", "2026-03-16 21:50")
    assert told(story, story.last("arrive")) == (
        "收到 21:50,紧急投诉,不看工作日历,5 分钟,应于 21:55 到场",
        "Received 21:50, emergency complaint, the working calendar does not matter, 5 min, "
        "on site by 21:55",
    )


def test_same_day_and_late_arrival() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    assert told(story, story.last("answer")) == (
        "收到 09:00,投诉,当日办,应于 24:00 前答复业主",
        "Received 09:00, complaint, the same day, the owner answered by 24:00",
    )
    late = Story("complaint", "2026-03-31 21:50")
    assert told(late, late.last("answer")) == (
        "收到 3月31日 21:50,投诉,当日办,当日收得晚,顺延到次日,应于 4月1日 12:00 前答复业主",
        "Received 31 Mar 21:50, complaint, the same day, it came late that day, so it moves to "
        "the next, the owner answered by 1 Apr 12:00",
    )


def test_days_after_finishing() -> None:
    story = Story("complaint", "2026-03-16 09:00").tell("finished", "2026-03-16 15:00")
    assert told(story, story.last("visit_back")) == (
        "办结 3月16日 15:00,投诉,3 天(当天不算,到末日 24:00),应于 3月19日 24:00 前回访",
        "Finished 16 Mar 15:00, complaint, 3 days, day zero not counted, "
        "visited back by 19 Mar 24:00",
    )


def test_working_days_name_the_holiday_and_the_make_up_day() -> None:
    story = Story("complaint.written", "2026-09-29 10:00", important=True)
    clause = story.standard.clause("complaint.written.leader_answer")
    assert clause is not None
    standard = replace(story.standard, clauses=(replace(clause, limit=WorkingDays(4)),))
    longer = Story("complaint.written", "2026-09-29 10:00", important=True, standard=standard)
    assert told(longer, longer.last("leader_answer")) == (
        "收到 9月29日 10:00,重要书面投诉,4 个工作日(当天不算),跳过国庆节假期 10月1日–7日,"
        "10月10日补班,应于 10月10日 18:00 前由负责人答复业主",
        "Received 29 Sep 10:00, important written complaint, 4 working days, day zero not "
        "counted, National Day 1–7 Oct skipped, 10 Oct worked to make up, the owner answered by "
        "the person in charge by 10 Oct 18:00",
    )


def test_days_off_across_months_and_a_year_not_yet_decreed() -> None:
    over = Story("complaint.written", "2026-01-30 10:00", important=True)
    zh, en = told(over, over.last("leader_answer"))
    assert "跳过休息日 1月31日–2月1日" in zh
    assert "days off 31 Jan–1 Feb skipped" in en
    one = Story("complaint.written", "2026-02-27 10:00", important=True)
    zh, en = told(one, one.last("leader_answer"))  # the Saturday makes up, the Sunday is off
    assert "2月28日补班,跳过休息日 3月1日" in zh
    unknown = Story("complaint.written", "2026-12-31 10:00", important=True)
    zh, en = told(unknown, unknown.last("leader_answer"))
    assert "2027 年放假安排尚未公布" in zh
    assert zh.endswith("应于 2027年1月4日 18:00 前由负责人答复业主")
    assert "the holidays of 2027 are not published yet" in en
    assert en.endswith("by 4 Jan 2027 18:00")


def test_pauses_are_named_with_their_reason() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-18 11:30", reason="等配件")
    zh, en = told(story, story.last("finish"))
    assert "正在暂停,到 3月18日 11:30(等配件)" in zh
    assert "paused until 18 Mar 11:30 (等配件)" in en
    zh, en = told(story.wait("2026-03-18 12:00"), story.last("finish"))
    assert "暂停 2 天 1 小时(等配件),应于 3月19日 10:30 前办结" in zh
    assert "paused for 2 d 1 h (等配件), finished by 19 Mar 10:30" in en
    empty = Story("complaint", "2026-03-16 09:00")
    empty.tell("paused", "2026-03-16 10:00", until="2026-03-16 11:00")
    empty.tell("resumed", "2026-03-16 10:00")
    assert "暂停 0 秒,应于" in told(empty, empty.last("finish"))[0]


def test_a_pause_does_not_look_like_a_late_arrival() -> None:
    story = Story("repair", "2026-03-16 09:00")
    story.tell("paused", "2026-03-16 10:00", until="2026-03-16 12:00").wait("2026-03-16 12:00")
    assert told(story, story.last("finish"))[0] == (
        "收到 3月16日 09:00,报修,当日办,暂停 2 小时,应于 3月17日 02:00 前办结"
    )


def test_repeating_promised_and_reopened() -> None:
    story = Story("complaint", "2026-03-16 09:00").wait("2026-03-24 00:00")
    assert told(story, story.last("keep_in_touch")) == (
        "从 3月23日 24:00 起,投诉,每 7 天一次,应于 3月30日 24:00 前联系业主",
        "Counted from 23 Mar 24:00, complaint, again every 7 days, "
        "the owner contacted by 30 Mar 24:00",
    )
    story.tell("promised", "2026-03-24 10:00", until="2026-03-26 16:00", contact=True)
    assert told(story, story.last("finish"))[0] == (
        "3月24日 10:00 与业主约定,投诉,按约定的时间,应于 3月26日 16:00 前办结"
    )
    story.tell("reopened", "2026-03-25 10:00")
    assert told(story, story.last("assign"))[0].startswith("重新打开 10:00,投诉")


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        (Every(Elapsed(43200), ("closed",)), "每 12 小时一次", "again every 12 h"),
        (Every(WorkingDays(5), ("closed",)), "每 5 个工作日一次", "again every 5 working days"),
    ],
)
def test_other_rhythms(limit: Every, zh: str, en: str) -> None:
    story = Story("complaint", "2026-03-16 09:00")
    clause = story.standard.clause("complaint.keep_in_touch")
    assert clause is not None
    clause = replace(clause, limit=limit, starts=("assigned",))
    promise = story.last("keep_in_touch")
    assert zh in explain(clause, promise, story.calendar, "投诉")
    assert en in explain(clause, promise, story.calendar, "complaint", "en")


def test_another_beginning_is_just_a_moment() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    clause = story.standard.clause("complaint.assign")
    assert clause is not None
    clause = replace(clause, starts=("assigned",))
    assert explain(clause, story.last("assign"), story.calendar, "投诉").startswith("从 09:00 起")


def test_every_promise_has_its_phrase() -> None:
    story = Story("complaint", "2026-03-16 09:00")
    clause = story.standard.clause("complaint.assign")
    assert clause is not None
    for code in PROMISE_CODES:
        promise = replace(story.last("assign"), code=code)
        assert "09:10" in explain(clause, promise, story.calendar, "投诉")
    assert load_profile("residential") is story.standard
