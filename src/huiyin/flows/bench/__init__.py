"""``huiyin bench``: repeatable measurements, each beside this machine's floor in the same run.

They run on a scratch database of the same server, made and dropped here; the demo's data and any
other is not touched. ``docs/bench.md`` says what each figure means.
"""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict

from django.conf import settings
from django.utils.translation import gettext as _

from huiyin.flows.bench import (
    account,
    arrears,
    billing,
    dispatch,
    intake,
    letters,
    notices,
    queue,
    roster,
    sweep,
)
from huiyin.flows.bench.measure import Result
from huiyin.flows.bench.scratch import scratch_database
from huiyin.kernel.errors import BadInput, WrongState

HOUSEHOLDS = 600
SIZES = {"billing": 100_000, "arrears": 100_000}
"""Benches that want more households than others when nobody says how many."""
BENCHES: dict[str, Callable[[int], Sequence[Result]]] = {
    "sweep": sweep.run,
    "intake": intake.run,
    "letters": letters.run,
    "notices": notices.run,
    "queue": queue.run,
    "dispatch": dispatch.run,
    "roster": roster.run,
    "account": account.run,
    "arrears": arrears.run,
    "billing": billing.run,
}

DRAWN = frozenset({"letters"})  # nothing of it is in a database, whose housekeeping would be timed


class UnableToBench(BadInput):
    """There is no such bench."""


class UnableToBenchHere(WrongState):
    """A bench takes the whole machine: not where people work."""


def run(name: str, households: int | None = None, as_json: bool = False) -> int:
    """Run one bench and print its results; return 1 when a limit is not held.

    Raises UnableToBench for an unknown name, UnableToBenchHere in production.
    """
    bench = BENCHES.get(name)
    if bench is None:
        raise UnableToBench(_("没有这项测量,可选:%(names)s") % {"names": ", ".join(BENCHES)})
    if settings.PRODUCTION:
        raise UnableToBenchHere(_("正式环境不能做性能测量。"))
    with nullcontext() if name in DRAWN else scratch_database():
        results = bench(households or SIZES.get(name, HOUSEHOLDS))
    if as_json:
        rows = [asdict(one) for one in results]
        print(json.dumps({"bench": name, "results": rows}, ensure_ascii=False))
    else:
        for one in results:
            print(one.line(), flush=True)
    failed = [one.what for one in results if not one.ok]
    if failed:
        print(f"huiyin bench {name}: not held: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0
