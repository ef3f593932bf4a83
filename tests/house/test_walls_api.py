"""Every operation of the API tried as nobody, as a stranger, in the wrong post and as it is meant.

The operations are read from the OpenAPI document: a new one fails here until it is classified.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from huiyin.doors.api.tests.cast import STRANGER, Api, Site, new_matter
from huiyin.doors.api.urls import description, urlpatterns
from huiyin.doors.api.urls import operations as operations_behind_the_gate
from huiyin.files.actions import store_photo
from huiyin.matters.actions import add_photos
from huiyin.matters.tests.cast import AT
from huiyin.meters.actions import add_meter

SECRET = "只有阳光小区知道的事"
FIRST = "YG-20260316-0001"
LATER = (AT + timedelta(days=2)).isoformat()


def received(site: Site, **given: Any) -> str:
    """Receive a matter with words nobody outside may read."""
    return site.cast.receive(text=SECRET, **given)


def did(site: Site, number: str, *verbs: tuple[str, str, dict[str, Any]]) -> str:
    """Let people do things to a matter."""
    for post, verb, words in verbs:
        told = site.api(post).post(f"/matters/{number}/{verb}", words)
        assert told.status == 200, (verb, told.body)
    return number


ASSIGNED = ("manager", "assign", {"to": "E008"})
ARRIVED: tuple[str, str, dict[str, Any]] = ("E008", "arrive", {})
FINISHED = ("E008", "finish", {"result": "办好了"})
VISITED = ("manager", "visit-back", {"satisfaction": 5})


def fresh(site: Site) -> str:
    """A complaint just received."""
    return received(site)


def assigned(site: Site) -> str:
    """A complaint in hand."""
    return did(site, received(site), ASSIGNED)


def paused(site: Site) -> str:
    """A complaint that waits."""
    return did(site, assigned(site), ("manager", "pause", {"reason": "等业主", "until": LATER}))


def finished(site: Site) -> str:
    """A complaint whose result is known."""
    return did(site, assigned(site), ARRIVED, FINISHED)


def visited(site: Site) -> str:
    """A complaint visited back."""
    return did(site, finished(site), VISITED)


def closed(site: Site) -> str:
    """A complaint put away."""
    return did(site, visited(site), ("manager", "close", {}))


def emergency(site: Site) -> str:
    """A fire."""
    return received(site, kind="complaint.emergency")


REPORT = {"course": SECRET, "cause": "起火", "measures": "清理"}


def reported(site: Site) -> str:
    """A fire with its report written."""
    return did(site, emergency(site), ("manager", "report", REPORT))


ALARM = {"community": "YG", "plan": "lift", "place": "3栋1号梯"}


def alarm(site: Site) -> str:
    """Somebody is trapped in a lift."""
    told = site.api("guard").post("/emergencies", {**ALARM, "text": SECRET})
    assert told.status == 201, told.body
    return str(told.body["matter"])


def metered(site: Site) -> str:
    """A complaint beside a water meter."""
    add_meter(
        by=site.cast.caller("collector"),
        at=AT,
        community_id=site.cast.town.community.pk,
        code="W-1",
        kind="water",
        from_on=AT.date(),
        place=SECRET,
    )
    return fresh(site)


def attitude(site: Site) -> str:
    """A complaint about the guard."""
    return received(site, kind="complaint.attitude", about_employee=site.code("guard"))


def case(site: Site) -> str:
    """A complaint about the guard with its case opened."""
    return did(site, attitude(site), ("manager", "conduct", {}))


def penalty(site: Site) -> str:
    """A case with a penalty proposed."""
    return did(site, case(site), ("supervisor", "conduct/penalty", {"penalty": "警告"}))


def with_photo(site: Site) -> str:
    """A complaint with a photo."""
    number = fresh(site)
    by = site.cast.caller("manager")
    file_id = store_photo(by=by, at=AT, name="p.jpg", data=a_photo())
    add_photos(by=by, at=AT, number=number, photos=[file_id])
    return f"{number}/photos/{file_id}"


def twice(site: Site) -> str:
    """The second of two reports of one thing; the first is ``FIRST``."""
    assert received(site, kind="repair") == FIRST
    return received(site, kind="repair")


def linked(site: Site) -> str:
    """A report linked to another."""
    return did(site, twice(site), ("manager", "link", {"to": FIRST}))


def a_photo() -> bytes:
    """Make a small photo."""
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    return out.getvalue()


def of_charges(what: str) -> Callable[[Site], str]:
    """Return who makes something about charges: a run, a bill."""

    def make(site: Site) -> str:
        from tests.house import billing_things

        return billing_things.made(site, what, SECRET)

    return make


BILLING = {"community": "YG", "charge_group": "A", "period": "2026Q1"}
a_run, a_bill, two_estates = of_charges("run"), of_charges("bill"), of_charges("estates")


@dataclass(frozen=True)
class Operation:
    """How an operation is meant to be used, and by whom not."""

    at: Callable[[Site], str] | None = None  # the matter it is used on
    words: dict[str, Any] | None = None  # the body
    asked: dict[str, str] = field(default_factory=dict)  # the query
    place: dict[str, str] = field(default_factory=dict)  # parts of the path other than the matter
    right: str = "manager"
    wrong: str = ""  # a colleague who sees it and may not do it
    own: bool = False  # a stranger gets an answer about what is their own


CALL = {
    "community": "YG",
    "call_id": "c1",
    "event": "ringing",
    "at": "2026-03-16T09:00:00+08:00",
    "number": "13800000000",
}
HOUSE = {"community": "YG", "house": "3-1-1201"}
READING = {"community": "YG", "meter": "W-1", "read_on": "2026-03-16", "value": "12"}
OPERATIONS = {
    "receive": Operation(words=new_matter(text=SECRET)),
    "list_matters": Operation(own=True),
    "read": Operation(fresh),
    "messages": Operation(fresh, asked={"matter": ""}),
    "assign": Operation(fresh, {"to": "E008"}, wrong="collector"),
    "accept": Operation(fresh, right="keeper"),
    "arrive": Operation(assigned, right="E008"),
    "progress": Operation(assigned, {"text": "在办", "via": "phone"}, wrong="collector"),
    "promise": Operation(assigned, {"until": LATER, "reason": "等配件"}, wrong="collector"),
    "pause": Operation(assigned, {"until": LATER, "reason": "等业主"}, wrong="collector"),
    "resume": Operation(paused, wrong="collector"),
    "finish": Operation(assigned, {"result": "好了"}, wrong="collector"),
    "reply": Operation(assigned, {"text": "好了", "via": "phone"}, wrong="collector"),
    "sign": Operation(finished, {"name": "王丽"}, wrong="collector"),
    "visit_back": Operation(finished, {"satisfaction": 5}, wrong="collector"),
    "close": Operation(visited, wrong="collector"),
    "reopen": Operation(closed, {"reason": "又来了"}, wrong="collector"),
    "reclassify": Operation(fresh, {"kind": "repair", "reason": "报修"}, wrong="collector"),
    "escalate": Operation(fresh, {"to": "E004", "reason": "重要"}),
    "note": Operation(fresh, {"text": "备注"}),
    "mark_important": Operation(fresh, {"reason": "多次"}, wrong="collector"),
    "link": Operation(twice, {"to": FIRST}, wrong="collector"),
    "unlink": Operation(linked, {"reason": "另一件事"}, wrong="collector"),
    "give_back": Operation(assigned, {"reason": "办不了"}, right="E008", wrong="manager"),
    "take_back": Operation(assigned, {"reason": "另派"}, wrong="collector"),
    "add_photos": Operation(fresh, {"photos": []}),
    "send": Operation(own=True),
    "look": Operation(with_photo),
    "raise_alarm": Operation(words={**ALARM, "text": SECRET}),
    "emergency": Operation(alarm),
    "attend": Operation(alarm, right="guard"),
    "mark_step": Operation(alarm, {"value": True}, place={"item": "closed"}, right="guard"),
    "call_outside": Operation(alarm, {"service": "lift"}, right="guard"),
    "submit_report": Operation(emergency, REPORT, wrong="receptionist"),
    "approve_report": Operation(reported, right="company_service", wrong="assistant"),
    "return_report": Operation(
        reported, {"opinion": "再查"}, right="company_service", wrong="assistant"
    ),
    "report": Operation(reported),
    "open_case": Operation(attitude, wrong="receptionist"),
    "take_statement": Operation(case, {"text": "说明"}, wrong="receptionist"),
    "set_correction": Operation(
        case, {"task": "学习", "due_on": "2026-03-18"}, wrong="receptionist"
    ),
    "propose_penalty": Operation(case, {"penalty": "警告"}, wrong="receptionist"),
    "approve_penalty": Operation(penalty, wrong="supervisor"),
    "case": Operation(case, wrong="receptionist"),
    "communities": Operation(own=True),
    "houses": Operation(asked={"community": "YG"}),
    "house": Operation(place=HOUSE),
    "callers": Operation(asked={"phone": "13812345678"}, own=True),
    "tell": Operation(words=CALL, wrong="technician"),
    "begin_run": Operation(two_estates, BILLING, right="collector", wrong="keeper"),
    "billing_runs": Operation(asked={"community": "YG"}, wrong="technician"),
    "billing_run": Operation(a_run, wrong="technician"),
    "run_exceptions": Operation(a_run, wrong="technician"),
    "run_lines": Operation(a_run, wrong="technician"),
    "redraft_run": Operation(a_run, wrong="keeper"),
    "drop_run": Operation(a_run, wrong="keeper"),
    "confirm_run": Operation(a_run, wrong="collector"),
    "post_run": Operation(a_run, wrong="collector"),
    "ask_run_reversal": Operation(of_charges("posted"), {"reason": "错了"}, wrong="collector"),
    "agree_run_reversal": Operation(of_charges("to_reverse"), wrong="collector"),
    "read_bill": Operation(a_bill, wrong="technician"),
    "house_statement": Operation(place=HOUSE, wrong="technician"),
    "list_arrears": Operation(asked={"community": "YG"}, wrong="technician"),
    "kpis": Operation(asked={"community": "YG"}),
    "kpi_rows": Operation(asked={"community": "YG"}, place={"rule": "CMP-01"}),
    "calls": Operation(asked={"community": "YG"}, wrong="technician"),
    "meters": Operation(metered, asked={"community": "YG"}, wrong="guard"),
    "read_meter": Operation(metered, READING, right="technician", wrong="guard"),
}


def operations() -> dict[str, tuple[str, str]]:
    """Return method and path of every operation, by name."""
    return {
        operation["operationId"]: (method, path)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


ALL = operations()


def call(name: str, site: Site, api: Api | None, number: str) -> tuple[int, str]:
    """Use an operation as somebody; return status and text of the answer."""
    method, path = ALL[name]
    meant = OPERATIONS[name]
    number, _, photo = number.partition("/photos/")
    path = path.format(**{"number": number, "run_id": number, "photo": photo, **meant.place})
    client = api.http if api else Client()
    headers = {"Authorization": f"Bearer {api.token}"} if api else {}
    if method == "get":
        asked = {key: value or number for key, value in meant.asked.items()}
        response = client.get(path, asked, headers=headers)
    elif name == "send":
        response = client.post(path, a_photo(), content_type="image/png", headers=headers)
    else:
        body = json.dumps(meant.words or {})
        response = client.post(path, body, content_type="application/json", headers=headers)
    return response.status_code, response.content.decode(errors="replace")


def test_every_operation_is_classified() -> None:
    assert sorted(ALL) == sorted(OPERATIONS)


# Outside the document and its gate: what tells nothing, and what providers tell in their manner.
OPEN = {"openapi", "unknown"}
HOOKS = {
    "hook_sms_http": "hooks/sms/http/",
    "hook_sms_http_of": "hooks/sms/http/yg/",
    "hook_sms_alibaba": "hooks/sms/alibaba/guess/",
    "hook_sms_tencent": "hooks/sms/tencent/guess/",
    "hook_wechat": "hooks/wechat/",
    "hook_wechat_of": "hooks/wechat/yg/",
}


def test_every_address_outside_the_document_is_classified() -> None:
    inside = {one.name for one in operations_behind_the_gate}
    outside = {one.name for one in urlpatterns} - inside
    assert outside == OPEN | HOOKS.keys()


@pytest.mark.parametrize("path", HOOKS.values())
def test_an_employees_token_tells_no_hook_anything(site: Site, path: str) -> None:
    headers = {"Authorization": f"Bearer {site.api('manager').token}"}
    for given in ({}, headers):
        told = Client().post(f"/api/v1/{path}", "[]", content_type="text/json", headers=given)
        assert told.status_code == 404  # no account here, so there is no such address


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path


@pytest.mark.rule("HR-01")
@pytest.mark.parametrize("name", sorted(ALL))
def test_an_operation_keeps_its_walls(site: Site, name: str) -> None:
    meant = OPERATIONS[name]
    number = meant.at(site) if meant.at else received(site)

    status, _text = call(name, site, None, number)
    assert status == 401

    status, text = call(name, site, site.api(STRANGER), number)
    assert 200 <= status < 300 if meant.own else status == 404, text
    for secret in (SECRET, "YG-2026", "YG花园"):
        assert secret not in text.replace(number, "")  # what they asked for may be repeated

    if meant.wrong:
        status, text = call(name, site, site.api(meant.wrong), number)
        assert status == 403, text

    status, text = call(name, site, site.api(meant.right), number)
    assert 200 <= status < 300, text


def test_the_employee_complained_of_finds_nothing(site: Site) -> None:
    number = penalty(site)
    for name in ("read", "messages", "case", "take_statement", "approve_penalty", "note"):
        status, text = call(name, site, site.api("guard"), number)
        assert status == 404 and SECRET not in text
