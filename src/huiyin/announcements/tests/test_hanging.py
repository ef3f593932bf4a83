"""Posters put up and taken down, door notices, letters, each with its proof (NOT-02, NOT-03)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from huiyin.announcements import actions, papers, queries
from huiyin.announcements.models import Posting, Slip
from huiyin.announcements.queries import PostingRow
from huiyin.announcements.tests.blocks import Blocks
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.tests.cast import AT, SECOND_KEEPER, moment
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    """Keep the photos of these tests apart."""
    settings.HOME = tmp_path


def photo(blocks: Blocks) -> int:
    """Store a photo."""
    by = blocks.cast.caller("keeper")
    return store_photo(by=by, at=AT, name="hall.png", data=a_picture())


def shown(blocks: Blocks, at: Any = LATER, **asked: Any) -> list[PostingRow]:
    """Return a list of posters as the keeper sees it."""
    given = {"community_id": blocks.community_id, "at": at, **asked}
    return list(queries.postings(caller=blocks.cast.caller("keeper"), **given).items)


def first(blocks: Blocks) -> Posting:
    """Publish, and return the first poster."""
    blocks.published()
    return Posting.objects.order_by("id")[0]


@pytest.mark.rule("NOT-02")
def test_a_poster_is_up_when_a_photo_proves_it(blocks: Blocks) -> None:
    posting, keeper = first(blocks), blocks.cast.caller("keeper")
    with pytest.raises(BadInput) as refused:
        actions.post_up(by=keeper, at=LATER, posting_id=posting.pk, photos=[])
    assert refused.value.field == "photos"
    picture = photo(blocks)
    actions.post_up(by=keeper, at=LATER, posting_id=posting.pk, photos=[picture])
    with pytest.raises(actions.UnableToPost):
        actions.post_up(by=keeper, at=LATER, posting_id=posting.pk, photos=[picture])
    entry = Entry.objects.get(action="announcements.posted")
    assert entry.subject == f"announcement:{posting.announcement.number}"
    assert entry.after == {
        "posting": posting.pk,
        "building": "7",
        "unit": "1",
        "photo": picture,
    }
    assert queries.posting_photo(caller=keeper, posting_id=posting.pk)[1] == "image/png"
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(pk=posting.pk).update(photo=None)


@pytest.mark.rule("NOT-02")
def test_what_is_late_and_what_hangs_too_long_shows(blocks: Blocks) -> None:
    posting, keeper = first(blocks), blocks.cast.caller("keeper")
    assert {one.state for one in shown(blocks)} == {"to_post"}
    tomorrow = moment("2026-03-17 00:00")
    assert {one.state for one in shown(blocks, tomorrow)} == {"overdue"}
    actions.post_up(by=keeper, at=LATER, posting_id=posting.pk, photos=[photo(blocks)])
    assert [one.state for one in shown(blocks, show="hanging")] == ["hanging"]
    assert not shown(blocks, show="to_take_down")
    last = moment("2026-03-18 23:59")
    assert not shown(blocks, last, show="to_take_down")
    after = moment("2026-03-19 00:00")
    (over,) = shown(blocks, after, show="to_take_down")
    assert (over.state, over.days_over) == ("to_take_down", 1)
    (over,) = shown(blocks, moment("2026-03-21 09:00"), show="to_take_down")
    assert over.days_over == 3
    actions.end_due(at=after)
    assert not shown(blocks, after)  # over: what was never hung need not be hung any more
    missed = [one.state for one in shown(blocks, after, show="all") if one.posted_at is None]
    assert missed == ["missed"] * 3
    with pytest.raises(actions.UnableToPost):
        actions.post_up(
            by=keeper,
            at=after,
            posting_id=Posting.objects.order_by("id")[1].pk,
            photos=[photo(blocks)],
        )
    actions.take_down(by=keeper, at=after, posting_id=posting.pk)
    assert not shown(blocks, after, show="to_take_down")
    with pytest.raises(actions.UnableToPost):
        actions.take_down(by=keeper, at=after, posting_id=posting.pk)


def test_a_keeper_sees_the_own_buildings(blocks: Blocks) -> None:
    blocks.published()
    assert [one.place for one in shown(blocks, mine=True)] == ["7栋1单元", "7栋2单元"]
    assert {one.keeper for one in shown(blocks)} == {
        blocks.cast.employee("keeper").name,
        blocks.cast.people[SECOND_KEEPER].name,
    }
    counts = queries.posting_counts(
        caller=blocks.cast.caller("keeper"), community_id=blocks.community_id, at=LATER, mine=True
    )
    assert counts == {"to_post": 2, "hanging": 0, "to_take_down": 0}


def test_posters_are_hung_by_whoever_walks_the_halls(blocks: Blocks) -> None:
    posting = first(blocks)
    picture = [photo(blocks)]
    with pytest.raises(Forbidden):
        actions.post_up(
            by=blocks.cast.caller("technician"), at=LATER, posting_id=posting.pk, photos=picture
        )
    for stranger in ("E031", "E033"):
        with pytest.raises(NotFound):
            actions.post_up(
                by=blocks.cast.caller(stranger), at=LATER, posting_id=posting.pk, photos=picture
            )
        with pytest.raises(NotFound):
            queries.posting_photo(caller=blocks.cast.caller(stranger), posting_id=posting.pk)
    with pytest.raises(NotFound):
        actions.take_down(by=blocks.cast.caller("guard"), at=LATER, posting_id=10**9)
    actions.post_up(by=blocks.cast.caller("guard"), at=LATER, posting_id=posting.pk, photos=picture)


@pytest.mark.rule("NOT-03")
def test_a_letter_goes_under_a_number_and_comes_to_an_end(blocks: Blocks) -> None:
    number = blocks.published(channels=("letter",))
    keeper = blocks.cast.caller("keeper")
    one, other = Slip.objects.order_by("id")[:2]
    for bad in ("", "12", "编号123456789", "A" * 21):
        with pytest.raises(BadInput) as refused:
            actions.deliver_letter(by=keeper, at=LATER, slip_id=one.pk, ems_number=bad)
        assert refused.value.field == "ems_number"
    with pytest.raises(actions.UnableToDeliver):
        actions.letter_arrived(by=keeper, at=LATER, slip_id=one.pk, outcome="received")
    actions.deliver_letter(by=keeper, at=LATER, slip_id=one.pk, ems_number="ea 123456789 cn")
    with pytest.raises(BadInput):  # one number, one letter
        actions.deliver_letter(by=keeper, at=LATER, slip_id=other.pk, ems_number="EA123456789CN")
    actions.deliver_letter(by=keeper, at=LATER, slip_id=one.pk, ems_number="EA123456780CN")
    with pytest.raises(BadInput):
        actions.letter_arrived(by=keeper, at=LATER, slip_id=one.pk, outcome="lost")
    actions.letter_arrived(by=keeper, at=LATER, slip_id=one.pk, outcome="sent_back")
    with pytest.raises(actions.UnableToDeliver):
        actions.deliver_letter(by=keeper, at=LATER, slip_id=one.pk, ems_number="EA123456781CN")
    rows = queries.slips(caller=keeper, number=number, kind="letter", at=LATER).items
    assert (rows[0].state, rows[0].ems_number) == ("sent_back", "EA123456780CN")
    sent = Entry.objects.filter(action="announcements.letter_sent").order_by("id")
    assert [entry.after["before"] for entry in sent if entry.after] == ["", "EA123456789CN"]


@pytest.mark.rule("NOT-03")
def test_a_door_notice_is_proved_by_a_photo(blocks: Blocks) -> None:
    number = blocks.published(channels=("door",))
    keeper = blocks.cast.caller("keeper")
    slip = Slip.objects.order_by("id")[0]
    with pytest.raises(BadInput):
        actions.door_posted(by=keeper, at=LATER, slip_id=slip.pk, photos=[])
    with pytest.raises(NotFound):  # no letter
        actions.deliver_letter(by=keeper, at=LATER, slip_id=slip.pk, ems_number="EA123456789CN")
    actions.door_posted(by=keeper, at=LATER, slip_id=slip.pk, photos=[photo(blocks)])
    with pytest.raises(actions.UnableToDeliver):
        actions.door_posted(by=keeper, at=LATER, slip_id=slip.pk, photos=[photo(blocks)])
    with pytest.raises(Forbidden):
        queries.slip_photo(caller=blocks.cast.caller("technician"), slip_id=slip.pk)
    late = moment("2026-03-18 09:00")
    states = [
        one.state for one in queries.slips(caller=keeper, number=number, kind="door", at=late).items
    ]
    assert states == ["posted", *["overdue"] * 5]


def test_printing_who_lives_where_is_in_the_trail(blocks: Blocks) -> None:
    number = blocks.published(channels=("letter",))
    keeper = blocks.cast.caller("keeper")
    papers.slips(caller=keeper, number=number, kind="letter", at=LATER)
    entry = Entry.objects.get(action="announcements.letter_printed")
    assert entry.after == {"sheets": 5}
    with pytest.raises(Forbidden):
        papers.slips(
            caller=blocks.cast.caller("technician"), number=number, kind="letter", at=LATER
        )
    with pytest.raises(papers.UnableToPrint):
        papers.slips(caller=keeper, number=number, kind="door", at=LATER)
    with pytest.raises(papers.UnableToPrint):
        papers.posters_to_hang(
            caller=keeper, community_id=blocks.community_id, at=LATER, mine=False
        )


def test_slips_are_walked_page_by_page(blocks: Blocks) -> None:
    number = blocks.published(channels=("door",))
    keeper = blocks.cast.caller("keeper")
    houses: list[str] = []
    cursor = ""
    while True:
        page = queries.slips(
            caller=keeper, number=number, kind="door", at=LATER, cursor=cursor, limit=2
        )
        houses += [one.house for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert houses == sorted(blocks.houses)
    seen: list[int] = []
    blocks.published()
    cursor = ""
    while True:
        found = queries.postings(
            caller=keeper, community_id=blocks.community_id, at=LATER, cursor=cursor, limit=3
        )
        seen += [one.id for one in found.items]
        if found.next is None:
            break
        cursor = found.next
    assert len(seen) == len(set(seen)) == 4
