"""Books are opened once, extended by accounts, and locked forward only (BIL-14)."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.ledger import actions, chart
from huiyin.ledger.actions import UnableToAddAccount, UnableToLock, UnableToOpenBooks
from huiyin.ledger.chart import BadChart
from huiyin.ledger.models import Account, Book
from huiyin.ledger.tests import blocks
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db


def lock(cast: Cast, until: str, by: str = "finance") -> None:
    here = cast.town.community.pk
    actions.lock(by=cast.caller(by), at=AT, community_id=here, until_on=date.fromisoformat(until))


def test_books_open_with_the_shipped_chart(cast: Cast) -> None:
    here = blocks.open_books(cast)
    codes = set(Account.objects.filter(community_id=here).values_list("code", flat=True))
    assert codes == {row.code for row in chart.shipped()}
    named = {
        value for name, value in vars(chart).items() if name.isupper() and isinstance(value, str)
    }
    assert named <= codes
    assert Entry.objects.filter(action="ledger.books_opened").count() == 1


def test_books_open_once(cast: Cast) -> None:
    here = blocks.open_books(cast)
    blocks.open_books(cast)
    assert Book.objects.filter(community_id=here).count() == 1
    with pytest.raises(UnableToOpenBooks):
        blocks.open_books(cast, date(2026, 2, 1))


@pytest.mark.parametrize("post", ["keeper", "collector", "technician"])
def test_only_finance_opens_books(cast: Cast, post: str) -> None:
    here = cast.town.community.pk
    with pytest.raises(Forbidden):
        actions.open_books(by=cast.caller(post), at=AT, community_id=here, opened_on=blocks.OPENED)


def test_a_stranger_finds_no_books(cast: Cast) -> None:
    here = blocks.open_books(cast)
    with pytest.raises(NotFound):
        actions.lock(by=cast.caller("E031"), at=AT, community_id=here, until_on=blocks.OPENED)


def test_an_account_is_added_once(cast: Cast) -> None:
    here = blocks.open_books(cast)
    add: dict[str, Any] = {
        "by": cast.caller("finance"),
        "at": AT,
        "community_id": here,
        "kind": "income",
    }
    actions.add_account(**add, code="600107", name="租赁")
    with pytest.raises(UnableToAddAccount, match="600107"):
        actions.add_account(**add, code="600107", name="别的")


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("12", "短", "income"),
        ("6001a", "字母", "income"),
        ("60010", "", "income"),
        ("60010", "x", ""),
    ],
)
def test_no_account_of_nonsense(cast: Cast, code: str, name: str, kind: str) -> None:
    here = blocks.open_books(cast)
    with pytest.raises(UnableToAddAccount):
        actions.add_account(
            by=cast.caller("finance"), at=AT, community_id=here, code=code, name=name, kind=kind
        )


@pytest.mark.rule("BIL-14")
def test_days_are_locked_forward_only(cast: Cast) -> None:
    here = blocks.open_books(cast)
    lock(cast, "2026-02-28")
    lock(cast, "2026-02-28")
    with pytest.raises(UnableToLock, match="只能往后锁"):
        lock(cast, "2026-01-31")
    with pytest.raises(UnableToLock, match="还没有过完"):
        lock(cast, "2026-03-16")
    lock(cast, "2026-03-15")
    assert Book.objects.get(community_id=here).locked_until == date(2026, 3, 15)
    assert Entry.objects.filter(action="ledger.days_locked").count() == 2


@pytest.mark.rule("BIL-14")
@pytest.mark.parametrize("until", [date(2026, 3, 14), None])
def test_the_database_itself_unlocks_no_day(cast: Cast, until: date | None) -> None:
    here = blocks.open_books(cast)
    lock(cast, "2026-03-15")
    with pytest.raises(DatabaseError, match="stay locked"), transaction.atomic():
        Book.objects.filter(community_id=here).update(locked_until=until)


def test_no_day_before_the_books_is_locked(cast: Cast) -> None:
    blocks.open_books(cast)
    with pytest.raises(UnableToLock, match="才开账"):
        lock(cast, "2025-12-31")


def test_a_community_without_books_has_nothing_to_lock(cast: Cast) -> None:
    with pytest.raises(NotFound, match="还没有开账"):
        lock(cast, "2026-02-28")


@pytest.mark.parametrize(
    "text",
    [
        '[[account]]\ncode="1001"\nname="a"\nkind="asset"\n' * 2,
        '[[account]]\ncode="1001"\nname="a"\nkind="thing"\n',
        '[[account]]\ncode="x"\nname="a"\nkind="asset"\n',
    ],
)
def test_a_chart_of_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadChart):
        chart.read_chart(text)
