"""Habits of further property offices: how they title, head and fill in what others spell out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from huiyin.estate.roster.areas import read_area
from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.headers import Field, meaning
from huiyin.estate.roster.names import read_names, read_tenants
from huiyin.estate.roster.parsed import Kind
from huiyin.estate.roster.places import name_of, tenure_of
from huiyin.estate.roster.spelling import read_building_and_unit, read_house, read_shop, read_space
from huiyin.estate.roster.tests.books import by_code, names, numbers, parsed
from huiyin.estate.roster.text import Unreadable

PLAIN = ["房号", "业主", "电话", "面积"]
_MEANINGS = {
    Field.BUILDING: "座别 栋别 楼幢 大楼 楼栋编号 栋/单元 楼栋单元 樓棟 号楼 Building",
    Field.UNIT: "单元号码 所属单元 單元",
    Field.ROOM: "房屋号码 房号码 房间编号 房源名称 房屋座落 户编号 門牌號 Room",
    Field.SPACE: "车位号码 泊位号码",
    Field.AREA: "Area(sqm) 產權面積",
    Field.OWNER: "店主 车主姓名 产权单位 业主姓名/单位名称 单位名称 業主姓名 Owner",
    Field.PHONE: "聯絡電話 ContactNumber 联系 紧急联系人电话 Mobile",
    Field.TENANT: "承租单位名称 承租方联系人 租賃人 Tenant",
    Field.HANDED_OVER: "钥匙领取日期 交屋日期 接楼日期 移交日期 HandoverDate",
    Field.RELATION: "与业主关系 關係 人员类型",
    Field.IGNORED: "管家姓名 管家电话 配偶姓名 紧急联系人 水表号码 电表号 门禁卡号码 IDNo.",
}


@pytest.mark.parametrize(
    ("field", "header"), [(field, one) for field, many in _MEANINGS.items() for one in many.split()]
)
def test_headings(field: Field, header: str) -> None:
    found = meaning(header)
    assert found is not None
    assert found[0] is field


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("第3栋第1单元第1213室", "3-1-1213"),
        ("叁栋壹单元1218", "3-1-1218"),
        ("貳拾壹幢3單元502", "21-3-502"),
        ("3栋甲单元1229", "3-甲-1229"),
        ("第三栋第一单元一千二百一十八", "3-1-1218"),
        ("3-1#-1214", "3-1-1214"),
        ("3-1-1201-1", "3-1-1201-1"),
        ("3栋1单元1202复式", "3-1-1202"),
        ("写字楼1504", "1504"),
        ("A塔1516", "A-1516"),
        ("甲座1515", "甲-1515"),
    ],
)
def test_houses(text: str, code: str) -> None:
    assert read_house(text).code == code


def test_a_building_with_its_unit_in_one_cell() -> None:
    assert read_building_and_unit("17栋1单元") == ("17", "1")
    assert read_building_and_unit("3#二单元") == ("3", "2")
    assert read_building_and_unit("3号楼") == ("3", "")
    found = parsed({"s": [["楼栋单元", *PLAIN], ["17栋1单元", 101, "王丽", "13800000001", 90]]})
    assert list(by_code(found)) == ["17-1-101"]


def test_titles_between_the_rows_name_the_unit_too() -> None:
    found = parsed(
        {
            "台账": [
                PLAIN,
                ["一号楼一单元"],
                ["101", "王丽", "13800000001", 90],
                ["一号楼二单元"],
                ["101", "李强", "13800000002", 90],
                ["三单元(6户)"],
                ["101", "赵敏", "13800000003", 90],
                ["平均面积", "", "", 90],
            ]
        }
    )
    assert list(by_code(found)) == ["1-1-101", "1-2-101", "1-3-101"]
    assert not found.notices


def test_a_sheet_for_every_unit() -> None:
    row = ["101", "王丽", "13800000001", 90]
    sheets = ["1栋1单元", "2#2单元业主", "4-3"]
    found = parsed({name: [PLAIN, row] for name in sheets})
    assert list(by_code(found)) == ["1-1-101", "2-2-101", "4-3-101"]


def test_a_shop_stays_in_its_building_when_the_unit_is_blank() -> None:
    header = ["楼号", "单元", "房号", "物业类型", "业主", "电话", "面积"]
    rows = [
        [n, "", "商铺1", "商业", name, "13800000001", 50]
        for n, name in ((14, "王丽"), (15, "李强"))
    ]
    found = parsed({"总表": [header, *rows]})
    assert [(house.code, house.kind) for house in found.houses] == [
        ("14-S-01", Kind.SHOP),
        ("15-S-01", Kind.SHOP),
    ]
    assert read_shop("沿街商铺15号").code == "S-15"


def test_traditional_headings_and_words() -> None:
    found = parsed(
        {
            "住戶": [
                ["樓棟", "單元", "房號", "業主姓名", "聯絡電話", "建築面積", "租戶", "備註"],
                ["九棟", "一單元", "101", "陳大文", "13800000001", "66.6平方米", "", ""],
                ["九棟", "一單元", "102", "陳大文", "13800000001", 66.6, "黃先生", ""],
                ["九棟", "一單元", "103", "歐陽小美", "13800000002", 66.6, "", "租戶:黃大仙"],
                ["合計", "", "3戶"],
            ]
        }
    )
    houses = by_code(found)
    assert list(houses) == ["9-1-101", "9-1-102", "9-1-103"]
    assert names(houses["9-1-103"]) == ["歐陽小美"]
    assert [t.name for t in houses["9-1-103"].tenants] == ["黃大仙"]
    assert not found.problems


def test_a_row_for_every_person_of_a_house() -> None:
    header = ["房号", "面积", "姓名", "与业主关系", "电话"]
    found = parsed(
        {
            "登记": [
                header,
                ["1-1-101", 90, "沈一", "业主", "13800000001"],
                ["", "", "沈二", "配偶", "13800000002"],
                ["", "", "沈三", "租户", "13800000003"],
                ["1-1-102", 91, "沈五", "业主", "13800000004"],
                ["1-1-102", 91, "沈六", "共有人", "13800000005"],
                ["1-1-103", 92, "沈七", "产权人", "13800000006"],
            ]
        },
        {"登记": ["A2:A4", "B2:B4"]},
    )
    house, shared, single = found.houses
    assert (names(house), numbers(house)) == (["沈一"], ["13800000001", "13800000002"])
    assert house.owners[0].phones[1].label == "配偶"
    assert [(t.name, t.phones[0].number) for t in house.tenants] == [("沈三", "13800000003")]
    assert [(o.name, o.phones[0].number) for o in shared.owners] == [
        ("沈五", "13800000004"),
        ("沈六", "13800000005"),
    ]
    assert names(single) == ["沈七"]
    assert not found.problems
    assert not found.notices


def test_a_contact_is_no_second_tenant() -> None:
    header = ["座别", "房号", "业主单位", "联系人", "联系电话", "承租单位", "承租方联系人"]
    row = [
        "A座",
        "1502",
        "腾飞贸易有限公司",
        "张经理",
        "0755-26891234",
        "星河文化公司",
        "李小姐",
    ]
    (house,) = parsed({"写字楼": [header, row]}).houses
    assert (house.code, house.kind, names(house)) == ("A-1502", Kind.OFFICE, ["腾飞贸易有限公司"])
    assert [tenant.name for tenant in house.tenants] == ["星河文化公司"]


def test_names_of_a_keeper_and_of_the_family_are_not_owners() -> None:
    header = ["房号", "姓名", "手机", "紧急联系人", "配偶姓名", "管家姓名", "管家电话"]
    row = ["1-1-101", "王丽", "13800000001", "赵六", "李强", "钱七", "13900000009"]
    (house,) = parsed({"s": [header, row]}).houses
    assert (names(house), numbers(house)) == (["王丽"], ["13800000001"])


def test_who_answers_for_a_company_is_not_part_of_its_name() -> None:
    assert [n.name for n in read_names("申通有限公司(法人:张三)")] == ["申通有限公司"]
    assert [n.name for n in read_names("张三 等2人")] == ["张三"]


@pytest.mark.parametrize(
    ("remark", "name", "phones"),
    [
        ("曹八 13802732055 租户", "曹八", ["13802732055"]),
        ("李四(租客)13900001111", "李四", ["13900001111"]),
        ("王五(租户 13812345678)", "王五", ["13812345678"]),
        ("租客(王五13812345678)", "王五", ["13812345678"]),
        ("租赁户:王五 13812345678", "王五", ["13812345678"]),
        ("已租,王五 13812345678", "王五", ["13812345678"]),
        ("租户张三/13800001111,2025年3月到期", "张三", ["13800001111"]),
        ("租户:李四 13900001111 2025.3.1-2026.2.28", "李四", ["13900001111"]),
        ("业主张三 13800001111 租户李四 13900001111", "李四", ["13900001111"]),
    ],
)
def test_tenants_in_remarks(remark: str, name: str, phones: list[str]) -> None:
    (found,) = read_tenants(remark)
    assert (found.name, [p.number for p in found.phones]) == (name, phones)
    assert not found.bad_phones


@pytest.mark.parametrize(
    "remark", ["租户王五 已退租", "已出租,押金2000", "张三 13800001111 租户:13900001111"]
)
def test_remarks_that_name_no_tenant(remark: str) -> None:
    assert read_tenants(remark) == ()


def test_areas_and_days() -> None:
    for text in ("101.70 sqm", "101.7㎡(套内88)", "101。70"):
        assert read_area(text) == Decimal("101.70")
    with pytest.raises(Unreadable):
        read_area("98.5(实测101.2)")
    for text in ("2021 3 14", "2021、3、14", "14-Mar-2021", "Mar 14, 2021"):
        assert read_date(text) == date(2021, 3, 14)
    with pytest.raises(Unreadable):
        read_date("14-Mer-2021")


def test_spaces() -> None:
    assert (read_space("1#车库"), read_space("040#")) == ("001", "040")
    assert (tenure_of("地下车位"), tenure_of("人防车位")) == ("", "人防车位")
    assert name_of("车库 12号", Kind.PARKING, "", "").code == "012"


def test_a_second_row_that_leaves_something_blank_only_repeats() -> None:
    found = parsed(
        {
            "s": [
                PLAIN,
                ["1-1-101", "王丽", "13800000001", 90],
                ["1栋1单元101", "王丽", "13800000001", ""],
            ]
        }
    )
    assert [notice.code for notice in found.notices] == ["house.duplicate"]


def test_a_header_of_three_rows() -> None:
    found = parsed(
        {
            "s": [
                ["基本信息", "", "", "业主信息", "", "", "租户信息", ""],
                ["房屋", "", "", "", "", "", "", ""],
                ["楼栋", "单元", "房号", "姓名", "电话", "备用电话", "姓名", "电话"],
                ["1", "1", "101", "张三", "13800000001", "13800000002", "李四", "13800000003"],
            ]
        }
    )
    (house,) = found.houses
    assert (house.code, names(house)) == ("1-1-101", ["张三"])
    assert [(t.name, t.phones[0].number) for t in house.tenants] == [("李四", "13800000003")]


def test_an_owner_who_uses_the_house_is_no_tenant() -> None:
    header = ["房号", "业主", "电话", "使用人", "使用人电话"]
    found = parsed(
        {
            "s": [
                header,
                ["1-1-101", "张三", "13800000001", "张三", "13800000001"],
                ["1-1-102", "李四", "13800000003", "业主本人", "13800000006"],
                ["1-1-103", "王五", "13800000004", "赵六", "13800000005"],
            ]
        }
    )
    own, self_used, let = found.houses
    assert (own.tenants, numbers(own)) == ((), ["13800000001"])
    assert (self_used.tenants, numbers(self_used)) == ((), ["13800000003", "13800000006"])
    assert [tenant.name for tenant in let.tenants] == ["赵六"]
    assert not found.problems


def test_a_flat_in_parts_beside_its_building() -> None:
    assert read_house("1-12-06", "3").code == "3-1-1206"
    assert read_house("3-1-1206", "3").code == "3-1-1206"
