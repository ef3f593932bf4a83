"""Two at once: a cost is entered and shared out once, a slip written once, or voided or billed."""

from uuid import uuid4

import pytest

from huiyin.billing.actions import agency, pools, slips
from huiyin.billing.actions.runs import post_run
from huiyin.billing.actions.working import work_parts
from huiyin.billing.models import Assignment, HandOver, Line, Pool, Run, Share, Slip
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_agency import april, billed, enter, pay
from huiyin.billing.tests.test_pools import enter as enter_pool
from huiyin.billing.tests.test_pools import scope
from huiyin.billing.tests.test_slips import IN_APRIL, draft, write
from huiyin.kernel.errors import Refused
from huiyin.ledger.models import Journal
from huiyin.ledger.tests.test_at_once import at_once
from huiyin.matters.tests.cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["april", "billed"]


@pytest.fixture
def estate(transactional_db: None) -> Estate:
    """Build the estate, committed."""
    return make_estate(make_cast())


def refused(results: list[object]) -> int:
    """Count the refusals among what was given."""
    return sum(isinstance(one, Refused) for one in results)


@pytest.mark.rule("BIL-02")
def test_two_who_enter_one_paper_and_share_it_out(estate: Estate) -> None:
    within = scope(estate)
    assert refused(at_once(*[lambda: enter_pool(estate, within)] * 3)) == 2
    pool = Pool.objects.get()
    caller = estate.caller("collector")
    share = [lambda: pools.share_out(by=caller, at=AT, pool_id=pool.pk)] * 3
    assert refused(at_once(*share)) == 2
    assert sum(Share.objects.values_list("amount", flat=True)) == pool.amount


@pytest.mark.rule("BIL-04")
def test_a_double_click_is_one_slip(estate: Estate) -> None:
    key = uuid4()
    results = at_once(*[lambda: write(estate, key=key)] * 3)
    assert set(results) == {Slip.objects.get().number}


def test_a_slip_is_asked_back_or_billed_and_never_both(estate: Estate) -> None:
    """Neither waits for the other for ever: the run is locked first by both."""
    Assignment.objects.filter(item=estate.items["water"]).delete()
    number = write(estate)
    caller = estate.caller("collector")
    at_once(
        lambda: slips.ask_void(by=caller, at=AT, number=number, reason="记错了户"),
        lambda: draft(estate),
    )
    while work_parts(IN_APRIL):  # whom the lock was in the way of left the draft to the biller
        continue
    post_run(by=estate.caller("manager"), at=IN_APRIL, run_id=Run.objects.get().pk)
    asked = Slip.objects.get().void_asked_at is not None
    assert asked is not Line.objects.filter(slip__number=number).exists()


@pytest.mark.rule("BIL-16")
def test_two_who_hand_over_the_last_money_hand_it_over_once(billed: Estate) -> None:
    pay(billed, "60.00")
    results = at_once(
        lambda: enter(billed, "60.00", paper="回单 1"),
        lambda: enter(billed, "60.00", paper="回单 2"),
    )
    assert refused(results) == 1
    one = HandOver.objects.get().pk
    caller = billed.caller("finance")
    confirm = [lambda: agency.confirm_hand_over(by=caller, at=IN_APRIL, hand_over_id=one)] * 3
    assert refused(at_once(*confirm)) == 2
    assert Journal.objects.filter(key=f"handover:{one}").count() == 1
