"""Photos of an owner that outlive a refused form: each named by a word only they can use."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from huiyin.kernel.caller import Caller

SALT = "owner-photo"
HOURS = 12


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo that was sent with a form the server refused; ``word`` names it in the next try."""

    id: int
    word: str


def shown(ids: Iterable[int], *, by: Caller) -> tuple[KeptPhoto, ...]:
    """Return photos with the words under which their owner may look at them and send them again."""
    return tuple(KeptPhoto(one, signing.dumps(one, salt=_salt(by))) for one in ids)


def read(words: Iterable[str], *, by: Caller) -> tuple[int, ...]:
    """Return the photos that words of this owner name; any other word names none."""
    found = (_read(word, by) for word in words)
    return tuple(dict.fromkeys(one for one in found if one))


def _read(word: str, by: Caller) -> int:
    try:
        named = signing.loads(word, salt=_salt(by), max_age=HOURS * 3600)
    except signing.BadSignature:
        return 0
    return named if isinstance(named, int) else 0


def _salt(by: Caller) -> str:
    return f"{SALT}:{by.user_id}"
