"""Reading an e-mail: whose it is, whether a person wrote it, and in what words.

Plain work on bytes that anybody in the world may have written: it never fails, it never believes a
header more than it must, and what it returns is plain text.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses

from huiyin.intake.plain import text_of_html
from huiyin.intake.quotes import own_words

TEXT_MOST = 60_000
HEADER_MOST = 10_000  # parsers take the square of the length: an hour for a megabyte
PARTS_MOST = 200
PIXEL_BYTES = 512  # what is smaller is no photo but a mark that tells the sender who reads
# Names that mails give to character sets, and the set that really holds what they mean.
CHARSETS = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "cp950",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
}
GUESSES = ("utf-8", "gb18030")
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,248}>")
_AUTO_SUBJECT = re.compile(
    r"\s*(自动(回复|答复)|自動(回覆|回復|答覆)|休假自动|auto(matic)?[ -]?(reply|response)\b"
    r"|out of (the )?office\b|vacation reply\b)",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_NOBODY = re.compile(r"(no-?reply|do-?not-?reply|bounces?)([+.-][^@]*)?@", re.IGNORECASE)
_FORWARDED = re.compile(r"\s*(fwd?|转发|轉寄|轉發)\s*[::]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; its name is only for people to read."""

    name: str
    media_type: str
    data: bytes

    @property
    def may_be_photo(self) -> bool:
        """Tell whether it claims to be a picture, large enough to show anything."""
        return self.media_type.startswith("image/") and len(self.data) >= PIXEL_BYTES


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as read.

    ``nature`` is "person", "bounce" or "auto"; ``why`` names the header or the habit that tells a
    machine. ``answers`` are the messages it replies to. ``text`` are its own words.
    """

    message_id: str
    sender: str
    sender_name: str
    subject: str
    date: str
    answers: tuple[str, ...]
    nature: str
    why: str
    text: str
    attachments: tuple[Attachment, ...] = ()


class _Short(Compat32):
    """Cut every header short before anything looks into it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and text of a header, the text no longer than any honest one."""
        name, text = super().header_source_parse(sourcelines)
        return name, text[:HEADER_MOST]


SHORT = _Short()


def read_mail(raw: bytes) -> Mail:
    """Read a mail, however broken: of what cannot be taken apart the beginning is shown."""
    try:
        message = message_from_bytes(raw, policy=SHORT)
        text, attachments = _content(message)
    # Parsers of mails stumble in many ways over what was written to make them stumble.
    except Exception:
        message = BytesHeaderParser(policy=SHORT).parsebytes(raw[:TEXT_MOST])
        body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]
        text, attachments = tidy(_decoded(body[:TEXT_MOST], "")), ()
    subject = _header(message, "Subject")[:300]
    nature, why = nature_of(message)
    name, address = _sender(message)
    return Mail(
        message_id=_first_id(_header(message, "Message-ID")),
        sender=address,
        sender_name=name,
        subject=subject,
        date=_header(message, "Date")[:60],
        answers=_ids(_header(message, "In-Reply-To") + " " + _header(message, "References")),
        nature=nature,
        why=why,
        text=text if _FORWARDED.match(subject) else own_words(text),
        attachments=attachments,
    )


def fingerprint(raw: bytes) -> str:
    """Return what knows the same message again, whichever way and whenever it came.

    What servers write at the top on its way does not count; message id, sender, date, subject and
    body do.
    """
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    try:
        message = BytesHeaderParser().parsebytes(head + b"\n\n")
        named = [_raw(message, name) for name in ("Message-ID", "From", "Date", "Subject")]
    except Exception:  # then the head as it is
        named = [head.decode("latin-1")]
    total = hashlib.sha256("\n".join(named).encode("utf-8", "surrogateescape"))
    total.update(b"\0" + body.rstrip())
    return total.hexdigest()


# -- a machine or a person


def nature_of(message: Message) -> tuple[str, str]:
    """Tell whether a person wrote it: ("person", ""), or "bounce" or "auto" and what tells so."""
    _name, address = _sender(message)
    submitted = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if submitted == "auto-replied":  # sent, as it should be, from nobody
        return "auto", "auto-submitted"
    bounce = (
        ("return-path", _header(message, "Return-Path").replace(" ", "") == "<>"),
        ("report", message.get_content_type() == "multipart/report"),
        ("failed-recipients", "X-Failed-Recipients" in message),
        ("daemon", bool(_DAEMON.match(address))),
    )
    for why, holds in bounce:
        if holds:
            return "bounce", why
    precedence = _header(message, "Precedence").lower().strip()
    auto = (
        ("auto-submitted", submitted not in ("", "no")),
        ("suppress", bool(_header(message, "X-Auto-Response-Suppress"))),
        ("precedence", precedence in ("bulk", "junk", "list", "auto_reply", "auto-reply")),
        ("autoreply", any(f"X-{one}" in message for one in ("Autoreply", "Autorespond"))),
        ("list", "List-Id" in message or "List-Unsubscribe" in message),
        ("vacation", bool(_AUTO_SUBJECT.match(_header(message, "Subject")))),
        ("no-reply", bool(_NOBODY.match(address))),
    )
    for why, holds in auto:
        if holds:
            return "auto", why
    return "person", ""


# -- head


def _header(message: Message, name: str) -> str:
    """Return a header in one line of plain text, whatever its character set."""
    text = _raw(message, name)
    if not text.isascii():  # bytes that no header may hold: half surrogates in the text
        text = _decoded(text.encode("utf-8", "surrogateescape"), "")
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        parts = [(text, None)]
    words = "".join(
        one if isinstance(one, str) else _decoded(one, charset or "") for one, charset in parts
    )
    return " ".join(tidy(words).split())


def _raw(message: Message, name: str) -> str:
    """Return the first header of a name as it was written."""
    return next((text for one, text in message.raw_items() if one.lower() == name.lower()), "")


def _sender(message: Message) -> tuple[str, str]:
    """Return name and address of the sender, the address in small letters; empty when there is
    none."""
    raw = _header(message, "From")
    try:
        named = getaddresses([raw])
    except RecursionError:  # a thousand brackets, one inside the other
        named = []
    found = [(name, address) for name, address in named if "@" in address]
    if not found:
        return raw[:80], ""
    name, address = found[0]
    return name.strip()[:80], address.strip().lower()[:254]


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(text)))[-50:]


def _first_id(text: str) -> str:
    return next(iter(_ids(text)), "")


# -- body


def _content(message: Message) -> tuple[str, tuple[Attachment, ...]]:
    """Return the words of a mail, and the files that came with it."""
    plain: list[str] = []
    html: list[str] = []
    files: list[Attachment] = []
    for part in _leaves(message):
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        media_type = part.get_content_type()
        name = tidy(_filename(part))[:120]
        inline = part.get_content_disposition() != "attachment" and not name
        if inline and media_type == "text/plain":
            plain.append(_decoded(data[:TEXT_MOST], _charset(part)))
        elif inline and media_type == "text/html":
            html.append(text_of_html(_decoded(data[: 8 * TEXT_MOST], _charset(part))))
        elif data:
            files.append(Attachment(name or media_type, media_type, data))
    text = "\n".join(plain)
    if not text.strip():
        text = "\n".join(html)
    return tidy(text)[:TEXT_MOST], tuple(files)


def _leaves(message: Message) -> Iterator[Message]:
    """Walk the parts that hold something; a mail inside the mail stays closed."""
    left = [message]
    for _count in range(PARTS_MOST):
        if not left:
            return
        part = left.pop()
        if part.get_content_maintype() == "message" and part is not message:
            continue
        if part.is_multipart():
            inner = part.get_payload()
            parts = inner if isinstance(inner, list) else []
            left.extend(one for one in reversed(parts) if isinstance(one, Message))
        else:
            yield part


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return "?"
    if "=?" not in name:
        return name.encode("utf-8", "replace").decode()
    try:
        parts = decode_header(name)
    except (HeaderParseError, ValueError):
        return name
    return "".join(one if isinstance(one, str) else _decoded(one, how or "") for one, how in parts)


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (ValueError, LookupError, TypeError):
        return ""


def _decoded(data: bytes, charset: str) -> str:
    """Return bytes as text: in the named character set, else in the first that fits."""
    wanted = CHARSETS.get(charset.lower().strip(), charset.lower().strip())
    for name in dict.fromkeys((wanted, *GUESSES)):
        if not name:
            continue
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    try:
        return data.decode(wanted or "utf-8", "replace")
    except (UnicodeError, LookupError):
        return data.decode("utf-8", "replace")


def tidy(text: str) -> str:
    """Return text that can be kept and shown: no control characters, no reversed writing."""
    lines = re.split(r"\r\n|\r|\n|\u2028|\u2029", text.encode("utf-8", "replace").decode())
    kept = [
        "".join(
            sign
            for sign in line.replace("\t", " ").replace("\xa0", " ").rstrip()
            if unicodedata.category(sign) != "Cc" and sign not in _BIDI
        )
        for line in lines
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
