"""The demo's employees, their buildings, shifts and absences, and the standards they work under."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from huiyin.accounts.models import User
from huiyin.estate.models import Building, Community
from huiyin.estate.pinyin import romanise
from huiyin.flows.demo import cast
from huiyin.kernel.caller import SYSTEM
from huiyin.staff.models import Absence, Area, Employee, PostHolding, Shift
from huiyin.standards import actions as standards

ZONE = ZoneInfo("Asia/Shanghai")
HIRED_ON = date(2019, 3, 1)
STANDARD_SINCE = datetime(2019, 3, 1, tzinfo=ZONE)
ROSTER_BEFORE, ROSTER_AFTER = 62, 21

Communities = dict[str, Community]


def make_staff(communities: Communities, now: datetime) -> None:
    """Make the employees with a log-in each, their posts and the buildings they keep."""
    secret = make_password(cast.PASSWORD)
    User.objects.bulk_create(
        [User(username=one.code.lower(), password=secret) for one in cast.EMPLOYEES]
    )
    users = {user.username: user for user in User.objects.all()}
    Employee.objects.bulk_create(
        [
            Employee(
                code=one.code,
                name=one.name,
                phone=one.phone,
                pinyin=romanise(one.name)[0][:100],
                user=users[one.code.lower()],
                hired_on=HIRED_ON,
            )
            for one in cast.EMPLOYEES
        ]
    )
    employees = people()
    PostHolding.objects.bulk_create(
        [
            PostHolding(
                employee=employees[one.code],
                community=None if one.is_of_company else communities[one.community],
                post=one.post,
                from_on=HIRED_ON,
            )
            for one in cast.EMPLOYEES
        ]
    )
    keepers = {
        (place.code, block.code): block.keeper
        for place in cast.COMMUNITIES
        for block in place.buildings
    }
    Area.objects.bulk_create(
        [
            Area(
                building=building,
                employee=employees[keepers[building.community.code, building.code]],
                from_on=HIRED_ON,
            )
            for building in Building.objects.select_related("community")
        ]
    )


def people() -> dict[str, Employee]:
    """Return the demo's employees by code."""
    return Employee.objects.in_bulk([one.code for one in cast.EMPLOYEES], field_name="code")


def adopt_standards(communities: Communities, now: datetime) -> None:
    """Put each community's profile in force since long ago, and enter the decreed holidays."""
    standards.seed_calendar(at=STANDARD_SINCE)  # before any matter, so that all can be replayed
    for place in cast.COMMUNITIES:
        standards.adopt_standard(
            by=SYSTEM,
            at=now,
            community_id=communities[place.code].pk,
            profile=place.profile,
            effective_at=STANDARD_SINCE,
            reason="按公司服务标准首次执行",
        )


def make_rosters(communities: Communities, now: datetime) -> None:
    """Make shifts for the posts that relieve each other day and night, and some absences."""
    employees, community = people(), communities[cast.FIRST]
    today = now.astimezone(ZONE).date()
    Shift.objects.bulk_create(
        [
            Shift(
                employee=employees[code],
                community=community,
                post=post,
                starts_at=_moment(day, hour),
                ends_at=_moment(day, hour) + timedelta(hours=hours),
            )
            for back in range(-ROSTER_BEFORE, ROSTER_AFTER)
            for day in [today + timedelta(days=back)]
            for post, code, hour, hours in _duties(day)
        ]
    )
    absences = (
        ("E007", "E006", -34, -29, "年休假"),
        ("E001", "E002", -20, -18, "到公司参加培训"),
        ("E022", None, -12, -9, "病假"),
        ("E031", "E030", -2, 5, "探亲假"),
    )
    Absence.objects.bulk_create(
        [
            Absence(
                employee=employees[code],
                delegate=employees[delegate] if delegate else None,
                starts_at=_moment(today + timedelta(days=first), 0),
                ends_at=_moment(today + timedelta(days=last), 0),
                reason=reason,
            )
            for code, delegate, first, last, reason in absences
        ]
    )


def _duties(day: date) -> list[tuple[str, str, int, int]]:
    """Return (post, code, first hour, hours) of a day: dispatchers and guards in three shifts,
    receptionists in two; guards move one shift on every week."""
    dispatchers, guards = cast.codes("dispatcher"), cast.codes("guard")
    week = day.toordinal() // 7
    duties = [("dispatcher", code, 8 * turn, 8) for turn, code in enumerate(dispatchers)]
    duties += [("guard", code, 8 * ((turn + week) % 3), 8) for turn, code in enumerate(guards)]
    early, late = cast.codes("receptionist")
    return [*duties, ("receptionist", early, 8, 7), ("receptionist", late, 13, 8)]


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)
