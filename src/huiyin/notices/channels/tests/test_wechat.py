"""WeChat and WeCom over the loopback: tokens, followers, error codes (NOT-04)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as laws
from hypothesis import strategies as st

from huiyin.estate.tests.cast import AT
from huiyin.fakes.box import Fate
from huiyin.fakes.run import Running
from huiyin.notices.channels import Handed, Unclear, Undeliverable, binding, registry
from huiyin.notices.channels.accounts import Accounts, WechatAccount, WecomAccount
from huiyin.notices.channels.tests.conftest import Answer, free_port, parcel
from huiyin.notices.channels.tokens import tokens
from huiyin.notices.channels.wechat import Wechat, fitted
from huiyin.notices.channels.wecom import Wecom

OPENID = "oWang"
Install = Callable[[Answer], list[httpx.Request]]
ACCOUNT = WechatAccount("wx1", "https://api.example.com", secret="geheim", template="t:thing1=text")


@pytest.fixture
def wechat(accounts: Accounts, providers: Running) -> Wechat:
    found = registry.wechat("YG")
    assert found is not None
    providers.box.follow(OPENID, "王阿姨")
    return found


@pytest.fixture
def wecom(accounts: Accounts) -> Wecom:
    assert accounts.wecom
    return Wecom(accounts.wecom)


def talking(*answers: dict[str, Any]) -> Answer:
    """Answer calls one after the other; tokens are given to everybody."""
    waiting = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if "token" in request.url.path:
            return httpx.Response(200, json={"access_token": "T", "expires_in": 7200})
        return httpx.Response(200, json=waiting.pop(0))

    return answer


# -- WeChat


def test_a_follower_is_told(providers: Running, wechat: Wechat) -> None:
    handed = wechat.send(parcel(OPENID, values={"link": "/my/matters/1/"}))
    (sent,) = providers.box.rows()
    assert handed == Handed(str(sent.id)) and sent.letter.subject == "您的报修已派人"
    assert sent.letter.text.endswith("https://fuwu.example.com/my/matters/1/")
    assert sent.letter.template == "notice" and sent.letter.reference == parcel().reference


def test_a_template_of_its_own_comes_first(providers: Running, wechat: Wechat) -> None:
    wechat.send(parcel(OPENID, template="own:thing1=who"))
    assert providers.box.rows()[0].letter.template == "own"


def test_who_does_not_follow_is_not_reached(providers: Running, wechat: Wechat) -> None:
    providers.box.unfollow(OPENID)
    with pytest.raises(Undeliverable, match="43004") as refusal:
        wechat.send(parcel(OPENID))
    assert refusal.value.permanent and not providers.box.rows()
    assert refusal.value.problem.startswith("对方没有关注公众号。")


@pytest.mark.parametrize(
    ("fate", "permanent"), [(Fate.REFUSED, True), (Fate.BUSY, False), (Fate.SILENT, None)]
)
def test_what_wechat_refuses(
    providers: Running, wechat: Wechat, fate: Fate, permanent: bool | None
) -> None:
    providers.box.plan("wechat", fate, 1)
    with pytest.raises(Unclear if permanent is None else Undeliverable) as refusal:
        wechat.send(parcel(OPENID))
    if isinstance(refusal.value, Undeliverable):
        assert refusal.value.permanent is permanent


def test_a_stale_token_is_fetched_anew(answering: Install) -> None:
    asked = answering(talking({"errcode": 42001, "errmsg": "expired"}, {"errcode": 0, "msgid": 5}))
    assert Wechat(ACCOUNT).send(parcel(OPENID)) == Handed("5")
    assert [one.url.path for one in asked].count("/cgi-bin/stable_token") == 2


def test_a_token_is_kept(answering: Install) -> None:
    asked = answering(talking({"errcode": 0, "msgid": 5}, {"errcode": 0, "msgid": 6}))
    Wechat(ACCOUNT).send(parcel(OPENID))
    Wechat(ACCOUNT).send(parcel(OPENID))
    assert [one.url.path for one in asked].count("/cgi-bin/stable_token") == 1


def test_a_token_that_never_helps(answering: Install) -> None:
    answering(talking({"errcode": 40001}, {"errcode": 40001}))
    with pytest.raises(Undeliverable) as refusal:
        Wechat(ACCOUNT).send(parcel(OPENID))
    assert not refusal.value.permanent


def test_a_short_token_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens.clear()
    fetched: list[int] = []

    def fetch() -> tuple[str, int]:
        fetched.append(1)
        return f"T{len(fetched)}", 60

    assert tokens.get("a", fetch) == "T1" and tokens.get("a", fetch) == "T2"
    tokens.drop("a", "T1")  # somebody else's old one: nothing happens
    tokens.drop("b", "T1")
    tokens.clear()


@pytest.mark.parametrize("told", [{"errcode": 40125, "errmsg": "invalid secret"}, {}, [], None])
def test_without_a_token_nothing_was_sent(answering: Install, told: Any) -> None:
    answering(lambda _asked: httpx.Response(200, json=told))
    with pytest.raises(Undeliverable) as refusal:
        Wechat(ACCOUNT).send(parcel(OPENID))
    assert not refusal.value.permanent and "geheim" not in refusal.value.problem


def test_a_token_that_is_never_answered_is_certain_too(answering: Install) -> None:
    def slow(_asked: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    answering(slow)
    with pytest.raises(Undeliverable):
        Wechat(ACCOUNT).send(parcel(OPENID))


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        *((code, True) for code in (40003, 43004, 43019, 40037, 47003)),
        *((code, False) for code in (-1, 40164, 45009)),
        (99999, None),
    ],
)
def test_what_an_errcode_means(answering: Install, code: int, permanent: bool | None) -> None:
    answering(talking({"errcode": code, "errmsg": "rid: 62bac4fd-3b536b18"}))
    with pytest.raises(Unclear if permanent is None else Undeliverable) as refusal:
        Wechat(ACCOUNT).send(parcel(OPENID))
    if isinstance(refusal.value, Undeliverable):
        assert refusal.value.permanent is permanent
    assert str(code) in str(refusal.value)


@pytest.mark.parametrize("status", [500, 502])
def test_an_answer_nobody_understands_is_unclear(answering: Install, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "token" in request.url.path:
            return httpx.Response(200, json={"access_token": "T", "expires_in": 7200})
        return httpx.Response(status, text="<html>")

    answering(answer)
    with pytest.raises(Unclear):
        Wechat(ACCOUNT).send(parcel(OPENID))


def test_the_secret_stands_in_no_address(answering: Install) -> None:
    asked = answering(talking({"errcode": 0}))
    Wechat(ACCOUNT).send(parcel(OPENID))
    assert not any("geheim" in str(one.url) for one in asked)
    assert json.loads(asked[0].content)["secret"] == "geheim"


def test_values_are_cut_to_their_blanks() -> None:
    long = "一二三四五六七八九十一二三四五六七八九十一"
    assert fitted("thing1", long) == long[:19] + "…"
    assert fitted("phrase2", "已经处理完成") == "已经处理…"
    assert fitted("time3", long) == long and fitted("thing1", "行\n二") == "行 二"


def test_a_code_to_scan(wechat: Wechat, providers: Running) -> None:
    url = wechat.follow_link("ticket", seconds=600)
    assert url == f"http://127.0.0.1:{providers.port}/?scene=ticket#scan"
    with pytest.raises(Unclear):
        wechat.ask("r")


# -- WeCom


def test_a_member_is_told(providers: Running, wecom: Wecom) -> None:
    handed = wecom.send(parcel("WangLi"))
    (sent,) = providers.box.rows()
    assert handed.provider_id == str(sent.id) and sent.letter.to == "WangLi"
    assert sent.letter.text == "您的报修已派人\n师傅十点前到。"
    with pytest.raises(Unclear):
        wecom.ask("r")


def test_a_contact_outside_is_told(providers: Running, wecom: Wecom) -> None:
    Wecom(replace(wecom.account, kind="external")).send(parcel("wmWang"))
    assert providers.box.rows()[0].letter.to == "wmWang"


@pytest.mark.parametrize(
    ("told", "permanent"),
    [
        ({"errcode": 0, "invaliduser": "WangLi"}, True),
        ({"errcode": 0, "fail_list": ["wm1"]}, True),
        ({"errcode": 81013}, True),
        ({"errcode": 84061}, True),
        ({"errcode": 45009}, False),
        ({"errcode": 60020}, False),
        ({"errcode": -1}, False),
        ({"errcode": 12345}, None),
    ],
)
def test_what_wecom_refuses(
    answering: Install, told: dict[str, Any], permanent: bool | None
) -> None:
    answering(talking(told))
    account = WecomAccount("ww1", "https://qyapi.example.com", 1, secret="geheim")
    with pytest.raises(Unclear if permanent is None else Undeliverable) as refusal:
        Wecom(account).send(parcel("WangLi"))
    if isinstance(refusal.value, Undeliverable):
        assert refusal.value.permanent is permanent


def test_nobody_at_the_other_end(wecom: Wecom) -> None:
    dead = replace(wecom.account, url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Undeliverable) as refusal:
        Wecom(dead).send(parcel("WangLi"))
    assert not refusal.value.permanent


# -- tickets


@laws(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=st.lists(st.integers(1, 2**31), min_size=1, max_size=binding.MOST))
def test_a_ticket_names_its_people_for_ten_minutes(people: list[int]) -> None:
    ticket = binding.ticket(people, at=AT)
    assert len(ticket) <= 64
    assert binding.people_of(ticket, at=AT + timedelta(minutes=10)) == tuple(people)
    with pytest.raises(binding.BadTicket):
        binding.people_of(ticket, at=AT + timedelta(minutes=10, seconds=1))


@laws(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=70))
def test_what_is_no_ticket_names_nobody(text: str) -> None:
    with pytest.raises(binding.BadTicket):
        binding.people_of(text, at=AT)


def test_a_ticket_cannot_be_changed() -> None:
    ticket = binding.ticket([7], at=AT)
    for place in range(len(ticket) - 1):
        other = "A" if ticket[place] != "A" else "B"
        with pytest.raises(binding.BadTicket):
            binding.people_of(ticket[:place] + other + ticket[place + 1 :], at=AT)


@pytest.mark.parametrize("people", [[], list(range(9))])
def test_a_ticket_names_a_few(people: list[int]) -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        binding.ticket(people, at=AT)
