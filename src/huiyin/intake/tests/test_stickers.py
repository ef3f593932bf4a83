"""Stickers and what comes through them: unguessable, once, not too often, nothing private."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huiyin.accounts.codes import TooOften
from huiyin.accounts.models import Tally
from huiyin.intake import actions, queries
from huiyin.intake.models import Report, Sticker
from huiyin.intake.rules import PER_ADDRESS, PER_STICKER, sounds_alarm
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.models import Event, Matter
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices.models import Message
from huiyin.trail.models import Entry

NOBODY = Caller(None, None, "")
KEY = uuid.UUID(int=7)


def make(cast: Cast, *places: str, **given: Any) -> actions.Made:
    """Let the supervisor make stickers."""
    wanted: dict[str, Any] = {
        "by": cast.caller("supervisor"),
        "at": AT,
        "community": "YG",
        "buildings": [],
        "places": places or ("大堂",),
        "kind": "repair.public",
        **given,
    }
    return actions.make_stickers(**wanted)


def sticker(cast: Cast) -> Sticker:
    """Make one sticker in the hall of building 3."""
    (pk,) = make(cast, buildings=["3"]).ids
    return Sticker.objects.get(pk=pk)


def report(token: str, text: str = "灯不亮", **given: Any) -> Matter:
    """Send a report; return its matter."""
    sheet: dict[str, Any] = {"at": AT, "key": KEY, "text": text, **given}
    number = actions.report(by=NOBODY, token=token, **sheet)
    return Matter.objects.get(number=number)


# -- making


def test_buildings_times_places(cast: Cast) -> None:
    made = make(cast, "大堂", "1号电梯", "大堂 ", buildings=["3", "5"])
    assert (len(made.ids), made.there_already) == (4, 0)
    again = make(cast, "大堂", "车库", buildings=["3", "5"])
    assert (len(again.ids), again.there_already) == (2, 2)
    assert len(make(cast, "大门").ids) == 1
    assert make(cast, "大门").there_already == 1  # also where there is no building
    tokens = set(Sticker.objects.values_list("token", flat=True))
    assert len(tokens) == 7
    assert all(len(token) >= 22 for token in tokens)  # 128 bits at the least
    assert Entry.objects.filter(action="intake.stickers_made").count() == 4


def test_what_cannot_be_made(cast: Cast) -> None:
    for wrong in (
        {"places": [" "]},
        {"places": ["长" * 61]},
        {"kind": "nonsense"},
        {"kind": "approval"},  # made by a procedure, never reported
        {"buildings": ["99"]},
        {"places": [f"{n}" for n in range(501)]},
    ):
        with pytest.raises(actions.UnableToMakeStickers):
            make(cast, **wrong)
    with pytest.raises(Forbidden):
        make(cast, by=cast.caller("guard"))
    with pytest.raises(NotFound):
        make(cast, by=cast.caller("E031"))


def test_retired_restored_replaced(cast: Cast) -> None:
    old = sticker(cast)
    who: dict[str, Any] = {
        "by": cast.caller("keeper"),
        "at": AT,
        "community_id": cast.town.community.pk,
    }
    actions.retire_sticker(**who, sticker_id=old.pk)
    with pytest.raises(NotFound):
        queries.place(token=old.token)
    with pytest.raises(actions.UnableToChangeSticker):
        actions.retire_sticker(**who, sticker_id=old.pk)
    actions.restore_sticker(**who, sticker_id=old.pk)
    assert queries.place(token=old.token).where == "3栋 大堂"
    new = Sticker.objects.get(pk=actions.replace_sticker(**who, sticker_id=old.pk))
    assert new.token != old.token
    with pytest.raises(NotFound):
        queries.place(token=old.token)
    with pytest.raises(actions.UnableToChangeSticker):
        actions.restore_sticker(**who, sticker_id=old.pk)
    with pytest.raises(actions.UnableToChangeSticker):
        actions.restore_sticker(**who, sticker_id=new.pk)
    actions.retire_sticker(**who, sticker_id=new.pk)
    actions.restore_sticker(**who, sticker_id=old.pk)  # undone
    with pytest.raises(NotFound):
        actions.retire_sticker(
            by=cast.caller("E031"),
            at=AT,
            community_id=cast.neighbour.community.pk,
            sticker_id=old.pk,
        )
    with pytest.raises(Forbidden):
        actions.retire_sticker(**{**who, "by": cast.caller("guard")}, sticker_id=old.pk)


def test_lists_cost_the_same_however_long(cast: Cast, django_assert_num_queries: Any) -> None:
    make(cast, *(f"位置{n}" for n in range(9)), buildings=["3"])
    who: dict[str, Any] = {"caller": cast.caller("manager"), "community_id": cast.town.community.pk}
    with django_assert_num_queries(1):
        page = queries.stickers(**who, limit=5)
    assert len(page.items) == 5 and page.next
    assert len(queries.stickers(**who, limit=5, cursor=page.next).items) == 4
    assert not queries.stickers(**who, retired=True).items
    with django_assert_num_queries(1):
        assert len(queries.sheet(**who, most=99)) == 9


# -- reporting


@pytest.mark.rule("REC-06")
def test_a_report_is_a_matter_of_the_place(cast: Cast) -> None:
    matter = report(sticker(cast).token)
    assert (matter.channel, matter.kind, matter.place) == ("web", "repair.public", "3栋 大堂")
    assert matter.state == "received" and matter.owner_id
    assert Event.objects.get(matter=matter, kind="received").by_name == "扫码来件"


@pytest.mark.rule("CMP-11")
def test_without_a_telephone_it_is_anonymous(cast: Cast) -> None:
    token = sticker(cast).token
    matter = report(token, name="王丽")
    assert matter.anonymous and not matter.caller_name
    named = report(token, name="王丽", phone="138 1234 5678", key=uuid.UUID(int=8))
    assert not named.anonymous
    assert (named.caller_name, named.caller_phone, named.person) == ("王丽", "13812345678", None)


def test_the_same_report_twice_is_one(cast: Cast) -> None:
    token = sticker(cast).token
    first = report(token)
    assert report(token, at=AT + timedelta(minutes=3)) == first
    assert report(token, "灯还是不亮") != first  # changed after going back: another one
    assert report(token, key=uuid.UUID(int=9)) != first
    assert Matter.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_report_sent_eight_times_at_once_is_one() -> None:
    cast = make_cast()
    token = sticker(cast).token
    numbers: list[str] = []

    def send() -> None:
        try:
            numbers.append(report(token).number)
        finally:
            connection.close()

    sending = [threading.Thread(target=send) for _ in range(8)]
    for one in sending:
        one.start()
    for one in sending:
        one.join()
    assert len(numbers) == 8 and len(set(numbers)) == 1
    assert Report.objects.count() == Matter.objects.count() == 1


def test_a_second_report_names_the_open_one(cast: Cast) -> None:
    token = sticker(cast).token
    first = report(token)
    second = report(token, key=uuid.UUID(int=9))
    assert not Event.objects.filter(matter=first, kind="noted").exists()
    assert first.number in Event.objects.get(matter=second, kind="noted").text


def test_danger_is_told_to_the_manager(cast: Cast) -> None:
    matter = report(sticker(cast).token, "有人被困在电梯里")
    assert matter.important and matter.kind == "repair.public"
    assert Message.objects.filter(about=matter.number, recipient=cast.employee("manager")).exists()


@pytest.mark.parametrize(
    ("text", "alarm"),
    [("电梯困人了", True), ("Smoke in the hall", True), ("灯不亮", False), ("谢谢", False)],
)
def test_words_of_danger(text: str, alarm: bool) -> None:
    assert sounds_alarm(text) is alarm


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", " "),
        ("text", "长" * 1001),
        ("text", "a\0b"),
        ("phone", "12345x"),
        ("name", "长" * 21),
        ("photos", (1, 2, 3, 4)),
    ],
)
def test_what_cannot_be_reported(cast: Cast, field: str, wrong: Any) -> None:
    with pytest.raises(actions.UnableToReport) as refused:
        report(sticker(cast).token, **{field: wrong})
    assert refused.value.field == field


@pytest.mark.parametrize("token", ["", "x", "a" * 27, "a" * 4000, "\0", "%00", "../etc"])
def test_any_other_token_is_not_there(cast: Cast, token: str) -> None:
    retired = sticker(cast)
    Sticker.objects.update(retired_at=AT)
    sentences = set()
    for one in (token, retired.token):
        for ask in (
            lambda one: queries.place(token=one),
            report,
            lambda one: actions.knock(by=NOBODY, at=AT, token=one, address="1.2.3.4"),
        ):
            with pytest.raises(NotFound) as told:
                ask(one)
            sentences.add(str(told.value))
    assert len(sentences) == 1  # nobody learns which tokens once were


# -- how often


def knock(token: str, address: str = "1.2.3.4", **after: int) -> None:
    """Try to report, some time after nine."""
    actions.knock(by=NOBODY, at=AT + timedelta(**after), token=token, address=address)


def test_one_address_may_try_so_often(cast: Cast) -> None:
    token = sticker(cast).token
    for _ in range(PER_ADDRESS.times):
        knock(token)
    with pytest.raises(TooOften):
        knock(token)
    with pytest.raises(TooOften) as refused:
        knock(token)
    assert (refused.value.status, refused.value.seconds) == (429, PER_ADDRESS.seconds)
    knock(token, "5.6.7.8")
    knock(token, seconds=PER_ADDRESS.seconds)
    # The address itself is nowhere kept, and what is over is forgotten.
    assert not any("1.2.3.4" in one.who for one in Tally.objects.all())
    assert not Tally.objects.filter(ends__lte=AT.timestamp() + PER_ADDRESS.seconds).exists()


def test_one_sticker_may_be_used_so_often_whoever_it_is(cast: Cast) -> None:
    token = sticker(cast).token
    for number in range(PER_STICKER.times):
        knock(token, f"10.0.0.{number}")
    with pytest.raises(TooOften):
        knock(token, "10.9.9.9")
    (pk,) = make(cast, "车库").ids
    knock(Sticker.objects.get(pk=pk).token, "10.9.9.9")


@pytest.mark.django_db(transaction=True)
def test_processes_count_together() -> None:
    token = sticker(make_cast()).token
    let_in: list[bool] = []

    def hammer() -> None:
        try:
            for _ in range(5):
                try:
                    knock(token)
                    let_in.append(True)
                except TooOften:
                    pass
        finally:
            connection.close()

    hammers = [threading.Thread(target=hammer) for _ in range(4)]
    for one in hammers:
        one.start()
    for one in hammers:
        one.join()
    assert len(let_in) == PER_ADDRESS.times
