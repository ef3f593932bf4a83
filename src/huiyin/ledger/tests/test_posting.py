"""Every entry balances, stands on an open day, and is written once under its key (I1, I12)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import Forbidden
from huiyin.ledger import actions
from huiyin.ledger.actions import Leg, UnableToPost, UnableToReverse
from huiyin.ledger.models import Journal, Posting
from huiyin.ledger.tests import blocks
from huiyin.matters.tests.cast import AT, Cast

pytestmark = pytest.mark.django_db

BILLS = """
    SELECT 'bill:' || number, '物业费', code, house, NULL::bigint, amount
      FROM unnest(%(numbers)s::int[]) AS number
     CROSS JOIN (VALUES ('1122', %(house)s::bigint, 10.50), ('600101', NULL, -10.50),
                        ('600105', NULL, 0.00)) AS leg (code, house, amount)
"""


def post_bills(cast: Cast, numbers: list[int], on: date = blocks.TODAY, legs: str = BILLS) -> int:
    return actions.post_many(
        by=SYSTEM,
        at=AT,
        community_id=cast.town.community.pk,
        kind="bill",
        business_on=on,
        legs=legs,
        params={"numbers": numbers, "house": cast.town.flat.pk},
    )


@pytest.mark.rule("BIL-14", "FIN-13")
def test_an_entry_has_its_legs_author_and_both_dates(cast: Cast) -> None:
    blocks.open_books(cast)
    finance = cast.caller("finance")
    posted = actions.post(by=finance, at=AT, entry=blocks.entry(cast))
    journal = Journal.objects.get(pk=posted.id)
    assert (journal.business_on, journal.recorded_at) == (blocks.TODAY, AT)
    assert (journal.by_id, journal.by_name) == (finance.employee_id, finance.name)
    legs = list(journal.postings.order_by("leg").values_list("account__code", "amount", "house_id"))
    assert legs == [
        ("1122", Decimal("386.12"), cast.town.flat.pk),
        ("600101", Decimal("-386.12"), None),
    ]


def test_the_same_request_gets_the_first_answer(cast: Cast) -> None:
    blocks.open_books(cast)
    first = blocks.post(cast)
    again = blocks.post(cast)
    assert (again.id, again.again) == (first.id, True)
    assert Journal.objects.count() == 1
    assert Posting.objects.count() == 2


@pytest.mark.parametrize(
    "other", [{"amount": "386.13"}, {"memo": "别的"}, {"business_on": date(2026, 3, 15)}]
)
def test_another_entry_under_the_same_key_is_refused(cast: Cast, other: dict[str, Any]) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    with pytest.raises(UnableToPost, match="内容不同"):
        blocks.post(cast, **other)
    assert Journal.objects.count() == 1


def test_the_same_key_of_another_community_is_another_entry(cast: Cast) -> None:
    blocks.open_books(cast)
    there = cast.neighbour.community.pk
    actions.open_books(
        by=cast.caller("company_finance"), at=AT, community_id=there, opened_on=blocks.OPENED
    )
    first = blocks.post(cast)
    second = blocks.post(cast, community_id=there)
    assert second.id != first.id


@pytest.mark.rule("BIL-14")
def test_a_locked_day_takes_nothing(cast: Cast) -> None:
    here = blocks.open_books(cast)
    first = blocks.post(cast, business_on=date(2026, 2, 10))
    until = date(2026, 2, 28)
    actions.lock(by=cast.caller("finance"), at=AT, community_id=here, until_on=until)
    with pytest.raises(UnableToPost, match="2026-02-28 及以前已经锁账") as refused:
        blocks.post(cast, "bill:2", business_on=until)
    assert refused.value.field == "business_on"
    with pytest.raises(UnableToPost, match="锁账"):
        post_bills(cast, [3], on=until)
    with pytest.raises(UnableToPost, match="锁账"):
        reverse(cast, "bill:1", on=until)
    assert list(Journal.objects.values_list("pk", flat=True)) == [first.id]
    blocks.post(cast, "bill:2", business_on=date(2026, 3, 1))


def test_a_day_before_the_books_takes_nothing(cast: Cast) -> None:
    blocks.open_books(cast)
    with pytest.raises(UnableToPost, match="才开账"):
        blocks.post(cast, business_on=date(2025, 12, 31))


def test_no_books_no_entry(cast: Cast) -> None:
    with pytest.raises(UnableToPost, match="还没有开账"):
        blocks.post(cast)


def test_an_unknown_account_is_named(cast: Cast) -> None:
    blocks.open_books(cast)
    legs = (Leg("1122", Decimal(1)), Leg("7777", Decimal(-1)))
    with pytest.raises(UnableToPost, match="7777"):
        blocks.post(cast, legs=legs)
    assert not Journal.objects.exists()


@pytest.mark.parametrize(
    "amounts", [("1", "-2"), ("1", "0", "-1"), ("0.005", "-0.005")], ids=["odd", "nothing", "parts"]
)
def test_what_cannot_be_an_entry_is_a_fault_of_ours(cast: Cast, amounts: tuple[str, ...]) -> None:
    blocks.open_books(cast)
    with pytest.raises(ValueError, match="bill:1"):
        blocks.post(cast, legs=tuple(Leg("1122", Decimal(one)) for one in amounts))


@pytest.mark.rule("FIN-13")
def test_the_database_itself_keeps_the_balance(cast: Cast) -> None:
    blocks.open_books(cast)
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        post_bills(cast, [1], legs=BILLS.replace("-10.50", "-10.49"))


@pytest.mark.rule("FIN-13")
@pytest.mark.parametrize("days", [-1, 1])
def test_the_database_itself_keeps_all_legs_on_one_day(cast: Cast, days: int) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    copy = Journal.objects.get()
    legs = list(copy.postings.all())
    copy.pk, copy.key = None, "again"
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        copy.save(force_insert=True)
        for leg in legs:
            leg.pk, leg.journal = None, copy
        legs[0].business_on += timedelta(days=days)
        Posting.objects.bulk_create(legs)


def test_only_employees_and_the_system_post(cast: Cast) -> None:
    blocks.open_books(cast)
    owner = Caller(user_id=1, employee_id=None, name="王丽")
    with pytest.raises(Forbidden):
        actions.post(by=owner, at=AT, entry=blocks.entry(cast))
    with pytest.raises(Forbidden):
        actions.post(by=cast.caller("E031"), at=AT, entry=blocks.entry(cast))


def test_a_whole_run_is_posted_by_one_query(cast: Cast) -> None:
    blocks.open_books(cast)
    assert post_bills(cast, [1, 2, 3]) == 3
    assert Posting.objects.count() == 6  # a leg of nothing is none
    assert set(Journal.objects.values_list("legs", flat=True)) == {2}
    assert post_bills(cast, []) == 0


def test_a_run_is_not_posted_twice(cast: Cast) -> None:
    blocks.open_books(cast)
    post_bills(cast, [1, 2])
    with pytest.raises(UnableToPost, match="已经记过"):
        post_bills(cast, [2, 3])
    assert Journal.objects.count() == 2


def test_a_run_with_an_unknown_account_is_refused_in_words(cast: Cast) -> None:
    blocks.open_books(cast)
    with pytest.raises(UnableToPost, match="会计科目"):
        post_bills(cast, [1], legs=BILLS.replace("600101", "777777"))


# -- reversals


def reverse(
    cast: Cast, key: str, on: date = blocks.TODAY, reason: str = "读数有误"
) -> tuple[int, bool]:
    here = cast.town.community.pk
    posted = actions.reverse(
        by=cast.caller("finance"), at=AT, community_id=here, key=key, business_on=on, reason=reason
    )
    return posted.id, posted.again


@pytest.mark.rule("BIL-14")
def test_a_reversal_cancels_exactly_and_once(cast: Cast) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    pk, again = reverse(cast, "bill:1")
    assert not again
    assert reverse(cast, "bill:1") == (pk, True)
    with pytest.raises(UnableToReverse):
        reverse(cast, "bill:1", reason="另一个原因")
    left = Posting.objects.values_list("account_id", "house_id", "amount")
    assert sum(amount for _, _, amount in left) == 0
    mirrored = Journal.objects.get(pk=pk)
    assert mirrored.reverses is not None and mirrored.reverses.key == "bill:1"
    assert mirrored.corrects_on is None


def test_a_reversal_is_not_reversed(cast: Cast) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    reverse(cast, "bill:1")
    with pytest.raises(UnableToReverse, match="不能再冲销"):
        reverse(cast, "bill:1:reversed")
    with pytest.raises(UnableToReverse, match="没有这张凭证"):
        reverse(cast, "bill:9")


@pytest.mark.rule("FIN-13")
def test_the_database_itself_reverses_no_reversal(cast: Cast) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    pk, _ = reverse(cast, "bill:1")
    again = Journal.objects.get(pk=pk)
    again.pk, again.key, again.reverses_id = None, "again", pk
    with pytest.raises(DatabaseError, match="a reversal is not reversed"), transaction.atomic():
        again.save(force_insert=True)


def test_what_stands_on_a_locked_day_is_put_right_on_an_open_one(cast: Cast) -> None:
    here = blocks.open_books(cast)
    blocks.post(cast, business_on=date(2026, 2, 10))
    until = date(2026, 2, 28)
    actions.lock(by=cast.caller("finance"), at=AT, community_id=here, until_on=until)
    pk, _ = reverse(cast, "bill:1")
    assert Journal.objects.get(pk=pk).corrects_on == date(2026, 2, 10)


def test_a_whole_run_is_reversed_by_one_query_or_not_at_all(cast: Cast) -> None:
    here = blocks.open_books(cast)
    post_bills(cast, [1, 2, 3])
    ask: dict[str, Any] = {
        "by": SYSTEM,
        "at": AT,
        "community_id": here,
        "business_on": blocks.TODAY,
    }
    keys = "SELECT 'bill:' || number FROM unnest(%(numbers)s::int[]) AS number"
    with pytest.raises(UnableToReverse):
        actions.reverse_many(**ask, keys=keys, params={"numbers": [1, 9]}, reason="批次作废")
    done = actions.reverse_many(**ask, keys=keys, params={"numbers": [1, 2]}, reason="批次作废")
    assert done == 2
    with pytest.raises(UnableToReverse):
        actions.reverse_many(**ask, keys=keys, params={"numbers": [2, 3]}, reason="批次作废")
    assert Journal.objects.filter(kind="reversal").count() == 2


# -- the past stays


@pytest.mark.rule("BIL-14")
@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting"])
@pytest.mark.parametrize("attempt", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_written_is_changed(cast: Cast, table: str, attempt: str) -> None:
    blocks.open_books(cast)
    blocks.post(cast)
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attempt.format(table))
