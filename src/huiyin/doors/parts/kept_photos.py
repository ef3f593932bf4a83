"""Photos that outlive a refused form: stored at the first try, named by a signed word after it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from huiyin.doors.parts.photos import store
from huiyin.kernel.caller import Caller

SALT = "kept-photos"
HOURS = 12


def keep(
    files: "Iterable[UploadedFile[Any]]", kept: str, *, by: Caller, at: datetime
) -> tuple[int, ...]:
    """Store what was uploaded now and return it after what the signed word names."""
    return tuple(dict.fromkeys((*read_word(kept), *store(files, by=by, at=at))))


def write_word(ids: Iterable[int]) -> str:
    """Return a word that names photos and that nobody else can make up."""
    named = list(ids)
    return signing.dumps(named, salt=SALT) if named else ""


def read_word(word: str) -> tuple[int, ...]:
    """Return the photos that a word of ours names, none for any other word."""
    try:
        ids = signing.loads(word, salt=SALT, max_age=HOURS * 3600) if word else []
    except signing.BadSignature:
        return ()
    return tuple(one for one in ids if isinstance(one, int))
