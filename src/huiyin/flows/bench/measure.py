"""How a bench counts: medians of repeated runs, a floor beside each, a limit where one is set."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. ``limit`` bounds the ratio where the figure is held against its floor, else
    the value itself; without a limit the figure is told for information."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    limit: float | None = None
    ok: bool = True

    def line(self) -> str:
        """Return the figure as one line for a terminal."""
        beside = "" if self.floor is None else f"  floor {self.floor:g}  ratio {self.ratio:g}"
        bound = "" if self.limit is None else f"  limit {self.limit:g}"
        verdict = "ok  " if self.ok else "FAIL"
        return f"{verdict} {self.what}: {self.value:g} {self.unit}{beside}{bound}"


def against_limit(
    what: str, value: float, unit: str, limit: float, floor: float | None = None
) -> Result:
    """Return a figure whose value may not pass a limit; the floor is told beside it."""
    ratio = None if not floor else round(value / floor, 2)
    kept = None if floor is None else round(floor, 3)
    return Result(what, round(value, 3), unit, kept, ratio, limit, ok=value <= limit)


def against_floor(what: str, value: float, unit: str, floor: float, most: float) -> Result:
    """Return a figure that may cost at most so many times its floor."""
    ratio = round(value / floor, 2)
    return Result(what, round(value, 3), unit, round(floor, 3), ratio, most, ok=ratio <= most)


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def middle(figures: Iterable[float]) -> float:
    """Return the median, which a machine's hiccups hardly move."""
    return median(figures)


def alternate(times: int, *works: Callable[[], object]) -> list[float]:
    """Run each work in turn, so that all of them meet the same weather; return their medians."""
    figures: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, kept in zip(works, figures, strict=True):
            kept.append(milliseconds(work))
    return [middle(kept) for kept in figures]
