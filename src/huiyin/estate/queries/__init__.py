"""Reads of the estate, each narrowed to the communities in which the caller works."""

from huiyin.estate.queries.communities import callers, communities, community, community_model
from huiyin.estate.queries.conditions import lives_on
from huiyin.estate.queries.finding import find
from huiyin.estate.queries.houses import house_card, house_model, houses
from huiyin.estate.queries.living import LivingRow, people_living
from huiyin.estate.rows import (
    CallerRow,
    CommunityRow,
    Hit,
    HouseCard,
    HouseRow,
    PersonRow,
    PhoneRow,
)
from huiyin.estate.titles import kind_title, role_title

__all__ = [
    "CallerRow",
    "CommunityRow",
    "Hit",
    "HouseCard",
    "HouseRow",
    "LivingRow",
    "PersonRow",
    "PhoneRow",
    "callers",
    "communities",
    "community",
    "community_model",
    "find",
    "house_card",
    "house_model",
    "houses",
    "kind_title",
    "lives_on",
    "people_living",
    "role_title",
]
