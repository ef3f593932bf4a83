"""Who looks at bills hears of a draft once, and the worker does what waits (BIL-05, BIL-06)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from huiyin.billing.actions import runs
from huiyin.billing.models import Run
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.clock import biller
from huiyin.flows import schedule
from huiyin.matters.tests.cast import AT, make_cast
from huiyin.notices.models import Message


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    schedule.forget()
    yield
    schedule.forget()


@pytest.fixture
def estate(db: None) -> Estate:
    return make_estate(make_cast())


@pytest.mark.rule("BIL-05")
def test_finance_and_collector_hear_of_a_draft_once(estate: Estate) -> None:
    for hours in range(3):
        schedule.draft_bills(AT + timedelta(hours=hours))
    told = Message.objects.filter(purpose__startswith="billing_drafted:")
    assert sorted(told.values_list("recipient__code", "subject")) == sorted(
        (estate.cast.code(post), f"{name}计费草稿已生成,请核对")
        for post in ("finance", "collector")
        for name in ("季度物业费 2026Q2", "月度费用 2026-03")
    )


@pytest.mark.rule("BIL-06")
def test_a_large_draft_is_told_of_when_the_biller_has_done_it(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    schedule.draft_bills(AT)
    assert set(Run.objects.values_list("state", flat=True)) == {"drafting"}
    told = Message.objects.filter(purpose__startswith="billing_drafted:", subject__contains="季度")
    assert not told.exists()
    biller.once(AT)
    schedule.draft_bills(AT + schedule.DRAFT_EVERY)
    assert told.count() == 2
