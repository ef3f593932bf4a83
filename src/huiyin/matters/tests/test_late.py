"""Facts heard of late: the verdict is by the fact's own time, and both times are kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.files.models import StoredFile
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters import actions
from huiyin.matters.actions import UnableToChangeMatter
from huiyin.matters.actions.sweep import sweep
from huiyin.matters.models import Event, Matter, NonConformity, Pause, Photo, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick
from huiyin.notices.models import Message
from huiyin.reports import audit
from huiyin.standards.late import NEVER_BEGAN

NOON = moment("2026-03-16 12:00")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def sent(cast: Cast, at: datetime = AT, **given: Any) -> str:
    """Return a repair that the technician has been sent to."""
    number = cast.receive(at, **{"kind": "repair", **given})
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=at, number=number, to=cast.code("technician"))
    return number


def promise(number: str, code: str, clause: str = "") -> Promise:
    rows = Promise.objects.filter(matter__number=number, code=code, clause__startswith=clause)
    return rows.order_by("id").last() or pytest.fail(f"no {code}")


def last(number: str, kind: str) -> Event:
    return Event.objects.filter(matter__number=number, kind=kind).latest("id")


def photo(name: str) -> int:
    row = StoredFile.objects.create(sha256=name, size=1, media_type="image/png", created_at=AT)
    return row.pk


def exact(at: datetime) -> None:
    """Let the audit replay every matter, in time order, and compare."""
    found, _notes = audit.replay_all(at)
    assert found.broken == ()


@pytest.mark.rule("CMP-03")
def test_an_arrival_in_time_keeps_what_silence_had_broken(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    tick(NOON)
    assert promise(number, "arrive").state == "broken"
    rungs = Event.objects.filter(matter__number=number, kind="escalated").count()

    actions.arrive_at_matter(
        by=cast.caller("security_foreman"),
        at=moment("2026-03-16 09:04"),
        number=number,
        recorded_at=NOON,
    )

    kept = promise(number, "arrive")
    assert (kept.state, kept.closed_at) == ("kept", moment("2026-03-16 09:04"))
    arrived = last(number, "arrived")
    assert (arrived.at, arrived.recorded_at) == (moment("2026-03-16 09:04"), NOON)
    assert "told_at" not in arrived.data
    # What was rung stays in the trail.
    assert Event.objects.filter(matter__number=number, kind="escalated").count() == rungs > 0
    exact(NOON)


def test_an_arrival_too_late_stays_too_late(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    tick(NOON)

    actions.arrive_at_matter(
        by=cast.caller("security_foreman"),
        at=moment("2026-03-16 09:05"),
        number=number,
        recorded_at=NOON,
    )

    late = promise(number, "arrive")
    assert (late.state, late.closed_at) == ("broken", moment("2026-03-16 09:05"))
    exact(NOON)


def test_a_days_work_told_in_the_evening_is_judged_by_the_day(cast: Cast) -> None:
    number = sent(cast)
    by, evening = cast.caller("technician"), moment("2026-03-17 08:00")
    tick(evening)
    assert promise(number, "finish").state == "broken"

    told: dict[str, Any] = {"by": by, "number": number, "recorded_at": evening}
    actions.accept_matter(at=moment("2026-03-16 09:10"), **told)
    actions.arrive_at_matter(at=moment("2026-03-16 09:40"), **told)
    actions.record_progress(at=moment("2026-03-16 09:50"), text="换阀芯", via="visit", **told)
    actions.sign_matter(at=moment("2026-03-16 10:20"), name="王丽", **told)
    actions.finish_matter(at=moment("2026-03-16 10:30"), result="已换阀芯", **told)

    matter = Matter.objects.get(number=number)
    assert (matter.state, matter.finished_at) == ("finished", moment("2026-03-16 10:30"))
    assert matter.signed_at == moment("2026-03-16 10:20")
    assert promise(number, "finish").state == "kept"
    # Feedback and visit back of that day were due that day.
    assert promise(number, "feedback").state == "broken"
    assert promise(number, "visit_back").base_at == moment("2026-03-16 10:30")
    tick(evening)
    exact(evening)


@pytest.mark.rule("CMP-06")
def test_a_week_that_silence_began_never_began(cast: Cast) -> None:
    number = cast.receive(kind="builder_defect")
    by = cast.caller("keeper")
    tick(moment("2026-03-23 18:00"))
    now = moment("2026-03-24 08:00")
    tick(now)
    weeks = Promise.objects.filter(matter__number=number, code="keep_in_touch").order_by("id")
    assert [one.state for one in weeks] == ["broken", "running"]

    told = moment("2026-03-23 17:00")
    actions.record_progress(
        by=by, at=told, number=number, text="已去电", via="phone", recorded_at=now
    )

    weeks = weeks.all()
    assert [one.state for one in weeks] == ["kept", "void", "running"]
    assert weeks[1].void_reason == NEVER_BEGAN
    assert weeks[2].base_at == told
    exact(now)


def test_nobody_is_blamed_for_what_was_kept(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency", first_heard_by="E017")
    later = moment("2026-03-17 09:00")
    tick(later)
    blamed = NonConformity.objects.filter(matter__number=number, promise__code="arrive")
    assert blamed.count() == 1

    actions.arrive_at_matter(
        by=cast.caller("security_foreman"),
        at=moment("2026-03-16 09:03"),
        number=number,
        recorded_at=later,
    )

    assert promise(number, "arrive").state == "kept"
    assert not blamed.exists()


def test_a_pause_ends_with_what_was_finished_in_it(cast: Cast) -> None:
    number = sent(cast)
    by = cast.caller("technician")
    actions.pause_matter(
        by=by, at=moment("2026-03-16 10:00"), number=number, reason="等业主", until=NOON
    )
    now = moment("2026-03-16 13:00")
    tick(now)

    actions.finish_matter(
        by=by, at=moment("2026-03-16 11:00"), number=number, result="好了", recorded_at=now
    )

    (pause,) = Pause.objects.filter(promise__matter__number=number)
    assert pause.to_at == moment("2026-03-16 11:00")
    assert promise(number, "finish").state == "kept"
    tick(now)
    exact(now)


def test_not_before_it_was_received(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")

    actions.arrive_at_matter(
        by=cast.caller("security_foreman"),
        at=AT - timedelta(hours=3),
        number=number,
        recorded_at=NOON,
    )

    arrived = last(number, "arrived")
    assert arrived.at == AT
    assert datetime.fromisoformat(arrived.data["told_at"]) == AT - timedelta(hours=3)
    exact(NOON)


def test_not_longer_ago_than_the_standard_allows(cast: Cast) -> None:
    number = sent(cast)
    now = AT + timedelta(days=3)
    tick(now)

    actions.finish_matter(
        by=cast.caller("technician"),
        at=AT + timedelta(hours=1),
        number=number,
        result="好了",
        recorded_at=now,
    )

    assert last(number, "finished").at == now - timedelta(hours=24)
    assert promise(number, "finish").state == "broken"
    exact(now)


def test_not_while_somebody_else_had_it(cast: Cast) -> None:
    number = sent(cast)
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=moment("2026-03-16 09:30"), number=number, to="E013")
    actions.assign_matter(by=by, at=moment("2026-03-16 10:00"), number=number, to="E016")

    actions.arrive_at_matter(by=cast.caller("technician"), at=AT, number=number, recorded_at=NOON)

    assert last(number, "arrived").at == moment("2026-03-16 09:30")
    exact(NOON)


def test_no_result_before_a_time_was_agreed(cast: Cast) -> None:
    number = sent(cast)
    actions.promise_time(
        by=cast.caller("dispatcher"),
        at=moment("2026-03-16 10:00"),
        number=number,
        until=moment("2026-03-16 18:00"),
        reason="等配件",
    )

    actions.finish_matter(
        by=cast.caller("technician"),
        at=moment("2026-03-16 09:30"),
        number=number,
        result="好了",
        recorded_at=NOON,
    )

    assert last(number, "finished").at == moment("2026-03-16 10:00")
    assert not Promise.objects.filter(matter__number=number, clause="promised.finish").exclude(
        state="kept"
    )
    exact(NOON)


def test_a_verdict_that_is_closed_stands(cast: Cast) -> None:
    number = cast.receive()
    by = cast.caller("dispatcher")
    tick(moment("2026-03-16 09:20"))
    actions.assign_matter(
        by=by, at=moment("2026-03-16 09:20"), number=number, to=cast.code("technician")
    )

    actions.accept_matter(
        by=cast.caller("technician"),
        at=moment("2026-03-16 09:05"),
        number=number,
        recorded_at=moment("2026-03-16 09:40"),
    )

    assert promise(number, "assign").state == "broken"
    assert last(number, "accepted").at == moment("2026-03-16 09:20")
    exact(moment("2026-03-16 09:40"))


def test_a_phone_that_runs_ahead_counts_as_now(cast: Cast) -> None:
    number = sent(cast)

    actions.arrive_at_matter(
        by=cast.caller("technician"),
        at=NOON + timedelta(hours=3),
        number=number,
        recorded_at=NOON,
    )

    assert last(number, "arrived").at == last(number, "arrived").recorded_at == NOON


def test_what_the_state_no_longer_allows_is_refused_however_early_it_was(cast: Cast) -> None:
    number = sent(cast)
    by = cast.caller("technician")
    actions.finish_matter(by=by, at=NOON, number=number, result="好了")

    with pytest.raises(UnableToChangeMatter):
        actions.arrive_at_matter(by=by, at=AT, number=number, recorded_at=NOON + timedelta(hours=1))


def test_who_no_longer_has_it_is_refused(cast: Cast) -> None:
    number = sent(cast)
    actions.assign_matter(by=cast.caller("dispatcher"), at=NOON, number=number, to="E017")
    told: dict[str, Any] = {"number": number, "result": "好了", "at": AT, "recorded_at": NOON}

    with pytest.raises(NotFound):
        actions.finish_matter(by=cast.caller("technician"), **told)
    with pytest.raises(Forbidden):
        actions.finish_matter(by=cast.caller("collector"), **told)


def test_the_message_of_a_rung_taken_back_is_not_delivered(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    sweep(at=NOON)
    actions.arrive_at_matter(
        by=cast.caller("security_foreman"),
        at=moment("2026-03-16 09:04"),
        number=number,
        recorded_at=NOON,
    )
    tick(NOON)

    rung = Message.objects.filter(purpose__startswith=f"{number}:arrive", purpose__endswith="rung2")
    assert {one.state for one in rung} == {"superseded"}


@pytest.mark.rule("WO-07")
def test_photos_say_whether_they_show_it_before_or_after(cast: Cast) -> None:
    number = sent(cast, kind="repair.public")
    by = cast.caller("technician")
    for stage, minute in (("before", 40), ("after", 55)):
        actions.add_photos(
            by=by,
            at=AT + timedelta(minutes=minute),
            number=number,
            photos=[photo(stage)],
            stage=stage,
            recorded_at=NOON,
        )

    photos = Photo.objects.filter(matter__number=number).order_by("at")
    assert [(one.stage, one.at) for one in photos] == [
        ("before", AT + timedelta(minutes=40)),
        ("after", AT + timedelta(minutes=55)),
    ]
    with pytest.raises(BadInput, match="施工前"):
        actions.add_photos(by=by, at=NOON, number=number, photos=[], stage="during")
