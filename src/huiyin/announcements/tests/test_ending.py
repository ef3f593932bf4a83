"""The end: withdrawn for a reason, or over with the last day (NOT-02)."""

from datetime import date, timedelta
from typing import Any

import pytest

from huiyin.announcements import actions, queries
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.tests.blocks import Blocks
from huiyin.approvals.models import Request
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.flows import schedule
from huiyin.kernel.errors import BadInput, Forbidden
from huiyin.matters.tests.cast import AT, moment
from huiyin.notices import actions as notices
from huiyin.notices import courier
from huiyin.notices.models import Telling
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)


def withdraw(blocks: Blocks, number: str, post: str = "supervisor", **given: object) -> None:
    """Withdraw as the holder of a post."""
    words = {"reason": "供电部门改期", **given}
    actions.withdraw(by=blocks.cast.caller(post), at=LATER, number=number, **words)  # type: ignore[arg-type]


@pytest.mark.rule("NOT-02")
def test_withdrawn_what_was_not_told_yet_is_dropped(blocks: Blocks) -> None:
    number = blocks.published(channels=("app", "sms", "hall", "door"))
    withdraw(blocks, number)
    assert set(Telling.objects.values_list("state", flat=True)) == {"dropped"}
    assert not Posting.objects.filter(dropped_at__isnull=True).exists()
    assert set(Slip.objects.values_list("state", flat=True)) == {"dropped"}
    view = queries.announcement(caller=blocks.cast.caller("keeper"), number=number, at=LATER)
    assert (view.row.state, view.withdrawn_reason) == ("withdrawn", "供电部门改期")
    assert Entry.objects.get(action="announcements.withdrawn").reason == "供电部门改期"
    with pytest.raises(actions.UnableToWithdraw):
        withdraw(blocks, number)


@pytest.mark.rule("NOT-02")
def test_who_was_told_is_corrected_once_if_asked(blocks: Blocks) -> None:
    told, silent = blocks.published(), blocks.published()
    courier.run_once(AT + timedelta(minutes=1))
    withdraw(blocks, told, correct=True)
    withdraw(blocks, silent)
    corrections = Telling.objects.filter(template="notice.withdrawn")
    assert corrections.count() == 6
    assert set(corrections.values_list("about", flat=True)) == {f"announcement:{told}"}
    assert {one["text"] for one in corrections.values_list("values", flat=True)} == {"供电部门改期"}


@pytest.mark.rule("NOT-02")
def test_whom_a_courier_told_at_the_last_moment_is_corrected_as_well(
    blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = blocks.published()
    take_back = notices.withdraw_tellings

    def outrun(**given: Any) -> int:
        courier.run_once(LATER)
        return take_back(**given)

    monkeypatch.setattr(notices, "withdraw_tellings", outrun)
    withdraw(blocks, number, correct=True)
    assert Telling.objects.filter(template="notice.withdrawn").count() == 6


def test_a_poster_that_hangs_comes_down_the_same_day(blocks: Blocks) -> None:
    number = blocks.published()
    keeper = blocks.cast.caller("keeper")
    posting = Posting.objects.order_by("id")[0]
    photo = store_photo(by=keeper, at=AT, name="h.png", data=a_picture())
    actions.post_up(by=keeper, at=AT, posting_id=posting.pk, photos=[photo])
    withdraw(blocks, number)
    page = queries.postings(
        caller=keeper, community_id=blocks.community_id, at=LATER, show="to_take_down"
    )
    assert [one.id for one in page.items] == [posting.pk]


def test_who_may_withdraw(blocks: Blocks) -> None:
    published, draft, waiting = blocks.published(), blocks.draft(), blocks.submitted()
    for post, number in (
        ("keeper", published),
        ("receptionist", draft),
        ("supervisor", waiting),
    ):
        with pytest.raises(Forbidden):
            withdraw(blocks, number, post)
    withdraw(blocks, draft, "keeper")
    withdraw(blocks, waiting, "keeper")
    assert Request.objects.filter(state="waiting").count() == 0
    with pytest.raises(BadInput):
        withdraw(blocks, published, reason=" ")


@pytest.mark.rule("NOT-02")
def test_it_ends_by_itself_with_its_last_day(blocks: Blocks) -> None:
    schedule.forget()
    number = blocks.published()
    schedule.show_announcements(moment("2026-03-18 23:50"))
    assert Announcement.objects.get().state == "published"
    schedule.show_announcements(moment("2026-03-19 00:00"))
    assert Announcement.objects.get().state == "ended"
    assert Entry.objects.filter(
        action="announcements.ended", subject=f"announcement:{number}"
    ).exists()
    assert not Telling.objects.filter(due_at__isnull=False).exists()


def test_only_what_is_over_ends(blocks: Blocks) -> None:
    first, second = blocks.published(), blocks.published(ends_on=date(2026, 3, 20))
    assert actions.end_due(at=moment("2026-03-19 09:00")) == 1
    states = dict(Announcement.objects.values_list("number", "state"))
    assert states == {first: "ended", second: "published"}
    assert actions.end_due(at=moment("2026-03-19 09:00")) == 0
