"""Matters through the API."""

from typing import Any

import pytest

from huiyin.doors.api.tests.cast import STRANGER, Site, new_matter
from huiyin.matters.kinds import CHANNELS
from huiyin.matters.tests.cast import AT, moment
from huiyin.notices.actions import NewTelling, tell
from huiyin.notices.models import Telling
from huiyin.notices.routing import route


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


def test_matters_are_listed_newest_first_page_by_page(site: Site) -> None:
    numbers = [
        site.receive(at=moment(f"2026-03-16 09:0{minute}"), text=f"第{minute}件")
        for minute in range(4)
    ]
    api = site.api("manager")
    first = api.get("/matters", community="YG", limit="3").body
    assert [one["number"] for one in first["items"]] == numbers[:0:-1]
    rest = api.get("/matters", community="YG", limit="3", cursor=first["next"]).body
    assert [one["number"] for one in rest["items"]] == numbers[:1]
    assert rest["next"] is None
    row = first["items"][0]
    assert row["received_at"] == "2026-03-16T09:03:00+08:00"
    assert row["next_due_at"] == "2026-03-16T09:13:00+08:00"
    assert row["overdue"] is False
    assert row["owner"] == {"code": site.code("keeper"), "name": "蒋管", "post": "keeper"}


def test_matters_are_filtered(site: Site) -> None:
    repair = site.receive(kind="repair", text="水管漏水")
    complaint = site.receive(house="3-1-1202", phone="")
    api = site.api("manager")

    def listed(**asked: Any) -> list[str]:
        return [one["number"] for one in api.get("/matters", **asked).body["items"]]

    assert listed(kind="repair") == [repair]
    assert listed(house="3-1-1202") == [complaint]
    assert listed(owner=site.code("maintenance_foreman")) == [repair]
    assert listed(q="漏水") == [repair]
    assert listed(state="received") == [complaint, repair]
    assert listed(state="closed") == []
    assert listed(overdue="true") == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_ends_in_the_same_queue(site: Site, channel: str) -> None:
    number = site.receive(channel=channel)
    assert site.api("manager").get(f"/matters/{number}").body["channel"] == channel


def test_a_work_order_goes_through_its_steps(site: Site) -> None:
    number = site.receive(kind="repair", text="水管漏水")
    desk, foreman = site.api("dispatcher"), site.api("maintenance_foreman")
    technician = site.api("technician")
    path = f"/matters/{number}"
    steps = [
        (desk, "assign", {"to": site.code("technician"), "note": "带上配件"}, "assigned"),
        (technician, "accept", None, "accepted"),
        (technician, "arrive", {}, "on_site"),
        (technician, "progress", {"text": "正在更换", "via": "visit"}, "on_site"),
        (technician, "finish", {"result": "已更换水管"}, "finished"),
        (technician, "sign", {"name": "王丽"}, "finished"),
        (foreman, "reply", {"text": "修好了", "via": "phone"}, "finished"),
        (desk, "visit-back", {"satisfaction": 5, "comment": "很好"}, "visited_back"),
        (desk, "close", None, "closed"),
        (desk, "reopen", {"reason": "又漏了"}, "reopened"),
    ]
    for api, verb, words, state in steps:
        told = api.post(f"{path}/{verb}", words)
        assert (told.status, told.body.get("state")) == (200, state), (verb, told.body)
    events = desk.get(path).body["events"]
    kinds = [one["kind"] for one in events if one["kind"] != "escalated"]
    assert kinds == [
        "received",
        "assigned",
        "accepted",
        "arrived",
        "progressed",
        "finished",
        "signed",
        "replied",
        "visited_back",
        "closed",
        "reopened",
    ]


def test_other_verbs(site: Site) -> None:
    number = site.receive()
    api = site.api("manager")
    path = f"/matters/{number}"
    until = "2026-03-18T18:00:00+08:00"
    for verb, words in (
        ("assign", {"to": site.code("keeper")}),
        ("promise", {"until": until, "reason": "等配件"}),
        ("pause", {"until": until, "reason": "业主外出"}),
        ("resume", None),
        ("escalate", {"to": site.code("company_service"), "reason": "现场解决不了"}),
        ("note", {"text": "备注"}),
        ("mark-important", {"reason": "多次投诉"}),
        ("reclassify", {"kind": "repair", "reason": "其实是报修"}),
    ):
        told = api.post(f"{path}/{verb}", words)
        assert told.status == 200, (verb, told.body)
    shown = api.get(path).body
    by_hand = [one for one in shown["events"] if one["kind"] == "escalated"][-1]
    assert [one["post"] for one in by_hand["to"]] == ["company_service"]
    assert shown["important"] is True


@pytest.mark.parametrize(
    ("verb", "words", "field"),
    [
        ("assign", {"to": "E999"}, "to"),
        ("assign", {}, "to"),
        ("promise", {"until": "2026-03-15T09:00:00+08:00", "reason": "迟"}, "until"),
        ("promise", {"until": "2026-03-18T09:00:00", "reason": "迟"}, "until"),
        ("promise", {"until": "0001-01-01T00:00:00+08:00", "reason": "迟"}, "until"),
        ("promise", {"until": 1773800000, "reason": "迟"}, "until"),
        ("pause", {"until": "2027-03-18T09:00:00+08:00", "reason": "久"}, "until"),
        ("pause", {"until": "2026-03-18T09:00:00+08:00", "reason": " "}, "reason"),
        ("finish", {"result": ""}, "result"),
        ("finish", {"result": "好", "cause": "magic"}, "cause"),
        ("reply", {"text": "好", "via": "drum"}, "via"),
        ("visit-back", {"satisfaction": 6}, "satisfaction"),
        ("visit-back", {"satisfaction": 0}, "satisfaction"),
        ("reopen", {}, "reason"),
        ("reclassify", {"kind": "party", "reason": "玩"}, "kind"),
        ("accept", {"now": True}, "now"),
    ],
)
def test_a_verb_refuses_what_it_cannot_take(
    site: Site, verb: str, words: dict[str, Any], field: str
) -> None:
    number = site.receive()
    before = site.api("manager").get(f"/matters/{number}").body
    told = site.api("manager").post(f"/matters/{number}/{verb}", words)
    assert told.status == 422, told.body
    assert set(told.body["errors"]) == {field}
    assert site.api("manager").get(f"/matters/{number}").body == before


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("visit-back", {"satisfaction": 5}),
        ("close", None),
        ("resume", None),
        ("reopen", {"reason": "再开"}),
        ("sign", {"name": "王丽"}),
    ],
)
def test_a_verb_the_state_does_not_allow_says_why(
    site: Site, verb: str, words: dict[str, Any] | None
) -> None:
    number = site.receive()
    told = site.api("manager").post(f"/matters/{number}/{verb}", words)
    assert told.status == 409
    assert told.body["detail"]


def test_html_is_kept_as_text(site: Site) -> None:
    text = "<script>alert(1)</script> & 'quote'"
    number = site.receive(text=text)
    assert site.api("manager").get(f"/matters/{number}").body["text"] == text


@pytest.mark.rule("CMP-11")
def test_who_raised_it_is_for_those_who_handle_it(site: Site) -> None:
    number = site.receive(caller="王丽")
    handler = site.api("receptionist").get(f"/matters/{number}").body
    assert (handler["caller"], handler["house"]) == ("王丽", "3-1-1201")
    other = site.api("collector").get(f"/matters/{number}").body
    assert (other["caller"], other["phone"], other["house"]) == ("", "", None)
    assert site.api("collector").get("/matters", house="3-1-1201").body["items"] == []


def test_the_messages_of_a_matter(site: Site) -> None:
    number = site.receive()
    api = site.api("manager")
    (told,) = api.get("/messages", matter=number).body
    assert (told["to"], told["channel"], told["state"]) == (
        site.code("keeper"),
        "in_app",
        "queued",
    )
    assert told["at"] == "2026-03-16T09:00:00+08:00"
    assert api.get("/messages").status == 422
    assert site.api(STRANGER).get("/messages", matter=number).status == 404


def test_what_an_owner_was_told_is_listed_with_a_masked_name(site: Site) -> None:
    number = site.receive(caller="王丽")
    owner = site.cast.town.owner
    Telling.objects.all().delete()
    tell(
        tellings=[
            NewTelling(
                community_id=owner.community_id,
                person_id=owner.pk,
                purpose=f"{number}:told",
                category="matter",
                template="matter.received",
                values={"number": number, "kind": "投诉"},
                about=number,
            )
        ],
        at=AT,
    )
    route(at=AT)
    told = {post: site.api(post).get("/messages", matter=number).body for post in HEAR}
    for post, name in HEAR.items():
        (mine,) = [one for one in told[post] if not one["to"]]
        assert (mine["name"], mine["channel"], mine["state"]) == (name, "in_app", "sent")


HEAR = {"manager": "王*", "collector": "业主"}


def test_calls_through_the_api(site: Site) -> None:
    api = site.api("receptionist")
    call = {
        "community": "YG",
        "call_id": "c1",
        "event": "abandoned",
        "at": "2026-03-16T08:59:00+08:00",
        "number": "13812345678",
        "rings": 6,
    }
    told = api.post("/calls", call)
    assert told.status == 200, told.body
    assert told.body["abandoned_at"] == "2026-03-16T08:59:00+08:00"
    matter = api.get(f"/matters/{told.body['matter']}").body
    assert matter["kind"] == "callback"
    assert [one["call_id"] for one in api.get("/calls", community="YG").body["items"]] == ["c1"]
    assert site.api("technician").post("/calls", call).status == 403
    assert site.api(STRANGER).post("/calls", call).status == 404
