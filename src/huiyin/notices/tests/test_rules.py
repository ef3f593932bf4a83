"""Pure decisions at their edges: the hours in which something may ring, and the caps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.notices import rules

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = [(time(8, 30), time(20, 30))]
# Quiet hours are of the wall, whatever the zone of the moment.
MOMENTS = st.integers(0, 366 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def wall(text: str) -> datetime:
    """Return a moment by the clock on the wall in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.rule("NOT-04")
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-16 00:00", "2026-03-16 08:30"),
        ("2026-03-16 08:29:59.999999", "2026-03-16 08:30"),
        ("2026-03-16 08:30", "2026-03-16 08:30"),
        ("2026-03-16 20:29:59.999999", "2026-03-16 20:29:59.999999"),
        ("2026-03-16 20:30", "2026-03-17 08:30"),
        ("2026-03-16 23:59:59", "2026-03-17 08:30"),
        ("2026-12-31 20:30", "2027-01-01 08:30"),
    ],
)
def test_it_may_ring_from_half_past_eight_and_not_from_half_past_eight_at_night(
    at: str, opens: str
) -> None:
    assert rules.opens_at(wall(at), ZONE, HOURS) == wall(opens)


@given(MOMENTS)
def test_what_waits_for_the_hours_waits_until_they_open_and_no_longer(at: datetime) -> None:
    opens = rules.opens_at(at, ZONE, HOURS)
    local = opens.astimezone(ZONE).time()
    assert opens >= at
    assert HOURS[0][0] <= local < HOURS[0][1]
    assert opens == at or local == HOURS[0][0]
    assert rules.opens_at(opens, ZONE, HOURS) == opens


@pytest.mark.parametrize(
    ("at", "opens"),
    [("2026-03-16 02:00", "2026-03-16 02:00"), ("2026-03-16 06:00", "2026-03-16 18:00")],
)
def test_hours_may_pass_midnight(at: str, opens: str) -> None:
    assert rules.opens_at(wall(at), ZONE, [(time(18), time(6))]) == wall(opens)


def free(at: datetime, sent: list[datetime], hourly: int, daily: int) -> tuple[datetime, str]:
    """Say when a number may be rung next."""
    return rules.may_ring_at(at, sent, hourly_most=hourly, daily_most=daily, zone=ZONE, hours=HOURS)


@pytest.mark.rule("NOT-04")
def test_the_cap_of_the_day_begins_anew_at_midnight_of_the_wall() -> None:
    sent = [wall("2026-03-16 19:00") + timedelta(minutes=n) for n in range(15)]
    late, next_day = wall("2026-03-16 23:59:59"), wall("2026-03-17 00:00")
    assert free(late, sent, 99, 15) == (wall("2026-03-17 08:30"), "daily_cap")
    assert free(next_day, sent, 99, 15) == (next_day, "")


@pytest.mark.rule("NOT-04")
def test_an_hour_after_the_oldest_of_a_full_hour_it_may_ring_again() -> None:
    first = wall("2026-03-16 10:00")
    sent = [first + timedelta(minutes=n) for n in range(6)]
    then = first + timedelta(hours=1)
    assert free(then - timedelta(seconds=1), sent, 6, 99) == (then, "hourly_cap")
    assert free(then, sent, 6, 99) == (then, "")
