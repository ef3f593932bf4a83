"""Lists and walks: narrowed by post, in the order of the walk, in a fixed number of statements."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.meters import actions, queries
from huiyin.meters.queries import MeterFilters
from huiyin.meters.tests.cast import AT, TODAY, WALK, Wall

pytestmark = pytest.mark.rule("BIL-03")


def codes(wall: Wall, **filters: object) -> list[str]:
    page = queries.meters(
        caller=wall.by(),
        community_id=wall.place,
        on=TODAY,
        filters=MeterFilters(**filters),  # type: ignore[arg-type]
    )
    return [one.code for one in page.items]


def test_meters_by_filter(wall: Wall) -> None:
    wall.read("W-1202", "131")
    wall.read("W-501", "13")
    actions.take_down(
        by=wall.by("collector"), at=AT, community_id=wall.place, meter="W-1201", on=TODAY,
        final="130", key=uuid4(), reason="拆除",
    )  # fmt: skip
    assert codes(wall) == ["P-1", "W-1202", "W-501"]
    assert codes(wall, state="down") == ["W-1201"]
    assert codes(wall, state="held") == ["W-501"]
    assert codes(wall, state="unread") == []
    assert codes(wall, shared=True) == ["P-1"]
    assert codes(wall, route=WALK, q="1202") == ["W-1202"]
    assert codes(wall, q="50%") == []
    assert codes(wall, kind="gas") == []


def test_meters_page_by_page(wall: Wall) -> None:
    seen: list[str] = []
    cursor = ""
    for _page in range(5):
        page = queries.meters(
            caller=wall.by(), community_id=wall.place, on=TODAY, cursor=cursor, limit=2
        )
        seen += [one.code for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert seen == ["P-1", "W-1201", "W-1202", "W-501"]
    with pytest.raises(BadInput):
        queries.meters(caller=wall.by(), community_id=wall.place, on=TODAY, cursor="x")


def test_lists_take_as_many_statements_for_many(
    wall: Wall, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for code in ("W-1201", "W-1202", "W-501"):
        wall.read(code, "13")
    by = wall.by()
    with django_assert_num_queries(1):
        queries.meters(caller=by, community_id=wall.place, on=TODAY)
    with django_assert_num_queries(3):
        assert len(queries.held(caller=by, community_id=wall.place).items) == 3
    with django_assert_num_queries(1):
        queries.routes(caller=by, community_id=wall.place, on=TODAY)
    queries.walk(caller=by, community_id=wall.place, route=WALK, on=TODAY, at=AT)
    with django_assert_num_queries(5):
        queries.walk(caller=by, community_id=wall.place, route=WALK, on=TODAY, at=AT)
    with django_assert_num_queries(3):
        queries.meter(caller=by, community_id=wall.place, code="W-1201")


def test_the_walk_knows_what_was_read_before_and_in_this_round(wall: Wall) -> None:
    wall.read("W-1202", "131")
    actions.skip(
        by=wall.by(), at=AT, community_id=wall.place, meter="W-501", skipped_on=TODAY,
        reason="家中无人",
    )  # fmt: skip
    first, second, third = queries.walk(
        caller=wall.by(), community_id=wall.place, route=WALK, on=TODAY, at=AT
    )
    assert (first.before_on, first.before_value, first.done) == (
        date(2026, 3, 1),
        Decimal(120),
        None,
    )
    assert first.most is not None
    assert 160 < first.most < 180
    assert second.done is not None
    assert (second.done.value, second.before_value) == (Decimal(131), Decimal(120))
    assert third.skipped == "家中无人"
    pump, walk = queries.routes(caller=wall.by(), community_id=wall.place, on=TODAY)
    assert (pump.name, pump.meters, pump.done) == ("", 1, 0)
    assert (walk.name, walk.meters, walk.done, walk.skipped, walk.held) == (WALK, 3, 1, 1, 0)


def test_a_meters_history_says_what_was_used(wall: Wall) -> None:
    wall.read("P-1", "131")
    card = queries.meter(caller=wall.by(), community_id=wall.place, code="P-1")
    assert [one.used for one in card.readings] == [440, 400, 400, None]
    assert card.row.is_shared
    assert not card.may_keep
    assert card.usual is not None


def test_held_readings_say_why(wall: Wall) -> None:
    wall.read("W-1201", "13")
    (one,) = queries.held(caller=wall.by("collector"), community_id=wall.place).items
    assert (one.reading.held, one.before_value, one.may_settle) == ("lower", Decimal(120), True)
    (one,) = queries.held(caller=wall.by(), community_id=wall.place).items
    assert not one.may_settle


def test_strangers_and_colleagues(wall: Wall) -> None:
    with pytest.raises(NotFound):
        queries.meters(caller=wall.by("E031"), community_id=wall.place, on=TODAY)
    with pytest.raises(Forbidden):
        queries.held(caller=wall.by("guard"), community_id=wall.place)
    with pytest.raises(NotFound):
        queries.meter(caller=wall.by(), community_id=wall.place, code="X")
    row = wall.read("W-1201", "131")
    with pytest.raises(NotFound):
        queries.photo_file(caller=wall.by(), community_id=wall.place, reading=row.id)
