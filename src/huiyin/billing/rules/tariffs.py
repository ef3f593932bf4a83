"""Prices of an item one after the other: no day between without one, none with two (BIL-01)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

# Upper bound of a step (None: open) and its price.
Step = tuple[Decimal | None, Decimal]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The half-open days during which a price holds; open when ``until_on`` is None."""

    id: int
    from_on: date
    until_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the day is one of them."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class Unfit(ValueError):
    """A stretch that a chain cannot take: ``code`` backwards, gap or overlap, and its days."""

    def __init__(self, code: str, from_on: date, until_on: date | None) -> None:
        super().__init__(code)
        self.code, self.from_on, self.until_on = code, from_on, until_on


@dataclass(frozen=True, slots=True)
class Fit:
    """What taking a stretch in does to the chain: the one that ends there, or that it replaces."""

    ends: int | None = None
    replaces: int | None = None


def fit(chain: Sequence[Stretch], new: Stretch) -> Fit:
    """Say how a stretch joins a chain that is in order, without gaps and overlaps (BIL-01).

    1. Inside another one it ends that one, or replaces it when both begin on the same day. Where
       something follows, it must reach exactly to that.
    2. Before the first one it must end on the day that one begins.
    3. After the last one it must begin on the day that one ended.

    Raises Unfit with the days that two prices would claim, or that would have none.
    """
    if new.until_on is not None and new.until_on <= new.from_on:
        raise Unfit("backwards", new.from_on, new.until_on)
    if not chain:
        return Fit()
    around = next((one for one in chain if one.holds_on(new.from_on)), None)
    if around is not None:
        if around != chain[-1]:
            _reach(new, around.until_on)
        if around.from_on == new.from_on:
            return Fit(replaces=around.id)
        return Fit(ends=around.id)
    if new.from_on < chain[0].from_on:
        _reach(new, chain[0].from_on)
    elif chain[-1].until_on is not None and chain[-1].until_on < new.from_on:
        raise Unfit("gap", chain[-1].until_on, new.from_on)
    return Fit()


def _reach(new: Stretch, follows_on: date | None) -> None:
    """Raise Unfit unless the new stretch ends on the day what follows begins."""
    if follows_on is None or new.until_on == follows_on:
        return
    if new.until_on is None or new.until_on > follows_on:
        raise Unfit("overlap", follows_on, new.until_on)
    raise Unfit("gap", new.until_on, follows_on)


def joined(chain: Sequence[Stretch], new: Stretch) -> tuple[Stretch, ...]:
    """Return the chain with a stretch taken in, in order. Raises Unfit as :func:`fit` does."""
    does = fit(chain, new)
    kept = [
        replace(one, until_on=new.from_on) if one.id == does.ends else one
        for one in chain
        if one.id != does.replaces
    ]
    return tuple(sorted([*kept, new], key=lambda one: one.from_on))


def bad_steps(steps: Sequence[Step]) -> str:
    """Name what is wrong with the steps of a price: ``order``, ``open``, ``free``; "" for nothing.

    Upper bounds rise from step to step, the last step has none, and not every step is free.
    """
    if not steps:
        return ""
    bounds = [bound for bound, _price in steps[:-1]]
    if steps[-1][0] is not None or any(bound is None for bound in bounds):
        return "open"
    known = [Decimal(0), *(bound for bound in bounds if bound is not None)]
    if any(later <= earlier for earlier, later in pairwise(known)):
        return "order"
    return "" if any(price > 0 for _bound, price in steps) else "free"
