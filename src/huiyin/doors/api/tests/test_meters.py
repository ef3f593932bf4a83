"""Meters through the API: listed page by page, read once, held when nobody can believe it."""

from datetime import date

import pytest

from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.matters.tests.cast import AT
from huiyin.meters.actions import add_meter

pytestmark = pytest.mark.rule("BIL-03")
READING = {"community": "YG", "meter": "W-1", "read_on": "2026-03-16", "value": "112.5"}


@pytest.fixture
def metered(site: Site) -> Site:
    """Hang two meters."""
    for code in ("W-1", "W-2"):
        add_meter(
            by=site.cast.caller("collector"),
            at=AT,
            community_id=site.cast.town.community.pk,
            code=code,
            kind="water",
            house="3-1-1201",
            from_on=date(2026, 2, 1),
            route="3栋",
            value="100",
        )
    return site


def test_a_reading_is_taken_once(metered: Site) -> None:
    api = metered.api("technician")
    told = api.post("/meter-readings", READING, at=AT, key="a")
    assert told.status == 201, told.body
    assert (told.body["held"], told.body["value"]) == ("", "112.5")
    again = api.post("/meter-readings", READING, at=AT, key="a")
    same = api.post("/meter-readings", READING, at=AT, key="b")
    assert again.body["id"] == same.body["id"] == told.body["id"]
    other = api.post("/meter-readings", {**READING, "value": "113"}, at=AT)
    assert other.status == 409


def test_an_odd_reading_is_held(metered: Site) -> None:
    told = metered.api("technician").post("/meter-readings", {**READING, "value": "12"}, at=AT)
    assert (told.status, told.body["held"]) == (201, "lower")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"meter": "W-9"}, 422),
        ({"community": "CH"}, 404),
        ({"value": "-1"}, 422),
        ({"value": "1e3"}, 422),
        ({"value": 12.5}, 422),
        ({"value": "123456"}, 422),
        ({"read_on": "2026-03-17"}, 422),
        ({"read_on": "2026-01-31"}, 422),
        ({"read_on": "today"}, 422),
        ({"rolled": True}, 422),
    ],
)
def test_what_is_refused(metered: Site, wrong: dict[str, object], status: int) -> None:
    told = metered.api("technician").post("/meter-readings", {**READING, **wrong}, at=AT)
    assert told.status == status, told.body


def test_who_reads(metered: Site) -> None:
    assert metered.api("guard").post("/meter-readings", READING, at=AT).status == 403
    assert metered.api(STRANGER).post("/meter-readings", READING, at=AT).status == 404


def test_meters_page_by_page(metered: Site) -> None:
    api = metered.api("technician")
    first = api.get("/meters", community="YG", limit="1", at=AT).body
    second = api.get("/meters", community="YG", limit="1", cursor=first["next"], at=AT).body
    assert [one["meter"] for one in first["items"] + second["items"]] == ["W-1", "W-2"]
    assert (first["items"][0]["last_value"], second["next"]) == ("100", None)
    assert api.get("/meters", community="YG", cursor="x", at=AT).status == 422
    assert metered.api("guard").get("/meters", community="YG", at=AT).status == 403
