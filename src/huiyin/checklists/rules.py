"""What an item of a checklist is, which marks it takes, what fails and what is late: pure rules.

A template is a TOML document of a ``title`` and ``[[item]]`` tables; a version keeps the same items
as a list of objects (:func:`to_data`, :func:`from_data`).
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from huiyin.kernel.caller import POSTS
from huiyin.kernel.clock import BadMoment, parse

KINDS: Final = ("tick", "number", "choice", "text", "photo", "signature", "person_time")
MOST_ITEMS: Final = 60
MOST_PHOTOS: Final = 9  # of one mark
LONGEST_TITLE: Final = 80
LONGEST_HINT: Final = 200
LONGEST_WORD: Final = 30  # an option, a group, a unit
LONGEST_TEXT: Final = 1000
LONGEST_NAME: Final = 40
MOST_OPTIONS: Final = 20
MOST_MINUTES: Final = 7 * 24 * 60
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_MATTER_KIND = re.compile(r"[a-z_]+(\.[a-z_]+)*")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist: what is asked, how it is answered, what a bad answer brings about.

    ``least`` and ``most`` are decimal numbers as text. ``raises`` names the kind of matter that a
    failed item becomes, ``minutes`` the time allowed since the run started, ``who`` the post that
    does it, ``group`` the heading under which it stands.
    """

    key: str
    title: str
    kind: str = "tick"
    required: bool = True
    hint: str = ""
    unit: str = ""
    least: str = ""
    most: str = ""
    options: tuple[str, ...] = ()
    bad_options: tuple[str, ...] = ()
    raises: str = ""
    minutes: int | None = None
    who: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A checklist as it is shipped or written: its code, its name and its items."""

    code: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: in which item (counted from 1; 0 is the whole list), under which key, what."""

    item: int
    key: str
    code: str
    value: str = ""


class BrokenTemplate(ValueError):
    """A template that cannot be used, with every mistake in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"item {p.item}, {p.key}: {p.code}" for p in problems))
        self.problems = tuple(problems)


class BadValue(ValueError):
    """A mark that the item does not take; ``code`` says why, ``limit`` how much it would take."""

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


# -- templates


def read_template(text: str, *, code: str = "", title: str = "") -> Template:
    """Read a TOML document of ``title`` and ``[[item]]`` tables; raise BrokenTemplate.

    A ``code`` or ``title`` given counts before what the document says of itself.
    """
    try:
        document = tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise BrokenTemplate([Problem(0, "", "syntax", str(error))]) from None
    problems = [
        Problem(0, key, "unknown_key") for key in sorted({*document} - {"code", "title", "item"})
    ]
    code, title = code or document.get("code", ""), title or document.get("title", "")
    if not isinstance(code, str) or not is_code(code):
        problems.append(Problem(0, "code", "bad_code", str(code)))
    if not isinstance(title, str) or not 0 < len(title.strip()) <= LONGEST_TITLE:
        problems.append(Problem(0, "title", "bad_title"))
    rows = document.get("item", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BrokenTemplate([*problems, Problem(0, "item", "wrong_type")])
    problems += problems_of(rows)
    if problems:
        raise BrokenTemplate(problems)
    return Template(code, title.strip(), tuple(_item(row) for row in rows))


def is_code(text: str) -> bool:
    """Tell whether a template may be called so: ``visit.home``."""
    return len(text) <= LONGEST_NAME and _CODE.fullmatch(text) is not None


def problems_of(rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Return every mistake in items as they were written, in order."""
    found: list[Problem] = []
    if not rows:
        found.append(Problem(0, "item", "no_items"))
    if len(rows) > MOST_ITEMS:
        found.append(Problem(0, "item", "too_many_items", str(MOST_ITEMS)))
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        wrong = list(_wrong_in(row))
        if not wrong and row["key"] in seen:
            wrong = [("key", "twice", row["key"])]
        if isinstance(row.get("key"), str):
            seen.add(row["key"])
        found += [Problem(number, key, code, value) for key, code, value in wrong]
    return found


def from_data(rows: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return the items that a version keeps."""
    return tuple(_item(row) for row in rows)


def to_data(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return the items as a version keeps them: what is as usual is left out."""
    return [
        {
            one.name: list(value) if isinstance(value, tuple) else value
            for one in fields(Item)
            if (value := getattr(item, one.name)) != one.default or one.default is MISSING
        }
        for item in items
    ]


def write_template(title: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Write a TOML document that :func:`read_template` reads back, be it right or wrong."""
    lines = [f"title = {_toml(title)}"]
    for row in rows:
        lines += ["", "[[item]]", *(f"{key} = {_toml(value)}" for key, value in row.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Write a text, number, truth or list of texts: their JSON is TOML as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _item(row: Mapping[str, Any]) -> Item:
    values: dict[str, Any] = {
        key: value.strip() if isinstance(value, str) else value for key, value in row.items()
    }
    values |= {key: tuple(row.get(key, ())) for key in ("options", "bad_options")}
    return Item(**values)


_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {one.name: str for one in fields(Item)} | {
    "required": bool,
    "options": list,
    "bad_options": list,
    "minutes": int,
}
_LONGEST: Final = {
    "title": LONGEST_TITLE,
    "hint": LONGEST_HINT,
    "unit": LONGEST_WORD,
    "group": LONGEST_WORD,
}


def _wrong_in(row: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Yield the mistakes of one item as (key, problem, value)."""
    mistyped = list(_mistyped(row))
    yield from mistyped
    if mistyped:
        return
    yield from _wrong_words(row)
    if row.get("kind", "tick") == "number":
        yield from _wrong_range(row.get("least", ""), row.get("most", ""))
    if row.get("kind") == "choice":
        yield from _wrong_options(row.get("options", []), row.get("bad_options", []))


def _mistyped(row: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    for key in ("key", "title"):
        if key not in row or (isinstance(row[key], str) and not row[key].strip()):
            yield key, "missing", ""
    for key, value in row.items():
        kind = _TYPES.get(key)
        if kind is None:
            yield key, "unknown_key", ""
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            yield key, "wrong_type", ""
        elif isinstance(value, list) and not all(_is_word(one) for one in value):
            yield key, "bad_option", ""
        elif isinstance(value, str) and "\0" in value:
            yield key, "wrong_type", ""


def _is_word(option: object) -> bool:
    return isinstance(option, str) and 0 < len(option.strip()) <= LONGEST_WORD


def _wrong_words(row: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    if not _KEY.fullmatch(row["key"]):
        yield "key", "bad_key", row["key"]
    for key, most in _LONGEST.items():
        if len(row.get(key, "").strip()) > most:
            yield key, "too_long", str(most)
    if row.get("kind", "tick") not in KINDS:
        yield "kind", "unknown_kind", row["kind"]
    if row.get("who") and row["who"] not in POSTS:
        yield "who", "unknown_post", row["who"]
    if row.get("raises") and not _MATTER_KIND.fullmatch(row["raises"]):
        yield "raises", "unknown_matter", row["raises"]
    if "minutes" in row and not 0 <= row["minutes"] <= MOST_MINUTES:
        yield "minutes", "bad_minutes", str(row["minutes"])


def _wrong_range(least: str, most: str) -> Iterable[tuple[str, str, str]]:
    for key, text in (("least", least), ("most", most)):
        if text.strip() and not _NUMBER.fullmatch(text.strip()):
            yield key, "bad_number", text
            return
    if least.strip() and most.strip() and Decimal(least) > Decimal(most):
        yield "most", "empty_range", ""


def _wrong_options(options: list[str], bad: list[str]) -> Iterable[tuple[str, str, str]]:
    if len(options) < 2:  # noqa: PLR2004 - one is no choice
        yield "options", "too_few_options", ""
    if len(options) > MOST_OPTIONS:
        yield "options", "too_many_options", str(MOST_OPTIONS)
    if len(set(options)) < len(options):
        yield "options", "twice", ""
    for one in bad:
        if one not in options:
            yield "bad_options", "unknown_option", one


# -- marks


def checked(item: Item, value: object) -> Any:
    """Return the value of a mark as it is kept, or raise BadValue.

    tick: true or false. number: "12.5". choice: an option. text: "…". photo: {"files": [ids]}.
    signature: {"file": id, "name": "…"}. person_time: {"name": "…", "at": moment}.
    """
    match item.kind, value:
        case "tick", bool():
            return value
        case "number", str() if _NUMBER.fullmatch(value.strip()):
            return value.strip()
        case "choice", str() if value in item.options:
            return value
        case "text", str():
            return _words(value, LONGEST_TEXT)
        case "photo" | "signature" | "person_time", dict():
            return _composed(item.kind, value)
    raise BadValue(f"bad_{item.kind}")


def _composed(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    match kind, value:
        case "photo", {"files": list(ids), **rest} if not rest and _are_ids(ids):
            if len(ids) > MOST_PHOTOS:
                raise BadValue("too_many_photos", MOST_PHOTOS)
            return {"files": list(dict.fromkeys(ids))}
        case "signature", {"file": file, "name": str(name), **rest} if not rest and _are_ids(
            [file]
        ):
            return {"file": file, "name": _words(name, LONGEST_NAME)}
        case "person_time", {"name": str(name), "at": str(at), **rest} if not rest:
            return {"name": _words(name, LONGEST_NAME), "at": _moment(at).isoformat()}
    raise BadValue(f"bad_{kind}")


def _are_ids(ids: list[Any]) -> bool:
    return bool(ids) and all(type(one) is int and 0 < one < 2**63 for one in ids)


def _words(text: str, most: int) -> str:
    text = text.strip()
    if not text or "\0" in text:
        raise BadValue("empty")
    if len(text) > most:
        raise BadValue("too_long", most)
    return text


def _moment(text: str) -> datetime:
    try:
        return parse(text)
    except BadMoment as error:
        raise BadValue("bad_person_time") from error


def files_in(value: object) -> tuple[int, ...]:
    """Return the ids of the files that a value checked before names."""
    if not isinstance(value, dict):
        return ()
    return tuple(value.get("files", ())) or ((value["file"],) if "file" in value else ())


def failed(item: Item, value: object) -> bool:
    """Tell whether a value checked before is a bad answer: not done, out of range, a bad option."""
    if item.kind == "number":
        number = Decimal(str(value))
        too_low = bool(item.least) and number < Decimal(item.least)
        return too_low or (bool(item.most) and number > Decimal(item.most))
    if item.kind == "choice":
        return value in item.bad_options
    return item.kind == "tick" and value is False


# -- runs


def missing(items: Iterable[Item], marked: Iterable[str]) -> tuple[Item, ...]:
    """Return the required items that nobody marked yet."""
    done = set(marked)
    return tuple(item for item in items if item.required and item.key not in done)


def percent(items: Sequence[Item], marked: Iterable[str]) -> int:
    """Return how much of a run is marked; 100 only when every item is."""
    done = set(marked)
    return 100 * sum(item.key in done for item in items) // max(len(items), 1)


def due_at(item: Item, started_at: datetime) -> datetime | None:
    """Return until when an item is to be done, if it says so."""
    return None if item.minutes is None else started_at + timedelta(minutes=item.minutes)


def is_late(due: datetime | None, done_at: datetime | None, now: datetime) -> bool:
    """Tell whether an item was done after its time, or is not done and its time is over."""
    return due is not None and (done_at or now) > due
