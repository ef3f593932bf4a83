"""One invented town written down in many ways: whatever the office's habits, it reads the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from huiyin.estate.roster.tests.books import by_code, names, numbers, parsed

HEADERS = {
    "building": ["楼栋", "栋号", "楼号", "座", "幢号", "楼栋号", "所属楼栋"],
    "unit": ["单元", "单元号", "所在单元", "梯"],
    "room": ["房号", "房间号", "门牌", "户号", "室号", "房屋编号", "门牌号"],
    "owner": ["业主姓名", "产权人", "户主", "客户名称", "业主", "房主姓名", "姓名"],
    "phone": ["联系电话", "手机", "业主电话", "电话", "联系方式", "电话1", "手机号码"],
    "second": ["电话2", "备用电话", "其他电话", "固定电话"],
    "area": ["建筑面积", "计费面积", "产权面积", "建筑面积(㎡)", "面积", "收费面积（平方米）"],
    "day": ["交房日期", "收楼日期", "入伙时间", "交付时间", "接房日期"],
    "remark": ["备注", "说明", "备注说明", "其他"],
}
EXTRA = ["序号", "身份证号", "套内面积", "户型", "性别"]
NUMERALS = "零一二三四五六七八九十"
COMPANIES = ["众合置业有限公司", "远大（北京）科技有限公司", "惠民超市"]


@dataclass(frozen=True)
class Flat:
    """What is true of a flat."""

    building: int
    unit: int
    room: str
    owners: tuple[str, ...]
    phones: tuple[str, ...]
    area: str
    day: date
    tenant: tuple[str, str] | None

    @property
    def code(self) -> str:
        """Return its canonical code."""
        return f"{self.building}-{self.unit}-{self.room}"


def town(chance: Random) -> list[Flat]:
    """Invent the flats of a small town."""
    flats = []
    for building in range(1, 5):
        for unit in (1, 2):
            for room in ("101", "102", "1201", "1202"):
                kind = chance.random()
                owners = tuple(_name(chance) for _ in range(2 if kind < 0.2 else 1))
                if len(set(owners)) < len(owners):
                    owners = owners[:1]
                if kind > 0.95:
                    owners = (chance.choice(COMPANIES),)
                if kind > 0.85 and kind < 0.95:
                    owners = ()
                phones = tuple(_phone(chance) for _ in range(chance.choice((1, 1, 2))))
                rented = owners and chance.random() < 0.2
                flats.append(
                    Flat(
                        building, unit, room, owners, phones if owners else (),
                        f"{chance.randint(4000, 20000) / 100:.2f}",
                        date(2012, 1, 1) + timedelta(chance.randrange(4000)),
                        (_name(chance), _phone(chance)) if rented else None,
                    )
                )  # fmt: skip
    return flats


def _name(chance: Random) -> str:
    given = chance.sample("丽强敏静磊军洋勇艳杰涛明超秀霞平刚桂英华", chance.choice((1, 2)))
    return chance.choice("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨") + "".join(given)


def _phone(chance: Random) -> str:
    return chance.choice(("138", "150", "189", "199")) + f"{chance.randrange(10**8):08}"


class Office:
    """An office with its own habits."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311  # an invented town, no secret
        self.flats = town(self.chance)
        self.whole = self.chance.random() < 0.4
        self.merged = not self.whole and self.chance.random() < 0.5
        self.two_phones = self.chance.random() < 0.5
        self.headers = {key: self.chance.choice(some) for key, some in HEADERS.items()}
        if self.whole and self.headers["room"] == "室号":
            self.headers["room"] = "房号"

    def workbook(self) -> tuple[dict[str, list[list[Any]]], dict[str, list[str]]]:
        """Write the town down; a sheet for all, or one for each building."""
        columns = ["room", "owner", "phone", "area", "day", "remark"]
        if self.two_phones:
            columns.insert(columns.index("phone") + 1, "second")
        front = [] if self.whole else ["building", "unit"]
        self.chance.shuffle(columns)
        extra = self.chance.sample(EXTRA, 2)
        columns = [*extra[:1], *front, *columns, *extra[1:]]
        split = not self.whole and self.chance.random() < 0.4
        sheets: dict[str, list[list[Any]]] = {}
        merged: dict[str, list[str]] = {}
        for building in sorted({flat.building for flat in self.flats}):
            own = [flat for flat in self.flats if flat.building == building]
            if split:
                used = [column for column in columns if column != "building"]
                sheets[f"{building}栋"] = [*self._head(used), *self._rows(own, used)]
                continue
            rows = sheets.setdefault("Sheet1", self._head(columns))
            start = len(rows)
            rows += self._rows(own, columns)
            if self.merged:
                letter = "ABCDEFGHIJKLMN"[columns.index("building")]
                merged.setdefault("Sheet1", []).append(f"{letter}{start + 1}:{letter}{len(rows)}")
                for at in range(start + 1, len(rows)):
                    rows[at][columns.index("building")] = ""
        for rows in sheets.values():
            rows += [["", "合计", "", f"{len(self.flats)}户"], ["", "审核:", "", "制表:"]]
        return sheets, merged

    def _head(self, columns: list[str]) -> list[list[Any]]:
        titles: list[list[Any]] = [
            ["幸福里业主信息台账"],
            ["制表:客服中心", "", "日期:2026年2月"],
            [],
        ]
        keep = self.chance.randint(0, 3)
        return [*titles[:keep], [self.headers.get(column, column) for column in columns]]

    def _rows(self, flats: list[Flat], columns: list[str]) -> list[list[Any]]:
        building = self._building(flats[0].building)
        rows = []
        for flat in flats:
            cells = self._cells(flat) | {"building": building}
            rows.append([cells.get(column, "") for column in columns])
        return rows

    def _building(self, number: int) -> Any:
        some = ["{}栋", "{}#", "{:02}幢", "{}号楼", "{}"]
        return self.chance.choice([*(one.format(number) for one in some), NUMERALS[number] + "栋"])

    def _cells(self, flat: Flat) -> dict[str, Any]:
        pick = self.chance.choice
        first, second = (*flat.phones, "", "")[:2]
        phone: Any = first
        if not self.two_phones and second:
            phone, second = pick("/、,;\n ").join((first, second)), ""
        elif first:
            dashed = f"{first[:3]}-{first[3:7]}-{first[7:]}"
            phone = pick([first, float(first), dashed, f"+86 {first}", f"+86 {dashed}"])
        owners = pick("、,/和 ").join(flat.owners)
        if len(flat.owners) == 1 and len(owners) == 2:
            owners = pick([owners, f"{owners[0]} {owners[1]}", f"{owners[0]}　{owners[1]} "])
        remark = pick(["空置", "未售", "开发商", "待售"]) if not flat.owners else ""
        if flat.tenant:
            words = pick(
                ["租户:{} {}", "租客 {} {}", "出租给{},电话{}", "承租人：{}({})", "租客{}{}"]
            )
            remark = words.format(*flat.tenant)
        return {
            "room": self._room(flat),
            "unit": pick([flat.unit, f"{flat.unit}单元", f"{NUMERALS[flat.unit]}单元"]),
            "owner": owners,
            "phone": phone,
            "second": second,
            "area": pick([flat.area, float(flat.area), f"{flat.area}㎡", f"{flat.area} 平方米"]),
            "day": self._day(flat.day),
            "remark": remark,
            "套内面积": 50,
            "身份证号": "440301199001011234",
        }

    def _room(self, flat: Flat) -> Any:
        pick = self.chance.choice
        if not self.whole:
            return pick([flat.room, float(flat.room), f"{flat.room}室", f"{flat.room}号"])
        spelt = [
            "{b}栋{u}单元{r}室",
            "{b}#-{u}-{r}",
            "{b}-{u}-{r}",
            "{b:02}幢{u}单元{r}",
            "{n}栋{u}单元{r}",
        ]
        spelt += ["幸福花园{b}栋{u}单元{r}", "{b}号楼{u}单元{r}号", "{b}—{u}—{r}"]
        values = {"b": flat.building, "u": flat.unit, "r": flat.room, "n": NUMERALS[flat.building]}
        text = pick(spelt).format(**values)
        return (
            text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
            if pick((0, 1))
            else text
        )

    def _day(self, day: date) -> Any:
        y, m, d = day.year, day.month, day.day
        texts = [
            f"{y}.{m}.{d}",
            f"{y}-{m:02}-{d:02}",
            f"{y}/{m}/{d}",
            f"{y}年{m}月{d}日",
            f"{y}{m:02}{d:02}",
        ]
        return self.chance.choice([*texts, day, float((day - date(1899, 12, 30)).days)])


@pytest.mark.parametrize("seed", range(24))
def test_the_same_town(seed: int) -> None:
    office = Office(seed)
    found = parsed(*office.workbook())
    houses = by_code(found)
    assert sorted(houses) == sorted(flat.code for flat in office.flats)
    for flat in office.flats:
        house = houses[flat.code]
        assert (names(house), str(house.area), house.handed_over_on, house.vacant) == (
            list(flat.owners), flat.area, flat.day, not flat.owners,
        )  # fmt: skip
        assert sorted(numbers(house)) == sorted(flat.phones)
        tenants = [(one.name, one.phones[0].number) for one in house.tenants]
        assert tenants == ([flat.tenant] if flat.tenant else [])
        assert house.incomplete == ()
    assert not found.problems
    assert not found.notices


WRONG = {"phone": "186133029", "area": "九十平", "day": "2021-02-30"}


@pytest.mark.parametrize("seed", range(100, 112))
def test_what_is_wrong_is_found_and_the_rest_enters(seed: int) -> None:
    office = Office(seed)
    sheets, merged = office.workbook()
    told = set()
    for sheet, rows in sheets.items():
        head = next(at for at, row in enumerate(rows) if office.headers["room"] in row)
        for at in range(head + 1, len(rows) - 2):
            field = office.chance.choice([*WRONG, "", "", ""])
            if not field or rows[at][rows[head].index(office.headers[field])] == "":
                continue
            rows[at][rows[head].index(office.headers[field])] = WRONG[field]
            told.add((sheet, at + 1, office.headers[field]))
    found = parsed(sheets, merged)
    assert {(one.sheet, one.row, one.header) for one in found.problems} == told
    assert len(found.problems) == len(told)
    assert len(found.houses) == len(office.flats)
    rows_told = {(sheet, row) for sheet, row, _ in told}
    for house in found.houses:
        assert bool(house.incomplete) == ((house.sheet, house.row) in rows_told)
