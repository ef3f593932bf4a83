"""Where the bytes lie: ``HUIYIN_HOME``/files, in folders by the beginning of their hash."""

from pathlib import Path

from django.conf import settings


def path_of(sha256: str) -> Path:
    """Return the path of a file by its hash."""
    return Path(settings.HOME) / "files" / sha256[:2] / sha256
