"""``huiyin standards check FILE``: prove a standards document before anybody adopts it."""

import sys
from pathlib import Path

from huiyin.standards.document import parse
from huiyin.standards.reading import BrokenStandard
from huiyin.standards.rules import problem


def check(file: str) -> int:
    """Read a standards document and print what is wrong; return the exit status.

    0 it can be used, 1 it is broken (``file: line N: key: problem``), 2 it cannot be read.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        print(f"{file}: {said}", file=sys.stderr)
        return 2
    try:
        standard = parse(text)
    except BrokenStandard as broken:
        said = problem(broken, "en")
        print(f"{file}: line {broken.line}: {broken.key or '-'}: {said}", file=sys.stderr)
        return 1
    counts = f"{len(standard.clauses)} clauses, {len(standard.targets)} targets"
    print(f"{file}: {standard.title}: {counts}")
    return 0
