"""Mail over the loopback: how it is written, and what a server's answer means (NOT-04)."""

import smtplib
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from huiyin.fakes import mail as fake
from huiyin.fakes.box import Fate
from huiyin.fakes.run import Running
from huiyin.notices.channels import Channel, Unclear, Undeliverable, registry
from huiyin.notices.channels.accounts import Accounts
from huiyin.notices.channels.email import Email, _refusal
from huiyin.notices.channels.tests.conftest import free_port, parcel

TO = "wang@example.com"


@pytest.fixture
def email(accounts: Accounts) -> Channel:
    found = registry.get("email", "YG")
    assert found is not None
    return found


@pytest.fixture
def raw(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """Keep mails as they arrived, headers and all."""
    kept: list[EmailMessage] = []
    taken: Callable[..., Any] = fake.Taker.handle_DATA

    async def keep(self: fake.Taker, server: SMTP, session: Any, envelope: Any) -> str:
        kept.append(message_from_bytes(envelope.content, policy=policy.default))
        return str(await taken(self, server, session, envelope))

    monkeypatch.setattr(fake.Taker, "handle_DATA", keep)
    return kept


def test_a_mail_is_text_and_page(raw: list[EmailMessage], email: Channel) -> None:
    text = "请看 https://fuwu.example.com/my/ <b>谢谢</b>\n\n第二段"
    handed = email.send(parcel(TO, text=text))
    (mail,) = raw
    assert mail["Message-ID"] == handed.provider_id == f"<{parcel().reference}@huiyin.example>"
    assert mail["To"] == TO and mail["From"] == "fuwu@huiyin.example"
    assert mail["Subject"] == "您的报修已派人" and mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://fuwu.example.com/my/me/channels/>"
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and page is not None
    words = plain.get_content().replace("\r\n", "\n")
    assert text in words and "/my/me/channels/" in words
    assert "&lt;b&gt;谢谢" in page.get_content()
    assert '<a href="https://fuwu.example.com/my/"' in page.get_content()


@pytest.mark.parametrize(("text", "language"), [("Done. Thank you.", "en"), ("办好了", "zh-hans")])
def test_the_page_says_its_language(
    raw: list[EmailMessage], email: Channel, text: str, language: str
) -> None:
    email.send(parcel(TO, text=text))
    page = raw[0].get_body(("html",))
    assert page is not None and f'<html lang="{language}">' in page.get_content()


def test_a_mail_leads_to_the_page_it_is_about(raw: list[EmailMessage], email: Channel) -> None:
    email.send(parcel(TO, values={"link": "/my/matters/YG-1/"}))
    for kind in ("plain", "html"):
        part = raw[0].get_body((kind,))
        assert part is not None
        assert "https://fuwu.example.com/my/matters/YG-1/" in part.get_content()


def test_nothing_typed_begins_another_header(raw: list[EmailMessage], email: Channel) -> None:
    email.send(parcel(TO, subject="您好\r\nBcc: all@example.com\n\n正文"))
    assert raw[0]["Bcc"] is None and raw[0]["Subject"] == "您好 Bcc: all@example.com 正文"


@pytest.mark.parametrize("to", ["wang", "", "wang@example.com\nBcc: a@example.com", "a@b, c@d"])
def test_no_address_is_in_vain(email: Channel, providers: Running, to: str) -> None:
    with pytest.raises(Undeliverable) as refusal:
        email.send(parcel(to))
    assert refusal.value.permanent and not providers.box.rows()


@pytest.mark.parametrize(("name", "permanent"), [("bounce", True), ("later", False)])
def test_what_the_server_refuses(email: Channel, name: str, permanent: bool) -> None:
    with pytest.raises(Undeliverable) as refusal:
        email.send(parcel(f"{name}@example.com"))
    assert refusal.value.permanent is permanent and name not in refusal.value.problem


@pytest.mark.rule("NOT-04")
def test_a_line_that_breaks_after_the_mail_is_unclear(email: Channel, providers: Running) -> None:
    with pytest.raises(Unclear):
        email.send(parcel("silent@example.com"))
    assert len(providers.box.rows()) == 1
    with pytest.raises(Unclear):
        email.ask(parcel().reference)


def test_planned_mischief_ends(email: Channel, providers: Running) -> None:
    providers.box.plan("email", Fate.BUSY, 1)
    with pytest.raises(Undeliverable):
        email.send(parcel(TO))
    assert email.send(parcel(TO)).provider_id


def test_nobody_at_the_other_end(accounts: Accounts) -> None:
    assert accounts.email
    with pytest.raises(Undeliverable) as refusal:
        Email(replace(accounts.email, port=free_port())).send(parcel(TO))
    assert not refusal.value.permanent


def test_a_server_without_encryption_gets_nothing(accounts: Accounts, providers: Running) -> None:
    assert accounts.email
    with pytest.raises(Undeliverable):
        Email(replace(accounts.email, starttls=True)).send(parcel(TO))
    assert not providers.box.rows()


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({TO: (550, b"no")}), True),
        (smtplib.SMTPRecipientsRefused({TO: (450, b"no")}), False),
        (smtplib.SMTPSenderRefused(553, b"no", "a@b"), True),
        (smtplib.SMTPDataError(452, b"full"), False),
        (smtplib.SMTPNotSupportedError("utf8"), True),
        (smtplib.SMTPServerDisconnected("gone"), None),
        (TimeoutError("slow"), None),
    ],
)
def test_what_an_answer_means(error: Exception, permanent: bool | None) -> None:
    found = _refusal(error)
    if permanent is None:
        assert isinstance(found, Unclear)
    else:
        assert isinstance(found, Undeliverable) and found.permanent is permanent
    assert TO not in str(found)
