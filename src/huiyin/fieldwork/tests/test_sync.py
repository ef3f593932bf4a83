"""The phone's acts: in order, each once, by their own time; conflicts are kept (clocks 18, 37)."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.fieldwork import actions
from huiyin.fieldwork.actions import sheets
from huiyin.fieldwork.models import ChargeSlip, FieldAct, Line, Sheet, StockMove
from huiyin.fieldwork.tests.phone import Phone, a_job, a_picture, prices, states
from huiyin.files.models import StoredFile
from huiyin.kernel.errors import Forbidden
from huiyin.matters.actions import assign_matter, finish_matter, visit_back
from huiyin.matters.actions import close_matter as close
from huiyin.matters.models import Event, Matter, Photo, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices.models import Message
from huiyin.staff.models import PostHolding
from huiyin.trail.models import Entry

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WRITTEN = (Event, Photo, Sheet, Line, StockMove, ChargeSlip, FieldAct, StoredFile, Entry, Promise)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


def notes(number: str) -> list[str]:
    """Return the words of a matter's notes."""
    found = Event.objects.filter(matter__number=number, kind="noted").order_by("id")
    return list(found.values_list("text", flat=True))


def rows_written() -> list[int]:
    """Count every row that a sync may write."""
    return [one.objects.count() for one in WRITTEN]


def a_visit(phone: Phone, number: str, start: datetime) -> None:
    """Do a whole job without signal, all but its pictures."""
    phone.did("accept", number, start)
    phone.did("leave", number, start + MINUTE)
    phone.did("arrive", number, start + 5 * MINUTE)
    phone.did("mark", number, start + 6 * MINUTE, item="shoe_covers", value=True)
    phone.did("consent", number, start + 7 * MINUTE, name="王丽", cause="角阀老化", amount="98.50")
    phone.did("line", number, start + 8 * MINUTE, code="M01", quantity="1", price="38.5000")
    phone.did("line", number, start + 9 * MINUTE, code="L01", quantity="1", price="60")
    phone.did("finish", number, start + 20 * MINUTE, result="换了角阀")


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
    assert notes(number) == []  # a phone whose clock is right is not worth a word


@pytest.mark.slow
def test_a_day_in_airplane_mode_syncs_whole_and_replays_add_nothing(cast: Cast) -> None:
    prices(cast)
    phone, pictures = Phone(cast), []
    start = AT + HOUR
    for job in range(20):
        number = a_job(cast)
        a_visit(phone, number, start + job * 20 * MINUTE)
        for n in range(3):
            at = start + job * 20 * MINUTE + (10 + n) * MINUTE
            one = phone.did("photo", number, at, stage="before" if n == 0 else "after")
            phone.queue.remove(one)
            pictures.append((one, a_picture(job * 3 + n)))
    now = AT + 9 * HOUR
    assert states(phone.send(now)) == ["done"] * 160
    assert [phone.send_file(one, data, now).state for one, data in pictures] == ["done"] * 60
    assert Matter.objects.filter(state="finished").count() == 20
    assert (Photo.objects.count(), Line.objects.count()) == (60, 40)
    first = rows_written()
    for again in range(5):
        later = now + (again + 1) * MINUTE
        assert set(states(phone.send(later))) == {"again"}
        assert {phone.send_file(one, data, later).state for one, data in pictures} == {"again"}
    assert rows_written() == first


@pytest.mark.parametrize("cuts", [(1,), (3, 5), (2, 2, 7), (1, 2, 3, 4, 5, 6, 7), (8, 4)])
def test_however_a_queue_is_cut_and_sent_again_it_comes_to_the_same(
    cast: Cast, cuts: tuple[int, ...]
) -> None:
    """A signal that comes and goes cuts the queue anywhere, and the phone never hears an answer."""
    prices(cast)
    number, phone = a_job(cast), Phone(cast)
    a_visit(phone, number, AT + MINUTE)
    whole = list(phone.queue)
    for n, cut in enumerate(cuts):
        phone.queue = whole[:cut]
        phone.send(AT + HOUR + n * MINUTE)
    phone.queue = whole
    assert set(states(phone.send(AT + 2 * HOUR))) <= {"done", "again"}
    sheet = Sheet.objects.get(matter__number=number)
    assert sheet.lines.count() == 2 and StockMove.objects.count() == 1
    events = Event.objects.filter(matter__number=number, at__gt=AT).order_by("at", "id")
    assert list(events.values_list("kind", "at")) == [
        ("accepted", AT + MINUTE),
        ("progressed", AT + 2 * MINUTE),
        ("arrived", AT + 6 * MINUTE),
        ("finished", AT + 21 * MINUTE),
        *[("noted", at) for at in events.filter(kind="noted").values_list("at", flat=True)],
    ]
    assert events.filter(kind="noted").count() == 1  # what nobody signed for


def test_a_key_used_for_another_content_is_refused(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    phone.did("accept", number, AT + MINUTE)
    phone.send(AT + MINUTE)
    phone.queue[0]["act"] = "arrive"
    (told,) = phone.send(AT + 2 * MINUTE)
    assert told.state == "refused" and "编号已用于" in told.told
    assert Matter.objects.get(number=number).state == "accepted"
    # Nor does a colleague learn what was answered under it.
    phone.queue[0]["act"] = "accept"
    phone.who = "maintenance_foreman"
    assert states(phone.send(AT + 2 * MINUTE)) == ["refused"]


def test_a_clock_three_hours_wrong_is_corrected_and_told(cast: Cast) -> None:
    number = a_job(cast)
    phone = Phone(cast, off=-3 * HOUR)
    phone.did("accept", number, AT + 10 * MINUTE)
    phone.did("arrive", number, AT + 20 * MINUTE)
    told = phone.send(AT + HOUR)
    assert states(told) == ["done", "done"]
    assert "手机时间慢 3 小时,已按服务器时间更正" in told[0].told
    arrived = Event.objects.get(matter__number=number, kind="arrived")
    assert arrived.at == AT + 20 * MINUTE
    act = FieldAct.objects.get(act="arrive")
    assert (act.skew_seconds, act.flags) == (3 * 3600, "skew")
    assert act.phone_at == AT + 20 * MINUTE - 3 * HOUR  # what the phone said stays to be seen
    (note,) = notes(number)  # once, not for every act
    assert "手机时间 2026-03-16 06:10:00,记为 2026-03-16 09:10:00" in note


def test_a_clock_that_is_ahead_makes_nothing_in_the_future(cast: Cast) -> None:
    number = a_job(cast)
    phone = Phone(cast, off=3 * HOUR)
    phone.did("accept", number, AT + 10 * MINUTE)
    (told,) = phone.send(AT + 30 * MINUTE)
    assert "手机时间快 3 小时" in told.told
    assert Event.objects.get(matter__number=number, kind="accepted").at == AT + 10 * MINUTE


def test_a_clock_set_right_before_sending_leaves_the_future_cut_to_now(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    phone.did("accept", number, AT + 5 * HOUR)
    (told,) = phone.send(AT + HOUR)
    assert told.state == "done" and "将来" in told.told
    assert Event.objects.get(matter__number=number, kind="accepted").at == AT + HOUR


def test_what_is_older_than_the_standard_allows_counts_from_now(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    phone.did("accept", number, AT + MINUTE)
    now = AT + 30 * HOUR
    (told,) = phone.send(now)
    assert told.state == "done" and "补传太晚" in told.told
    event = Event.objects.get(matter__number=number, kind="accepted")
    assert event.at == event.recorded_at == now
    (note,) = notes(number)  # both times are kept where everybody sees them
    assert "手机时间 2026-03-16 09:01:00" in note and "记为 2026-03-17 15:00:00" in note


def test_a_job_given_to_somebody_else_is_a_conflict_that_is_kept(cast: Cast) -> None:
    prices(cast)
    number, phone = a_job(cast, accepted=True), Phone(cast)
    a_visit(phone, number, AT + 10 * MINUTE)
    picture = phone.did("photo", number, AT + 15 * MINUTE, stage="after")
    phone.queue.remove(picture)
    other = cast.code("maintenance_foreman")
    assign_matter(by=cast.caller("supervisor"), at=AT + 5 * MINUTE, number=number, to=other)
    told = phone.send(AT + HOUR)
    assert set(states(told)) == {"conflict"}
    assert {one.told for one in told} == {
        "这件事已经改派给别人;您的记录没有生效,已作为备注留给前台。"
    }
    assert phone.send_file(picture, a_picture(3), AT + HOUR).state == "conflict"
    assert Matter.objects.get(number=number).state == "assigned"
    said = "\n".join(notes(number))
    assert "许技 手机补传,未生效:办结(手机时间 2026-03-16 09:30):result=换了角阀" in said
    assert Photo.objects.get().matter.number == number  # the desk sees the picture
    told_owner = Message.objects.get(purpose__contains=":phone:", recipient__code=other)
    assert told_owner.about == number  # once, though nine acts did not fit
    before = rows_written()
    assert states(phone.send(AT + 2 * HOUR)) == ["conflict"] * 8
    assert rows_written() == before


def test_a_job_closed_meanwhile_is_a_conflict(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    phone.did("arrive", number, AT + 10 * MINUTE)
    desk: dict[str, Any] = {"by": cast.caller("supervisor"), "number": number}
    finish_matter(**desk, at=AT + 20 * MINUTE, result="业主自己修好了")
    visit_back(**desk, at=AT + 21 * MINUTE, satisfaction=5)
    close(**desk, at=AT + 22 * MINUTE)
    (told,) = phone.send(AT + HOUR)
    assert told.state == "conflict" and "已经关闭" in told.told
    assert "到场" in notes(number)[-1]


def test_a_job_finished_at_the_desk_is_a_conflict(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    phone.did("finish", number, AT + 10 * MINUTE, result="修好了")
    finish_matter(by=cast.caller("supervisor"), at=AT + 5 * MINUTE, number=number, result="不用修")
    (told,) = phone.send(AT + HOUR)
    assert told.state == "conflict"
    assert Matter.objects.get(number=number).result == "不用修"
    assert "修好了" in notes(number)[-1]


def test_a_job_of_others_and_no_job_at_all_look_the_same(cast: Cast) -> None:
    number = cast.receive(kind="repair", text="只有前台知道的事")
    before = Event.objects.count()
    phone = Phone(cast)
    phone.did("accept", number, AT)
    phone.did("note", "YG-20260316-9999", AT, text="打听")
    phone.did("note", number, AT, text="打听")
    told = phone.send(AT + MINUTE)
    assert set(states(told)) == {"conflict"}
    assert len({one.told for one in told}) == 1
    assert Event.objects.count() == before
    assert set(FieldAct.objects.values_list("matter", flat=True)) == {None}


def test_somebody_who_lost_every_post_still_hands_in_the_day(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    phone.did("arrive", number, AT + 10 * MINUTE)
    PostHolding.objects.filter(employee=cast.employee("technician")).update(until_on=AT.date())
    (told,) = phone.send(AT + HOUR)
    assert told.state == "conflict"
    assert "许技 手机补传,未生效:到场" in notes(number)[-1]


def test_whoever_is_no_employee_hands_in_nothing(cast: Cast) -> None:
    cast.people["E017"] = cast.employee("technician")
    caller = cast.caller("technician")
    stranger = type(caller)(user_id=None, employee_id=None, name="")
    with pytest.raises(Forbidden):
        actions.take_acts(by=stranger, now=AT, device="d", sent_at=AT, acts=[])


def test_a_failed_act_holds_its_own_matter_and_no_other(cast: Cast) -> None:
    prices(cast)
    first, second = a_job(cast, accepted=True), a_job(cast, accepted=True)
    phone = Phone(cast)
    phone.did("arrive", first, AT + MINUTE)
    phone.did("line", first, AT + 2 * MINUTE, code="M01", quantity="1", price="30")
    phone.did("finish", first, AT + 3 * MINUTE, result="修好了")
    phone.did("note", first, AT + 3 * MINUTE, text="业主不在")
    phone.did("arrive", second, AT + 4 * MINUTE)
    told = phone.send(AT + 5 * MINUTE)
    assert states(told) == ["done", "conflict", "held", "done", "done"]
    assert "手机上是 30.00 元,价目表是 38.50 元" in told[1].told
    assert FieldAct.objects.filter(act="finish").count() == 0  # it comes again
    assert states(phone.send(AT + 6 * MINUTE)) == ["again", "conflict", "done", "again", "again"]
    assert Matter.objects.get(number=first).state == "finished"


def test_a_fault_of_ours_stops_one_matter_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_job(cast, accepted=True), a_job(cast, accepted=True)
    phone = Phone(cast)
    phone.did("consent", first, AT + MINUTE, name="王丽")
    phone.did("arrive", first, AT + 2 * MINUTE)
    phone.did("arrive", second, AT + 3 * MINUTE)
    with monkeypatch.context() as broken:
        broken.setattr(sheets, "is_signed", lambda *_given: 1 / 0)
        assert states(phone.send(AT + 4 * MINUTE)) == ["held", "held", "done"]
    assert FieldAct.objects.count() == 1
    assert states(phone.send(AT + 5 * MINUTE)) == ["done", "done", "again"]


def test_two_phones_of_one_person_agree(cast: Cast) -> None:
    number = a_job(cast)
    one, two = Phone(cast), Phone(cast, device="phone-2")
    for phone in (one, two):
        phone.did("accept", number, AT + MINUTE)
        phone.did("arrive", number, AT + 5 * MINUTE)
        phone.did("finish", number, AT + 30 * MINUTE, result="修好了")
    assert states(one.send(AT + HOUR)) == ["done"] * 3
    told = two.send(AT + HOUR)
    assert [told[0].state, told[2].state] == ["done", "done"]
    assert (
        Event.objects.filter(matter__number=number, kind__in=("accepted", "finished")).count() == 2
    )


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"key": "x"},
        {"key": str(uuid.UUID(int=1)), "act": "erase", "matter": "YG-1", "at": AT.isoformat()},
        {"key": str(uuid.UUID(int=1)), "act": "note", "matter": "", "at": AT.isoformat()},
        {"key": str(uuid.UUID(int=1)), "act": "note", "matter": "YG-1", "at": "yesterday"},
        {
            "key": str(uuid.UUID(int=1)),
            "act": "note",
            "matter": "YG-1",
            "at": AT.isoformat(),
            "given": {"text": "\0"},
        },
        {
            "key": str(uuid.UUID(int=1)),
            "act": "note",
            "matter": "YG-1",
            "at": AT.isoformat(),
            "given": {"text": "\ud800"},
        },
        {
            "key": str(uuid.UUID(int=1)),
            "act": "note",
            "matter": "YG-1",
            "at": AT.isoformat(),
            "given": {"text": float("nan")},
        },
        {"key": str(uuid.UUID(int=1)), "act": "note", "matter": "\ud800", "at": AT.isoformat()},
        {
            "key": str(uuid.UUID(int=1)),
            "act": "note",
            "matter": "YG-1",
            "at": AT.isoformat(),
            "given": {"text": "长" * 20_000},
        },
        {
            "key": str(uuid.UUID(int=1)),
            "act": "mark",
            "matter": "YG-1",
            "at": AT.isoformat(),
            "given": {"item": "photos_before", "value": {"files": [1]}},
        },
        {"key": str(uuid.UUID(int=1)), "act": "sign", "matter": "YG-1", "at": AT.isoformat()},
    ],
)
def test_what_is_no_act_is_refused_with_a_sentence(cast: Cast, raw: object) -> None:
    (told,) = actions.take_acts(
        by=cast.caller("technician"), now=AT, device="d", sent_at=AT, acts=[raw]
    )
    assert told.state == "refused" and told.told
    assert FieldAct.objects.count() == 0


def test_a_long_result_is_taken_whole(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    phone.did("finish", number, AT + MINUTE, result="换" * 3000)
    assert states(phone.send(AT + MINUTE)) == ["done"]
    assert len(Matter.objects.get(number=number).result) == 3000


def test_an_act_once_answered_never_changes(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    phone.did("accept", number, AT + MINUTE)
    phone.send(AT + MINUTE)
    for statement in ("UPDATE fieldwork_fieldact SET told = ''", "DELETE FROM fieldwork_fieldact"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_job_is_given_back_with_a_reason(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    phone.did("give_back", number, AT + 5 * MINUTE, reason="要换总阀,我没有钥匙")
    assert states(phone.send(AT + 6 * MINUTE)) == ["done"]
    matter = Matter.objects.get(number=number)
    assert matter.owner != cast.employee("technician") and matter.state == "received"
    assert Event.objects.filter(matter=matter, text="要换总阀,我没有钥匙").exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_six_threads_counts_once() -> None:
    cast = make_cast()
    prices(cast)
    number, phone = a_job(cast), Phone(cast)
    a_visit(phone, number, AT + MINUTE)
    told: list[tuple[str, ...]] = []

    def send() -> None:
        try:
            told.append(tuple(states(phone.send(AT + HOUR))))
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for answers in zip(*told, strict=True):
        assert sorted(set(answers)) in (["again", "done"], ["done"])
        assert answers.count("done") == 1
    assert FieldAct.objects.count() == 8
    assert (Line.objects.count(), StockMove.objects.count()) == (2, 1)
    assert Event.objects.filter(matter__number=number, kind="arrived").count() == 1
