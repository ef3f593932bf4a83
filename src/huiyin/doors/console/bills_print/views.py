"""Bills and statements as PDF, and the page from which a whole run is printed (BIL-05)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from huiyin.doors.console.households.forms import DaysForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers


@require_safe
@staff_page
def bill_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """Send one bill as a paper."""
    paper = papers.bill(
        caller=request.caller, number=number, at=request.moment, site=codes.site(request)
    )
    return pdf_answer(paper.name, paper.pdf())


@require_safe
@staff_page
def run_bills(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the files of a run, some hundred bills each, and the bills that cannot be drawn."""
    found = papers.run_bills(caller=request.caller, run_id=pk)
    return render(request, "bills_print/run.html", {"found": found})


@require_safe
@staff_page
def run_bills_pdf(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Send one file of a run."""
    name, data = papers.run_file(
        caller=request.caller,
        run_id=pk,
        number=number,
        at=request.moment,
        site=codes.site(request),
    )
    return pdf_answer(name, data)


@require_safe
@staff_page
def statement_pdf(request: StaffRequest, code: str) -> HttpResponse:
    """Send the account of a house over some days; days that cannot be read go back to its page."""
    form = DaysForm(request.GET)
    if not form.is_valid():
        return redirect("account_statement", code)
    paper = papers.statement(
        caller=request.caller,
        community=request.community.code,
        house=code,
        at=request.moment,
        **form.half_open,
    )
    return pdf_answer(paper.name, paper.pdf())
