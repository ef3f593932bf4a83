"""One-time codes, and counting how often somebody asks (OWN-05).

The database counts tries and askings, so that all processes count together and no two tries at
the same moment are one. Nothing here can be read back: codes, numbers and addresses are kept as
keyed digests.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huiyin.accounts.models import OneTimeCode, User
from huiyin.accounts.rules import FIGURES, LIFE, TRIES, Allowance
from huiyin.kernel.errors import BadInput, Refused

_COUNT = """
INSERT INTO accounts_tally (who, ends, times) VALUES (%s, %s, 1)
ON CONFLICT (who, ends) DO UPDATE SET times = accounts_tally.times + 1 RETURNING times
"""
_FORGET = """
DELETE FROM accounts_tally WHERE id IN (
  SELECT id FROM accounts_tally WHERE ends <= %s ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)
"""
_TRY = """
UPDATE accounts_onetimecode SET tries = tries + 1
 WHERE id = %s AND purpose = %s AND used_at IS NULL AND tries < %s AND expires_at > %s
RETURNING digest, tries
"""
_OWNER = """
INSERT INTO accounts_user (username, password, email, phone, is_active, language)
VALUES (%s, %s, '', %s, true, '')
ON CONFLICT (phone) DO UPDATE SET phone = EXCLUDED.phone RETURNING id
"""


class TooOften(Refused):
    """Asked more often than is good for anybody; ``seconds`` until it goes on."""

    status = 429

    def __init__(self, sentence: object, *, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class UnableToRedeemCode(BadInput):
    """The code is not the one that was sent; ``tries_left`` tells how often it may be tried on."""

    def __init__(self, sentence: object, *, tries_left: int) -> None:
        super().__init__(sentence, field="code")
        self.tries_left = tries_left


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code just made: the code is sent and forgotten, the id is what a page remembers."""

    id: UUID
    code: str
    expires_at: datetime


def _keyed(*words: str) -> str:
    text = "\0".join(words)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def count(*, who: str, allowances: Sequence[Allowance], at: datetime) -> None:
    """Count one asking, or raise TooOften when one of the allowances is used up.

    ``who`` names what is counted, such as ``code:13800000000``. An asking refused is not counted.
    """
    now = int(at.timestamp())
    with transaction.atomic():
        for allowance in allowances:
            ends = allowance.ends(now)
            if _counted(_keyed("tally", who, str(allowance.seconds)), ends, now) > allowance.times:
                wait = ends - now
                raise TooOften(_("操作太频繁,请稍后再试。"), seconds=wait)


def _counted(who: str, ends: int, now: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [who, ends])
        (times,) = cursor.fetchone()
        cursor.execute(_FORGET, [now])
    return int(times)


def issue_code(*, purpose: str, target: str, at: datetime, real: bool = True) -> IssuedCode:
    """Make a code that proves ``target`` for ``purpose`` within five minutes.

    One that is not ``real`` costs the same and can never be redeemed: nobody sees from outside
    whether a number is known.
    """
    code_id, code = uuid4(), f"{secrets.randbelow(10**FIGURES):0{FIGURES}}"
    digests = (secrets.token_hex(32), _keyed(str(code_id), purpose, target, code))
    OneTimeCode.objects.filter(expires_at__lte=at).delete()
    made = OneTimeCode.objects.create(
        id=code_id, purpose=purpose, digest=digests[real], expires_at=at + LIFE
    )
    return IssuedCode(made.pk, code, made.expires_at)


def redeem_code(*, code_id: UUID, purpose: str, target: str, code: str, at: datetime) -> None:
    """Use a code up, or count the try and raise UnableToRedeemCode.

    1. The try is counted first, in a statement of its own: ten tries at once are ten tries.
    2. The digests are compared in constant time; they belong to this target alone.
    3. Of two who have the right code, one uses it up.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [code_id, purpose, TRIES, at])
        found = cursor.fetchone()
    digest, tries = found or ("", TRIES)
    right = hmac.compare_digest(digest, _keyed(str(code_id), purpose, target, code))
    if found is None or (not right and tries >= TRIES):
        raise UnableToRedeemCode(_("验证码已失效,请重新获取。"), tries_left=0)
    if not right:
        left = TRIES - tries
        sentence = _("验证码不对,还可以再试 %(n)d 次。") % {"n": left}
        raise UnableToRedeemCode(sentence, tries_left=left)
    if not OneTimeCode.objects.filter(pk=code_id, used_at__isnull=True).update(used_at=at):
        raise UnableToRedeemCode(_("验证码已失效,请重新获取。"), tries_left=0)


def void_code(*, code_id: UUID) -> None:
    """End a code before its time, as when another one is sent in its place."""
    OneTimeCode.objects.filter(pk=code_id).update(tries=F("tries") + TRIES)


def owner_user(*, phone: str) -> User:
    """Return the account of whoever has proved a telephone number, made when it is the first time.

    It has no password and never gets one.
    """
    name = f"owner-{secrets.token_hex(8)}"
    with connection.cursor() as cursor:
        cursor.execute(_OWNER, [name, make_password(None), phone])
        (pk,) = cursor.fetchone()
    return User.objects.get(pk=pk)


def end_other_sessions(*, user: User) -> None:
    """Log a person out wherever they are logged in without a password; the caller keeps its own.

    Sessions carry a hash of the (unusable) password, which becomes another one.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
