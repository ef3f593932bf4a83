"""The roster that comes with the task, compared with the truth about it; skipped when absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from huiyin.estate.roster.parsed import Parsed
from huiyin.estate.roster.tests.books import by_code, names, numbers
from huiyin.estate.roster.workbook import parse_file

DATA = Path(__file__).parents[6] / "shared" / "data"
TENURES = {"owned": "产权", "leased": "租赁"}

pytestmark = pytest.mark.skipif(
    not (DATA / "roster.truth.json").exists(), reason="the sample roster is not here"
)


@pytest.fixture(scope="module")
def truth() -> Any:
    return json.loads((DATA / "roster.truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def found() -> Parsed:
    return parse_file(DATA / "roster.xlsx")


def test_flats(truth: Any, found: Parsed) -> None:
    houses = by_code(found)
    wrong = {problem["house"] for problem in truth["errors"]}
    for told in truth["houses"]:
        house = houses[told["house"]]
        tenants = [tenant.name for tenant in house.tenants]
        assert (str(house.area), names(house), house.vacant, house.sheet, house.row) == (
            told["area"], told["owners"], told["vacant"], told["sheet"], told["row"],
        )  # fmt: skip
        assert tenants == ([told["tenant"]] if told["tenant"] else [])
        assert str(house.handed_over_on) == told["handed_over"]
        assert str(house.rate) == told["rate"]
        if house.code in wrong:
            assert set(numbers(house)) < set(told["phones"])
            assert house.incomplete == ("phone",)
        else:
            assert numbers(house) == told["phones"]
            assert house.incomplete == ()


def test_shops_and_spaces(truth: Any, found: Parsed) -> None:
    houses = by_code(found)
    for told in truth["shops"]:
        shop = houses[told["code"]]
        assert shop.kind == "shop"
        assert (str(shop.area), names(shop)) == (told["area"], [told["owner"]])
        assert [tenant.name for tenant in shop.tenants] == [told["tenant"]]
    for told in truth["parking"]:
        space = houses[told["code"]]
        assert (space.goes_with, TENURES[space.tenure]) == (told["house"], told["type"])
    assert len(houses) == sum(len(truth[kind]) for kind in ("houses", "shops", "parking"))


def test_errors_and_warnings(truth: Any, found: Parsed) -> None:
    assert [(p.sheet, p.row, p.code) for p in found.problems] == [
        (told["sheet"], told["row"], "phone.wrong") for told in truth["errors"]
    ]
    assert [(n.sheet, n.row, n.params["house"], n.code) for n in found.notices] == [
        (told["sheet"], told["row"], told["house"], "house.duplicate") for told in truth["warnings"]
    ]
