"""What a correction may say: pure decisions (CMP-05, CMP-11)."""

from collections.abc import Iterable

SHORTEST_NAME = 2


def tells_who(text: str, names: Iterable[str]) -> str:
    """Return the first of the names, phones or house numbers that the text gives away, or nothing.

    What an employee is told to correct must not say who complained.
    """
    said = "".join(text.split())
    for name in names:
        plain = "".join(name.split())
        if len(plain) >= SHORTEST_NAME and plain in said:
            return name
    return ""
