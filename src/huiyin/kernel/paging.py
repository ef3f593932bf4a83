"""Pages of a list, walked by a cursor that names the last row seen rather than counting rows."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_MOST_DIGITS = 18
_MOST = 2**63 - 1  # as far as the numbers of a database go


class BadCursor(ValueError):
    """The text is not a cursor that this list gave out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list and the cursor of the rest; ``next`` None means this was the last."""

    items: tuple[T, ...]
    next: str | None = None


def write_cursor(*key: str | int) -> str:
    """Pack the sort key of the last row seen into one opaque word."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    """Unpack a cursor into values of these kinds; raise BadCursor when it is anything else."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = json.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error
    fits = isinstance(key, list) and [type(value) for value in key] == list(kinds)
    if not fits or not all(_storable(value) for value in key):
        raise BadCursor(cursor)
    return tuple(key)


def _storable(value: str | int) -> bool:
    """Tell whether a database could hold it: no NUL, no half of a surrogate pair, 64 bits."""
    if isinstance(value, int):
        return abs(value) <= _MOST
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def is_row_id(text: str) -> bool:
    """Tell whether a text from outside can be the id of a row: plain digits, and not too many."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def page_of(
    rows: Sequence[R], limit: int, make: Callable[[R], T], key: Callable[[R], tuple[str | int, ...]]
) -> Page[T]:
    """Make a page from ``limit + 1`` rows fetched: the extra row only proves that more follow."""
    shown = rows[:limit]
    more = len(rows) > limit and bool(shown)
    return Page(tuple(make(row) for row in shown), write_cursor(*key(shown[-1])) if more else None)
