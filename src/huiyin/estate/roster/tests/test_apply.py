"""Writing a roster: once, again, corrected, tried only; and nobody else's community."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

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
from huiyin.estate.roster import command
from huiyin.estate.roster.apply import (
    ImportReport,
    UnableToImportRoster,
    UnableToReadRoster,
    import_roster,
    read_roster,
)
from huiyin.estate.roster.tests.books import Rows, book, parsed
from huiyin.estate.tests.cast import caller_with
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)
LATER = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
TABLES: tuple[type[Model], ...] = (
    Building, Unit, House, Person, Phone, Occupancy, Vehicle,
)  # fmt: skip

FLATS: list[list[Any]] = [
    ["房号", "业主姓名", "联系电话", "建筑面积", "交房日期", "备注"],
    ["3-1-1201", "王丽、赵强", "13800000001/13800000002", 98.5, "2021-03-30", ""],
    ["3-1-1202", "李四", "13800000003", 98.5, "2021-03-30", "租户:周八 13700000001"],
    ["3-1-1203", "", "", 88, "", "未售"],
    ["3-2-101", "王丽", "13800000001", 120, "2021-03-30", ""],
    ["3-2-102", "王丽", "13800000009", 120, "2021-03-30", ""],
    ["3-2-103", "孙七", "1380000", 120, "2021-03-30", ""],
]
SPACES: list[list[Any]] = [
    ["车位编号", "对应房号", "车牌", "类型"],
    ["B1-001", "3栋1单元1201室", "粤B12345", "产权"],
    ["B1-002", "9-9-999", "", "租赁"],
]


@pytest.fixture
def community() -> Community:
    return Community.objects.create(code="YG", name="阳光花园")


def imported(
    community: Community,
    flats: Rows = FLATS,
    spaces: Rows = SPACES,
    *,
    at: datetime = AT,
    dry_run: bool = False,
) -> ImportReport:
    """Import these flats and spaces."""
    found = parsed({"住宅": flats, "车位": spaces})
    return import_roster(by=SYSTEM, at=at, community=community, parsed=found, dry_run=dry_run)


def changed(row: int, column: int, value: object) -> list[list[Any]]:
    """Return the flats with one cell corrected (row 1 is the first below the header)."""
    rows = [list(one) for one in FLATS]
    rows[row][column] = value
    return rows


def figures(report: ImportReport) -> list[tuple[int, ...]]:
    """Return the figures of a report: houses, people and spaces created, updated, unchanged."""
    parts = (report.created, report.updated, report.unchanged)
    return [tuple(asdict(part).values()) for part in parts]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every row of the estate."""
    return {
        table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES
    }


def roles(code: str) -> set[tuple[str, str, date | None, date | None]]:
    """Return who has or had which role in a house."""
    rows = Occupancy.objects.filter(house__code=code)
    return set(rows.values_list("person__name", "role", "from_on", "until_on"))


def numbers(name: str) -> set[str]:
    """Return the telephone numbers of everybody of a name."""
    return set(Phone.objects.filter(person__name=name).values_list("number", flat=True))


def test_a_first_import(community: Community) -> None:
    report = imported(community)
    assert figures(report) == [(6, 6, 2), (0, 0, 0), (0, 0, 0)]
    flat = House.objects.get(code="3-1-1201")
    assert (flat.building and flat.building.name, flat.unit and flat.unit.code) == ("3栋", "1")
    assert (flat.area, flat.floor, flat.handed_over_on) == (Decimal("98.50"), 12, date(2021, 3, 30))
    assert flat.incomplete == []
    assert roles("3-1-1201") == {
        ("王丽", "owner", None, None),
        ("赵强", "co_owner", None, None),
    }
    assert roles("3-1-1202") == {("李四", "owner", None, None), ("周八", "tenant", None, None)}
    assert roles("3-1-1203") == {("开发商", "developer", None, None)}
    assert House.objects.get(code="3-1-1203").vacant
    assert House.objects.get(code="3-2-103").incomplete == ["phone"]
    space = House.objects.get(code="B1-001")
    assert (space.kind, space.tenure, space.goes_with) == ("parking", "owned", flat)
    assert Vehicle.objects.get().house == flat
    assert [p.value for p in report.problems] == ["1380000"]
    assert [n.code for n in report.notices] == ["space.house_unknown"]
    assert Entry.objects.get(action="estate.roster_imported").community_id == community.pk


def test_one_person_is_known_by_name_and_number(community: Community) -> None:
    imported(community)
    owners = {
        code: Occupancy.objects.get(house__code=code, person__name="王丽").person_id
        for code in ("3-1-1201", "3-2-101", "3-2-102")
    }
    assert owners["3-1-1201"] == owners["3-2-101"] != owners["3-2-102"]


def test_the_same_file_again_changes_nothing(community: Community) -> None:
    imported(community)
    before = everything()
    report = imported(community, at=LATER)
    assert figures(report) == [(0, 0, 0), (0, 0, 0), (6, 6, 2)]
    assert everything() == before


def test_a_dry_run_tells_the_same_and_writes_nothing(community: Community) -> None:
    empty = everything()
    tried = imported(community, dry_run=True)
    assert everything() == empty
    assert not Entry.objects.exists()
    done = imported(community)
    assert figures(tried) == figures(done)
    correction = changed(1, 1, "吴九")
    before = everything()
    tried = imported(community, correction, dry_run=True)
    assert everything() == before
    assert figures(tried) == figures(imported(community, correction))


def test_a_new_owner_begins_on_the_day_the_old_ones_end(community: Community) -> None:
    imported(community)
    rows = changed(1, 1, "吴九")
    rows[1][2] = "13600000001"
    report = imported(community, rows, at=LATER)
    assert figures(report) == [(0, 1, 0), (1, 0, 0), (5, 5, 2)]
    day = date(2026, 4, 1)
    assert roles("3-1-1201") == {
        ("王丽", "owner", None, day),
        ("赵强", "co_owner", None, day),
        ("吴九", "owner", day, None),
    }
    assert numbers("吴九") == {"13600000001"}
    imported(community, at=LATER)  # taken back on the same day: 吴九 never was
    assert {(name, role) for name, role, _, until in roles("3-1-1201") if until is None} == {
        ("王丽", "owner"),
        ("赵强", "co_owner"),
    }
    assert not Occupancy.objects.filter(person__name="吴九").exists()


def test_a_corrected_number_completes_the_house(community: Community) -> None:
    imported(community)
    report = imported(community, changed(6, 2, "13600000007"))
    assert figures(report) == [(0, 0, 0), (1, 1, 0), (5, 5, 2)]
    assert House.objects.get(code="3-2-103").incomplete == []
    assert numbers("孙七") == {"13600000007"}


def test_area_tenant_and_sale_are_corrected(community: Community) -> None:
    imported(community)
    rows = changed(2, 5, "业主自住")
    rows[1][3] = "99.10㎡"
    rows[3][1:3] = ["郑十", "13600000010"]
    rows[3][5] = ""
    report = imported(community, rows)
    assert figures(report) == [(0, 1, 0), (3, 0, 0), (3, 5, 2)]
    assert House.objects.get(code="3-1-1201").area == Decimal("99.10")
    assert ("周八", "tenant", None, TODAY) in roles("3-1-1202")
    assert roles("3-1-1203") == {
        ("开发商", "developer", None, TODAY),
        ("郑十", "owner", TODAY, None),
    }
    assert not House.objects.get(code="3-1-1203").vacant


def test_what_people_found_out_stays(community: Community) -> None:
    imported(community)
    Phone.objects.filter(number="13800000003").update(state="wrong")
    tenant = Person.objects.create(community=community, name="冯一")
    flat = House.objects.get(code="3-1-1201")
    Occupancy.objects.create(house=flat, person=tenant, role="tenant", from_on=TODAY)
    report = imported(community, changed(2, 2, "13800000003/13600000003"))
    assert figures(report)[1] == (0, 1, 0)
    assert Phone.objects.get(number="13800000003").state == "wrong"
    assert numbers("李四") == {"13800000003", "13600000003"}
    assert ("冯一", "tenant", TODAY, None) in roles("3-1-1201")


def test_a_refused_or_missing_value_takes_nothing_away(community: Community) -> None:
    imported(community)
    rows = changed(1, 3, "约九十")
    rows[2][1] = "???"
    rows[2][4] = "2021-02-30"
    imported(community, rows)
    flat, other = (House.objects.get(code=code) for code in ("3-1-1201", "3-1-1202"))
    assert (flat.area, flat.incomplete) == (Decimal("98.50"), ["area"])
    assert (other.handed_over_on, other.incomplete) == (
        date(2021, 3, 30),
        ["handed_over_on", "owner"],
    )
    assert ("李四", "owner", None, None) in roles("3-1-1202")
    only_areas: Rows = [["房号", "建筑面积"], ["3-1-1201", 100]]
    imported(community, only_areas, [])
    flat.refresh_from_db()
    assert (flat.area, flat.incomplete) == (Decimal("100.00"), [])
    assert len(roles("3-1-1201")) == 2


def test_another_community_is_untouched(community: Community) -> None:
    beside = Community.objects.create(code="CH", name="春和里")
    imported(beside)
    before = list(House.objects.filter(community=beside).order_by("pk").values())
    report = imported(community, changed(1, 1, "吴九"))
    assert figures(report)[0] == (6, 6, 2)
    assert list(House.objects.filter(community=beside).order_by("pk").values()) == before
    assert set(Person.objects.filter(community=beside).values_list("name", flat=True)) == {
        "王丽", "赵强", "李四", "周八", "孙七", "开发商",
    }  # fmt: skip
    assert not Occupancy.objects.exclude(house__community=beside).filter(person__community=beside)


def test_only_those_who_may_edit(community: Community) -> None:
    beside = Community.objects.create(code="CH", name="春和里")
    found = parsed({"住宅": FLATS})
    with pytest.raises(NotFound):
        import_roster(by=caller_with(beside, "manager"), at=AT, community=community, parsed=found)
    with pytest.raises(Forbidden):
        import_roster(by=caller_with(community, "guard"), at=AT, community=community, parsed=found)
    import_roster(by=caller_with(community, "keeper"), at=AT, community=community, parsed=found)


def test_files_that_are_no_roster(community: Community) -> None:
    with pytest.raises(UnableToReadRoster):
        read_roster(b"nothing", "a.xlsx")
    nothing = read_roster(book({"s": [["随便", "写写"]]}), "a.xlsx")
    with pytest.raises(UnableToImportRoster):
        import_roster(by=SYSTEM, at=AT, community=community, parsed=nothing)


def test_the_command(community: Community, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "业主.xlsx"
    path.write_bytes(book({"住宅": FLATS}))
    given = Namespace(file=path, community="YG", dry_run=True, json=False)
    assert command.run(given) == 1
    told = capsys.readouterr().out
    assert "业主.xlsx 住宅!C7" in told
    assert not House.objects.exists()
    given.json, given.dry_run = True, False
    assert command.run(given) == 1
    assert '"houses": 6' in capsys.readouterr().out
    path.write_bytes(book({"住宅": FLATS[:6]}))
    assert command.run(given) == 0
    for wrong in ({"community": "XX"}, {"file": tmp_path / "none.xlsx"}):
        with pytest.raises(Refused):
            command.run(Namespace(**{**vars(given), **wrong}))


def test_a_space_goes_with_the_house_of_its_owner(community: Community) -> None:
    spaces = [
        ["车位号", "车主", "电话", "房号", "车牌"],
        ["1", "李四", "", "", "粤B10001"],  # one house only
        ["2", "王丽", "13800000009", "", "粤B10002"],  # of three by that name, the one reached so
        ["3", "王丽", "", "", "粤B10003"],  # could be any of them
        ["4", "孙七", "13999999999", "", "粤B10004"],  # another of that name
        ["5", "李四", "13800000003", "9-9-999", ""],  # what the row says comes first
    ]
    imported(community, spaces=spaces)
    homes = House.objects.filter(kind="parking").order_by("code").values_list("goes_with__code")
    assert [home for (home,) in homes] == ["3-1-1202", "3-2-102", None, None, None]
    assert Vehicle.objects.get(plate="粤B10001").house.code == "3-1-1202"
    before = everything()
    assert figures(imported(community, spaces=spaces))[:2] == [(0, 0, 0), (0, 0, 0)]
    assert everything() == before
