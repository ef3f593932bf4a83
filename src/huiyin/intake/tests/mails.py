"""Mails as the world sends them, written by hand: honest, broken and hostile."""

import base64
import io
from email.message import EmailMessage
from email.utils import make_msgid

from PIL import Image

WANG = "王丽 <wangli@example.com>"


def plain(
    text: str = "楼道灯坏了三天没人修。",
    *,
    subject: str = "楼道灯",
    sender: str = WANG,
    message_id: str = "",
    **headers: str,
) -> bytes:
    """Write an honest mail; names of headers have low lines instead of dashes."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "fuwu@example.com"
    mail["Subject"] = subject
    mail["Message-ID"] = message_id or make_msgid(domain="example.com")
    mail["Date"] = "Mon, 16 Mar 2026 08:30:00 +0800"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return bytes(mail)


def raw(head: str, body: bytes) -> bytes:
    """Write a mail byte by byte."""
    return head.strip().replace("\n", "\r\n").encode("utf-8") + b"\r\n\r\n" + body


def picture(size: tuple[int, int] = (640, 480)) -> bytes:
    """Draw a photo."""
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def with_files(*files: tuple[str, str, bytes], text: str = "见附件") -> bytes:
    """Write a mail with files: name, media type, bytes."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = WANG, "照片"
    mail["Message-ID"] = make_msgid(domain="example.com")
    mail.set_content(text)
    for name, media_type, data in files:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return bytes(mail)


def encoded_word(text: str, charset: str) -> str:
    """Write a header as mail programs do."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


BOUNCE = raw(
    """
Return-Path: <>
From: MAILER-DAEMON@mail.example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-generated
Message-ID: <b1@mail.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=x
""",
    b"--x\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--x--\r\n",
)
VACATION = raw(
    """
Return-Path: <>
From: li@example.com
Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN77ya5LyR5YGH?=
Auto-Submitted: auto-replied
Message-ID: <v1@example.com>
""",
    "我在休假。".encode(),
)
