"""Reads of the service standards and of the working calendar (STD-01)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from huiyin.kernel.calendar import Hours, WorkingCalendar
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.standards.access import admit_to_read, may_change
from huiyin.standards.document import Clause, Standard, Target, parse
from huiyin.standards.models import CalendarDay, CalendarYear, Publication, StandardVersion
from huiyin.standards.rules import read_hours

ANNOUNCED_FROM = 11
"""The month in which next year's holidays are usually decreed."""


class Place(NamedTuple):
    """What the calendar needs to know of a community: who, in which zone, which state of days."""

    id: int
    zone: str
    calendar_version: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a community's standards in its history."""

    id: int
    number: int
    profile: str
    title: str
    effective_at: datetime
    made_at: datetime
    made_by_name: str
    reason: str
    in_force: bool
    planned: bool


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause as the page of standards shows it, the limit as it is written."""

    id: str
    code: str
    rule: str
    title: str
    source: str
    kinds: tuple[str, ...]
    limit: str
    pausable: bool
    ladder: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as the page of standards shows it."""

    code: str
    rule: str
    title: str
    source: str
    value: Decimal
    unit: str
    comparison: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of standards shows: what is in force and what is planned."""

    version: VersionRow
    planned: tuple[VersionRow, ...]
    clauses: tuple[ClauseRow, ...]
    targets: tuple[TargetRow, ...]
    may_change: bool
    warning: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A dated exception of the calendar, as it counts in a community."""

    day: date
    is_working: bool
    spans: tuple[str, ...]
    name: str
    source: str
    own: bool


@dataclass(frozen=True, slots=True)
class PublicPromise:
    """One promise that owners read, and the code of the target behind it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """What a community promises in public."""

    id: int
    community: str
    promises: tuple[PublicPromise, ...]
    note: str
    published_at: datetime
    published_by_name: str


# -- the standard in force


# By hand: every intake asks, and the query builder would cost more than the row.
_IN_FORCE = """
SELECT id FROM standards_standardversion WHERE community_id = %s AND effective_at <= %s
 ORDER BY effective_at DESC, number DESC LIMIT 1
"""


def current(*, community_id: int, at: datetime) -> tuple[int, Standard]:
    """Return the version in force in a community at a moment and what it says. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [community_id, at])
        found = cursor.fetchone()
    if found is None:
        raise NotFound(_("这个小区还没有服务标准,请先选用一套。"))
    return found[0], by_id(found[0])


@lru_cache(maxsize=256)
def by_id(version_id: int) -> Standard:
    """Return what a version says; versions never change, so it is read once per process."""
    return parse(StandardVersion.objects.values_list("text", flat=True).get(pk=version_id))


# -- the working calendar


def calendar(community: Place | tuple[int, str, int], standard: Standard) -> WorkingCalendar:
    """Return the working calendar of a community under a standard.

    Cached per process until ``Community.calendar_version`` rises; then two queries.
    """
    place = Place(*community)
    week = tuple(standard.week.get(weekday, ()) for weekday in range(7))
    return _calendar(place, week, standard.make_up_hours)


@lru_cache(maxsize=64)
def _calendar(place: Place, week: tuple[Hours, ...], make_up: Hours) -> WorkingCalendar:
    overrides: dict[date, Hours] = {}
    names: dict[date, str] = {}
    days, years = _dated(place.id, place.calendar_version)
    for day, (is_working, hours, name) in days.items():
        overrides[day] = (hours or make_up) if is_working else ()
        if name:
            names[day] = name
    return WorkingCalendar(
        zone=ZoneInfo(place.zone),
        week=dict(enumerate(week)),
        overrides=overrides,
        published_years=years,
        names=names,
    )


@lru_cache(maxsize=64)
def _dated(
    community_id: int, calendar_version: int
) -> tuple[Mapping[date, tuple[bool, Hours, str]], frozenset[int]]:
    """Read the dated days that count in a community; its own come last and win."""
    rows = CalendarDay.objects.filter(
        Q(community__isnull=True) | Q(community_id=community_id)
    ).order_by(F("community_id").asc(nulls_first=True))
    days = {one.day: (one.is_working, read_hours(one.spans or ()), one.name) for one in rows}
    return days, frozenset(CalendarYear.objects.values_list("year", flat=True))


def calendar_days(*, caller: Caller, community_id: int, year: int) -> tuple[DayRow, ...]:
    """Return the dated exceptions of a year as they count in a community, in order of day."""
    admit_to_read(caller, community_id)
    rows = CalendarDay.objects.filter(
        Q(community__isnull=True) | Q(community_id=community_id), day__year=year
    ).order_by(F("community_id").asc(nulls_first=True))
    days = {
        one.day: DayRow(
            one.day,
            one.is_working,
            tuple(one.spans or ()),
            one.name,
            one.source,
            one.community_id is not None,
        )
        for one in rows
    }
    return tuple(days[day] for day in sorted(days))


def warn_unpublished(at: datetime, zone: str = "Asia/Shanghai") -> str:
    """Say in one sentence which holidays are missing: this year's, or from November next year's."""
    today = at.astimezone(ZoneInfo(zone)).date()
    wanted = [today.year] + ([today.year + 1] if today.month >= ANNOUNCED_FROM else [])
    known = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    for year in wanted:
        if year not in known:
            return _(
                "%(year)s 年的放假安排还没有录入:按工作日计算的时限暂按平常的一周推算,"
                "请在工作日历中补录。"
            ) % {"year": year}
    return ""


# -- what the page shows


def versions(*, caller: Caller, community_id: int, at: datetime) -> tuple[VersionRow, ...]:
    """Return the history of a community's standards, newest first, what is planned on top."""
    admit_to_read(caller, community_id)
    rows = list(
        StandardVersion.objects.filter(community_id=community_id).order_by(
            "-effective_at", "-number"
        )
    )
    in_force = next((one.pk for one in rows if one.effective_at <= at), None)
    return tuple(
        VersionRow(
            one.pk,
            one.number,
            one.profile,
            by_id(one.pk).title,
            one.effective_at,
            one.made_at,
            one.made_by_name,
            one.reason,
            one.pk == in_force,
            one.effective_at > at,
        )
        for one in rows
    )


def board(*, caller: Caller, community_id: int, at: datetime) -> Board:
    """Return the page of standards: clauses and targets in force, planned versions, warnings."""
    history = versions(caller=caller, community_id=community_id, at=at)
    version = next((one for one in history if one.in_force), None)
    if version is None:
        raise NotFound(_("这个小区还没有服务标准,请先选用一套。"))
    standard = by_id(version.id)
    return Board(
        version=version,
        planned=tuple(one for one in history if one.planned),
        clauses=tuple(_clause_row(one) for one in standard.clauses),
        targets=tuple(_target_row(one) for one in standard.targets),
        may_change=may_change(caller, community_id),
        warning=warn_unpublished(at),
    )


def document(*, caller: Caller, community_id: int, number: int) -> str:
    """Return the TOML text of one version; NotFound when there is none."""
    admit_to_read(caller, community_id)
    text = (
        StandardVersion.objects.filter(community_id=community_id, number=number)
        .values_list("text", flat=True)
        .first()
    )
    if text is None:
        raise NotFound(_("没有这一版服务标准。"))
    return text


def _clause_row(one: Clause) -> ClauseRow:
    return ClauseRow(
        one.id,
        one.code,
        one.rule,
        one.title,
        one.source,
        one.kinds,
        str(one.limit),
        one.pausable,
        tuple((str(rung.at), rung.to) for rung in one.ladder),
    )


def _target_row(one: Target) -> TargetRow:
    return TargetRow(one.code, one.rule, one.title, one.source, one.value, one.unit, one.comparison)


# -- days with a name


def festival(*, community_id: int, on: date, among: Collection[str]) -> str:
    """Return the festival whose first day off falls on a day, one of those named; else "".

    A community's own day counts before that of everybody, as in the calendar.
    """
    days = _days_off(community_id, on - timedelta(days=1), on)
    name = days.get(on, "")
    return name if name in among and days.get(on - timedelta(days=1)) != name else ""


def _days_off(community_id: int, since: date, until: date) -> dict[date, str]:
    """Return the names of the days off between two days, both included."""
    found = CalendarDay.objects.filter(
        Q(community=None) | Q(community_id=community_id), day__range=(since, until)
    ).order_by(F("community").asc(nulls_first=True))
    rows = {one.day: one for one in found}
    return {day: one.name for day, one in rows.items() if not one.is_working}


# -- what is promised in public


def publication(*, community: str) -> PublicationRow:
    """Return what a community promises in public at present; NotFound when it publishes nothing.

    Anybody may read it: that is what it is for.
    """
    code = community.replace("\0", "")
    found = (
        Publication.objects.filter(community__code=code, withdrawn_at=None)
        .select_related("community")
        .first()
    )
    if found is None:
        raise NotFound(_("这个小区没有公示服务承诺。"))
    return PublicationRow(
        id=found.pk,
        community=found.community.code,
        promises=tuple(PublicPromise(one["code"], one["text"]) for one in found.words),
        note=found.note,
        published_at=found.published_at,
        published_by_name=found.published_by_name,
    )
