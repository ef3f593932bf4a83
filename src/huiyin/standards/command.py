"""``huiyin standards check FILE``: prove a standards document before anybody adopts it."""

import sys
from pathlib import Path

from huiyin.standards.document import Standard, parse
from huiyin.standards.reading import BrokenStandard
from huiyin.standards.rules import problem


class UnusableFile(Exception):
    """A standards file that is broken (``status`` 1) or cannot be read at all (2)."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def check(file: str) -> int:
    """Read a standards document and print what it holds or what is wrong; return the status."""
    try:
        standard = load(file)
    except UnusableFile as unusable:
        print(unusable, file=sys.stderr)
        return unusable.status
    counts = f"{len(standard.clauses)} clauses, {len(standard.targets)} targets"
    print(f"{file}: {standard.title}: {counts}")
    return 0


def load(file: str) -> Standard:
    """Read a standards document, or raise UnusableFile saying ``file: line N: key: problem``."""
    try:
        return parse(Path(file).read_text(encoding="utf-8-sig"))
    except BrokenStandard as broken:
        said = problem(broken, "en")
        sentence = f"{file}: line {broken.line}: {broken.key or '-'}: {said}"
        raise UnusableFile(1, sentence) from broken
    except UnicodeDecodeError as error:
        raise UnusableFile(2, f"{file}: not UTF-8 text") from error
    except OSError as error:
        raise UnusableFile(2, f"{file}: {error.strerror}") from error
