"""Files of meters and readings: rows that are wrong are named, the others go in, once."""

import io
from collections.abc import Sequence
from datetime import date

import pytest
import xlsxwriter

from huiyin.kernel.errors import BadInput, Forbidden
from huiyin.meters import actions
from huiyin.meters.models import Meter, Reading
from huiyin.meters.rows import ImportReport
from huiyin.meters.tests.cast import AT, Wall

pytestmark = pytest.mark.rule("BIL-03")


def book(*rows: Sequence[object]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("抄表")
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at, column, value, day)
            else:
                sheet.write(at, column, value)
    made.close()
    return out.getvalue()


READINGS = book(
    ["阳光花园三月抄表"],
    ["序号", "表号", "本次读数(吨)", "抄表日期", "备注"],
    [1, "W-1201", 131, date(2026, 3, 31), ""],
    [2, "W-1202", "12", "2026-3-31", "看不清"],
    [3, "W-77", 131, date(2026, 3, 31), ""],
    [4, "W-501", "1 3x", date(2026, 3, 31), ""],
    [5, "P-1", 131, "三月底", ""],
    ["", "", "", "", ""],
    [6, "P-1", 131, date(2026, 4, 2), ""],
)


def take(wall: Wall, content: bytes, *, dry_run: bool = False) -> ImportReport:
    return actions.import_readings(
        by=wall.by("collector"),
        at=AT,
        community_id=wall.place,
        content=content,
        name="三月.xlsx" if content.startswith(b"PK") else "三月.csv",
        dry_run=dry_run,
    )


def test_good_rows_go_in_and_bad_ones_are_named(wall: Wall) -> None:
    before = Reading.objects.count()
    looked = take(wall, READINGS, dry_run=True)
    assert Reading.objects.count() == before
    report = take(wall, READINGS)
    assert looked == report
    assert (report.new, report.unchanged, report.held) == (2, 0, 1)
    assert [(one.row, one.column, one.value) for one in report.problems] == [
        (5, "B 表号", "W-77"),
        (6, "C 本次读数(吨)", "1 3x"),
        (7, "D 抄表日期", "三月底"),
        (9, "D 抄表日期", "2026-04-02"),
    ]
    doubtful = Reading.objects.get(meter=wall.meters["W-1202"], read_on=date(2026, 3, 31))
    assert (doubtful.held, doubtful.note) == ("lower", "看不清")


def test_again_is_nothing_and_another_value_is_refused(wall: Wall) -> None:
    take(wall, READINGS)
    again = take(wall, READINGS)
    assert (again.new, again.unchanged) == (0, 2)
    other = take(wall, "表号,日期,读数\nW-1201,2026-03-31,132\n".encode("gb18030"))
    assert (other.new, len(other.problems)) == (0, 1)
    assert "131" in other.problems[0].problem


def test_rows_of_one_file_are_judged_by_each_other(wall: Wall) -> None:
    report = take(wall, "表号,日期,读数\nW-1201,2026-03-31,129\nW-1201,2026-03-20,130\n".encode())
    assert (report.new, report.held) == (2, 1)
    assert Reading.objects.exclude(held="").get().read_on == date(2026, 3, 31)


def test_no_file_of_readings(wall: Wall) -> None:
    with pytest.raises(BadInput, match="表号、抄表日期、读数"):
        take(wall, "甲,乙\n1,2\n".encode())
    with pytest.raises(BadInput):
        take(wall, b"")


def test_technicians_import_nothing(wall: Wall) -> None:
    with pytest.raises(Forbidden):
        actions.import_readings(
            by=wall.by(), at=AT, community_id=wall.place, content=READINGS, name="a.xlsx"
        )


METERS = book(
    [
        "表号",
        "类型",
        "房号",
        "楼栋",
        "位置",
        "倍率",
        "位数",
        "路线",
        "顺序",
        "起用日期",
        "起始读数",
    ],
    ["E-1201", "电表", "3栋1单元1201", "", "", 1, 6, "3栋电", 1, date(2026, 1, 1), 1000],
    ["E-1202", "电", "3-1-1202", "", "", "", "", "3栋电", 2, date(2026, 1, 1), ""],
    ["P-2", "水表", "", "3栋", "楼顶水箱", 40, 5, "泵房", 1, "", ""],
    ["E-9", "电表", "9-9-909", "", "", "", "", "", "", "", ""],
    ["E-8", "蒸汽", "3-1-1202", "", "", "", "", "", "", "", ""],
    ["E-7", "电表", "3-1-1202", "", "", 0, "", "", "", "", ""],
    ["E-1202", "电表", "3-1-1202", "", "", "", "", "", "", "", ""],
)


def take_meters(wall: Wall, content: bytes, *, dry_run: bool = False) -> ImportReport:
    return actions.import_meters(
        by=wall.by("collector"),
        at=AT,
        community_id=wall.place,
        content=content,
        name="表.xlsx" if content.startswith(b"PK") else "表.csv",
        dry_run=dry_run,
    )


def test_meters_go_in_with_their_first_reading(wall: Wall) -> None:
    assert take_meters(wall, METERS, dry_run=True) == take_meters(wall, METERS)
    made = Meter.objects.get(code="E-1201")
    assert (made.kind, made.house_id, made.digits) == ("electricity", wall.cast.town.flat.pk, 6)
    assert Reading.objects.get(meter=made).kind == "first"
    pump = Meter.objects.get(code="P-2")
    assert (pump.house_id, pump.building_id) == (None, wall.cast.town.building.pk)


def test_meters_that_are_wrong_are_named(wall: Wall) -> None:
    report = take_meters(wall, METERS)
    assert report.new == 3
    assert [(one.row, one.column[:1]) for one in report.problems] == [
        (5, "C"),
        (6, "B"),
        (7, "F"),
        (8, "A"),
    ]


def test_meters_again_only_move_on_their_walk(wall: Wall) -> None:
    take_meters(wall, METERS)
    again = take_meters(wall, METERS)
    assert (again.new, again.changed) == (0, 0)
    moved = take_meters(wall, "表号,类型,路线,顺序\nE-1201,电,新路线,7\n".encode())
    assert moved.changed == 1
    assert Meter.objects.get(code="E-1201").route == "新路线"
    other = take_meters(wall, "表号,类型,倍率\nE-1201,电,40\n".encode())
    assert (other.changed, len(other.problems)) == (0, 1)
    assert "换表" in other.problems[0].problem


@pytest.mark.parametrize("step", [-1, 2**31, 10**12, 2.5])
def test_a_place_on_the_walk_that_is_none_is_named(wall: Wall, step: float) -> None:
    rows = book(["表号", "类型", "顺序"], ["W-9", "水表", step], ["W-10", "水表", 7])
    report = actions.import_meters(
        by=wall.by("collector"), at=AT, community_id=wall.place, content=rows, name="表册.xlsx"
    )
    (problem,) = report.problems
    assert "顺序" in problem.column and report.new == 1
    assert not Meter.objects.filter(code="W-9").exists()
