"""Who works in the demo: at least one holder of every post in YG, a small team in CH."""

from dataclasses import dataclass
from typing import Literal

from huiyin.kernel.caller import COMPANY_POSTS

FIRST, SECOND = "YG", "CH"
# For trying out only: the demo refuses to be loaded in production.
PASSWORD = "huiyin-demo"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Place:
    """A demo community and the profile of its standards; a building is (code, units)."""

    code: str
    name: str
    phone: str
    address: str
    profile: str
    buildings: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A building: its entrances, floors, flats on a floor, and who keeps it."""

    code: str
    units: int
    floors: int
    per_floor: int
    keeper: str


@dataclass(frozen=True, slots=True)
class Member:
    """An employee of the demo. The company's people sit in YG and see every community."""

    code: str
    name: str
    post: str
    community: Literal["YG", "CH"] = "YG"
    phone: str = ""

    @property
    def is_of_company(self) -> bool:
        """True for posts that are held for the company as a whole."""
        return self.post in COMPANY_POSTS


COMMUNITIES = (
    Place(
        FIRST,
        "阳光花园",
        "0755-26001234",
        "南山区海月路 88 号",
        "residential",
        (
            Block("1", 2, 18, 2, "E006"),
            Block("2", 2, 18, 2, "E006"),
            Block("3", 2, 18, 2, "E007"),
            Block("4", 2, 18, 2, "E007"),
            Block("5", 3, 11, 2, "E008"),
            Block("6", 3, 11, 2, "E008"),
            Block("7", 2, 24, 2, "E009"),
            Block("8", 2, 24, 2, "E009"),
        ),
    ),
    Place(
        SECOND,
        "翠湖名邸",
        "0755-26005678",
        "南山区翠湖一路 6 号",
        "friendship",
        (Block("1", 1, 10, 2, "E103"), Block("2", 1, 10, 2, "E103")),
    ),
)

_YG = (
    ("manager", "周启明"),
    ("assistant", "何静怡"),
    ("finance", "沈佩兰"),
    ("quality", "陆文博"),
    ("supervisor", "林岚"),
    ("keeper", "苏晓燕"),
    ("keeper", "韩雪"),
    ("keeper", "邓佳"),
    ("keeper", "吴子涵"),
    ("dispatcher", "郑凯"),
    ("dispatcher", "马丽娜"),
    ("dispatcher", "胡斌"),
    ("receptionist", "陈思雨"),
    ("receptionist", "罗倩"),
    ("collector", "谢芳"),
    ("maintenance_foreman", "高建国"),
    ("cleaning_foreman", "黄桂英"),
    ("security_foreman", "赵铁军"),
    ("technician", "李大勇"),
    ("technician", "孙鹏"),
    ("technician", "唐志强"),
    ("technician", "曹亮"),
    ("technician", "梁伟"),
    ("guard", "石磊"),
    ("guard", "彭超"),
    ("guard", "郭威"),
    ("guard", "范军"),
    ("guard", "丁浩"),
    ("guard", "贺强"),
    ("cleaner", "王桂香"),
    ("cleaner", "刘秀珍"),
    ("cleaner", "钱美凤"),
    ("gardener", "叶长青"),
)
_CH = (
    ("manager", "田野"),
    ("supervisor", "姜薇"),
    ("keeper", "杜鹃"),
    ("receptionist", "夏雨"),
    ("dispatcher", "常乐"),
    ("maintenance_foreman", "尹涛"),
    ("cleaning_foreman", "白玉"),
    ("security_foreman", "雷鸣"),
    ("technician", "孔祥"),
)
EMPLOYEES = (
    *(
        Member(f"E{number:03d}", name, post, "YG", f"1360000{number:04d}")
        for number, (post, name) in enumerate(_YG, 1)
    ),
    Member("E901", "顾明远", "general_manager", phone="13600000901"),
    Member("E902", "宋清", "company_service", phone="13600000902"),
    Member("E903", "潘慧", "company_finance", phone="13600000903"),
    *(
        Member(f"E{number:03d}", name, post, "CH", f"1360000{number:04d}")
        for number, (post, name) in enumerate(_CH, 101)
    ),
)


def codes(post: str, community: str = FIRST) -> tuple[str, ...]:
    """Return the employee codes of a post in a community."""
    return tuple(one.code for one in EMPLOYEES if one.post == post and one.community == community)
