"""What a house is charged: worked by hand, without a database (BIL-01…BIL-04)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from huiyin.billing.rules.compute import compute
from huiyin.billing.rules.facts import Holder, Relief, Slip
from huiyin.billing.tests.reckonings import (
    BUYER,
    DEVELOPER,
    FEE,
    FEE_BY_MONTH,
    GARDEN,
    OWNER,
    PARKING,
    SHARED,
    SLIPS,
    TENANT,
    WATER,
    billed,
    charge,
    house,
    owner,
    price,
    said,
    scheme,
    share,
    snags,
)
from huiyin.meters.rules import MeterFacts, ReadingFacts

SOLD_ON = date(2026, 5, 17)
SOLD = [owner(OWNER, None, SOLD_ON), owner(BUYER, SOLD_ON)]


# -- by area


@pytest.mark.rule("BIL-01")
@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("2026Q2", "827.40"),  # 98.50 × 2.80 × 3
        ("2026-02", "275.80"),  # February costs what March costs
        ("2024-02", "275.80"),  # and so does a leap one
        ("2026", "3309.60"),
    ],
)
def test_a_fee_is_price_times_area_times_months(name: str, amount: str) -> None:
    one = scheme(name, price("2.8000"))
    done = compute(house(charge()), one)
    assert [str(line.amount) for line in done.lines] == [amount]
    assert not done.snags


@pytest.mark.rule("BIL-01")
def test_the_price_of_a_kind_of_house_goes_before_the_general_one() -> None:
    one = scheme("2026-03", price("2.8000"), price("6.5000", id=2, house_kind="shop"))
    (line,) = compute(house(charge(), kind="shop", area="60.00"), one).lines
    assert (line.amount, line.price, line.tariff_id) == (Decimal("390.00"), Decimal("6.5"), 2)


@pytest.mark.rule("BIL-01")
def test_a_price_that_changes_on_the_15th_makes_two_lines() -> None:
    """2.80 for 14 of 31 days of March, 3.10 for 17: 98.50 × 2.8 × 14/31 = 124.554…"""
    changes = date(2026, 3, 15)
    one = scheme(
        "2026-03", price("2.8000", until_on=changes), price("3.1000", id=2, from_on=changes)
    )
    assert said(compute(house(charge()), one)) == [
        ("2026-03-01", "2026-03-15", OWNER, "124.55"),
        ("2026-03-15", "2026-04-01", OWNER, "167.45"),  # together 291.9999… → 292.00
    ]


@pytest.mark.rule("BIL-01")
@pytest.mark.parametrize(
    ("from_on", "until_on", "amount"),
    [
        (date(2024, 2, 15), None, "144.50"),  # 15 of 29 days: 279.3667 × 15/29
        (date(2020, 1, 1), date(2024, 2, 15), "134.87"),
    ],
)
def test_a_leap_february_has_29_days(from_on: date, until_on: date | None, amount: str) -> None:
    one = scheme("2024-02", price("2.8363"))
    done = compute(house(charge(from_on=from_on, until_on=until_on)), one)
    assert [str(line.amount) for line in done.lines] == [amount]


@pytest.mark.rule("BIL-01")
def test_a_quarter_begun_in_its_second_month_is_prorated() -> None:
    """From 17 May: 15 of 31 days and June: 275.80 × (15/31 + 1) = 409.2516…"""
    one = scheme("2026Q2", price("2.8000"))
    done = compute(house(charge(from_on=SOLD_ON)), one)
    assert said(done) == [("2026-05-17", "2026-07-01", OWNER, "409.25")]
    assert done.lines[0].working["steps"][0]["days"] == ((15, 31),)


@pytest.mark.rule("BIL-01")
def test_a_month_costs_at_least_the_least() -> None:
    one = scheme("2026Q2", price("2.8000", least=Decimal("100.00")))
    (line,) = compute(house(charge(), area="20.00"), one).lines
    assert line.amount == 300
    assert line.working["steps"][0]["least"] == "100.00"


# -- who pays


@pytest.mark.rule("BIL-01")
def test_a_house_sold_on_the_17th_is_split_by_day() -> None:
    one = scheme("2026Q2", price("2.8000"))
    assert said(compute(house(charge(), area="88.88", holders=SOLD), one)) == [
        ("2026-04-01", "2026-05-17", OWNER, "377.31"),
        ("2026-05-17", "2026-07-01", BUYER, "369.28"),
    ]


@pytest.mark.rule("BIL-01")
def test_or_by_month_the_month_of_the_hand_over_is_the_sellers() -> None:
    one = scheme("2026Q2", price("2.8000"), items=(FEE_BY_MONTH,))
    assert said(compute(house(charge(), area="88.88", holders=SOLD), one)) == [
        ("2026-04-01", "2026-06-01", OWNER, "497.73"),
        ("2026-06-01", "2026-07-01", BUYER, "248.86"),
    ]


@pytest.mark.rule("BIL-01")
def test_by_month_a_charge_begins_with_the_month_after_it_began() -> None:
    one = scheme("2026Q2", price("2.8000"), items=(FEE_BY_MONTH,))
    done = compute(house(charge(from_on=SOLD_ON, until_on=date(2026, 6, 2))), one)
    assert said(done) == [("2026-06-01", "2026-07-01", OWNER, "275.80")]


@pytest.mark.rule("BIL-15")
@pytest.mark.parametrize("split", ["day", "month"])
def test_the_developer_pays_until_the_hand_over(split: str) -> None:
    one = scheme(
        "2026Q2", price("2.8000"), items=(FEE._replace(split=split),), developer_id=DEVELOPER
    )
    done = compute(house(charge(), handed_over_on=SOLD_ON), one)
    boundary = "2026-05-17" if split == "day" else "2026-06-01"
    assert [(line.payer_id, line.liable_id) for line in done.lines] == [
        (DEVELOPER, DEVELOPER),
        (OWNER, OWNER),
    ]
    assert str(done.lines[1].from_on) == boundary


@pytest.mark.rule("BIL-15")
def test_the_developer_pays_for_what_is_unsold() -> None:
    one = scheme("2026Q2", price("2.8000"))
    done = compute(house(charge(), holders=[Holder(DEVELOPER, "developer", None, None)]), one)
    assert said(done) == [("2026-04-01", "2026-07-01", DEVELOPER, "827.40")]


@pytest.mark.rule("BIL-01")
def test_a_tenant_pays_by_agreement_and_the_owner_answers() -> None:
    one = scheme("2026Q2", price("2.8000"))
    holders = [owner(), Holder(TENANT, "tenant", date(2026, 5, 1), None)]
    done = compute(house(charge(pays="tenant"), holders=holders), one)
    assert [(str(line.from_on), line.payer_id, line.liable_id) for line in done.lines] == [
        ("2026-04-01", OWNER, OWNER),
        ("2026-05-01", TENANT, OWNER),
    ]
    assert compute(house(charge(), holders=holders), one).lines[0].payer_id == OWNER


def test_one_person_named_pays() -> None:
    one = scheme("2026Q2", price("2.8000"))
    (line,) = compute(house(charge(pays="person", payer_id=99)), one).lines
    assert (line.payer_id, line.liable_id) == (99, OWNER)


def test_of_several_owners_the_first_entered_is_billed() -> None:
    one = scheme("2026Q2", price("2.8000"))
    (line,) = compute(house(charge(), holders=[owner(), owner(BUYER)]), one).lines
    assert line.payer_id == OWNER


# -- fixed, by contract, relief


@pytest.mark.rule("BIL-01")
def test_what_is_fixed_costs_price_times_quantity() -> None:
    one = scheme("2026-03", price("150.0000", PARKING), items=(PARKING,))
    (line,) = compute(house(charge(PARKING, quantity=Decimal("2.00")), area=None), one).lines
    assert (line.amount, line.quantity) == (Decimal(300), Decimal(2))


@pytest.mark.rule("BIL-04")
def test_a_contract_names_its_own_price() -> None:
    one = scheme("2026-03", items=(GARDEN,))
    (line,) = compute(house(charge(GARDEN, price=Decimal("80.0000"))), one).lines
    assert (line.amount, line.tariff_id) == (Decimal(80), None)
    done = compute(house(charge(GARDEN)), one)
    assert (snags(done), done.lines, done.held) == (["no_contract_price"], (), True)


@pytest.mark.rule("BIL-01")
@pytest.mark.parametrize(
    ("relief", "amount"),
    [
        (Relief(date(2026, 4, 1), date(2026, 7, 1), Decimal("20.00"), None), "661.92"),
        (Relief(date(2026, 4, 1), date(2026, 7, 1), None, Decimal("50.00")), "677.40"),
        (Relief(date(2026, 4, 1), date(2026, 7, 1), None, Decimal("999.00")), "0.00"),
        (Relief(date(2026, 4, 1), date(2026, 7, 1), Decimal("100.00"), None), "0.00"),
        (Relief(date(2026, 5, 1), date(2026, 6, 1), Decimal("50.00"), None), "689.50"),
    ],
)
def test_a_relief_is_part_of_the_line(relief: Relief, amount: str) -> None:
    one = scheme("2026Q2", price("2.8000"))
    done = compute(house(charge(reliefs=(relief,))), one)
    assert [str(line.amount) for line in done.lines] == [amount]


# -- what stands in the way


@pytest.mark.rule("BIL-06")
def test_a_house_without_an_area_is_held_and_never_charged_nothing() -> None:
    one = scheme("2026Q2", price("2.8000"), price("150", PARKING, id=2), items=(FEE, PARKING))
    done = compute(house(charge(), charge(PARKING), area=None), one)
    assert (snags(done), done.lines, done.held) == (["no_area"], (), True)


@pytest.mark.rule("BIL-06")
def test_a_day_without_a_price_holds_the_house() -> None:
    one = scheme(
        "2026Q2",
        price("2.8000", until_on=date(2026, 5, 1)),
        price("3.0000", id=2, from_on=date(2026, 5, 11)),
    )
    done = compute(house(charge()), one)
    assert done.held
    assert [one.values for one in done.snags] == [{"from": "2026-05-01", "until": "2026-05-11"}]
    assert compute(house(charge()), scheme("2026Q2")).held


@pytest.mark.rule("BIL-06")
def test_a_day_without_a_payer_holds_the_house() -> None:
    one = scheme("2026Q2", price("2.8000"))
    done = compute(house(charge(), holders=[owner(BUYER, SOLD_ON)]), one)
    assert snags(done) == ["no_payer"]
    assert done.snags[0].values == {"from": "2026-04-01", "until": "2026-05-17"}
    assert not done.lines


def test_a_free_price_makes_a_line_of_nothing() -> None:
    """It says that the days were billed, so that nobody bills them again (F4)."""
    one = scheme("2026Q2", price("0.0000"))
    (line,) = compute(house(charge()), one).lines
    assert line.amount == 0
    assert not compute(house(charge(), billed=[billed(line)]), one).lines


@pytest.mark.rule("BIL-06")
def test_an_amount_far_from_the_usual_is_shown_but_not_held() -> None:
    before = scheme("2026Q1", price("2.8000"))
    (line,) = compute(house(charge()), before).lines
    for area, odd in (("98.50", False), ("290.00", False), ("310.00", True), ("31.00", True)):
        done = compute(
            house(charge(), area=area, billed=[billed(line)]), scheme("2026Q2", price("2.8000"))
        )
        assert (snags(done) == ["far_from_usual"]) is odd, area
        assert done.lines


# -- billed already


@pytest.mark.rule("BIL-06")
def test_only_the_days_that_are_missing_are_billed() -> None:
    one = scheme("2026Q2", price("2.8000"))
    first = compute(house(charge(until_on=SOLD_ON), area="88.88"), one).lines
    done = compute(house(charge(), area="88.88", billed=[billed(line) for line in first]), one)
    assert said(done) == [("2026-05-17", "2026-07-01", OWNER, "369.28")]
    assert [str(line.amount) for line in first] == ["377.31"]


# -- meters, shares, slips


def meter(*readings: tuple[str, str], number: int = 1, kind: str = "read") -> MeterFacts:
    return MeterFacts(
        number,
        f"W-{number}",
        Decimal(1),
        5,
        date(2020, 1, 1),
        readings=tuple(
            ReadingFacts(number * 100 + nth, kind, date.fromisoformat(day), Decimal(value))
            for nth, (day, value) in enumerate(readings)
        ),
    )


def water(name: str, one: MeterFacts, *lines: Any, **given: Any) -> Any:
    tariff = price("4.1000", WATER, **given)
    return compute(
        house(charge(WATER), meters={"water": (one,)}, billed=list(lines)),
        scheme(name, tariff, items=(WATER,)),
    )


@pytest.mark.rule("BIL-03")
def test_water_is_billed_by_what_the_meter_used() -> None:
    (line,) = water("2026-03", meter(("2026-01-31", "100"), ("2026-02-28", "112.5"))).lines
    assert (line.amount, line.quantity) == (Decimal("51.25"), Decimal("12.5"))
    assert line.working["opens_with"] == {"1": 101}
    assert (line.from_on, line.until_on) == (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.rule("BIL-03")
def test_steps_of_a_price_are_for_a_month() -> None:
    """10 m³ at 4.10 a month, above that 6.00: 15 in February is 41 + 30."""
    steps = ((Decimal(10), Decimal("4.1")), (None, Decimal(6)))
    shown = meter(("2026-01-31", "100"), ("2026-02-28", "115"))
    (line,) = water("2026-03", shown, tiers=steps).lines
    assert (line.amount, line.price) == (71, None)
    shown = meter(("2025-12-31", "100"), ("2026-03-31", "145"))
    (line,) = water("2026Q2", shown, tiers=steps).lines
    assert line.amount == 213


@pytest.mark.rule("BIL-03")
@pytest.mark.parametrize(("shown", "amount"), [("102", "20.00"), ("110", "41.00")])
def test_a_month_of_little_water_costs_the_least(shown: str, amount: str) -> None:
    read = meter(("2026-01-31", "100"), ("2026-02-28", shown))
    (line,) = water("2026-03", read, least=Decimal("20.00")).lines
    assert str(line.amount) == amount


@pytest.mark.rule("BIL-03")
def test_a_month_without_a_reading_holds_the_house() -> None:
    done = water("2026-03", meter(("2026-01-31", "100")))
    assert (snags(done), done.lines) == (["no_reading"], ())


@pytest.mark.rule("BIL-03")
def test_the_chain_goes_on_from_the_reading_that_was_billed() -> None:
    shown = meter(("2026-01-31", "100"), ("2026-02-28", "112.5"), ("2026-03-31", "120"))
    (first,) = water("2026-03", shown).lines
    (second,) = water("2026-04", shown, billed(first)).lines
    assert second.quantity == Decimal("7.5")


@pytest.mark.rule("BIL-03")
def test_a_too_high_estimate_is_taken_back() -> None:
    guessed = MeterFacts(
        1,
        "W-1",
        Decimal(1),
        5,
        date(2020, 1, 1),
        readings=(
            ReadingFacts(1, "read", date(2026, 1, 31), Decimal(100)),
            ReadingFacts(2, "estimated", date(2026, 2, 28), Decimal(120)),
            ReadingFacts(3, "read", date(2026, 3, 31), Decimal(115)),
        ),
    )
    (first,) = water("2026-03", guessed).lines
    assert first.amount == 82
    line, back = water("2026-04", guessed, billed(first, 55)).lines
    assert (line.amount, line.quantity) == (0, 0)
    assert (back.amount, back.corrects_id) == (Decimal("-20.50"), 55)


@pytest.mark.rule("BIL-03")
def test_what_no_line_can_give_back_comes_off_the_next_use() -> None:
    """Guessed 130 where the meter shows 95: 5 more than the line of 30 can give back."""
    guessed = MeterFacts(
        1,
        "W-1",
        Decimal(1),
        5,
        date(2020, 1, 1),
        readings=(
            ReadingFacts(1, "read", date(2026, 1, 31), Decimal(100)),
            ReadingFacts(2, "estimated", date(2026, 2, 28), Decimal(130)),
            ReadingFacts(3, "read", date(2026, 3, 31), Decimal(95)),
            ReadingFacts(4, "read", date(2026, 4, 30), Decimal(107)),
        ),
    )
    (first,) = water("2026-03", guessed).lines
    done = water("2026-04", guessed, billed(first, 55))
    second, back = done.lines
    assert (second.amount, back.amount) == (0, -first.amount)
    assert ("over_estimated" in snags(done), done.held) == (True, False)
    third = water("2026-05", guessed, billed(first, 55), billed(second, 56)).lines[0]
    assert third.quantity == 7


@pytest.mark.rule("BIL-03")
def test_the_use_of_a_house_sold_is_split_where_it_was_read_else_by_days() -> None:
    sold = [owner(OWNER, None, date(2026, 2, 15)), owner(BUYER, date(2026, 2, 15))]
    ends = (("2026-01-31", "100"), ("2026-02-28", "128"))
    one = scheme("2026-03", price("4.1000", WATER), items=(WATER,))
    for read, amounts in (
        (ends, ["57.40", "57.40"]),
        ((ends[0], ("2026-02-15", "120"), ends[1]), ["82.00", "32.80"]),
    ):
        facts = house(charge(WATER), meters={"water": (meter(*read),)}, holders=sold)
        done = compute(facts, one)
        assert [str(line.amount) for line in done.lines] == amounts
        assert [line.payer_id for line in done.lines] == [OWNER, BUYER]


@pytest.mark.rule("BIL-03")
def test_the_use_of_a_house_sold_is_not_split_at_a_guess() -> None:
    sold = [owner(OWNER, None, date(2026, 2, 15)), owner(BUYER, date(2026, 2, 15))]
    read = meter(("2026-01-31", "100"), ("2026-02-28", "128"))
    guess = ReadingFacts(150, "estimated", date(2026, 2, 15), Decimal(120))
    first, last = read.readings
    guessed = replace(read, readings=(first, guess, last))
    facts = house(charge(WATER), meters={"water": (guessed,)}, holders=sold)
    done = compute(facts, scheme("2026-03", price("4.1000", WATER), items=(WATER,)))
    assert [str(line.amount) for line in done.lines] == ["57.40", "57.40"]


@pytest.mark.rule("BIL-02")
def test_a_share_is_billed_and_split_where_the_house_was_sold() -> None:
    one = scheme("2026Q2", items=(SHARED,))
    (line,) = compute(house(shares=[share("30.01")]), one).lines
    assert (line.amount, line.payer_id, line.share_id) == (Decimal("30.01"), OWNER, 70)
    sold = [owner(OWNER, None, date(2026, 2, 1)), owner(BUYER, date(2026, 2, 1))]
    done = compute(house(shares=[share("30.01")], holders=sold), one)
    assert [str(line.amount) for line in done.lines] == ["10.34", "19.67"]  # 31 of 90 days


@pytest.mark.rule("BIL-15")
def test_the_developer_bears_the_share_of_an_empty_house() -> None:
    one = scheme("2026Q2", items=(SHARED,), developer_id=DEVELOPER)
    for empty, vacant, payer in (
        (True, "developer", DEVELOPER),
        (True, "owner", OWNER),
        (False, "developer", OWNER),
    ):
        (line,) = compute(house(shares=[share(vacant=vacant)], vacant=empty), one).lines
        assert (line.payer_id, line.liable_id) == (payer, OWNER)


@pytest.mark.rule("BIL-04")
def test_a_slip_is_billed_to_who_bears_such_things_that_day() -> None:
    one = scheme("2026-06", items=(SLIPS,))
    slip = Slip(5, SLIPS.id, "DJ-1", SOLD_ON, Decimal("36.00"), [])
    (line,) = compute(house(slips=[slip], holders=SOLD), one).lines
    assert (line.payer_id, line.kind, line.slip_id, line.amount) == (
        BUYER,
        "slip",
        5,
        Decimal(36),
    )
    assert snags(compute(house(slips=[slip], holders=[]), one)) == ["no_payer"]


# -- corrections


def corrected(name: str, before: Any, after: Any, old: Any, new: Any) -> Any:
    lines = compute(before, old).lines
    after.billed = [billed(line, number) for number, line in enumerate(lines, start=1)]
    new.corrects = True
    return compute(after, new)


@pytest.mark.rule("BIL-14")
def test_a_dearer_price_found_later_makes_a_line_of_the_difference() -> None:
    done = corrected(
        "2026Q2",
        house(charge()),
        house(charge()),
        scheme("2026Q2", price("2.8000")),
        scheme("2026Q2", price("3.0000")),
    )
    (line,) = done.lines
    assert (line.kind, line.amount, line.corrects_id) == ("correction", Decimal("59.10"), 1)
    assert (line.working["was"], line.working["now"]) == ("827.40", "886.50")


@pytest.mark.rule("BIL-14")
def test_a_smaller_area_found_later_takes_the_difference_back() -> None:
    one = scheme("2026Q2", price("2.8000"))
    again = scheme("2026Q2", price("2.8000"))
    (line,) = corrected("2026Q2", house(charge()), house(charge(), area="95.00"), one, again).lines
    assert (line.amount, line.corrects_id) == (Decimal("-29.40"), 1)


@pytest.mark.rule("BIL-14")
def test_what_is_too_much_is_taken_back_from_the_last_line_first() -> None:
    """Two prices make two lines, 124.55 and 167.45: what 3.5 m² less cost fits in the second."""
    changes = date(2026, 3, 15)
    old, new = (
        scheme("2026-03", price("2.8000", until_on=changes), price("3.1000", id=2, from_on=changes))
        for _ in range(2)
    )
    before, after = house(charge()), house(charge(), area="95.00")
    (line,) = corrected("2026-03", before, after, old, new).lines
    assert (str(line.amount), line.corrects_id) == ("-10.37", 2)


@pytest.mark.rule("BIL-14")
def test_an_owner_entered_late_is_billed_instead_of_the_other() -> None:
    one = scheme("2026Q2", price("2.8000"))
    again = scheme("2026Q2", price("2.8000"))
    done = corrected(
        "2026Q2", house(charge(), area="88.88"), house(charge(), area="88.88", holders=SOLD), one,
        again,
    )  # fmt: skip
    assert [(line.payer_id, str(line.amount)) for line in done.lines] == [
        (OWNER, "-369.28"),
        (BUYER, "369.28"),
    ]


@pytest.mark.rule("BIL-14")
def test_nothing_changed_nothing_corrected() -> None:
    one = scheme("2026Q2", price("2.8000"))
    again = scheme("2026Q2", price("2.8000"))
    assert not corrected("2026Q2", house(charge()), house(charge()), one, again).lines


@pytest.mark.rule("BIL-14")
def test_a_charge_that_ended_earlier_is_taken_back_from_its_end() -> None:
    one = scheme("2026Q2", price("2.8000"))
    again = scheme("2026Q2", price("2.8000"))
    (line,) = corrected(
        "2026Q2", house(charge()), house(charge(until_on=date(2026, 5, 1))), one, again
    ).lines
    assert line.amount == Decimal("-551.60")


@pytest.mark.rule("BIL-14")
def test_a_dearer_water_price_found_later_bills_the_same_use_again() -> None:
    """A reading voided since changes nothing: the next one sets it right."""
    (line,) = water("2026-03", meter(("2026-01-31", "100"), ("2026-02-28", "112"))).lines
    facts = house(charge(WATER), billed=[billed(line)])
    one = scheme("2026-03", price("4.5000", WATER), items=(WATER,), corrects=True)
    (more,) = compute(facts, one).lines
    assert (more.amount, more.quantity) == (Decimal("4.80"), Decimal(12))


@pytest.mark.rule("BIL-14")
def test_what_an_estimate_gave_back_is_not_billed_again() -> None:
    (line,) = water("2026-03", meter(("2026-01-31", "100"), ("2026-02-28", "120"))).lines
    back = Decimal("20.50")
    facts = house(charge(WATER), billed=[billed(line, net=line.amount - back, trued=back)])
    one = scheme("2026-03", price("4.1000", WATER), items=(WATER,), corrects=True)
    assert not compute(facts, one).lines


# -- houses that come and go (F4, F25)


def test_a_charge_paused_and_resumed_in_a_quarter_is_billed_for_its_days() -> None:
    one = scheme("2026Q2", price("2.8000"))
    done = compute(
        house(
            charge(until_on=date(2026, 4, 16)),
            charge(id=99, from_on=date(2026, 6, 1)),
        ),
        one,
    )
    assert said(done) == [
        ("2026-04-01", "2026-04-16", OWNER, "137.90"),
        ("2026-06-01", "2026-07-01", OWNER, "275.80"),
    ]


def test_a_house_split_in_two_is_billed_as_before_until_that_day_and_in_parts_after() -> None:
    one = scheme("2026Q2", price("2.8000"))
    before = compute(house(charge(until_on=SOLD_ON)), one).lines
    parts = [
        compute(house(charge(id=90 + nth, from_on=SOLD_ON), area=area), one).lines
        for nth, area in enumerate(("40.25", "58.25"))
    ]
    total = sum(line.amount for lines in (before, *parts) for line in lines)
    assert abs(total - Decimal("827.40")) <= Decimal("0.02")


def test_the_arrears_of_a_first_quarter_are_the_last_of_the_year_before() -> None:
    item = FEE._replace(phase="arrears")
    done = compute(house(charge(item)), scheme("2026Q1", price("2.8000"), items=(item,)))
    assert said(done) == [("2025-10-01", "2026-01-01", OWNER, "827.40")]


@pytest.mark.rule("BIL-01")
def test_half_a_fen_is_rounded_up() -> None:
    (line,) = compute(house(charge(), area="0.50"), scheme("2026-03", price("0.0100"))).lines
    assert line.amount == Decimal("0.01")


@pytest.mark.rule("BIL-15")
def test_a_tenant_pays_nothing_before_the_hand_over() -> None:
    asked = house(
        charge(pays="tenant"),
        handed_over_on=date(2027, 1, 1),
        holders=[owner(), Holder(TENANT, "tenant", None, None)],
    )
    (line,) = compute(asked, scheme("2026-03", price("2.80"), developer_id=DEVELOPER)).lines
    assert (line.payer_id, line.liable_id) == (DEVELOPER, DEVELOPER)


@pytest.mark.rule("BIL-01")
def test_a_relief_never_pays_out() -> None:
    relief = Relief(date(2026, 1, 1), date(2027, 1, 1), None, Decimal(1000))
    shown = meter(("2026-01-31", "100"), ("2026-02-28", "112.5"))
    asked = house(charge(WATER, reliefs=(relief,)), meters={"water": (shown,)})
    (line,) = compute(asked, scheme("2026-03", price("4.1", WATER), items=(WATER,))).lines
    assert line.amount == 0
