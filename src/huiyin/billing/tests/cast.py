"""An estate ready to be billed: books, two groups of charges, prices and seven households.

It stands on the cast of matters, in YG. Group A bills quarters: the management fee in advance,
shared water of the quarter before. Group B bills months: parking, the water meters, slips.

- ``flat`` 3-1-1201, 98.50 m², 王丽 owns it, with a water meter and parking space B1-001.
- ``let`` 3-1-1202, 98.50 m², 孙房 owns it, 赵强 rents it and pays water by agreement.
- ``bare`` 3-1-1301 has no area.
- ``shop`` S-01, 60.00 m², belongs to a company.
- ``unsold`` 3-1-1401, 120.00 m², not handed over: the developer pays.
- ``sold`` 3-1-1501, 88.88 m², goes from 老业主 to 新业主 on 17 May 2026.
- ``space`` B1-001, a parking space of 王丽.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from huiyin.billing.models import Assignment, ChargeGroup, ChargeItem, Tariff, Terms
from huiyin.estate.models import Community, House, Occupancy, Person
from huiyin.kernel.caller import Caller
from huiyin.ledger.actions import open_books
from huiyin.matters.tests.cast import AT, Cast
from huiyin.meters.models import Meter

OPENED_ON = date(2025, 1, 1)
SINCE = date(2025, 1, 1)
SOLD_ON = date(2026, 5, 17)
PRICES = {
    ("management", "flat"): "2.8000",
    ("management", "shop"): "6.5000",
    ("parking", ""): "150.0000",
    ("water", ""): "4.1000",
}


@dataclass
class Estate:
    """What a test about charges needs, by name."""

    cast: Cast
    developer: Person
    houses: dict[str, House] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, ChargeGroup] = field(default_factory=dict)
    items: dict[str, ChargeItem] = field(default_factory=dict)
    tariffs: dict[tuple[str, str], Tariff] = field(default_factory=dict)
    assignments: dict[tuple[str, str], Assignment] = field(default_factory=dict)
    meters: dict[str, Meter] = field(default_factory=dict)

    @property
    def community(self) -> Community:
        """The community that is billed."""
        return self.cast.town.community

    def caller(self, post: str) -> Caller:
        """Speak for the holder of a post."""
        return self.cast.caller(post)

    def assign(self, house: str, item: str, **given: object) -> Assignment:
        """Charge a house; days, payer and quantity as given."""
        made = Assignment.objects.create(
            community=self.community,
            house=self.houses[house],
            item=self.items[item],
            made_at=AT,
            **{"from_on": SINCE, **given},
        )
        self.assignments[house, item] = made
        return made

    def price(self, item: str, price: str, *, kind: str = "", **given: object) -> Tariff:
        """Put an approved price in force, by default since the books are open."""
        made = Tariff.objects.create(
            item=self.items[item],
            house_kind=kind,
            price=Decimal(price),
            basis="合同第 8 条",
            state="approved",
            version=1,
            drafted_by=self.cast.employee("finance"),
            drafted_at=AT,
            approved_by=self.cast.employee("manager"),
            approved_at=AT,
            **{"from_on": SINCE, **given},
        )
        self.tariffs[item, kind] = made
        return made


def make_estate(cast: Cast) -> Estate:
    """Build the estate in YG."""
    here = cast.town.community
    developer = Person.objects.create(community=here, kind="company", name="阳光置业")
    one = Estate(cast, developer)
    Terms.objects.create(community=here, developer=developer, ways="服务中心前台,8:30–18:00")
    _open_books(one)
    _people_and_houses(one)
    _charges(one)
    _assignments(one)
    return one


def _open_books(one: Estate) -> None:
    open_books(by=one.caller("finance"), at=AT, community_id=one.community.pk, opened_on=OPENED_ON)


def _people_and_houses(one: Estate) -> None:
    town = one.cast.town
    company = Person.objects.create(community=one.community, kind="company", name="优选便利店")
    names = {"landlord": "孙房", "seller": "老业主", "buyer": "新业主", "lone": "李无"}
    one.people = {
        "owner": town.owner,
        "tenant": town.tenant,
        "developer": one.developer,
        "company": company,
        **{
            role: Person.objects.create(community=one.community, name=name)
            for role, name in names.items()
        },
    }
    kinds = {
        "bare": ("3-1-1301", "flat", None, 1301),
        "unsold": ("3-1-1401", "flat", "120.00", 1401),
        "sold": ("3-1-1501", "flat", "88.88", 1501),
        "shop": ("S-01", "shop", "60.00", 9001),
    }
    space = House.objects.get(community=one.community, code="B1-001")
    one.houses = {"flat": town.flat, "let": town.other, "space": space} | {
        name: House.objects.create(
            community=one.community,
            building=town.building if kind == "flat" else None,
            kind=kind,
            code=code,
            order_key=f"0003-0001-{order}",
            area=area and Decimal(area),
            vacant=name == "unsold",
        )
        for name, (code, kind, area, order) in kinds.items()
    }
    held = (
        ("let", "landlord", "owner", None, None),
        ("bare", "lone", "owner", None, None),
        ("shop", "company", "owner", None, None),
        ("unsold", "developer", "developer", None, None),
        ("sold", "seller", "owner", None, SOLD_ON),
        ("sold", "buyer", "owner", SOLD_ON, None),
        ("space", "owner", "owner", None, None),
    )
    Occupancy.objects.bulk_create(
        Occupancy(
            house=one.houses[house],
            person=one.people[person],
            role=role,
            from_on=from_on,
            until_on=until_on,
        )
        for house, person, role, from_on, until_on in held
    )


def _charges(one: Estate) -> None:
    one.groups = {
        "A": ChargeGroup.objects.create(
            community=one.community,
            code="A",
            name="季度物业费",
            months=3,
            draft_after=-20,
            issue_after=-15,
            due_after=14,
            offset_after=0,
            debit_after=[9, 19],
        ),
        "B": ChargeGroup.objects.create(
            community=one.community,
            code="B",
            name="月度费用",
            months=1,
            draft_after=0,
            issue_after=4,
            due_after=24,
            offset_after=5,
            debit_after=[9, 19],
        ),
    }
    given: tuple[tuple[str, str, str, str, dict[str, object]], ...] = (
        ("management", "A", "物业费", "area", {"account": "600101", "unit": "m²"}),
        ("shared_water", "A", "公摊水费", "apportioned", {"account": "600103", "phase": "arrears"}),
        ("parking", "B", "停车费", "fixed", {"account": "600102", "unit": "个"}),
        (
            "water",
            "B",
            "水费",
            "metered",
            {
                "account": "224102",
                "agency": True,
                "phase": "arrears",
                "meter_kind": "water",
                "unit": "m³",
            },
        ),
        ("slips", "B", "特约服务", "slip", {"account": "600104", "phase": "arrears"}),
        ("garden", "B", "园艺养护", "contract", {"account": "600104"}),
    )
    for order, (code, group, name, way, more) in enumerate(given):
        one.items[code] = ChargeItem.objects.create(
            community=one.community,
            group=one.groups[group],
            code=code,
            name=name,
            way=way,
            order=order,
            **more,
        )
    for (item, kind), price in PRICES.items():
        one.price(item, price, kind=kind)


def _assignments(one: Estate) -> None:
    for house in ("flat", "let", "bare", "shop", "unsold", "sold"):
        one.assign(house, "management")
        one.assign(house, "shared_water")
    one.assign("space", "parking")
    one.assign("flat", "water")
    one.assign("let", "water", pays="tenant")
    for house, code in (("flat", "W-1201"), ("let", "W-1202")):
        one.meters[house] = Meter.objects.create(
            community=one.community,
            code=code,
            kind="water",
            house=one.houses[house],
            route="3栋",
            step=len(one.meters) + 1,
            from_on=SINCE,
        )
