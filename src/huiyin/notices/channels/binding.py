"""Tickets that tie a WeChat account to a person: signed, short-lived, short enough for a QR scene.

The portal draws the ticket as a code that WeChat makes (``Wechat.follow_link``); whoever scans it
follows the account, and WeChat tells us the ticket beside the openid.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings

LASTS = timedelta(minutes=10)
MOST = 8  # people of one ticket: WeChat takes 64 signs
_MARK = 12  # bytes of the signature
_SALT = b"huiyin.notices.binding"


class BadTicket(ValueError):
    """The ticket is not ours, was changed, or has run out."""


def ticket(person_ids: Sequence[int], *, at: datetime) -> str:
    """Return a ticket that ties whoever shows it to these people (at most eight)."""
    if not 0 < len(person_ids) <= MOST:
        raise ValueError(f"a ticket names 1 to {MOST} people")
    ends = int((at + LASTS).timestamp())
    body = struct.pack(f">I{len(person_ids)}I", ends, *person_ids)
    return urlsafe_b64encode(_mark(body) + body).decode().rstrip("=")


def people_of(text: str, *, at: datetime) -> tuple[int, ...]:
    """Return the people a ticket names; raises BadTicket."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        raise BadTicket("not a ticket") from None
    mark, body = whole[:_MARK], whole[_MARK:]
    if len(body) % 4 or len(body) < 2 * 4 or not hmac.compare_digest(mark, _mark(body)):
        raise BadTicket("not a ticket of ours")
    ends, *people = struct.unpack(f">{len(body) // 4}I", body)
    if datetime.fromtimestamp(ends, UTC) < at:
        raise BadTicket("run out")
    return tuple(people)


def _mark(body: bytes) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), _SALT + body, sha256).digest()[:_MARK]
