"""The conduct case on its page: statement, correction, penalty of two hands."""

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import Cast


@pytest.mark.rule("CMP-05")
def test_a_case_runs_from_the_facts_to_the_approved_penalty(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude", about_employee=cast.code("guard"))
    page = f"/matters/{number}/conduct/"
    lead, boss = visitor(cast, "supervisor"), visitor(cast, "manager")
    assert page in text_of(lead.get(f"/matters/{number}/"))
    steps = (
        {"step": "open", "open-employee": ""},
        {"step": "statement", "statement-text": "当时在处理另一辆车"},
        {
            "step": "correction",
            "correction-task": "学习礼仪规范并考核",
            "correction-due_on": "2026-03-20",
        },
        {"step": "penalty", "penalty-penalty": "书面警告一次"},
    )
    for step in steps:
        assert lead.post(page, step).status_code == 302, step
    shown = text_of(lead.get(page))
    assert "学习礼仪" not in shown  # the task stands in the correction itself
    assert "等待另一人批准" in shown
    assert lead.post(page, {"step": "approve"}).status_code == 403
    assert boss.post(page, {"step": "approve"}).status_code == 302
    assert "已批准" in text_of(boss.get(page))


def test_the_one_complained_of_never_sees_it(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude", about_employee=cast.code("guard"))
    assert visitor(cast, "guard").get(f"/matters/{number}/conduct/").status_code == 404
    assert visitor(cast, "receptionist").get(f"/matters/{number}/conduct/").status_code == 403


def test_a_correction_that_tells_who_complained_is_refused_and_kept(cast: Cast) -> None:
    number = cast.receive(
        kind="complaint.attitude", about_employee=cast.code("guard"), caller="王丽"
    )
    page = f"/matters/{number}/conduct/"
    lead = visitor(cast, "supervisor")
    lead.post(page, {"step": "open", "open-employee": ""})
    task = {
        "step": "correction",
        "correction-task": "向王丽道歉",
        "correction-due_on": "2026-03-20",
    }
    answer = lead.post(page, task)
    assert answer.status_code == 422
    assert "向王丽道歉" in text_of(answer)
