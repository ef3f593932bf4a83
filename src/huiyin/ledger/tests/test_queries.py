"""What the books say: statements, balances, trial balance, lists of entries."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.ledger import actions, queries
from huiyin.ledger.actions import Leg
from huiyin.ledger.tests import blocks
from huiyin.ledger.tests.blocks import yuan
from huiyin.matters.tests.cast import AT, Cast

pytestmark = pytest.mark.django_db
FEB, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def some_months(cast: Cast) -> int:
    """A bill in January and one in March; money in advance in February, offset in March."""
    here = blocks.open_books(cast)
    flat, owner = cast.town.flat.pk, cast.town.owner.pk
    blocks.post(cast, "bill:1", "100.00", business_on=date(2026, 1, 5))
    paid = (Leg("1001", Decimal(150)), Leg("2203", Decimal(-150), flat, owner))
    blocks.post(cast, "prepaid:1", kind="prepayment", memo="预存", business_on=FEB, legs=paid)
    blocks.post(cast, "bill:2", "80.00", business_on=MARCH)
    used = (Leg("2203", Decimal(150), flat, owner), Leg("1122", Decimal(-150), flat, owner))
    blocks.post(
        cast, "offset:1", kind="offset", memo="冲抵", business_on=date(2026, 3, 2), legs=used
    )
    return here


def owner_of(cast: Cast) -> Caller:
    return Caller(None, None, "王丽", people=frozenset({cast.town.owner.pk}))


@pytest.mark.rule("FIN-13")
def test_a_statement_leads_from_opening_to_closing(cast: Cast) -> None:
    some_months(cast)
    found = queries.statement(
        caller=cast.caller("collector"),
        house_id=cast.town.flat.pk,
        from_on=FEB,
        until_on=APRIL,
    )
    assert found.opening == Decimal("100.00")
    told = [(row.key, (row.debit, row.credit, row.offset, row.balance)) for row in found.rows]
    assert told == [
        ("prepaid:1", yuan(0, 150, 0, -50)),
        ("bill:2", yuan(80, 0, 0, 30)),
        ("offset:1", yuan(0, 0, 150, 30)),
    ]
    assert found.closing == found.opening + found.debits - found.credits == Decimal(30)


def test_a_statement_of_nothing_is_nothing(cast: Cast) -> None:
    blocks.open_books(cast)
    found = queries.statement(
        caller=cast.caller("finance"), house_id=cast.town.flat.pk, from_on=FEB, until_on=MARCH
    )
    assert (found.opening, found.closing) == yuan(0, 0) and not found.rows


def test_an_owner_reads_their_own_part(cast: Cast) -> None:
    some_months(cast)
    flat = cast.town.flat.pk
    tenant = cast.town.tenant.pk
    legs = (Leg("1122", Decimal(7), flat, tenant), Leg("600104", Decimal(-7)))
    blocks.post(cast, "bill:9", legs=legs)
    ask: dict[str, Any] = {"house_id": flat, "from_on": FEB, "until_on": APRIL}
    mine = queries.statement(caller=owner_of(cast), **ask)
    assert mine.closing == 30
    assert queries.statement(caller=cast.caller("finance"), **ask).closing == 37
    with pytest.raises(NotFound):
        queries.statement(caller=owner_of(cast), person_ids=[tenant], **ask)


def test_a_stranger_and_a_technician_read_no_statement(cast: Cast) -> None:
    some_months(cast)
    ask: dict[str, Any] = {"house_id": cast.town.flat.pk, "from_on": FEB, "until_on": APRIL}
    with pytest.raises(NotFound):
        queries.statement(caller=cast.caller("E031"), **ask)
    with pytest.raises(Forbidden):
        queries.statement(caller=cast.caller("technician"), **ask)
    with pytest.raises(NotFound):
        queries.statement(caller=cast.caller("finance"), **{**ask, "house_id": 0})


def test_a_balance_is_that_of_a_day_a_house_a_person(cast: Cast) -> None:
    here = some_months(cast)
    flat, owner, tenant = cast.town.flat.pk, cast.town.owner.pk, cast.town.tenant.pk

    def balance(*codes: str, **narrowed: Any) -> Decimal:
        return queries.balance(community_id=here, accounts=codes, **narrowed)

    assert balance("1122") == Decimal(30)
    assert balance("1122", on=MARCH) == Decimal(180)
    assert balance("1122", house_id=flat, person_id=owner, on=FEB) == Decimal(100)
    assert balance("1122", person_id=tenant) == 0
    assert balance("1122", "2203", on=FEB) == Decimal(-50)


@pytest.mark.rule("FIN-13")
def test_a_trial_balance_balances(cast: Cast) -> None:
    here = some_months(cast)
    found = queries.trial_balance(
        caller=cast.caller("finance"), community_id=here, from_on=FEB, until_on=APRIL
    )
    rows = {row.code: (row.opening, row.debit, row.credit, row.closing) for row in found.rows}
    assert rows["1122"] == yuan(100, 80, 150, 30)
    assert rows["2203"] == yuan(0, 150, 150, 0)
    assert rows["600101"] == yuan(-100, 0, 80, -180)
    assert found.balances and found.total.debit == Decimal(380)


def test_the_books_are_for_some_posts(cast: Cast) -> None:
    here = some_months(cast)
    for post, error in (("keeper", Forbidden), ("E031", NotFound)):
        with pytest.raises(error):
            queries.journals(caller=cast.caller(post), community_id=here)
        with pytest.raises(error):
            queries.book(caller=cast.caller(post), community_id=here)
    found = queries.book(caller=cast.caller("collector"), community_id=here)
    assert found is not None and not found.may_keep
    assert len(queries.accounts(caller=cast.caller("collector"), community_id=here)) > 10


# -- entries


def keys(cast: Cast, **asked: Any) -> list[str]:
    found = queries.journals(
        caller=cast.caller("finance"), community_id=cast.town.community.pk, **asked
    )
    return [row.key for row in found.items]


def test_entries_are_found_by_what_they_are(cast: Cast) -> None:
    some_months(cast)
    assert keys(cast) == ["offset:1", "bill:2", "prepaid:1", "bill:1"]
    assert keys(cast, kind="bill") == ["bill:2", "bill:1"]
    assert keys(cast, account="2203") == ["offset:1", "prepaid:1"]
    assert keys(cast, account="1001", house="3-1-1201") == ["prepaid:1"]
    assert keys(cast, house="3-1-1202") == []
    assert keys(cast, words="BILL:") == ["bill:2", "bill:1"]
    assert keys(cast, words="冲") == ["offset:1"]
    assert keys(cast, words="%") == []
    assert keys(cast, from_on=FEB, until_on=MARCH) == ["prepaid:1"]


def test_entries_are_paged(cast: Cast) -> None:
    here = some_months(cast)
    ask: dict[str, Any] = {"caller": cast.caller("finance"), "community_id": here, "limit": 3}
    first = queries.journals(**ask)
    rest = queries.journals(**ask, cursor=first.next or "")
    assert [row.key for row in (*first.items, *rest.items)] == keys(cast)
    assert rest.next is None
    with pytest.raises(BadInput):
        queries.journals(**ask, cursor="nonsense")


def test_a_list_takes_one_query_however_long(cast: Cast) -> None:
    here = some_months(cast)
    with CaptureQueriesContext(
        connection,
    ) as few:
        queries.journals(caller=SYSTEM, community_id=here)
    for number in range(20):
        blocks.post(cast, f"more:{number}")
    with CaptureQueriesContext(connection) as many:
        queries.journals(caller=SYSTEM, community_id=here)
    assert len(few) == len(many) == 1


def test_an_entry_tells_its_number_of_the_month_and_what_cancelled_it(cast: Cast) -> None:
    here = some_months(cast)
    finance = cast.caller("finance")
    actions.reverse(
        by=finance, at=AT, community_id=here, key="bill:2", business_on=blocks.TODAY, reason="误"
    )
    rows = queries.journals(caller=finance, community_id=here, kind="bill").items
    march = queries.journal(caller=finance, journal_id=rows[0].id)
    assert march.number == 1
    assert march.row.is_reversed and march.reversal and march.reversal[1] == "bill:2:reversed"
    assert [(leg.account, leg.debit, leg.credit, leg.house) for leg in march.legs] == [
        ("1122", 80, None, "3-1-1201"),
        ("600101", None, 80, ""),
    ]
    mirrored = queries.journal(caller=finance, journal_id=march.reversal[0])
    assert (mirrored.number, mirrored.reverses) == (3, (march.row.id, "bill:2"))
    with pytest.raises(NotFound):
        queries.journal(caller=cast.caller("E031"), journal_id=rows[0].id)
    with pytest.raises(NotFound):
        queries.journal(caller=finance, journal_id=0)
