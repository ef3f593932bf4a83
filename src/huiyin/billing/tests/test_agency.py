"""Collected for others: kept out of income, handed over by two, to the cent (BIL-16)."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from huiyin.billing.actions import agency, prepaid, slips
from huiyin.billing.models import ChargeItem, HandOver
from huiyin.billing.queries import slips as reads
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.test_slips import IN_APRIL, april, bill
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.ledger.actions import UnableToPost, lock
from huiyin.ledger.models import Posting
from huiyin.matters.tests.cast import AT

__all__ = ["april"]


@pytest.fixture
def billed(april: Estate) -> Estate:
    """A gas bill of 88.80 that is collected by a slip, billed to 3-1-1201 in April."""
    april.items["gas"] = ChargeItem.objects.create(
        community=april.community,
        group=april.groups["B"],
        code="gas",
        name="代收燃气费",
        way="slip",
        account="224102",
        agency=True,
    )
    slips.write_slip(
        by=april.caller("collector"),
        at=AT,
        community_id=april.community.pk,
        item="gas",
        house="3-1-1201",
        done_on=date(2026, 3, 16),
        lines=[{"text": "3月燃气费", "quantity": "1", "price": "88.8"}],
        signed_name="王丽",
    )
    bill(april)
    return april


def pay(estate: Estate, amount: str) -> None:
    """Let the household prepay and offset it."""
    prepaid.take(
        by=estate.caller("finance"),
        at=IN_APRIL,
        house_id=estate.houses["flat"].pk,
        person_id=estate.people["owner"].pk,
        amount=Decimal(amount),
        account="1002",
        business_on=date(2026, 4, 1),
        key=uuid4(),
        memo="预存",
    )
    prepaid.offset(
        by=estate.caller("finance"),
        at=IN_APRIL,
        community_id=estate.community.pk,
        business_on=date(2026, 4, 6),
    )


def enter(estate: Estate, amount: str, **given: object) -> int:
    """Enter what was paid to the gas company."""
    told: dict[str, object] = {
        "item": "gas",
        "paid_on": date(2026, 4, 1),
        "paper": "回单 0411",
        "key": uuid4(),
        **given,
    }
    return agency.enter_hand_over(
        by=estate.caller("collector"),
        at=IN_APRIL,
        community_id=estate.community.pk,
        amount=amount,
        **told,  # type: ignore[arg-type]
    )


def stands(estate: Estate) -> tuple[Decimal, ...]:
    """Return billed, collected, handed over, entered and left of the gas bills."""
    rows = reads.agency(caller=estate.caller("finance"), community_id=estate.community.pk)
    (gas,) = [one for one in rows if one.code == "gas"]
    return gas.billed, gas.collected, gas.handed_over, gas.entered, gas.left


def legs(key: str) -> dict[str, Decimal]:
    """Return the legs of a journal by account."""
    found = Posting.objects.filter(journal__key=key)
    return dict(found.values_list("account__code", "amount"))


@pytest.mark.rule("BIL-16")
def test_what_is_collected_for_a_utility_is_never_income(billed: Estate) -> None:
    """Billed through 1221 and 224102, without a fen on top; other charges of the bill are not."""
    of_gas = Posting.objects.filter(account__code__in=("1221", "224102"))
    assert {(one.account.code, one.amount) for one in of_gas.select_related("account")} == {
        ("1221", Decimal("88.80")),
        ("224102", Decimal("-88.80")),
    }
    assert stands(billed) == tuple(map(Decimal, ("88.80", "0", "0", "0", "0")))


@pytest.mark.rule("BIL-16")
def test_collected_money_is_handed_over_by_two_people(billed: Estate) -> None:
    pay(billed, "60.00")
    with pytest.raises(agency.UnableToHandOver, match=r"已收 60.00 元.*最多还能交 60.00 元"):
        enter(billed, "60.01")
    one = enter(billed, "50.00")
    assert stands(billed) == tuple(map(Decimal, ("88.80", "60", "0", "50", "10")))
    with pytest.raises(Forbidden):  # a collector lets nothing out
        agency.confirm_hand_over(by=billed.caller("collector"), at=IN_APRIL, hand_over_id=one)
    agency.confirm_hand_over(by=billed.caller("finance"), at=IN_APRIL, hand_over_id=one)
    assert legs(f"handover:{one}") == {"224102": Decimal("50.00"), "1002": Decimal("-50.00")}
    assert stands(billed) == tuple(map(Decimal, ("88.80", "60", "50", "0", "10")))
    with pytest.raises(agency.UnableToSettleHandOver):
        agency.confirm_hand_over(by=billed.caller("manager"), at=IN_APRIL, hand_over_id=one)
    with pytest.raises(agency.UnableToHandOver, match=r"最多还能交 10.00 元"):
        enter(billed, "10.01")


def test_nobody_confirms_what_they_entered(billed: Estate) -> None:

    mine = agency.enter_hand_over(
        by=billed.caller("finance"),
        at=IN_APRIL,
        community_id=billed.community.pk,
        item="gas",
        amount="1",
        paid_on=date(2026, 4, 1),
        paper="回单",
        advanced=True,
        key=uuid4(),
    )
    with pytest.raises(Forbidden, match="另一个人"):
        agency.confirm_hand_over(by=billed.caller("finance"), at=IN_APRIL, hand_over_id=mine)


def test_the_company_may_advance_what_was_billed_and_no_more(billed: Estate) -> None:
    with pytest.raises(agency.UnableToHandOver, match="垫付"):
        enter(billed, "88.80")
    one = enter(billed, "88.80", advanced=True)
    assert stands(billed)[-1] == Decimal("-88.80")
    with pytest.raises(agency.UnableToHandOver, match="不能交得比出账的多"):
        enter(billed, "0.01", advanced=True)
    agency.drop_hand_over(
        by=billed.caller("collector"), at=IN_APRIL, hand_over_id=one, reason="银行退回"
    )
    assert stands(billed)[-1] == Decimal("0.00")
    with pytest.raises(agency.UnableToSettleHandOver):
        agency.confirm_hand_over(by=billed.caller("finance"), at=IN_APRIL, hand_over_id=one)


def test_a_form_sent_twice_is_one_payment(billed: Estate) -> None:
    key = uuid4()
    assert enter(billed, "5", advanced=True, key=key) == enter(billed, "5", advanced=True, key=key)
    with pytest.raises(agency.UnableToHandOver, match="重新打开"):
        enter(billed, "6", advanced=True, key=key)


def test_a_receipt_counts_once(billed: Estate) -> None:
    one = enter(billed, "5", advanced=True)
    with pytest.raises(agency.UnableToHandOver, match="已经登记过"):
        enter(billed, "6", advanced=True)
    caller = billed.caller("collector")
    agency.drop_hand_over(by=caller, at=IN_APRIL, hand_over_id=one, reason="抄错")
    enter(billed, "6", advanced=True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"paper": ""}, "paper"),
        ({"paid_on": date(2026, 4, 2)}, "paid_on"),
        ({"item": "slips"}, "item"),
        ({"scan_id": 404}, "scan"),
    ],
)
def test_what_is_no_payment_is_refused(
    billed: Estate, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        enter(billed, **{"amount": "1", "advanced": True, **wrong})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_locked_day_takes_no_payment(billed: Estate) -> None:
    one = enter(billed, "1", advanced=True, paid_on=date(2026, 3, 31))
    lock(
        by=billed.caller("finance"),
        at=IN_APRIL,
        community_id=billed.community.pk,
        until_on=date(2026, 3, 31),
    )
    with pytest.raises(UnableToPost):
        agency.confirm_hand_over(by=billed.caller("finance"), at=IN_APRIL, hand_over_id=one)
    assert HandOver.objects.get(pk=one).state == "entered"


def test_strangers_and_colleagues_hand_nothing_over(billed: Estate) -> None:
    one = enter(billed, "1", advanced=True)
    for post, refusal in (("keeper", Forbidden), ("E031", NotFound)):
        with pytest.raises(refusal):
            agency.confirm_hand_over(by=billed.caller(post), at=IN_APRIL, hand_over_id=one)
    rows = reads.hand_overs(caller=billed.caller("manager"), community_id=billed.community.pk)
    assert [(row.paper, row.may_confirm, row.may_drop) for row in rows.items] == [
        ("回单 0411", True, True)
    ]
