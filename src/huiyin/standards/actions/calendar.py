"""The working calendar as dated rows: seeded from the decrees, corrected by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.decree import decreed_days, decreed_years
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.standards.access import admit_to_change
from huiyin.standards.models import CalendarDay, CalendarYear
from huiyin.standards.reading import BrokenStandard
from huiyin.standards.rules import problem, read_hours
from huiyin.trail.actions import record

DECREE = "chinesecalendar"
BY_HAND = "manual"
EARLIEST_YEAR, LATEST_YEAR = 2004, 2100


class UnableToSetDay(BadInput):
    """The opening hours or the year cannot be used."""


@transaction.atomic
def seed_calendar(*, at: datetime, by: Caller = SYSTEM) -> int:
    """Enter the statutory holidays and make-up workdays decreed so far; return how many were new.

    What is already there stays as it is, so that a day corrected by hand survives.
    """
    rows = [
        CalendarDay(day=one.day, is_working=one.is_working_day, name=one.name, source=DECREE)
        for one in decreed_days()
    ]
    years = sorted(decreed_years())
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    CalendarYear.objects.bulk_create(
        [CalendarYear(year=year, source=DECREE, loaded_at=at) for year in years],
        ignore_conflicts=True,
    )
    created = CalendarDay.objects.count() - before
    if created:
        _bump(None)
        record(
            action="calendar.seeded",
            by=by,
            at=at,
            subject="calendar",
            after={"days": created, "years": [years[0], years[-1]]},
        )
    return created


@transaction.atomic
def set_day(
    *,
    by: Caller,
    at: datetime,
    community_id: int | None,
    day: date,
    is_working: bool,
    spans: Sequence[str] = (),
    name: str = "",
    reason: str = "",
) -> None:
    """Make a day a holiday or a workday, in one community or (None) everywhere."""
    admit_to_change(by, community_id)
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise UnableToSetDay(_("年份超出范围。"), field="day")
    if spans and not is_working:
        raise UnableToSetDay(_("休息日不能有营业时段。"), field="spans")
    try:
        read_hours(spans)
    except BrokenStandard as broken:
        raise UnableToSetDay(
            problem(broken, get_language() or "zh-hans"), field="spans"
        ) from broken
    _bump(community_id)
    row = _day_of(community_id, day) or CalendarDay(community_id=community_id, day=day)
    before = _day_said(row) if row.pk else None
    row.is_working = is_working
    row.spans = list(spans) or None
    row.name = name.strip()[:40]
    row.source = BY_HAND
    row.save()
    record(
        action="calendar.day_set",
        by=by,
        at=at,
        subject=f"calendar:{day.isoformat()}",
        community_id=community_id,
        before=before,
        after=_day_said(row),
        reason=reason,
    )


@transaction.atomic
def clear_day(
    *, by: Caller, at: datetime, community_id: int | None, day: date, reason: str = ""
) -> None:
    """Take a dated exception back, so that the day follows everywhere's row or its weekday."""
    admit_to_change(by, community_id)
    old = _day_of(community_id, day)
    if old is None:
        raise NotFound(_("这一天没有特别安排。"), field="day")
    old.delete()
    _bump(community_id)
    record(
        action="calendar.day_cleared",
        by=by,
        at=at,
        subject=f"calendar:{day.isoformat()}",
        community_id=community_id,
        before=_day_said(old),
        reason=reason,
    )


@transaction.atomic
def declare_year(*, by: Caller, at: datetime, year: int, source: str = BY_HAND) -> None:
    """Say that the holidays of a year are entered, so that it is no longer provisional."""
    admit_to_change(by, None)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise UnableToSetDay(_("年份超出范围。"), field="year")
    CalendarYear.objects.get_or_create(year=year, defaults={"source": source[:60], "loaded_at": at})
    _bump(None)
    record(action="calendar.year_declared", by=by, at=at, subject=f"calendar:{year}")


def _bump(community_id: int | None) -> None:
    """Let caches of the calendar notice, of one community or of all; locks those communities."""
    everyone = Community.objects.all()
    touched = everyone if community_id is None else everyone.filter(pk=community_id)
    touched.update(calendar_version=F("calendar_version") + 1)


def _day_of(community_id: int | None, day: date) -> CalendarDay | None:
    return CalendarDay.objects.filter(
        Q(community__isnull=True) if community_id is None else Q(community_id=community_id), day=day
    ).first()


def _day_said(day: CalendarDay) -> dict[str, Any]:
    return {"is_working": day.is_working, "spans": day.spans, "name": day.name}
