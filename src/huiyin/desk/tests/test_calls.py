"""Calls as the exchange tells of them (REC-01)."""

import itertools
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from huiyin.desk import queries
from huiyin.desk.actions import UnableToRecordCall, record_call
from huiyin.desk.models import Call
from huiyin.desk.queries import CallRow
from huiyin.estate.models import Phone
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, make_cast

KNOWN = "13812345678"  # 王丽, 3-1-1201


def tell(cast: Cast, event: str, after: int = 0, **told: Any) -> CallRow:
    """Tell of an event of call c1, so many seconds after nine o'clock."""
    by = told.pop("by", None) or cast.caller("receptionist")
    call: dict[str, Any] = {"community": "YG", "call_id": "c1", "number": KNOWN, **told}
    moment = AT + timedelta(seconds=after)
    return record_call(by=by, at=AT, event=event, moment=moment, **call)


def matter_of(row: CallRow) -> Matter:
    """Return the call-back matter of a call."""
    return Matter.objects.select_related("house", "person").get(number=row.matter)


@pytest.mark.rule("REC-01")
def test_ringing_answer_and_end_are_one_call(cast: Cast) -> None:
    tell(cast, "ringing")
    tell(cast, "answered", 9, rings=2)
    row = tell(cast, "ended", 60)
    assert Call.objects.count() == 1
    assert (row.ringing_at, row.ended_at) == (AT, AT + timedelta(seconds=60))
    assert (row.rings, row.matter) == (2, None)


@pytest.mark.parametrize("order", [*itertools.permutations(("ringing", "answered", "ended"))])
def test_events_may_come_in_any_order_and_repeated(cast: Cast, order: tuple[str, ...]) -> None:
    after = {"ringing": 0, "answered": 9, "ended": 60}
    rows = [tell(cast, event, after[event]) for event in (*order, *order)]
    row = rows[-1]
    assert Call.objects.count() == 1
    assert row.ringing_at == AT
    assert row.answered_at == AT + timedelta(seconds=9)
    assert row.ended_at == AT + timedelta(seconds=60)
    assert row.rings == 2  # counted from the time, as the exchange told none


@pytest.mark.rule("REC-01")
def test_an_abandoned_call_becomes_one_call_back(cast: Cast) -> None:
    tell(cast, "ringing")
    row = tell(cast, "abandoned", 30)
    again = tell(cast, "abandoned", 30)
    tell(cast, "ended", 31)
    matter = matter_of(row)
    assert again.matter == row.matter
    assert Matter.objects.count() == 1
    assert (matter.kind, matter.channel, matter.caller_phone) == ("callback", "phone", KNOWN)
    assert "138****5678" in matter.text and "2026-03-16 09:00" in matter.text
    assert matter.house is not None and matter.house.code == "3-1-1201"
    assert matter.person is not None and matter.person.name == "王丽"
    assert matter.promises.filter(rule="REC-01").exists()


def test_a_number_of_several_households_is_never_guessed(cast: Cast) -> None:
    Phone.objects.create(person=cast.town.tenant, number=KNOWN)
    matter = matter_of(tell(cast, "abandoned"))
    assert matter.house is None and matter.person is None and matter.caller_name == ""
    assert "3-1-1201、3-1-1202" in matter.text


@pytest.mark.parametrize("number", ["", "075599998888"])
def test_a_stranger_is_called_back_too(cast: Cast, number: str) -> None:
    matter = matter_of(tell(cast, "abandoned", number=number))
    assert matter.house is None
    assert matter.caller_phone == number


def test_a_call_answered_first_is_no_call_back(cast: Cast) -> None:
    tell(cast, "answered", 5)
    assert tell(cast, "abandoned", 30).matter is None


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"event": "sung"}, "event"),
        ({"call_id": " "}, "call_id"),
        ({"call_id": "c" * 61}, "call_id"),
        ({"call_id": "\0"}, "call_id"),
        ({"rings": -1}, "rings"),
        ({"rings": 201}, "rings"),
    ],
)
def test_nonsense_is_refused(cast: Cast, told: dict[str, Any], field: str) -> None:
    event = told.pop("event", "ringing")
    with pytest.raises(UnableToRecordCall) as refused:
        tell(cast, event, **told)
    assert refused.value.field == field
    assert not Call.objects.exists()


def test_calls_are_the_desk_s_business(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        tell(cast, "ringing", by=cast.caller("technician"))
    with pytest.raises(NotFound):
        tell(cast, "ringing", by=cast.caller("E031"))
    with pytest.raises(NotFound):
        queries.calls(caller=cast.caller("E031"), community="YG")


def test_calls_are_listed_newest_first(cast: Cast) -> None:
    for number in range(3):
        tell(cast, "ringing", number, call_id=f"c{number}")
    caller = cast.caller("receptionist")
    first = queries.calls(caller=caller, community="YG", limit=2)
    assert [row.call_id for row in first.items] == ["c2", "c1"]
    rest = queries.calls(caller=caller, community="YG", limit=2, cursor=first.next or "")
    assert [row.call_id for row in rest.items] == ["c0"] and rest.next is None
    with pytest.raises(BadInput):
        queries.calls(caller=caller, community="YG", cursor="x")


@pytest.mark.rule("REC-01")
def test_the_figure_counts_calls_answered_within_three_rings(cast: Cast) -> None:
    for number, rings in enumerate((1, 3, 4), start=1):
        tell(cast, "ringing", call_id=f"a{number}")
        tell(cast, "answered", 5, call_id=f"a{number}", rings=rings)
    tell(cast, "abandoned", 5, call_id="given-up")
    tell(cast, "ringing", 5, call_id="still-ringing")
    tell(cast, "answered", 5, call_id="nobody-counted")

    def figure(since: datetime, until: datetime) -> queries.AnswerFigure:
        return queries.answered_in_time(
            caller=cast.caller("manager"), community="YG", since=since, until=until, rings=3
        )

    day = figure(AT, AT + timedelta(days=1))
    assert (day.in_time, day.of, day.rate) == (2, 4, 0.5)
    none = figure(AT - timedelta(days=1), AT)
    assert (none.of, none.rate) == (0, None)


def test_a_clock_of_the_exchange_gone_wild_is_no_fault(cast: Cast) -> None:
    tell(cast, "ringing")
    assert tell(cast, "answered", 10**9).rings == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("REC-01")
def test_two_hundred_identical_events_from_eight_threads_make_one_row() -> None:
    cast = make_cast()
    by = cast.caller("receptionist")
    failed: list[Exception] = []

    def call() -> None:
        try:
            for _ in range(25):
                tell(cast, "abandoned", 5, by=by)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Call.objects.count() == 1
    assert Matter.objects.count() == 1
