"""How an owner's act is written down: as an owner's, in the language of the house, once per key."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.owners.models import Submission

_PORTAL = frozenset({"portal"})


class UnableToSend(WrongState):
    """The same form was sent before with something else in it."""


@contextmanager
def in_house_language() -> Iterator[None]:
    """Write what colleagues will read in their language, whatever the owner reads."""
    with override(settings.LANGUAGE_CODE):
        yield


def as_owner(by: Caller, community_id: int | None = None) -> Caller:
    """Return the caller as matters and colleagues see one: an owner, without a name (CMP-11)."""
    posts: dict[int | None, frozenset[str]] = {community_id: _PORTAL} if community_id else {}
    return Caller(by.user_id, None, _("业主"), posts=posts)


def fingerprint(*content: object) -> str:
    """Return what tells the content of a form from any other."""
    text = json.dumps(content, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


_CLAIM = """
INSERT INTO owners_submission (key, user_id, fingerprint, number, at) VALUES (%s, %s, %s, '', %s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def claim(*, key: UUID, user_id: int | None, mark: str, at: datetime) -> str:
    """Claim the key of a form; return the number an earlier one with this content was given.

    Of two that come at once the second waits for the first. Empty means: go on, and call
    :func:`fulfil` in the same transaction. Raises UnableToSend for another content.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [key, user_id, mark, at])
        if cursor.fetchone():
            return ""
    before = Submission.objects.get(key=key)
    if before.user_id != user_id or before.fingerprint != mark:
        raise UnableToSend(_("这张表已经提交过了。如要再报一件,请重新打开页面填写。"))
    return before.number


def fulfil(key: UUID, number: str) -> None:
    """Remember what a form became."""
    Submission.objects.filter(key=key).update(number=number)
