"""What providers tell: believed only with the right signature, as often as it comes (NOT-04)."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

import pytest
from django.core.cache import cache
from django.test import Client
from standardwebhooks.webhooks import Webhook

from huiyin.doors.api import hooks
from huiyin.doors.api.problems import Problem
from huiyin.doors.api.urls import told_by_providers
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.tests.cast import AT
from huiyin.notices import actions
from huiyin.notices.channels import binding
from huiyin.notices.channels.accounts import Accounts, SmsAccount, WechatAccount

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
OTHER = "whsec_" + "WFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB"
PATH_SECRET = "a-long-word-nobody-guesses"
TOKEN = "wechat-token"
BASE = "/api/v1/hooks"
REPORT = {"reference": "r-1", "id": "F1", "state": "delivered"}


@dataclass
class Room:
    """What the room of messages was told."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Room:
    """Set up one account of each kind and write down what the room is told."""
    told = Room()
    settings.CHANNELS = {
        "": Accounts(
            sms=SmsAccount("http", "https://sms.example.com", "", report_secret=SECRET),
            wechat=WechatAccount("wx1", "https://api.example.com", secret="s", token=TOKEN),
        ),
        "YG": Accounts(sms=SmsAccount("http", "https://yg.example.com", "", report_secret=OTHER)),
        "ALI": Accounts(sms=SmsAccount("alibaba", "", "回音", report_secret=PATH_SECRET)),
        "TEN": Accounts(sms=SmsAccount("tencent", "", "回音", report_secret=PATH_SECRET)),
        "NO": Accounts(sms=SmsAccount("alibaba", "", "回音")),
    }
    monkeypatch.setattr(actions, "report_delivery", lambda **given: told.reports.append(given))
    monkeypatch.setattr(actions, "set_address", lambda **given: told.addresses.append(given))
    cache.clear()
    return told


def post(path: str, body: Any, **headers: str) -> Any:
    """Post a body to a hook."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(BASE + path, text, content_type="application/json", headers=headers)


def signed(body: Any, secret: str = SECRET, late: timedelta = timedelta()) -> dict[str, str]:
    """Sign a body as a gateway of our own kind does."""
    at = AT - late
    return {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("m1", at, json.dumps(body)),
    }


# -- a gateway of our own kind


@pytest.mark.rule("NOT-01")
def test_a_signed_report_is_taken(room: Room) -> None:
    answer = post("/sms/http/", REPORT, **signed(REPORT))
    assert answer.status_code == 200
    assert room.reports == [
        {
            "provider": "http",
            "reference": "r-1",
            "provider_id": "F1",
            "delivered": True,
            "problem": "",
            "at": AT,
        }
    ]


def test_a_report_of_failure_names_no_number(room: Room) -> None:
    told = {**REPORT, "state": "undelivered", "problem": "13800138000 关机"}
    post("/sms/http/", told, **signed(told))
    assert not room.reports[0]["delivered"] and room.reports[0]["problem"] == "… 关机"


def test_a_community_has_a_secret_of_its_own(room: Room) -> None:
    assert post("/sms/http/yg/", REPORT, **signed(REPORT)).status_code == 401
    assert post("/sms/http/yg/", REPORT, **signed(REPORT, OTHER)).status_code == 200
    assert post("/sms/http/ali/", REPORT, **signed(REPORT)).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(REPORT, OTHER),
        signed({**REPORT, "id": "F2"}),
        signed(REPORT, late=timedelta(minutes=6)),
        signed(REPORT, late=-timedelta(minutes=6)),
        {**signed(REPORT), "webhook-timestamp": "9" * 40},
        {**signed(REPORT), "webhook-timestamp": "now"},
        {**signed(REPORT), "webhook-signature": "签 v1,"},
    ],
)
def test_an_unsigned_report_is_refused(room: Room, headers: dict[str, str]) -> None:
    ascii_only = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert post("/sms/http/", REPORT, **ascii_only).status_code == 401
    assert room.reports == []


@pytest.mark.parametrize("body", [[], {"state": "perhaps"}, {"reference": "r-1"}, "x"])
def test_a_signed_riddle_is_refused(room: Room, body: Any) -> None:
    assert post("/sms/http/", body, **signed(body)).status_code in (400, 401, 422)
    assert room.reports == []


def test_a_report_about_nothing_is_received(room: Room) -> None:
    told = {"state": "delivered", "reference": None, "id": ["x"]}
    assert post("/sms/http/", told, **signed(told)).status_code == 200
    assert room.reports == []


def test_bytes_that_are_no_text(room: Room) -> None:
    headers = signed(REPORT)
    assert post("/sms/http/", b"\xff\xfe", **headers).status_code == 401


# -- the vendors


ALIBABA = {
    "phone_number": "13800138000",
    "send_time": "2026-03-16 09:00:00",
    "report_time": "2026-03-16 09:00:03",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "12345^0",
    "out_id": "r-1",
}
TENCENT = {
    "user_receive_time": "2026-03-16 09:00:03",
    "nationcode": "86",
    "mobile": "13800138000",
    "report_status": "FAIL",
    "errmsg": "MK:0001",
    "description": "关机",
    "sid": "2640:1",
}


def test_alibaba_tells_of_several(room: Room) -> None:
    told = [ALIBABA, {**ALIBABA, "out_id": "r-2", "success": False, "err_code": "MK:0001"}]
    answer = post(f"/sms/alibaba/{PATH_SECRET}/", told)
    assert answer.status_code == 200 and answer.json()["code"] == 0
    assert [(one["reference"], one["delivered"]) for one in room.reports] == [
        ("r-1", True),
        ("r-2", False),
    ]
    assert room.reports[1]["problem"] == "MK:0001" and room.reports[0]["provider_id"] == "12345^0"


def test_tencent_tells_of_several(room: Room) -> None:
    answer = post(f"/sms/tencent/{PATH_SECRET}/", [TENCENT])
    assert answer.status_code == 200 and answer.json() == {"result": 0, "errmsg": "OK"}
    assert room.reports[0]["provider_id"] == "2640:1" and not room.reports[0]["delivered"]


@pytest.mark.parametrize("vendor", ["alibaba", "tencent"])
def test_a_wrong_address_is_not_there(room: Room, vendor: str) -> None:
    assert post(f"/sms/{vendor}/wrong/", [ALIBABA]).status_code == 404
    assert Client().get(f"{BASE}/sms/{vendor}/{PATH_SECRET}/").status_code == 405
    assert room.reports == []


@pytest.mark.parametrize("body", [{}, [1], "{", '"x"', "[" * 5000])
def test_a_vendors_riddle_is_refused(room: Room, body: Any) -> None:
    assert post(f"/sms/alibaba/{PATH_SECRET}/", body).status_code in (400, 422)
    assert room.reports == []


# -- WeChat


def wechat(
    body: str, *, token: str = TOKEN, at: Any = AT, method: str = "post", **asked: str
) -> Any:
    """Talk as WeChat does."""
    stamp = str(int(at.timestamp()))
    query = {"timestamp": stamp, "nonce": str(uuid4()), **asked}
    query["signature"] = hooks.wechat_signature(token, stamp, query["nonce"])
    call: Callable[..., Any] = getattr(Client(), method)
    if method == "get":
        return call(f"{BASE}/wechat/", query)
    return call(f"{BASE}/wechat/", body, content_type="text/xml", query_params=query)


def event(**fields: str) -> str:
    """Write an event as WeChat writes it."""
    whole = {"ToUserName": "gh_1", "FromUserName": "oWang", "MsgType": "event", **fields}
    inside = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in whole.items())
    return f"<xml>{inside}</xml>"


def test_the_signature_is_wechats_own() -> None:
    known = "a3acb9b9a1f9cd7cc2f2ba58a8e40c8cd30b4ed0"
    made = hooks.wechat_signature("token", "1395658920", "nonce")
    assert len(made) == len(known) and made == hooks.wechat_signature(
        "nonce", "token", "1395658920"
    )


def test_wechat_checks_the_address(room: Room) -> None:
    answer = wechat("", method="get", echostr="5837397576500011341")
    assert answer.content == b"5837397576500011341"
    assert answer["Content-Type"].startswith("text/plain")
    assert wechat("", method="get", token="x").status_code == 401
    assert wechat("", method="get", at=AT - timedelta(minutes=11)).status_code == 401
    assert Client().get(f"{BASE}/wechat/").status_code == 401


@pytest.mark.parametrize(("status", "delivered"), [("success", True), ("failed:user block", False)])
def test_wechat_tells_what_arrived(room: Room, status: str, delivered: bool) -> None:
    body = event(Event="TEMPLATESENDJOBFINISH", MsgID="200163836", Status=status)
    assert wechat(body).content == b"success"
    assert room.reports[0]["provider_id"] == "200163836" and room.reports[0]["provider"] == "wechat"
    assert room.reports[0]["delivered"] is delivered


@pytest.mark.parametrize(("kind", "before"), [("subscribe", "qrscene_"), ("SCAN", "")])
def test_who_scans_is_bound(room: Room, kind: str, before: str) -> None:
    ticket = binding.ticket([7, 8], at=AT)
    answer = wechat(event(Event=kind, EventKey=before + ticket))
    assert "绑定成功" in answer.content.decode() and "<![CDATA[oWang]]>" in answer.content.decode()
    assert room.addresses == [
        {
            "by": SYSTEM,
            "at": AT,
            "person_ids": (7, 8),
            "channel": "wechat",
            "value": "oWang",
            "verified_at": AT,
        }
    ]


@pytest.mark.parametrize("ticket", ["", "x", binding.ticket([7], at=AT - timedelta(minutes=11))])
def test_an_old_code_binds_nobody(room: Room, ticket: str) -> None:
    answer = wechat(event(Event="SCAN", EventKey=ticket))
    assert "失效" in answer.content.decode() and room.addresses == []


def test_nobody_writes_into_our_answer(room: Room) -> None:
    wang = "oWang]]]]>><MsgType>image</MsgType><![CDATA["
    body = f"<xml><FromUserName>{escape(wang)}</FromUserName><MsgType>event</MsgType>"
    answer = wechat(f"{body}<Event>SCAN</Event><EventKey>x</EventKey></xml>")
    assert "<MsgType" in hooks.read_xml(answer.content)["ToUserName"]  # a text as before


def test_just_following_binds_nobody(room: Room) -> None:
    assert wechat(event(Event="subscribe", EventKey="")).content == b"success"
    assert wechat(event(MsgType="text", Content="你好")).content == b"success"
    assert room.addresses == []


def test_a_signature_out_of_a_log_signs_nothing_else(room: Room) -> None:
    arrived = event(Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success")
    forged = event(Event="TEMPLATESENDJOBFINISH", MsgID="2", Status="failed")
    assert wechat(arrived, nonce="n").status_code == 200
    assert wechat(arrived, nonce="n").status_code == 200  # told twice, as WeChat does
    assert wechat(forged, nonce="n").status_code == 401
    assert {one["provider_id"] for one in room.reports} == {"1"}


BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>'
READS = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Event>&f;</Event></xml>'


@pytest.mark.parametrize("body", [BOMB, READS, "<xml>", "", "<xml><a>&undefined;</a></xml>"])
def test_xml_with_tricks_is_refused(room: Room, body: str) -> None:
    assert wechat(body).status_code in (400, 411)
    with pytest.raises(Problem):
        hooks.read_xml(body.encode())


def test_xml_is_read_flat() -> None:
    body = "<xml>\n<A><![CDATA[一]]></A><B>2<C>3</C>4</B></xml>"
    assert hooks.read_xml(body.encode()) == {"A": "一", "B": "24"}


# -- what holds for all of them


def test_every_hook_is_tried_here() -> None:
    assert {str(one.name) for one in told_by_providers} == {
        "hook_sms_http",
        "hook_sms_http_of",
        "hook_sms_alibaba",
        "hook_sms_tencent",
        "hook_wechat",
        "hook_wechat_of",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/sms/http/",
        "/sms/http/yg/",
        "/sms/alibaba/x/",
        "/sms/tencent/x/",
        "/wechat/",
        "/wechat/yg/",
    ],
)
def test_without_accounts_there_is_nothing(room: Room, settings: Any, path: str) -> None:
    settings.CHANNELS = {"": Accounts()}
    assert post(path, [ALIBABA]).status_code == 404
    assert room.reports == []


def test_a_stranger_who_keeps_trying_waits(room: Room) -> None:
    for _time in range(hooks.STRANGERS_MOST + 1):
        assert post("/sms/alibaba/wrong/", []).status_code == 404
    answer = post("/sms/alibaba/wrong/", [])
    assert answer.status_code == 429 and answer["Retry-After"] == "60"


def test_a_provider_is_not_without_bounds(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "PROVIDERS_MOST", 2)
    told = [post(f"/sms/alibaba/{PATH_SECRET}/", [ALIBABA]).status_code for _time in range(3)]
    assert told == [200, 200, 429]


def test_a_body_has_a_length_and_an_end(room: Room) -> None:
    assert post("/wechat/", "x" * (hooks.BODY_MOST + 1)).status_code == 413
    client = Client()
    bare = client.generic("POST", f"{BASE}/wechat/", CONTENT_LENGTH="")
    assert bare.status_code == 411


@pytest.mark.parametrize("length", ["abc", "1e3", "\u00b2", "-1"])
def test_a_length_that_is_no_number_breaks_nothing(room: Room, length: str) -> None:
    client = Client(raise_request_exception=False)
    for method in ("GET", "POST"):
        told = client.generic(method, f"{BASE}/wechat/", CONTENT_LENGTH=length).status_code
        assert told in {401, 411}
    assert client.generic("POST", f"{BASE}/wechat/", CONTENT_LENGTH="9" * 5000).status_code == 413


def test_half_a_sign_is_left_out(room: Room) -> None:
    body = json.dumps([{**ALIBABA, "biz_id": "ab\ud800c"}])
    assert post(f"/sms/alibaba/{PATH_SECRET}/", body).status_code == 200
    assert room.reports[0]["provider_id"] == "abc"


def test_a_fault_of_ours_tells_no_secret(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions, "report_delivery", broken)
    with caplog.at_level(logging.DEBUG):
        answer = post(f"/sms/alibaba/{PATH_SECRET}/", [ALIBABA])
    assert answer.status_code == 500 and "ZeroDivisionError" not in answer.content.decode()
    assert "sms_alibaba" in caplog.text
    assert PATH_SECRET not in caplog.text and "13800138000" not in caplog.text


def test_no_body_and_no_secret_is_logged(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post(f"/sms/alibaba/{PATH_SECRET}/", [ALIBABA])
        post(f"/sms/tencent/{PATH_SECRET}x/", [TENCENT])
        wechat(event(Event="SCAN", EventKey="x"))
    for hidden in ("13800138000", PATH_SECRET, "oWang"):
        assert hidden not in caplog.text
