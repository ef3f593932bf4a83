"""The standing cast with staff and standards: YG with one holder of every post, CH beside it.

E001 is the general manager, E002 company service … in the order of ``kernel.caller.POSTS``;
E020 is a second keeper, who keeps building 5. CH has a manager (E031), a supervisor (E032), a
keeper (E033), a receptionist (E034) and a maintenance foreman (E035).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from huiyin.accounts.models import User
from huiyin.estate.models import Building, House
from huiyin.estate.tests.cast import Town, make_town
from huiyin.kernel.caller import COMPANY_POSTS, POSTS, Caller
from huiyin.kernel.clock import parse
from huiyin.matters import actions, queries
from huiyin.matters.actions.sweep import beat, sweep
from huiyin.notices.actions import deliver
from huiyin.staff.models import Area, Employee, PostHolding
from huiyin.staff.queries import caller_for
from huiyin.standards.actions import adopt_standard, seed_calendar
from huiyin.standards.models import CalendarYear

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
HIRED = date(2025, 1, 1)
PASSWORD = "a-long-enough-password"
NAMES = (
    "周总 吴服 郑财 王静 冯助 陈会 褚质 卫主 蒋管 沈调 韩前 杨催 朱工 秦洁 尤保 许技 何卫 吕扫 施绿"
)
SECOND_KEEPER = "E020"


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
    seed_calendar(at=at)
    cast = Cast(make_town("YG"), make_town("CH"))
    for number, (post, name) in enumerate(zip(POSTS, NAMES.split(), strict=True), start=1):
        community = None if post in COMPANY_POSTS else cast.town.community
        hire(cast, f"E{number:03}", name, {post: community.pk if community else None})
        cast.by_post[post] = f"E{number:03}"
    hire(cast, SECOND_KEEPER, "孔管", {"keeper": cast.town.community.pk})
    neighbours = ("manager", "supervisor", "keeper", "receptionist", "maintenance_foreman")
    for number, (post, name) in enumerate(zip(neighbours, "曹严华金魏", strict=True), start=31):
        hire(cast, f"E{number:03}", f"{name}邻", {post: cast.neighbour.community.pk})
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


def hire(cast: Cast, code: str, name: str, posts: Mapping[str, int | None]) -> Employee:
    """Put an employee with a log-in on the payroll, holding posts by community id."""
    user = User.objects.create_user(code, PASSWORD)
    employee = Employee.objects.create(code=code, name=name, user=user, hired_on=HIRED)
    for post, community_id in posts.items():
        PostHolding.objects.create(
            employee=employee, community_id=community_id, post=post, from_on=HIRED
        )
    cast.people[code] = employee
    return employee


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
