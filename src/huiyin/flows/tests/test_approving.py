"""The incident report, decided on the page of approvals, is filed (CMP-03, EMG-07, PLN-02)."""

from datetime import timedelta

import pytest

from huiyin.approvals.models import Request
from huiyin.flows import approving
from huiyin.incidents import actions as incidents
from huiyin.incidents.models import IncidentReport
from huiyin.matters.tests.cast import AT, Cast

LATER = AT + timedelta(hours=2)


def reported(cast: Cast) -> int:
    """Let the supervisor report an emergency; return the request that waits for the manager."""
    number = cast.receive(kind="complaint.emergency", text="3栋地下室冒烟")
    incidents.submit_report(
        by=cast.caller("supervisor"),
        at=LATER,
        number=number,
        course="09:00 报警,09:04 到场,09:10 扑灭",
        cause="电动车充电器短路",
        measures="清理充电点",
    )
    return Request.objects.get(kind="incident_report").pk


def decide(cast: Cast, request_id: int, post: str, verdict: str) -> None:
    """Decide as the holder of a post."""
    approving.decide(
        by=cast.caller(post),
        at=LATER,
        request_id=request_id,
        verdict=verdict,  # type: ignore[arg-type]
        reason="意见",
    )


@pytest.mark.rule("CMP-03")
@pytest.mark.rule("PLN-02")
def test_approved_to_the_end_the_report_is_filed(cast: Cast) -> None:
    request_id = reported(cast)
    decide(cast, request_id, "manager", "approved")
    assert IncidentReport.objects.get().state == "submitted"
    decide(cast, request_id, "company_service", "approved")
    report = IncidentReport.objects.get()
    assert (report.state, report.file_number) == ("filed", "YG-TF-2026-001")


@pytest.mark.rule("PLN-02")
def test_returned_it_goes_back_to_its_writer(cast: Cast) -> None:
    decide(cast, reported(cast), "manager", "returned")
    assert IncidentReport.objects.get().state == "returned"
