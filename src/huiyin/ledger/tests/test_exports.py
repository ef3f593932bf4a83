"""Vouchers leave as CSV or workbook, numbered by month, and no cell is a formula (FIN-13)."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from huiyin.kernel.errors import Forbidden
from huiyin.ledger import exports
from huiyin.ledger.exports import UnableToExport
from huiyin.ledger.tests import blocks
from huiyin.matters.tests.cast import Cast

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.com")'


def some_entries(cast: Cast) -> int:
    here = blocks.open_books(cast)
    blocks.post(cast, "bill:1", "100.00", business_on=date(2026, 2, 20), memo=FORMULA)
    blocks.post(cast, "bill:2", "200.00", business_on=date(2026, 3, 10), memo="+86")
    blocks.post(cast, "bill:3", "300.00", business_on=date(2026, 2, 10))
    return here


def legs(cast: Cast, since: str, until: str, by: str = "finance") -> Any:
    return exports.legs(
        caller=cast.caller(by),
        community_id=cast.town.community.pk,
        from_on=date.fromisoformat(since),
        until_on=date.fromisoformat(until),
    )


@pytest.mark.rule("FIN-13")
def test_vouchers_are_numbered_by_month_in_the_order_they_were_written(cast: Cast) -> None:
    some_entries(cast)
    found = [(leg.key, leg.number) for leg in legs(cast, "2026-01-01", "2026-04-01")]
    assert found == [("bill:1", 1)] * 2 + [("bill:3", 2)] * 2 + [("bill:2", 1)] * 2
    part = [(leg.key, leg.number) for leg in legs(cast, "2026-02-05", "2026-02-15")]
    assert part == [("bill:3", 2)] * 2


def test_a_csv_file_holds_texts_not_formulas(cast: Cast) -> None:
    some_entries(cast)
    with exports.as_csv(legs(cast, "2026-02-01", "2026-04-01")) as file:
        text = file.read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == list(exports.titles())
    assert rows[1] == [
        *("2026-02-20", "1", "bill:1", f"'{FORMULA}", "1122", "应收账款(业主)"),
        *("100.00", "", "3-1-1201", "王丽"),
    ]
    assert len(rows) == 7


def test_a_workbook_holds_texts_not_formulas(cast: Cast) -> None:
    some_entries(cast)
    with exports.as_workbook(legs(cast, "2026-02-01", "2026-04-01")) as file:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file.read())).get_sheet_by_index(0)
    table = rows.to_python()
    assert table[1] == [
        *(date(2026, 2, 20), 1.0, "bill:1", FORMULA, "1122", "应收账款(业主)"),
        *(100.0, "", "3-1-1201", "王丽"),
    ]
    assert table[5][3] == "+86"


def test_an_empty_month_has_titles_only(cast: Cast) -> None:
    blocks.open_books(cast)
    with exports.as_csv(legs(cast, "2026-02-01", "2026-03-01")) as file:
        assert len(file.read().decode().splitlines()) == 1


def test_more_than_a_sheet_holds_is_refused_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_entries(cast)
    monkeypatch.setattr(exports, "SHEET_MOST", 3)
    with pytest.raises(UnableToExport, match="CSV"):
        exports.as_workbook(legs(cast, "2026-02-01", "2026-04-01"))


def test_days_backwards_and_strangers_are_refused(cast: Cast) -> None:
    some_entries(cast)
    with pytest.raises(UnableToExport):
        legs(cast, "2026-03-01", "2026-03-01")
    with pytest.raises(Forbidden):
        legs(cast, "2026-02-01", "2026-03-01", by="keeper")
