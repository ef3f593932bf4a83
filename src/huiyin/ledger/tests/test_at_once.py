"""Two at once: one key is one entry, and no day is locked while somebody writes on it."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from huiyin.kernel.errors import Refused
from huiyin.ledger import actions
from huiyin.ledger.models import Book, Journal
from huiyin.ledger.tests import blocks
from huiyin.matters.tests.cast import AT, Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Build the standing cast, committed."""
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do these in threads that begin together; return what each gave, or its refusal."""
    barrier, results = threading.Barrier(len(acts)), list[object]([None] * len(acts))

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = acts[number]()
        except Refused as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


@pytest.mark.rule("BIL-14")
def test_a_double_click_is_one_entry(cast: Cast) -> None:
    blocks.open_books(cast)
    results = at_once(*[lambda: blocks.post(cast)] * 4)
    assert {one.id for one in results} == {Journal.objects.get().pk}  # type: ignore[attr-defined]
    assert [one.again for one in results].count(False) == 1  # type: ignore[attr-defined]


def test_two_different_entries_under_one_key_are_one_and_a_refusal(cast: Cast) -> None:
    blocks.open_books(cast)
    results = at_once(
        lambda: blocks.post(cast, amount="1.00"), lambda: blocks.post(cast, amount="2.00")
    )
    assert sum(isinstance(one, actions.UnableToPost) for one in results) == 1
    assert Journal.objects.count() == 1


def test_two_reversals_are_one(cast: Cast) -> None:
    here = blocks.open_books(cast)
    blocks.post(cast)
    by = cast.caller("finance")

    def reverse() -> object:
        return actions.reverse(
            by=by, at=AT, community_id=here, key="bill:1", business_on=blocks.TODAY, reason="误"
        )

    results = at_once(reverse, reverse)
    assert len({one.id for one in results}) == 1  # type: ignore[attr-defined]
    assert Journal.objects.count() == 2


def test_a_day_is_locked_after_what_is_being_written_on_it(cast: Cast) -> None:
    here = blocks.open_books(cast)
    day = date(2026, 3, 10)
    by = cast.caller("finance")
    locked = threading.Event()

    def lock() -> None:
        actions.lock(by=by, at=AT, community_id=here, until_on=day)
        locked.set()
        connection.close()

    thread = threading.Thread(target=lock)
    with transaction.atomic():
        blocks.post(cast, business_on=day)
        thread.start()
        assert not locked.wait(0.2)
    thread.join(timeout=20)
    assert Book.objects.get(community_id=here).locked_until == day
    with pytest.raises(actions.UnableToPost, match="锁账"):
        blocks.post(cast, "bill:2", business_on=day)
