"""What a cell of an old ledger says."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.billing.opening.cells import read_amount, read_period, read_span
from huiyin.estate.roster.text import Cell, Unreadable


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("¥ 827.40元", "827.40"),
        (827.4, "827.40"),
        (0.1 + 0.2, "0.30"),
        (300, "300.00"),
        ("(15.00)", "-15.00"),
        ("１２３．４", "123.40"),
    ],
)
def test_an_amount_is_read_as_it_is_written(cell: Cell, amount: str) -> None:
    assert read_amount(cell) == Decimal(amount)


@pytest.mark.parametrize("cell", [None, "", "-", "无", " "])
def test_an_empty_cell_is_no_amount(cell: Cell) -> None:
    assert read_amount(cell) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("三百", "amount.not_a_number"),
        ("12.345", "amount.parts_of_a_cent"),
        ("1e12", "amount.too_large"),
        ("NaN", "amount.not_a_number"),
    ],
)
def test_what_is_no_amount_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount(cell)
    assert refused.value.code == code


@given(st.decimals("0.01", "9999999", places=2))
def test_a_cell_of_a_spreadsheet_keeps_every_cent(amount: Decimal) -> None:
    assert read_amount(float(amount)) == amount
    assert read_amount(f"{amount:,}") == amount


JANUARY, APRIL = date(2025, 1, 1), date(2025, 4, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2025年1-3月",
        "2025年1月至3月",
        "2025.01-2025.03",
        "2025-01至2025-03",
        "2025-01-2025-03",
        "2025年第一季度",
        "2025年1季度",
        "2025Q1",
        "2025-01-01至2025-03-31",
        "2025.1.1-2025.3.31",
        "2025年1月—3月",
    ],
)
def test_a_quarter_in_the_spellings_of_offices(cell: Cell) -> None:
    assert read_period(cell) == (JANUARY, APRIL)


@pytest.mark.parametrize(
    ("cell", "from_on", "until_on"),
    [
        ("2025-03", date(2025, 3, 1), date(2025, 4, 1)),
        ("202512", date(2025, 12, 1), date(2026, 1, 1)),
        (202503.0, date(2025, 3, 1), date(2025, 4, 1)),
        (datetime(2025, 3, 1), date(2025, 3, 1), date(2025, 4, 1)),  # noqa: DTZ001 a cell
        ("2024年度", date(2024, 1, 1), date(2025, 1, 1)),
        (2024, date(2024, 1, 1), date(2025, 1, 1)),
        ("2024年下半年", date(2024, 7, 1), date(2025, 1, 1)),
        ("2024H1", date(2024, 1, 1), date(2024, 7, 1)),
        ("2024年11月-2025年2月", date(2024, 11, 1), date(2025, 3, 1)),
        ("2024-02-29至2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_other_periods(cell: Cell, from_on: date, until_on: date) -> None:
    assert read_period(cell) == (from_on, until_on)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("上个季度", "period.unreadable"),
        ("2025年13月", "period.no_month"),
        ("2025年5-3月", "period.backwards"),
        ("2025-03-31至2025-01-01", "period.backwards"),
    ],
)
def test_what_is_no_period_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_period(cell)
    assert refused.value.code == code


def test_a_first_and_a_last_day_are_both_needed() -> None:
    assert read_span("2025-01-01", "2025-03-31") == (JANUARY, APRIL)
    assert read_span("", None) is None
    with pytest.raises(Unreadable) as refused:
        read_span("2025-01-01", "")
    assert refused.value.code == "period.half"
