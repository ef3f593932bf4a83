"""Two buildings with two entrances each: 7 and 8, kept by the keeper and by the second keeper.

7-1-101 and 8-2-101 belong to 陈双, who is told once; 7-1-102 to 李甲 with 李乙 as co-owner; 7-2-101
is let by 周东 to 吴租; 8-1-101 belongs to 郑失, whose number is wrong; 8-1-102 stands empty. 王丽
of building 3 also owns the parking space B1-077 below building 7.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huiyin.announcements import actions
from huiyin.announcements.actions import Content
from huiyin.announcements.audience import Audience
from huiyin.announcements.rules import Facts
from huiyin.approvals.models import Request
from huiyin.estate.models import Building, House, Occupancy, Person, Phone, Unit
from huiyin.flows import approving
from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import AT, SECOND_KEEPER, Cast, keep, moment

BEGINS, ENDS = moment("2026-03-18 09:00"), moment("2026-03-18 12:00")
PLAN = Facts(
    line="10千伏阳光线",
    area="7栋、8栋",
    from_at=BEGINS,
    until_at=ENDS,
    lifts="停电期间停运",
    precautions="请提前关闭电器,不要乘坐电梯。",
)


@dataclass
class Blocks:
    """The cast with its two buildings."""

    cast: Cast
    seven: Building
    eight: Building
    units: dict[str, Unit] = field(default_factory=dict)
    houses: dict[str, House] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def community_id(self) -> int:
        """Return the community of the cast."""
        return self.cast.town.community.pk

    @property
    def both(self) -> Audience:
        """Return the two buildings as an audience."""
        return Audience("buildings", (self.seven.pk, self.eight.pk))

    def content(self, **changed: Any) -> Content:
        """Return an announced power cut to both buildings, with what is changed of it."""
        given: dict[str, Any] = {
            "category": "power_cut",
            "title": "停电通知",
            "body": "因线路检修,7栋、8栋将停电。",
            "audience": self.both,
            "starts_on": date(2026, 3, 16),
            "ends_on": date(2026, 3, 18),
            "channels": ("app", "sms", "hall"),
            "facts": PLAN,
            **changed,
        }
        return Content(**given)

    def draft(self, *, post: str = "keeper", at: datetime = AT, **changed: Any) -> str:
        """Let somebody draft; return the number."""
        return actions.draft(
            by=self.cast.caller(post),
            at=at,
            community_id=self.community_id,
            content=self.content(**changed),
        )

    def submitted(self, *, at: datetime = AT, **changed: Any) -> str:
        """Let the keeper draft and hand in; return the number."""
        number = self.draft(at=at, **changed)
        actions.submit(by=self.cast.caller("keeper"), at=at, number=number)
        return number

    def decide(
        self, number: str, verdict: str, *, at: datetime = AT, post: str = "supervisor"
    ) -> None:
        """Decide on what waits."""
        request = Request.objects.get(subject=f"announcement:{number}", state="waiting")
        approving.decide(
            by=self.cast.caller(post),
            at=at,
            request_id=request.pk,
            verdict=verdict,  # type: ignore[arg-type]
            reason="请写明电梯怎么安排",
        )

    def published(self, *, at: datetime = AT, **changed: Any) -> str:
        """Let the keeper draft and the supervisor approve; return the number."""
        number = self.submitted(at=at, **changed)
        self.decide(number, "approved", at=at)
        return number


def make_blocks(cast: Cast) -> Blocks:
    """Build both buildings with their people."""
    community = cast.town.community
    seven, eight = (
        Building.objects.create(community=community, code=code, name=f"{code}栋", order=int(code))
        for code in ("7", "8")
    )
    blocks = Blocks(cast, seven, eight)
    for building in (seven, eight):
        for code in ("1", "2"):
            unit = Unit.objects.create(building=building, code=code)
            blocks.units[f"{building.code}-{code}"] = unit
    for code in ("7-1-101", "7-1-102", "7-2-101", "8-1-101", "8-1-102", "8-2-101"):
        _house(blocks, code)
    _lives(blocks, "陈双", "13700000001", ("7-1-101", "owner"), ("8-2-101", "owner"))
    _lives(blocks, "李甲", "13700000002", ("7-1-102", "owner"))
    _lives(blocks, "李乙", "13700000003", ("7-1-102", "co_owner"))
    _lives(blocks, "周东", "13700000004", ("7-2-101", "owner"))
    _lives(blocks, "吴租", "13700000005", ("7-2-101", "tenant"))
    _lives(blocks, "郑失", "13700000006", ("8-1-101", "owner"))
    Phone.objects.filter(person=blocks.people["郑失"]).update(state="wrong")
    space = House.objects.create(
        community=community, building=seven, kind="parking", code="B1-077", order_key="z-B1-077"
    )
    Occupancy.objects.create(house=space, person=cast.town.owner, role="owner")
    keep(cast, cast.employee("keeper"), seven)
    keep(cast, cast.people[SECOND_KEEPER], eight)
    return blocks


def owner(*houses: House, people: tuple[Person, ...] = ()) -> Caller:
    """Return an owner of these houses as a caller."""
    return Caller(
        user_id=None,
        employee_id=None,
        name="业主",
        people=frozenset(one.pk for one in people),
        households={one.pk: "owner" for one in houses},
    )


def _house(blocks: Blocks, code: str) -> None:
    building, unit, room = code.split("-")
    blocks.houses[code] = House.objects.create(
        community=blocks.cast.town.community,
        building=blocks.seven if building == "7" else blocks.eight,
        unit=blocks.units[f"{building}-{unit}"],
        code=code,
        order_key=f"000{building}-000{unit}-{int(room):04}",
        area=Decimal("90.00"),
    )


def _lives(blocks: Blocks, name: str, phone: str, *roles: tuple[str, str]) -> None:
    person = Person.objects.create(community=blocks.cast.town.community, name=name)
    Phone.objects.create(person=person, number=phone)
    for code, role in roles:
        Occupancy.objects.create(house=blocks.houses[code], person=person, role=role)
    blocks.people[name] = person
