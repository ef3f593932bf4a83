"""The facts of a period: one statement, whatever the number of houses and years of readings."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from huiyin.matters.tests.cast import Cast
from huiyin.meters.models import Meter, Reading
from huiyin.meters.queries import facts_of_meters, readings_of_houses
from huiyin.meters.rules import MeterFacts, Use, use

AT = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def hang(cast: Cast, code: str, **given: object) -> Meter:
    return Meter.objects.create(
        community=cast.town.community,
        code=code,
        **{"kind": "water", "house": cast.town.flat, "from_on": date(2024, 1, 1), **given},
    )


def show(meter: Meter, on: date, value: str, **given: object) -> Reading:
    return Reading.objects.create(
        community=meter.community,
        meter=meter,
        read_on=on,
        value=Decimal(value),
        key=uuid4(),
        by_name="许技",
        recorded_at=AT,
        **given,
    )


def facts(cast: Cast, *opened: int) -> dict[tuple[int, str], tuple[MeterFacts, ...]]:
    return readings_of_houses(
        community_id=cast.town.community.pk,
        first=cast.town.flat.pk,
        last=cast.town.flat.pk,
        kinds=["water"],
        from_on=APRIL,
        until_on=MAY,
        early=7,
        late=7,
        opened=opened,
    )


@pytest.mark.rule("BIL-03")
def test_facts_of_houses(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    meter = hang(cast, "W-1")
    hang(cast, "E-1", kind="electricity")
    hang(cast, "W-2", house=cast.town.other)
    hang(cast, "W-3", from_on=date(2026, 6, 1))
    hang(cast, "W-4", until_on=date(2025, 1, 1))
    hang(cast, "W-5", from_on=date(2026, 4, 20))
    for month in range(24):
        show(meter, date(2024, 1, 1) + timedelta(31 * month), str(10 * month))
    last = show(meter, date(2026, 4, 1), "300")
    end = show(meter, date(2026, 5, 8), "320", held="too_much")
    show(meter, date(2026, 5, 9), "330")
    show(meter, date(2026, 4, 30), "330", voided_at=AT)
    with django_assert_num_queries(1):
        found = facts(cast)
    (key, meters), *rest = found.items()
    assert (key, rest) == ((cast.town.flat.pk, "water"), [])
    assert [one.code for one in meters] == ["W-1", "W-5"]
    assert [(one.id, one.held) for one in meters[0].readings[1:]] == [
        (last.pk, False),
        (end.pk, True),
    ]
    assert meters[0].readings[0].read_on == date(2024, 1, 1) + timedelta(31 * 23)
    assert meters[1].readings == ()


@pytest.mark.rule("BIL-03")
def test_what_a_bill_ended_with_is_brought_however_old_or_voided(cast: Cast) -> None:
    gone = hang(cast, "W-0", until_on=date(2026, 2, 10))
    opened = show(gone, date(2026, 1, 1), "50", voided_at=AT)
    show(gone, date(2026, 2, 10), "61", kind="last")
    new = hang(cast, "W-1", from_on=date(2026, 2, 10), replaces=gone)
    show(new, date(2026, 2, 10), "0", kind="first")
    show(new, date(2026, 4, 30), "9", held="lower", settled_at=AT)
    (meters,) = facts(cast, opened.pk).values()
    told = use(
        meters,
        from_on=APRIL,
        until_on=MAY,
        early=7,
        late=7,
        opened_with={gone.pk: opened.pk},
    )
    assert isinstance(told, Use)
    assert told.quantity == 20
    assert [one.code for one in facts(cast)[cast.town.flat.pk, "water"]] == ["W-1"]


def test_facts_of_shared_meters(cast: Cast) -> None:
    pump = hang(cast, "P-1", house=None, building=cast.town.building, factor=Decimal(40))
    show(pump, date(2026, 4, 1), "300")
    found = facts_of_meters(meters=[pump.pk], from_on=APRIL, until_on=MAY, early=7, late=7)
    assert found[pump.pk].factor == 40
    assert len(found[pump.pk].readings) == 1
