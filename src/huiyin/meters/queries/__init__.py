"""Every read of the room: facts for rooms that compute, plain rows narrowed by the caller."""

from huiyin.meters.queries.facts import facts_of_meters, readings_of_houses

__all__ = ["facts_of_meters", "readings_of_houses"]
