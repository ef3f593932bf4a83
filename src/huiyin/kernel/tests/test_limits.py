"""Limits: how they are written, when they fall due, what a pause does to them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.kernel.calendar import Interval
from huiyin.kernel.limits import (
    AsPromised,
    BadLimit,
    DayRules,
    Days,
    Elapsed,
    Every,
    Limit,
    SameDay,
    WorkingDays,
    due_at,
    halfway_at,
    parse_limit,
    renewal_base,
    twice_at,
    used_seconds,
)
from huiyin.kernel.tests.calendars import LUNCH, SHANGHAI, at, decreed, plain

RULES = DayRules()
CALENDAR = decreed()
quick = settings(max_examples=80, deadline=None)


def due(limit: str, base: str, pauses: Sequence[Interval] = ()) -> datetime:
    return due_at(parse_limit(limit), at(base), CALENDAR, RULES, pauses)


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10m", Elapsed(600)),
        ("90s", Elapsed(90)),
        ("24h", Elapsed(86400)),
        (" 5 m ", Elapsed(300)),
        ("same day", SameDay()),
        ("Same  Day", SameDay()),
        ("3d", Days(3)),
        ("2wd", WorkingDays(2)),
        ("as promised", AsPromised()),
        ("every 7d", Every(Days(7))),
        ("every 7d until finished", Every(Days(7), ("finished",))),
        ("every 5wd until finished or closed", Every(WorkingDays(5), ("finished", "closed"))),
        ("every 12h until closed", Every(Elapsed(43200), ("closed",))),
    ],
)
def test_limits_are_read_as_written(text: str, limit: Limit) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("soon", "unknown"),
        ("10", "unknown"),
        ("-3d", "unknown"),
        ("1.5h", "unknown"),
        ("3 days", "unknown"),
        ("0m", "zero"),
        ("0wd", "zero"),
        ("3661d", "too_long"),
        ("999999999h", "too_long"),
        ("every", "unknown"),
        ("every soon", "unknown"),
        ("every 10m until finished", "cannot_repeat"),
        ("every same day", "cannot_repeat"),
        ("every every 7d", "unknown"),
        ("every as promised", "cannot_repeat"),
    ],
)
def test_what_is_no_limit_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(BadLimit) as caught:
        parse_limit(text)
    assert caught.value.code == code
    assert caught.value.text == text


single = st.one_of(
    st.integers(1, 10**6).map(Elapsed),
    st.integers(1, 400).map(Days),
    st.integers(1, 60).map(WorkingDays),
)
repeating = st.builds(
    Every,
    st.one_of(st.integers(3600, 10**6).map(Elapsed), st.integers(1, 60).map(Days)),
    st.lists(st.sampled_from(["finished", "closed"]), unique=True).map(tuple),
)
limits: st.SearchStrategy[Limit] = st.one_of(
    single, repeating, st.just(SameDay()), st.just(AsPromised())
)


@quick
@given(limits)
def test_writing_and_reading_again_changes_nothing(limit: Limit) -> None:
    assert parse_limit(str(limit)) == limit


# --- due moments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "base", "expected"),
    [
        ("10m", "2026-03-16 09:00", "2026-03-16 09:10"),
        ("5m", "2026-03-16 21:50", "2026-03-16 21:55"),
        ("24h", "2026-10-01 10:00", "2026-10-02 10:00"),  # holidays too
        ("10m", "2026-12-31 23:55", "2027-01-01 00:05"),
        ("same day", "2026-03-16 00:01", "2026-03-17 00:00"),
        ("same day", "2026-03-16 19:59", "2026-03-17 00:00"),
        ("same day", "2026-03-16 20:00", "2026-03-17 12:00"),
        ("same day", "2026-03-16 23:58", "2026-03-17 12:00"),
        ("same day", "2026-01-31 23:58", "2026-02-01 12:00"),
        ("3d", "2026-03-16 00:00", "2026-03-20 00:00"),
        ("3d", "2026-03-16 23:59", "2026-03-20 00:00"),
        ("3d", "2026-09-30 10:00", "2026-10-04 00:00"),  # calendar days run through a holiday
        ("3d", "2026-02-27 10:00", "2026-03-03 00:00"),
        ("2wd", "2026-03-16 09:00", "2026-03-18 18:00"),
        ("2wd", "2026-03-16 23:00", "2026-03-18 18:00"),
        ("2wd", "2026-03-20 10:00", "2026-03-24 18:00"),
        ("2wd", "2026-03-21 10:00", "2026-03-24 18:00"),  # received on a day off
        ("2wd", "2026-09-29 10:00", "2026-10-08 18:00"),  # over the National Day week
        ("2wd", "2026-10-03 10:00", "2026-10-09 18:00"),
        ("3wd", "2026-10-03 10:00", "2026-10-10 18:00"),  # make-up Saturday
        ("1wd", "2026-09-18 10:00", "2026-09-20 18:00"),  # make-up Sunday
        ("2wd", "2026-02-13 10:00", "2026-02-24 18:00"),  # Spring Festival, both make-up days
        ("4wd", "2026-02-24 10:00", "2026-02-28 18:00"),
        ("every 7d until finished", "2026-03-16 09:00", "2026-03-24 00:00"),
    ],
)
def test_due_moments(limit: str, base: str, expected: str) -> None:
    assert due(limit, base) == at(expected)


def test_late_rules_are_a_setting() -> None:
    rules = DayRules(late_after=time(17, 30), late_until=time(10))
    assert due_at(SameDay(), at("2026-03-16 17:30"), CALENDAR, rules) == at("2026-03-17 10:00")


def test_same_day_and_days_hold_in_a_zone_whose_clock_jumps() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = plain(zone=berlin)
    assert due_at(SameDay(), at("2026-03-29 01:00", berlin), calendar, RULES) == datetime(
        2026, 3, 29, 22, tzinfo=UTC
    )
    assert due_at(Days(1), at("2026-10-24 10:00", berlin), calendar, RULES) == datetime(
        2026, 10, 25, 23, tzinfo=UTC
    )
    assert due_at(Elapsed(86400), at("2026-10-24 10:00", berlin), calendar, RULES) == at(
        "2026-10-25 09:00", berlin
    )


def test_as_promised_is_due_when_it_was_promised() -> None:
    told = at("2026-03-20 16:00")
    assert due_at(AsPromised(), at("2026-03-16 09:00"), CALENDAR, RULES, until=told) == told
    with pytest.raises(ValueError, match="promised"):
        due_at(AsPromised(), at("2026-03-16 09:00"), CALENDAR, RULES)


def test_a_missed_week_is_followed_by_seven_days_not_eight() -> None:
    weekly = Every(Days(7), ("finished",))
    missed = due_at(weekly, at("2026-03-16 09:00"), CALENDAR, RULES)
    again = due_at(weekly, renewal_base(weekly, missed), CALENDAR, RULES)
    assert again - missed == timedelta(days=7)
    twice_a_day = Every(Elapsed(43200), ("finished",))
    assert renewal_base(twice_a_day, missed) == missed


# --- half and twice -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "base", "half", "twice"),
    [
        ("10m", "2026-03-16 09:30", "2026-03-16 09:35", "2026-03-16 09:50"),
        ("same day", "2026-03-16 10:00", "2026-03-16 17:00", "2026-03-18 00:00"),
        ("same day", "2026-03-16 22:00", "2026-03-17 05:00", "2026-03-18 00:00"),
        ("3d", "2026-03-16 12:00", "2026-03-18 06:00", "2026-03-23 00:00"),
        ("2wd", "2026-09-29 10:00", "2026-09-30 14:00", "2026-10-10 18:00"),
        ("every 7d", "2026-03-16 00:00", "2026-03-20 00:00", "2026-03-31 00:00"),
    ],
)
def test_half_and_twice_of_a_limit(limit: str, base: str, half: str, twice: str) -> None:
    terms = (parse_limit(limit), at(base), CALENDAR, RULES)
    assert halfway_at(*terms) == at(half)
    assert twice_at(*terms) == at(twice)


def test_half_and_twice_of_a_promised_time() -> None:
    terms = (AsPromised(), at("2026-03-16 10:00"), CALENDAR, RULES)
    told = at("2026-03-16 16:00")
    assert halfway_at(*terms, until=told) == at("2026-03-16 13:00")
    assert twice_at(*terms, until=told) == at("2026-03-16 22:00")


def test_half_of_working_days_lands_in_working_hours() -> None:
    calendar = decreed(week=dict.fromkeys(range(5), LUNCH))
    half = halfway_at(WorkingDays(1), at("2026-03-20 16:00"), calendar, RULES)
    assert half == at("2026-03-23 11:30")


# --- pauses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("24h", [("2026-03-16 12:00", "2026-03-16 14:00")], "2026-03-17 11:00"),
        ("same day", [("2026-03-16 12:00", "2026-03-16 14:00")], "2026-03-17 02:00"),
        ("3d", [("2026-03-17 12:00", "2026-03-18 12:00")], "2026-03-21 00:00"),
        ("2wd", [("2026-03-16 17:00", "2026-03-17 10:00")], "2026-03-19 11:00"),
        ("2wd", [("2026-03-16 18:00", "2026-03-17 09:00")], "2026-03-18 18:00"),  # by night
        # a weekend inside a pause is charged once, not twice
        ("5wd", [("2026-03-20 17:00", "2026-03-23 10:00")], "2026-03-24 11:00"),
        # two reasons at once count once
        (
            "24h",
            [("2026-03-16 12:00", "2026-03-16 14:00"), ("2026-03-16 13:00", "2026-03-16 15:00")],
            "2026-03-17 12:00",
        ),
        # paused, resumed, paused again in the same minute
        (
            "24h",
            [("2026-03-16 12:00", "2026-03-16 12:00"), ("2026-03-16 12:00", "2026-03-16 12:30")],
            "2026-03-17 09:30",
        ),
        # before the start and after the end it moves nothing
        ("24h", [("2026-03-15 12:00", "2026-03-16 08:00")], "2026-03-17 09:00"),
        ("24h", [("2026-03-17 09:00", "2026-03-18 09:00")], "2026-03-17 09:00"),
        # one that only begins thanks to an earlier one does
        (
            "24h",
            [("2026-03-16 12:00", "2026-03-16 14:00"), ("2026-03-17 10:00", "2026-03-17 10:30")],
            "2026-03-17 11:30",
        ),
    ],
)
def test_pauses_move_the_due_moment(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    spans = [(at(start), at(end)) for start, end in pauses]
    assert due(limit, "2026-03-16 09:00", spans) == at(expected)


bases = st.datetimes(datetime(2026, 1, 2), datetime(2026, 11, 1)).map(  # noqa: DTZ001
    lambda wall: wall.replace(microsecond=0, tzinfo=SHANGHAI)
)


@quick
@given(st.one_of(single, st.just(SameDay())), bases, st.floats(0, 0.999), st.integers(1, 10**6))
def test_a_pause_moves_the_due_moment_by_exactly_itself(
    limit: Limit, base: datetime, begin: float, length: int
) -> None:
    plain_due = due_at(limit, base, CALENDAR, RULES)
    start = base + timedelta(seconds=int((plain_due - base).total_seconds() * begin))
    pause = (start, start + timedelta(seconds=length))
    moved = due_at(limit, base, CALENDAR, RULES, [pause])
    if isinstance(limit, WorkingDays):
        paused = CALENDAR.working_time(*pause)
        assert CALENDAR.working_time(plain_due, moved) == paused
    else:
        assert moved - plain_due == timedelta(seconds=length)


@quick
@given(st.one_of(single, st.just(SameDay())), bases, st.lists(st.integers(1, 10**5), max_size=6))
def test_what_is_used_up_when_due_is_the_limit_however_often_it_paused(
    limit: Limit, base: datetime, gaps: list[int]
) -> None:
    allowed = used_seconds(limit, base, due_at(limit, base, CALENDAR, RULES), CALENDAR)
    pauses: list[Interval] = []
    moment = base
    for gap, length in zip(gaps[::2], gaps[1::2], strict=False):
        start = moment + timedelta(seconds=gap)
        if start >= due_at(limit, base, CALENDAR, RULES, pauses):
            break
        moment = start + timedelta(seconds=length)
        pauses.append((start, moment))
    moved = due_at(limit, base, CALENDAR, RULES, pauses)
    assert used_seconds(limit, base, moved, CALENDAR, pauses) == allowed


def test_time_used_stands_still_during_a_pause_and_is_never_negative() -> None:
    limit, base = Elapsed(86400), at("2026-03-16 09:00")
    pauses = [(at("2026-03-16 10:00"), at("2026-03-16 12:00"))]
    assert used_seconds(limit, base, at("2026-03-16 08:00"), CALENDAR, pauses) == 0
    assert used_seconds(limit, base, at("2026-03-16 11:00"), CALENDAR, pauses) == 3600
    assert used_seconds(limit, base, at("2026-03-16 13:00"), CALENDAR, pauses) == 7200
    working = WorkingDays(2)
    assert used_seconds(working, base, at("2026-03-17 10:00"), CALENDAR, pauses) == 8 * 3600
