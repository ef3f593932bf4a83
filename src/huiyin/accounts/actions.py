"""Writes of the accounts: passwords, tokens of the API, the chosen language.

The trail stands above this room; whoever calls from above writes the entry.
"""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from huiyin.accounts.models import ApiToken, User
from huiyin.kernel.errors import BadInput, NotFound

# Nothing that is mistaken for something else when read out or copied by hand: no 0/o, 1/l/i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4


class UnableToSetLanguage(BadInput):
    """The language is not one of ours."""


class UnableToRevokeToken(NotFound):
    """No such token, or not the caller's."""


def digest(token: str) -> str:
    """Return what is kept of a token: its SHA-256, so that a stolen table opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_password() -> str:
    """Return a random password that can be read out: three groups of four, about 60 bits."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def set_password(*, user: User, password: str) -> None:
    """Give a user another password; whoever is logged in with the old one is logged out."""
    user.set_password(password)
    user.save(update_fields=["password"])


def issue_token(*, user: User, at: datetime, label: str = "") -> str:
    """Make an API token for a user and return it; it cannot be shown again."""
    token = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=digest(token), label=label[:80], created_at=at)
    return token


def revoke_token(*, user_id: int, at: datetime, token_id: int) -> None:
    """End one of a user's own tokens; raise UnableToRevokeToken when it is not theirs."""
    changed = ApiToken.objects.filter(pk=token_id, user_id=user_id, revoked_at__isnull=True).update(
        revoked_at=at
    )
    if not changed:
        raise UnableToRevokeToken(_("没有这个令牌,或它已经停用。"))


def revoke_tokens_of(*, user_id: int, at: datetime) -> int:
    """End every token of a user, as when someone leaves; return how many were ended."""
    return ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=at)


def set_language(*, user_id: int, language: str) -> None:
    """Remember the language in which a user wants to read; empty means the default."""
    if language and language not in dict(settings.LANGUAGES):
        raise UnableToSetLanguage(_("没有这种语言,请从列表中选择。"), field="language")
    User.objects.filter(pk=user_id).update(language=language)
