"""The standing cast with staff and standards: YG with one holder of every post, CH beside it.

E001 is the general manager, E002 company service … in the order of ``kernel.caller.POSTS``;
E020 is a second keeper, who keeps building 5. CH has a manager (E031), a supervisor (E032), a
keeper (E033), a receptionist (E034) and a maintenance foreman (E035).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from huiyin.accounts.models import User
from huiyin.estate.models import Building, House
from huiyin.estate.tests.cast import Town, make_town
from huiyin.kernel.caller import COMPANY_POSTS, POSTS, Caller
from huiyin.kernel.clock import parse
from huiyin.kernel.decree import decreed_days, decreed_years
from huiyin.matters import actions, queries
from huiyin.matters.actions.sweep import beat, sweep
from huiyin.notices.actions import deliver
from huiyin.staff.models import Area, Employee, PostHolding
from huiyin.staff.queries import caller_for
from huiyin.standards.actions import adopt_standard
from huiyin.standards.models import CalendarDay, CalendarYear

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
HIRED = date(2025, 1, 1)
PASSWORD = "a-long-enough-password"
NAMES = (
    "周总 吴服 郑财 王静 冯助 陈会 褚质 卫主 蒋管 沈调 韩前 杨催 朱工 秦洁 尤保 许技 何卫 吕扫 施绿"
)
SECOND_KEEPER = "E020"
YEARS = tuple(sorted(decreed_years() & {2024, 2025, 2026, 2027}))


def moment(text: str) -> datetime:
    """Read ``"2026-03-16 09:00"`` as wall time in Shanghai."""
    return parse(f"{text.replace(' ', 'T')}+08:00")


@dataclass
class Cast:
    """Everybody a test about matters needs; ``caller(post)`` speaks for the holder of a post."""

    town: Town
    neighbour: Town
    people: dict[str, Employee] = field(default_factory=dict)
    by_post: dict[str, str] = field(default_factory=dict)

    def code(self, post: str) -> str:
        """Return the employee code of a post's holder in YG."""
        return self.by_post[post]

    def employee(self, post: str) -> Employee:
        """Return the holder of a post in YG, or the employee with this code."""
        return self.people[self.by_post.get(post, post)]

    def caller(self, post: str, at: datetime = AT) -> Caller:
        """Build the caller for a post's holder in YG, or for an employee code."""
        user = self.employee(post).user
        if user is None:
            raise LookupError(post)
        return caller_for(user, at)

    def receive(self, at: datetime = AT, **given: object) -> str:
        """Let the receptionist take a call, by default a complaint from 3-1-1201."""
        call: dict[str, object] = {
            "community": "YG",
            "channel": "phone",
            "kind": "complaint",
            "text": "楼道里有人堆放杂物",
            "house": "3-1-1201",
            **given,
        }
        by = call.pop("by", None) or self.caller("receptionist", at)
        return actions.receive_matter(by=by, at=at, **call)  # type: ignore[arg-type]


def make_cast(*, at: datetime = AT) -> Cast:
    """Build both communities with staff, users, areas, the calendar and residential standards."""
    know_holidays(at)
    cast = Cast(make_town("YG"), make_town("CH"))
    cast.by_post = {post: f"E{number:03}" for number, post in enumerate(POSTS, start=1)}
    here, there = cast.town.community.pk, cast.neighbour.community.pk
    hired: list[tuple[str, str, dict[str, int | None]]] = [
        (cast.by_post[post], name, {post: None if post in COMPANY_POSTS else here})
        for post, name in zip(POSTS, NAMES.split(), strict=True)
    ]
    hired.append((SECOND_KEEPER, "孔管", {"keeper": here}))
    neighbours = ("manager", "supervisor", "keeper", "receptionist", "maintenance_foreman")
    for number, (post, name) in enumerate(zip(neighbours, "曹严华金魏", strict=True), start=31):
        hired.append((f"E{number:03}", f"{name}邻", {post: there}))
    hire_all(cast, hired)
    keep(cast, cast.employee("keeper"), cast.town.building)
    keep(cast, cast.people[SECOND_KEEPER], second_building(cast.town))
    keep(cast, cast.people["E033"], cast.neighbour.building)
    company = cast.caller("general_manager", at)
    for town in (cast.town, cast.neighbour):
        adopt_standard(
            by=company,
            at=at,
            community_id=town.community.pk,
            profile="residential",
            effective_at=at - timedelta(days=365),
            reason="开办",
        )
    return cast


def know_holidays(at: datetime) -> None:
    """Enter the decreed days of the years around the cast; those of twenty years take long."""
    CalendarDay.objects.bulk_create(
        CalendarDay(day=one.day, is_working=one.is_working_day, name=one.name, source="test")
        for one in decreed_days(YEARS)
    )
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source="test", loaded_at=at) for year in YEARS
    )


def hire(cast: Cast, code: str, name: str, posts: Mapping[str, int | None]) -> Employee:
    """Put an employee with a log-in on the payroll, holding posts by community id."""
    hire_all(cast, [(code, name, posts)])
    return cast.people[code]


def hire_all(cast: Cast, hired: Sequence[tuple[str, str, Mapping[str, int | None]]]) -> None:
    """Put employees on the payroll in as few statements as they need, not three for each."""
    users = [User(username=code.lower()) for code, _, _ in hired]
    for user in users:
        user.set_password(PASSWORD)
    User.objects.bulk_create(users)
    employees = Employee.objects.bulk_create(
        Employee(code=code, name=name, user=user, hired_on=HIRED)
        for (code, name, _), user in zip(hired, users, strict=True)
    )
    PostHolding.objects.bulk_create(
        PostHolding(employee=employee, community_id=community_id, post=post, from_on=HIRED)
        for employee, (_, _, posts) in zip(employees, hired, strict=True)
        for post, community_id in posts.items()
    )
    cast.people |= {one.code: one for one in employees}


def keep(cast: Cast, employee: Employee, building: Building) -> None:
    """Make an employee the keeper of a building."""
    Area.objects.create(employee=employee, building=building, from_on=HIRED)


def second_building(town: Town) -> Building:
    """Add building 5 with one flat, 5-1-101."""
    building = Building.objects.create(community=town.community, code="5", name="5栋", order=5)
    House.objects.create(
        community=town.community,
        building=building,
        code="5-1-101",
        order_key="0005-0001-0101",
        area=Decimal("120.00"),
    )
    return building


def tick(at: datetime) -> int:
    """Sweep and deliver until nothing is due, as the worker does; return how many were claimed."""
    claimed = 0
    while batch := sweep(at=at):
        claimed += batch
    while deliver(at=at, still_wanted=queries.still_wanted):
        pass
    beat(name="sweeper", at=at, seconds=0.0, fired=claimed)
    return claimed


def tick_until(end: datetime, *, start: datetime, every: timedelta) -> None:
    """Tick from ``start`` on every so often, and once at the end."""
    while start < end:
        tick(start)
        start += every
    tick(end)


def publish(year: int, at: datetime = AT) -> None:
    """Say that a year's holidays are known, so that nothing in it is provisional."""
    CalendarYear.objects.get_or_create(year=year, defaults={"source": "test", "loaded_at": at})
