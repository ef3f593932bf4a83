"""Items of a template as rows of a form: typed, moved, added, and written down as TOML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from huiyin.checklists import rules, titles
from huiyin.checklists.rules import MOST_ITEMS, Item, Problem

WORDS = ("key", "title", "kind", "hint", "unit", "least", "most", "raises", "who", "group")
LISTS = ("options", "bad_options")
FIELDS = (*WORDS, *LISTS, "minutes", "required")
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One item as it stands in the form; every value as it was typed."""

    values: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    number: int = 0

    @property
    def is_more(self) -> bool:
        """Tell whether one of the rarer settings is used, or wrong."""
        rare = ("hint", "group", "minutes", "who", "raises")
        return any(self.values.get(name) or self.errors.get(name) for name in rare)


def rows_of(items: Iterable[Item]) -> list[Row]:
    """Return the rows of a template as it is."""
    return [Row(_typed(item)) for item in items]


def _typed(item: Item) -> dict[str, str]:
    words = {name: getattr(item, name) for name in WORDS}
    lists = {name: "\n".join(getattr(item, name)) for name in LISTS}
    minutes = "" if item.minutes is None else str(item.minutes)
    return {**words, **lists, "minutes": minutes, "required": "1" if item.required else ""}


def read_rows(sent: Mapping[str, str]) -> list[Row]:
    """Return the rows that were sent, in order: ``item-0-title``, ``item-0-kind``, …"""
    count = sent.get("count", "0")
    most = min(int(count), MOST_ITEMS) if count.isascii() and count.isdigit() else 0
    return [
        Row({name: sent.get(f"item-{number}-{name}", "") for name in FIELDS})
        for number in range(most)
    ]


def change(rows: Sequence[Row], act: str) -> list[Row]:
    """Return the rows after a button: ``add``, ``remove-2``, ``up-2``, ``down-2``."""
    verb, _dash, place = act.partition("-")
    changed = list(rows)
    if verb == "add" and len(rows) < MOST_ITEMS:
        return [*changed, Row({"key": _new_key(rows), "kind": "tick", "required": "1"})]
    number = int(place) if place.isascii() and place.isdigit() and len(place) < DIGITS else -1
    if not 0 <= number < len(rows):
        return changed
    if verb == "remove":
        del changed[number]
    other = {"up": number - 1, "down": number + 1}.get(verb, -1)
    if 0 <= other < len(rows):
        changed[number], changed[other] = changed[other], changed[number]
    return changed


def _new_key(rows: Sequence[Row]) -> str:
    """Return a key that no item of the list has; people never see it."""
    used = {row.values.get("key") for row in rows}
    return next(key for n in range(1, len(rows) + 2) if (key := f"item_{n}") not in used)


def to_items(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the rows as items are written in TOML; what makes no sense is left for the rules."""
    return [_item(row.values) for row in rows]


def _item(typed: Mapping[str, str]) -> dict[str, Any]:
    kind = typed.get("kind", "")
    item: dict[str, Any] = {
        name: text for name in WORDS if (text := typed.get(name, "").strip()) or name == "title"
    }
    item["required"] = bool(typed.get("required"))
    if kind != "number":
        for name in ("unit", "least", "most"):
            item.pop(name, None)
    if kind == "choice":
        for name in LISTS:
            lines = (one.strip() for one in typed.get(name, "").splitlines())
            item[name] = [one for one in lines if one]
    minutes = typed.get("minutes", "").strip()
    if minutes:
        whole = minutes.isascii() and minutes.isdigit() and len(minutes) <= DIGITS
        item["minutes"] = int(minutes) if whole else -1
    return item


def judged(rows: Sequence[Row], problems: Iterable[Problem]) -> tuple[list[Row], list[str]]:
    """Return the rows with each mistake beside its field, and what is wrong with the whole."""
    errors: list[dict[str, list[str]]] = [{} for _row in rows]
    whole = []
    for one in problems:
        said = str(titles.PROBLEMS[one.code]) % {"value": one.value}
        if 0 < one.item <= len(rows):
            errors[one.item - 1].setdefault(one.key, []).append(said)
        else:
            whole.append(said)
    return [replace(row, errors=errors[n]) for n, row in enumerate(rows)], whole


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Return the rows with their place in the list."""
    return [replace(row, number=n) for n, row in enumerate(rows)]


def toml(rows: Sequence[Row], title: str) -> str:
    """Write the rows as the document that the checklists read."""
    return rules.write_template(title, to_items(rows))
