"""The forms that print empty, and each of them as a PDF."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers


@require_safe
@staff_page
def blanks(request: StaffRequest) -> HttpResponse:
    """Show which forms print empty."""
    rows = [(code, title) for code, (title, _form, _printed) in papers.BLANKS.items()]
    return render(request, "blanks/blanks.html", {"rows": rows})


@require_safe
@staff_page
def blank(request: StaffRequest, code: str) -> HttpResponse:
    """Send one empty form with the community's name on it."""
    drawn = papers.blank(
        caller=request.caller, community_id=request.community.id, code=code, at=request.moment
    )
    return pdf_answer(drawn.name, drawn.pdf())
