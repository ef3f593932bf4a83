"""Reads of the accounts."""

from dataclasses import dataclass
from datetime import datetime

from huiyin.accounts.actions import digest
from huiyin.accounts.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it: never the token itself."""

    id: int
    label: str
    created_at: datetime
    revoked_at: datetime | None


def user_for_token(token: str) -> User | None:
    """Return the active user behind a bearer token, or None.

    The lookup is by digest, so its time tells nothing about a token nearly right.
    """
    return User.objects.filter(
        tokens__digest=digest(token), tokens__revoked_at__isnull=True, is_active=True
    ).first()


def tokens(*, user_id: int) -> tuple[TokenRow, ...]:
    """Return the user's own tokens, newest first."""
    rows = ApiToken.objects.filter(user_id=user_id).order_by("-created_at", "-id")
    return tuple(TokenRow(row.pk, row.label, row.created_at, row.revoked_at) for row in rows)
