"""What a text is probably about, read from a table of words: pure decisions.

A table holds entries (words that speak for a kind), doubts (words that take a hit back: 没有漏气,
演练, 上次) and the signs that are read as others (traditional characters, slips of the pen). The
language of its phrases is bounded, so that reading a text takes time in proportion to its length:
a phrase has up to :data:`MOST_PARTS` parts, each a choice of words, with up to ``gap`` other
characters between them.

Whoever is in distress does not choose the words one expects. So a table may also hold a tone: a
weight for single signs and pairs of signs, learned from labelled sentences (``learning.py``). It
makes a short text urgent in which no entry saw anything.
"""

import math
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

GAP: Final = "…"
OR: Final = "/"
MOST_ENTRIES: Final = 400
MOST_PHRASES: Final = 120
MOST_PARTS: Final = 3
MOST_CHOICES: Final = 40
LONGEST_WORD: Final = 12
SHORTEST_ALONE: Final = 2
"""One sign alone speaks for nothing; it may stand in a gap phrase, or speak against."""
WIDEST_GAP: Final = 12
REACH: Final = 40
"""How far from a hit other words are looked for, in characters."""
HEAVIEST: Final = 9
MOST_ENOUGH: Final = 99
LEAST_SIGNS: Final = 6
"""A tone is not read out of fewer signs."""
SHOWN_PIECES: Final = 4
TEXT_MOST: Final = 4000
"""What is longer is read as far as this."""
STRONG_BREAKS: Final = frozenset("。!?;\n\r")
SIGN_SETS: Final = ("traditional", "simplified")

Problem: TypeAlias = Literal[
    "syntax", "unknown", "missing", "type", "number", "kind", "twice", "phrase_short",
    "phrase_long", "gap_edge", "too_many", "signs", "empty", "same",
]  # fmt: skip


class BadTable(ValueError):
    """A table that cannot be used: which problem, in which entry, about which words."""

    def __init__(self, problem: Problem, where: str = "", detail: str = "") -> None:
        super().__init__(f"{where}: {problem}: {detail}")
        self.problem = problem
        self.where = where
        self.detail = detail


@dataclass(frozen=True)
class Phrase:
    """Parts to be found one after the other, each a choice of words: ``电梯/轿厢…困/关``."""

    text: str
    parts: tuple[tuple[str, ...], ...]

    @cached_property
    def begins(self) -> tuple[frozenset[str], ...]:
        """Return for each part the two signs its words begin with."""
        return tuple(frozenset(word[:2] for word in part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Entry:
    """Words that speak for a kind: one phrase of ``any``, near it all of ``all``, none of ``none``.

    ``weight`` 1 to 9 says how much; an ``urgent`` entry asks loudly whatever the weights.
    """

    name: str
    kind: str
    weight: int
    urgent: bool
    any: tuple[Phrase, ...]
    all: tuple[Phrase, ...] = ()
    none: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that take a hit back when they stand near it, unless others say it is so now.

    ``before`` and ``after`` are looked for up to ``within`` characters away, in the same clause or
    sentence; ``of`` tells whether only urgent hits are taken back or all.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    within: int
    same: Literal["clause", "sentence"]
    of: Literal["urgent", "all"]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tone:
    """How much single signs and pairs of signs sound like ``kind``, from ``-HEAVIEST`` on.

    A text does when the sum of its weights is at least ``enough`` times the root of their number,
    so that a text does not sound like it by being longer.
    """

    kind: str
    enough: int
    weights: Mapping[str, int]


@dataclass(frozen=True)
class Table:
    """A table of words, ready to be used."""

    gap: int
    entries: tuple[Entry, ...]
    doubts: tuple[Doubt, ...]
    signs: Mapping[int, str]
    slips: tuple[tuple[str, str], ...]
    """Slips of the pen: as written, as meant."""
    long_over: int
    """In texts longer than this an urgent hit counts only near a word of ``now``."""
    now: tuple[str, ...]
    tone: Tone | None = None

    @cached_property
    def anchors(self) -> Mapping[str, tuple[int, ...]]:
        """Return the first two characters of every phrase, with the entries that begin so."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            for word in {one[:2] for phrase in entry.any for one in phrase.parts[0]}:
                found[word].append(number)
        return {word: tuple(numbers) for word, numbers in found.items()}


@dataclass(frozen=True, slots=True)
class Seen:
    """Words found in a text, in the entry of which name, and the doubt that took them back."""

    words: str
    entry: str
    kind: str
    weight: int
    urgent: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a table makes of a text: a kind or none, whether it is urgent, and why."""

    kind: str
    urgent: bool
    score: int
    seen: tuple[Seen, ...]
    others: tuple[tuple[str, int], ...]
    set_aside: tuple[Seen, ...]


# --- reading a text ------------------------------------------------------------------------------


@dataclass
class Reading:
    """A text without blanks and punctuation, where its clauses and sentences are still known."""

    text: str
    clause: list[int]
    sentence: list[int]
    steps: int = field(default=0)
    """How many places were looked at: what a test of the time bound counts."""

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Return every sign and every two signs that follow each other: a word begins with one."""
        return pieces(self.text)

    def may_hold(self, phrase: Phrase) -> bool:
        """Tell whether a word of each part begins somewhere; most phrases end here."""
        return not any(map(self.pairs.isdisjoint, phrase.begins))

    def starts(self, words: Iterable[str], low: int, high: int) -> Iterator[tuple[int, int]]:
        """Walk where one of the words begins from ``low`` on and before ``high``, and ends."""
        for word in words:
            if word[:2] not in self.pairs:
                continue
            at = self.text.find(word, low, high + len(word) - 1)
            while at >= 0:
                self.steps += 1
                end = at + len(word)
                if self.sentence[at] == self.sentence[end - 1]:
                    yield at, end
                at = self.text.find(word, at + 1, high + len(word) - 1)

    def hits(self, phrase: Phrase, gap: int, low: int, high: int) -> Iterator[tuple[int, int, str]]:
        """Walk the places of a phrase that begins in a range: where it begins, ends, what it is."""
        if not self.may_hold(phrase):
            return
        for start, end in self.starts(phrase.parts[0], low, high):
            found = self._rest(phrase.parts[1:], gap, end, self.sentence[start])
            if found is not None:
                yield start, found[0], GAP.join((self.text[start:end], *found[1]))

    def _rest(
        self, parts: tuple[tuple[str, ...], ...], gap: int, end: int, sentence: int
    ) -> tuple[int, tuple[str, ...]] | None:
        """Find the other parts of a phrase, each within the gap and in the same sentence."""
        if not parts:
            return end, ()
        for start, stop in self.starts(parts[0], end, end + gap + 1):
            if self.sentence[start] != sentence:
                continue
            found = self._rest(parts[1:], gap, stop, sentence)
            if found is not None:
                return found[0], (self.text[start:stop], *found[1])
        return None

    def around(self, start: int, end: int, reach: int) -> tuple[int, int]:
        """Return the part of the sentence that lies within reach of a hit."""
        low, high = max(0, start - reach), min(len(self.text), end + reach)
        while self.sentence[low] != self.sentence[start]:
            low += 1
        while self.sentence[high - 1] != self.sentence[end - 1]:
            high -= 1
        return low, high


def read(text: str, table: Table) -> Reading:
    """Fold width, case, traditional signs and slips; drop blanks and punctuation."""
    plain = unicodedata.normalize("NFKC", text[:TEXT_MOST]).lower().translate(table.signs)
    for written, meant in table.slips:
        if written in plain:
            plain = plain.replace(written, meant)
    kept: list[str] = []
    clauses: list[int] = []
    sentences: list[int] = []
    clause = sentence = 0
    for sign in plain:
        if sign.isalnum():
            kept.append(sign)
            clauses.append(clause)
            sentences.append(sentence)
        elif sign in STRONG_BREAKS:
            clause, sentence = clause + 1, sentence + 1
        elif not sign.isspace():
            clause += 1
    return Reading("".join(kept), clauses, sentences)


# --- deciding ------------------------------------------------------------------------------------


def judge(text: str, table: Table) -> Verdict:
    """Tell what a text is probably about; it proposes, a person decides.

    Each entry counts once, however often its words stand there. The kind with the greatest sum of
    weights is proposed, the earlier entry of the table where two are even; an urgent hit comes
    before all sums. The tone is listened to when there is none, not even one taken back.
    """
    return weigh(read(text, table), table)


def weigh(reading: Reading, table: Table) -> Verdict:
    """Judge a text that was read."""
    seen: list[Seen] = []
    aside: list[Seen] = []
    for number in _begun(reading, table):
        found = _look(reading, table, table.entries[number])
        if found is not None:
            (aside if found.doubt else seen).append(found)
    heard = None if any(one.urgent for one in seen + aside) else _listen(reading, table)
    if heard is not None:
        seen.append(heard)
    scores: dict[str, int] = defaultdict(int)
    for one in seen:
        scores[one.kind] += one.weight
    order = sorted(scores, key=lambda kind: -scores[kind])
    urgent = [one for one in seen if one.urgent]
    if urgent:
        loudest = max(urgent, key=lambda one: one.weight).kind
        order.sort(key=lambda kind: kind != loudest)
        seen.sort(key=lambda one: not one.urgent)
    kind = order[0] if order else ""
    return Verdict(
        kind=kind,
        urgent=bool(urgent),
        score=scores.get(kind, 0),
        seen=tuple(seen),
        others=tuple((one, scores[one]) for one in order[1:]),
        set_aside=tuple(aside),
    )


TONE: Final = "tone"
"""The entry that a tone is named by."""


def pieces(text: str) -> frozenset[str]:
    """Return every sign and every two signs that follow each other."""
    return frozenset(text) | {text[at : at + 2] for at in range(len(text) - 1)}


def _listen(reading: Reading, table: Table) -> Seen | None:
    """Tell whether a short text sounds like an emergency, with the pieces that say so most."""
    tone = table.tone
    if tone is None or not LEAST_SIGNS <= len(reading.text) <= table.long_over:
        return None
    found = {piece: tone.weights[piece] for piece in reading.pairs & tone.weights.keys()}
    if sum(found.values()) < tone.enough * math.sqrt(len(found) + 1):
        return None
    strongest = sorted(found, key=lambda piece: (-len(piece), -found[piece], piece))
    words = "、".join(strongest[:SHOWN_PIECES])
    return Seen(words, TONE, tone.kind, HEAVIEST, urgent=True)


def _begun(reading: Reading, table: Table) -> list[int]:
    """Return the entries of which a phrase may begin in the text, in the order of the table."""
    begun = reading.pairs & table.anchors.keys()
    return sorted({number for word in begun for number in table.anchors[word]})


def _look(reading: Reading, table: Table, entry: Entry) -> Seen | None:
    """Find the first place where an entry holds without doubt, else the first that was doubted."""
    doubted: Seen | None = None
    for phrase in entry.any:
        for start, end, words in reading.hits(phrase, table.gap, 0, len(reading.text)):
            if not _holds(reading, table, entry, start, end):
                continue
            doubt = _doubt(reading, table, entry, start, end)
            found = Seen(words, entry.name, entry.kind, entry.weight, entry.urgent, doubt)
            if not doubt:
                return found
            doubted = doubted or found
    return doubted


def _holds(reading: Reading, table: Table, entry: Entry, start: int, end: int) -> bool:
    """Tell whether all that must stand near does, and nothing that must not."""
    if not entry.all and not entry.none:
        return True
    low, high = reading.around(start, end, REACH)

    def near(phrase: Phrase) -> bool:
        return next(reading.hits(phrase, table.gap, low, high), None) is not None

    return all(map(near, entry.all)) and not any(map(near, entry.none))


def _doubt(reading: Reading, table: Table, entry: Entry, start: int, end: int) -> str:
    """Return the name of the doubt that takes a hit back, or nothing."""
    for doubt in table.doubts:
        if doubt.of == "urgent" and not entry.urgent:
            continue
        if _doubted(reading, doubt, start, end):
            return doubt.name
    if entry.urgent and len(reading.text) > table.long_over:
        low, high = max(0, start - REACH), end + REACH
        if not any(word in reading.text[low:high] for word in table.now):
            return NOT_NOW
    return ""


NOT_NOW: Final = "now"
"""The doubt that a long letter tells of something that is happening just now."""


def _doubted(reading: Reading, doubt: Doubt, start: int, end: int) -> bool:
    marks = reading.clause if doubt.same == "clause" else reading.sentence
    for word in doubt.before:
        low = max(0, start - doubt.within - len(word))
        at = reading.text.rfind(word, low, start)
        if at >= 0 and marks[at] == marks[start]:
            break
    else:
        for word in doubt.after:
            at = reading.text.find(word, end, end + doubt.within + len(word))
            if at >= 0 and marks[at] == marks[end - 1]:
                break
        else:
            return False
    low, high = reading.around(start, end, REACH)
    return not any(word in reading.text[low:high] for word in doubt.unless)


# --- reading a table -----------------------------------------------------------------------------

_TOP: Final = frozenset({"gap", "long", "signs", "slips", "entry", "doubt", "tone"})
_ENTRY: Final = frozenset({"name", "kind", "weight", "urgent", "any", "all", "none"})
_DOUBT: Final = frozenset({"name", "before", "after", "within", "same", "of", "unless"})


def parse(text: str, kinds: Iterable[str], weights: Mapping[str, int] | None = None) -> Table:
    """Read a table, or raise BadTable naming the entry that is wrong.

    ``weights`` are those of its tone where it names none of its own.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable("syntax", "", str(error)) from error
    _known(given, _TOP, "")
    signs = given.get("signs", {})
    long = given.get("long", {})
    _known(signs, frozenset(SIGN_SETS), "signs")
    _known(long, frozenset({"over", "now"}), "long")
    entries = _named(given, "entry")
    if not entries:
        raise BadTable("empty")
    return Table(
        gap=_number(given, "gap", "", WIDEST_GAP),
        entries=tuple(_entry(name, one, frozenset(kinds)) for name, one in entries),
        doubts=tuple(_read_doubt(name, one) for name, one in _named(given, "doubt")),
        signs=_signs(signs),
        slips=_slips(given.get("slips", {})),
        long_over=_number(long, "over", "long", TEXT_MOST),
        now=_words(long, "now", "long"),
        tone=_tone(given["tone"], frozenset(kinds), weights or {}) if "tone" in given else None,
    )


def _named(given: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the tables of a list with their names, each name once."""
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadTable("type", key)
    if len(found) > MOST_ENTRIES:
        raise BadTable("too_many", key, str(MOST_ENTRIES))
    named: dict[str, dict[str, Any]] = {}
    for place, one in enumerate(found, start=1):
        name = one.get("name")
        if not isinstance(name, str) or not name.strip():
            raise BadTable("missing", f"{key} {place}", "name")
        if name in named:
            raise BadTable("twice", name)
        named[name] = one
    return list(named.items())


def _entry(name: str, given: Mapping[str, Any], kinds: frozenset[str]) -> Entry:
    _known(given, _ENTRY, name)
    kind = given.get("kind")
    if kind not in kinds:
        raise BadTable("kind", name, str(kind or ""))
    urgent = given.get("urgent", False)
    if not isinstance(urgent, bool):
        raise BadTable("type", name, "urgent")
    phrases = _phrases(given, "any", name)
    if not phrases:
        raise BadTable("missing", name, "any")
    return Entry(
        name=name,
        kind=str(kind),
        weight=_number(given, "weight", name, HEAVIEST),
        urgent=urgent,
        any=phrases,
        all=_phrases(given, "all", name),
        none=_phrases(given, "none", name),
    )


def _read_doubt(name: str, given: Mapping[str, Any]) -> Doubt:
    _known(given, _DOUBT, name)
    before, after = _words(given, "before", name), _words(given, "after", name)
    if not before and not after:
        raise BadTable("missing", name, "before")
    same, of = given.get("same", "sentence"), given.get("of", "urgent")
    if same not in {"clause", "sentence"}:
        raise BadTable("same", name, "same")
    if of not in {"urgent", "all"}:
        raise BadTable("same", name, "of")
    return Doubt(
        name=name,
        before=before,
        after=after,
        within=_number(given, "within", name, REACH, least=0),
        same=same,
        of=of,
        unless=_words(given, "unless", name),
    )


def _tone(given: Mapping[str, Any], kinds: frozenset[str], weights: Mapping[str, int]) -> Tone:
    _known(given, frozenset({"kind", "enough", "weights"}), TONE)
    if given.get("kind") not in kinds:
        raise BadTable("kind", TONE, str(given.get("kind") or ""))
    enough = _number(given, "enough", TONE, MOST_ENOUGH)
    own = parse_weights(given["weights"]) if "weights" in given else weights
    return Tone(str(given["kind"]), enough, own)


def parse_weights(named: object) -> dict[str, int]:
    """Read weights of a tone: under each number the pieces of that weight, with blanks between."""
    if not isinstance(named, dict) or not all(isinstance(one, str) for one in named.values()):
        raise BadTable("type", TONE, "weights")
    weights: dict[str, int] = {}
    for number, words in named.items():
        if not re.fullmatch("-?[1-9]", number):
            raise BadTable("number", TONE, f"{number} -{HEAVIEST}-{HEAVIEST}")
        weights |= dict.fromkeys(words.split(), int(number))
    return weights


def _phrases(given: Mapping[str, Any], key: str, where: str) -> tuple[Phrase, ...]:
    texts = _texts(given, key, where)
    if len(texts) > MOST_PHRASES:
        raise BadTable("too_many", where, str(MOST_PHRASES))
    shortest = SHORTEST_ALONE if key == "any" else 1
    return tuple(_phrase(text, where, shortest) for text in texts)


def _phrase(text: str, where: str, shortest: int) -> Phrase:
    parts = tuple(
        tuple(_plain(word) for word in part.split(OR)) for part in re.split(f"{GAP}+", text)
    )
    if not all(word for part in parts for word in part):
        raise BadTable("gap_edge", where, text)
    if len(parts) > MOST_PARTS or any(len(part) > MOST_CHOICES for part in parts):
        raise BadTable("phrase_long", where, text)
    words = [word for part in parts for word in part]
    if any(len(word) > LONGEST_WORD for word in words):
        raise BadTable("phrase_long", where, text)
    if len(parts) == 1 and any(len(word) < shortest for word in words):
        raise BadTable("phrase_short", where, text)
    return Phrase(text, parts)


def _plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", word).lower() if sign.isalnum())


def _words(given: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    words = tuple(_plain(text) for text in _texts(given, key, where))
    if not all(words):
        raise BadTable("gap_edge", where, key)
    if any(len(word) > LONGEST_WORD for word in words):
        raise BadTable("phrase_long", where, key)
    return words


def _texts(given: Mapping[str, Any], key: str, where: str) -> list[str]:
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadTable("type", where, key)
    return found


def _number(given: Mapping[str, Any], key: str, where: str, most: int, *, least: int = 1) -> int:
    number = given.get(key)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise BadTable("number", where, f"{key} {least}-{most}")
    return number


def _signs(given: Mapping[str, Any]) -> dict[int, str]:
    many, plain = (given.get(key, "") for key in SIGN_SETS)
    if not isinstance(many, str) or not isinstance(plain, str) or len(many) != len(plain):
        raise BadTable("signs", "signs")
    return {ord(old): new for old, new in zip(many, plain, strict=True)}


def _slips(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise BadTable("type", "slips")
    if len(given) > MOST_ENTRIES:
        raise BadTable("too_many", "slips", str(MOST_ENTRIES))
    return tuple((written, meant) for written, meant in given.items() if written)


def _known(given: object, known: frozenset[str], where: str) -> None:
    if not isinstance(given, dict):
        raise BadTable("type", where)
    for key in given:
        if key not in known:
            raise BadTable("unknown", where, key)
