"""Questions of a survey, their answers and how they are counted: pure decisions (OWN-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHOICE, SCORE = "choice", "score"
KINDS = (CHOICE, SCORE)
SCORES = ("1", "2", "3", "4", "5")
QUESTIONS_MOST, OPTIONS_MOST, QUESTION_LONGEST, OPTION_LONGEST = 20, 10, 80, 30
_NARROW = str.maketrans("\uff1a\uff0f", ":/")  # as Chinese keyboards write them
CONTENT = 4  # from here on a score counts as satisfied


class BadQuestions(ValueError):
    """Questions that cannot be asked; ``code`` and the ``line`` it is about."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a choice among options, or a score from 1 to 5."""

    text: str
    kind: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each option of a question was chosen; ``satisfied`` is the share of 4 and 5."""

    question: Question
    counts: tuple[tuple[str, int], ...]
    answered: int
    satisfied: float | None


def read_questions(text: str) -> tuple[Question, ...]:
    """Read questions as people write them: one a line, options behind a colon, else a score.

    ``您常用哪个门:南门/北门`` offers two options, ``保洁做得怎么样`` asks for a score. Raises
    BadQuestions naming the line.
    """
    lines = [line.strip() for line in text.splitlines()]
    questions = [_read(line, number) for number, line in enumerate(lines, start=1) if line]
    if not questions:
        raise BadQuestions("none")
    if len(questions) > QUESTIONS_MOST:
        raise BadQuestions("too_many")
    return tuple(questions)


def _read(line: str, number: int) -> Question:
    words, _colon, rest = line.translate(_NARROW).partition(":")
    words = words.strip()
    if not words or len(words) > QUESTION_LONGEST:
        raise BadQuestions("bad_text", number)
    parts = rest.replace("、", "/").split("/")
    options = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if not options:
        return Question(words, SCORE, SCORES)
    if not 1 < len(options) <= OPTIONS_MOST:
        raise BadQuestions("bad_options", number)
    if any(len(option) > OPTION_LONGEST for option in options):
        raise BadQuestions("long_option", number)
    return Question(words, CHOICE, options)


def write_questions(questions: Sequence[Question]) -> str:
    """Write questions as people wrote them, so that reading them gives the same again."""
    return "\n".join(
        one.text if one.kind == SCORE else f"{one.text}:{'/'.join(one.options)}"
        for one in questions
    )


def missing(questions: Sequence[Question], answers: Mapping[int, str]) -> tuple[int, ...]:
    """Return the numbers of the questions without an answer that is one of their options."""
    return tuple(
        number for number, one in enumerate(questions) if answers.get(number) not in one.options
    )


def count(questions: Sequence[Question], ballots: Sequence[Sequence[str]]) -> tuple[Counted, ...]:
    """Count the answers of every question; each ballot holds one answer for each question."""
    counted = []
    for number, one in enumerate(questions):
        given = [ballot[number] for ballot in ballots]
        counts = tuple((option, given.count(option)) for option in one.options)
        good = sum(int(answer) >= CONTENT for answer in given) if one.kind == SCORE else 0
        share = good / len(given) if one.kind == SCORE and given else None
        counted.append(Counted(one, counts, len(given), share))
    return tuple(counted)
