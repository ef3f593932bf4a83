"""The calendar drafts by itself, once, catches up what was missed, and posts nothing (BIL-05)."""

from datetime import date, timedelta

import pytest

from huiyin.billing.actions import runs
from huiyin.billing.actions.due import draft_due, due_period, latest_due
from huiyin.billing.models import Bill, Run
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.running import post
from huiyin.kernel.errors import Forbidden
from huiyin.ledger.models import Book
from huiyin.matters.tests.cast import AT, moment

pytestmark = [pytest.mark.rule("BIL-05"), pytest.mark.rule("BIL-06")]


def drafted() -> list[tuple[str, str]]:
    """Return what was drafted, by group and period."""
    return list(Run.objects.order_by("id").values_list("group__code", "period"))


@pytest.mark.parametrize(
    ("today", "months", "after", "expected"),
    [
        ("2026-03-11", 3, -20, "2026Q1"),
        ("2026-03-12", 3, -20, "2026Q2"),
        ("2026-03-31", 1, 0, "2026-03"),
        ("2026-04-01", 1, 0, "2026-04"),
        ("2026-04-09", 1, 9, "2026-03"),
        ("2026-04-10", 1, 9, "2026-04"),
        ("2024-02-29", 1, 28, "2024-02"),
        ("2026-01-01", 12, 0, "2026"),
        ("2025-12-31", 12, 0, "2025"),
    ],
)
def test_the_last_period_whose_day_has_come(
    today: str, months: int, after: int, expected: str
) -> None:
    assert latest_due(date.fromisoformat(today), months, after).name == expected


def test_what_is_due_is_drafted_once_and_never_posted(estate: Estate) -> None:
    for _ in range(3):  # every few minutes, by whichever process
        draft_due(at=AT)
    assert drafted() == [("A", "2026Q2"), ("B", "2026-03")]
    run = Run.objects.get(group__code="A")
    assert (run.state, run.drafted_by) == ("drafted", None)
    assert not Bill.objects.exists()


def test_missed_months_are_caught_up_one_after_the_other(estate: Estate) -> None:
    draft_due(at=AT)
    later = moment("2026-06-02 03:00")  # nothing ran for two months
    draft_due(at=later)
    assert drafted() == [("A", "2026Q2"), ("B", "2026-03")], "people come first"
    for expected in ("2026-04", "2026-05", "2026-06"):
        post(estate, Run.objects.get(group__code="B", state="drafted"), later)
        draft_due(at=later)
        assert drafted()[-1] == ("B", expected)
    post(estate, Run.objects.get(group__code="B", state="drafted"), later)
    assert not draft_due(at=later)


def test_a_draft_that_was_dropped_is_not_made_again(estate: Estate) -> None:
    draft_due(at=AT)
    run = Run.objects.get(group__code="A")
    runs.drop_run(by=estate.caller("finance"), at=AT, run_id=run.pk)
    draft_due(at=AT + timedelta(hours=1))
    assert drafted() == [("A", "2026Q2"), ("B", "2026-03")]
    assert due_period(estate.groups["A"], date(2026, 6, 10)) is None
    due = due_period(estate.groups["A"], date(2026, 6, 11))
    assert due is not None
    assert due.name == "2026Q3"


def test_without_books_or_items_nothing_is_drafted(estate: Estate) -> None:
    Book.objects.filter(community=estate.community).update(opened_on=date(2027, 1, 1))
    assert draft_due(at=AT) == 0
    assert not Run.objects.exists()


def test_who_confirms_a_draft_of_the_calendar_does_not_post_it(estate: Estate) -> None:
    draft_due(at=AT)
    run = Run.objects.get(group__code="A")
    finance, manager = estate.caller("finance"), estate.caller("manager")
    runs.confirm_run(by=finance, at=AT, run_id=run.pk)
    with pytest.raises(runs.NeedsConfirmation):
        runs.post_run(by=finance, at=AT, run_id=run.pk)
    with pytest.raises(Forbidden):
        runs.post_run(by=estate.caller("collector"), at=AT, run_id=run.pk)
    runs.post_run(by=manager, at=AT, run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "posted"
