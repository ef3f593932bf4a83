"""Whole workbooks with other headings, orders and spellings than any one office uses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from huiyin.estate.roster.files import UnusableFile
from huiyin.estate.roster.parsed import Kind
from huiyin.estate.roster.tests.books import book, by_code, names, numbers, parsed
from huiyin.estate.roster.workbook import parse_bytes


def test_full_codes_in_one_column_and_other_headings() -> None:
    found = parsed(
        {
            "Sheet1": [
                [
                    "房间号",
                    "产权人",
                    "手机",
                    "计费面积",
                    "收楼日期",
                    "承租人",
                    "承租人电话",
                    "说明",
                ],
                ["3栋1单元1201室", "王 丽", 13800000000.0, "98.5㎡", "2021年3月30日", "", "", ""],
                ["3#-1-1202", "李强、赵敏", "13900000001 13900000002", 101.2, 44285, "", "", ""],
                [
                    "３－１－１２０３",
                    "张三",
                    "１３９００００００１１",
                    "88",
                    "20210330",
                    "周八",
                    "13700000001",
                    "",
                ],
                [
                    "三栋一单元1204",
                    "众合（北京）科技有限公司",
                    "010-62345678",
                    "88",
                    date(2021, 3, 30),
                    "",
                    "",
                    "",
                ],
            ]
        }
    )
    houses = by_code(found)
    assert list(houses) == ["3-1-1201", "3-1-1202", "3-1-1203", "3-1-1204"]
    assert names(houses["3-1-1201"]) == ["王丽"]
    assert houses["3-1-1201"].area == Decimal("98.50")
    assert [(o.name, [p.number for p in o.phones]) for o in houses["3-1-1202"].owners] == [
        ("李强", ["13900000001"]),
        ("赵敏", ["13900000002"]),
    ]
    assert numbers(houses["3-1-1203"]) == ["13900000011"]
    assert [t.name for t in houses["3-1-1203"].tenants] == ["周八"]
    assert houses["3-1-1204"].owners[0].company
    assert numbers(houses["3-1-1204"]) == ["01062345678"]
    assert {house.handed_over_on for house in found.houses} == {date(2021, 3, 30)}
    assert not found.problems
    assert not found.notices
    assert all(house.incomplete == () for house in found.houses)


def test_header_on_row_five_in_another_order_with_merged_buildings() -> None:
    found = parsed(
        {
            "业主名册": [
                ["荷花苑业主名册"],
                ["填表人:王工", "", "日期:2026年2月"],
                [],
                [],
                [
                    "备注",
                    "入伙时间",
                    "套内面积",
                    "建筑面积",
                    "电话1",
                    "电话2",
                    "户主",
                    "户号",
                    "单元",
                    "楼号",
                ],
                [
                    "",
                    "2020/1/2",
                    70,
                    88.8,
                    "138-0000-0001",
                    "0755-88886666",
                    "甄一",
                    "0101",
                    1,
                    "1栋",
                ],
                [
                    "出租给李四 13900000009",
                    "2020.1.2",
                    70,
                    88.8,
                    "13800000002",
                    "",
                    "甄二",
                    "0102",
                    "",
                    "",
                ],
                ["未售", "", 70, 88.8, "", "", "", "0101", 2, "二栋"],
                ["", "", "", "", "", "", "", "3户", "", "合计"],
            ]
        },
        {"业主名册": ["J6:J7", "I6:I7"]},
    )
    houses = by_code(found)
    assert list(houses) == ["1-1-101", "1-1-102", "2-2-101"]
    assert houses["1-1-101"].area == Decimal("88.80")
    assert numbers(houses["1-1-101"]) == ["13800000001", "075588886666"]
    assert houses["1-1-102"].tenants[0].phones[0].number == "13900000009"
    assert houses["2-2-101"].vacant
    assert not found.problems
    assert not found.notices


def test_header_spread_over_two_rows() -> None:
    found = parsed(
        {
            "台账": [
                ["2026年台账"],
                ["房屋信息", "", "", "业主信息", "", "租户信息", "", "备注"],
                ["楼栋", "房号", "面积", "姓名", "联系电话", "姓名", "联系电话", ""],
                ["5幢", "201", 90, "王丽", "13800000001", "李四", "13800000002", "长租"],
            ]
        },
        {"台账": ["A2:C2", "D2:E2", "F2:G2", "H2:H3"]},
    )
    house = by_code(found)["5-201"]
    assert names(house) == ["王丽"]
    assert numbers(house) == ["13800000001"]
    assert [(t.name, t.phones[0].number) for t in house.tenants] == [("李四", "13800000002")]
    assert house.remarks == "长租"


def test_one_sheet_per_building() -> None:
    header = ["序号", "单元", "门牌", "客户名称", "业主电话", "产权面积"]
    found = parsed(
        {
            "3栋": [header, [1, "一单元", "101室", "王丽", "13800000001", "90平米"]],
            "A座": [header, [1, "", "1501", "李强", "13800000002", "120.5 m2"]],
            "说明": [["本表由客服中心维护"], ["每月更新一次"]],
        }
    )
    assert list(by_code(found)) == ["3-1-101", "A-1501"]
    assert names(by_code(found)["A-1501"]) == ["李强"]
    assert [(n.sheet, n.code) for n in found.notices] == [("说明", "sheet.no_header")]


def test_code_split_over_columns_and_titles_between_tables() -> None:
    found = parsed(
        {
            "住户": [
                ["1栋"],
                ["单元", "层", "室", "业主", "电话"],
                [1, 12, "01", "王丽", "13800000001"],
                [1, 12, "1202", "李强", "13800000002"],
                ["2栋"],
                ["单元", "层", "室", "业主", "电话"],
                [1, 3, "02", "赵敏", "13800000003"],
            ]
        }
    )
    assert list(by_code(found)) == ["1-1-1201", "1-1-1202", "2-1-302"]


def test_shops_offices_and_parking_in_their_own_sheets() -> None:
    found = parsed(
        {
            "商业": [
                ["商铺号", "产权人", "电话", "使用人", "电话", "建筑面积"],
                ["1号商铺", "王丽", "13800000001", "李四", "13800000002", 30],
                ["商铺S-02", "王丽", "13800000001", "好味餐饮有限公司", "13800000003", 31],
            ],
            "写字楼": [
                ["楼座", "房号", "客户名称", "联系电话"],
                ["A座", "1501", "甲公司", "62345678"],
            ],
            "地下车库": [
                ["车位号", "栋号", "单元", "房号", "使用人", "性质", "车牌号码"],
                ["负一层001号", "3栋", "1单元", "1201", "", "自有", "粤B·12345"],
                ["B1-002", "", "", "", "周八", "月租", ""],
                ["B1-003", "", "", "", "", "人防", "xyz"],
            ],
        }
    )
    houses = by_code(found)
    assert list(houses) == ["S-01", "S-02", "A-1501", "B1-001", "B1-002", "B1-003"]
    assert [t.phones[0].number for t in houses["S-01"].tenants] == ["13800000002"]
    assert houses["S-02"].tenants[0].company
    assert houses["A-1501"].kind is Kind.OFFICE
    assert (houses["B1-001"].goes_with, houses["B1-001"].tenure) == ("3-1-1201", "owned")
    assert houses["B1-001"].plates == ("粤B12345",)
    assert (houses["B1-002"].tenure, houses["B1-003"].tenure) == ("leased", "人防")
    assert [(p.code, p.column, p.row) for p in found.problems] == [("plate.unreadable", "G", 4)]


def test_kinds_in_a_column_and_spaces_in_the_row_of_their_house() -> None:
    found = parsed(
        {
            "总表": [
                ["楼栋", "房号", "物业类型", "业主", "电话", "面积", "车位号", "车牌"],
                ["1栋", "101", "商铺", "王丽", "13800000001", 50, "", ""],
                ["1栋", "201", "住宅", "李强", "13800000002", 90, "B1-001、B1-2", "粤B12345"],
                ["1栋", "301", "办公", "赵敏", "13800000003", 90, "", ""],
            ],
            "车位": [["车位编号", "类型"], ["B1-001", "产权"]],
        }
    )
    houses = by_code(found)
    assert [houses[code].kind for code in ("1-101", "1-201", "1-301")] == ["shop", "flat", "office"]
    assert houses["B1-001"].goes_with == houses["B1-002"].goes_with == "1-201"
    assert houses["B1-001"].tenure == "owned"
    assert not found.problems
    assert not found.notices


def test_two_owners_in_two_rows_of_a_merged_house() -> None:
    found = parsed(
        {
            "Sheet1": [
                ["房号", "业主姓名", "联系电话", "建筑面积"],
                ["3-1-101", "王丽", "13800000001", 90],
                ["", "李强", "13800000002", ""],
                ["3-1-102", "赵敏", "13800000003", 90],
            ]
        },
        {"Sheet1": ["A2:A3"]},
    )
    assert names(by_code(found)["3-1-101"]) == ["王丽", "李强"]
    assert set(numbers(by_code(found)["3-1-101"])) == {"13800000001", "13800000002"}
    assert found.notices == ()


def test_owner_and_telephone_columns_in_pairs() -> None:
    found = parsed(
        {
            "s": [
                ["房号", "业主1", "电话1", "业主2", "电话2"],
                ["3-1-101", "王丽", "13800000001", "李强", "13800000002"],
                ["3-1-102", "赵敏", "13800000003", "", "13800000004"],
            ]
        }
    )
    houses = by_code(found)
    assert [(o.name, [p.number for p in o.phones]) for o in houses["3-1-101"].owners] == [
        ("王丽", ["13800000001"]),
        ("李强", ["13800000002"]),
    ]
    assert numbers(houses["3-1-102"]) == ["13800000003", "13800000004"]


def test_a_second_row_of_a_house_is_noted_and_not_read() -> None:
    found = parsed(
        {
            "s": [
                ["房号", "业主姓名", "联系电话", "建筑面积"],
                ["3-1-101", "王丽", "13800000001", 90],
                ["3栋1单元101室", "王丽", "138 0000 0001", "90.00㎡"],
                ["3-1-101", "李强", "1380000", 91],
            ]
        }
    )
    assert names(by_code(found)["3-1-101"]) == ["王丽"]
    assert [(n.row, n.code) for n in found.notices] == [
        (3, "house.duplicate"),
        (4, "house.differs"),
    ]
    assert found.notices[1].params["fields"] == "area,owner"


def test_bad_values_do_not_enter_and_leave_the_rest_of_the_row() -> None:
    found = parsed(
        {
            "s": [
                ["房号", "业主姓名", "联系电话", "建筑面积", "交房日期", "备注"],
                ["3-1-101", "王丽", "13800000001/138000", "约九十", "2021-02-30", ""],
                ["3-1-102", "#REF!", "13800000002", "#N/A", "2021年3月", "租户:李四 1390000"],
                ["#REF!", "赵敏", "13800000003", 90, "", ""],
                [date(2026, 3, 1), "周八", "13800000003", 90, "", ""],
                ["", "吴九", "13800000004", 90, "", ""],
                ["3-1-103", 5, "13800000005", -3, "03/04/2021", ""],
            ]
        }
    )
    houses = by_code(found)
    assert [(p.row, p.column, p.code) for p in found.problems] == [
        (2, "C", "phone.wrong"),
        (2, "D", "area.not_a_number"),
        (2, "E", "date.impossible"),
        (3, "B", "cell.error"),
        (3, "D", "cell.error"),
        (3, "E", "date.no_day"),
        (3, "F", "phone.wrong"),
        (3, "C", "phone.nobody"),
        (4, "A", "cell.error"),
        (5, "A", "house.is_a_date"),
        (6, "A", "house.missing"),
        (7, "B", "name.unreadable"),
        (7, "D", "area.not_a_number"),
        (7, "E", "date.ambiguous"),
        (7, "C", "phone.nobody"),
    ]
    assert found.problems[0].value == "138000"
    assert found.problems[0].header == "联系电话"
    assert numbers(houses["3-1-101"]) == ["13800000001"]
    assert houses["3-1-101"].incomplete == ("phone", "area", "handed_over_on")
    assert set(houses["3-1-102"].incomplete) == {"owner", "area", "handed_over_on", "tenant_phone"}
    assert [t.name for t in houses["3-1-102"].tenants] == ["李四"]
    assert list(houses) == ["3-1-101", "3-1-102", "3-1-103"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_text_files(encoding: str) -> None:
    rows = [
        "楼栋,单元,房号,业主,电话,面积",
        "1栋,1单元,101,王丽,13800000001,90㎡",
        ",,102,李强,13800000002,91",
    ]
    text = "\r\n".join(rows)
    found = parse_bytes(text.encode(encoding), "业主.csv")
    assert list(by_code(found)) == ["1-1-101", "1-1-102"]
    assert found.houses[0].area == Decimal("90.00")
    assert found.houses[0].sheet == "业主"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "file.empty"),
        (b"hello", "a.xlsx", "file.not_a_workbook"),
        (b"PK\x03\x04 no zip at all", "a.xlsx", "file.not_a_workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "a.xls", "file.not_a_workbook"),
        (b"\x00\x01\x02\xff" * 40, "a.csv", "file.not_text"),
    ],
)
def test_unusable_files_are_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        parse_bytes(content, name)
    assert refused.value.code == code


def test_a_damaged_workbook_is_refused() -> None:
    whole = book({"s": [["房号", "业主"], ["1-1-101", "王丽"]]})
    for end in range(100, len(whole), 701):
        with pytest.raises(UnusableFile):
            parse_bytes(whole[:end], "a.xlsx")


def test_an_empty_workbook_and_a_sheet_without_header() -> None:
    assert parsed({"Sheet1": []}).houses == ()
    found = parsed({"Sheet1": [["随便", "写写"], [1, 2], [3, 4]]})
    assert found.houses == ()
    assert [n.code for n in found.notices] == ["sheet.no_header"]


def test_what_merged_cells_share() -> None:
    found = parsed(
        {
            "s": [
                ["房屋编号", "住户姓名", "电话", "建筑面积", "备注"],
                ["01-01-0101", "王丽", "13800000001", 180, ""],
                ["01-01-0102", "", "", "", ""],
                ["一栋小计", "", "", 180, ""],
                ["", "", "", 180, ""],
            ]
        },
        {"s": ["B2:B3", "C2:C3", "D2:D3"]},
    )
    houses = by_code(found)
    assert names(houses["1-1-102"]) == names(houses["1-1-101"]) == ["王丽"]
    assert numbers(houses["1-1-102"]) == ["13800000001"]
    assert (houses["1-1-102"].area, houses["1-1-102"].incomplete) == (None, ("area",))
    assert not found.problems
    assert len(houses) == 2


def test_names_and_numbers_in_one_column_and_the_name_of_the_estate() -> None:
    found = parsed(
        {
            "s": [
                ["楼栋-单元-房号", "业主姓名及电话", "建筑面积"],
                ["荷花苑3栋1单元1201", "王丽 13800000001、李强 13800000002", 90],
                ["荷花苑4栋1单元1201", "赵敏13800000003", "91㎡(含阳台)"],
            ],
            "车位": [["车位号", "对应房号"], ["1", "3-1-1201"], ["2", "荷花苑4-1-1201"]],
        }
    )
    houses = by_code(found)
    assert list(houses) == ["3-1-1201", "4-1-1201", "001", "002"]
    assert numbers(houses["3-1-1201"]) == ["13800000001", "13800000002"]
    assert [houses[code].goes_with for code in ("001", "002")] == ["3-1-1201", "4-1-1201"]
    assert not found.problems


def test_other_words_do_not_make_a_header() -> None:
    text = "- one box finds a house, a person\n- a queue, of open matters\n| 1 | 2 | 3\n"
    found = parse_bytes(text.encode(), "notes.txt")
    assert not found.houses
    with pytest.raises(UnusableFile):
        parse_bytes(text.encode(), "README.md")


def test_shops_with_and_without_a_building() -> None:
    head = ["商铺编号", "所在楼栋", "产权人", "产权人电话", "租赁商户", "商户电话", "经营业态"]
    found = parsed(
        {
            "商铺": [
                head,
                ["101", "1栋", "王丽", "13800000001", "好味餐厅", "13900000001", "餐饮"],
                ["商铺2", "", "王丽", "13800000001", "空置", "", ""],
                ["S-3", "", "", "", "", "", "空置"],
            ]
        }
    )
    houses = by_code(found)
    assert list(houses) == ["1-101", "S-02", "S-03"]
    assert [one.phones[0].number for one in houses["1-101"].tenants] == ["13900000001"]
    assert (houses["S-02"].tenants, houses["S-03"].vacant) == ((), True)


def test_offices_villas_basements_and_phases() -> None:
    found = parsed(
        {
            "写字楼": [
                ["单元", "租户名称", "联系电话", "面积", "业主"],
                ["1501", "甲公司", "13800000001", 300, "远大置业有限公司"],
                ["1601-1603", "乙科技有限公司", "010-88886666", 900, "远大置业有限公司"],
            ],
            "别墅": [["栋号", "业主", "电话"], ["12栋", "王丽", "13800000001"]],
            "一期": [["楼栋", "房号", "业主"], ["1栋", "101", "王丽"], ["1栋", "-101", "王丽"]],
            "二期": [["楼栋", "房号", "业主"], ["1栋", "101", "李强"]],
        }
    )
    houses = by_code(found)
    assert list(houses) == ["1501", "12", "1期1-101", "1期1-B101", "2期1-101"]
    assert [one.phones[0].number for one in houses["1501"].tenants] == ["13800000001"]
    assert [one.code for one in found.problems] == ["house.several"]
