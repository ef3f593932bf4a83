"""Whoever leaves leaves nothing behind that is nobody's (HR-02, invariant 1)."""

from datetime import timedelta

import pytest

from huiyin.flows import schedule
from huiyin.flows.leaving import employee_leaves
from huiyin.matters.models import Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices.models import Message

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    schedule.forget()
    return make_cast()


def owner_of(number: str) -> str:
    return Matter.objects.get(number=number).owner.code


@pytest.mark.rule("HR-02")
def test_what_comes_in_before_the_last_day_moves_on_that_day(cast: Cast) -> None:
    leaves_on = (AT + DAY).date()
    employee_leaves(
        by=cast.caller("manager"), at=AT, employee="E009", left_on=leaves_on, reason="离职"
    )
    number = cast.receive()
    assert owner_of(number) == "E009"
    before = list(
        Promise.objects.filter(matter__number=number).order_by("id").values_list("code", "due_at")
    )

    assert schedule.relieve(AT + timedelta(hours=1)) == 0
    assert schedule.relieve(AT + DAY) == 1

    assert owner_of(number) != "E009"
    after = (
        Promise.objects.filter(matter__number=number).order_by("id").values_list("code", "due_at")
    )
    assert list(after) == before
    told = Message.objects.filter(about=number, purpose__contains=":handed_over:")
    assert [one.recipient.code for one in told if one.recipient] == [owner_of(number)]
