"""Wishes for birthdays and festivals: the right people, the right day, once (NOT-01)."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.estate import queries as estate
from huiyin.estate.models import House, Occupancy, Person
from huiyin.flows import schedule
from huiyin.flows.greetings import born_on, greet
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.notices.models import Telling


@pytest.fixture
def wang(cast: Cast) -> Person:
    """Somebody born on the day of the cast, who lives in 5-1-101."""
    person = Person.objects.create(community=cast.town.community, name="王晓", birthday="03-16")
    house = House.objects.get(community=cast.town.community, code="5-1-101")
    Occupancy.objects.create(person=person, house=house, role="owner")
    return person


def wish(at: datetime) -> list[Telling]:
    """Greet everybody of YG and return what was written, in order."""
    greet(town=estate.community(caller=SYSTEM, code="YG"), at=at)
    return list(Telling.objects.order_by("id"))


@pytest.mark.rule("NOT-01")
def test_a_birthday_is_wished_once_to_who_lives_here(cast: Cast, wang: Person) -> None:
    gone = Person.objects.create(community=cast.town.community, name="李走", birthday="03-16")
    house = House.objects.get(community=cast.town.community, code="5-1-101")
    Occupancy.objects.create(
        person=gone, house=house, role="tenant", from_on="2025-01-01", until_on="2026-03-16"
    )
    other = Person.objects.create(community=cast.town.community, name="赵后", birthday="03-17")
    Occupancy.objects.create(person=other, house=house, role="tenant")
    (only,) = wish(AT)
    assert only.person == wang
    assert (only.category, only.template) == ("greeting", "greeting.birthday")
    assert only.values["name"] == "王晓"
    assert only.expires_at == moment("2026-03-17 00:00")
    assert wish(moment("2026-03-16 15:00")) == [only]
    assert [one.person for one in wish(moment("2026-03-17 09:00"))] == [wang, other]


@pytest.mark.rule("NOT-01")
def test_a_festival_is_wished_on_its_first_day_off(cast: Cast, wang: Person) -> None:
    assert wish(moment("2026-02-14 09:00")) == []  # a make-up workday before it
    first = wish(moment("2026-02-15 09:00"))
    assert {one.values["festival"] for one in first} == {"春节"}
    assert wang in [one.person for one in first]
    assert len({one.person_id for one in first}) == len(first)
    assert wish(moment("2026-02-16 09:00")) == first
    assert wish(moment("2026-05-01 09:00")) == first  # a holiday nobody is wished well on


def test_the_schedule_looks_once_an_hour(cast: Cast, wang: Person) -> None:
    schedule.forget()
    assert schedule.greet(AT) == 1
    assert schedule.greet(moment("2026-03-16 09:59")) == 0
    assert schedule.greet(moment("2026-03-16 10:00")) == 1  # asked again, and written once
    assert Telling.objects.count() == 1


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_everybody_has_one_birthday_a_year(day: date) -> None:
    days = born_on(day)
    assert f"{day:%m-%d}" in days
    assert ("02-29" in days) == (
        f"{day:%m-%d}" == "02-29" or (f"{day:%m-%d}" == "02-28" and day.year % 4 != 0)
    )
