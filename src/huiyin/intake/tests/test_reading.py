"""Reading mails: character sets, HTML, quotations, machines, and what is meant to hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.intake.plain import text_of_html
from huiyin.intake.quotes import own_words
from huiyin.intake.reading import fingerprint, read_mail
from huiyin.intake.tests.mails import (
    BOUNCE,
    VACATION,
    encoded_word,
    picture,
    plain,
    raw,
    with_files,
)

TEXT = "电梯按键失灵,请尽快维修。"


# -- character sets


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "big5", "utf-8", "hz"])
def test_a_mail_says_its_character_set(charset: str) -> None:
    text = "電梯" if charset == "big5" else TEXT
    subject = encoded_word("電梯" if charset == "big5" else "电梯", charset)
    found = read_mail(
        raw(
            f"From: a@example.com\nSubject: {subject}\nContent-Type: text/plain; charset={charset}",
            text.encode(charset),
        )
    )
    assert found.text == text
    assert found.subject in ("电梯", "電梯")


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
@pytest.mark.parametrize("named", ["", "; charset=us-ascii", "; charset=no-such-set", "; charset="])
def test_an_unsaid_or_unknown_character_set_is_found(charset: str, named: str) -> None:
    head = f"From: a@example.com\nContent-Type: text/plain{named}"
    assert read_mail(raw(head, TEXT.encode(charset))).text == TEXT


def test_a_head_in_raw_bytes_is_read() -> None:
    bytes_in_head = b"Subject: " + "电梯坏了".encode("gbk") + b"\r\nFrom: a@example.com\r\n\r\nx"
    assert read_mail(bytes_in_head).subject == "电梯坏了"


def test_a_character_set_that_lies_does_no_harm() -> None:
    found = read_mail(raw("Content-Type: text/plain; charset=utf-8", TEXT.encode("gbk")))
    assert found.text == TEXT
    broken = read_mail(raw("Content-Type: text/plain; charset=utf-8", b"\xff\xfe\x80abc\x00"))
    assert "abc" in broken.text
    assert "\0" not in broken.text


# -- HTML and quotations


def test_html_becomes_plain_text_and_nothing_else() -> None:
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>第一行<br>第二行</p>"
        "<script>alert(1)</script><ul><li>甲</li><li>乙</li></ul>"
        "<img src='http://track/1.gif'>&lt;b&gt;&amp;</body></html>"
    )
    assert text_of_html(page) == "第一行\n第二行\n· 甲\n· 乙\n<b>&"


def test_a_mail_of_html_alone_is_read() -> None:
    page = f"<div>{TEXT}</div><blockquote>旧的话</blockquote>"
    found = read_mail(raw("Content-Type: text/html; charset=utf-8", page.encode()))
    assert found.text == TEXT


QUOTED = (
    "------------------ 原始邮件 ------------------",
    "-----Original Message-----",
    "在 2026-03-15 09:00:00,“物业” <fuwu@example.com> 写道:",
    "On Mon, Mar 16, 2026 at 9:00 AM Service <fuwu@example.com> wrote:",
    "发件人: 物业\n发送时间: 2026年3月15日\n收件人: 王丽",
    "> 旧的话",
)


@pytest.mark.parametrize("mark", QUOTED)
def test_the_earlier_mail_is_left_out(mark: str) -> None:
    assert own_words(f"{TEXT}\n\n{mark}\n旧的话一\n> 旧的话二") in (TEXT, f"{TEXT}\n\n旧的话一")


def test_what_was_forwarded_is_the_matter_itself() -> None:
    text = f"请看\n-----Original Message-----\n{TEXT}"
    assert TEXT in read_mail(plain(text, subject="转发:电梯")).text
    assert TEXT not in read_mail(plain(text, subject="Re: 电梯")).text


def test_a_signature_is_left_out() -> None:
    assert own_words(f"{TEXT}\n\n-- \n王丽\n发自我的iPhone") == TEXT
    assert own_words(f"{TEXT}\n\n发自我的iPhone") == TEXT


@given(st.text(alphabet="> 一二\n-发件人:写道原始邮件", max_size=80))
def test_own_words_are_never_lost_altogether(text: str) -> None:
    assert bool(own_words(text)) == bool(text.strip())


# -- machines


@pytest.mark.parametrize(
    ("head", "nature"),
    [
        ({}, "person"),
        ({"Auto_Submitted": "no"}, "person"),
        ({"Auto_Submitted": "auto-replied"}, "auto"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "auto"),
        ({"X_Auto_Response_Suppress": "All"}, "auto"),
        ({"Precedence": "bulk"}, "auto"),
        ({"X_Autoreply": "yes"}, "auto"),
        ({"List_Unsubscribe": "<mailto:x@example.com>"}, "auto"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"X_Failed_Recipients": "a@example.com"}, "bounce"),
        ({"sender": "MAILER-DAEMON@example.com"}, "bounce"),
        ({"sender": "postmaster@example.com"}, "bounce"),
        ({"sender": "no-reply@example.com"}, "auto"),
        ({"subject": "自动回复:我在休假"}, "auto"),
        ({"subject": "Automatic reply: hello"}, "auto"),
        ({"subject": "Out of Office: back on Monday"}, "auto"),
        ({"subject": "自动扶梯坏了"}, "person"),
        ({"subject": "休假期间无人打扫"}, "person"),
        ({"subject": "退信箱的锁坏了"}, "person"),
    ],
)
def test_a_machine_is_told_from_a_person(head: dict[str, str], nature: str) -> None:
    assert read_mail(plain(**head)).nature == nature


def test_bounces_and_vacation_notices_as_they_come() -> None:
    assert (read_mail(BOUNCE).nature, read_mail(VACATION).nature) == ("bounce", "auto")


# -- files


def test_files_are_told_apart() -> None:
    found = read_mail(
        with_files(
            ("漏水.jpg", "image/jpeg", picture()),
            ("合同.pdf", "application/pdf", b"%PDF-1.4"),
            ("t.gif", "image/gif", b"GIF89a"),
        )
    )
    assert [one.name for one in found.attachments] == ["漏水.jpg", "合同.pdf", "t.gif"]
    assert [one.may_be_photo for one in found.attachments] == [True, False, False]


# -- what is meant to hurt


def deep(levels: int) -> bytes:
    """Write a mail in a mail in a mail."""
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(levels)
    )
    return b"From: a@example.com\r\nSubject: deep\r\n" + head + b"\r\nhello"


HOSTILE = {
    "nothing": b"",
    "blank lines": b"\r\n\r\n\r\n",
    "no head": b"hello there",
    "deep": deep(3000),
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5000,
    "no end": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello",
    "bad base64": b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====A",
    "bad word": b"Subject: =?utf-8?Q?=ZZ=E4?= =?x?B?AA?= =?utf-8?B?A?=\r\n\r\nx",
    "bad address": b'From: <<<>>>"@,;:\r\n\r\nx',
    "bad name": b"Content-Disposition: attachment; filename*=x''%FF%00\r\n\r\nx",
    "bad type": b"Content-Type: ;;;=;\r\n\r\nx",
    "long head": b"Subject: " + b"A" * 200_000 + b"\r\n\r\nx",
    "many ids": b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nx",
    "html bomb": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"x",
    "open comment": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 5_000,
    "open tags": b"Content-Type: text/html\r\n\r\n" + b"<a " * 100_000,
    "open scripts": b"Content-Type: text/html\r\n\r\n" + b"<script></scrip>" * 30_000,
    "open ends": b"Content-Type: text/html\r\n\r\n" + b"<" * 400_000,
    "reversed": "Subject: 发票\u202etxt.exe\r\n\r\n\u202e你好\x07".encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_all_the_same(name: str) -> None:
    found = read_mail(HOSTILE[name])
    whole = found.subject + found.text + found.sender + found.sender_name
    assert "\0" not in whole
    assert "\u202e" not in whole
    assert "\x07" not in whole
    assert len(found.message_id) <= 250
    assert fingerprint(HOSTILE[name])


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    found = read_mail(b"From: a@b.c\r\nContent-Type: text/html\r\nSubject: " + data)
    (found.subject + found.text).encode("utf-8")


def test_two_ways_of_the_same_mail_have_one_fingerprint() -> None:
    mail = plain(message_id="<1@example.com>")
    other = b"Received: from somewhere\r\nDelivered-To: fuwu\r\n" + mail.replace(b"\n", b"\r\n")
    assert fingerprint(mail) == fingerprint(other)
    assert fingerprint(mail) != fingerprint(plain("另一封", message_id="<1@example.com>"))
    assert fingerprint(mail) != fingerprint(plain(message_id="<2@example.com>"))


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 80_000,
        b"Content-Type: text/plain; " + b"a=b; " * 200_000,
        b"From: " + b"(" * 20_000 + b" <a@b.cn>",
        b"References: " + b"<a@b> " * 200_000,
    ],
)
def test_a_header_without_end_holds_nobody_up(head: bytes) -> None:
    began = time.process_time()
    read = read_mail(head + b"\r\n\r\n" + "水管漏水".encode())
    assert time.process_time() - began < 2  # it was a minute and more
    assert read.text == "水管漏水"
