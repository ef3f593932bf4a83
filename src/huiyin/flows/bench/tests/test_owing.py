"""Households that owe, as the benches of accounts and arrears fill them."""

from datetime import datetime

from huiyin.billing.models import Bill, Line, OpenItem
from huiyin.billing.queries.arrears import arrears
from huiyin.flows.bench import fill, owing
from huiyin.kernel.caller import SYSTEM
from huiyin.staff.queries import local_day


def test_everybody_has_three_years_behind_them_and_a_month_to_pay(
    db: None, moment: datetime
) -> None:
    on = local_day(moment)
    community = fill.settle(moment, households=0)
    owing.fill_households(community=community, households=40)
    owing.fill_bills(community=community, on=on, at=moment, whole=True)
    assert Bill.objects.count() == 40 * owing.MONTHS
    assert Line.objects.count() == OpenItem.objects.count() == Bill.objects.count() * 3
    found = arrears(caller=SYSTEM, community=community.code, on=on)
    assert found.households == 40 and 1 <= found.households_late <= 8
    assert found.ageing.not_due > 0 and found.ageing.late > 0
    few, most = owing.two_houses(community)
    assert few != most


def test_what_was_paid_long_ago_may_be_left_out_but_its_open_items(
    db: None, moment: datetime
) -> None:
    community = fill.settle(moment, households=0)
    owing.fill_households(community=community, households=10)
    owing.fill_bills(community=community, on=local_day(moment), at=moment, whole=False)
    assert OpenItem.objects.count() == 10 * owing.MONTHS * 3
    assert Line.objects.count() == OpenItem.objects.filter(open__gt=0).count()
