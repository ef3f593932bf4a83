"""Several reports of one problem: worked on once, each keeps its number, caller and clocks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters import actions
from huiyin.matters.actions import UnableToChangeMatter
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, tick
from huiyin.reports import audit

LINKED = AT + timedelta(minutes=4)
WORK = AT + timedelta(minutes=8)
DONE = AT + timedelta(minutes=50)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def burst(cast: Cast, **given: Any) -> tuple[str, str]:
    """Return the burst pipe and another report of it, already linked."""
    parent = cast.receive(kind="repair", house="3-1-1201", text="水管爆了")
    child = cast.receive(kind="repair", house="5-1-101", text="没有水", **given)
    link(cast, child, parent)
    return parent, child


def link(cast: Cast, number: str, to: str, at: datetime = LINKED) -> None:
    actions.link_matter(
        by=cast.caller("dispatcher"), at=at, number=number, to=to, reason="同一根水管"
    )


def send(cast: Cast, number: str, at: datetime = WORK) -> None:
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=at, number=number, to=cast.code("technician"))


def finish(cast: Cast, number: str, at: datetime = DONE) -> None:
    by = cast.caller("technician")
    actions.finish_matter(by=by, at=at, number=number, result="已换水管", cause="equipment")


def row(number: str) -> Matter:
    return Matter.objects.select_related("owner", "parent").get(number=number)


def states(number: str) -> dict[str, str]:
    rows = Promise.objects.filter(matter__number=number).order_by("id")
    return {one.code: one.state for one in rows}


def events(number: str) -> list[str]:
    rows = Event.objects.filter(matter__number=number).order_by("id")
    return [one.kind for one in rows if one.kind != "escalated"]


def exact(at: datetime) -> None:
    tick(at)
    assert [line.broken for line in audit.audit(at) if not line.ok] == []


def test_what_is_done_once_counts_for_every_report(cast: Cast) -> None:
    parent, child = burst(cast)
    by = cast.caller("technician")

    send(cast, parent)
    actions.accept_matter(by=by, at=WORK, number=parent)
    actions.arrive_at_matter(by=by, at=WORK + timedelta(minutes=9), number=parent)
    assert (row(child).state, row(child).owner.code) == ("on_site", cast.code("technician"))
    assert states(child)["assign"] == "kept"
    finish(cast, parent)

    matter = row(child)
    assert (matter.state, matter.result, matter.cause) == ("finished", "已换水管", "equipment")
    assert matter.first_time_pass is True
    assert states(child)["finish"] == "kept"
    told = Event.objects.filter(matter__number=child, data__from=parent)
    assert [one.kind for one in told] == ["assigned", "accepted", "arrived", "finished"]
    # Each has its own clocks of what comes after.
    assert states(child)["visit_back"] == "running"
    actions.visit_back(by=cast.caller("receptionist"), at=DONE, number=child, satisfaction=5)
    assert states(child)["visit_back"] == "kept"
    assert states(parent)["visit_back"] == "running"
    exact(DONE)


def test_a_report_that_joins_late_comes_to_where_the_work_is(cast: Cast) -> None:
    parent = cast.receive(kind="repair")
    send(cast, parent)
    actions.arrive_at_matter(by=cast.caller("technician"), at=WORK, number=parent)
    child = cast.receive(kind="complaint.emergency", at=WORK)

    link(cast, child, parent, at=WORK + timedelta(minutes=2))

    assert (row(child).state, row(child).owner.code) == ("on_site", cast.code("technician"))
    assert (states(child)["assign"], states(child)["arrive"]) == ("kept", "kept")
    assert row(child).parent == row(parent)
    assert Event.objects.get(matter__number=parent, kind="linked").data == {"linked": [child]}
    exact(WORK + timedelta(minutes=2))


@pytest.mark.rule("CMP-06")
def test_an_owner_was_told_only_when_that_is_said(cast: Cast) -> None:
    parent = cast.receive(kind="complaint")
    child = cast.receive(kind="complaint")
    secret = cast.receive(kind="complaint", anonymous=True)
    for one in (child, secret):
        link(cast, one, parent)
    by = cast.caller("keeper")

    actions.reply_to_owner(by=by, at=WORK, number=parent, text="正在抢修", via="phone")
    assert (states(parent)["answer"], states(child)["answer"]) == ("kept", "running")
    assert events(child)[-1] == "noted"

    actions.reply_to_owner(
        by=by, at=WORK, number=parent, text="短信通知", via="sms", tell_linked=True
    )
    assert states(child)["answer"] == "kept"
    assert states(secret)["answer"] == "running", "nobody can be told anonymously"
    exact(WORK)


@pytest.mark.rule("REC-03")
def test_a_time_told_to_all_runs_for_each(cast: Cast) -> None:
    parent, child = burst(cast)
    by, until = cast.caller("dispatcher"), AT + timedelta(hours=5)
    say: dict[str, Any] = {"by": by, "number": parent, "until": until, "reason": "等配件"}

    actions.promise_time(at=WORK, **say)
    assert not Promise.objects.filter(matter__number=child, clause="promised.finish").exists()

    actions.promise_time(at=WORK, tell_linked=True, **say)
    promised = Promise.objects.get(matter__number=child, clause="promised.finish")
    assert promised.due_at == until
    actions.record_progress(
        by=by, at=WORK, number=parent, text="配件在路上", via="sms", tell_linked=True
    )
    assert Promise.objects.filter(matter__number=child, code="keep_in_touch").count() == 3
    exact(WORK)


def test_a_fact_heard_of_late_reaches_every_report(cast: Cast) -> None:
    parent, child = burst(cast)
    send(cast, parent)
    now = AT + timedelta(days=1)
    tick(now)
    assert states(child)["finish"] == "broken"

    actions.finish_matter(
        by=cast.caller("technician"), at=DONE, number=parent, result="好了", recorded_at=now
    )

    assert states(child)["finish"] == "kept"
    assert row(child).finished_at == DONE
    exact(now)


def test_unlinking_gives_an_open_report_back_as_it_was(cast: Cast) -> None:
    before = cast.receive(kind="repair", house="5-1-101")
    owner, clocks = row(before).owner, states(before)
    parent = cast.receive(kind="repair")
    link(cast, before, parent)
    send(cast, parent)

    actions.unlink_matter(
        by=cast.caller("dispatcher"), at=DONE, number=before, reason="是水龙头坏了"
    )

    matter = row(before)
    assert (matter.parent, matter.owner, matter.state) == (None, owner, "received")
    assert states(before) | {"assign": ""} == clocks | {"assign": ""}
    finish(cast, parent, DONE)
    assert row(before).state == "received"
    exact(DONE)


def test_a_hand_over_meanwhile_sends_nobody_to_a_report_taken_out(cast: Cast) -> None:
    parent, child = burst(cast)
    send(cast, parent)
    actions.hand_over(
        by=cast.caller("manager"), at=DONE, employee=cast.code("technician"), reason="离职"
    )
    actions.unlink_matter(by=cast.caller("dispatcher"), at=DONE, number=child, reason="另一根")
    assert row(child).state == "received"
    exact(DONE)


def test_what_was_finished_with_another_problem_is_opened_again(cast: Cast) -> None:
    parent, child = burst(cast)
    owner = Event.objects.get(matter__number=child, kind="received").data["owner"]
    send(cast, parent)
    finish(cast, parent)
    by, later = cast.caller("dispatcher"), DONE + timedelta(hours=1)

    actions.unlink_matter(by=by, at=later, number=child, reason="家里还是没有水")

    matter = row(child)
    assert (matter.state, matter.cycle, matter.owner.code) == ("reopened", 2, owner)
    assert (matter.result, matter.finished_at, matter.first_time_pass) == ("", None, None)
    assert states(child)["assign"] == "running"
    assert states(child)["visit_back"] == "void"
    assert row(parent).state == "finished"
    # Nobody had looked at it before: so what is done now is done the first time.
    actions.assign_matter(by=by, at=later, number=child, to=cast.code("technician"))
    finish(cast, child, later)
    assert row(child).first_time_pass is True
    exact(later)


def test_a_report_finished_by_itself_stays_finished(cast: Cast) -> None:
    parent, child = burst(cast)
    send(cast, parent)
    finish(cast, child)

    actions.unlink_matter(by=cast.caller("dispatcher"), at=DONE, number=child, reason="另一件")

    assert (row(child).state, row(child).cycle, row(child).parent) == ("finished", 1, None)
    assert row(parent).state == "assigned"


def test_whose_report_is_not_solved_leaves_the_others(cast: Cast) -> None:
    parent, child = burst(cast)
    send(cast, parent)
    finish(cast, parent)

    actions.reopen_matter(by=cast.caller("dispatcher"), at=DONE, number=child, reason="还在漏")

    assert (row(child).state, row(child).parent) == ("reopened", None)
    assert row(child).first_time_pass is False
    send(cast, child, DONE)
    exact(DONE)


def test_reports_move_along_so_that_there_are_no_chains(cast: Cast) -> None:
    parent, child = burst(cast)
    main = cast.receive(kind="repair.public", text="总管爆裂", house=None)

    link(cast, parent, main, at=WORK)

    assert row(child).parent == row(parent).parent == row(main)
    send(cast, main, WORK)
    assert {row(one).state for one in (parent, child, main)} == {"assigned"}
    with pytest.raises(BadInput, match="已并入"):
        link(cast, cast.receive(kind="repair"), child, at=WORK)
    actions.unlink_matter(by=cast.caller("dispatcher"), at=DONE, number=child, reason="不同")
    assert row(child).state == "received"
    exact(DONE)


def test_who_has_a_linked_report_is_decided_at_its_parent(cast: Cast) -> None:
    _parent, child = burst(cast)

    with pytest.raises(UnableToChangeMatter, match="并入"):
        send(cast, child)
    with pytest.raises(UnableToChangeMatter, match="并入"):
        actions.accept_matter(by=cast.caller("maintenance_foreman"), at=WORK, number=child)
    with pytest.raises(UnableToChangeMatter, match="已经并入"):
        link(cast, child, cast.receive(kind="repair"))


def test_what_cannot_be_linked_is_refused_with_the_field(cast: Cast) -> None:
    parent = cast.receive(kind="repair")
    child = cast.receive(kind="repair")
    attitude = cast.receive(kind="complaint.attitude", about_employee="E016")
    done = cast.receive(kind="enquiry")
    actions.finish_matter(by=cast.caller("keeper"), at=AT, number=done, result="已答复")
    callback = cast.receive(kind="callback")
    neighbour = actions.receive_matter(
        by=cast.caller("E034"),
        at=AT,
        community="CH",
        channel="phone",
        kind="repair",
        text="漏水",
    )

    for to in ("YG-0", neighbour, child, done, attitude, callback, "", "\0"):
        with pytest.raises(BadInput) as refused:
            link(cast, child, to)
        assert refused.value.field == "to", to
    for number in (attitude, callback, done):
        with pytest.raises(UnableToChangeMatter):
            link(cast, number, parent)
    with pytest.raises(UnableToChangeMatter, match="没有并入"):
        actions.unlink_matter(by=cast.caller("dispatcher"), at=WORK, number=child, reason="x")
    link(cast, child, parent)
    with pytest.raises(BadInput):
        actions.unlink_matter(by=cast.caller("dispatcher"), at=WORK, number=child, reason=" ")


def test_strangers_find_nothing_and_colleagues_of_other_posts_may_not(cast: Cast) -> None:
    parent = cast.receive(kind="repair")
    child = cast.receive(kind="repair")
    given: dict[str, Any] = {"at": LINKED, "number": child, "to": parent}

    with pytest.raises(NotFound):
        actions.link_matter(by=cast.caller("E031"), **given)
    with pytest.raises(NotFound):
        actions.link_matter(by=cast.caller("guard"), **given)
    with pytest.raises(Forbidden):
        actions.link_matter(by=cast.caller("collector"), **given)
    link(cast, child, parent)
    with pytest.raises(NotFound):
        actions.unlink_matter(by=cast.caller("E031"), at=WORK, number=child, reason="x")
    with pytest.raises(Forbidden):
        actions.unlink_matter(by=cast.caller("collector"), at=WORK, number=child, reason="x")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_ever_however_they_link(transactional_db: None) -> None:
    """Two link in opposite directions while a third works on one and a fourth takes one out."""
    cast = make_cast()
    numbers = [cast.receive(kind="repair") for _ in range(4)]
    a, b, c, d = numbers
    link(cast, d, a)
    dispatcher, foreman = cast.caller("dispatcher"), cast.caller("maintenance_foreman")
    unexpected: list[BaseException] = []
    for round_ in range(6):
        at = WORK + timedelta(minutes=round_)
        jobs = [
            lambda at=at: actions.link_matter(by=dispatcher, at=at, number=a, to=b),
            lambda at=at: actions.link_matter(by=foreman, at=at, number=b, to=a),
            lambda at=at: actions.record_progress(by=foreman, at=at, number=a, text="在修"),
            lambda at=at: actions.link_matter(by=dispatcher, at=at, number=a, to=d),
            lambda at=at: actions.unlink_matter(by=foreman, at=at, number=d, reason="另一件"),
            lambda at=at: actions.link_matter(by=foreman, at=at, number=c, to=b),
            lambda at=at: actions.hand_over(
                by=cast.caller("manager"), at=at, employee="E013", reason="轮岗", to="E014"
            ),
        ]
        barrier = Barrier(len(jobs))

        def run(job, barrier=barrier) -> None:  # type: ignore[no-untyped-def]
            try:
                barrier.wait(10)
                job()
            except Refused:
                pass
            except Exception as error:
                unexpected.append(error)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(jobs)) as pool:
            list(pool.map(run, jobs))
    assert unexpected == []
    chained = Matter.objects.filter(parent__parent__isnull=False)
    assert not chained.exists()
    exact(DONE)
