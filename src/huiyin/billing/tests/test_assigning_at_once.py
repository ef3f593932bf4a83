"""Two people press at once, and each house bears the charge once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from huiyin.billing.actions import assigning
from huiyin.billing.models import Assignment
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.matters.tests.cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = date(2026, 4, 1)


def test_many_and_one_at_once_are_each_house_once() -> None:
    estate = make_estate(make_cast())

    def many() -> int:
        try:
            return assigning.assign_many(
                by=estate.caller("collector"),
                at=AT,
                community_id=estate.community.pk,
                item_id=estate.items["parking"].pk,
                kinds=["flat"],
                from_on=APRIL,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(many) for _ in range(3)]
        one = pool.submit(_one, estate)
        made = sum(each.result() for each in tries) + one.result()
    assert made == Assignment.objects.filter(item=estate.items["parking"], from_on=APRIL).count()
    assert made == 6


def _one(estate: Estate) -> int:
    """Assign a single house; 0 where the others were faster."""
    try:
        assigning.assign(
            by=estate.caller("finance"),
            at=AT,
            house_id=estate.houses["flat"].pk,
            item_id=estate.items["parking"].pk,
            from_on=APRIL,
        )
    except assigning.UnableToAssign:
        return 0
    else:
        return 1
    finally:
        connection.close()
