"""The incident report on its page: written, returned, approved, filed."""

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast

REPORT = {
    "step": "submit",
    "submit-course": "09:00 发现浓烟,09:03 到场",
    "submit-cause": "电动车充电过热",
    "submit-losses": "",
    "submit-measures": "加装断电装置",
}


@pytest.mark.rule("CMP-03")
def test_a_report_is_written_returned_written_again_and_filed(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    page = f"/matters/{number}/incident/"
    site, company = visitor(cast, "manager"), visitor(cast, "company_service")
    assert page in text_of(site.get(f"/matters/{number}/"))
    assert site.post(page, REPORT).status_code == 302
    assert "等待审批" in text_of(site.get(page))
    back = {"step": "return", "return-opinion": "原因再查清楚"}
    assert company.post(page, back).status_code == 302
    assert "电动车充电过热" in text_of(site.get(page))
    assert site.post(page, REPORT).status_code == 302
    assert company.post(page, {"step": "approve", "approve-opinion": "同意"}).status_code == 302
    assert "YG-TF-2026-001" in text_of(site.get(page))
    found = matter(caller=cast.caller("manager"), number=number, at=AT)
    assert any(one.kind == "reported" for one in found.events)


def test_an_incomplete_report_keeps_what_was_written(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    answer = visitor(cast, "manager").post(
        f"/matters/{number}/incident/", {**REPORT, "submit-cause": " "}
    )
    assert answer.status_code == 422
    assert "加装断电装置" in text_of(answer)


def test_who_may_not_write_may_not_approve_either(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency")
    page = f"/matters/{number}/incident/"
    assert visitor(cast, "receptionist").post(page, REPORT).status_code == 403
    assert visitor(cast, "manager").post(page, REPORT).status_code == 302
    assert visitor(cast, "manager").post(page, {"step": "approve"}).status_code == 403
    assert visitor(cast, "manager").post(page, {"step": "burn"}).status_code == 404
    assert visitor(cast, "E031").get(page).status_code == 404


def test_an_ordinary_complaint_has_no_report(cast: Cast) -> None:
    number = cast.receive()
    answer = visitor(cast, "manager").post(f"/matters/{number}/incident/", REPORT)
    assert answer.status_code == 422
    assert "只有紧急事件" in text_of(answer)
