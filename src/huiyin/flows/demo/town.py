"""The demo's houses and people, entered in bulk: flats, shops, offices, spaces, cars."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from huiyin.estate.models import (
    Building,
    Community,
    House,
    Occupancy,
    Person,
    Phone,
    Unit,
    Vehicle,
)
from huiyin.estate.pinyin import romanise
from huiyin.flows.demo import cast

SEED = 20190301
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "伟 芳 娜 敏 静 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 建华 文博 子轩 雨桐 浩然 "
    "欣怡 思远 嘉怡 志强 晓东 丽华 海燕 国栋 春梅 俊杰 雪梅 振宇 佳琪 宏伟 玉兰 天佑 诗涵 一鸣 "
    "若曦 永康 美玲 家豪 淑珍 立新 晨曦"
)
GIVEN = _GIVEN.split()
COMPANIES = (
    "深圳市美邻便利店有限公司",
    "海月口腔门诊部",
    "顺心房产经纪有限公司",
    "快乐芽托育服务有限公司",
    "阿婆糖水铺餐饮管理有限公司",
    "康民大药房连锁有限公司",
    "净衣坊洗涤服务部",
    "好伙计五金商行",
)
DEVELOPER = "阳光置业发展有限公司"
SPACES, SHOPS = 240, 18
SPACE_ORDER = "~"  # spaces sort after flats and shops
HANDED_OVER = date(2019, 6, 1)


def make_communities() -> dict[str, Community]:
    """Make the two communities with their buildings and entrances, and no houses yet."""
    communities = {
        place.code: Community(
            code=place.code, name=place.name, phone=place.phone, address=place.address
        )
        for place in cast.COMMUNITIES
    }
    Community.objects.bulk_create(communities.values())
    buildings = [
        Building(
            community=communities[place.code],
            code=block.code,
            name=f"{block.code}栋",
            order=order,
        )
        for place in cast.COMMUNITIES
        for order, block in enumerate(place.buildings, 1)
    ]
    Building.objects.bulk_create(buildings)
    units = {
        (place.code, block.code): block.units
        for place in cast.COMMUNITIES
        for block in place.buildings
    }
    Unit.objects.bulk_create(
        [
            Unit(building=building, code=str(number))
            for building in buildings
            for number in range(1, units[building.community.code, building.code] + 1)
        ]
    )
    return communities


def settle(communities: dict[str, Community]) -> None:
    """Build the houses of both communities and let people move in."""
    for place in cast.COMMUNITIES:
        _Settlers(communities[place.code], Random(f"{SEED}{place.code}")).settle(place)  # noqa: S311


@dataclass
class _Settlers:
    """The rows of one community while they are made up, written in one statement a table."""

    community: Community
    rng: Random
    houses: list[House] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    roles: list[Occupancy] = field(default_factory=list)
    cars: list[Vehicle] = field(default_factory=list)

    def settle(self, place: cast.Place) -> None:
        """Make everything up and write it."""
        for block in place.buildings:
            self._build(block)
        flats = list(self.houses)
        developer = self._person(DEVELOPER, kind="company", phones=("075526118000",))
        for house in flats:
            self._move_in(house, developer)
        if place.code == cast.FIRST:
            self._open_shops()
        House.objects.bulk_create(self.houses)
        House.objects.bulk_create(self._spaces(flats))
        Person.objects.bulk_create(self.people)
        Phone.objects.bulk_create(self.phones)
        Occupancy.objects.bulk_create(self.roles)
        Vehicle.objects.bulk_create(self.cars)

    def _build(self, block: cast.Block) -> None:
        building = Building.objects.get(community=self.community, code=block.code)
        for unit in building.units.order_by("code"):
            for floor in range(1, block.floors + 1):
                for door in range(1, block.per_floor + 1):
                    number = f"{floor}{door:02d}"
                    ground = self.community.code == cast.FIRST and block.code == "8" and floor == 1
                    self.houses.append(
                        House(
                            community=self.community,
                            building=building,
                            unit=unit,
                            kind=House.Kind.OFFICE if ground else House.Kind.FLAT,
                            code=f"{block.code}-{unit.code}-{number}",
                            order_key=f"{block.code:0>4}-{unit.code:0>4}-{number:0>6}",
                            area=Decimal(self.rng.choice((7250, 8936, 9850, 11840, 14275))) / 100,
                            floor=floor,
                            handed_over_on=HANDED_OVER + timedelta(days=self.rng.randrange(900)),
                        )
                    )

    def _move_in(self, house: House, developer: Person) -> None:
        draw = self.rng.random()
        if house.kind == House.Kind.OFFICE:
            self._role(house, self._person(self.rng.choice(COMPANIES), kind="company"), "company")
        elif draw < 0.03:  # noqa: PLR2004 - unsold: the developer answers
            house.vacant, house.handed_over_on = True, None
            self._role(house, developer, "developer")
        else:
            self._household(house)
            house.vacant = draw > 0.95  # noqa: PLR2004 - sold, nobody lives there

    def _household(self, house: House) -> None:
        owner = self._person(self._name())
        self._role(house, owner, "owner")
        if not any(one.person is owner for one in self.phones[-2:]):
            house.incomplete = ["phone"]
        if self.rng.random() < 0.18:  # noqa: PLR2004
            self._role(house, self._person(self._name()), "co_owner")
        if self.rng.random() < 0.14:  # noqa: PLR2004
            self._role(house, self._person(self._name()), "tenant", from_on=date(2025, 3, 1))
        if self.rng.random() < 0.45:  # noqa: PLR2004
            letters = "".join(self.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=5))
            self.cars.append(Vehicle(community=self.community, house=house, plate=f"粤B{letters}"))

    def _open_shops(self) -> None:
        for number in range(1, SHOPS + 1):
            shop = House(
                community=self.community,
                kind=House.Kind.SHOP,
                code=f"S-{number:02d}",
                order_key=f"S-{number:06d}",
                area=Decimal(self.rng.randrange(3200, 18000)) / 100,
                floor=1,
                handed_over_on=HANDED_OVER,
            )
            self.houses.append(shop)
            self._role(shop, self._person(self._name()), "owner")
            if number <= len(COMPANIES):
                company = self._person(COMPANIES[number - 1], kind="company")
                self._role(shop, company, "tenant", from_on=date(2024, 7, 1))

    def _spaces(self, flats: list[House]) -> list[House]:
        wanted = SPACES if self.community.code == cast.FIRST else 20
        return [
            House(
                community=self.community,
                kind=House.Kind.PARKING,
                code=f"B1-{number:03d}",
                order_key=f"{SPACE_ORDER}B1-{number:06d}",
                tenure=self.rng.choice(("产权", "产权", "租赁")),
                goes_with=flat,
            )
            for number, flat in enumerate(self.rng.sample(flats, k=min(wanted, len(flats))), 1)
        ]

    def _name(self) -> str:
        return self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)

    def _person(
        self, name: str, *, kind: str = "person", phones: tuple[str, ...] | None = None
    ) -> Person:
        pinyin, initials = romanise(name)
        person = Person(
            community=self.community, kind=kind, name=name, pinyin=pinyin, initials=initials
        )
        self.people.append(person)
        for rank, number in enumerate(self._numbers() if phones is None else phones):
            states = [*["good"] * 12, "out_of_service", "wrong", "unreachable"]
            self.phones.append(
                Phone(
                    person=person,
                    number=number,
                    rank=rank,
                    state=self.rng.choice(states) if rank or phones is None else "good",
                )
            )
        return person

    def _numbers(self) -> tuple[str, ...]:
        count = self.rng.choices((0, 1, 2), weights=(3, 77, 20))[0]
        heads = ("135", "137", "139", "150", "158", "181", "186", "189")
        return tuple(
            f"{self.rng.choice(heads)}{self.rng.randrange(10**8):08d}" for _ in range(count)
        )

    def _role(self, house: House, person: Person, role: str, from_on: date | None = None) -> None:
        self.roles.append(
            Occupancy(
                house=house, person=person, role=role, from_on=from_on or house.handed_over_on
            )
        )
