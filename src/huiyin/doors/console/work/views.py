"""My open matters, and the steps one takes on the way: accept, arrive, finish.

With its script the page draws itself from what the phone keeps (``field.js``); these forms are what
there is without it.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.lines import Line, lines
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.work.phone import addresses
from huiyin.doors.console.work.words import words
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Refused
from huiyin.matters import actions, titles
from huiyin.matters import queries as matters
from huiyin.matters.queries import MatterRow

# The big buttons by state: what somebody with the job in hand does next.
STEPS: dict[str, tuple[str, ...]] = {
    "received": ("accept",),
    "reopened": ("accept",),
    "assigned": ("accept",),
    "accepted": ("arrive", "finish"),
    "on_site": ("finish",),
}


class FinishForm(DoorForm):
    """What was done."""

    result = forms.CharField(widget=text_area())


@dataclass(frozen=True, slots=True)
class Job:
    """One matter on the phone: its line, its buttons, and a refused result if there is one."""

    line: Line
    steps: tuple[str, ...]
    form: FinishForm
    trouble: str = ""


@require_safe
@staff_page
def work(request: StaffRequest) -> HttpResponse:
    """Show my open matters, nearest due first."""
    return _show(request)


@require_safe
@staff_page
def job(request: StaffRequest, number: str) -> HttpResponse:
    """Show one job of mine; NotFound to whoever may not see the matter."""
    matters.matter(caller=request.caller, number=number, at=request.moment)
    return _show(request, only=number)


@require_POST
@staff_page
def act(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Accept, arrive or finish from the list; what was typed stays when it is refused."""
    if verb not in {"accept", "arrive", "finish"}:
        raise Http404
    who: dict[str, Any] = {"by": request.caller, "at": request.moment, "number": number}
    form = FinishForm(request.POST)
    try:
        if verb == "accept":
            actions.accept_matter(**who)
        elif verb == "arrive":
            actions.arrive_at_matter(**who)
        elif form.is_valid():
            actions.finish_matter(**who, result=form.cleaned_data["result"])
        else:
            return _show(request, refused=(number, form, ""), status=422)
    except Refused as refusal:
        form.full_clean()
        return _show(request, refused=(number, form, str(refusal)), status=refusal.status)
    messages.success(
        request, _("%(number)s:%(verb)s。") % {"number": number, "verb": titles.VERBS[verb]}
    )
    return _show(request) if wants_fragment(request) else redirect("work")


def _show(
    request: StaffRequest,
    *,
    only: str = "",
    refused: tuple[str, FinishForm, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = matters.my_work(caller=request.caller, at=request.moment)
    rows = tuple(row for row in rows if only in ("", row.number))
    jobs = [
        _job(row, line, refused)
        for row, line in zip(rows, lines(rows, request.moment), strict=True)
    ]
    lost = refused if refused and not any(job.line.number == refused[0] for job in jobs) else None
    context: dict[str, Any] = {"jobs": jobs, "lost": lost, "job": only}
    if not wants_fragment(request):
        context |= {"me": request.user.get_username(), "phone": addresses(), "words": words()}
    return show(request, "work/work.html", "work/_jobs.html", context, status=status)


def _job(row: MatterRow, line: Line, refused: tuple[str, FinishForm, str] | None) -> Job:
    steps = STEPS.get(row.state, ())
    if refused and refused[0] == row.number:
        kept = ("finish",) if refused[1]["result"].value() is not None else ()
        return Job(line, tuple(dict.fromkeys((*steps, *kept))), refused[1], refused[2])
    return Job(line, steps, FinishForm())
