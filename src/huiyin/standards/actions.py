"""Writes of the service standards: versions with a date and a reason, and the calendar (STD-01).

A change is a new version from its effective moment on; clocks already running keep the version
they started under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.standards.access import admit_to_change
from huiyin.standards.document import Standard, load_profile, parse
from huiyin.standards.models import CalendarDay, CalendarYear, StandardVersion
from huiyin.standards.queries import by_id
from huiyin.standards.reading import BrokenStandard
from huiyin.standards.rules import Change, carried, laid_over, overlay, problem, read_hours
from huiyin.standards.writing import write
from huiyin.trail.actions import record

DECREE = "chinesecalendar"
BY_HAND = "manual"
LONGEST_REASON = 300
EARLIEST_YEAR, LATEST_YEAR = 2004, 2100


class UnableToAdoptStandard(BadInput):
    """The profile is unknown or the document is broken."""


class UnableToChangeStandard(BadInput):
    """There is no such clause or target, nothing would change, or the new value is no good."""


class UnableToSetDay(BadInput):
    """The opening hours or the year cannot be used."""


class UnableToPlan(WrongState):
    """The moment at which it shall come into force lies before something that stands."""


# -- versions


@dataclass(frozen=True, slots=True)
class _Act:
    """Who changes the standards of a community, when, from which moment on, and why."""

    by: Caller
    at: datetime
    community: Community
    effective_at: datetime
    reason: str


@transaction.atomic
def adopt_standard(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    reason: str,
    profile: str = "",
    text: str = "",
    effective_at: datetime | None = None,
) -> int:
    """Put a ready-made profile or a whole document in force from a moment on; return its id.

    Raises UnableToAdoptStandard naming line and key of what is broken, UnableToPlan when a
    version is already planned for later than ``effective_at``. The very first version of a
    community may reach into the past.
    """
    act = _begin(by, at, community_id, effective_at, reason)
    standard = _read_profile(profile) if profile else _read_document(text)
    latest = act.community.standards.aggregate(latest=Max("effective_at"))["latest"]
    if latest is not None and latest > act.effective_at:
        raise UnableToPlan(
            _("已有一版标准计划从 %(moment)s 起执行,整套更换不能早于它。")
            % {"moment": f"{latest.astimezone(ZoneInfo(act.community.zone)):%Y-%m-%d %H:%M}"},
            field="effective_at",
        )
    return _add(act, standard, "standards.adopted", before=None, after={})


@transaction.atomic
def change_clause(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    clause_id: str,
    reason: str,
    effective_at: datetime | None = None,
    limit: str | None = None,
    pausable: bool | None = None,
    ladder: Sequence[tuple[str, Sequence[str]]] | None = None,
) -> int:
    """Change the limit, the ladder or the right to pause of one clause; return the version's id.

    Versions planned for later get the change too, unless they change that clause themselves.
    """
    given = {"limit": limit, "pausable": pausable, "ladder": ladder}
    change = {key: value for key, value in given.items() if value is not None}
    act = _begin(by, at, community_id, effective_at, reason)
    return _change(act, "clause", clause_id, change)


@transaction.atomic
def change_target(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    value: Decimal | str,
    reason: str,
    effective_at: datetime | None = None,
) -> int:
    """Change the figure a community wants to reach; return the version's id."""
    act = _begin(by, at, community_id, effective_at, reason)
    return _change(act, "target", code, {"value": str(value).strip()})


def _begin(
    by: Caller, at: datetime, community_id: int, effective_at: datetime | None, reason: str
) -> _Act:
    """Admit the caller, check moment and reason, lock the community so that numbers follow on."""
    admit_to_change(by, community_id)
    community = Community.objects.select_for_update(no_key=True).filter(pk=community_id).first()
    if community is None:
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))
    reason = reason.strip()
    if not reason:
        raise UnableToChangeStandard(_("请写明修改原因。"), field="reason")
    if len(reason) > LONGEST_REASON:
        raise UnableToChangeStandard(_("修改原因请控制在 300 字以内。"), field="reason")
    return _Act(by, at, community, _effective(community, at, effective_at), reason)


def _effective(community: Community, at: datetime, wanted: datetime | None) -> datetime:
    """Return the moment a version comes into force: today means now, the past is refused."""
    if wanted is None or not community.standards.exists():
        return wanted or at
    zone = ZoneInfo(community.zone)
    today = datetime.combine(at.astimezone(zone).date(), time(0), zone)
    if wanted < today:
        raise UnableToPlan(_("生效时间不能早于今天:标准不追溯既往。"), field="effective_at")
    return max(wanted, at)


def _change(act: _Act, table: Literal["clause", "target"], name: str, change: Change) -> int:
    """Lay a change over the version in force at its moment and over those planned after it."""
    standard = _in_force(act)
    found = standard.clause(name) if table == "clause" else standard.target(name)
    if found is None:
        raise UnableToChangeStandard(_("标准里没有“%(name)s”这一条。") % {"name": name})
    document = overlay(table, "id" if table == "clause" else "code", name, change)
    changed = _laid_over(standard, document)
    if changed == standard:
        raise UnableToChangeStandard(_("内容没有变化,不需要新的一版。"))
    action = f"standards.{table}_changed"
    before = {"name": name, **{key: _said(getattr(found, key)) for key in change}}
    after = {"name": name, **change}
    planned = _planned_after(act)
    made = _add(act, changed, action, before=before, after=after)
    for version in planned:
        later = by_id(version.pk)
        if carried(standard, later, table, name):
            again = replace(act, effective_at=version.effective_at)
            _add(again, _laid_over(later, document), action, before=before, after=after)
    return made


def _in_force(act: _Act) -> Standard:
    version_id = (
        act.community.standards.filter(effective_at__lte=act.effective_at)
        .order_by("-effective_at", "-number")
        .values_list("pk", flat=True)
        .first()
    )
    if version_id is None:
        raise UnableToPlan(_("这个小区到那时还没有服务标准,请先选用一套。"))
    return by_id(version_id)


def _planned_after(act: _Act) -> list[StandardVersion]:
    """Return the version that will count at each later moment, in order of time."""
    rows = act.community.standards.filter(effective_at__gt=act.effective_at)
    newest = {row.effective_at: row for row in rows.order_by("effective_at", "number")}
    return list(newest.values())


def _add(
    act: _Act,
    standard: Standard,
    action: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> int:
    """Write a version and its trail entry; return the version's id."""
    last = act.community.standards.aggregate(last=Max("number"))["last"] or 0
    version = StandardVersion.objects.create(
        community=act.community,
        number=last + 1,
        profile=standard.profile[:30],
        text=write(standard),
        effective_at=act.effective_at,
        made_at=act.at,
        made_by_id=act.by.user_id,
        made_by_name=act.by.name[:60],
        reason=act.reason,
    )
    facts = {
        "version": version.number,
        "profile": version.profile,
        "effective_at": act.effective_at,
    }
    record(
        action=action,
        by=act.by,
        at=act.at,
        subject=f"standard:{act.community.code}",
        community_id=act.community.pk,
        before=before,
        after={**after, **facts},
        reason=act.reason,
    )
    return version.pk


def _read_profile(name: str) -> Standard:
    try:
        return load_profile(name)
    except KeyError as error:
        raise UnableToAdoptStandard(
            _("没有名为“%(name)s”的标准,请从列表中选择。") % {"name": name}, field="profile"
        ) from error


def _read_document(text: str) -> Standard:
    if not text.strip():
        raise UnableToAdoptStandard(_("请选择一套标准,或提供完整的标准文件。"), field="text")
    try:
        return parse(text)
    except BrokenStandard as broken:
        raise UnableToAdoptStandard(broken.sentence(_language()), field="text") from broken


def _laid_over(standard: Standard, document: str) -> Standard:
    try:
        return laid_over(standard, document)
    except BrokenStandard as broken:
        field = broken.key.rpartition("]")[2].strip(".").partition(".")[0]
        field = "ladder" if field.startswith("ladder") or "ladder[" in broken.key else field
        raise UnableToChangeStandard(problem(broken, _language()), field=field or None) from broken


def _language() -> str:
    return get_language() or "zh-hans"


def _said(value: object) -> Any:
    """Write a value of a clause or target the way a standard does."""
    if isinstance(value, tuple):
        return [[str(rung.at), list(rung.to)] for rung in value]
    return value if isinstance(value, bool) else str(value)


# -- the working calendar


@transaction.atomic
def seed_calendar(*, at: datetime, by: Caller = SYSTEM) -> int:
    """Enter the statutory holidays and make-up workdays decreed so far; return how many were new.

    What is already there stays as it is, so that a day corrected by hand survives.
    """
    titles = {one.value: one.chinese for one in Holiday}
    rows = [
        CalendarDay(day=day, is_working=working, name=titles.get(name, name), source=DECREE)
        for working, days in ((False, holidays), (True, workdays))
        for day, name in days.items()
    ]
    years = sorted({row.day.year for row in rows})
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
        raise UnableToSetDay(problem(broken, _language()), field="spans") from broken
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
