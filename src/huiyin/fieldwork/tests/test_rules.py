"""Amounts, moments and the way through the day: pure rules."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.fieldwork import rules
from huiyin.fieldwork.rules import Stop
from huiyin.kernel.money import read_decimal, say_price, say_quantity

NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MOMENTS = st.datetimes(
    min_value=datetime(2026, 3, 1),  # noqa: DTZ001 the strategy adds the zone
    max_value=datetime(2026, 4, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_an_amount_is_rounded_once_half_up() -> None:
    assert rules.amount_of(Decimal("1.50"), Decimal("2.3333")) == Decimal("3.50")
    assert rules.amount_of(Decimal("0.50"), Decimal("0.0100")) == Decimal("0.01")
    assert rules.amount_of(Decimal("3"), Decimal("0.0049")) == Decimal("0.01")
    assert rules.total_of([]) == Decimal("0.00")


@pytest.mark.parametrize(
    ("quantity", "unit", "said"),
    [
        ("1.00", "个", "1 个"),
        ("2.50", "米", "2.5 米"),
        ("100.00", "", "100"),
        ("0.05", "吨", "0.05 吨"),
    ],
)
def test_a_quantity_is_written_as_people_do(quantity: str, unit: str, said: str) -> None:
    assert say_quantity(Decimal(quantity), unit) == said


@pytest.mark.parametrize(
    "text",
    ["", "x", "1.234", "-1", "NaN", "Infinity", "1e9", "100000", None, 1.5, True, [1], "1_0x"],
)
def test_what_is_no_quantity(text: object) -> None:
    assert read_decimal(text, places=2, most=rules.MOST_QUANTITY) is None


@pytest.mark.parametrize(("text", "read"), [("1", 1), (" 2.50 ", "2.5"), (3, 3), ("0", 0)])
def test_what_is_a_quantity(text: object, read: object) -> None:
    found = read_decimal(text, places=2, most=rules.MOST_QUANTITY)
    assert found == Decimal(str(read))


@pytest.mark.parametrize(
    ("price", "said"), [("38.5", "38.50"), ("2.3333", "2.3333"), ("30", "30.00")]
)
def test_a_price_as_people_write_it(price: str, said: str) -> None:
    assert say_price(Decimal(price)) == said


# -- moments


@given(
    phone_at=MOMENTS,
    off=st.timedeltas(min_value=-3 * DAY, max_value=3 * DAY),
    received_at=MOMENTS.filter(lambda at: at <= NOW),
)
def test_a_moment_taken_is_never_absurd(
    phone_at: datetime, off: timedelta, received_at: datetime
) -> None:
    taken = rules.moment_of(
        phone_at=phone_at,
        sent_at=NOW + off,
        now=NOW,
        received_at=received_at,
        tolerance=2 * MINUTE,
        late=DAY,
    )
    assert max(received_at, NOW - DAY) <= taken.at <= NOW
    assert ("skew" in taken.flags) == (abs(off) > 2 * MINUTE)
    if not taken.flags:
        assert taken.at in (phone_at, NOW)


@given(
    happened=st.timedeltas(min_value=timedelta(0), max_value=DAY - MINUTE),
    off=st.timedeltas(min_value=-DAY, max_value=DAY),
)
def test_a_wrong_clock_makes_no_difference(happened: timedelta, off: timedelta) -> None:
    """However wrong the clock, beyond its tolerance the moment is the one it really was."""
    if abs(off) <= 2 * MINUTE:
        off += 5 * MINUTE
    taken = rules.moment_of(
        phone_at=NOW - happened + off,
        sent_at=NOW + off,
        now=NOW,
        received_at=NOW - 10 * DAY,
        tolerance=2 * MINUTE,
        late=DAY,
    )
    assert taken.at == NOW - happened


def test_the_acts_of_one_pair_of_hands_stay_in_order() -> None:
    taken = rules.moment_of(
        phone_at=NOW - 30 * MINUTE,
        sent_at=NOW,
        now=NOW,
        received_at=NOW - DAY,
        tolerance=2 * MINUTE,
        late=DAY,
        not_before=NOW - 10 * MINUTE,
    )
    assert taken.at == NOW - 10 * MINUTE


def test_a_clock_out_of_this_world_is_taken_as_now() -> None:
    taken = rules.moment_of(
        phone_at=datetime(2199, 12, 31, tzinfo=UTC),
        sent_at=datetime(1901, 1, 1, tzinfo=UTC),
        now=NOW,
        received_at=NOW - DAY,
        tolerance=2 * MINUTE,
        late=DAY,
    )
    assert taken.at == NOW


# -- the way through the day

STOPS = st.lists(
    st.builds(
        Stop,
        number=st.uuids().map(str),
        building=st.sampled_from(["", "3", "5", "7"]),
        floor=st.none() | st.integers(1, 4),
        due_at=st.none() | MOMENTS,
    ),
    max_size=20,
    unique_by=lambda one: one.number,
)


@given(stops=STOPS, data=st.data())
def test_nobody_enters_a_building_twice_and_the_most_pressing_comes_first(
    stops: list[Stop], data: st.DataObject
) -> None:
    way = rules.route(stops)
    assert sorted(way, key=lambda one: one.number) == sorted(stops, key=lambda one: one.number)
    assert rules.route(data.draw(st.permutations(stops))) == way  # how they came does not matter
    places = [one.building or one.number for one in way]
    entered = [one for n, one in enumerate(places) if n == 0 or places[n - 1] != one]
    assert len(entered) == len(set(entered))
    levels = [(one.building or one.number, one.floor) for one in way]
    climbed = [one for n, one in enumerate(levels) if n == 0 or levels[n - 1] != one]
    assert len(climbed) == len(set(climbed))
    dues = [one.due_at for one in stops if one.due_at is not None]
    if dues:
        assert way[0].due_at == min(dues)
    first_dues = [
        min(
            (one.due_at for one in way if (one.building or one.number) == place and one.due_at),
            default=None,
        )
        for place in entered
    ]
    known = [one for one in first_dues if one is not None]
    assert known == sorted(known)


def test_what_the_phone_offers_next() -> None:
    assert rules.next_acts("assigned", is_signed=False, is_anonymous=False)[0] == "accept"
    on_site = rules.next_acts("on_site", is_signed=False, is_anonymous=False)
    assert {"line", "consent", "sign", "finish", "photo"} <= set(on_site)
    signed = rules.next_acts("on_site", is_signed=True, is_anonymous=False)
    assert not {"line", "drop_line", "consent", "sign"} & set(signed)
    assert "sign" not in rules.next_acts("on_site", is_signed=False, is_anonymous=True)
    assert rules.next_acts("closed", is_signed=False, is_anonymous=False) == ("photo", "note")
