"""The chains in force: a community's before the company's before those that are shipped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib import resources

from django.db.models import Q

from huiyin.approvals import models
from huiyin.approvals.rules import Chain, Steps, choose, read_chains


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain in force and where it comes from: shipped, company or community."""

    kind: str
    from_amount: Decimal
    steps: Steps
    origin: str
    made_at: datetime | None = None
    made_by: str = ""
    reason: str = ""


@lru_cache(maxsize=1)
def shipped() -> tuple[Chain, ...]:
    """Return the chains that come with the program."""
    file = resources.files(__package__).joinpath("chains.toml")
    return read_chains(file.read_text(encoding="utf-8"))


def steps_for(*, community_id: int, kind: str, amount: Decimal | None) -> Steps | None:
    """Return the steps that a request goes through, or None where nobody set any. One query."""
    made = _latest(models.Chain.objects.filter(_of(community_id), kind=kind))
    for origin in ("community", "company"):
        own = [_chain(one) for one in made if _origin(one) == origin and one.steps]
        if found := choose(own, kind, amount):
            return found.steps
    found = choose(shipped(), kind, amount)
    return found.steps if found else None


def in_force(*, community_id: int) -> tuple[ChainRow, ...]:
    """Return every chain that counts in a community, by kind and amount. One query."""
    made = [one for one in _latest(models.Chain.objects.filter(_of(community_id))) if one.steps]
    rows = {(one.kind, one.from_amount): _shipped_row(one) for one in shipped()}
    for origin in ("company", "community"):
        own = [one for one in made if _origin(one) == origin]
        for kind in {one.kind for one in own}:
            lowest = min(one.from_amount for one in own if one.kind == kind)
            # From its lowest amount on, what was set here hides what lies below it.
            rows = {key: row for key, row in rows.items() if key[0] != kind or key[1] < lowest}
        rows |= {(one.kind, one.from_amount): _row(one) for one in own}
    return tuple(rows[key] for key in sorted(rows))


def _of(community_id: int) -> Q:
    return Q(community=community_id) | Q(community__isnull=True)


def _latest(made: Iterable[models.Chain]) -> list[models.Chain]:
    """Keep the last chain made for each community, kind and amount."""
    last = {(one.community_id, one.kind, one.from_amount): one for one in _in_order(made)}
    return list(last.values())


def _in_order(made: Iterable[models.Chain]) -> list[models.Chain]:
    return sorted(made, key=lambda one: one.pk)


def _origin(one: models.Chain) -> str:
    return "company" if one.community_id is None else "community"


def _chain(one: models.Chain) -> Chain:
    return Chain(one.kind, one.from_amount, tuple(tuple(step) for step in one.steps))


def _shipped_row(one: Chain) -> ChainRow:
    return ChainRow(one.kind, one.from_amount, one.steps, "shipped")


def _row(one: models.Chain) -> ChainRow:
    return ChainRow(
        kind=one.kind,
        from_amount=one.from_amount,
        steps=_chain(one).steps,
        origin=_origin(one),
        made_at=one.made_at,
        made_by=one.made_by.name if one.made_by else "",
        reason=one.reason,
    )
