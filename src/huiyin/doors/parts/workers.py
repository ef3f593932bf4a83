"""Service workers: the files a phone keeps, and a name that changes with any of them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.contrib.staticfiles import finders


def source(name: str) -> bytes:
    """Return the bytes of a static file, none where there is no such file."""
    found = finders.find(name)
    return Path(found).read_bytes() if found else b""


def version_of(page: Path, names: Iterable[str]) -> str:
    """Return a name for the present contents of a page and static files that a phone keeps."""
    digest = hashlib.sha256(page.read_bytes())
    for name in names:
        digest.update(source(name))
    return digest.hexdigest()[:16]
