"""Pure decisions: what a cut must say, when papers are due, how it stands with a poster."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.announcements import drafts, rules
from huiyin.announcements.rules import CATEGORIES, CUTS, Facts

ZONE = "Asia/Shanghai"
WALL = ZoneInfo(ZONE)
BEGINS = datetime(2026, 3, 18, 9, tzinfo=WALL)
WHOLE = Facts("二号线", "7栋", BEGINS, BEGINS + timedelta(hours=3), "停运", "关闭电器。")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: START + timedelta(minutes=n))


@pytest.mark.rule("EMG-04")
@given(left_out=st.sets(st.sampled_from([one.name for one in fields(Facts)])))
def test_a_planned_power_cut_names_everything_that_is_missing(left_out: set[str]) -> None:
    empty = {name: getattr(Facts(), name) for name in left_out}
    facts = replace(WHOLE, **empty)
    assert set(rules.missing_facts("power_cut", facts, urgent=False)) == left_out
    assert rules.missing_facts("power_cut", facts, urgent=True) == ()
    for category in set(CATEGORIES) - set(CUTS):
        assert rules.missing_facts(category, facts, urgent=False) == ()


@given(day=DAYS, begins=MOMENTS)
def test_papers_hang_on_the_first_day_and_before_the_cut(day: date, begins: datetime) -> None:
    due = rules.paper_due(day, begins, ZONE)
    midnight = datetime.combine(day + timedelta(days=1), time(0), WALL)
    assert due <= begins and due <= midnight
    assert due in (begins, midnight)
    assert rules.paper_due(day, None, ZONE) == midnight


@given(
    due=MOMENTS,
    end=DAYS,
    posted=st.booleans(),
    down=st.booleans(),
    dropped=st.booleans(),
    at=MOMENTS,
)
def test_a_poster_is_always_in_one_state(
    *, due: datetime, end: date, posted: bool, down: bool, dropped: bool, at: datetime
) -> None:
    today = at.astimezone(WALL).date()
    state = rules.posting_state(
        due_at=due,
        take_down_on=end,
        posted=posted,
        taken_down=posted and down,
        dropped=dropped,
        at=at,
        today=today,
    )
    if posted:
        hangs = "to_take_down" if today >= end else "hanging"
        assert state == ("taken_down" if down else hangs)
    else:
        assert state in {"dropped", "missed", "overdue", "to_post"}
        assert (state == "dropped") == dropped
        assert state != "to_post" or at < due


def test_a_sentence_about_what_nobody_knows_is_left_out() -> None:
    title, body = drafts.draft_of("power_cut", WHOLE, urgent=False, zone=ZONE)
    assert title == "停电通知"
    assert "7栋将于3月18日(周三)09:00至12:00停电" in body
    assert "请您注意:关闭电器。" in body and "。。" not in body
    _title, short = drafts.draft_of("power_cut", replace(WHOLE, line=""), urgent=False, zone=ZONE)
    assert "线路" not in short.partition("\n")[2]
    title, body = drafts.draft_of("power_cut", Facts(area="7栋"), urgent=True, zone=ZONE)
    assert title == "突发停电通知" and body.startswith("7栋突然停电")
    assert drafts.draft_of("festival", WHOLE, urgent=False, zone=ZONE) == ("", "")


@pytest.mark.parametrize("category", CUTS)
@pytest.mark.parametrize("urgent", [False, True])
def test_every_cut_has_its_text(category: str, urgent: bool) -> None:
    title, body = drafts.draft_of(category, WHOLE, urgent=urgent, zone=ZONE)
    assert title and "7栋" in body and "{" not in body


def test_a_cut_over_midnight_says_both_days() -> None:
    said = drafts.when_of(BEGINS, BEGINS + timedelta(hours=20), ZONE)
    assert said == "3月18日(周三)09:00至3月19日(周四)05:00"
    assert drafts.when_of(BEGINS, None, ZONE) == "3月18日(周三)09:00起"
    assert drafts.when_of(None, None, ZONE) == ""
