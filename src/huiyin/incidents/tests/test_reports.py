"""The incident report: written, returned, approved, filed (CMP-03)."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.approvals.queries import waiting as waiting_for
from huiyin.incidents import actions, queries
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.models import Promise
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.models import Message
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=3)


def emergency(cast: Cast) -> str:
    """Receive an emergency."""
    return cast.receive(kind="complaint.emergency", text="3栋12楼起火")


def write(cast: Cast, number: str, by: str = "manager", **words: str) -> None:
    """Write the report."""
    told: dict[str, Any] = {
        "course": "09:00 接报,09:04 到场",
        "cause": "电动车充电起火",
        "measures": "清理楼道,增设充电棚",
        "losses": "无",
        **words,
    }
    actions.submit_report(by=cast.caller(by), at=LATER, number=number, **told)


def report_promise(number: str) -> Promise:
    """Return the promise of a report."""
    return Promise.objects.get(matter__number=number, code="report")


@pytest.mark.rule("CMP-03")
def test_a_report_is_written_approved_by_the_company_and_filed(cast: Cast) -> None:
    number = emergency(cast)
    write(cast, number)
    for post in ("company_service", "general_manager"):
        waiting = waiting_for(
            caller=cast.caller(post), community_id=cast.town.community.pk, at=LATER
        )
        assert [one.subject for one in waiting] == [f"matter:{number}"]
    assert report_promise(number).state == "running"
    file_number = actions.approve_report(
        by=cast.caller("company_service"), at=LATER, number=number, opinion="同意"
    )
    assert file_number == "YG-TF-2026-001"
    promise = report_promise(number)
    assert (promise.state, promise.closed_at) == ("kept", LATER)
    row = queries.report(caller=cast.caller("supervisor"), number=number, at=LATER)
    assert (row.state, row.file_number, row.opinion) == ("filed", file_number, "同意")
    assert row.written_by.code == cast.code("manager")
    assert row.decided_by is not None and row.decided_by.code == cast.code("company_service")
    taken = Entry.objects.filter(action__startswith="incident.").order_by("id")
    assert [one.action for one in taken] == ["incident.report_submitted", "incident.report_filed"]


@pytest.mark.rule("CMP-03")
def test_a_returned_report_is_written_again(cast: Cast) -> None:
    number = emergency(cast)
    write(cast, number)
    leader = cast.caller("general_manager")
    with pytest.raises(BadInput):
        actions.return_report(by=leader, at=LATER, number=number, opinion=" ")
    actions.return_report(by=leader, at=LATER, number=number, opinion="原因不清")
    assert Message.objects.filter(recipient=cast.employee("manager"), about=number).filter(
        purpose__endswith=":returned", text="原因不清"
    )
    with pytest.raises(actions.UnableToDecide):
        actions.approve_report(by=leader, at=LATER, number=number)
    write(cast, number, cause="电池老化")
    assert queries.report(caller=leader, number=number, at=LATER).cause == "电池老化"
    actions.approve_report(by=leader, at=LATER, number=number)
    with pytest.raises(actions.UnableToReport):
        write(cast, number)
    with pytest.raises(actions.UnableToDecide):
        actions.approve_report(by=leader, at=LATER, number=number)


def test_only_an_emergency_has_a_report(cast: Cast) -> None:
    number = cast.receive()
    with pytest.raises(actions.UnableToReport):
        write(cast, number)
    with pytest.raises(NotFound):
        queries.report(caller=cast.caller("manager"), number=number, at=LATER)
    with pytest.raises(actions.UnableToDecide):
        actions.approve_report(by=cast.caller("general_manager"), at=LATER, number=number)


def test_nothing_is_left_out(cast: Cast) -> None:
    number = emergency(cast)
    for field in ("course", "cause", "measures"):
        with pytest.raises(BadInput) as refused:
            write(cast, number, **{field: " "})
        assert refused.value.field == field
    with pytest.raises(BadInput):
        write(cast, number, losses="长" * 4001)
    write(cast, number, losses="")


def test_who_writes_and_who_approves(cast: Cast) -> None:
    number = emergency(cast)
    with pytest.raises(Forbidden):
        write(cast, number, by="receptionist")
    with pytest.raises(NotFound):
        write(cast, number, by="E031")
    write(cast, number)
    for post in ("manager", "assistant"):
        with pytest.raises(Forbidden):
            actions.approve_report(by=cast.caller(post), at=LATER, number=number)
    with pytest.raises(NotFound):
        actions.approve_report(by=cast.caller("E031"), at=LATER, number=number)
    with pytest.raises(NotFound):
        queries.report(caller=cast.caller("E031"), number=number, at=LATER)


def test_nobody_approves_what_they_wrote(cast: Cast) -> None:
    from huiyin.staff.models import PostHolding

    holding = PostHolding.objects.get(employee=cast.employee("company_service"))
    PostHolding.objects.create(
        employee=holding.employee,
        community=cast.town.community,
        post="manager",
        from_on=holding.from_on,
    )
    number = emergency(cast)
    write(cast, number, by="company_service")
    with pytest.raises(Forbidden):
        actions.approve_report(by=cast.caller("company_service"), at=LATER, number=number)


def test_a_report_of_old_gets_a_request_and_the_company_decides_it(cast: Cast) -> None:
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    from huiyin.approvals.models import Request

    number = emergency(cast)
    write(cast, number, by="security_foreman")
    Request.objects.all().delete()  # as it was before there were approvals
    with pytest.raises(actions.UnableToDecide):
        actions.approve_report(by=cast.caller("company_service"), at=LATER, number=number)
    ask = import_module("huiyin.incidents.migrations.0003_requests_of_old").ask
    for _twice in range(2):
        with connection.schema_editor() as editor:
            ask(apps, editor)
    assert Request.objects.get().asked_by == cast.employee("security_foreman")
    assert actions.approve_report(by=cast.caller("company_service"), at=LATER, number=number)
