"""Working time, case by case and against a slow calendar that looks at every minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.kernel.calendar import (
    BARREN_DAYS,
    Hours,
    NoWorkingTime,
    WorkingCalendar,
    check_hours,
)
from huiyin.kernel.tests.calendars import (
    ALL_DAY,
    LUNCH,
    NIGHT,
    OFFICE,
    SHANGHAI,
    at,
    decreed,
    plain,
)

HOUR = 3600
quick = settings(max_examples=60, deadline=None)

# --- the slow reference -------------------------------------------------------------------------

# Zones and days where the wall clock jumps: spring gap, autumn repeat, half an hour, at midnight.
JUMPS = [
    ("Asia/Shanghai", date(2026, 3, 16)),
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("America/Havana", date(2026, 3, 6)),
    ("America/Sao_Paulo", date(2018, 11, 2)),
]
HORIZON = 6  # days


@cache
def minutes(zone: str, first: date) -> tuple[list[datetime], list[datetime]]:
    """List every minute of the horizon, and the latest time the wall clock has shown by then."""
    start = datetime.combine(first - timedelta(days=1), time(12), UTC)
    moments = [start + timedelta(minutes=n) for n in range((HORIZON + 3) * 24 * 60)]
    walls = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    return moments, list(accumulate(walls, max))


def open_minutes(calendar: WorkingCalendar, zone: str, first: date) -> Sequence[bool]:
    """Look at every minute: it is open from when the wall shows the opening until the closing."""
    moments, shown = minutes(zone, first)
    is_open = [False] * len(moments)
    for n in range(-1, HORIZON + 2):
        day = first + timedelta(days=n)
        for opens, closes in calendar.hours(day):
            begin = datetime.combine(day, opens)
            end = datetime.combine(day + timedelta(days=closes <= opens), closes)
            for index, wall in enumerate(shown):
                if begin <= wall < end:
                    is_open[index] = True
    return is_open


clocks = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Draw none, one or two spans; the last may pass midnight."""
    marks = sorted(draw(st.sets(clocks, max_size=4)))
    if len(marks) % 2:
        marks = marks[1:]
    spans = tuple(zip(marks[::2], marks[1::2], strict=True))
    if len(spans) == 1 and draw(st.booleans()):
        return ((spans[0][1], spans[0][0]),)
    return spans


@st.composite
def calendars(draw: st.DrawFn) -> tuple[WorkingCalendar, str, date]:
    """Draw a calendar around a day on which the wall clock of its zone may jump."""
    zone, first = draw(st.sampled_from(JUMPS))
    week = {weekday: draw(hours()) for weekday in range(7)}
    dated = draw(st.dictionaries(st.integers(0, HORIZON), hours(), max_size=2))
    overrides = {first + timedelta(days=n): spans for n, spans in dated.items()}
    return WorkingCalendar(ZoneInfo(zone), week, overrides), zone, first


@settings(max_examples=40, deadline=None)
@given(calendars(), st.data())
def test_fast_calendar_agrees_with_one_that_looks_at_every_minute(
    drawn: tuple[WorkingCalendar, str, date], data: st.DataObject
) -> None:
    calendar, zone, first = drawn
    moments, _ = minutes(zone, first)
    is_open = open_minutes(calendar, zone, first)
    begin, end = 36 * 60, (HORIZON + 1) * 24 * 60
    start = data.draw(st.integers(begin, end))
    stop = data.draw(st.integers(start, end))
    worked = sum(is_open[start:stop])
    assert calendar.working_seconds(moments[start], moments[stop]) == worked * 60
    if worked:
        reached = next(n for n in range(start, stop + 1) if sum(is_open[start:n]) == worked)
        assert calendar.add_working(moments[start], worked * 60) == moments[reached]


# --- laws ---------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 11, 30)).map(  # noqa: DTZ001
    lambda wall: wall.replace(microsecond=0, tzinfo=SHANGHAI)
)
amounts = st.integers(0, 200 * HOUR)
CALENDARS = st.sampled_from(
    [
        decreed(),
        decreed(week=dict.fromkeys(range(6), LUNCH)),
        plain(dict.fromkeys(range(7), NIGHT)),
        plain({2: ALL_DAY}),
    ]
)


@quick
@given(CALENDARS, moments, amounts)
def test_time_added_can_be_measured_again(
    calendar: WorkingCalendar, moment: datetime, amount: int
) -> None:
    assert calendar.working_seconds(moment, calendar.add_working(moment, amount)) == amount


@quick
@given(CALENDARS, moments, moments, amounts, amounts)
def test_later_start_or_longer_time_never_ends_earlier(
    calendar: WorkingCalendar, one: datetime, other: datetime, short: int, more: int
) -> None:
    first, second = sorted((one, other))
    assert calendar.add_working(first, short) <= calendar.add_working(second, short)
    assert calendar.add_working(first, short) <= calendar.add_working(first, short + more)


@quick
@given(CALENDARS, moments, amounts, amounts)
def test_splitting_a_duration_changes_nothing(
    calendar: WorkingCalendar, moment: datetime, one: int, other: int
) -> None:
    step = calendar.add_working(moment, one)
    assert calendar.add_working(step, other) == calendar.add_working(moment, one + other)


@quick
@given(moments, amounts, st.dates(date(2025, 12, 1), date(2026, 12, 31)))
def test_a_day_more_off_never_brings_the_end_forward(
    moment: datetime, amount: int, day: date
) -> None:
    assert plain(overrides={day: ()}).add_working(moment, amount) >= plain().add_working(
        moment, amount
    )


# --- cases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-16 10:00", 2, "2026-03-16 12:00"),
        ("2026-03-16 07:00", 2, "2026-03-16 11:00"),  # before opening
        ("2026-03-16 09:00", 9, "2026-03-16 18:00"),  # exactly the day
        ("2026-03-16 18:00", 1, "2026-03-17 10:00"),  # at closing
        ("2026-03-20 17:00", 2, "2026-03-23 10:00"),  # over a weekend
        ("2026-03-21 12:00", 1, "2026-03-23 10:00"),  # on a day off
        ("2026-03-21 12:00", 0, "2026-03-21 12:00"),  # nothing at all
        ("2026-02-13 17:00", 2, "2026-02-14 10:00"),  # make-up Saturday before Spring Festival
        ("2026-02-14 17:00", 2, "2026-02-24 10:00"),  # over Spring Festival
        ("2026-02-27 17:00", 2, "2026-02-28 10:00"),  # make-up Saturday after it
        ("2026-09-19 12:00", 1, "2026-09-20 10:00"),  # make-up Sunday
        ("2026-09-30 17:30", 1, "2026-10-08 09:30"),  # over the National Day week
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # make-up Saturday after it
        ("2025-12-31 17:00", 2, "2026-01-04 10:00"),  # New Year, make-up Sunday in the new year
    ],
)
def test_working_hours_follow_the_decree(start: str, hours: int, expected: str) -> None:
    assert decreed().add_working(at(start), hours * HOUR) == at(expected)


def test_make_up_workday_has_its_own_hours_not_those_of_its_weekday() -> None:
    week = dict.fromkeys(range(5), OFFICE) | {5: ((time(9), time(12)),)}
    calendar = decreed(make_up=LUNCH, week=week)
    assert calendar.hours(date(2026, 10, 17)) == ((time(9), time(12)),)
    assert calendar.hours(date(2026, 10, 10)) == LUNCH
    assert calendar.close_of(date(2026, 10, 10)) == at("2026-10-10 18:00")


def test_make_up_day_may_belong_to_a_holiday_of_another_year() -> None:
    calendar = WorkingCalendar(
        SHANGHAI,
        dict.fromkeys(range(5), OFFICE),
        {date(2027, 1, 1): (), date(2026, 12, 27): OFFICE},
        frozenset({2026, 2027}),
    )
    assert calendar.nth_working_day_after(date(2026, 12, 25), 1) == date(2026, 12, 27)
    assert calendar.nth_working_day_after(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_lunch_is_not_worked() -> None:
    calendar = plain(dict.fromkeys(range(5), LUNCH))
    assert calendar.add_working(at("2026-03-16 11:30"), HOUR) == at("2026-03-16 14:30")
    assert calendar.add_working(at("2026-03-16 11:00"), HOUR) == at("2026-03-16 12:00")
    assert calendar.working_seconds(at("2026-03-16 11:00"), at("2026-03-16 15:00")) == 2 * HOUR


def test_night_shift_belongs_to_its_evening() -> None:
    calendar = plain(dict.fromkeys(range(5), NIGHT))
    assert calendar.add_working(at("2026-03-17 05:00"), 2 * HOUR) == at("2026-03-17 23:00")
    assert calendar.close_of(date(2026, 3, 20)) == at("2026-03-21 06:00")
    assert calendar.working_seconds(at("2026-03-21 00:00"), at("2026-03-22 00:00")) == 6 * HOUR


def test_shifts_that_meet_over_midnight_count_no_minute_twice() -> None:
    calendar = plain({0: ((time(20), time(8)),), 1: ((time(6), time(10)),)})
    assert calendar.working_seconds(at("2026-03-16 00:00"), at("2026-03-18 00:00")) == 14 * HOUR
    assert calendar.add_working(at("2026-03-16 20:00"), 13 * HOUR) == at("2026-03-17 09:00")


def test_open_day_and_night_is_elapsed_time() -> None:
    calendar = plain(dict.fromkeys(range(7), ALL_DAY))
    assert calendar.add_working(at("2026-03-16 13:00"), 30 * HOUR) == at("2026-03-17 19:00")


def test_week_with_a_single_open_day() -> None:
    calendar = plain({2: OFFICE})
    assert calendar.nth_working_day_after(date(2026, 3, 18), 2) == date(2026, 4, 1)
    assert calendar.add_working(at("2026-03-18 17:00"), 10 * HOUR) == at("2026-03-25 18:00")


def test_calendar_that_never_opens_fails_cleanly() -> None:
    calendar = plain({})
    with pytest.raises(NoWorkingTime):
        calendar.add_working(at("2026-03-16 09:00"), 1)
    with pytest.raises(NoWorkingTime):
        calendar.nth_working_day_after(date(2026, 3, 16), 1)
    with pytest.raises(NoWorkingTime) as caught:
        calendar.close_of(date(2026, 3, 16))
    assert "2026-03-16" in str(caught.value)
    assert calendar.working_seconds(at("2026-03-16 09:00"), at("2029-03-16 09:00")) == 0


def test_search_gives_up_after_its_reach_but_not_before() -> None:
    far = date(2026, 3, 16) + timedelta(days=BARREN_DAYS)
    assert plain({}, {far: OFFICE}).nth_working_day_after(date(2026, 3, 16), 1) == far
    beyond = far + timedelta(days=1)
    with pytest.raises(NoWorkingTime):
        plain({}, {beyond: OFFICE}).nth_working_day_after(date(2026, 3, 16), 1)


def test_nothing_is_worked_backwards() -> None:
    assert plain().working_seconds(at("2026-03-17 09:00"), at("2026-03-16 09:00")) == 0
    with pytest.raises(ValueError, match="backwards"):
        plain().add_working(at("2026-03-16 09:00"), -1)


def test_skipped_and_repeated_wall_times_mean_when_they_are_first_reached() -> None:
    berlin = plain(zone=ZoneInfo("Europe/Berlin"))
    assert berlin.instant(date(2026, 3, 29), time(2, 30)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert berlin.instant(date(2026, 10, 25), time(2, 30)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    lord_howe = plain(zone=ZoneInfo("Australia/Lord_Howe"))
    assert lord_howe.instant(date(2026, 10, 4), time(2, 15)) == datetime(
        2026, 10, 3, 15, 30, tzinfo=UTC
    )
    sao_paulo = plain(zone=ZoneInfo("America/Sao_Paulo"))  # this day began at one o'clock
    assert sao_paulo.instant(date(2018, 11, 4)) == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_a_day_of_the_spring_gap_is_an_hour_shorter() -> None:
    calendar = plain(dict.fromkeys(range(7), ALL_DAY), zone=ZoneInfo("Europe/Berlin"))
    begin, end = calendar.spans(date(2026, 3, 29))[0]
    assert end - begin == timedelta(hours=23)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-12-30 10:00", "2026-12-31 18:00", False),
        ("2026-12-30 10:00", "2027-01-01 00:00", False),  # ends with the old year
        ("2026-12-30 10:00", "2027-01-01 00:01", True),
        ("2027-01-01 00:00", "2027-01-01 00:00", True),
    ],
)
def test_what_touches_an_undecreed_year_is_provisional(
    start: str, end: str, expected: bool
) -> None:
    assert decreed().is_provisional(at(start), at(end)) is expected


@pytest.mark.parametrize(
    "spans",
    [
        ((time(14), time(18)), (time(9), time(12))),
        ((time(9), time(13)), (time(12), time(18))),
        ((time(22), time(6)), (time(8), time(12))),
    ],
)
def test_hours_out_of_order_or_overlapping_are_refused(spans: Hours) -> None:
    with pytest.raises(ValueError, match="opening hours"):
        check_hours(spans)
    with pytest.raises(ValueError, match="opening hours"):
        plain(overrides={date(2026, 3, 16): spans})
