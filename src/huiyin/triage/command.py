"""``huiyin suggest [FILE.csv]``: what the shipped table of words makes of sentences.

A file with the columns text, kind and urgent is measured; one without labels is read, and what
would be called urgent is listed. Without a file it is the sample shipped with the room.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huiyin.triage.measure import HELD_OUT, Figures, Score, Sentence, labelled, measure, sample
from huiyin.triage.reading import shipped
from huiyin.triage.rules import GAP, Table, judge

LABELS = {"text", "kind", "urgent"}
SHOWN = 70


class UnusableFile(Exception):
    """The file is no table of sentences; the command ends with status 2."""


def run(file: str | None, *, as_json: bool) -> int:
    """Measure or list, print it, and return the exit status."""
    table = shipped()
    if file is None:
        return _print_figures(sample(), table, as_json)
    rows, columns = _rows(file)
    if columns >= LABELS:
        return _print_figures(labelled(rows), table, as_json)
    return _print_urgent(rows, table, as_json)


def _rows(file: str) -> tuple[list[dict[str, str]], set[str]]:
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(f"{file}: not a CSV file in UTF-8") from error
    columns = set(reader.fieldnames or ())
    if "text" not in columns:
        raise UnusableFile(f"{file}: there is no column named text")
    return rows, columns


def _print_figures(sentences: Sequence[Sentence], table: Table, as_json: bool) -> int:
    parts = {"all": list(sentences)}
    held = [one for one in sentences if one.part == HELD_OUT]
    if held:
        parts[HELD_OUT] = held
    figures = {name: measure(some, table) for name, some in parts.items()}
    if as_json:
        print(json.dumps({name: _plain(one) for name, one in figures.items()}, ensure_ascii=False))
        return 0
    for name, one in figures.items():
        _say(name, one)
    return 0


def _say(name: str, one: Figures) -> None:
    print(f"{name}: {one.sentences} sentences, kind right in {one.right_kinds / one.sentences:.3f}")
    print(f"  {'':22}{'there':>6}{'precision':>11}{'recall':>8}")
    for title, score in (*one.kinds, ("urgent", one.urgency)):
        print(f"  {title:22}{score.there:>6}{score.precision:>11.3f}{score.recall:>8.3f}")
    for text in one.missed:
        print(f"  missed: {text[:SHOWN]}")
    for text in one.false_alarms:
        print(f"  false alarm: {text[:SHOWN]}")


def _plain(one: Figures) -> dict[str, Any]:
    def score(score: Score) -> dict[str, float]:
        return {
            "there": score.there,
            "proposed": score.proposed,
            "right": score.right,
            "precision": round(score.precision, 4),
            "recall": round(score.recall, 4),
        }

    return {
        "sentences": one.sentences,
        "kind_right": round(one.right_kinds / one.sentences, 4) if one.sentences else 1.0,
        "kinds": {kind: score(value) for kind, value in one.kinds},
        "urgent": score(one.urgency),
        "missed": list(one.missed),
        "false_alarms": list(one.false_alarms),
    }


@dataclass(frozen=True, slots=True)
class Called:
    """A text that would be called urgent, and the words that say so."""

    line: int
    words: tuple[str, ...]
    text: str


def _print_urgent(rows: Sequence[Mapping[str, str]], table: Table, as_json: bool) -> int:
    found: list[Called] = []
    for line, row in enumerate(rows, start=1):
        text = "\n".join(filter(None, (row.get("title", ""), row["text"])))
        verdict = judge(text, table)
        if verdict.urgent:
            words = tuple(one.words for one in verdict.seen if one.urgent)
            found.append(Called(line, words, _beside(" ".join(text.split()), words[0])))
    if as_json:
        called = [{"row": one.line, "words": one.words, "text": one.text} for one in found]
        print(json.dumps({"texts": len(rows), "urgent": called}, ensure_ascii=False))
        return 0
    print(f"{len(rows)} texts, {len(found)} would be called urgent")
    for one in found:
        print(f"  {one.line}: [{'、'.join(one.words)}] {one.text}")
    return 0


def _beside(text: str, words: str) -> str:
    """Return what stands around the words, as far as they stand there literally."""
    at = max(0, text.find(words.split(GAP, maxsplit=1)[0]) - SHOWN // 2)
    return text[at : at + SHOWN]
