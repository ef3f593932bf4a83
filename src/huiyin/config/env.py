"""Typed readers of environment variables that fail loudly, naming the variable.

Every setting a machine may give enters here, as text, and leaves typed or not at all.
"""

import os
from collections.abc import Collection
from pathlib import Path

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class BadSetting(Exception):
    """A setting cannot be used; the sentence names the variable and what it should be."""


def text(name: str, default: str = "") -> str:
    """Return a variable without surrounding blanks; unset and empty are the same."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """Return a variable that is on (``1``) or off (``0``)."""
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise BadSetting(f"{name}={value!r}: should be 1 or 0")


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number within bounds."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise BadSetting(f"{name}={value!r}: should be a whole number") from None
    if number < least or (most is not None and number > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise BadSetting(f"{name}={number}: should be {bounds}")
    return number


def choice(name: str, choices: Collection[str], default: str) -> str:
    """Return one of a few words."""
    value = text(name, default)
    if value not in choices:
        raise BadSetting(f"{name}={value!r}: should be one of {', '.join(choices)}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def home() -> Path:
    """Return HUIYIN_HOME, the folder of the embedded database and the stored files."""
    return Path(text("HUIYIN_HOME", ".huiyin")).expanduser().absolute()
