"""Calls and shifts as pure decisions."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.desk.rules import (
    EVENTS,
    CallState,
    Shifts,
    hear,
    shift_after,
    shift_at,
    standing,
    wants_call_back,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROUND: Shifts = ((time(7), time(15)), (time(15), time(23)), (time(23), time(7)))
DAYTIME: Shifts = ((time(8), time(12)), (time(13), time(20)))
START = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
moments = st.integers(0, 300 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))
told = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.integers(0, 300), st.integers(0, 9)), max_size=8
)


def after(events: list[tuple[str, int, int]]) -> CallState:
    """Return the call after such events."""
    call = CallState()
    for event, seconds, rings in events:
        moment = START + timedelta(seconds=seconds)
        call = hear(call, event=event, moment=moment, number="1", rings=rings)
    return call


@given(told)
def test_a_call_told_of_twice_is_as_if_told_of_once(events: list[tuple[str, int, int]]) -> None:
    assert after([*events, *events]).answered_at == after(events).answered_at
    once, twice = after(events), after([*events, *events])
    assert (standing(once), wants_call_back(once)) == (standing(twice), wants_call_back(twice))


@given(told, st.randoms())
def test_what_became_of_a_call_does_not_depend_on_the_order(
    events: list[tuple[str, int, int]], chance: object
) -> None:
    turned = list(reversed(events))
    assert standing(after(events)) == standing(after(turned))
    assert after(events).answered_at == after(turned).answered_at


@given(moments)
def test_round_the_clock_every_moment_has_its_shift(moment: datetime) -> None:
    span = shift_at(ROUND, moment, SHANGHAI)
    assert span is not None
    assert span.starts_at <= moment < span.ends_at
    assert span.ends_at - span.starts_at == timedelta(hours=8)
    following = shift_after(ROUND, moment, SHANGHAI)
    assert following.starts_at == span.ends_at


@given(moments)
def test_outside_all_shifts_there_is_none(moment: datetime) -> None:
    span = shift_at(DAYTIME, moment, SHANGHAI)
    clock = moment.astimezone(SHANGHAI).time()
    inside = time(8) <= clock < time(12) or time(13) <= clock < time(20)
    assert (span is not None) == inside


def test_the_night_belongs_to_the_day_it_begins_on() -> None:
    night = shift_at(ROUND, datetime(2026, 3, 16, 18, 0, tzinfo=UTC), SHANGHAI)  # 02:00 on the 17th
    assert night is not None
    assert (str(night.day), night.period) == ("2026-03-16", "23:00-07:00")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("month", [(2026, 3, 28), (2026, 4, 4), (2026, 10, 3), (2026, 10, 24)])
def test_where_clocks_are_changed_shifts_still_meet(zone: str, month: tuple[int, int, int]) -> None:
    where, shifts = ZoneInfo(zone), ((time(2, 30), time(14, 30)), (time(14, 30), time(2, 30)))
    for minutes in range(0, 3 * 24 * 60, 30):
        moment = datetime(*month, tzinfo=UTC) + timedelta(minutes=minutes)
        span = shift_at(shifts, moment, where)
        assert span is not None and span.holds(moment)
        assert span == shift_at(shifts, moment.astimezone(where), where), "whoever asks"
        assert shift_after(shifts, moment, where).starts_at == span.ends_at
