"""What is written down: every channel ends in the same queue, every sheet once (REC-06)."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from huiyin.intake import actions, queries
from huiyin.intake.actions import Arrived, NewItem
from huiyin.intake.models import Batch
from huiyin.intake.rules import slips
from huiyin.intake.tests.mails import plain
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.kinds import CHANNELS
from huiyin.matters.models import Event, Matter
from huiyin.matters.queries import Filters, list_matters
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.trail.models import Entry

KEY = uuid.UUID(int=1)
SLIPS = (
    NewItem("suggestion", "花园加一张长椅", anonymous=True),
    NewItem("complaint", "垃圾桶太脏", anonymous=True),
)


def take(cast: Cast, *items: NewItem, **given: Any) -> tuple[str, ...]:
    """Let the receptionist write down a sheet of the box."""
    sheet: dict[str, Any] = {
        "by": cast.caller("receptionist"),
        "at": AT,
        "community": "YG",
        "channel": "box",
        "key": KEY,
        "items": items or SLIPS,
        "facts": {"opened_by": "E011 E008"},
        **given,
    }
    return actions.take_batch(**sheet)


@pytest.mark.rule("REC-06")
def test_each_slip_of_an_opening_is_a_matter(cast: Cast) -> None:
    numbers = take(cast, note="意见箱开箱")
    assert len(numbers) == 2
    found = Matter.objects.filter(number__in=numbers).order_by("id")
    assert [(one.kind, one.channel, one.anonymous) for one in found] == [
        ("suggestion", "box", True),
        ("complaint", "box", True),
    ]
    assert Event.objects.filter(kind="noted", text="意见箱开箱").count() == 2
    batch = Batch.objects.get()
    assert (batch.by, batch.matters.count()) == (cast.employee("receptionist"), 2)
    assert Entry.objects.filter(action="intake.batch_taken").count() == 1


def test_the_same_sheet_twice_is_one(cast: Cast) -> None:
    first = take(cast)
    assert take(cast, at=AT + timedelta(minutes=5)) == first
    assert Matter.objects.count() == 2
    # Somebody who went back and changed the sheet means another one.
    assert take(cast, NewItem("praise", "谢谢")) != first
    assert Matter.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_sheet_from_eight_clicks_is_one() -> None:
    cast = make_cast()
    told: list[tuple[str, ...]] = []

    def click() -> None:
        try:
            told.append(take(cast))
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(8)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(told) == 8 and len(set(told)) == 1
    assert Matter.objects.count() == 2


def test_an_empty_box_is_kept_too(cast: Cast) -> None:
    assert (
        actions.take_batch(
            by=cast.caller("receptionist"),
            at=AT,
            community="YG",
            channel="box",
            key=KEY,
            items=(),
            facts={},
        )
        == ()
    )
    assert Batch.objects.count() == 1 and not Matter.objects.exists()


def test_a_sheet_is_taken_whole_or_not_at_all(cast: Cast) -> None:
    with pytest.raises(BadInput):
        take(cast, NewItem("suggestion", "好"), NewItem("suggestion", " "))
    with pytest.raises(NotFound):
        take(cast, NewItem("suggestion", "好"), NewItem("suggestion", "好", house="9-9-9"))
    assert not Matter.objects.exists() and not Batch.objects.exists()
    assert len(take(cast)) == 2  # the same key again, now that it is right


def test_who_may_write_down(cast: Cast) -> None:
    with pytest.raises(NotFound):
        take(cast, by=cast.caller("E031"))
    with pytest.raises(Forbidden):
        take(cast, by=SYSTEM)
    take(cast)
    with pytest.raises(actions.UnableToTakeBatch):
        take(cast, by=cast.caller("keeper"))
    with pytest.raises(actions.UnableToTakeBatch):
        take(cast, channel="smoke")
    with pytest.raises(actions.UnableToTakeBatch):
        take(cast, *(NewItem("praise", "好") for _ in range(101)))


def test_lately_written_down_shows_what_one_may_see(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        take(cast, key=uuid.UUID(int=number))
    caller = cast.caller("manager")
    with django_assert_num_queries(2):
        rows = queries.batches(caller=caller, community_id=cast.town.community.pk)
    assert [len(one.numbers) for one in rows] == [2] * 4
    field = queries.batches(caller=cast.caller("guard"), community_id=cast.town.community.pk)
    assert [one.numbers for one in field] == [()] * 4


# -- every channel of REC-06


def by_mail(cast: Cast) -> None:
    """Let a mail come in."""
    town = cast.town.community.pk
    actions.open_mailbox(by=SYSTEM, at=AT, community_id=town, uidvalidity=1)
    mail = plain()
    actions.store_mail(
        by=SYSTEM, at=AT, community_id=town, arrived=Arrived("box", 1, 1, mail, len(mail))
    )
    actions.read_next(
        by=SYSTEM, at=AT, community_id=town, ourselves="", suggest=lambda *_: actions.Suggested()
    )


def by_sticker(cast: Cast) -> None:
    """Let somebody scan a sticker and report."""
    from huiyin.intake.models import Sticker

    actions.make_stickers(
        by=cast.caller("manager"),
        at=AT,
        community="YG",
        buildings=[],
        places=["大门"],
        kind="repair.public",
    )
    actions.report(by=SYSTEM, at=AT, token=Sticker.objects.get().token, key=KEY, text="灯不亮")


@pytest.mark.rule("REC-06")
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_ends_in_the_same_queue(cast: Cast, channel: str) -> None:
    if channel == "email":
        by_mail(cast)
    elif channel == "web":
        by_sticker(cast)
    elif channel in ("phone", "visit"):
        cast.receive(channel=channel)
    else:
        take(cast, NewItem("suggestion", "长椅"), channel=channel)
    (row,) = list_matters(
        caller=cast.caller("dispatcher"), at=AT, filters=Filters(community="YG"), order="due"
    ).items
    assert Matter.objects.get(number=row.number).channel == channel
    assert row.state == "received" and row.owner_code and row.nearest_due_at


def test_there_are_fourteen_channels() -> None:
    assert len(CHANNELS) == 14


# -- slips


NAMES = [("complaint", "投诉"), ("complaint.attitude", "投诉态度"), ("praise", "表扬")]


def test_a_slip_may_say_its_kind() -> None:
    found = slips(
        "加长椅\n\n 投诉:太吵 \n表扬 : 小王\n投诉态度:差\n投诉", kind="suggestion", names=NAMES
    )
    assert [(one.kind, one.text) for one in found] == [
        ("suggestion", "加长椅"),
        ("complaint", "太吵"),
        ("praise", "小王"),
        ("complaint.attitude", "差"),
        ("suggestion", "投诉"),
    ]


@given(st.text(alphabet="投诉表扬:: \n一", max_size=60))
def test_no_slip_is_empty_and_none_is_invented(lines: str) -> None:
    found = slips(lines, kind="suggestion", names=NAMES)
    assert all(one.text for one in found)
    assert len(found) <= len([line for line in lines.splitlines() if line.strip()])
