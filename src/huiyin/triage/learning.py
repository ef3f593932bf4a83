"""Learning the tone of an emergency from labelled sentences: ``python -m huiyin.triage.learning``.

Prints the weights of ``tone.toml``, learned from the shipped sample: the same sample always gives
the same weights. With ``--check`` it prints instead how well tables learned from four fifths
of the sample do on the fifth left out, with and without the entries of the table.
"""

import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from zlib import crc32

from huiyin.triage.measure import Sentence, measure, sample
from huiyin.triage.reading import shipped
from huiyin.triage.rules import HEAVIEST, Table, Tone, pieces, read

KEPT = 1600
"""So many pieces have a weight, the strongest: a person can still read them."""
ROUNDS = (20, 30)
"""Rounds to find the strongest pieces, and to weigh them."""
STEP, SLOWER, START_STEP, FADE = 0.3, 0.15, 0.3, 0.001
SCALE = 4
FOLDS = 5

Example = tuple[str, frozenset[str], bool]


def learn(sentences: Iterable[Sentence], table: Table) -> dict[str, int]:
    """Return a weight for the pieces that tell emergencies from the rest best.

    A logistic regression: for each sentence the weights of its pieces move a little towards what a
    person called it. Pieces met once only say nothing.
    """
    examples = [
        (text, pieces(text), one.urgent)
        for one, text in ((one, read(one.text, table).text) for one in sentences)
    ]
    met = Counter(piece for _text, found, _urgent in examples for piece in found)
    known = frozenset(piece for piece, times in met.items() if times > 1)
    rough = _weigh(examples, known, ROUNDS[0])
    strongest = sorted(rough, key=lambda piece: (-abs(rough[piece]), piece))[:KEPT]
    fine = _weigh(examples, frozenset(strongest), ROUNDS[1])
    whole = {piece: round(weight * SCALE) for piece, weight in fine.items()}
    return {
        piece: max(-HEAVIEST, min(HEAVIEST, weight)) for piece, weight in whole.items() if weight
    }


def _weigh(examples: Sequence[Example], known: frozenset[str], rounds: int) -> dict[str, float]:
    weights = dict.fromkeys(known, 0.0)
    start = 0.0
    kept = [(text, sorted(found & known), urgent) for text, found, urgent in examples]
    for turn in range(rounds):
        step = STEP / (1 + turn * SLOWER)
        for _text, found, urgent in sorted(kept, key=lambda one: crc32(f"{turn}{one[0]}".encode())):
            size = math.sqrt(len(found) + 1)
            sum_ = start + sum(weights[piece] for piece in found) / size
            error = (1 / (1 + math.exp(-sum_)) - urgent) * step
            start -= error * START_STEP
            for piece in found:
                weights[piece] -= weights[piece] * step * FADE + error / size
    return weights


def written(weights: Mapping[str, int]) -> str:
    """Return the lines of ``tone.toml`` that say these weights."""
    lines = []
    for weight in sorted({*weights.values()}, reverse=True):
        named = " ".join(sorted(piece for piece, one in weights.items() if one == weight))
        lines.append(f'"{weight}" = "{named}"')
    return "\n".join(lines)


def left_out(
    sentences: Sequence[Sentence], table: Table, tone: Tone
) -> Iterator[tuple[Sequence[Sentence], Table]]:
    """Walk the fifths of the sentences, each with the table learned from the other four."""
    for fold in range(FOLDS):
        chosen = [crc32(one.text.encode()) % FOLDS == fold for one in sentences]
        others = [one for one, out in zip(sentences, chosen, strict=True) if not out]
        learned = replace(tone, weights=learn(others, table))
        yield (
            [one for one, out in zip(sentences, chosen, strict=True) if out],
            replace(table, tone=learned),
        )


def main(arguments: Sequence[str]) -> int:
    """Print the section, or the figures on what was left out."""
    table, sentences = shipped(), sample()
    tone = table.tone or Tone("complaint.emergency", 8, {})
    if "--check" not in arguments:
        print(written(learn(sentences, table)))
        return 0
    for name, entries in (("tone alone", ()), ("entries and tone", table.entries)):
        found = [
            measure(fifth, replace(learned, entries=entries)).urgency
            for fifth, learned in left_out(sentences, table, tone)
        ]
        right, there = sum(one.right for one in found), sum(one.there for one in found)
        proposed = sum(one.proposed for one in found)
        print(f"{name}: recall {right / there:.3f}, precision {right / proposed:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
