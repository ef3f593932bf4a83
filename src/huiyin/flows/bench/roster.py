"""Importing a household roster of 20,000 rows, beside copying the finished rows in the database."""

from collections.abc import Sequence

from django.db import connection, transaction

from huiyin.estate.models import Community
from huiyin.estate.roster.apply import import_roster, read_roster
from huiyin.flows.bench.measure import Result, against_limit, milliseconds
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM

ROWS = 20_000
MOST_SECONDS = 20.0
HEADINGS = "楼栋,单元,房号,业主姓名,联系电话,建筑面积,交房日期,备注"
FAMILY, GIVEN = "王李张刘陈", "丽强敏静磊军洋勇艳杰"
WRITTEN = ("estate_house", "estate_person", "estate_phone", "estate_occupancy")


def run(households: int) -> Sequence[Result]:
    """Read and write a roster, write it again unchanged, and compare with the bare rows."""
    community = Community.objects.create(code="BENCH", name="测量小区")
    content = workbook(ROWS).encode("utf-8-sig")
    at = clock.now()

    def bring() -> None:
        import_roster(
            by=SYSTEM, at=at, community=community, parsed=read_roster(content, "roster.csv")
        )

    first, floor, again = (milliseconds(work) / 1000 for work in (bring, _copy_rows, bring))
    return (
        against_limit(f"roster of {ROWS} rows", first, "s", MOST_SECONDS, floor),
        against_limit(f"the same {ROWS} rows again", again, "s", MOST_SECONDS),
    )


def workbook(rows: int) -> str:
    """Return a roster as CSV: buildings of four entrances, four flats a floor, 25 floors."""
    lines = [HEADINGS]
    for at in range(rows):
        building, unit, floor, door = at // 400 + 1, at // 100 % 4 + 1, at // 4 % 25 + 1, at % 4 + 1
        name = FAMILY[at % 5] + GIVEN[at // 5 % 10] + GIVEN[at // 50 % 10]
        phone = 13800000000 + at
        lines.append(f"{building}栋,{unit}单元,{floor}{door:02}室,{name},{phone},88.5㎡,2021.3.30,")
    return "\n".join(lines)


def _copy_rows() -> None:
    """Write the finished rows once more into tables of the same shape, keys and indexes."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO bench_{table} SELECT * FROM {table}")  # noqa: S608
