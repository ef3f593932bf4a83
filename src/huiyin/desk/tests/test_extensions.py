"""Who sits at which telephone, what rings there, and whose it may be (REC-01, REC-02)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from huiyin.desk import queries
from huiyin.desk.actions import (
    UnableToRecordCall,
    UnableToTakeExtension,
    leave_extension,
    put_call_away,
    record_call,
    reveal_number,
    take_extension,
    tie_call,
    write_down_call,
)
from huiyin.desk.models import Call
from huiyin.desk.queries import CallRow, Ringing
from huiyin.desk.queries.calls import ON_SCREEN
from huiyin.estate.models import Phone
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.models import Event, Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

KNOWN = "13812345678"  # 王丽, 3-1-1201


def tell(cast: Cast, event: str, after: int = 0, **told: Any) -> CallRow:
    """Tell of an event of call c1 on extension 8001, so many seconds after nine."""
    by = cast.caller("receptionist")
    call = {"community": "YG", "call_id": "c1", "number": KNOWN, "extension": "8001", **told}
    return record_call(by=by, at=AT, event=event, moment=AT + timedelta(seconds=after), **call)


def sit(cast: Cast, who: str, number: str = "8001", **given: str) -> None:
    """Let somebody sit down at a telephone."""
    take_extension(by=cast.caller(who), at=AT, community="YG", number=number, **given)


def rings(cast: Cast, who: str, at: datetime = AT) -> Ringing | None:
    """Ask what rings for somebody."""
    community_id = cast.town.community.pk
    return queries.ringing(caller=cast.caller(who), community_id=community_id, at=at)


@pytest.mark.rule("REC-01")
def test_a_call_rings_where_somebody_sits_and_is_theirs_when_answered(cast: Cast) -> None:
    sit(cast, "receptionist")
    sit(cast, "dispatcher", "8002")
    assert rings(cast, "receptionist") == Ringing(0, "")
    call = tell(cast, "ringing")
    assert rings(cast, "receptionist") == Ringing(call.id, "ringing")
    assert rings(cast, "dispatcher") == Ringing(0, "")
    assert tell(cast, "answered", 8).taken_by == cast.employee("receptionist").name
    assert rings(cast, "receptionist") == Ringing(call.id, "talking")
    tell(cast, "ended", 60)
    assert rings(cast, "receptionist") == Ringing(call.id, "ended")
    put_call_away(by=cast.caller("receptionist"), at=AT, call=call.id)
    assert rings(cast, "receptionist") == Ringing(0, "")


def test_a_call_of_no_extension_rings_at_every_one(cast: Cast) -> None:
    sit(cast, "receptionist")
    call = tell(cast, "ringing", extension="")
    assert rings(cast, "receptionist") == Ringing(call.id, "ringing")
    assert rings(cast, "supervisor") is None  # sits nowhere
    row = tell(cast, "answered", 5, extension="8001")
    assert (row.extension, row.taken_by) == ("8001", cast.employee("receptionist").name)


def test_a_card_nobody_put_away_goes_by_itself(cast: Cast) -> None:
    sit(cast, "receptionist")
    tell(cast, "ringing")
    assert rings(cast, "receptionist", AT + ON_SCREEN) == Ringing(0, "")


def test_the_poll_is_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    sit(cast, "receptionist")
    tell(cast, "ringing")
    caller = cast.caller("receptionist")
    with django_assert_num_queries(1):
        queries.ringing(caller=caller, community_id=cast.town.community.pk, at=AT)


def test_changing_desks_moves_both(cast: Cast) -> None:
    sit(cast, "receptionist", label="前台")
    sit(cast, "dispatcher", "8002")
    sit(cast, "dispatcher")
    seats = {
        one.number: (one.label, one.employee)
        for one in queries.extensions(
            caller=cast.caller("manager"), community_id=cast.town.community.pk
        )
    }
    assert seats == {"8001": ("前台", cast.employee("dispatcher").name), "8002": ("", "")}
    assert rings(cast, "receptionist") is None
    leave_extension(by=cast.caller("dispatcher"), at=AT, community="YG")
    assert rings(cast, "dispatcher") is None


@pytest.mark.parametrize("number", ["", "abc", "1" * 13, "80 01", "\0"])
def test_an_extension_is_a_number(cast: Cast, number: str) -> None:
    with pytest.raises(UnableToTakeExtension):
        sit(cast, "receptionist", number)


def test_telephones_are_the_desk_s(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        sit(cast, "technician")
    with pytest.raises(NotFound):
        sit(cast, "E031")
    call = tell(cast, "ringing")
    for who, refusal in (("technician", Forbidden), ("E031", NotFound)):
        by = cast.caller(who)
        with pytest.raises(refusal):
            put_call_away(by=by, at=AT, call=call.id)
        with pytest.raises(refusal):
            queries.card_of(caller=by, call=call.id, at=AT)
    with pytest.raises(NotFound):
        queries.call(caller=cast.caller("manager"), call=call.id + 1)


@pytest.mark.rule("REC-02")
def test_a_card_names_one_household_or_all_of_them_or_none(cast: Cast) -> None:
    caller = cast.caller("receptionist")

    def card(call_id: str, number: str) -> queries.CallCard:
        row = tell(cast, "ringing", call_id=call_id, number=number)
        return queries.card_of(caller=caller, call=row.id, at=AT)

    one = card("c1", KNOWN)
    assert one.only is not None
    assert (one.only.house, one.only.caller) == ("3-1-1201", "王丽")
    Phone.objects.create(person=cast.town.tenant, number=KNOWN)
    several = card("c2", KNOWN)
    assert several.only is None
    assert [one.house for one in several.households] == ["3-1-1201", "3-1-1202"]
    for call_id, number in (("c3", "075599998888"), ("c4", "")):
        assert card(call_id, number).households == ()


def test_a_whole_number_is_read_by_who_may_and_the_trail_keeps_it(cast: Cast) -> None:
    call = tell(cast, "ringing")
    assert call.masked == "138****5678"
    assert reveal_number(by=cast.caller("receptionist"), at=AT, call=call.id) == KNOWN
    assert Entry.objects.filter(action="personal.read", subject=f"call:{call.id}").count() == 1
    with pytest.raises(Forbidden):
        reveal_number(by=cast.caller("quality"), at=AT, call=call.id)


def test_a_matter_made_of_a_call_is_tied_to_it_once(cast: Cast) -> None:
    sit(cast, "receptionist")
    call = tell(cast, "answered", 5)
    by = cast.caller("receptionist")
    first, second = cast.receive(), cast.receive()
    for number in (first, second):
        tie_call(by=by, at=AT, call=call.id, number=number)
    assert queries.call(caller=by, call=call.id).raised == first


@pytest.mark.rule("REC-01")
def test_an_answer_told_of_too_late_is_noted_at_the_call_back(cast: Cast) -> None:
    tell(cast, "ringing")
    matter = Matter.objects.get(number=tell(cast, "abandoned", 30).matter)
    row = tell(cast, "answered", 9)
    tell(cast, "answered", 9)
    assert (row.standing, row.rings) == ("ended", 2)
    noted = Event.objects.filter(matter=matter, kind="noted")
    assert [one.text for one in noted] == ["总机后来报告:这个来电已于 09:00:09 接听,请核实后办结。"]
    figure = queries.answered_in_time(
        caller=cast.caller("manager"),
        community="YG",
        since=AT,
        until=AT + timedelta(days=1),
        rings=3,
    )
    assert (figure.in_time, figure.of) == (1, 1)


@pytest.mark.rule("REC-01")
def test_a_call_is_written_down_by_hand(cast: Cast) -> None:
    by = cast.caller("receptionist")

    def write(**given: Any) -> CallRow:
        call = {"number": KNOWN, "moment": AT, "rings": 2, "answered": True, **given}
        row = write_down_call(by=by, at=AT, community="YG", **call)
        return queries.call(caller=by, call=row.id)

    row = write()
    assert (row.taken_by, row.rings, row.standing) == (by.name, 2, "talking")
    missed = write(answered=False, rings=6)
    assert missed.matter is not None and missed.taken_by == ""
    with pytest.raises(UnableToRecordCall) as refused:
        write(moment=AT + timedelta(minutes=1))
    assert refused.value.field == "moment"


def test_the_list_costs_the_same_for_two_calls_and_for_twenty(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    caller = cast.caller("receptionist")
    counts: list[int] = []
    for until in (2, 20):
        for number in range(Call.objects.count(), until):
            tell(cast, "abandoned", call_id=f"c{number}")
        with django_assert_max_num_queries(4) as told:
            page = queries.calls(caller=caller, community="YG", outcome="abandoned")
        assert isinstance(told, CaptureQueriesContext) and len(page.items) == until
        counts.append(len(told.captured_queries))
    assert counts[0] == counts[1]
