"""Visitors who ask for a manager: booked, arrived, received, declined, re-arranged (REC-08)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.matters.actions import finish_matter
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, moment, tick
from huiyin.notices.models import Message
from huiyin.staff.models import Absence
from huiyin.visitors import queries
from huiyin.visitors.actions import (
    TooClose,
    UnableToBook,
    UnableToDecide,
    arrive,
    book,
    cancel,
    decide,
    walk_in,
)
from huiyin.visitors.models import Appointment
from huiyin.visitors.rules import FOLLOWS, masked_name, may_become, too_close

TEN = moment("2026-03-16 10:00")
LATER = moment("2026-03-16 15:00")
PHONE = "13900001111"


def ask(cast: Cast, **changed: Any) -> int:
    """Book an appointment with the manager at ten."""
    words: dict[str, Any] = {
        "community": "YG",
        "visitor": "张建国",
        "host": cast.code("manager"),
        "purpose": "商量三号楼外墙维修",
        "organisation": "宏达建筑",
        "phone": PHONE,
        "wished_at": TEN,
        **changed,
    }
    return book(by=words.pop("by", None) or cast.caller("receptionist"), at=AT, **words)


def come(cast: Cast, appointment: int, **changed: Any) -> Matter:
    """Let the visitor come; return the matter that tells of it."""
    number = arrive(by=cast.caller("receptionist"), at=TEN, appointment=appointment, **changed)
    return Matter.objects.get(number=number)


@pytest.mark.rule("REC-08")
def test_the_manager_is_told_at_once_when_the_visitor_comes(cast: Cast) -> None:
    matter = come(cast, ask(cast), agitated=True)
    assert (matter.kind, matter.owner) == ("appointment", cast.employee("manager"))
    promise = matter.promises.get(rule="REC-08")
    assert promise.due_at == TEN + timedelta(minutes=30)
    assert Message.objects.filter(about=matter.number, recipient=matter.owner).exists()
    assert "张**" in matter.text and "张建国" not in matter.text and PHONE not in matter.text
    assert "会客室" in matter.text


@pytest.mark.rule("REC-08")
def test_an_absent_manager_s_delegate_is_told(cast: Cast) -> None:
    Absence.objects.create(
        employee=cast.employee("manager"),
        starts_at=AT - timedelta(days=1),
        delegate=cast.employee("supervisor"),
    )
    matter = come(cast, ask(cast, sure=True))
    assert matter.owner == cast.employee("supervisor")
    acting = cast.caller("supervisor")
    decide(by=acting, at=TEN, appointment=matter.appointment.pk, outcome="received")


@pytest.mark.rule("REC-08")
@pytest.mark.parametrize(
    ("outcome", "reason"), [("received", ""), ("declined", "资料不全,请先交书面材料")]
)
def test_the_outcome_settles_the_matter(cast: Cast, outcome: str, reason: str) -> None:
    appointment = ask(cast)
    matter = come(cast, appointment)
    boss = cast.caller("manager")
    at = TEN + timedelta(minutes=20)
    decide(by=boss, at=at, appointment=appointment, outcome=outcome, reason=reason)
    matter.refresh_from_db()
    assert matter.state == "closed" and reason in matter.result
    assert matter.promises.get(rule="REC-08").state == "kept"
    assert not matter.promises.filter(closed_at__isnull=True).exists()
    row = queries.visit(caller=boss, appointment=appointment).row
    assert (row.state, row.decided_by, row.reason) == (outcome, boss.name, reason)


@pytest.mark.rule("REC-08")
def test_a_visitor_who_waits_is_not_ticked_off(cast: Cast) -> None:
    matter = come(cast, ask(cast))
    with pytest.raises(WrongState, match="接待结果"):
        finish_matter(by=cast.caller("manager"), at=TEN, number=matter.number, result="好")


@pytest.mark.rule("REC-08")
def test_a_visitor_left_waiting_climbs(cast: Cast) -> None:
    matter = come(cast, ask(cast))
    tick(TEN + timedelta(minutes=30))
    told = Message.objects.filter(about=matter.number, recipient=cast.employee("company_service"))
    assert told.exists()


@pytest.mark.rule("REC-08")
def test_re_arranged_means_a_new_time_of_which_the_visitor_was_told(cast: Cast) -> None:
    appointment = ask(cast)
    matter = come(cast, appointment)
    boss = cast.caller("manager")
    words: dict[str, Any] = {
        "by": boss,
        "at": TEN,
        "appointment": appointment,
        "outcome": "rearranged",
        "reason": "经理临时开会",
    }
    for missing, field in (
        ({"told": "phone"}, "new_at"),
        ({"new_at": TEN, "told": "phone"}, "new_at"),
        ({"new_at": LATER}, "told"),
    ):
        with pytest.raises(UnableToBook) as refused:
            decide(**words, **missing)
        assert refused.value.field == field
    following = decide(**words, new_at=LATER, told="visit")
    assert following is not None
    matter.refresh_from_db()
    assert (matter.state, matter.result) == ("closed", "改期 2026-03-16 15:00:经理临时开会")
    old = queries.visit(caller=boss, appointment=appointment)
    assert (old.row.following_at, old.told) == (LATER, "visit")
    assert queries.visit(caller=boss, appointment=following).row.state == "booked"
    come_again = arrive(by=boss, at=LATER, appointment=following)
    assert come_again != matter.number


@pytest.mark.rule("REC-08")
def test_nobody_decides_twice(cast: Cast) -> None:
    appointment = ask(cast)
    with pytest.raises(UnableToDecide):  # has not come yet
        decide(by=cast.caller("manager"), at=TEN, appointment=appointment, outcome="received")
    come(cast, appointment)
    decide(by=cast.caller("manager"), at=TEN, appointment=appointment, outcome="received")
    for attempt in (
        lambda: decide(
            by=cast.caller("receptionist"),
            at=TEN,
            appointment=appointment,
            outcome="declined",
            reason="x",
        ),
        lambda: come(cast, appointment),
        lambda: cancel(by=cast.caller("receptionist"), at=TEN, appointment=appointment, reason="x"),
    ):
        with pytest.raises(UnableToDecide):
            attempt()


@pytest.mark.rule("REC-08")
def test_somebody_without_an_appointment_is_told_of_too(cast: Cast) -> None:
    appointment = walk_in(
        by=cast.caller("receptionist"),
        at=AT,
        community="YG",
        visitor="李梅",
        host=cast.code("manager"),
        purpose="投诉停车收费",
        house="3-1-1201",
        agitated=True,
    )
    row = queries.visit(caller=cast.caller("manager"), appointment=appointment).row
    assert (row.walk_in, row.state, row.house) == (True, "arrived", "3-1-1201")
    (waiting,) = queries.waiting(caller=cast.caller("receptionist"), community="YG")
    assert waiting.id == appointment and waiting.visitor == "李*"


def test_what_stands_in_the_way_is_told_once(cast: Cast) -> None:
    ask(cast)
    with pytest.raises(TooClose) as refused:
        ask(cast, wished_at=TEN + timedelta(minutes=29))
    assert "10:00 已约了客人" in str(refused.value) and refused.value.field == "sure"
    ask(cast, wished_at=TEN + timedelta(minutes=29), sure=True)
    ask(cast, wished_at=TEN + timedelta(minutes=60))
    ask(cast, host=cast.code("assistant"))
    Absence.objects.create(
        employee=cast.employee("assistant"), starts_at=LATER, ends_at=LATER + timedelta(hours=1)
    )
    with pytest.raises(TooClose) as refused:
        ask(cast, host=cast.code("assistant"), wished_at=LATER)
    assert "不在岗" in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"visitor": " "}, "visitor"),
        ({"visitor": "张" * 41}, "visitor"),
        ({"purpose": ""}, "purpose"),
        ({"phone": "\0"}, "phone"),
        ({"wished_at": AT - timedelta(minutes=1)}, "wished_at"),
        ({"host": "E999"}, "host"),
        ({"host": "E016"}, "host"),  # a technician
        ({"house": "99-9"}, "house"),
    ],
)
def test_what_cannot_be_booked_is_refused(cast: Cast, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(cast, **changed)
    assert refused.value.field == field
    assert not Appointment.objects.exists()


def test_refusing_somebody_takes_a_reason(cast: Cast) -> None:
    appointment = ask(cast)
    by = cast.caller("receptionist")
    with pytest.raises(BadInput):
        decide(by=by, at=TEN, appointment=appointment, outcome="declined")
    with pytest.raises(BadInput):
        cancel(by=by, at=TEN, appointment=appointment, reason=" ")
    with pytest.raises(BadInput):
        decide(by=by, at=TEN, appointment=appointment, outcome="sung")
    decide(by=by, at=AT, appointment=appointment, outcome="declined", reason="经理出差")
    assert not Matter.objects.exists()  # the visitor never came


def test_the_book_is_the_desk_s(cast: Cast) -> None:
    appointment = ask(cast)
    for who, refusal in (("technician", Forbidden), ("E031", NotFound)):
        by = cast.caller(who)
        for attempt in (
            lambda by=by: ask(cast, by=by),
            lambda by=by: arrive(by=by, at=TEN, appointment=appointment),
            lambda by=by: queries.visit(caller=by, appointment=appointment),
            lambda by=by: queries.day_list(caller=by, community="YG", on=AT.date()),
        ):
            with pytest.raises(refusal):
                attempt()
    foreman = cast.caller("cleaning_foreman")  # may be asked for, and decides for nobody else
    with pytest.raises(Forbidden):
        decide(by=foreman, at=AT, appointment=appointment, outcome="declined", reason="x")


def test_names_and_telephones_are_whole_only_for_who_needs_them(cast: Cast) -> None:
    appointment = ask(cast)
    page = queries.day_list(caller=cast.caller("receptionist"), community="YG", on=AT.date())
    assert [(one.visitor, one.phone) for one in page.items] == [("张**", "139****1111")]
    whole = queries.visit(caller=cast.caller("manager"), appointment=appointment)
    assert (whole.visitor, whole.phone) == ("张建国", PHONE)
    masked = queries.visit(caller=cast.caller("quality"), appointment=appointment)
    assert (masked.visitor, masked.phone) == ("张**", "139****1111")


def test_the_list_is_paged_and_costs_the_same(cast: Cast, django_assert_num_queries: Any) -> None:
    for hour in range(7):
        ask(cast, wished_at=TEN + timedelta(hours=hour))
    ask(cast, wished_at=TEN + timedelta(days=1))
    caller = cast.caller("receptionist")
    words: dict[str, Any] = {"caller": caller, "community": "YG", "on": AT.date(), "limit": 4}
    with django_assert_num_queries(2):
        first = queries.day_list(**words)
    rest = queries.day_list(**words, cursor=first.next or "")
    assert len(first.items) == 4 and len(rest.items) == 3 and rest.next is None
    with pytest.raises(BadInput):
        queries.day_list(**words, cursor="x")


@given(st.sampled_from(Appointment.State.values), st.sampled_from(Appointment.State.values))
def test_what_is_decided_stays(state: str, following: str) -> None:
    decided = state not in FOLLOWS
    assert not (decided and may_become(state, following))
    assert not may_become(state, "booked")


@given(st.integers(-120, 120))
def test_half_an_hour_is_too_close_on_both_sides(minutes: int) -> None:
    found = too_close(AT, [AT + timedelta(minutes=minutes)])
    assert bool(found) == (abs(minutes) < 30)


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_tells_one_sign(name: str) -> None:
    masked = masked_name(name)
    assert masked[0] == name[0] and set(masked[1:]) <= {"*"} and len(masked) <= 4
