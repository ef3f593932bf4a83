"""The trail: who did what, unchangeable, readable only by those who answer for the site."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from huiyin.accounts.models import User
from huiyin.estate.models import Community
from huiyin.estate.tests.cast import AT, TODAY, caller_with
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.trail.actions import record
from huiyin.trail.models import Entry
from huiyin.trail.queries import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def towns() -> tuple[Community, Community]:
    return (
        Community.objects.create(code="YG", name="阳光花园"),
        Community.objects.create(code="CH", name="春和"),
    )


def test_an_entry_says_who_when_and_what(towns: tuple[Community, Community]) -> None:
    town, _other = towns
    user = User.objects.create_user("e001")
    record(
        action="estate.house_changed",
        by=caller_with(town, "keeper", user=user, name="林" * 80),
        at=AT,
        subject="house:1",
        community_id=town.pk,
        before={"area": None},
        after={"area": Decimal("98.50"), "on": TODAY, "at": AT},
        reason="x" * 400,
    )
    entry = Entry.objects.get()
    assert (entry.by_id, len(entry.by_name), len(entry.reason)) == (user.pk, 60, 300)
    assert entry.after == {"area": "98.50", "on": "2026-03-16", "at": "2026-03-16T01:00:00Z"}


@pytest.mark.rule("BIL-14")
def test_the_database_refuses_to_change_or_delete_an_entry() -> None:
    record(action="a", by=SYSTEM, at=AT, subject="s")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(action="b")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()


def test_the_trail_stays_within_the_walls(towns: tuple[Community, Community]) -> None:
    town, other = towns
    for place in (town.pk, other.pk, None):
        record(action=f"in.{place}", by=SYSTEM, at=AT, subject="thing:1", community_id=place)
    manager = caller_with(town, "manager")
    assert [one.community_id for one in entries(caller=manager).items] == [town.pk]
    assert len(entries(caller=manager, subject="thing:1").items) == 1
    assert len(entries(caller=caller_with(None, "general_manager")).items) == 3
    assert entries(caller=caller_with(town, "keeper")).items == ()
    with pytest.raises(NotFound):
        entries(caller=manager, community_id=other.pk)
    with pytest.raises(Forbidden):
        entries(caller=caller_with(town, "keeper"), community_id=town.pk)


def test_the_trail_is_paged(
    towns: tuple[Community, Community], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    town, _other = towns
    for number in range(5):
        at = AT + timedelta(minutes=number // 2)
        record(action=f"a{number}", by=SYSTEM, at=at, subject="s", community_id=town.pk)
    manager = caller_with(town, "manager")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        with django_assert_max_num_queries(1):
            page = entries(caller=manager, community_id=town.pk, cursor=cursor, limit=2)
        seen += [one.action for one in page.items]
        cursor = page.next
    assert seen == ["a4", "a3", "a2", "a1", "a0"]


@pytest.mark.parametrize("cursor", ["x", "WyJ4IiwxXQ", "WzEsMV0"])
def test_a_broken_cursor_is_refused(towns: tuple[Community, Community], cursor: str) -> None:
    with pytest.raises(BadInput):
        entries(caller=SYSTEM, community_id=towns[0].pk, cursor=cursor)
