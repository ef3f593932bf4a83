"""Calendars and moments that tests of working time share."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from huiyin.kernel.calendar import Hours, WorkingCalendar
from huiyin.kernel.decree import decreed_days, decreed_years, names, overrides

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE: Hours = ((time(9), time(18)),)
LUNCH: Hours = ((time(9), time(12)), (time(14), time(18)))
NIGHT: Hours = ((time(22), time(6)),)
ALL_DAY: Hours = ((time(0), time(0)),)
WEEKDAYS = dict.fromkeys(range(5), OFFICE)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Read "2026-03-16 09:00" as wall-clock time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def plain(
    week: dict[int, Hours] | None = None,
    overrides: dict[date, Hours] | None = None,
    zone: ZoneInfo = SHANGHAI,
) -> WorkingCalendar:
    """Make a calendar without holidays."""
    return WorkingCalendar(zone, WEEKDAYS if week is None else week, overrides or {})


def decreed(make_up: Hours = OFFICE, week: dict[int, Hours] | None = None) -> WorkingCalendar:
    """Make the calendar of mainland China as decreed."""
    days = decreed_days()
    return WorkingCalendar(
        SHANGHAI, week or WEEKDAYS, overrides(days, make_up), decreed_years(), names(days)
    )
