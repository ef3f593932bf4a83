"""How moments and lengths of time are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huiyin.doors.parts.moments import say_deadline, say_left, say_moment, say_span

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def shanghai(text: str) -> datetime:
    """Read wall time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-16 09:40", "今天 09:40"),
        ("2026-03-17 00:00", "明天 00:00"),
        ("2026-03-15 23:59", "昨天 23:59"),
        ("2026-03-20 09:40", "3月20日 09:40"),
        ("2025-12-31 09:40", "2025年12月31日 09:40"),
    ],
)
def test_near_days_have_names(moment: str, said: str) -> None:
    assert say_moment(shanghai(moment), NOW, ZONE) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-17 00:00", "今天 24:00"),
        ("2026-03-20 00:00", "3月19日 24:00"),
        ("2026-03-16 12:00", "今天 12:00"),
    ],
)
def test_midnight_ends_a_day(moment: str, said: str) -> None:
    assert say_deadline(shanghai(moment), NOW, ZONE) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "0 秒"),
        (timedelta(seconds=59), "59 秒"),
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(hours=3), "3 小时"),
        (timedelta(hours=3, minutes=5), "3 小时 5 分"),
        (timedelta(hours=28, minutes=53), "28 小时"),
        (timedelta(days=2), "2 天"),
    ],
)
def test_a_span_is_said_in_its_largest_units(span: timedelta, said: str) -> None:
    assert say_span(span) == said


def test_what_is_left_and_what_has_passed() -> None:
    assert say_left(NOW + timedelta(minutes=5), NOW) == "还有 5 分钟"
    assert say_left(NOW, NOW) == "超时 0 秒"
