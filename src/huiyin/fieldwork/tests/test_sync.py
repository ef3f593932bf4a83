"""The phone's acts: taken in order, each once, by their own time; conflicts are kept (clocks 37)."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huiyin.fieldwork import actions
from huiyin.fieldwork.models import ChargeSlip, FieldAct, Line, Sheet, StockMove
from huiyin.fieldwork.tests.phone import Phone, a_job, a_picture, prices, states
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden
from huiyin.matters import queries as matters
from huiyin.matters.actions import assign_matter, close_matter, visit_back
from huiyin.matters.models import Event, Matter, Photo, Promise
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.staff.models import PostHolding
from huiyin.trail.models import Entry

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


def notes(number: str) -> list[str]:
    """Return the words of a matter's notes."""
    return list(
        Event.objects.filter(matter__number=number, kind="noted")
        .order_by("id")
        .values_list("text", flat=True)
    )


def counts() -> tuple[int, ...]:
    """Count every row that a sync may write."""
    return tuple(
        one.objects.count()
        for one in (Event, Photo, Sheet, Line, StockMove, ChargeSlip, FieldAct, StoredFile, Entry)
    )


@pytest.mark.rule("WO-02")
def test_accept_arrive_finish_by_their_own_time(cast: Cast) -> None:
    number = a_job(cast)
    phone = Phone(cast)
    phone.did("accept", number, AT + 2 * MINUTE)
    phone.did("leave", number, AT + 5 * MINUTE)
    phone.did("arrive", number, AT + 20 * MINUTE)
    phone.did("finish", number, AT + 50 * MINUTE, result="换了角阀", cause="equipment")
    now = AT + 3 * HOUR
    told = phone.send(now)
    assert states(told) == ["done"] * 4, told
    matter = Matter.objects.get(number=number)
    assert matter.state == "finished" and matter.finished_at == AT + 50 * MINUTE
    arrived = Event.objects.get(matter=matter, kind="arrived")
    assert (arrived.at, arrived.recorded_at) == (AT + 20 * MINUTE, now)
