"""Approvals on their pages: lists, one request, who decides on what (PLN-02)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.approvals import actions
from huiyin.approvals.models import Chain, Request
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.flows.reactions import react
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.staff.models import Absence

LATER = AT + timedelta(hours=1)


def ask(cast: Cast, subject: str = "bill:1", title: str = "处罚申请") -> int:
    """Let the supervisor ask for a penalty."""
    return actions.ask(
        by=cast.caller("supervisor"),
        at=AT,
        community_id=cast.town.community.pk,
        kind="penalty",
        subject=subject,
        title=title,
    )


@pytest.mark.rule("PLN-02")
def test_a_request_waits_is_found_and_approved(cast: Cast) -> None:
    request_id, page = ask(cast), visitor(cast, "manager")
    assert "1" in text_of(page.get("/approvals/count/"))
    shown = text_of(page.get("/approvals/"))
    assert "处罚申请" in shown and f"/approvals/{request_id}/" in shown
    path = f"/approvals/{request_id}/"
    assert "您的决定" in text_of(page.get(path))
    form = {"act": "decide", "decide-step": "0", "decide-verdict": "approved", "decide-reason": ""}
    answer = page.post(path, form, at=LATER)
    assert (answer.status_code, Request.objects.get().state) == (302, "approved")
    assert "已批准" in text_of(page.get(path))
    assert "没有等您审批的申请" in text_of(page.get("/approvals/"))
    assert "处罚申请" in text_of(page.get("/approvals/", show="decided"))
    assert "处罚申请" in text_of(visitor(cast, "supervisor").get("/approvals/", show="asked"))


@pytest.mark.rule("PLN-02")
def test_a_return_without_a_reason_keeps_the_page(cast: Cast) -> None:
    path, page = f"/approvals/{ask(cast)}/", visitor(cast, "manager")
    form = {"act": "decide", "decide-step": "0", "decide-verdict": "returned"}
    answer = page.post(path, {**form, "decide-reason": " "}, htmx=True)
    assert answer.status_code == 422
    assert "请填写内容" in text_of(answer)
    answer = page.post(path, {**form, "decide-reason": "事实不清"}, htmx=True)
    assert answer.status_code == 200
    assert "事实不清" in text_of(answer) and "已退回" in text_of(answer)


def test_what_was_typed_is_not_lost_when_somebody_was_faster(cast: Cast) -> None:
    request_id = ask(cast)
    path = f"/approvals/{request_id}/"
    actions.decide(
        by=cast.caller("company_service"), at=LATER, request_id=request_id, verdict="approved"
    )
    form = {"act": "decide", "decide-step": "0", "decide-verdict": "returned"}
    answer = visitor(cast, "manager").post(path, {**form, "decide-reason": "再核实"}, at=LATER)
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "再核实" in shown and cast.employee("company_service").name in shown


def test_the_asker_withdraws_and_the_reminder_ends(cast: Cast) -> None:
    request_id = ask(cast)
    path, asker = f"/approvals/{request_id}/", visitor(cast, "supervisor")
    assert "您的决定" not in text_of(asker.get(path))
    decide = {"act": "decide", "decide-step": "0", "decide-verdict": "approved"}
    assert asker.post(path, decide).status_code == 403
    assert asker.post(path, {"act": "withdraw", "withdraw-reason": ""}).status_code == 422
    withdraw = {"act": "withdraw", "withdraw-reason": "写错了"}
    assert asker.post(path, withdraw, at=LATER).status_code == 302
    assert Request.objects.get().state == "withdrawn"
    assert not Matter.objects.filter(kind="approval", closed_at=None).exists()
    assert asker.post(path, {"act": "eat"}).status_code == 404


@pytest.mark.rule("PLN-02")
def test_the_delegate_sees_for_whom_they_decide(cast: Cast) -> None:
    Absence.objects.create(
        employee=cast.employee("manager"),
        delegate=cast.employee("finance"),
        starts_at=AT - timedelta(days=1),
    )
    request_id, page = ask(cast), visitor(cast, "finance")
    name = cast.employee("manager").name
    assert f"代 {name} 审批" in text_of(page.get("/approvals/"))
    assert f"代 {name} 审批" in text_of(page.get(f"/approvals/{request_id}/"))


def test_requests_are_for_those_concerned(cast: Cast) -> None:
    path = f"/approvals/{ask(cast)}/"
    assert visitor(cast, "guard").get(path).status_code == 403
    assert visitor(cast, "E031").get(path).status_code == 404
    assert visitor(cast, "manager").get("/approvals/99999999999999999999/").status_code == 404
    assert visitor(cast, "manager").get("/approvals/", show="all").status_code == 404


@pytest.mark.rule("PLN-02")
def test_the_manager_sets_a_chain(cast: Cast) -> None:
    page = visitor(cast, "manager")
    form = {
        "kind": "penalty",
        "from_amount": "500",
        "step1": ["manager"],
        "step2": ["company_service", "general_manager"],
        "reason": "大额要公司批",
    }
    assert page.post("/approvals/chains/", form).status_code == 302
    assert Chain.objects.get().steps == [["manager"], ["company_service", "general_manager"]]
    shown = text_of(page.get("/approvals/chains/"))
    assert "大额要公司批" in shown and "¥ 500.00" in shown
    answer = page.post("/approvals/chains/", {**form, "step1": []})
    assert answer.status_code == 422 and "大额要公司批" in text_of(answer)
    assert visitor(cast, "supervisor").post("/approvals/chains/", form).status_code == 403
    assert "由经理或公司设定" in text_of(visitor(cast, "supervisor").get("/approvals/chains/"))


@pytest.mark.rule("PLN-02")
def test_the_reminder_leads_to_the_request(cast: Cast) -> None:
    request_id, page = ask(cast), visitor(cast, "manager")
    react(AT)
    number = Request.objects.get().followed
    assert f"/approvals/{request_id}/" in text_of(page.get(f"/matters/{number}/"))
    assert number in text_of(page.get(f"/approvals/{request_id}/"))


def test_the_list_asks_few_questions_however_long(cast: Cast) -> None:
    page = visitor(cast, "manager")
    ask(cast, "bill:0")
    page.get("/approvals/")
    with CaptureQueriesContext(connection) as few:
        page.get("/approvals/")
    for number in range(1, 20):
        ask(cast, f"bill:{number}")
    with CaptureQueriesContext(connection) as many:
        page.get("/approvals/")
    assert len(many) == len(few)
