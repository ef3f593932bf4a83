"""Templates: what is said, in three languages, with values filled in and rules kept (NOT-01).

``{name}`` stands for a value; a part in ``[...]`` is left out when a value in it is empty. Pure;
what is shipped lies in ``templates/``, a community's own wording in ``models.TemplateVersion``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from huiyin.notices.rules import CATEGORIES, LANGUAGES

SOURCE: Final = "zh-hans"
"""The language that every template has; the others fall back to it."""
BUILT_IN: Final = {"community": 20, "desk": 20}
"""Values that every template knows: the name of the community and the telephone of its desk."""
PART_SINGLE, PART_MANY = 70, 67
"""Signs of one short message, and of each part of a longer one."""
MOST_PARTS: Final = 3
LONGEST_SUBJECT, LONGEST_TEXT = 60, 1000
_FILES: Final = ("matter", "notice", "bill", "greeting", "account")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_STOPPED = re.compile(r"\{([^{}]*)\}([。.]?)")
_STOPS: Final = ("。", ".", "!", "?", "\uff01", "\uff1f")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_BARE = re.compile(r"[{}\[\]]")
_NAME = re.compile(r"[a-z][a-z_]{0,29}")
_SAMPLES: Final = {
    "community": "阳光花园",
    "desk": "0755-26001234",
    "number": "YG-20260316-0001",
    "kind": "室内维修",
    "text": "厨房水管漏水",
    "who": "许师傅",
    "phone": "0755-26001234",
    "due": "3月16日 18:00",
    "result": "已更换软管,试水不漏",
    "count": "3",
    "title": "外墙清洗通知",
    "from": "3月18日 9:00",
    "until": "3月18日 17:00",
    "area": "3栋、5栋",
    "line": "10千伏阳光线",
    "lifts": "各留一部应急运行",
    "precautions": "请关闭电器,勿乘电梯。",
    "name": "王丽",
    "festival": "中秋节",
    "code": "123456",
    "house": "3栋1单元1201",
    "period": "2026年第二季度",
    "amount": "1,234.50",
    "balance": "200.00",
    "open": "34.50",
    "day": "4月10日",
}


@dataclass(frozen=True, slots=True)
class Text:
    """What is said in one language; ``short`` is the short message without its signature."""

    subject: str
    text: str
    short: str


@dataclass(frozen=True, slots=True)
class Template:
    """What may be said on an occasion: which values there are, how long each may be, the words."""

    code: str
    category: str
    title: str
    variables: Mapping[str, int]
    required: frozenset[str]
    texts: Mapping[str, Text]
    vendor_ids: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> Text:
        """Return the words in a language, or in the source language where it has none."""
        return self.texts.get(language) or self.texts[SOURCE]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a wording cannot be used: a code of titles.FAULTS, where, and what it is about."""

    code: str
    language: str
    part: str
    what: str = ""


class BadValues(ValueError):
    """A telling lacks a value that its template needs, or names a template nobody knows."""


# -- what is shipped


@cache
def shipped() -> Mapping[str, Template]:
    """Read the templates that come with the system, by code."""
    return {one.code: one for name in _FILES for one in _read(_file(name))}


@cache
def refused_words() -> tuple[str, ...]:
    """Read the words that vendors of short messages refuse."""
    return tuple(tomllib.loads(_file("words"))["refused"])


def template(code: str) -> Template:
    """Return a shipped template, or raise BadValues."""
    found = shipped().get(code)
    if found is None:
        raise BadValues(f"no template {code!r}")
    return found


def _file(name: str) -> str:
    path = resources.files("huiyin.notices") / "templates" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def _read(text: str) -> Iterator[Template]:
    for row in tomllib.loads(text)["template"]:
        read = Template(
            code=row["code"],
            category=row["category"],
            title=row["title"],
            variables={**row["variables"], **BUILT_IN},
            required=frozenset(row["required"]),
            texts={language: Text(**row[language]) for language in LANGUAGES if language in row},
        )
        wrong = [*faults(read), *([] if read.category in CATEGORIES else [read.category])]
        if wrong:
            raise BadValues(f"template {read.code}: {wrong}")
        yield read


# -- filling in


def checked_values(code: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values that a template says, cut to their length; raise BadValues if one lacks.

    What the template does not say is not kept: nothing is stored about anybody for no purpose.
    """
    known = template(code)
    missing = [name for name in sorted(known.required) if not values.get(name)]
    if missing:
        raise BadValues(f"{code} needs {', '.join(missing)}")
    return {
        name: cut(str(value), known.variables[name])
        for name, value in values.items()
        if name in known.variables
    }


def cut(text: str, most: int) -> str:
    """Return a text, cut with an ellipsis where it is longer."""
    text = text.strip().replace("\0", "")
    return text if len(text) <= most else f"{text[: most - 1]}…"


def filled(words: str, values: Mapping[str, str]) -> str:
    """Fill values into words; a part in brackets is left out when one of its values is empty.

    A value is put in as it is, whatever signs it holds; where it ends a sentence of its own, the
    stop of the words behind it is left out.
    """
    kept = _OPTIONAL.sub(
        lambda found: found[1] if all(map(values.get, _VARIABLE.findall(found[1]))) else "", words
    )
    return _STOPPED.sub(lambda found: _stopped(values.get(found[1], ""), found[2]), kept).strip()


def _stopped(value: str, stop: str) -> str:
    return value if value.rstrip().endswith(_STOPS) else value + stop


def signed(community: str, short: str) -> str:
    """Return a short message with the signature that vendors demand."""
    return f"【{community}】{short}"


def sms_parts(text: str) -> int:
    """Count the parts of a short message: 70 signs in one, 67 in each of several.

    A sign outside the basic plane, such as most pictures, counts as two.
    """
    signs = len(text.encode("utf-16-le")) // 2
    return 1 if signs <= PART_SINGLE else -(-signs // PART_MANY)


def refused_in(text: str, words: Iterable[str] | None = None) -> str:
    """Return the first word in a text that vendors refuse, or nothing; Latin words as a whole."""
    folded = text.casefold()
    for word in refused_words() if words is None else words:
        found = re.search(rf"\b{re.escape(word)}\b", folded) if word.isascii() else word in folded
        if found:
            return word
    return ""


# -- checking


def faults(one: Template) -> list[Fault]:
    """List what is wrong with a wording, worst values in mind; nothing: it may be used."""
    if SOURCE not in one.texts:
        return [Fault("missing", SOURCE, "text")]
    return [
        fault
        for language, said in one.texts.items()
        for part, words, most in (
            ("subject", said.subject, LONGEST_SUBJECT),
            ("text", said.text, LONGEST_TEXT),
            ("short", said.short, PART_MANY * MOST_PARTS),
        )
        for fault in _faults(one, language, part, words, most)
    ]


def _faults(one: Template, language: str, part: str, words: str, most: int) -> Iterator[Fault]:
    if not words.strip():
        yield Fault("missing", language, part)
    if len(words) > most:
        yield Fault("too_long", language, part, str(most))
    if "\0" in words or _BARE.search(_VARIABLE.sub("", _OPTIONAL.sub(r"\1", words))):
        yield Fault("brackets", language, part)
    names = set(_VARIABLE.findall(words))
    for name in sorted(names - one.variables.keys()):
        yield Fault("unknown", language, part, name[:30])
    if part != "short" or names - one.variables.keys():
        return
    if word := refused_in(words):
        yield Fault("refused", language, part, word)
    longest = {name: "字" * one.variables[name] for name in names}
    parts = sms_parts(signed("字" * BUILT_IN["community"], filled(words, longest)))
    if parts > MOST_PARTS:
        yield Fault("too_many_parts", language, part, str(parts))


def samples(one: Template) -> dict[str, str]:
    """Return a value of each variable to show a wording with."""
    return {name: cut(_SAMPLES.get(name, name), most) for name, most in one.variables.items()}


def read_texts(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Text]:
    """Read texts as they are stored; a language without any word is left out."""
    read = {
        language: Text(**{part: str(raw[language].get(part, "")) for part in _PARTS})
        for language in LANGUAGES
        if language in raw
    }
    return {
        language: said
        for language, said in read.items()
        if said.subject.strip() or said.text.strip() or said.short.strip()
    }


_PARTS = ("subject", "text", "short")
