"""What meters used during the days of a shared cost, as weights or as its amount (BIL-02)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huiyin.billing import sharing
from huiyin.billing.models import Pool
from huiyin.meters import queries as meters
from huiyin.meters import rules
from huiyin.meters.models import Meter
from huiyin.standards import queries as standards


def given_weights(pool: Pool, at: datetime) -> Mapping[str, str]:
    """Return the weights of a pool that no row of a house knows, by house id as text.

    Entered by hand for the basis ``weight``; for ``meter`` what the meters of each house used in
    the days. A house whose use nobody knows is not there.
    """
    if pool.basis != Pool.Basis.METER:
        weights: Mapping[str, str] = pool.weights
        return weights
    houses = set(sharing.houses_of(pool.scope))
    if not houses:
        return {}
    window = _window(pool.community_id, pool.from_on, pool.until_on, at)
    found = meters.readings_of_houses(
        community_id=pool.community_id,
        first=min(houses),
        last=max(houses),
        kinds=[pool.meter_kind],
        **window,
    )
    used = ((house, rules.use(hung, **window)) for (house, _kind), hung in found.items())
    return {
        str(house): str(one.quantity)
        for house, one in used
        if house in houses and isinstance(one, rules.Use)
    }


def of_meter(meter: Meter, from_on: date, until_on: date, at: datetime) -> Decimal | None:
    """Return what a meter and those it replaced used in half-open days, None when nobody knows."""
    window = _window(meter.community_id, from_on, until_on, at)
    found = meters.facts_of_meters(meters=_hung_there(meter), **window)
    used = rules.use(tuple(found.values()), **window)
    return used.quantity if isinstance(used, rules.Use) else None


def _hung_there(meter: Meter | None) -> list[int]:
    chain = []
    while meter is not None:
        chain.append(meter.pk)
        meter = meter.replaces
    return chain


def _window(community_id: int, from_on: date, until_on: date, at: datetime) -> dict[str, Any]:
    _version, standard = standards.current(community_id=community_id, at=at)
    near = standard.billing
    return {
        "from_on": from_on,
        "until_on": until_on,
        "early": near.reading_early,
        "late": near.reading_late,
    }
