"""How an answer is found, what it may not give away, and how guides are read: pure decisions.

An answer is found by what is typed, in this order (:func:`rank`):

1. the typed text stands in the question,
2. it stands among the further words,
3. typed letters stand in the pinyin initials of the question,
4. it stands in the answer,
5. enough pairs of characters are shared with question and words (:data:`CLOSE_ENOUGH`).

Among equals the closer one comes first, then the one used more often.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

CLOSE_ENOUGH: Final = 0.34
FEWEST_SHARED: Final = 2
MOST_PIECES: Final = 200
PIECE: Final = 2
# Pairs that stand in every question and tell nothing.
_COMMON: Final = frozenset(
    {
        *("请问", "怎么", "什么", "多少", "可以", "我们", "你们", "我家", "一下", "想问", "有没"),
        *("没有", "是不", "不是", "能不", "不能", "现在", "这个", "那个", "咨询", "问一"),
    }
)
_RUN: Final = re.compile(r"\w+")

TITLES: Final = ("先生", "女士", "小姐", "太太", "阿姨", "叔叔", "师傅", "老师", "业主")
SHORTEST_NAME: Final = 2
MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
HOUSE: Final = re.compile(
    r"(?<!\d)\d{1,3}-\d{1,2}-\d{3,4}(?!\d)|\d{1,3}(?:栋|幢|号楼|座)(?:\d{1,2}(?:单元|门))?\d{3,4}|\d{3,4}(?:室|房|户)"
)


@dataclass(frozen=True, slots=True)
class Card:
    """What of an answer decides whether and where it is found."""

    question: str
    words: str
    answer: str
    initials: str
    pieces: frozenset[str]
    used: int = 0


def fold(text: str) -> str:
    """Return a text in one width and case, without blanks at its ends."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def pieces(text: str) -> frozenset[str]:
    """Return the pairs of characters of a text that tell something."""
    found: set[str] = set()
    for run in _RUN.findall(fold(text)):
        for at in range(max(1, len(run) - PIECE + 1)):
            found.add(run[at : at + PIECE])
            if len(found) >= MOST_PIECES:
                return frozenset(found) - _COMMON
    return frozenset(found) - _COMMON


def closeness(asked: frozenset[str], card: frozenset[str]) -> float:
    """Return the share of pairs in common, of the smaller side; 0 when too few are."""
    shared = len(asked & card)
    if not shared or shared < min(FEWEST_SHARED, len(asked), len(card)):
        return 0.0
    return shared / min(len(asked), len(card))


def rank(typed: str, card: Card) -> tuple[int, float] | None:
    """Tell where an answer stands among those found, the least first; None when it is not."""
    plain = fold(typed)
    near = closeness(pieces(plain), card.pieces)
    letters = plain.replace(" ", "")
    tests = (
        plain in fold(card.question),
        plain in fold(card.words),
        len(letters) >= PIECE and letters.isascii() and letters in card.initials,
        plain in fold(card.answer),
        near >= CLOSE_ENOUGH,
    )
    if not plain or not any(tests):
        return None
    return tests.index(True), -near


# --- what owners may not read ---------------------------------------------------------------------

Given: TypeAlias = Literal["phone", "house", "name", ""]


def gives_away(text: str, secrets: Iterable[str] = ()) -> tuple[Given, str]:
    """Return what a text for all owners gives away about one of them: which kind, and the words.

    ``secrets`` are names, telephones and house numbers of whoever asked. A landline without owner
    is no secret: the desk has one.
    """
    plain = unicodedata.normalize("NFKC", text)
    if found := MOBILE.search(plain):
        return "phone", found[0]
    if found := HOUSE.search(plain):
        return "house", found[0]
    said = "".join(plain.split())
    for secret in secrets:
        for form in _forms(secret):
            if form in said:
                return "name", form
    return "", ""


def _forms(secret: str) -> tuple[str, ...]:
    plain = "".join(secret.split())
    if len(plain) < SHORTEST_NAME:
        return ()
    if not plain[0].isascii():
        return (plain, *(f"{plain[0]}{title}" for title in TITLES))
    return (plain,)


# --- guides --------------------------------------------------------------------------------------

FEWEST_STEPS: Final = 3
MOST_STEPS: Final = 10
LONGEST_STEP: Final = 120
MOST_GUIDES: Final = 40
_CODE: Final = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")
_KEYS: Final = frozenset({"code", "title", "channels", "kinds", "steps"})

GuideProblem: TypeAlias = Literal[
    "syntax", "empty", "missing", "unknown", "type", "twice", "code", "steps", "step_long"
]


class BadGuides(ValueError):
    """Guides that cannot be used: which problem, in which guide, about what."""

    def __init__(self, problem: GuideProblem, where: str = "", detail: str = "") -> None:
        super().__init__(f"{where}: {problem}: {detail}")
        self.problem = problem
        self.where = where
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Guide:
    """What to do at the desk in one kind of contact, step by step."""

    code: str
    title: str
    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    steps: tuple[str, ...]


def parse_guides(text: str) -> tuple[Guide, ...]:
    """Read guides, or raise BadGuides naming the one that is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadGuides("syntax", "", str(error)) from error
    for key in given.keys() - {"guide"}:
        raise BadGuides("unknown", "", key)
    found = given.get("guide", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadGuides("type", "guide")
    if not found or len(found) > MOST_GUIDES:
        raise BadGuides("empty", "", str(MOST_GUIDES))
    guides = tuple(_guide(place, one) for place, one in enumerate(found, start=1))
    codes: set[str] = set()
    for guide in guides:
        if guide.code in codes:
            raise BadGuides("twice", guide.title, guide.code)
        codes.add(guide.code)
    return guides


def _guide(place: int, given: Mapping[str, Any]) -> Guide:
    title = given.get("title")
    if not isinstance(title, str) or not title.strip():
        raise BadGuides("missing", str(place), "title")
    for key in given.keys() - _KEYS:
        raise BadGuides("unknown", title, key)
    code = given.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise BadGuides("code", title, str(code or ""))
    steps = _texts(given, "steps", title)
    if not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
        raise BadGuides("steps", title, f"{FEWEST_STEPS}-{MOST_STEPS}")
    if any(not step.strip() or len(step) > LONGEST_STEP for step in steps):
        raise BadGuides("step_long", title, str(LONGEST_STEP))
    return Guide(
        code=code,
        title=title.strip(),
        channels=_texts(given, "channels", title),
        kinds=_texts(given, "kinds", title),
        steps=tuple(step.strip() for step in steps),
    )


def _texts(given: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = given.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadGuides("type", where, key)
    return tuple(found)


def fitting(guides: Iterable[Guide], *, channel: str, kind: str) -> Guide | None:
    """Return the guide for a contact: one for its kind, else one for its channel, else none.

    A kind is covered by a guide for it or for the kind above: ``complaint.written`` by
    ``complaint``.
    """
    known = tuple(guides)
    above = kind.rpartition(".")[0]
    for wanted in filter(None, (kind, above)):
        for guide in known:
            if wanted in guide.kinds:
                return guide
    return next((guide for guide in known if channel in guide.channels), None)
