"""Wishes for a birthday or a festival, to each who lives here once (NOT-01)."""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from huiyin.estate import queries as estate
from huiyin.estate.queries import LivingRow
from huiyin.estate.rows import CommunityRow
from huiyin.notices.actions import NewTelling, tell
from huiyin.standards import queries as standards

LEAP_DAY, DAY_BEFORE = "02-29", "02-28"

Wish = tuple[str, LivingRow, dict[str, str]]  # which one, to whom, and what else it says


def greet(*, town: CommunityRow, at: datetime) -> int:
    """Queue the wishes of the day for a community; return how many people are greeted.

    The purpose names day and year, so that however often this is asked everybody is greeted once.
    What could not be said on the day is not said afterwards.
    """
    zone = ZoneInfo(town.zone)
    today = at.astimezone(zone).date()
    evening = datetime.combine(today + timedelta(days=1), time(0), zone)
    wishes = [*_birthdays(town, today), *_festival(town, at, today)]
    tellings = [
        NewTelling(
            community_id=town.id,
            person_id=person.person_id,
            purpose=f"greeting:{kind}:{today.isoformat()}",
            category="greeting",
            template=f"greeting.{kind}",
            values={"name": person.name, "community": town.name, **more},
            expires_at=evening,
        )
        for kind, person, more in wishes
    ]
    if tellings:
        with transaction.atomic():
            tell(tellings=tellings, at=at)
    return len(tellings)


def born_on(today: date) -> tuple[str, ...]:
    """Return the birthdays that fall on a day; who was born on 29 February has one every year."""
    day = f"{today:%m-%d}"
    leapless = day == DAY_BEFORE and not calendar.isleap(today.year)
    return (day, LEAP_DAY) if leapless else (day,)


def _birthdays(town: CommunityRow, today: date) -> Iterable[Wish]:
    people = estate.people_living(community_id=town.id, on=today, birthdays=born_on(today))
    return (("birthday", one, {}) for one in people)


def _festival(town: CommunityRow, at: datetime, today: date) -> Iterable[Wish]:
    """Greet on the first day of a festival that the community's standard names."""
    _version, standard = standards.current(community_id=town.id, at=at)
    among = standard.notices.greeted_festivals
    name = standards.festival(community_id=town.id, on=today, among=among)
    people = estate.people_living(community_id=town.id, on=today) if name else ()
    return (("festival", one, {"festival": name}) for one in people)
