"""How well a table does on labelled sentences: precision and recall, per kind and for urgency."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from huiyin.triage.rules import Table, judge

HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what a person calls it; ``part`` says whether the table was tuned on it."""

    text: str
    kind: str
    urgent: bool
    part: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How many there are, how many were proposed, and how many of these rightly."""

    there: int
    proposed: int
    right: int

    @property
    def precision(self) -> float:
        """The share of proposals that are right; 1 when there are none."""
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that was proposed; 1 when there is nothing."""
        return self.right / self.there if self.there else 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a table does with sentences: each kind, urgency, and what it missed or cried about."""

    sentences: int
    kinds: tuple[tuple[str, Score], ...]
    right_kinds: int
    urgency: Score
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]


def measure(sentences: Sequence[Sentence], table: Table) -> Figures:
    """Judge every sentence and count."""
    there: Counter[str] = Counter()
    proposed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    missed: list[str] = []
    false_alarms: list[str] = []
    for one in sentences:
        verdict = judge(one.text, table)
        there[one.kind] += 1
        proposed[verdict.kind] += 1
        right[one.kind] += verdict.kind == one.kind
        if one.urgent and not verdict.urgent:
            missed.append(one.text)
        if verdict.urgent and not one.urgent:
            false_alarms.append(one.text)
    urgent = sum(one.urgent for one in sentences)
    found = urgent - len(missed)
    return Figures(
        sentences=len(sentences),
        kinds=tuple(
            (kind, Score(there[kind], proposed[kind], right[kind])) for kind in sorted(there)
        ),
        right_kinds=right.total(),
        urgency=Score(urgent, found + len(false_alarms), found),
        missed=tuple(missed),
        false_alarms=tuple(false_alarms),
    )


@cache
def sample() -> tuple[Sentence, ...]:
    """Return the labelled sentences shipped with the room."""
    text = resources.files("huiyin.triage").joinpath("sample.csv").read_text(encoding="utf-8")
    return tuple(labelled(csv.DictReader(text.splitlines())))


def labelled(rows: Iterable[dict[str, str]]) -> list[Sentence]:
    """Turn the rows of a labelled file into sentences."""
    return [
        Sentence(
            row["text"], row["kind"], row["urgent"] in {"1", "true", "yes"}, row.get("part", "")
        )
        for row in rows
    ]
