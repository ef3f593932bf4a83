"""How clocks went wrong elsewhere, and must not here: what no other test of this room proves."""

from datetime import timedelta

import pytest

from huiyin.matters import actions
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, tick
from huiyin.notices.models import Message

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def finish_of(number: str) -> Promise:
    return Promise.objects.get(matter__number=number, code="finish")


def test_paused_resumed_and_paused_again_within_a_minute_counts_every_second(cast: Cast) -> None:
    number, keeper = cast.receive(), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    due = finish_of(number).due_at
    for start, end in ((0, 10), (10, 25), (40, 55)):
        actions.pause_matter(
            by=keeper, at=AT + start * SECOND, number=number, until=AT + DAY, reason="业主外出"
        )
        actions.resume_matter(by=keeper, at=AT + end * SECOND, number=number)
    assert finish_of(number).due_at == due + 40 * SECOND
    assert finish_of(number).pauses.count() == 3


def test_a_clock_set_back_fires_nothing_again_and_forgets_nothing(cast: Cast) -> None:
    cast.receive()
    tick(AT + 5 * MINUTE)
    before = Event.objects.count(), Message.objects.count()
    tick(AT)
    tick(AT + 5 * MINUTE)
    assert (Event.objects.count(), Message.objects.count()) == before
    tick(AT + 10 * MINUTE)
    assert Event.objects.filter(kind="escalated").count() > 1


def test_two_limits_broken_at_one_moment_are_both_announced(cast: Cast) -> None:
    number = cast.receive()
    tick(AT + 3 * DAY)
    broken = set(
        Promise.objects.filter(matter__number=number, state="broken").values_list("code", flat=True)
    )
    told = {
        one.split(":")[1]
        for one in Message.objects.filter(about=number, fence__isnull=False).values_list(
            "purpose", flat=True
        )
    }
    assert len(broken) > 1
    assert broken <= told


def test_a_reopened_matter_does_not_wake_the_alarms_of_its_first_round(cast: Cast) -> None:
    number, keeper = cast.receive(), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    actions.finish_matter(by=keeper, at=AT + MINUTE, number=number, result="好了")
    actions.reopen_matter(
        by=cast.caller("supervisor"), at=AT + 2 * MINUTE, number=number, reason="又来了"
    )
    first = Promise.objects.filter(matter__number=number, cycle=1)
    assert not first.filter(next_alarm_at__isnull=False).exclude(closed_at=None).exists()
    tick(AT + 30 * DAY)
    rung = Event.objects.filter(matter__number=number, kind="escalated")
    assert {one.data["cycle"] for one in rung if one.data["promise"] == "finish"} == {2}


def test_assigned_but_not_moving_is_found_although_it_has_an_owner(cast: Cast) -> None:
    number = cast.receive()
    actions.assign_matter(by=cast.caller("receptionist"), at=AT, number=number, to="E009")
    tick(AT + 2 * DAY)
    told = Message.objects.filter(about=number, purpose__contains=":finish:")
    assert cast.code("manager") in set(told.values_list("recipient__code", flat=True))


def test_whoever_leaves_in_the_middle_of_a_ladder_is_not_rung_up_any_more(cast: Cast) -> None:
    number = cast.receive()
    tick(AT + 5 * MINUTE)
    supervisor = cast.employee("supervisor")
    supervisor.left_on = AT.date()
    supervisor.save(update_fields=["left_on"])
    tick(AT + 10 * MINUTE)
    rungs = Event.objects.filter(matter__number=number, kind="escalated").order_by("id")
    assert supervisor.code not in rungs[1].data["to"]
    assert rungs[1].data["to"], "somebody hears all the same"


def test_a_thousand_breaking_together_do_not_hold_back_an_emergency(cast: Cast) -> None:
    for _ in range(30):
        cast.receive(kind="praise")
    emergency = cast.receive(kind="complaint.emergency", at=AT + 5 * MINUTE)
    tick(AT + 5 * MINUTE)
    sent = Message.objects.filter(state="sent").order_by("sent_at", "-urgent", "id")
    assert sent[0].about == emergency
    assert not Message.objects.filter(state="queued").exists()
    assert Matter.objects.count() == 31
