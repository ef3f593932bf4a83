"""Writing a service standard back as a TOML document that stands on its own.

A stored version extends nothing: it must mean the same for ever, whatever becomes of the profile.
"""

import json
from collections.abc import Iterator
from datetime import time

from huiyin.kernel.calendar import Hours
from huiyin.standards.document import WEEKDAYS, Clause, Rung, Standard, Target


def write(standard: Standard) -> str:
    """Write the whole standard; reading it back gives an equal one."""
    return "\n".join(_lines(standard)) + "\n"


def _lines(standard: Standard) -> Iterator[str]:
    yield f"profile = {_text(standard.profile)}"
    yield f"title = {_text(standard.title)}"
    yield f"ladder = {_ladder(standard.ladder)}"
    yield ""
    yield "[hours]"
    for weekday, key in enumerate(WEEKDAYS):
        yield f"{key} = {_hours(standard.week.get(weekday, ()))}"
    yield f"make_up = {_hours(standard.make_up_hours)}"
    yield ""
    yield "[days]"
    yield f"late_after = {_clock(standard.day_rules.late_after)}"
    yield f"late_until = {_clock(standard.day_rules.late_until)}"
    yield f"morning = {_clock(standard.morning)}"
    yield f"max_pause = {_text(str(standard.max_pause))}"
    yield ""
    yield "[desk]"
    yield f"call_rings = {standard.call_rings}"
    yield ""
    yield "[assignment]"
    for pattern, posts in standard.assignment.items():
        yield f"{_text(pattern)} = {_texts(posts)}"
    for clause in standard.clauses:
        yield from _clause(clause)
    for target in standard.targets:
        yield from _target(target)


def _clause(clause: Clause) -> Iterator[str]:
    yield ""
    yield "[[clause]]"
    for key in ("id", "code", "rule", "title", "source"):
        yield f"{key} = {_text(getattr(clause, key))}"
    yield f"kinds = {_texts(clause.kinds)}"
    if clause.not_kinds:
        yield f"not_kinds = {_texts(clause.not_kinds)}"
    if clause.important is not None:
        yield f"important = {_flag(clause.important)}"
    yield f"starts = {_texts(clause.starts)}"
    yield f"kept_by = {_texts(clause.kept_by)}"
    if clause.by:
        yield f"by = {_texts(clause.by)}"
    yield f"limit = {_text(str(clause.limit))}"
    for key in ("contact", "pausable", "supersedes", "emergency"):
        if getattr(clause, key):
            yield f"{key} = true"
    yield f"ladder = {_ladder(clause.ladder)}"


def _target(target: Target) -> Iterator[str]:
    yield ""
    yield "[[target]]"
    for key in ("code", "rule", "title", "source"):
        yield f"{key} = {_text(getattr(target, key))}"
    yield f'value = "{target.value}"'
    yield f"unit = {_text(target.unit)}"
    yield f"comparison = {_text(target.comparison)}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_text(text) for text in texts) + "]"


def _flag(flag: bool) -> str:
    return "true" if flag else "false"


def _clock(clock: time) -> str:
    return f'"{clock:%H:%M}"'


def _hours(hours: Hours) -> str:
    return _texts(tuple(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours))


def _ladder(ladder: tuple[Rung, ...]) -> str:
    rungs = (f"{{ at = {_text(str(rung.at))}, to = {_texts(rung.to)} }}" for rung in ladder)
    return "[" + ", ".join(rungs) + "]"
