"""Papers meant for an owner's household, each one tap from the phone (PLN-04)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiyin.documents import queries
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.portal.page import OwnerRequest, owner_page


@require_safe
@owner_page
def papers(request: OwnerRequest) -> HttpResponse:
    """List the papers meant for the owner or their household; htmx asks for older ones."""
    cursor = request.GET.get("cursor", "")
    page = queries.owner_papers(caller=request.caller, at=request.moment, cursor=cursor)
    if cursor and wants_fragment(request):
        return render(request, "my_papers/_rows.html", {"page": page})
    return render(request, "my_papers/papers.html", {"page": page})


@require_safe
@owner_page
def paper(request: OwnerRequest, pk: int) -> HttpResponse:
    """Open one as PDF; it counts as given out from then on."""
    data, name = queries.owner_paper_bytes(caller=request.caller, paper_id=pk, at=request.moment)
    return pdf_answer(name, data)
