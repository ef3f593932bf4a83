"""Every read of the room: facts for rooms that compute, plain rows narrowed by the caller."""

from huiyin.meters.queries.facts import facts_of_meters, readings_of_houses
from huiyin.meters.queries.lists import (
    MeterFilters,
    held,
    held_count,
    meter,
    meters,
    photo_file,
)
from huiyin.meters.queries.walks import closes_the_month, routes, walk
from huiyin.meters.rules import round_of

__all__ = [
    "MeterFilters",
    "closes_the_month",
    "facts_of_meters",
    "held",
    "held_count",
    "meter",
    "meters",
    "photo_file",
    "readings_of_houses",
    "round_of",
    "routes",
    "walk",
]
