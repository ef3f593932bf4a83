"""A gateway of short messages, over the loopback, and what each of its answers means (NOT-04)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from huiyin.fakes.box import Fate
from huiyin.fakes.run import Running
from huiyin.notices.channels import Channel, Handed, Unclear, Undeliverable, registry
from huiyin.notices.channels.accounts import Accounts, SmsAccount
from huiyin.notices.channels.sms_http import HttpSms, signed
from huiyin.notices.channels.tests.conftest import Answer, free_port, parcel

ELSEWHERE = SmsAccount("http", "https://sms.example.com/messages", "阳光物业", token="t")
Install = Callable[[Answer], list[httpx.Request]]


@pytest.fixture
def sms(accounts: Accounts) -> Channel:
    found = registry.get("sms", "YG")
    assert found is not None
    return found


def test_a_message_arrives(providers: Running, sms: Channel) -> None:
    handed = sms.send(parcel())
    (sent,) = providers.box.rows()
    assert handed == Handed(sent.provider_id)
    assert sent.letter.text == "师傅十点前到。" and sent.letter.to == "13800138000"


@pytest.mark.parametrize(
    ("text", "signature", "sent"),
    [
        ("【阳光花园】您好", "", ("阳光花园", "【阳光花园】您好")),
        ("【阳光花园】您好", "阳光物业", ("阳光物业", "【阳光物业】您好")),
        ("您好", "阳光物业", ("阳光物业", "【阳光物业】您好")),
        ("您好【一】", "", ("", "您好【一】")),
    ],
)
def test_a_text_has_one_signature(text: str, signature: str, sent: tuple[str, str]) -> None:
    assert signed(text, signature) == sent


@pytest.mark.rule("NOT-04")
def test_the_same_reference_is_one_message(providers: Running, sms: Channel) -> None:
    assert sms.remembers
    assert sms.send(parcel()) == sms.send(parcel())
    assert len(providers.box.rows()) == 1


def test_a_forgetful_gateway_sends_again(providers: Running, accounts: Accounts) -> None:
    providers.box.remembers = False
    assert accounts.sms
    sms = HttpSms(replace(accounts.sms, remembers=False))
    assert not sms.remembers
    sms.send(parcel())
    sms.send(parcel())
    assert len(providers.box.rows()) == 2
    with pytest.raises(Unclear):
        sms.ask(parcel().reference)


@pytest.mark.rule("NOT-04")
def test_no_answer_is_unclear_and_can_be_asked(providers: Running, sms: Channel) -> None:
    with pytest.raises(Unclear):
        sms.send(parcel("13800130003"))
    (sent,) = providers.box.rows()
    assert sms.ask(parcel().reference) == Handed(sent.provider_id)
    providers.box.reported(sent, delivered=True)
    assert sms.ask(parcel().reference) == Handed(sent.provider_id, delivered=True)
    assert sms.ask("never-sent") is None


def test_a_number_that_does_not_exist_is_in_vain(sms: Channel) -> None:
    with pytest.raises(Undeliverable) as refusal:
        sms.send(parcel("13800130000"))
    assert refusal.value.permanent and "空号" in refusal.value.problem


def test_a_busy_gateway_is_worth_another_try(providers: Running, sms: Channel) -> None:
    providers.box.plan("sms", Fate.BUSY, 1)
    with pytest.raises(Undeliverable) as refusal:
        sms.send(parcel())
    assert not refusal.value.permanent
    assert sms.send(parcel()).provider_id


def test_a_wrong_token_is_worth_another_try(accounts: Accounts) -> None:
    assert accounts.sms
    with pytest.raises(Undeliverable) as refusal:
        HttpSms(replace(accounts.sms, token="wrong")).send(parcel())
    assert not refusal.value.permanent


def test_nobody_at_the_other_end(accounts: Accounts) -> None:
    assert accounts.sms
    dead = HttpSms(replace(accounts.sms, url=f"http://127.0.0.1:{free_port()}/sms"))
    with pytest.raises(Undeliverable) as refusal:
        dead.send(parcel())
    assert not refusal.value.permanent
    with pytest.raises(Unclear):
        dead.ask("r")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (400, 409, 422)),
        *((status, False) for status in (302, 401, 404, 429, 503)),
        *((status, None) for status in (500, 502, 504)),
    ],
)
def test_what_a_status_means(answering: Install, status: int, permanent: bool | None) -> None:
    asked = answering(
        lambda _asked: httpx.Response(status, json={"problem": "13800138000 482915 MK:0001"})
    )
    with pytest.raises(Unclear if permanent is None else Undeliverable) as refusal:
        HttpSms(ELSEWHERE).send(parcel())
    assert "138" not in str(refusal.value) and "4829" not in str(refusal.value)
    assert "MK:0001" in str(refusal.value)
    if isinstance(refusal.value, Undeliverable):
        assert refusal.value.permanent is permanent
    assert asked[0].headers["Idempotency-Key"] == parcel().reference


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError, Undeliverable),
        (httpx.ConnectTimeout, Undeliverable),
        (httpx.UnsupportedProtocol, Undeliverable),
        (httpx.ReadTimeout, Unclear),
        (httpx.WriteTimeout, Unclear),
        (httpx.ReadError, Unclear),
        (httpx.RemoteProtocolError, Unclear),
    ],
)
def test_where_a_line_breaks_matters(
    answering: Install, error: type[httpx.HTTPError], kind: type[Exception]
) -> None:
    def broken(_asked: httpx.Request) -> httpx.Response:
        raise error("13800138000")

    answering(broken)
    with pytest.raises(kind) as refusal:
        HttpSms(ELSEWHERE).send(parcel())
    assert "13800138000" not in str(refusal.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"null"])
def test_taken_is_taken_whatever_else_is_said(answering: Install, body: bytes) -> None:
    answering(lambda _asked: httpx.Response(202, content=body))
    assert HttpSms(ELSEWHERE).send(parcel()) == Handed("")


def test_a_404_of_somebody_else_tells_nothing(answering: Install) -> None:
    answering(lambda _asked: httpx.Response(404, text="nginx"))
    with pytest.raises(Unclear):
        HttpSms(ELSEWHERE).ask("r")


def test_an_answer_that_says_it_arrived(answering: Install) -> None:
    told: dict[str, Any] = {"id": 7, "state": "delivered"}
    answering(lambda _asked: httpx.Response(200, json=told))
    assert HttpSms(ELSEWHERE).send(parcel()) == Handed("7", delivered=True)
