"""The standing cast: the community YG and CH beside it, and the callers who ask about them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from huiyin.accounts.models import User
from huiyin.estate.models import Building, Community, House, Occupancy, Person, Phone, Vehicle
from huiyin.kernel.caller import Caller

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
TODAY = date(2026, 3, 16)


def caller_with(
    community: Community | None, *posts: str, name: str = "林岚", user: User | None = None
) -> Caller:
    """Make a caller who holds these posts in one community (None: in the company)."""
    return Caller(
        user_id=user.pk if user else None,
        employee_id=None,
        name=name,
        posts={community.pk if community else None: frozenset(posts)},
    )


@dataclass
class Town:
    """A community with one building, two flats, and the people in them."""

    community: Community
    building: Building
    flat: House
    other: House
    owner: Person
    tenant: Person

    def caller(self, *posts: str) -> Caller:
        """Make a caller who holds these posts here."""
        return caller_with(self.community, *posts)


def make_town(code: str = "YG") -> Town:
    """Build the community: 王丽 owns 3-1-1201, 赵强 rents 3-1-1202 and used to rent 1201."""
    community = Community.objects.create(code=code, name=f"{code}花园")
    building = Building.objects.create(community=community, code="3", name="3栋", order=3)
    flat, other = (
        House.objects.create(
            community=community,
            building=building,
            code=f"3-1-{number}",
            order_key=f"0003-0001-{number}",
            area=Decimal("98.50"),
        )
        for number in ("1201", "1202")
    )
    owner = Person.objects.create(community=community, name="王丽", pinyin="wangli", initials="wl")
    tenant = Person.objects.create(
        community=community, name="赵强", pinyin="zhaoqiang", initials="zq"
    )
    Phone.objects.create(person=owner, number="13812345678")
    Phone.objects.create(person=owner, number="075526001234", rank=1, state="wrong")
    Phone.objects.create(person=tenant, number="13900001111")
    Occupancy.objects.create(house=flat, person=owner, role="owner")
    Occupancy.objects.create(
        house=flat,
        person=tenant,
        role="tenant",
        from_on=date(2024, 1, 1),
        until_on=date(2025, 1, 1),
    )
    Occupancy.objects.create(house=other, person=tenant, role="tenant", from_on=date(2025, 1, 1))
    Vehicle.objects.create(community=community, house=flat, plate="粤B12345")
    House.objects.create(
        community=community, kind="parking", code="B1-001", order_key="z-B1-001", goes_with=flat
    )
    return Town(community, building, flat, other, owner, tenant)
