"""The telephone exchange: its key, and what it signs with it (REC-01).

Messages are signed as Standard Webhooks has it: id, timestamp and body under a shared secret.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from huiyin.desk.access import admit_to_key
from huiyin.desk.models import Delivery, Exchange
from huiyin.desk.rules import is_stale
from huiyin.estate import queries as estate
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Refused, WrongState
from huiyin.trail.actions import record

FORMER_HOLDS = timedelta(hours=24)
REMEMBERED = timedelta(days=7)
MOST_A_MINUTE = 600  # messages of one exchange: ten calls a second is no desk of ours
LONGEST_ID = 120
LONGEST_TIMESTAMP = 15
_MINUTE = timedelta(minutes=1)


class UnableToBelieve(Refused):
    """The message is not signed with the exchange's key, or not now."""

    status = 401


class TooManyMessages(Refused):
    """The exchange tells more than anybody could say."""

    status = 429


class SaidOtherwise(WrongState):
    """The id was used before for another message."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A signed message: from whom, and its answer if it was given one before."""

    caller: Caller
    delivery: int
    answer: Any = None


@transaction.atomic
def make_key(*, by: Caller, at: datetime, community: str, keep_former: bool = True) -> str:
    """Give the exchange a new secret and return it; it is shown this once and kept nowhere.

    The one before holds for another day unless ``keep_former`` is false, as after a leak.
    Raises NotFound, Forbidden.
    """
    town = estate.community(caller=by, code=community)
    admit_to_key(by, town.id)
    salt = secrets.token_urlsafe(24)
    exchange = Exchange.objects.select_for_update().filter(community_id=town.id).first()
    if exchange is None:
        Exchange.objects.create(community_id=town.id, salt=salt, made_at=at)
    else:
        exchange.former_salt = exchange.salt if keep_former else ""
        exchange.former_until = at + FORMER_HOLDS if keep_former else None
        exchange.salt, exchange.made_at = salt, at
        exchange.save(update_fields=["salt", "made_at", "former_salt", "former_until"])
    record(
        action="desk.exchange_key_made",
        by=by,
        at=at,
        subject=f"exchange:{town.code}",
        community_id=town.id,
        after={"keep_former": keep_former and exchange is not None},
    )
    return _secret(salt)


def believe(*, at: datetime, community: str, headers: dict[str, str], body: bytes) -> Begun:
    """Check a signed message and return who speaks, with the answer it was given before if any.

    1. The exchange of the community must have a key, the timestamp be near, the signature right.
    2. More messages in a minute than a telephone could bring are refused.
    3. The id is claimed; another transaction with the same id is waited for.

    Raises UnableToBelieve (also for an unknown community), TooManyMessages, SaidOtherwise. Must run
    inside the transaction of what the message brings about.
    """
    webhook_id = headers.get("webhook-id", "")
    exchange = _exchange(community)
    sent_at = _moment(headers.get("webhook-timestamp", ""))
    usable = webhook_id.strip() and len(webhook_id) <= LONGEST_ID and "\0" not in webhook_id
    if exchange is None or sent_at is None or not usable:
        raise UnableToBelieve(_("签名无效:请核对小区、密钥和 webhook 标头。"))
    if is_stale(sent_at, at):
        raise UnableToBelieve(_("消息的时间与现在相差超过五分钟,请校准总机的时钟。"))
    given = headers.get("webhook-signature", "")
    if not any(
        _matches(_secret(salt), webhook_id, sent_at, body, given) for salt in _salts(exchange, at)
    ):
        raise UnableToBelieve(_("签名无效:请核对小区、密钥和 webhook 标头。"))
    told = Delivery.objects.filter(exchange=exchange, at__gt=at - _MINUTE, at__lte=at)
    if told.count() >= MOST_A_MINUTE:
        raise TooManyMessages(_("总机发来的消息太多,请稍后再发。"))
    return _claim(exchange, webhook_id, body, at)


def finish_delivery(*, delivery: int, answer: Any) -> None:
    """Keep the answer to a message, for whoever sends the same again."""
    Delivery.objects.filter(pk=delivery).update(answer=answer)


def forget_deliveries(*, at: datetime) -> int:
    """Forget messages so old that no exchange sends them again; return how many."""
    return Delivery.objects.filter(at__lt=at - REMEMBERED).delete()[0]


def _claim(exchange: Exchange, webhook_id: str, body: bytes, at: datetime) -> Begun:
    speaker = Caller(
        user_id=None,
        employee_id=None,
        name=_("电话总机"),
        posts={exchange.community_id: frozenset({"receptionist"})},
    )
    fingerprint = hashlib.sha256(body).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO desk_delivery (exchange_id, webhook_id, fingerprint, at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (exchange_id, webhook_id) DO NOTHING"
            " RETURNING id",
            [exchange.pk, webhook_id, fingerprint, at],
        )
        claimed = cursor.fetchone()
    if claimed:
        return Begun(speaker, claimed[0])
    before = Delivery.objects.get(exchange=exchange, webhook_id=webhook_id)
    if before.fingerprint != fingerprint:
        raise SaidOtherwise(_("这个 webhook-id 已用于另一条消息。"))
    return Begun(speaker, before.pk, before.answer)


def _exchange(community: str) -> Exchange | None:
    return Exchange.objects.filter(community__code=community.replace("\0", "")).first()


def _salts(exchange: Exchange, at: datetime) -> list[str]:
    salts = [exchange.salt]
    if exchange.former_salt and exchange.former_until and at < exchange.former_until:
        salts.append(exchange.former_salt)
    return salts


def _secret(salt: str) -> str:
    key = salted_hmac("huiyin.desk.exchange", salt, algorithm="sha256").digest()
    return "whsec_" + base64.b64encode(key).decode()


def _moment(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_TIMESTAMP:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _matches(secret: str, webhook_id: str, sent_at: datetime, body: bytes, given: str) -> bool:
    """Tell whether one of the signatures given is ours; each is compared in constant time."""
    try:
        expected = Webhook(secret).sign(webhook_id, sent_at, body.decode())
    except UnicodeDecodeError:
        return False
    return any(
        hmac.compare_digest(expected.encode(), one.encode(errors="replace"))
        for one in given.split()[:8]
    )
