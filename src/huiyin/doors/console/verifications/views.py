"""Numbers that ask to be registered: the desk looks up who it is and decides (OWN-05)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.verifications.forms import AcceptForm, DeclineForm
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.kernel.errors import BadInput
from huiyin.owners import actions, queries
from huiyin.owners.queries import Candidate, VerificationRow

SHOWS = ("waiting", "all")


@require_safe
@staff_page
def verifications(request: StaffRequest) -> HttpResponse:
    """List the requests of the community, those that wait first of all."""
    asked = request.GET.get("show", "waiting")
    shown = asked if asked in SHOWS else "waiting"
    page = queries.verifications(
        caller=request.caller,
        community_id=request.community.id,
        show=shown,
        cursor=request.GET.get("cursor", ""),
    )
    context = {"page": page, "shown": shown}
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "verifications/_rows.html", context)
    return show(request, "verifications/verifications.html", "verifications/_list.html", context)


@require_safe
@staff_page
def verification(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one request, whom it might be, and whom a search finds."""
    return _page(request, _row(request, pk), {})


@require_POST
@staff_page
def settle(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Register the number for a person, or decline with a reason."""
    if step not in {"accept", "decline"}:
        raise Http404
    row = _row(request, pk)
    form: DoorForm = (
        AcceptForm(request.POST, candidates=_candidates(request, row))
        if step == "accept"
        else DeclineForm(request.POST)
    )
    if not form.is_valid():
        return _page(request, row, {step: form}, status=422)
    try:
        actions.settle_verification(
            by=request.caller,
            at=request.moment,
            request_id=pk,
            accepted=step == "accept",
            person_id=int(form.cleaned_data.get("person_id") or 0) or None,
            reason=form.cleaned_data.get("reason", ""),
        )
    except BadInput as refusal:
        form.take_back(refusal)
        return _page(request, row, {step: form}, status=422)
    said = _("号码已登记,短信已发给对方。") if step == "accept" else _("已记下没有通过。")
    messages.success(request, said)
    return redirect("verifications")


def _row(request: StaffRequest, pk: int) -> VerificationRow:
    return queries.verification(
        caller=request.caller,
        at=request.moment,
        community_id=request.community.id,
        request_id=pk,
    )


def _find(request: StaffRequest) -> str:
    """Return what is searched for, also while a choice from what was found is sent."""
    return (request.GET.get("find") or request.POST.get("find") or "").strip()


def _candidates(request: StaffRequest, row: VerificationRow) -> list[Candidate]:
    """Return whom it might be, each once: who fits, then whom the search finds."""
    people = {one.person_id: one for one in (*row.candidates, *row.known_as)}
    if find := _find(request):
        hits = estate.find(caller=request.caller, community_id=request.community.id, text=find)
        for hit in hits:
            if hit.person_id is not None:
                found = Candidate(hit.person_id, hit.title, hit.subtitle, hit.house_code)
                people.setdefault(hit.person_id, found)
    return list(people.values())


def _page(
    request: StaffRequest, row: VerificationRow, forms: dict[str, DoorForm], *, status: int = 200
) -> HttpResponse:
    people = _candidates(request, row)
    context = {
        "row": row,
        "find": _find(request),
        "people": people,
        "accept": forms.get("accept") or AcceptForm(candidates=people),
        "decline": forms.get("decline") or DeclineForm(),
    }
    return render(request, "verifications/verification.html", context, status=status)
