"""Pure decisions about versions and hours: nothing here knows the database."""

from collections.abc import Mapping, Sequence
from typing import Literal

from huiyin.kernel.calendar import Hours
from huiyin.standards.document import Standard, parse
from huiyin.standards.reading import BrokenStandard, Table
from huiyin.standards.writing import text, texts


def read_hours(spans: Sequence[str]) -> Hours:
    """Read opening hours such as ``["09:00-12:00"]``; raise BrokenStandard when they are not."""
    return Table({"spans": list(spans)}, {(): 1}).hours("spans", ())


def problem(broken: BrokenStandard, lang: str) -> str:
    """Say what is wrong without saying where."""
    key = broken.key or "-"
    chinese = f"第 {broken.line} 行,{key}:"
    return broken.sentence(lang).removeprefix(chinese).removeprefix(f"line {broken.line}, {key}: ")


Change = Mapping[str, str | bool | Sequence[str] | Sequence[tuple[str, Sequence[str]]]]
"""Keys of a clause or target with their new values, a ladder as pairs of moment and roles."""


def overlay(table: str, named_by: str, name: str, change: Change) -> str:
    """Write a change of one clause or target as a document to lay over a standard."""
    lines = [f"[[{table}]]", f"{named_by} = {text(name)}"]
    lines += [f"{key} = {_value(key, value)}" for key, value in change.items()]
    return "\n".join(lines) + "\n"


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if not isinstance(value, Sequence):
        raise TypeError(key)
    if key == "ladder":
        rungs = (f"{{ at = {text(at)}, to = {texts(tuple(to))} }}" for at, to in value)
        return "[" + ", ".join(rungs) + "]"
    return texts(tuple(value))


def carried(
    standard: Standard, planned: Standard, table: Literal["clause", "target"], name: str
) -> bool:
    """Tell whether a change made now belongs into a version planned for later as well.

    It does unless the plan itself changes that clause or target: what was planned stays planned.
    """
    if table == "clause":
        return standard.clause(name) == planned.clause(name)
    return standard.target(name) == planned.target(name)


def laid_over(standard: Standard, document: str) -> Standard:
    """Return the standard with a document laid over it; raise BrokenStandard when it is broken."""
    return parse(document, base=standard)
