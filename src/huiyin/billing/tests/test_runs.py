"""Runs from draft to posted: once, by two pairs of eyes, and only what is missing (BIL-06)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from huiyin.billing.actions import runs
from huiyin.billing.models import Bill, DraftLine, Line, OpenItem, Run, Snag
from huiyin.billing.tests.cast import Estate
from huiyin.ledger.models import Journal, Posting
from huiyin.matters.tests.cast import AT


def begin(estate: Estate, period: str = "2026Q1", group: str = "A", **given: object) -> int:
    asked: dict[str, object] = {"by": estate.caller("collector"), "at": AT, **given}
    return runs.begin_run(
        community_id=estate.community.pk,
        group_code=group,
        period=period,
        **asked,  # type: ignore[arg-type]
    )


def posted(estate: Estate, period: str = "2026Q1", group: str = "A") -> Run:
    run_id = begin(estate, period, group)
    runs.post_run(by=estate.caller("finance"), at=AT, run_id=run_id)
    return Run.objects.get(pk=run_id)


def test_a_small_run_is_drafted_at_once_and_posted(estate: Estate) -> None:
    run_id = begin(estate)
    run = Run.objects.get(pk=run_id)
    assert run.state == "drafted", list(Snag.objects.values())
    assert DraftLine.objects.count() == run.lines > 0
    runs.post_run(by=estate.caller("finance"), at=AT, run_id=run_id)
    run.refresh_from_db()
    assert run.state == "posted"
    assert Bill.objects.aggregate(all=Sum("amount"))["all"] == run.amount
    assert OpenItem.objects.aggregate(all=Sum("open"))["all"] == run.amount
    assert Posting.objects.filter(amount__gt=0).aggregate(all=Sum("amount"))["all"] == run.amount
    assert Journal.objects.count() == Bill.objects.count()
    assert not DraftLine.objects.exists()
