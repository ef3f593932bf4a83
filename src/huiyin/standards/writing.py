"""Writing a service standard back as a TOML document that stands on its own.

A stored version extends nothing: it must mean the same for ever, whatever becomes of the profile.
"""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import time, timedelta

from huiyin.kernel.calendar import Hours
from huiyin.kernel.limits import Elapsed
from huiyin.standards.document import WEEKDAYS, Clause, Rung, Standard, Target


def write(standard: Standard) -> str:
    """Write the whole standard; reading it back gives an equal one."""
    return "\n".join(_lines(standard)) + "\n"


def _lines(standard: Standard) -> Iterator[str]:
    yield f"profile = {text(standard.profile)}"
    yield f"title = {text(standard.title)}"
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
    yield f"max_pause = {text(str(standard.max_pause))}"
    yield ""
    yield "[desk]"
    yield f"call_rings = {standard.desk.call_rings}"
    yield f"shifts = {_hours(standard.desk.shifts)}"
    yield f"stalled_after = {_span(standard.desk.stalled_after)}"
    yield f"nudge_every = {_span(standard.desk.nudge_every)}"
    yield ""
    yield "[field]"
    yield f"late_facts = {_span(standard.field.late_facts)}"
    yield f"clock_tolerance = {_span(standard.field.clock_tolerance)}"
    yield ""
    yield "[owners]"
    yield f"chase_every = {_span(standard.owners.chase_every)}"
    yield ""
    yield "[notices]"
    yield f"open_hours = {_hours(standard.notices.open_hours)}"
    yield f"bundle_within = {_span(standard.notices.bundle_within)}"
    yield f"hourly_most = {standard.notices.hourly_most}"
    yield f"daily_most = {standard.notices.daily_most}"
    yield f"greeted_festivals = {texts(standard.notices.greeted_festivals)}"
    yield f"read_within = {_span(standard.notices.read_within)}"
    yield ""
    yield "[billing]"
    yield f"deviation = {standard.billing.deviation}"
    yield f"unusual = {standard.billing.unusual}"
    yield f"reading_factor = {standard.billing.reading_factor}"
    yield f"reading_early = {standard.billing.reading_early}"
    yield f"reading_late = {standard.billing.reading_late}"
    yield f"notice_before_due = {standard.billing.notice_before_due}"
    yield f"notice_before_debit = {standard.billing.notice_before_debit}"
    yield ""
    yield "[assignment]"
    for pattern, posts in standard.assignment.items():
        yield f"{text(pattern)} = {texts(posts)}"
    for clause in standard.clauses:
        yield from _clause(clause)
    for target in standard.targets:
        yield from _target(target)


def _clause(clause: Clause) -> Iterator[str]:
    yield ""
    yield "[[clause]]"
    for key in ("id", "code", "rule", "title", "source"):
        yield f"{key} = {text(getattr(clause, key))}"
    yield f"kinds = {texts(clause.kinds)}"
    if clause.not_kinds:
        yield f"not_kinds = {texts(clause.not_kinds)}"
    if clause.important is not None:
        yield f"important = {_flag(clause.important)}"
    yield f"starts = {texts(clause.starts)}"
    yield f"kept_by = {texts(clause.kept_by)}"
    if clause.by:
        yield f"by = {texts(clause.by)}"
    yield f"limit = {text(str(clause.limit))}"
    for one in fields(clause):
        if one.default is False and getattr(clause, one.name):
            yield f"{one.name} = true"
    yield f"ladder = {_ladder(clause.ladder)}"


def _target(target: Target) -> Iterator[str]:
    yield ""
    yield "[[target]]"
    for key in ("code", "rule", "title", "source"):
        yield f"{key} = {text(getattr(target, key))}"
    yield f'value = "{target.value}"'
    yield f"unit = {text(target.unit)}"
    yield f"comparison = {text(target.comparison)}"


def text(value: str) -> str:
    """Write a text as TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def texts(values: tuple[str, ...]) -> str:
    """Write a list of texts as TOML."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def _flag(flag: bool) -> str:
    return "true" if flag else "false"


def _clock(clock: time) -> str:
    return f'"{clock:%H:%M}"'


def _hours(hours: Hours) -> str:
    return texts(tuple(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours))


def _span(length: timedelta) -> str:
    return text(str(Elapsed(int(length.total_seconds()))))


def _ladder(ladder: tuple[Rung, ...]) -> str:
    rungs = (f"{{ at = {text(str(rung.at))}, to = {texts(rung.to)} }}" for rung in ladder)
    return "[" + ", ".join(rungs) + "]"
