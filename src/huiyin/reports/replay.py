"""``huiyin standards replay``: what would have been kept under other limits (STD-01).

The facts stay as they were; only the promises are worked out anew, in memory. Nothing is written.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huiyin.estate import queries as estate
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import NotFound
from huiyin.matters.queries.histories import histories
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.command import UnusableFile, load
from huiyin.standards.document import Standard

Figures = Counter[tuple[str, str, bool]]
"""How many promises of a rule and code were kept (True) or broken (False)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of promise: how many were kept of how many, as it was and as it would be."""

    rule: str
    code: str
    kept: int
    promised: int
    would_be_kept: int
    would_be_promised: int


def run(community: str, file: str, start: date, end: date) -> int:
    """Print the comparison for matters received from a day to another, both included.

    Return 0, 1 for a broken document (printed with line and key), 2 for what cannot be used.
    """
    if end < start:
        print("standards replay: --to lies before --from", file=sys.stderr)
        return 2
    try:
        place = estate.community(caller=SYSTEM, code=community)
    except NotFound:
        print(f"standards replay: no community {community}", file=sys.stderr)
        return 2
    try:
        standard = load(str(file))
    except UnusableFile as unusable:
        print(unusable, file=sys.stderr)
        return unusable.status
    zone = ZoneInfo(place.zone)
    lines = compare(
        community_id=place.id,
        standard=standard,
        since=datetime.combine(start, time(0), zone),
        until=datetime.combine(end + timedelta(days=1), time(0), zone),
        at=clock.now(),
    )
    for line in lines:
        print(
            f"{line.rule:<8} {line.code:<14} {line.kept}/{line.promised}"
            f" -> {line.would_be_kept}/{line.would_be_promised}"
        )
    return 0


def compare(
    *, community_id: int, standard: Standard, since: datetime, until: datetime, at: datetime
) -> tuple[Line, ...]:
    """Compare what was promised and kept with what another standard makes of the same facts."""
    was: Figures = Counter()
    would_be: Figures = Counter()
    for history in histories(community_id=community_id, since=since, until=until):
        calendar = standards.calendar(history.place, standard)
        _count(was, history.promises)
        _count(would_be, engine.replay(standard, history.facts, at, calendar))
    kinds = sorted({(rule, code) for rule, code, _kept in was | would_be})
    return tuple(
        Line(
            rule,
            code,
            was[rule, code, True],
            was[rule, code, True] + was[rule, code, False],
            would_be[rule, code, True],
            would_be[rule, code, True] + would_be[rule, code, False],
        )
        for rule, code in kinds
    )


def _count(figures: Figures, promises: tuple[engine.PromiseState, ...]) -> None:
    """Count verdicts; what still runs or fell away says nothing yet."""
    for promise in promises:
        if promise.state in {"kept", "broken"}:
            figures[promise.rule, promise.code, promise.state == "kept"] += 1
