"""The providers played here: what they take, forget, refuse and tell, and who may talk to them."""

import subprocess
import sys
from typing import Any

import httpx
import pytest

from huiyin.estate.tests.cast import AT
from huiyin.fakes import http, page
from huiyin.fakes.box import Box, Fate, Letter
from huiyin.fakes.keys import from_environment
from huiyin.fakes.run import Running
from huiyin.notices import actions
from huiyin.notices.channels import binding
from huiyin.notices.channels.accounts import read_accounts

SMS = Letter("sms", "http", "13800138000", "您好", reference="r-1")


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Write down what the room of messages is told."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(actions, "report_delivery", lambda **given: told.append(given))
    return told


def ask(fakes: Running, method: str, path: str, **given: Any) -> httpx.Response:
    """Ask the providers something."""
    with httpx.Client(trust_env=False) as client:
        return client.request(method, f"http://127.0.0.1:{fakes.port}{path}", **given)


# -- the box


def test_a_reference_is_one_message_while_it_is_remembered() -> None:
    box = Box()
    assert box.take(SMS) is box.take(SMS)
    assert [one.repeats for one in box.rows()] == [1]
    box.remembers = False
    box.take(SMS)
    assert len(box.rows()) == 2


def test_what_was_refused_may_come_again() -> None:
    box = Box()
    box.plan("sms", Fate.BUSY, 1)
    assert [box.take(SMS).state, box.take(SMS).state] == ["busy", "handed"]


def test_no_reference_is_never_the_same() -> None:
    box = Box()
    for _time in range(2):
        box.take(Letter("wecom", "wecom", "WangLi", "您好"))
    assert len(box.rows()) == 2


@pytest.mark.parametrize(
    ("channel", "to", "fate"),
    [
        ("sms", "13800130000", Fate.REFUSED),
        ("sms", "13800130001", Fate.LOST),
        ("sms", "13800130002", Fate.BUSY),
        ("sms", "13800130003", Fate.SILENT),
        ("sms", "13800138000", Fate.TAKEN),
        ("email", "Bounce@example.com", Fate.REFUSED),
        ("email", "later@example.com", Fate.BUSY),
        ("email", "silent@example.com", Fate.SILENT),
        ("wechat", "o0000", Fate.TAKEN),
    ],
)
def test_special_numbers(channel: str, to: str, fate: Fate) -> None:
    assert Box().take(Letter(channel, "p", to, "您好")).fate is fate


def test_the_plan_holds_for_so_many_of_one_channel() -> None:
    box = Box()
    box.plan("sms", Fate.LOST, 2)
    box.take(Letter("email", "smtp", "a@example.com", "您好"))
    assert [box.take(Letter("sms", "p", "138", "")).fate for _time in range(3)] == [
        Fate.LOST,
        Fate.LOST,
        Fate.TAKEN,
    ]
    assert box.planned() == {}


# -- what Huiyin is told


def sent_by(fakes: Running, provider: str, **words: str) -> Any:
    channel = provider if provider in ("wechat", "email") else "sms"
    letter = {"channel": channel, "provider": provider, "to": "13800138000", "text": "您好"}
    return fakes.box.take(Letter(**{**letter, **words}))


@pytest.mark.parametrize("delivered", [True, False])
def test_a_report_is_believed(
    fakes: Running, reports: list[dict[str, Any]], delivered: bool
) -> None:
    sent = sent_by(fakes, "http", reference="r-1")
    assert fakes.reporter._report(sent, delivered=delivered)
    assert reports[0]["reference"] == "r-1" and reports[0]["delivered"] is delivered
    assert reports[0]["provider_id"] == sent.provider_id


@pytest.mark.parametrize("vendor", ["alibaba", "tencent"])
def test_a_vendors_report_is_believed(
    fakes: Running, reports: list[dict[str, Any]], settings: Any, vendor: str
) -> None:
    account = settings.CHANNELS[""].sms
    changed = {name: getattr(account, name) for name in account.__slots__}
    account = type(account)(**{**changed, "provider": vendor})
    settings.CHANNELS = {"": type(settings.CHANNELS[""])(sms=account)}
    sent = sent_by(fakes, vendor)
    assert fakes.reporter._report(sent, delivered=True)
    assert reports[0]["provider"] == vendor and reports[0]["provider_id"] == sent.provider_id


def test_wechats_report_is_believed(fakes: Running, reports: list[dict[str, Any]]) -> None:
    sent = sent_by(fakes, "wechat")
    assert fakes.reporter._report(sent, delivered=False)
    assert reports[0]["provider_id"] == str(sent.id) and not reports[0]["delivered"]


def test_a_mail_server_tells_nothing(fakes: Running, reports: list[dict[str, Any]]) -> None:
    assert fakes.reporter._report(sent_by(fakes, "smtp", channel="email"), delivered=True)
    assert reports == []


def test_who_scans_is_bound_and_told(fakes: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[dict[str, Any]] = []
    monkeypatch.setattr(actions, "set_address", lambda **given: bound.append(given))
    ticket = binding.ticket([7], at=AT)
    assert "绑定成功" in fakes.reporter.scanned(ticket, "王阿姨")  # follows
    assert "绑定成功" in fakes.reporter.scanned(ticket, "王阿姨")  # follows already
    assert [one["person_ids"] for one in bound] == [(7,), (7,)]
    assert bound[0]["value"] in fakes.box.followers()
    assert "绑定成功" in page.columns(fakes.box)


# -- the page


def test_the_page_shows_what_was_sent(fakes: Running) -> None:
    for number, text in (("13800138000", "第一条"), ("13900139000", "<b>第二条</b>")):
        fakes.box.take(Letter("sms", "http", number, text))
    whole = ask(fakes, "GET", "/").text
    assert whole.index("第二条") < whole.index("第一条") and "<b>第二条" not in whole
    assert "第一条" not in ask(fakes, "GET", "/list", params={"to": "13900139000"}).text


def test_the_page_keeps_the_policy(fakes: Running) -> None:
    answer = ask(fakes, "GET", "/", params={"scene": '"><script>', "said": "silent"})
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "style=" not in answer.text and "<script>" not in answer.text
    assert "onclick" not in answer.text and "没有答复" in answer.text
    for path, media in http.STATIC.items():
        found = ask(fakes, "GET", path)
        assert found.status_code == 200 and found.headers["Content-Type"] == media
    assert ask(fakes, "GET", "/../keys.py").status_code == 404


def test_the_buttons_plan_mischief(fakes: Running) -> None:
    ask(fakes, "POST", "/plan", data={"channel": "sms", "fate": "lost", "times": "3"})
    assert fakes.box.planned() == {("sms", Fate.LOST): 3}
    assert "接下来 3 条" in ask(fakes, "GET", "/").text
    for wrong in ({"channel": "x"}, {"fate": "x"}, {"times": "-1"}):
        form = {"channel": "email", "fate": "busy", "times": "1", **wrong}
        assert ask(fakes, "POST", "/plan", data=form).status_code == 303
    assert len(fakes.box.planned()) == 1
    ask(fakes, "POST", "/remember", data={"remembers": "0"})
    assert not fakes.box.remembers and "不记得编号" in ask(fakes, "GET", "/").text
    fakes.box.take(SMS)
    ask(fakes, "POST", "/clear")
    assert fakes.box.rows() == ()


def test_followers_come_and_go(fakes: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[dict[str, Any]] = []
    monkeypatch.setattr(actions, "forget_address", lambda **given: gone.append(given))
    ask(fakes, "POST", "/scan", data={"name": "李叔", "scene": ""})
    (openid,) = fakes.box.followers()
    assert "李叔" in ask(fakes, "GET", "/").text
    ask(fakes, "POST", "/unfollow", data={"openid": openid})
    assert not fakes.box.followers()
    assert [one["value"] for one in gone] == [openid]


def test_other_sites_change_nothing(fakes: Running) -> None:
    form = {"channel": "sms", "fate": "lost", "times": "3"}
    away = {"Sec-Fetch-Site": "cross-site"}
    ask(fakes, "POST", "/plan", data=form, headers=away)
    assert fakes.box.planned() == {}
    strange = ask(fakes, "GET", "/", headers={"Host": "evil.example.com"})
    assert strange.status_code == 403
    assert ask(fakes, "POST", "/", content=b"x" * (http.BODY_MOST + 1)).status_code == 413
    assert ask(fakes, "GET", "/nothing").status_code == 404


def test_the_providers_ask_for_their_secrets(fakes: Running) -> None:
    assert ask(fakes, "POST", "/sms/messages", json={}).status_code == 401
    told = ask(fakes, "POST", "/cgi-bin/stable_token", json={"appid": "wxfake"}).json()
    assert told["errcode"] == 40125
    told = ask(fakes, "POST", "/cgi-bin/message/send?access_token=x", json={}).json()
    assert told["errcode"] == 40001


def test_it_listens_on_this_machine_only(fakes: Running) -> None:
    assert http.HOST == "127.0.0.1" and {"127.0.0.1", "localhost"} == http.OUR_NAMES


# -- the command


def test_keys_of_the_environment_are_used() -> None:
    assert from_environment({"HUIYIN_SMS_TOKEN": "t"}).sms_token == "t"
    assert "t-secret" not in repr(from_environment({"HUIYIN_WECHAT_SECRET": "t-secret"}))


def test_the_settings_it_prints_are_settings(fakes: Running) -> None:
    found = read_accounts(fakes.environment, production=False)[""]
    assert found.sms and found.email and found.wechat and found.wecom


def test_production_plays_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "huiyin.config.cli", "fakes"],
        env={"HUIYIN_ENV": "production", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2 and "not in production" in done.stderr
