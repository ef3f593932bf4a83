from collections.abc import Sequence

from huiyin.flows.bench.measure import Result


def run(households: int) -> Sequence[Result]:
    return ()
