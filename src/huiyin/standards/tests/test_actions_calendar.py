"""The working calendar is dated rows: seeded from the decrees, editable, provisional beyond."""

from datetime import UTC, date, datetime, time

import pytest

from huiyin.estate.models import Community
from huiyin.estate.tests.cast import AT, caller_with
from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.standards import queries
from huiyin.standards.actions import (
    UnableToSetDay,
    clear_day,
    declare_year,
    seed_calendar,
    set_day,
)
from huiyin.standards.document import parse
from huiyin.standards.models import CalendarDay
from huiyin.standards.tests.small import SMALL
from huiyin.trail.models import Entry

NATIONAL_DAY = date(2026, 10, 1)
MAKE_UP = date(2026, 10, 10)
COMPANY = caller_with(None, "company_service")


@pytest.fixture
def town(db: None) -> Community:
    return Community.objects.create(code="YG", name="阳光花园")


@pytest.fixture
def manager(town: Community) -> Caller:
    return caller_with(town, "manager")


def calendar_of(town: Community) -> WorkingCalendar:
    town.refresh_from_db()
    return queries.calendar((town.pk, town.zone, town.calendar_version), parse(SMALL))


def test_the_decrees_are_entered_once(town: Community) -> None:
    created = seed_calendar(at=AT)
    assert created == CalendarDay.objects.count() > 700
    town.refresh_from_db()
    version = town.calendar_version
    assert seed_calendar(at=AT) == 0
    town.refresh_from_db()
    assert town.calendar_version == version == 2
    assert Entry.objects.filter(action="calendar.seeded").count() == 1


def test_holidays_and_make_up_days_count(town: Community) -> None:
    seed_calendar(at=AT)
    calendar = calendar_of(town)
    assert not calendar.is_working_day(NATIONAL_DAY)
    assert calendar.hours(MAKE_UP) == ((time(10), time(16)),)
    assert calendar.names[NATIONAL_DAY] == "国庆节"
    assert calendar.is_working_day(date(2026, 10, 9))
    start, end = (datetime(year, 12, 30, tzinfo=UTC) for year in (2026, 2027))
    assert calendar.is_provisional(start, end)
    assert not calendar.is_provisional(AT, start)


def test_a_community_has_its_own_days(town: Community, manager: Caller) -> None:
    other = Community.objects.create(code="CH", name="春和")
    seed_calendar(at=AT)
    assert not calendar_of(town).is_working_day(NATIONAL_DAY)
    set_day(
        by=manager,
        at=AT,
        community_id=town.pk,
        day=NATIONAL_DAY,
        is_working=True,
        spans=["09:00-12:00"],
        name="值班",
        reason="园游会",
    )
    assert calendar_of(town).hours(NATIONAL_DAY) == ((time(9), time(12)),)
    assert not calendar_of(other).is_working_day(NATIONAL_DAY)
    rows = queries.calendar_days(caller=manager, community_id=town.pk, year=2026)
    assert [(row.own, row.name) for row in rows if row.day == NATIONAL_DAY] == [(True, "值班")]
    clear_day(by=manager, at=AT, community_id=town.pk, day=NATIONAL_DAY)
    assert not calendar_of(town).is_working_day(NATIONAL_DAY)
    acts = list(Entry.objects.filter(community_id=town.pk).order_by("id"))
    assert [(one.action, one.reason) for one in acts] == [
        ("calendar.day_set", "园游会"),
        ("calendar.day_cleared", ""),
    ]


def test_a_day_everywhere_reaches_every_community(town: Community) -> None:
    day = date(2027, 1, 1)
    assert calendar_of(town).is_working_day(day)
    set_day(by=COMPANY, at=AT, community_id=None, day=day, is_working=False, name="元旦")
    set_day(by=COMPANY, at=AT, community_id=None, day=day, is_working=False, name="新年")
    assert not calendar_of(town).is_working_day(day)
    assert CalendarDay.objects.get(day=day).name == "新年"


def test_only_leaders_set_days(town: Community, manager: Caller) -> None:
    other = Community.objects.create(code="CH", name="春和")
    for caller, where, refusal in (
        (caller_with(town, "keeper"), town.pk, Forbidden),
        (caller_with(other, "manager"), town.pk, NotFound),
        (manager, None, Forbidden),
    ):
        with pytest.raises(refusal):
            set_day(by=caller, at=AT, community_id=where, day=NATIONAL_DAY, is_working=True)
    with pytest.raises(NotFound):
        queries.calendar_days(caller=caller_with(other, "manager"), community_id=town.pk, year=2026)
    with pytest.raises(Forbidden):
        declare_year(by=manager, at=AT, year=2027)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"is_working": True, "spans": ["9-12"]}, "spans"),
        ({"is_working": True, "spans": ["09:00-12:00", "11:00-13:00"]}, "spans"),
        ({"is_working": False, "spans": ["09:00-12:00"]}, "spans"),
        ({"is_working": True, "day": date(1999, 1, 1)}, "day"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    town: Community, manager: Caller, given: dict[str, object], field: str
) -> None:
    with pytest.raises(UnableToSetDay) as refusal:
        set_day(
            by=manager,
            at=AT,
            community_id=town.pk,
            **{"day": NATIONAL_DAY, **given},  # type: ignore[arg-type]
        )
    assert refusal.value.field == field
    assert not CalendarDay.objects.exists()


def test_clearing_a_day_that_is_not_there(town: Community, manager: Caller) -> None:
    with pytest.raises(NotFound):
        clear_day(by=manager, at=AT, community_id=town.pk, day=NATIONAL_DAY)


def test_the_missing_year_is_noticed_in_november(town: Community) -> None:
    october, november = (datetime(2026, month, 5, tzinfo=UTC) for month in (10, 11))
    assert "2026" in queries.warn_unpublished(october)
    seed_calendar(at=AT)
    assert queries.warn_unpublished(october) == ""
    assert "2027" in queries.warn_unpublished(november)
    declare_year(by=COMPANY, at=november, year=2027)
    declare_year(by=COMPANY, at=november, year=2027)
    assert queries.warn_unpublished(november) == ""
    with pytest.raises(UnableToSetDay):
        declare_year(by=COMPANY, at=november, year=1900)
