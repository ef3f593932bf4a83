"""The readers of single cells: every spelling we know of, and nothing raised but a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.estate.roster.areas import read_area, read_rate
from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.headers import Field, column_letter, meaning
from huiyin.estate.roster.names import (
    read_names,
    read_plates,
    read_tenants,
    remark_says_nobody,
    says_no_tenant,
    says_nobody,
)
from huiyin.estate.roster.phones import read_phones
from huiyin.estate.roster.spelling import (
    read_building,
    read_house,
    read_shop,
    read_space,
    read_unit,
    tagged_place,
)
from huiyin.estate.roster.text import Unreadable, arabic, fold, numeral

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
CELLS = st.one_of(
    st.text(),
    st.text(alphabet="0123456789-/.栋幢单元室号楼层#年月日(),、 ABCZ一二十负商铺转"),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.none(),
)


def wide(text: str) -> str:
    """Write a text in full-width characters."""
    return text.translate(WIDE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3栋1单元1201室", "3-1-1201"), ("3#-1-1201", "3-1-1201"), ("3-1-1201", "3-1-1201"),
        ("3号楼一单元1201", "3-1-1201"), ("三栋1单元1201", "3-1-1201"),
        ("三栋一单元一二〇一室", "3-1-1201"), ("二十一栋1单元101", "21-1-101"),
        ("03栋01单元0101室", "3-1-101"), ("3幢1201号", "3-1201"), ("3-1201", "3-1201"),
        ("A座1501", "A-1501"), ("A1501", "A-1501"), ("a-1501", "A-1501"),
        ("3—1—1201", "3-1-1201"), ("3/1/1201", "3-1-1201"), ("3 栋 1 单元 1201", "3-1-1201"),
        ("3 1 1201", "3-1-1201"), ("3#1-1201", "3-1-1201"), ("3#1#1201", "3-1-1201"),
        ("3号楼2门501", "3-2-501"), ("3栋1单元12层01", "3-1-1201"), ("3-1-12-01", "3-1-1201"),
        ("二期3栋1单元1201", "2期3-1-1201"), ("阳光花园3栋1单元1201室", "3-1-1201"),
        ("中山路18号3栋1单元1201室", "3-1-1201"), ("3-1-1201(复式)", "3-1-1201"),
        ("荷塘月色3栋1单元1201", "3-1-1201"), ("荷塘月色3-1-1201", "3-1-1201"),
        ("别墅12号", "别墅-12"), ("12号别墅", "别墅-12"), ("3-A-1201", "3-A-1201"),
    ],
)  # fmt: skip
def test_houses(text: str, code: str) -> None:
    assert read_house(text).code == code
    assert read_house(wide(text)).code == code


@pytest.mark.parametrize(
    ("text", "building", "unit", "code"),
    [
        ("1201", "3", "1", "3-1-1201"), ("1201室", "3", "", "3-1201"),
        ("1-1201", "3", "", "3-1-1201"),
        ("3-1-1201", "3", "1", "3-1-1201"), ("1单元1201", "3", "", "3-1-1201"),
        ("4-1-101", "3", "2", "4-1-101"), ("3-1201", "3", "", "3-1201"),
        ("12", "别墅", "", "别墅-12"),
    ],
)  # fmt: skip
def test_houses_beside_their_building(text: str, building: str, unit: str, code: str) -> None:
    assert read_house(text, building, unit).code == code


@pytest.mark.parametrize(
    "text", ["", "3栋", "3栋1单元", "制表:", "待定", "3栋1单元1201室、1202室", "#REF!", "1" * 13]
)
def test_what_is_no_house(text: str) -> None:
    with pytest.raises(Unreadable):
        read_house(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("商铺S-01", "S-01"), ("S1", "S-01"), ("1号商铺", "S-01"), ("商铺一号", "S-01"),
        ("3栋底商5号", "3-S-05"), ("3栋101商铺", "3-101"), ("A-12", "A-12"), ("3-1-101", "3-1-101"),
    ],
)  # fmt: skip
def test_shops(text: str, code: str) -> None:
    assert read_shop(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("B1-001", "B1-001"), ("负一层001号", "B1-001"), ("-1层1", "B1-001"), ("B1001", "B1-001"),
        ("地下一层001", "B1-001"), ("B1层-001", "B1-001"), ("A区12", "A-012"), ("A012", "A-012"),
        ("负二层A区12号", "B2-A012"), ("12", "012"), ("车位12号", "012"), ("地面12号", "地面-012"),
    ],
)  # fmt: skip
def test_spaces(text: str, code: str) -> None:
    assert read_space(text) == code


def test_buildings_and_units() -> None:
    for text in ("3", "3#", "3栋", "03幢", "三栋", "3号楼", "第3栋", "3栋(高层)", "3#楼"):
        assert read_building(text) == "3"
    for text in ("1", "1单元", "一单元", "01", "第1单元"):
        assert read_unit(text) == "1"
    assert (read_building(""), read_unit("/"), read_building("东区3栋")) == ("", "", "东区3")
    titles = ("3栋", "A座业主", "住宅", "Sheet1", "一号楼二单元", "荷花苑3#2单元业主", "1-3栋")
    places = [("3", ""), ("A", ""), ("", ""), ("", ""), ("1", "2"), ("3", "2"), ("", "")]
    assert [tagged_place(title) for title in titles] == places


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (13800000000.0, ["13800000000"]), ("189 9099 6030", ["18990996030"]),
        ("+86 138-0000-0000", ["13800000000"]), ("013800000000", ["13800000000"]),
        ("13800000001/13800000002", ["13800000001", "13800000002"]),
        ("13800000001;13800000002\n13800000003", ["13800000001", "13800000002", "13800000003"]),
        ("13800000001 13800000002", ["13800000001", "13800000002"]),
        ("13800000001(妻)、13800000002(夫)", ["13800000001", "13800000002"]),
        ("0755-88886666转123", ["075588886666"]), ("(010)62345678", ["01062345678"]),
        ("021-62345678-801", ["02162345678"]), ("62345678", ["62345678"]),
        ("400-800-1234", ["4008001234"]), ("+852 9123 4567", ["+85291234567"]),
        ("手机:13800000000", ["13800000000"]), ("无", []), (None, []), ("停机", []),
    ],
)  # fmt: skip
def test_phones(value: Any, good: list[str]) -> None:
    read = read_phones(value)
    assert ([phone.number for phone in read.good], read.bad) == (good, ())


@pytest.mark.parametrize(
    "value",
    [
        "186133029",
        "138000000001",
        "1.38E+10",
        "12345678901",
        "1380000000O",
        1380000.5,
        "abc",
        0.0,
        "13800000000转12",
        "13800000000a",
        True,
    ],
)
def test_wrong_numbers_never_enter(value: Any) -> None:
    read = read_phones(value)
    assert read.good == ()
    assert read.bad


def test_words_beside_a_number() -> None:
    beside = {
        "13800000001(妻)13800000002(夫)": ["妻", "夫"],
        "王丽13800000001李强13800000002": ["王丽", "李强"],
        "13800000001王丽 13800000002李强": ["王丽", "李强"],
        "王丽:13800000001;李强:13800000002": ["王丽", "李强"],
    }
    for text, labels in beside.items():
        assert [phone.label for phone in read_phones(text).good] == labels
    assert read_phones("0755-88886666转123").good[0].extension == "123"


@pytest.mark.parametrize(
    ("value", "area"),
    [
        ("98.5㎡", "98.50"), ("98.50 平方米", "98.50"), ("98.5 m2", "98.50"), (98.5, "98.50"),
        (129.60000000000002, "129.60"), ("９８．５", "98.50"), ("1,234.5", "1234.50"),
        ("建筑面积:98.5平米", "98.50"), (98.0, "98.00"),
    ],
)  # fmt: skip
def test_areas(value: Any, area: str) -> None:
    assert read_area(value) == Decimal(area)


@pytest.mark.parametrize("value", ["约98", "98+2", 0.0, -3.0, "0.001", "1e3", "9999999", True])
def test_what_is_no_area(value: Any) -> None:
    with pytest.raises(Unreadable):
        read_area(value)


def test_rates() -> None:
    assert [read_rate(v) for v in (2.3, "2.30元/㎡·月", "60元", "")] == [
        Decimal("2.3"), Decimal("2.30"), Decimal("60"), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        date(2021, 3, 30), datetime(2021, 3, 30, 8),  # noqa: DTZ001
        44285.0, 44285.5, "44285", "2021-03-30",
        "2021/3/30", "2021.3.30", "2021年3月30日", "2021 年 3 月 30 日", "20210330", 20210330.0,
        "2021-03-30 00:00:00", "30/3/2021", "3/30/2021", "二〇二一年三月三十日", "21年3月30日",
        "2021-3-30 星期二", "2021.3.30交房",
    ],
)  # fmt: skip
def test_dates(value: Any) -> None:
    assert read_date(value) == date(2021, 3, 30)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2021-02-30", "date.impossible"), ("2021年3月", "date.no_day"), (2021.0, "date.no_day"),
        ("03/04/2021", "date.ambiguous"), ("21.3.30", "date.not_a_date"),
        ("1021-03-30", "date.implausible"),
        ("下个月", "date.not_a_date"), (True, "date.not_a_date"), (-5.0, "date.not_a_date"),
    ],
)  # fmt: skip
def test_what_is_no_date(value: Any, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_date(value)
    assert refused.value.code == code


def test_a_house_not_handed_over_has_no_date() -> None:
    assert [read_date(v) for v in ("", None, "未交付", "待定", "/", "未收楼")] == [None] * 6


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("王 丽", ["王丽"]), ("王　丽", ["王丽"]), ("欧阳 娜", ["欧阳娜"]),
        ("王 丽 李 强", ["王丽", "李强"]),
        ("蔡思 石娜文", ["蔡思", "石娜文"]), ("朱浩思/郭雨勇", ["朱浩思", "郭雨勇"]),
        ("郑浩、孔军涛", ["郑浩", "孔军涛"]), ("李建和王丽", ["李建", "王丽"]),
        ("王和平", ["王和平"]),
        ("李建国与王丽华及赵明", ["李建国", "王丽华", "赵明"]), ("李四\n王五", ["李四", "王五"]),
        ("众合(北京)科技有限公司", ["众合（北京）科技有限公司"]),
        ("北京 众合 科技有限公司", ["北京众合科技有限公司"]),
        ("远大置业有限公司 王丽", ["远大置业有限公司", "王丽"]),
        ("ABC Co., Ltd.", ["ABC Co., Ltd"]),
        ("迪丽热巴·买买提", ["迪丽热巴·买买提"]), ("王丽(已故)", ["王丽"]), ("王丽 女士", ["王丽"]),
        ("John Smith", ["John Smith"]), ("业主:王丽", ["王丽"]),
        ("深圳市和平发展有限公司", ["深圳市和平发展有限公司"]),
    ],
)  # fmt: skip
def test_names(text: str, people: list[str]) -> None:
    assert [person.name for person in read_names(text)] == people


@pytest.mark.parametrize(
    "value", ["王", "123", "同上", "?", "---/---", 5.0, True, date(2021, 3, 1)]
)
def test_what_is_no_name(value: Any) -> None:
    with pytest.raises(Unreadable):
        read_names(value)


@pytest.mark.parametrize(
    ("remark", "people"),
    [
        ("租户:夏怡远 13814193141", [("夏怡远", "13814193141")]), ("租客 李四", [("李四", "")]),
        ("出租给李四,电话13900000000,2024年到期", [("李四", "13900000000")]),
        ("租客李四电话13900000000", [("李四", "13900000000")]),
        ("租户:李四 13900000000、王五 13800000000", [("李四", "13900000000"),
        ("王五", "13800000000")]),
        ("承租人:王 丽 13900000000", [("王丽", "13900000000")]),
        ("出租给远大科技有限公司 13900000000", [("远大科技有限公司", "13900000000")]),
        ("租户姓名:李四 电话:13900000000", [("李四", "13900000000")]),
        ("租住:李四13900000000", [("李四", "13900000000")]), ("租户常年在外", []), ("已出租", []),
        ("租户电话13900000000", []), ("业主自住", []),
    ],
)  # fmt: skip
def test_tenants_in_remarks(remark: str, people: list[tuple[str, str]]) -> None:
    found = read_tenants(remark)
    assert [(t.name, t.phones[0].number if t.phones else "") for t in found] == people


def test_nobody() -> None:
    assert all(map(says_nobody, ("空置", "未售", "开发商", "未交付", "(待售)", "开发商保留")))
    assert not any(map(says_nobody, ("王丽", "", "空军一号有限公司")))
    assert remark_says_nobody("该房未售") and not remark_says_nobody("已收楼")
    assert says_no_tenant("自住") and not says_no_tenant("李四")


def test_plates() -> None:
    assert read_plates("粤B·12345、沪C9XNP5") == ("粤B12345", "沪C9XNP5")
    with pytest.raises(Unreadable):
        read_plates("abc")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("房号", Field.ROOM), ("房间号", Field.ROOM), ("单元号", Field.UNIT), ("门牌", Field.ROOM),
        ("户号", Field.ROOM), ("业主姓名", Field.OWNER), ("产权人", Field.OWNER),
        ("户主", Field.OWNER),
        ("客户名称", Field.OWNER), ("联系电话", Field.PHONE), ("手机", Field.PHONE),
        ("电话1", Field.PHONE),
        ("业主电话", Field.PHONE), ("建筑面积（㎡）", Field.AREA), ("计费面积", Field.AREA),
        ("套内面积", Field.AREA), ("交房日期", Field.HANDED_OVER), ("收楼日期", Field.HANDED_OVER),
        ("入伙时间", Field.HANDED_OVER), ("交付时间", Field.HANDED_OVER), ("楼 栋", Field.BUILDING),
        ("栋号", Field.BUILDING), ("楼号", Field.BUILDING), ("座", Field.BUILDING),
        ("备注", Field.REMARK),
        ("说明", Field.REMARK), ("租户", Field.TENANT), ("承租人", Field.TENANT),
        ("使用人", Field.TENANT),
        ("租户电话", Field.TENANT_PHONE), ("车位号", Field.SPACE), ("车位编号", Field.SPACE),
        ("车牌", Field.PLATE), ("车位类型", Field.TENURE), ("业主身份证号", Field.IGNORED),
        ("序号", Field.IGNORED), ("公摊面积", Field.IGNORED),
    ],
)  # fmt: skip
def test_headers(header: str, field: Field) -> None:
    found = meaning(header)
    assert found is not None
    assert found[0] is field


def test_column_letters() -> None:
    assert [column_letter(at) for at in (0, 25, 26, 27, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AB",
        "ZZ",
        "AAA",
    ]


def test_numerals() -> None:
    told = {"十": 10, "二十一": 21, "一百零五": 105, "一二〇一": 1201, "两百": 200, "十二": 12}
    assert {text: numeral(text) for text in told} == told
    assert arabic("三栋二单元", "栋|单元") == "3栋2单元"


READERS: list[Callable[[Any], Any]] = [read_area, read_rate, read_date, read_names, read_plates]
SPELLERS: list[Callable[[str], Any]] = [
    read_house, read_building, read_unit, read_shop, read_space, tagged_place, read_tenants,
    says_nobody, remark_says_nobody, meaning,
]  # fmt: skip


@given(CELLS)
def test_cells_are_read_or_refused(value: Any) -> None:
    for reader in READERS:
        try:
            reader(value)
        except Unreadable as refused:
            assert refused.code
    read_phones(value)


@given(
    st.one_of(
        st.text(), st.text(alphabet="0123456789-/.栋幢单元室号楼层#(),、 ABCZ一二十负商铺期区")
    )
)
def test_texts_are_read_or_refused(text: str) -> None:
    for speller in SPELLERS:
        try:
            speller(text)
        except Unreadable as refused:
            assert refused.code
    assert fold(fold(text)) == fold(text)


PLACES = st.tuples(st.integers(1, 60), st.integers(0, 9), st.integers(1, 40), st.integers(1, 30))
SPELLINGS = st.sampled_from(
    [
        "{b}栋{u}单元{r}室",
        "{b}#-{u}-{r}",
        "{b}-{u}-{r}",
        "{b:02}幢{u}单元{r}",
        "{b}号楼 {u}单元 {r}号",
    ]
)


@given(PLACES, SPELLINGS, st.booleans())
def test_houses_round_trip(place: tuple[int, int, int, int], spelling: str, broad: bool) -> None:
    building, unit, floor, door = place
    room = f"{floor}{door:02}"
    if not unit:
        spelling = "{b}栋{r}室"
    text = spelling.format(b=building, u=unit, r=room)
    name = read_house(wide(text) if broad else text)
    assert (name.building, name.unit, name.number) == (str(building), str(unit or ""), room)
    assert read_house(name.code) == name


@given(st.integers(13_000_000_000, 19_999_999_999), st.sampled_from(["{}", "+86{}", "{} ", "({})"]))
def test_phones_round_trip(number: int, shape: str) -> None:
    for value in (shape.format(number), float(number), wide(str(number))):
        assert [phone.number for phone in read_phones(value).good] == [str(number)]


@given(st.decimals("0.01", "100000", places=2))
def test_areas_round_trip(area: Decimal) -> None:
    assert read_area(float(area)) == read_area(f"{area}㎡") == read_area(wide(str(area))) == area


@given(st.dates(date(1949, 10, 1), date(2099, 12, 31)))
def test_dates_round_trip(day: date) -> None:
    serial = float((day - date(1899, 12, 30)) / timedelta(days=1))
    texts = [f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}"]
    texts += [f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日"]
    values: list[Any] = [day, serial, *texts, *map(wide, texts)]
    for value in values:
        assert read_date(value) == day
