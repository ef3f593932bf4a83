"""A checklist on paper: a blank form to fill in by hand, or a run as it was filled in."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers


@require_safe
@staff_page
def print_run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Send a run as a paper to be signed and filed."""
    paper = papers.checklist(
        caller=request.caller,
        run_id=run_id,
        at=request.moment,
        url=codes.site(request) + reverse("checklist_run", args=[run_id]),
    )
    return pdf_answer(paper.name, paper.pdf())


@require_safe
@staff_page
def print_blank(request: StaffRequest, code: str) -> HttpResponse:
    """Send a blank form, for work without a phone."""
    paper = papers.blank_checklist(
        caller=request.caller,
        community_id=request.community.id,
        code=code,
        at=request.moment,
        url=codes.site(request) + reverse("checklist_template", args=[code]),
    )
    return pdf_answer(paper.name, paper.pdf())
