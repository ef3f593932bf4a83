"""Figures through the API: a number equals the rows behind it."""

from typing import Any

import pytest

from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.matters.tests.cast import moment


@pytest.mark.rule("RPT-07")
def test_a_figure_equals_the_rows_behind_it(site: Site) -> None:
    numbers = [site.receive(at=moment("2026-03-16 09:00")) for _ in range(3)]
    manager = site.api("manager")
    assign = {"to": site.code("keeper")}
    in_time, late = moment("2026-03-16 09:05"), moment("2026-03-16 09:30")
    for number, at in zip(numbers, (in_time, in_time, late), strict=True):
        assert manager.post(f"/matters/{number}/assign", assign, at=at).status == 200
    asked: dict[str, Any] = {"community": "YG", "from": "2026-03-16", "to": "2026-03-16"}
    later = moment("2026-03-16 10:00")
    found = manager.get("/kpis", at=later, **asked).body
    (assigned,) = [one for one in found if one["rule"] == "CMP-01"]
    assert (assigned["numerator"], assigned["denominator"]) == (2, 3)
    assert (assigned["target"], assigned["value"], assigned["met"]) == ("1.00", "0.66", False)
    page = manager.get("/kpis/CMP-01/rows", at=later, limit="2", **asked).body
    rest = manager.get("/kpis/CMP-01/rows", at=later, limit="2", cursor=page["next"], **asked).body
    rows = page["items"] + rest["items"]
    assert {one["number"] for one in rows} == set(numbers)
    assert sum(one["good"] for one in rows) == 2


def test_a_figure_that_is_none_or_not_theirs_is_not_there(site: Site) -> None:
    manager = site.api("manager")
    assert manager.get("/kpis/XYZ-01/rows", community="YG").status == 404
    assert manager.get("/kpis", community="CH").status == 404
    assert site.api(STRANGER).get("/kpis", community="YG").status == 404
    days: dict[str, Any] = {"from": "2026-03-16", "to": "2026-03-01"}
    backwards = manager.get("/kpis", community="YG", **days)
    assert (backwards.status, set(backwards.body["errors"])) == (422, {"to"})
    days = {"from": "yesterday"}
    assert manager.get("/kpis", community="YG", **days).status == 422
