"""Matters through the API."""

import pytest

from huiyin.doors.api.tests.cast import Site, new_matter


@pytest.mark.rule("REC-02")
def test_a_call_becomes_a_matter_with_an_owner_and_clocks(site: Site) -> None:
    told = site.api("receptionist").post("/matters", new_matter(caller="王丽"))
    assert told.status == 201, told.body
    matter = told.body
    assert matter["number"] == "YG-20260316-0001"
    assert matter["state"] == "received"
    assert matter["house"] == "3-1-1201"
    assert matter["owner"] == {"code": site.code("keeper"), "name": "蒋管", "post": "keeper"}
    assert matter["received_at"] == "2026-03-16T09:00:00+08:00"
    by_code = {one["code"]: one for one in matter["promises"]}
    assert by_code["assign"]["due_at"] == "2026-03-16T09:10:00+08:00"
    assert by_code["assign"]["state"] == "running"
    assert [one["kind"] for one in matter["events"]] == ["received"]
