"""Who lives or works in a community on a day, for greetings (NOT-01)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from huiyin.estate.models import House, Person
from huiyin.estate.queries.conditions import lives_on


@dataclass(frozen=True, slots=True)
class LivingRow:
    """A person who holds a role in a house of the community."""

    person_id: int
    name: str


def people_living(
    *, community_id: int, on: date, birthdays: Collection[str] | None = None
) -> tuple[LivingRow, ...]:
    """Return the natural persons with a role in a house on a day, each once.

    ``birthdays`` are days as "03-16": then only those born on one of them. Who has nothing but a
    parking space is not greeted.
    """
    found = Person.objects.filter(
        lives_on(on, "occupancies__"),
        community_id=community_id,
        kind=Person.Kind.PERSON,
        occupancies__house__kind__in=[House.Kind.FLAT, House.Kind.SHOP, House.Kind.OFFICE],
    )
    if birthdays is not None:
        found = found.filter(birthday__in=list(birthdays))
    rows = found.order_by("id").distinct().values_list("id", "name")
    return tuple(LivingRow(*row) for row in rows)
