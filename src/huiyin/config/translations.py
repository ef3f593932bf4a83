"""The interface in three languages: gathers the strings, checks that none is left, compiles them.

Strings in code and templates are Simplified Chinese. ``locale/en`` and ``locale/zh_Hant`` translate
them. ``python -m huiyin.config.translations`` with one of

* ``--update``   writes new strings into the catalogues and fills Traditional Chinese by OpenCC,
* ``--check``    fails on an untranslated string, and on Chinese outside gettext in a template,
* ``--compile``  writes the ``.mo`` files, needing nothing but Babel.

No gettext tools are needed: Django turns a template into Python, and Babel reads Python.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1]
LOCALE = SOURCE / "locale"
LANGUAGES = ("en", "zh_Hant")
KEYWORDS = dict.fromkeys(
    (
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
    )
)
HAN = re.compile(r"[\u3400-\u9fff]")
NOT_SHOWN = ("tests", "migrations", "locale", "node_modules", "vendor")


def main(words: list[str] | None = None) -> int:
    """Run one of the three steps; return the exit status."""
    parser = argparse.ArgumentParser(prog="huiyin.config.translations")
    step = parser.add_mutually_exclusive_group(required=True)
    for name in ("update", "check", "compile"):
        step.add_argument(f"--{name}", action="store_true")
    asked = parser.parse_args(words)
    if asked.compile:
        return compile_all()
    return update() if asked.update else check()


def gather() -> Catalog:
    """Collect every string of the interface, with the file it stands in."""
    found = Catalog(locale="zh_Hans")
    for path in _sources("*.py"):
        _collect(found, path, path.read_bytes())
    for path in _sources("*.html", "*.txt"):
        if "templates" in path.parts:
            _collect(found, path, _as_python(path).encode())
    return found


def update() -> int:
    """Bring the catalogues up to the strings of today; keep what is translated."""
    found = gather()
    for language in LANGUAGES:
        catalogue = _read(language)
        for message in list(catalogue):
            if message.id and found.get(message.id, message.context) is None:
                catalogue.delete(message.id, message.context)
        for message in found:
            if message.id and catalogue.get(message.id, message.context) is None:
                catalogue.add(message.id, context=message.context, flags=message.flags)
        if language == "zh_Hant":
            _fill_traditional(catalogue)
        _write(language, catalogue)
        print(f"{language}: {sum(1 for one in catalogue if one.id)} strings")
    return 0


def check() -> int:
    """Name every string that is not translated, and return 1 if there is one."""
    found = gather()
    problems = [*_bare_chinese(), *_hidden_calls()]
    for language in LANGUAGES:
        catalogue = _read(language)
        for message in found:
            if not message.id:
                continue
            translated = catalogue.get(message.id, message.context)
            if translated is None or not _is_whole(translated):
                problems.append(f"{language}: not translated: {_text(message)!r}")
            elif _placeholders(message) - _placeholders(translated, translated=True):
                problems.append(f"{language}: a placeholder is missing: {_text(message)!r}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def compile_all() -> int:
    """Write a ``.mo`` file beside each catalogue that changed."""
    for language in LANGUAGES:
        source = _path(language)
        target = source.with_suffix(".mo")
        if source.exists() and (
            not target.exists() or target.stat().st_mtime < source.stat().st_mtime
        ):
            with target.open("wb") as out:
                write_mo(out, _read(language))
    return 0


def _sources(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(SOURCE.rglob(pattern)):
            if not set(NOT_SHOWN) & set(path.relative_to(SOURCE).parts):
                yield path


def _collect(found: Catalog, path: Path, code: bytes) -> None:
    for _line, function, given, _comments in extract_python(io.BytesIO(code), KEYWORDS, [], {}):
        arguments: Any = given  # one string, or several with None for what is no string
        parts = [arguments] if isinstance(arguments, str) else list(arguments or ())
        context = parts.pop(0) if "pgettext" in function else None
        texts = [part for part in parts if isinstance(part, str)]
        if not texts or not texts[0]:
            continue
        plural = "ngettext" in function and len(texts) > 1
        found.add(
            (texts[0], texts[1]) if plural else texts[0],
            context=context,
            locations=[(path.relative_to(SOURCE).as_posix(), 1)],
        )


def _as_python(path: Path) -> str:
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # Indentation means nothing in a template, but would to the reader of Python.
    return "\n".join(line.lstrip() for line in code.splitlines())


def _bare_chinese() -> Iterator[str]:
    """Find Chinese in templates that no gettext tag surrounds."""
    for path in _sources("*.html"):
        if "templates" not in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"{% *comment.*?endcomment *%}|{#.*?#}|<!--.*?-->", "", text, flags=re.S)
        text = re.sub(r"{% *blocktrans.*?endblocktrans[a-z]* *%}", "", text, flags=re.S)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
        for line in text.splitlines():
            # A language names itself in its own script.
            if HAN.search(line) and 'lang="zh-' not in line:
                where = path.relative_to(SOURCE).as_posix()
                yield f"{where}: Chinese outside gettext: {line.strip()[:60]}"


def _hidden_calls() -> Iterator[str]:
    """Find gettext calls inside f-strings, which are not seen before Python 3.12."""
    for path in _sources("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"""\bf["'].*\{[^}]*\b_\(""", line):
                where = path.relative_to(SOURCE).as_posix()
                yield f"{where}: gettext inside an f-string: {line.strip()[:60]}"


def _is_whole(message: Message) -> bool:
    string = message.string
    parts = string if isinstance(string, list | tuple) else (string,)
    return all(parts) and not message.fuzzy


def _placeholders(message: Message, *, translated: bool = False) -> set[str]:
    text = message.string if translated else message.id
    parts = text if isinstance(text, list | tuple) else (text,)
    return set(re.findall(r"%\(\w+\)[sd]", " ".join(part or "" for part in parts)))


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _fill_traditional(catalogue: Catalog) -> None:
    """Translate what has no Traditional Chinese yet, in the vocabulary of Taiwan and Hong Kong."""
    from opencc import OpenCC  # noqa: PLC0415  a tool of developers, absent where Huiyin only runs

    convert = OpenCC("s2twp").convert
    for message in catalogue:
        if message.id and not _is_whole(message):
            if isinstance(message.id, str):
                message.string = convert(message.id)
            else:
                message.string = tuple(convert(message.id[-1]) for _ in message.string or ())


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _read(language: str) -> Catalog:
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language, charset="utf-8")


def _write(language: str, catalogue: Catalog) -> None:
    catalogue.header_comment = "# Strings of the interface. Source language: Simplified Chinese."
    path = _path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(
        written, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True
    )
    # No dates and names in the header: they would only make merges collide.
    header, rest = written.getvalue().split(b"\n\n", 1)
    header = re.sub(rb'(?m)^"(?!Language:|Plural|MIME|Content)[A-Z][\w-]+: .*\n?', b"", header)
    path.write_bytes(header.rstrip() + b"\n\n" + rest)


if __name__ == "__main__":
    sys.exit(main())
