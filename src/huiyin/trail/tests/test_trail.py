"""The trail: who did what, unchangeable, readable only by those who answer for the site."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from huiyin.accounts.models import User
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.trail.actions import record
from huiyin.trail.models import Entry
from huiyin.trail.queries import entries

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
YG, CH = 1, 2


def holding(community_id: int | None, *posts: str, user_id: int | None = None) -> Caller:
    return Caller(user_id, None, "林" * 80, {community_id: frozenset(posts)})


def test_an_entry_says_who_when_and_what() -> None:
    user = User.objects.create_user("e001")
    record(
        action="estate.house_changed",
        by=holding(YG, "keeper", user_id=user.pk),
        at=AT,
        subject="house:1",
        community_id=YG,
        before={"area": None},
        after={"area": Decimal("98.50"), "on": date(2026, 3, 16), "at": AT},
        reason="x" * 400,
    )
    entry = Entry.objects.get()
    assert (entry.by_id, len(entry.by_name), len(entry.reason)) == (user.pk, 60, 300)
    assert entry.after == {"area": "98.50", "on": "2026-03-16", "at": "2026-03-16T01:00:00Z"}


def test_the_database_refuses_to_change_or_delete_an_entry() -> None:
    record(action="a", by=SYSTEM, at=AT, subject="s")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(action="b")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()


def test_the_trail_stays_within_the_walls() -> None:
    for place in (YG, CH, None):
        record(action=f"in.{place}", by=SYSTEM, at=AT, subject="thing:1", community_id=place)
    manager = holding(YG, "manager")
    assert [one.community_id for one in entries(caller=manager).items] == [YG]
    assert len(entries(caller=manager, subject="thing:1").items) == 1
    assert len(entries(caller=holding(None, "general_manager")).items) == 3
    assert entries(caller=holding(YG, "keeper")).items == ()
    with pytest.raises(NotFound):
        entries(caller=manager, community_id=CH)
    with pytest.raises(Forbidden):
        entries(caller=holding(YG, "keeper"), community_id=YG)


def test_the_trail_is_paged(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        at = AT + timedelta(minutes=number // 2)
        record(action=f"a{number}", by=SYSTEM, at=at, subject="s", community_id=YG)
    manager = holding(YG, "manager")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        with django_assert_max_num_queries(1):
            page = entries(caller=manager, community_id=YG, cursor=cursor, limit=2)
        seen += [one.action for one in page.items]
        cursor = page.next
    assert seen == ["a4", "a3", "a2", "a1", "a0"]


@pytest.mark.parametrize("cursor", ["x", "WyJ4IiwxXQ", "WzEsMV0"])
def test_a_broken_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput):
        entries(caller=SYSTEM, community_id=YG, cursor=cursor)
