"""How a line says of itself how it was computed: in sentences, from what was frozen (BIL-14)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from huiyin.billing.rules.compute import compute
from huiyin.billing.rules.facts import Relief, Slip
from huiyin.billing.saying import working
from huiyin.billing.tests.reckonings import (
    BUYER,
    GARDEN,
    OWNER,
    PARKING,
    SHARED,
    SLIPS,
    WATER,
    billed,
    charge,
    house,
    owner,
    price,
    scheme,
    share,
)
from huiyin.meters.rules import MeterFacts, ReadingFacts

SOLD_ON = date(2026, 5, 17)


def told(facts: Any, one: Any) -> list[tuple[str, ...]]:
    return [working(line.working) for line in compute(facts, one).lines]


def test_an_area_times_a_price_times_months() -> None:
    assert told(house(charge()), scheme("2026Q2", price("2.8000"))) == [
        ("98.5 m² × 2.80 元/m²·月 × 3 个月 = 827.40 元",)
    ]


def test_days_of_a_month_are_told_as_days() -> None:
    holders = [owner(OWNER, None, SOLD_ON), owner(BUYER, SOLD_ON)]
    seller, buyer = told(
        house(charge(), area="88.88", holders=holders), scheme("2026Q2", price("2.8000"))
    )
    assert seller == (
        "2026-04-01 至 2026-05-16:88.88 m² × 2.80 元/m²·月 × (1 + 16/31) 个月 ≈ 377.31 元",
    )
    assert buyer == (
        "2026-05-17 至 2026-06-30:88.88 m² × 2.80 元/m²·月 × (1 + 15/31) 个月 ≈ 369.28 元",
    )


def test_the_rest_of_a_sum_says_so() -> None:
    changes = date(2026, 3, 15)
    one = scheme(
        "2026-03", price("2.8000", until_on=changes), price("3.1000", id=2, from_on=changes)
    )
    _first, rest = told(house(charge(), area="50.35"), one)
    assert rest == (
        "2026-03-15 至 2026-03-31:50.35 m² × 3.10 元/m²·月 × 17/31 个月 ≈ 85.60 元",
        "从 2026-03-01 起合计 149.26 元,前面已计 63.67 元,这里是两者之差 85.59 元"
        "(先合计再取整,分几段都不多收一分)",
    )


@pytest.mark.parametrize(
    ("relief", "sentence"),
    [
        (
            Relief(date(2026, 4, 1), date(2026, 7, 1), Decimal("20.00"), None),
            "减免 20%,少收 165.48 元,余 661.92 元",
        ),
        (
            Relief(date(2026, 4, 1), date(2026, 7, 1), None, Decimal("50.00")),
            "每月减免 50.00 元,少收 150.00 元,余 677.40 元",
        ),
    ],
)
def test_a_relief_is_told(relief: Relief, sentence: str) -> None:
    (said,) = told(house(charge(reliefs=(relief,))), scheme("2026Q2", price("2.8000")))
    assert said[1] == sentence


def test_a_relief_of_some_days_is_told_by_days() -> None:
    relief = Relief(date(2026, 5, 1), date(2026, 6, 1), Decimal("50.00"), None)
    (said,) = told(house(charge(reliefs=(relief,))), scheme("2026Q2", price("2.8000")))
    assert len(said) == 5
    assert said[0].startswith("2026-04-01 至 2026-04-30:98.5 m²")
    assert said[-1] == "各段相加,四舍五入到分:689.50 元"


def test_the_least_is_told() -> None:
    one = scheme("2026Q2", price("2.8000", least=Decimal("100.00")))
    assert told(house(charge(), area="20.00"), one) == [
        ("不足最低收费,按每月 100.00 元计:× 3 个月 = 300.00 元",)
    ]


def test_a_fixed_price_and_a_contract() -> None:
    one = scheme("2026-03", price("150.0000", PARKING), items=(PARKING, GARDEN))
    assert told(house(charge(PARKING), charge(GARDEN, price=Decimal("80.0000"))), one) == [
        ("1 个 × 150.00 元/月 × 1 个月 = 150.00 元",),
        ("合同价每月 80.00 元 × 数量 1 × 1 个月 = 80.00 元",),
    ]


def metered(*readings: ReadingFacts, factor: str = "1", **given: Any) -> tuple[str, ...]:
    meter = MeterFacts(1, "W-1", Decimal(factor), 5, date(2020, 1, 1), readings=readings)
    one = scheme("2026-03", price("4.1000", WATER, **given), items=(WATER,))
    (said,) = told(house(charge(WATER), meters={"water": (meter,)}), one)
    return said


def test_readings_and_steps_of_a_price_are_told() -> None:
    read = (
        ReadingFacts(1, "read", date(2026, 1, 31), Decimal(100)),
        ReadingFacts(2, "estimated", date(2026, 2, 28), Decimal(115)),
    )
    steps = ((Decimal(10), Decimal("4.1")), (None, Decimal(6)))
    assert metered(*read, tiers=steps) == (
        "表号 W-1:2026-02-28 读数 115 − 2026-01-31 读数 100 = 15 m³",
        "表号 W-1 这次是估抄,下次抄到实数后多退少补",
        "10 m³ × 4.10 元 = 41.00 元",
        "5 m³ × 6.00 元 = 30.00 元",
    )


def test_a_factor_is_told() -> None:
    read = (
        ReadingFacts(1, "read", date(2026, 1, 31), Decimal(100)),
        ReadingFacts(2, "read", date(2026, 2, 28), Decimal("101.5")),
    )
    assert metered(*read, factor="10")[0] == (
        "表号 W-1:(2026-02-28 读数 101.5 − 2026-01-31 读数 100) × 倍率 10 = 15 m³"
    )


def test_a_share_is_told() -> None:
    one = scheme("2026Q2", items=(SHARED,))
    holders = [owner(OWNER, None, date(2026, 2, 1)), owner(BUYER, date(2026, 2, 1))]
    first, _then = told(house(shares=[share("30.01")], holders=holders), one)
    assert first == (
        "「公摊水费」共 12,345.67 元,按面积分摊:您家 98.5 ÷ 全部 1000 × 12,345.67 = 30.01 元",
        "这一段是 90 天中的 31 天,按天数分摊",
    )


def test_a_slip_is_told_line_by_line() -> None:
    paper = [{"text": "桶装水", "unit": "桶", "quantity": "2", "price": "18", "amount": "36.00"}]
    slip = Slip(5, SLIPS.id, "DJ-1", SOLD_ON, Decimal("36.00"), paper)
    assert told(house(slips=[slip]), scheme("2026-06", items=(SLIPS,))) == [
        ("您签字的单据 DJ-1", "桶装水:2 桶 × 18.00 元 = 36.00 元")
    ]


def test_a_correction_is_told() -> None:
    was = compute(house(charge()), scheme("2026Q2", price("2.8000"))).lines
    facts = house(charge(), billed=[billed(was[0])])
    one = scheme("2026Q2", price("3.0000"), corrects=True)
    assert told(facts, one) == [
        (
            "原来计了 827.40 元,应为 886.50 元,补收 59.10 元",
            "98.5 m² × 3.00 元/m²·月 × 3 个月 = 886.50 元",
        )
    ]
    one = scheme("2026Q2", price("2.0000"), corrects=True)
    assert told(facts, one)[0][0] == "原来计了 827.40 元,应为 591.00 元,退还 236.40 元"


@pytest.mark.parametrize("frozen", [{}, {"way": "nothing known"}])
def test_what_freezes_nothing_explains_nothing(frozen: dict[str, str]) -> None:
    assert working(frozen) == ()


def test_an_old_debt_says_where_it_stood() -> None:
    assert working({"way": "opening", "sheet": "欠费", "row": 12}) == (
        "启用系统以前的欠费,见期初表「欠费」第 12 行",
    )
