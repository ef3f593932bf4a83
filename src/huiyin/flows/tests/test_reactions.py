"""What requests and failed items bring about by themselves (PLN-02)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from huiyin.approvals import actions as approvals
from huiyin.approvals import following
from huiyin.approvals.models import Request
from huiyin.checklists import actions as checklists
from huiyin.checklists import raising
from huiyin.checklists.models import Mark
from huiyin.checklists.shipped import all_shipped
from huiyin.files.models import StoredFile
from huiyin.flows import approving, leaving, reactions, schedule
from huiyin.flows.reactions import react
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.matters import actions as matters
from huiyin.matters.kinds import KINDS
from huiyin.matters.models import Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick
from huiyin.notices.models import Message
from huiyin.staff.models import Absence

LATER = AT + timedelta(hours=1)


def ask(cast: Cast, subject: str = "matter:x", kind: str = "discount") -> int:
    """Ask for something that the manager and then the company decide."""
    steps = [["manager"], ["company_service"]]
    if not Request.objects.exists():
        approvals.set_chain(
            by=cast.caller("manager"),
            at=AT,
            community_id=cast.town.community.pk,
            kind=kind,
            from_amount=0,  # type: ignore[arg-type]
            steps=steps,
            reason="按规定",
        )
    return approvals.ask(
        by=cast.caller("supervisor"),
        at=AT,
        community_id=cast.town.community.pk,
        kind=kind,
        subject=subject,
        title="减免两个月管理费",
    )


def decide(cast: Cast, request_id: int, post: str, verdict: str = "approved") -> None:
    """Decide as the holder of a post, an hour later."""
    approving.decide(
        by=cast.caller(post),
        at=LATER,
        request_id=request_id,
        verdict=verdict,  # type: ignore[arg-type]
        reason="同意",
    )


def followed(request_id: int) -> Matter:
    """Return the matter that follows a request now."""
    return Matter.objects.get(number=Request.objects.get(pk=request_id).followed)


@pytest.mark.rule("PLN-02")
def test_who_has_to_decide_gets_a_matter_with_a_clock(cast: Cast) -> None:
    request_id = ask(cast)
    assert react(AT) == 1
    first = followed(request_id)
    assert (first.kind, first.state) == ("approval", "assigned")
    assert first.owner == cast.employee("manager")
    assert "减免两个月管理费" in first.text
    promise = Promise.objects.get(matter=first, rule="PLN-02")
    assert promise.due_at == moment("2026-03-18 18:00")
    assert Message.objects.filter(recipient=first.owner, about=first.number).exists()
    assert react(AT) == 0
    assert Matter.objects.count() == 1


@pytest.mark.rule("PLN-02")
def test_each_step_has_its_own_matter_and_the_last_one_ends_them(cast: Cast) -> None:
    request_id = ask(cast)
    react(AT)
    first = followed(request_id)
    decide(cast, request_id, "manager")
    react(LATER + timedelta(minutes=1))
    second = followed(request_id)
    first.refresh_from_db()
    assert (first.state, first.finished_at) == ("closed", LATER)
    assert Promise.objects.get(matter=first, rule="PLN-02").state == "kept"
    assert (second.owner, second.state) == (cast.employee("company_service"), "assigned")
    decide(cast, request_id, "company_service")
    react(LATER + timedelta(minutes=2))
    second.refresh_from_db()
    assert second.state == "closed"
    assert Matter.objects.count() == 2
    assert react(LATER + timedelta(minutes=3)) == 0


@pytest.mark.rule("CMP-05")
def test_the_reminder_is_not_shown_to_whom_the_request_is_about(cast: Cast) -> None:
    concerned = cast.employee("manager")
    request_id = approvals.ask(
        by=cast.caller("supervisor"),
        at=AT,
        community_id=cast.town.community.pk,
        kind="incident_report",
        subject="matter:x",
        title="处理表",
        about_id=concerned.pk,
    )
    react(AT)
    reminder = followed(request_id)
    assert (reminder.about_employee, reminder.owner) == (concerned, cast.employee("assistant"))
    assert not Message.objects.filter(recipient=concerned).exists()


@pytest.mark.rule("PLN-02")
def test_an_undecided_request_climbs(cast: Cast) -> None:
    request_id = ask(cast)
    react(AT)
    tick(moment("2026-03-18 18:01"))
    matter = followed(request_id)
    assert Promise.objects.get(matter=matter, rule="PLN-02").state == "broken"
    told = set(
        Message.objects.filter(about=matter.number).values_list("recipient__code", flat=True)
    )
    assert cast.code("company_service") in told


@pytest.mark.rule("PLN-02")
@pytest.mark.parametrize("how", ["returned", "withdrawn"])
def test_returned_or_withdrawn_it_ends_the_matter(cast: Cast, how: str) -> None:
    request_id = ask(cast)
    react(AT)
    if how == "returned":
        decide(cast, request_id, "manager", "returned")
    else:
        approvals.withdraw(
            by=cast.caller("supervisor"), at=LATER, request_id=request_id, reason="不用了"
        )
    react(LATER)
    assert followed(request_id).state == "closed"
    assert react(LATER) == 0


def test_decided_before_anybody_looked_nothing_follows(cast: Cast) -> None:
    request_id = ask(cast)
    decide(cast, request_id, "manager", "returned")
    assert react(LATER) == 1
    assert not Matter.objects.exists()
    assert react(LATER) == 0


def test_a_matter_that_somebody_ended_by_hand_is_in_nobody_s_way(cast: Cast) -> None:
    request_id = ask(cast)
    react(AT)
    reactions._end(_claimed(request_id), LATER)
    decide(cast, request_id, "manager")
    react(LATER)
    assert followed(request_id).owner == cast.employee("company_service")


@pytest.mark.rule("PLN-02")
def test_ticking_off_the_reminder_decides_nothing(cast: Cast) -> None:
    request_id = ask(cast)
    react(AT)
    first = followed(request_id)
    assert reactions.remind_again() == 0
    by_hand: dict[str, Any] = {"by": cast.caller("manager"), "at": LATER, "number": first.number}
    with pytest.raises(WrongState, match="审批"):
        matters.finish_matter(**by_hand, result="好")
    with pytest.raises(WrongState):
        matters.reclassify_matter(**by_hand, kind="complaint", reason="不想审")
    matters.finish_matter(**by_hand, result="好", settled=True)  # were it over all the same
    schedule.forget()
    schedule.relieve(LATER)
    assert react(LATER) == 1
    second = followed(request_id)
    assert second != first and second.closed_at is None
    assert Matter.objects.get(pk=first.pk).closed_at is not None
    assert reactions.remind_again() == 0


@pytest.mark.rule("PLN-02")
def test_when_a_decider_leaves_the_next_is_reminded_under_the_same_clock(cast: Cast) -> None:
    request_id = ask(cast)
    react(AT)
    before = followed(request_id)
    due_at = Promise.objects.get(matter=before, rule="PLN-02").due_at
    assert reactions.hand_on(LATER) == 0
    leaving.employee_leaves(
        by=cast.caller("general_manager"),
        at=LATER,
        employee=cast.code("manager"),
        left_on=LATER.date(),
        reason="离职",
    )
    tomorrow = AT + timedelta(days=1)
    schedule.forget()
    schedule.relieve(tomorrow)
    matter = followed(request_id)
    assert (matter.pk, matter.owner) == (before.pk, cast.employee("assistant"))
    assert Promise.objects.get(matter=matter, rule="PLN-02").due_at == due_at
    assert reactions.hand_on(tomorrow) == 0


def _claimed(request_id: int) -> following.ToFollow:
    Request.objects.filter(pk=request_id).update(to_follow=True)
    claimed = following.claim(request_id=request_id, at=AT)
    Request.objects.filter(pk=request_id).update(to_follow=False)
    assert claimed is not None
    return claimed


@pytest.mark.rule("PLN-02")
def test_the_delegate_of_an_absent_decider_is_reminded(cast: Cast) -> None:
    Absence.objects.create(
        employee=cast.employee("manager"),
        delegate=cast.employee("finance"),
        starts_at=AT - timedelta(days=1),
    )
    request_id = ask(cast)
    react(AT)
    assert followed(request_id).owner == cast.employee("finance")


def test_one_that_cannot_be_followed_stalls_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = ask(cast), ask(cast, "matter:y")
    remind: Callable[..., str] = reactions._remind

    def failing(request: following.ToFollow, at: object) -> str:
        if request.id == broken:
            raise ArithmeticError
        return remind(request, at)

    with monkeypatch.context() as patch:
        patch.setattr(reactions, "_remind", failing)
        assert react(AT) == 1
    assert followed(whole).kind == "approval"
    assert following.to_follow() == [broken]
    assert react(AT) == 1
    assert following.to_follow() == []


def test_the_procedure_behind_a_request_hears_of_it_or_nothing_happens(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id, heard = ask(cast), []
    monkeypatch.setattr(
        approving, "HANDLERS", {"discount": lambda **given: heard.append(given["request_id"])}
    )
    decide(cast, request_id, "manager")
    assert heard == [request_id]

    def failing(**_given: object) -> None:
        raise Forbidden("no")

    monkeypatch.setattr(approving, "HANDLERS", {"discount": failing})
    with pytest.raises(Forbidden):
        decide(cast, request_id, "company_service")
    assert Request.objects.get(pk=request_id).state == "waiting"


# -- failed items

ITEMS = """
[[item]]
key = "hose"
title = "软管无渗漏"
group = "水"
raises = "repair.public"
[[item]]
key = "picture"
title = "照片"
kind = "photo"
group = "水"
required = false
[[item]]
key = "odd"
title = "其他"
raises = "no.such.kind"
"""


def run_about(cast: Cast, subject: str) -> int:
    """Start a checklist of the community's own."""
    checklists.save_template(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        code="own.water",
        title="用水检查",
        items=ITEMS,
        reason="新",
    )
    return checklists.start_run(
        by=cast.caller("technician"),
        at=AT,
        community_id=cast.town.community.pk,
        code="own.water",
        subject=subject,
    )


def mark(cast: Cast, run_id: int, item: str, value: object, note: str = "") -> None:
    """Mark an item as the technician."""
    checklists.mark_item(
        by=cast.caller("technician"), at=AT, run_id=run_id, item=item, value=value, note=note
    )


def test_a_failed_item_becomes_a_matter_once(cast: Cast) -> None:
    about = cast.receive(kind="repair", place="厨房")
    run_id = run_about(cast, f"matter:{about}")
    file = StoredFile.objects.create(
        sha256="0" * 64, size=1, media_type="image/jpeg", created_at=AT
    )
    mark(cast, run_id, "picture", {"files": [file.pk]})
    mark(cast, run_id, "hose", False, note="接头渗水")
    assert react(AT) == 1
    raised = Mark.objects.get(item="hose").raised
    matter = Matter.objects.get(number=raised)
    assert (matter.kind, matter.channel, matter.place) == ("repair.public", "patrol", "厨房")
    assert matter.house is not None and matter.house.code == "3-1-1201"
    for word in ("用水检查", "软管无渗漏", "接头渗水", about, cast.employee("technician").name):
        assert word in matter.text
    assert [one.file_id for one in matter.photos.all()] == [file.pk]
    assert react(AT) == 0


def test_marked_bad_again_it_is_written_on_its_open_matter(cast: Cast) -> None:
    run_id = run_about(cast, "shift:1")
    mark(cast, run_id, "hose", False, note="接头渗水")
    react(AT)
    matter = Matter.objects.get(kind="repair.public")
    mark(cast, run_id, "hose", False, note="已漏到走廊")
    assert react(AT) == 1
    assert Matter.objects.count() == 1
    assert matter.events.filter(kind="noted", text__contains="已漏到走廊").exists()
    assert set(Mark.objects.values_list("raised", flat=True)) == {matter.number}
    matters.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=matter.number, to=cast.code("technician")
    )
    matters.finish_matter(by=cast.caller("supervisor"), at=AT, number=matter.number, result="已修")
    mark(cast, run_id, "hose", False, note="又漏了")
    react(AT)
    assert Matter.objects.count() == 2


@pytest.mark.parametrize("subject", ["shift:1", "matter:nothing"])
def test_what_is_about_no_matter_has_no_house(cast: Cast, subject: str) -> None:
    run_id = run_about(cast, subject)
    mark(cast, run_id, "odd", False)
    assert react(AT) == 1
    matter = Matter.objects.get()
    assert (matter.kind, matter.house) == ("repair.public", None)


def test_shipped_checklists_raise_kinds_that_exist() -> None:
    raised = {item.raises for one in all_shipped().values() for item in one.items if item.raises}
    assert raised <= set(KINDS)


# -- how much it costs, and two at once


def test_idle_it_looks_twice_and_writes_nothing(cast: Cast) -> None:
    react(AT)
    with CaptureQueriesContext(connection) as asked:
        assert react(AT) == 0
    assert len(asked) == 2


@pytest.mark.slow
def test_four_at_once_make_one_matter_each(transactional_db: None) -> None:
    cast = make_cast()
    requests = [ask(cast, f"matter:{n}") for n in range(8)]
    run_id = run_about(cast, "shift:1")
    mark(cast, run_id, "hose", False)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while following.to_follow() or raising.to_raise():
                react(AT)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Matter.objects.filter(kind="approval").count() == len(requests)
    assert Matter.objects.filter(kind="repair.public").count() == 1
