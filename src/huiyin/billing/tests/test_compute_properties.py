"""What holds of every house and every period (I6, I7, F15, F25)."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.rules import prices, spans
from huiyin.billing.rules.compute import compute
from huiyin.billing.rules.facts import (
    Billed,
    Computed,
    Holder,
    HouseFacts,
    NewLine,
    Relief,
    Scheme,
    Tariff,
)
from huiyin.billing.rules.periods import Period, period_of
from huiyin.billing.tests.reckonings import (
    BUYER,
    FEE,
    OWNER,
    SHARED,
    TENANT,
    billed,
    charge,
    house,
    owner,
    price,
    scheme,
    share,
)

DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))
PERIODS = st.builds(period_of, DAYS, st.sampled_from((1, 3, 6, 12)))
AREAS = st.decimals("0.01", "9999.99", places=2)
PRICES = st.decimals("0.0000", "99.9999", places=4)
SPLITS = st.sampled_from(("day", "month"))


@st.composite
def inside(draw: st.DrawFn, period: Period) -> date:
    """A day after the first one of a period."""
    return draw(st.dates(period.from_on + timedelta(days=1), period.until_on - timedelta(days=1)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[HouseFacts, Scheme, Period]:
    """A house that changes hands, tariffs that change, a relief, in one period."""
    period = draw(PERIODS)
    days = sorted(draw(st.lists(inside(period), max_size=4, unique=True)))
    tariffs = [
        price(str(draw(PRICES)), id=nth, from_on=begun, until_on=ended)
        for nth, (begun, ended) in enumerate(
            pairwise([date(2020, 1, 1), *draw(st.permutations(days))[:1], None])
        )
    ]
    sold = draw(st.none() | inside(period))
    holders = [owner(OWNER, None, sold), *([owner(BUYER, sold)] if sold else [])]
    reliefs: tuple[Relief, ...] = ()
    if len(days) > 1:
        off = draw(st.decimals("0.01", "100.00", places=2))
        percent = draw(st.booleans())
        reliefs = (Relief(days[0], days[1], off if percent else None, None if percent else off),)
    begins = draw(st.just(date(2020, 1, 1)) | inside(period))
    items = (FEE._replace(split=draw(SPLITS)),)
    return (
        house(charge(from_on=begins, reliefs=reliefs), area=str(draw(AREAS)), holders=holders),
        scheme(period.name, *tariffs, items=items),
        period,
    )


def total(done: Computed) -> Decimal:
    return sum((line.amount for line in done.lines), Decimal(0))


def exact(facts: HouseFacts, one: Scheme, days: list[spans.Span]) -> Fraction:
    """What the days are worth, day by day, without any of the code under test."""
    (item,) = one.items.values()
    (only,) = facts.charges
    worth = Fraction()
    for from_on, until_on in days:
        day = from_on
        while day < until_on:
            tariff = next(
                each
                for each in one.tariffs
                if each.from_on <= day and (each.until_on is None or day < each.until_on)
            )
            monthly = Fraction(facts.area or 0) * Fraction(tariff.price)
            for relief in only.reliefs:
                if relief.from_on <= day < relief.until_on:
                    if relief.percent is not None:
                        monthly *= 1 - Fraction(relief.percent) / 100
                    else:
                        monthly = max(monthly - Fraction(relief.monthly or 0), Fraction())
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            worth += monthly / (following - day.replace(day=1)).days
            day += timedelta(days=1)
    assert item.way == "area"
    return worth


@pytest.mark.rule("BIL-01")
@given(cases())
def test_lines_cover_every_day_once_and_add_up(case: tuple[HouseFacts, Scheme, Period]) -> None:
    facts, one, period = case
    done = compute(facts, one)
    assert not done.held
    days = [(line.from_on, line.until_on) for line in done.lines]
    begins = facts.charges[0].from_on
    if one.items[FEE.id].split == "month":
        begins = spans.month_after(begins)
    whole = (max(begins, period.from_on), period.until_on)
    assert spans.merged(days) == ([whole] if whole[0] < whole[1] else [])
    assert all(first[1] == then[0] for first, then in pairwise(days))
    worth = exact(facts, one, days)
    assert total(done) == prices.yuan(prices.fen_of(worth))
    assert all(line.amount >= 0 for line in done.lines)
    for line in done.lines:  # each lies within a fen of its own exact value
        own = exact(facts, one, [(line.from_on, line.until_on)])
        assert abs(Fraction(line.amount) - own) < Fraction(1, 100)


@pytest.mark.rule("BIL-06")
@given(cases(), st.data())
def test_billing_in_pieces_comes_to_the_whole(
    case: tuple[HouseFacts, Scheme, Period], data: st.DataObject
) -> None:
    """Some of the lines are billed already: the others are the same as before (I6, I7)."""
    facts, one, _period = case
    whole = compute(facts, one)
    done = data.draw(st.sets(st.sampled_from(range(len(whole.lines))))) if whole.lines else set()
    facts.billed = [billed(whole.lines[nth], nth) for nth in done]
    again = compute(facts, one)
    assert again.lines == tuple(line for nth, line in enumerate(whole.lines) if nth not in done)


@pytest.mark.rule("BIL-01")
@given(cases(), st.data())
def test_a_change_of_owner_never_changes_the_sum(
    case: tuple[HouseFacts, Scheme, Period], data: st.DataObject
) -> None:
    facts, one, period = case
    before = total(compute(facts, one))
    sold = sorted(data.draw(st.lists(inside(period), min_size=1, max_size=3, unique=True)))
    facts.holders = [
        owner(number, begun, ended)
        for number, (begun, ended) in enumerate(pairwise([None, *sold, None]), start=20)
    ]
    assert total(compute(facts, one)) == before


@given(cases())
def test_the_order_of_what_does_not_count_changes_nothing(
    case: tuple[HouseFacts, Scheme, Period],
) -> None:
    facts, one, _period = case
    lines = compute(facts, one).lines
    one.tariffs = one.tariffs[::-1]
    one.laid.clear()
    facts.holders = [*facts.holders, Holder(TENANT, "tenant", None, None)]
    assert compute(facts, one).lines == lines


@given(PERIODS, AREAS, AREAS, PRICES)
def test_a_bigger_flat_never_pays_less(
    period: Period, area: Decimal, other: Decimal, amount: Decimal
) -> None:
    one = scheme(period.name, price(str(amount)))
    less, more = sorted((area, other))
    assert total(compute(house(charge(), area=str(less)), one)) <= total(
        compute(house(charge(), area=str(more)), one)
    )


@pytest.mark.rule("BIL-02")
@given(
    st.decimals("0.00", "99999.99", places=2),
    st.lists(st.dates(date(2026, 1, 2), date(2026, 3, 31)), max_size=4, unique=True),
    SPLITS,
)
def test_a_share_that_is_split_adds_up(amount: Decimal, sold: list[date], split: str) -> None:
    one = scheme("2026Q2", items=(SHARED._replace(split=split),))
    holders = [
        owner(number, begun, ended)
        for number, (begun, ended) in enumerate(pairwise([None, *sorted(sold), None]), start=20)
    ]
    done = compute(house(shares=[share(str(amount))], holders=holders), one)
    assert total(done) == amount
    assert all(line.amount >= 0 for line in done.lines)
    days = spans.merged((line.from_on, line.until_on) for line in done.lines)
    assert days == [(date(2026, 1, 1), date(2026, 4, 1))]


@pytest.mark.rule("BIL-14")
@given(cases(), AREAS, st.data())
def test_a_correction_brings_every_payer_to_what_is_right(
    case: tuple[HouseFacts, Scheme, Period], area: Decimal, data: st.DataObject
) -> None:
    """The house was measured anew and sold on another day: billed and corrected is right again."""
    facts, one, period = case
    was = compute(facts, one).lines
    facts.area = area
    sold = data.draw(inside(period))
    facts.holders = [owner(OWNER, None, sold), owner(BUYER, sold)]
    right = paid(compute(facts, one).lines)
    facts.billed = [billed(line, number) for number, line in enumerate(was, start=1)]
    one.corrects = True
    found = compute(facts, one).lines
    assert {key: money for key, money in paid((*was, *found)).items() if money} == {
        key: money for key, money in right.items() if money
    }
    for line in found:
        if line.amount < 0:
            taken = next(each for each in facts.billed if each.id == line.corrects_id)
            assert -line.amount <= taken.amount
    facts.billed = [after(each, found) for each in facts.billed] + [
        billed(line, number) for number, line in enumerate(found, start=100) if line.amount > 0
    ]
    assert not compute(facts, one).lines


def after(line: Billed, found: Iterable[NewLine]) -> Billed:
    """Return a line as it is once what was taken back of it is posted."""
    taken = sum(-one.amount for one in found if one.amount < 0 and one.corrects_id == line.id)
    return line._replace(net=line.net - taken)


def paid(lines: Any) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in lines:
        sums[line.payer_id] = sums.get(line.payer_id, Decimal(0)) + line.amount
    return sums


# -- spans and prices by themselves


@given(DAYS, DAYS, DAYS)
def test_months_add_up_however_a_span_is_cut(first: date, second: date, third: date) -> None:
    begun, middle, ended = sorted((first, second, third))
    assert spans.ticks(begun, middle) + spans.ticks(middle, ended) == spans.ticks(begun, ended)
    months, days = spans.whole_and_days(begun, ended)
    said = months + sum(Fraction(count, length) for count, length in days)
    assert said == Fraction(spans.ticks(begun, ended), spans.TICKS)


@given(st.lists(st.tuples(DAYS, DAYS)), DAYS, DAYS)
def test_what_is_left_of_a_span_was_not_taken(
    taken: list[tuple[date, date]], first: date, second: date
) -> None:
    whole = (min(first, second), max(first, second))
    taken = [one for one in taken if one[0] < one[1]]
    left = spans.without(whole, taken) if whole[0] < whole[1] else []
    assert not any(spans.common(one, other) for one in left for other in taken)
    assert all(one[1] <= other[0] for one, other in pairwise(left))
    days = sum((one[1] - one[0]).days for one in left)
    covered = spans.merged(filter(None, (spans.common(whole, one) for one in taken)))
    assert days + sum((one[1] - one[0]).days for one in covered) == (whole[1] - whole[0]).days


@given(
    st.lists(st.decimals("0.1", "50", places=1), max_size=3, unique=True),
    st.fractions(0, 1000),
    st.fractions(0, 1000),
)
def test_more_used_never_costs_less(bounds: list[Decimal], used: Fraction, other: Fraction) -> None:
    steps = tuple((bound, Decimal(nth + 1)) for nth, bound in enumerate([*sorted(bounds), None]))
    tariff: Tariff = price("1.0000", tiers=steps, least=Decimal(5))
    less, more = sorted((used, other))
    months = Fraction(3)
    assert prices.cost(tariff, less, months) <= prices.cost(tariff, more, months)
    assert sum(part for part, _ in prices.tier_parts(tariff, more, months)) == more
