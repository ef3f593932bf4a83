"""The log of a shift: it fills itself, is handed over, taken over, signed (REC-12, HR-03)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from huiyin.desk import queries
from huiyin.desk.actions import (
    UnableToHandOverShift,
    UnableToKeepLog,
    UnableToSign,
    accept_item,
    hand_item,
    hand_over_shift,
    keep_logs,
    record_call,
    sign_in,
    sign_log,
    sign_off,
    take_over,
    tick_checks,
    write_note,
)
from huiyin.desk.models import DutyLog, OpenItem
from huiyin.desk.queries import DutyView
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.matters.actions import assign_matter, finish_matter, sweep
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, moment, tick
from huiyin.notices.models import Message

NOON = moment("2026-03-16 12:00")
AFTERNOON = moment("2026-03-16 15:10")
FOUR = ("doors", "lights", "windows", "appliances")
REASON = "同事留守,稍后再查"


def start(cast: Cast, who: str = "receptionist", at: datetime = AT) -> int:
    """Let somebody sign in to the shift of the moment."""
    return sign_in(by=cast.caller(who, at), at=at, community="YG")


def view(cast: Cast, log: int, who: str = "supervisor", at: datetime = NOON) -> DutyView:
    """Read a log as somebody."""
    return queries.duty_log(caller=cast.caller(who, at), log=log, at=at)


def hand_over(cast: Cast, log: int, at: datetime = AFTERNOON, who: str = "receptionist") -> str:
    """Hand a shift over after its four checks."""
    by = cast.caller(who, at)
    if not view(cast, log, at=at).checked:
        tick_checks(by=by, at=at, log=log, ticked=FOUR)
    return hand_over_shift(by=by, at=at, log=log)


def call(cast: Cast, event: str, call_id: str, at: datetime = AT, rings: int = 2) -> None:
    """Tell of a call."""
    record_call(
        by=cast.caller("receptionist"),
        at=at,
        community="YG",
        call_id=call_id,
        event=event,
        moment=at,
        rings=rings,
    )


@pytest.mark.rule("REC-12")
def test_a_log_fills_itself_and_stays_as_it_was_handed_over(cast: Cast) -> None:
    before = cast.receive(at=moment("2026-03-16 06:50"))
    log = start(cast)
    call(cast, "answered", "c1")
    call(cast, "answered", "c2", rings=5)
    call(cast, "abandoned", "c3")
    number = cast.receive(kind="enquiry", at=moment("2026-03-16 09:30"))
    cast.receive(kind="complaint.emergency", at=moment("2026-03-16 10:00"))
    by = cast.caller("manager")
    finish_matter(by=by, at=moment("2026-03-16 10:30"), number=number, result="已答复")
    sweep(at=NOON)
    facts = view(cast, log).facts
    assert (facts.calls, facts.answered, facts.abandoned, facts.in_time) == (3, 2, 1, 1)
    assert dict(facts.received) == {"enquiry": 1, "complaint.emergency": 1, "callback": 1}
    assert (facts.finished, facts.received_total) == (1, 3)
    assert facts.broken >= 2 and facts.escalated >= 1 and facts.open == 3
    assert [one.text for one in facts.emergencies] == ["楼道里有人堆放杂物"]
    hand_over(cast, log)
    frozen = view(cast, log, at=AFTERNOON)
    assign_matter(by=by, at=AFTERNOON, number=before, to=cast.code("keeper"))
    finish_matter(by=by, at=AFTERNOON, number=before, result="已清理")
    call(cast, "answered", "c4", at=moment("2026-03-16 11:00"))  # told of late
    assert view(cast, log, at=AFTERNOON + timedelta(days=1)).facts == frozen.facts
    with pytest.raises(ProgrammingError), transaction.atomic():
        DutyLog.objects.filter(pk=log).update(facts={})


@pytest.mark.rule("REC-12")
def test_what_happens_after_an_early_hand_over_is_the_next_shift_s(cast: Cast) -> None:
    log = start(cast)
    call(cast, "answered", "c1")
    hand_over(cast, log, at=NOON)
    call(cast, "answered", "c2", at=moment("2026-03-16 13:00"))
    number = cast.receive(kind="enquiry", at=moment("2026-03-16 13:30"))
    finish_matter(
        by=cast.caller("manager"), at=moment("2026-03-16 14:00"), number=number, result="已答复"
    )
    following = start(cast, "dispatcher", at=AFTERNOON)
    facts = view(cast, following, at=AFTERNOON).facts
    assert (facts.calls, dict(facts.received), facts.finished) == (1, {"enquiry": 1}, 1)
    assert view(cast, log, at=AFTERNOON).facts.calls == 1


@pytest.mark.rule("REC-12")
def test_a_shift_nobody_kept_is_there_as_a_gap(cast: Cast) -> None:
    cast.receive()
    assert keep_logs(at=AT) == 2  # one in each community
    assert keep_logs(at=AT + timedelta(minutes=1)) == 0
    assert keep_logs(at=AFTERNOON) == 2
    page = queries.duty_logs(caller=cast.caller("supervisor"), community="YG", at=AFTERNOON)
    told = [(row.period, row.standing, row.people) for row in page.items]
    assert told == [("15:00-23:00", "open", 0), ("07:00-15:00", "overdue", 0)]
    gap = view(cast, page.items[1].id, at=AFTERNOON)
    assert (gap.people, gap.facts.received_total) == ((), 1)


@pytest.mark.rule("REC-12")
def test_a_missing_hand_over_is_told_of_once(cast: Cast) -> None:
    start(cast)
    for at in (moment("2026-03-16 15:59"), moment("2026-03-16 16:00"), moment("2026-03-16 16:01")):
        keep_logs(at=at)
    told = Message.objects.filter(purpose__startswith="duty.not_handed")
    assert [one.recipient_id for one in told] == [cast.employee("supervisor").pk]


@pytest.mark.rule("REC-12")
def test_the_supervisor_signs_and_the_matter_is_settled(cast: Cast) -> None:
    log = start(cast)
    number = hand_over(cast, log)
    matter = Matter.objects.get(number=number)
    assert (matter.kind, matter.owner) == ("sign_off", cast.employee("supervisor"))
    (promise,) = matter.promises.filter(rule="REC-12")
    assert promise.due_at == AFTERNOON + timedelta(hours=24)
    boss = cast.caller("supervisor", AFTERNOON)
    sign_log(by=boss, at=AFTERNOON, log=log, opinion="已阅,注意三号楼电梯")
    matter.refresh_from_db()
    promise.refresh_from_db()
    assert (matter.state, promise.state) == ("closed", "kept")
    signed = view(cast, log, at=AFTERNOON)
    assert (signed.standing, signed.opinion) == ("signed", "已阅,注意三号楼电梯")
    with pytest.raises(UnableToSign):
        sign_log(by=boss, at=AFTERNOON, log=log, opinion="再签")


@pytest.mark.rule("REC-12")
def test_the_reminder_to_sign_is_not_ticked_off(cast: Cast) -> None:
    number = hand_over(cast, start(cast))
    boss = cast.caller("supervisor", AFTERNOON)
    with pytest.raises(WrongState, match="阅签"):
        finish_matter(by=boss, at=AFTERNOON, number=number, result="已阅")


@pytest.mark.rule("REC-12")
def test_a_missing_signature_climbs(cast: Cast) -> None:
    number = hand_over(cast, start(cast))
    tick(AFTERNOON + timedelta(hours=24))
    climbed = Message.objects.filter(about=number, recipient=cast.employee("manager"))
    assert climbed.exists()


def test_the_supervisor_s_own_shift_is_signed_by_the_next_above(cast: Cast) -> None:
    log = start(cast, "supervisor")
    number = hand_over(cast, log, who="supervisor")
    assert Matter.objects.get(number=number).owner == cast.employee("assistant")
    with pytest.raises(Forbidden):
        sign_log(by=cast.caller("supervisor", AFTERNOON), at=AFTERNOON, log=log, opinion="已阅")
    sign_log(by=cast.caller("assistant", AFTERNOON), at=AFTERNOON, log=log, opinion="已阅")


def test_signing_waits_for_the_hand_over_and_is_the_supervisor_s(cast: Cast) -> None:
    log = start(cast)
    with pytest.raises(UnableToSign):
        sign_log(by=cast.caller("supervisor"), at=NOON, log=log, opinion="已阅")
    hand_over(cast, log)
    with pytest.raises(Forbidden):
        sign_log(by=cast.caller("dispatcher"), at=AFTERNOON, log=log, opinion="已阅")
    with pytest.raises(BadInput):
        sign_log(by=cast.caller("supervisor"), at=AFTERNOON, log=log, opinion=" ")


@pytest.mark.rule("HR-03")
def test_nobody_leaves_before_the_four_checks_without_a_reason(cast: Cast) -> None:
    log = start(cast)
    start(cast, "dispatcher")
    by = cast.caller("receptionist")
    tick_checks(by=by, at=NOON, log=log, ticked=FOUR[:3])
    with pytest.raises(UnableToHandOverShift) as refused:
        sign_off(by=by, at=NOON, log=log)
    assert refused.value.field == "excuse"
    sign_off(by=by, at=NOON, log=log, excuse=REASON)
    other = cast.caller("dispatcher")
    with pytest.raises(UnableToHandOverShift):
        hand_over_shift(by=other, at=AFTERNOON, log=log)
    tick_checks(by=other, at=AFTERNOON, log=log, ticked=FOUR[3:])
    hand_over_shift(by=other, at=AFTERNOON, log=log)
    seen = view(cast, log, at=AFTERNOON)
    assert seen.checked
    assert [(one.signed_off_at, one.excuse) for one in seen.people] == [
        (NOON, REASON),
        (AFTERNOON, ""),
    ]


@pytest.mark.rule("HR-03")
def test_the_last_one_hands_over_instead_of_leaving(cast: Cast) -> None:
    log = start(cast)
    by = cast.caller("receptionist")
    with pytest.raises(UnableToHandOverShift):
        sign_off(by=by, at=NOON, log=log, excuse=REASON)
    with pytest.raises(UnableToHandOverShift):
        sign_off(by=cast.caller("dispatcher"), at=NOON, log=log, excuse=REASON)


def test_a_shift_left_behind_is_handed_over_by_who_may_sign_with_a_reason(cast: Cast) -> None:
    log = start(cast)
    with pytest.raises(UnableToHandOverShift):
        hand_over_shift(by=cast.caller("dispatcher"), at=AFTERNOON, log=log, excuse="代办")
    boss = cast.caller("supervisor")
    tick_checks(by=boss, at=AFTERNOON, log=log, ticked=FOUR)
    with pytest.raises(UnableToHandOverShift):
        hand_over_shift(by=boss, at=AFTERNOON, log=log)
    hand_over_shift(by=boss, at=AFTERNOON, log=log, excuse="当班人突发疾病")
    assert view(cast, log, at=AFTERNOON).excuse == "当班人突发疾病"


@pytest.mark.rule("REC-12")
def test_the_next_one_takes_over_and_is_on_the_next_shift(cast: Cast) -> None:
    log = start(cast)
    hand_over(cast, log, at=moment("2026-03-16 14:55"))
    early = moment("2026-03-16 14:56")
    with pytest.raises(UnableToHandOverShift):
        take_over(by=cast.caller("receptionist", early), at=early, log=log)
    take_over(by=cast.caller("dispatcher", early), at=early, log=log)
    with pytest.raises(UnableToHandOverShift):
        take_over(by=cast.caller("keeper", early), at=early, log=log)
    shift = queries.current_shift(caller=cast.caller("dispatcher"), community="YG", at=AFTERNOON)
    assert shift is not None and shift.am_here
    assert view(cast, log, at=AFTERNOON).taken_by == cast.employee("dispatcher").name


@pytest.mark.rule("REC-12")
def test_an_open_item_goes_to_a_named_person_who_accepts_it(cast: Cast) -> None:
    number = cast.receive()
    log = start(cast)
    by, to = cast.caller("receptionist"), cast.caller("dispatcher")
    given: dict[str, Any] = {"by": by, "at": NOON, "log": log, "to": cast.code("dispatcher")}
    hand_item(**given, matter=number)
    hand_item(**given, text="三号楼钥匙在保安处,晚上取回")
    watched, written = queries.items_for(caller=to, community="YG")
    assert (watched.matter, watched.moves, written.matter) == (number, False, "")
    with pytest.raises(Forbidden):
        accept_item(by=by, at=NOON, item=watched.id)
    accept_item(by=to, at=AFTERNOON, item=watched.id)
    assert Matter.objects.get(number=number).owner != cast.employee("dispatcher")
    with pytest.raises(UnableToHandOverShift):
        accept_item(by=to, at=AFTERNOON, item=watched.id)
    assert Message.objects.filter(purpose=f"duty.item:{watched.id}").count() == 1


@pytest.mark.rule("CMP-05")
def test_whoever_is_complained_of_reads_nothing_of_it_in_the_log(cast: Cast) -> None:
    about = cast.code("dispatcher")
    number = cast.receive(kind="complaint.attitude", text="调度员态度不好", about_employee=about)
    log = start(cast)
    given: dict[str, Any] = {"by": cast.caller("receptionist"), "at": NOON, "log": log}
    with pytest.raises(BadInput) as refused:
        hand_item(**given, to=about, matter=number)
    assert refused.value.field == "to"
    hand_item(**given, to=cast.code("supervisor"), matter=number)
    hand_item(**given, to=about, text="钥匙")
    assert [one.matter for one in view(cast, log).items] == [number, ""]
    assert [one.text for one in view(cast, log, "dispatcher").items] == ["钥匙"]


@pytest.mark.rule("REC-12")
def test_a_matter_changes_hands_only_when_it_should(cast: Cast) -> None:
    log = start(cast)
    numbers = [cast.receive(), cast.receive()]
    by, to = cast.caller("receptionist"), cast.caller("dispatcher")
    for number in numbers:
        hand_item(by=by, at=NOON, log=log, to=cast.code("dispatcher"), matter=number, moves=True)
    boss = cast.caller("manager")
    settled = numbers[1]

    assign_matter(by=boss, at=NOON, number=settled, to=cast.code("manager"))
    finish_matter(by=boss, at=NOON, number=settled, result="已清理")
    for item in queries.items_for(caller=to, community="YG"):
        accept_item(by=to, at=AFTERNOON, item=item.id)
    assert Matter.objects.get(number=numbers[0]).owner == cast.employee("dispatcher")
    assert Matter.objects.get(number=settled).owner == cast.employee("manager")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "E010", "text": ""}, "text"),
        ({"to": "E010", "text": "字" * 301}, "text"),
        ({"to": "E010", "matter": "YG-1"}, "matter"),
        ({"to": "E010", "text": "x", "moves": True}, "matter"),
        ({"to": "E999", "text": "x"}, "to"),
    ],
)
def test_what_cannot_be_handed_on_is_refused(cast: Cast, given: dict[str, Any], field: str) -> None:
    log = start(cast)
    with pytest.raises(BadInput) as refused:
        hand_item(by=cast.caller("receptionist"), at=NOON, log=log, **given)
    assert refused.value.field == field
    for who in ("receptionist", "technician"):
        with pytest.raises(BadInput):
            hand_item(by=cast.caller("receptionist"), at=NOON, log=log, to=cast.code(who), text="x")
    assert not OpenItem.objects.exists()


def test_notes_are_only_added_and_not_after_the_hand_over(cast: Cast) -> None:
    log = start(cast)
    by = cast.caller("receptionist")
    write_note(by=by, at=NOON, log=log, text="对讲机两台已充电", about="keys")
    hand_over(cast, log)
    with pytest.raises(UnableToKeepLog):
        write_note(by=by, at=AFTERNOON, log=log, text="补记")
    (note,) = view(cast, log).notes
    assert (note.about, note.text, note.by) == ("keys", "对讲机两台已充电", by.name)
    with pytest.raises(ProgrammingError), transaction.atomic():
        DutyLog.objects.get(pk=log).notes.update(text="改")


def test_one_signs_in_once_and_early_only_within_the_hour(cast: Cast) -> None:
    log = start(cast)
    assert start(cast) == log
    by = cast.caller("receptionist")
    with pytest.raises(UnableToKeepLog):
        sign_in(by=by, at=moment("2026-03-16 13:59"), community="YG", coming=True)
    coming = sign_in(by=by, at=moment("2026-03-16 14:00"), community="YG", coming=True)
    assert coming != log
    hand_over(cast, log, at=NOON)
    assert start(cast, "dispatcher", at=NOON) == coming  # the next one, since this one is over


def test_the_log_is_the_desk_s(cast: Cast) -> None:
    log = start(cast)
    for who, refusal in (("technician", Forbidden), ("E031", NotFound)):
        by = cast.caller(who)
        attempts: list[Any] = [
            lambda by=by: sign_in(by=by, at=AT, community="YG"),
            lambda by=by: write_note(by=by, at=AT, log=log, text="x"),
            lambda by=by: queries.duty_log(caller=by, log=log, at=AT),
            lambda by=by: queries.duty_logs(caller=by, community="YG", at=AT),
            lambda by=by: hand_over_shift(by=by, at=AT, log=log, excuse="x"),
            lambda by=by: take_over(by=by, at=AT, log=log),
        ]
        for attempt in attempts:
            with pytest.raises(refusal):
                attempt()


def test_a_page_that_is_looked_at_writes_nothing(cast: Cast) -> None:
    cast.receive()
    shift = queries.current_shift(caller=cast.caller("manager"), community="YG", at=NOON)
    assert shift is not None and (shift.id, shift.facts.received_total) == (0, 1)
    assert not DutyLog.objects.exists()


def test_the_list_is_paged_and_costs_the_same_for_any_length(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    for hours in range(0, 80, 8):
        keep_logs(at=AT + timedelta(hours=hours))
    later = AT + timedelta(hours=80)
    caller = cast.caller("supervisor")
    with django_assert_num_queries(2):
        first = queries.duty_logs(caller=caller, community="YG", at=later, limit=6)
    rest = queries.duty_logs(
        caller=caller, community="YG", at=later, limit=6, cursor=first.next or ""
    )
    starts = [row.starts_at for row in (*first.items, *rest.items)]
    assert starts == sorted(starts, reverse=True) and len(starts) == 10 and rest.next is None
    with pytest.raises(Refused):
        queries.duty_logs(caller=caller, community="YG", at=later, cursor="x")
