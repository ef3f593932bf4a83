"""Reading TOML so that every problem can name its line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from huiyin.kernel.calendar import Hours, check_hours
from huiyin.kernel.limits import BadLimit, Elapsed, Limit, parse_limit

T = TypeVar("T")
Path: TypeAlias = tuple[str | int, ...]

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "syntax": ("TOML 语法错误:{detail}", "not valid TOML: {detail}"),
    "missing_key": ("缺少必填项", "this key is required"),
    "unknown_key": ("没有这个项目", "no such key"),
    "wrong_type": ("类型不对,应为{expected}", "wrong type, expected {expected}"),
    "empty_text": ("不能为空", "must not be empty"),
    "bad_time": ("“{value}”不是时刻,应写作 18:00", "{value!r} is not a time of day like 18:00"),
    "bad_hours": (
        "“{value}”不是营业时段,应写作 09:00-18:00,且不得重叠",
        "{value!r} are not opening hours like 09:00-18:00, in order and without overlap",
    ),
    "bad_shifts": (
        "“{value}”不是班次,应写作 07:00-15:00,跨夜写作 23:00-07:00",
        "{value!r} are not shifts like 07:00-15:00, or 23:00-07:00 past midnight",
    ),
    "never_open": ("一周七天都不营业,工作日无从算起", "no day of the week is open"),
    "bad_number": ("“{value}”不是数字", "{value!r} is not a number"),
    "out_of_range": ("{value} 超出允许范围", "{value} is out of range"),
    "bad_limit": ("“{value}”不是时限:{why}", "{value!r} is not a time limit: {why}"),
    "bad_rule": (
        "“{value}”不是规则编号,应写作 CMP-01",
        "{value!r} is not a rule ID like CMP-01",
    ),
    "bad_id": ("“{value}”不是合法编号", "{value!r} is not a valid id"),
    "bad_kind": ("“{value}”不是事项类别", "{value!r} is not a kind of matter"),
    "unknown_code": ("没有“{value}”这种承诺", "no such promise code: {value!r}"),
    "unknown_event": ("没有“{value}”这种事件", "no such event: {value!r}"),
    "unknown_post": ("没有“{value}”这个岗位", "no such post: {value!r}"),
    "unknown_role": ("没有“{value}”这个岗位或角色", "no such post or role: {value!r}"),
    "unknown_profile": ("没有“{value}”这套标准", "no such profile: {value!r}"),
    "unknown_choice": ("“{value}”不在可选范围内", "{value!r} is not one of the choices"),
    "duplicate_id": ("编号“{value}”重复", "the id {value!r} is used twice"),
    "nothing_to_drop": ("没有“{value}”可删", "there is no {value!r} to drop"),
    "never_started": ("没有任何事件会启动它", "no event ever starts it"),
    "never_kept": ("没有任何事件能兑现它", "no event can ever keep it"),
    "endless": ("循环时限没有写明到何时为止", "it repeats without an end: say until when"),
    "cannot_pause": (
        "只有办结时限可以暂停,循环的和答应业主的不可以",
        "only a finish clock may pause, and none that repeats or was promised to the owner",
    ),
    "promised_only": (
        "“as promised”只能由 promised 事件启动",
        "'as promised' can only be started by the event 'promised'",
    ),
    "empty_ladder": ("升级阶梯为空", "the ladder has no rung"),
    "bad_rung": ("“{value}”不是升级时点", "{value!r} is not a moment on a ladder"),
}

LIMIT_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "empty": ("为空", "it is empty"),
    "unknown": (
        "应写作 10m、24h、same day、3d、2wd、every 7d until finished",
        "write it like 10m, 24h, same day, 3d, 2wd or every 7d until finished",
    ),
    "zero": ("不能为零", "it must not be zero"),
    "too_long": ("超过十年", "it is longer than ten years"),
    "cannot_repeat": ("这种时限不能循环", "this limit cannot repeat"),
}


class BrokenStandard(ValueError):
    """A document that cannot be used: the line, the key, and what is wrong there."""

    def __init__(self, line: int, key: str, problem: str, **params: str) -> None:
        self.line = line
        self.key = key
        self.problem = problem
        self.params: dict[str, str] = params
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str) -> str:
        """Say it in Chinese or English."""
        column = 0 if lang.startswith("zh") else 1
        params = dict(self.params)
        if self.problem == "bad_limit":
            params["why"] = LIMIT_REASONS[params["why"]][column]
        said = SENTENCES[self.problem][column].format(**params)
        where = ("第 {} 行,{}:{}", "line {}, {}: {}")[column]
        return where.format(self.line, self.key or "-", said)


_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_TOKEN = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|#.*|[\[\]{}]''')


def _parts(dotted: str) -> Path:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def find_lines(text: str) -> dict[Path, int]:
    """Map every table and key of a TOML text to its line; ``[[x]]`` tables are counted from 0."""
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if depth == 0 and not quote:
            if header := _HEADER.match(line):
                table = _parts(header[2])
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                lines.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                lines.setdefault((*table, *_parts(key[1])), number)
        depth, quote = _scan(line, depth, quote)
    return lines


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Follow brackets and long strings over one line: how deep we are, and inside which quotes."""
    position = 0
    while position < len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                break
            position, quote = end + len(quote), ""
        elif token := _TOKEN.search(line, position):
            position = token.end()
            if token[0] in {'"""', "'''"}:
                quote = token[0]
            depth += (token[0] in {"[", "{"}) - (token[0] in {"]", "}"})
        else:
            break
    return depth, quote


def read_toml(text: str) -> Table:
    """Read a whole document, or raise BrokenStandard where its syntax fails."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond all reason
        found = re.search(r"at line (\d+)", str(error))
        lines = text.splitlines() or [""]
        number = int(found[1]) if found else len(lines)
        key = _KEY.match(lines[min(number, len(lines)) - 1])
        raise BrokenStandard(number, key[1] if key else "", "syntax", detail=str(error)) from None
    return Table(values, find_lines(text))


class Required:
    """Marks a key that has no default."""


REQUIRED: Final = Required()


@dataclass
class Table:
    """One table of the document; every key is taken once, what is left over is unknown."""

    values: dict[str, Any]
    lines: Mapping[Path, int]
    path: Path = ()
    name: str = ""
    """How people call this table: ``clause[complaint.assign]``."""
    taken: set[str] = field(default_factory=set)

    def broken(self, key: str, problem: str, **params: str) -> BrokenStandard:
        """Describe a problem with one key of this table."""
        path: Path = (*self.path, key)
        while path not in self.lines:
            path = path[:-1]
        name = ".".join(part for part in (self.name, key) if part)
        return BrokenStandard(self.lines[path], name, problem, **params)

    def take(self, key: str, kind: type[T], default: T | Required, expected: str) -> T:
        """Take a value of that type, or the default when the key is not there."""
        self.taken.add(key)
        if key not in self.values:
            if isinstance(default, Required):
                raise self.broken(key, "missing_key")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.broken(key, "wrong_type", expected=expected)
        return value

    def has(self, key: str) -> bool:
        """Tell whether the document says anything about this key."""
        return key in self.values

    def text(
        self,
        key: str,
        default: str | Required = REQUIRED,
        *,
        check: Callable[[str], str] | None = None,
    ) -> str:
        """Take a text; ``check`` names what is wrong with it, or nothing."""
        value = self.take(key, str, default, "text")
        if not value.strip():
            raise self.broken(key, "empty_text")
        if check and (problem := check(value)):
            raise self.broken(key, problem, value=value)
        return value

    def texts(
        self,
        key: str,
        default: tuple[str, ...] | Required = REQUIRED,
        *,
        known: Collection[str] = (),
        problem: str = "unknown_choice",
    ) -> tuple[str, ...]:
        """Take a list of texts, each one of the known ones if there are any."""
        listed: Any = default if isinstance(default, Required) else list(default)
        values = self.take(key, list, listed, "list of texts")
        for value in values:
            if not isinstance(value, str):
                raise self.broken(key, "wrong_type", expected="list of texts")
            if known and value not in known:
                raise self.broken(key, problem, value=value)
        return tuple(values)

    def flag(self, key: str, default: bool) -> bool:
        """Take true or false."""
        return self.take(key, bool, default, "true / false")

    def whole(self, key: str, default: int | Required = REQUIRED, *, least: int = 1) -> int:
        """Take a whole number."""
        value = self.take(key, int, default, "whole number")
        if value < least:
            raise self.broken(key, "out_of_range", value=str(value))
        return value

    def number(self, key: str, default: Decimal | Required = REQUIRED) -> Decimal:
        """Take an exact number: 0.96, 1, or "0.96"."""
        value: Any = self.take(key, object, default, "number")
        if not isinstance(value, str | int | Decimal):
            raise self.broken(key, "wrong_type", expected="number")
        try:
            number = Decimal(value)
        except ArithmeticError:
            raise self.broken(key, "bad_number", value=str(value)) from None
        if not number.is_finite():
            raise self.broken(key, "bad_number", value=str(value))
        return number

    def clock(self, key: str, default: time | Required = REQUIRED) -> time:
        """Take a time of day: "18:00"."""
        if not self.has(key) and not isinstance(default, Required):
            return default
        value = self.text(key)
        try:
            return _clock(value)
        except ValueError:
            raise self.broken(key, "bad_time", value=value) from None

    def hours(self, key: str, default: Hours) -> Hours:
        """Take the opening hours of a day: ["09:00-12:00", "14:00-18:00"]."""
        if not self.has(key):
            return default
        values = self.texts(key)
        try:
            hours = tuple(_span(value) for value in values)
            check_hours(hours)
        except ValueError:
            raise self.broken(key, "bad_hours", value=", ".join(values)) from None
        return hours

    def shifts(
        self, key: str, default: tuple[tuple[time, time], ...]
    ) -> tuple[tuple[time, time], ...]:
        """Take the shifts of a day, which may pass midnight: ["07:00-15:00", "23:00-07:00"]."""
        if not self.has(key):
            return default
        values = self.texts(key)
        try:
            shifts = tuple(_span(value) for value in values)
        except ValueError:
            raise self.broken(key, "bad_shifts", value=", ".join(values)) from None
        if not shifts or any(begins == ends for begins, ends in shifts):
            raise self.broken(key, "bad_shifts", value=", ".join(values))
        return shifts

    def span(self, key: str, default: timedelta) -> timedelta:
        """Take a length of elapsed time: "10m", "24h"."""
        if not self.has(key):
            return default
        limit = self.limit(key)
        if not isinstance(limit, Elapsed):
            raise self.broken(key, "bad_limit", value=str(limit), why="unknown")
        return timedelta(seconds=limit.seconds)

    def limit(self, key: str, default: Limit | Required = REQUIRED) -> Limit:
        """Take a time limit."""
        if not self.has(key) and not isinstance(default, Required):
            return default
        value = self.take(key, str, REQUIRED, "text")
        try:
            return parse_limit(value)
        except BadLimit as bad:
            raise self.broken(key, "bad_limit", value=value, why=bad.code) from None

    def table(self, key: str) -> Table:
        """Take a table below this one; an empty one if it is not there."""
        values = self.take(key, dict, {}, "table")
        return Table(values, self.lines, (*self.path, key), key)

    def tables(self, key: str, *, named_by: str) -> list[Table]:
        """Take a list of tables: ``[[clause]]``."""
        tables = []
        for index, values in enumerate(self.take(key, list, [], "list of tables")):
            if not isinstance(values, dict):
                raise self.broken(key, "wrong_type", expected="list of tables")
            name = f"{key}[{values.get(named_by, index + 1)}]"
            tables.append(Table(values, self.lines, (*self.path, key, index), name))
        return tables

    def inline_tables(self, key: str) -> list[Table]:
        """Take a list of inline tables; problems inside it are told at the line of its key."""
        tables = []
        for index, values in enumerate(self.take(key, list, REQUIRED, "list of tables"), 1):
            if not isinstance(values, dict):
                raise self.broken(key, "wrong_type", expected="list of tables")
            name = ".".join(part for part in (self.name, f"{key}[{index}]") if part)
            tables.append(Table(values, self.lines, (*self.path, key), name))
        return tables

    def done(self) -> None:
        """Refuse whatever nobody asked for."""
        for key in self.values:
            if key not in self.taken:
                raise self.broken(key, "unknown_key")


def _clock(text: str) -> time:
    if not re.fullmatch(r"\d\d:\d\d", text):
        raise ValueError(text)
    return time.fromisoformat("00:00" if text == "24:00" else text)


def _span(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    return _clock(opens.strip()), _clock(closes.strip())
