"""The dispatcher's screen (REC-15): live lists, one panel to act on a matter, the next one due.

The lists ask every few seconds under the mark they were drawn with; while nothing has changed the
answer is an empty 304 that costs one row. With the minute everything is drawn anew, for clocks move
by themselves.
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.dispatch import people, tools
from huiyin.doors.console.dispatch.board import draw
from huiyin.doors.console.matter.forms import VerbForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Refused
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.access import DESK, FOREMEN
from huiyin.staff.access import admit_post

MINUTE = 60
CHANGED = "board-changed"  # the event on which the lists ask at once


@require_safe
@staff_page
def dispatch(request: StaffRequest) -> HttpResponse:
    """Show the screen; the lists are in it, the panel is empty until a matter is chosen."""
    _admit(request)
    context = {"mark": _mark(request), "lists": draw(request)}
    return render(request, "dispatch/dispatch.html", context)


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """Draw the lists anew, or answer 304 when nothing has changed since the mark."""
    return _fresh(request, "dispatch/_board.html", lambda: {"lists": draw(request)})


@require_safe
@staff_page
def hands(request: StaffRequest) -> HttpResponse:
    """Show who is there to send, with duty and load; 304 when nothing has changed."""
    return _fresh(request, "dispatch/_hands.html", lambda: {"people": people.on_hand(request)})


@require_safe
@staff_page
def following(request: StaffRequest) -> HttpResponse:
    """Open the matter whose clock is nearest."""
    _admit(request)
    number = matters.next_due(
        caller=request.caller, at=request.moment, community_id=request.community.id
    )
    return redirect("matter", number) if number else redirect("dispatch")


@require_safe
@staff_page
def panel(request: StaffRequest, number: str) -> HttpResponse:
    """Show one matter with the people it could go to and the verbs of a dispatcher."""
    _admit(request)
    return _panel(request, number)


@require_POST
@staff_page
def act(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Assign, nudge or take back from the panel; what was typed stays when it is refused."""
    _admit(request)
    if verb not in tools.VERBS:
        raise Http404
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    form = tools.form(request, found, verb, request.POST)
    if not form.is_valid():
        return _panel(request, number, refused=(verb, form), status=422)
    try:
        type(form).action(by=request.caller, at=request.moment, number=number, **form.arguments())
    except Refused as refusal:
        form.take_back(refusal)
        return _panel(request, number, refused=(verb, form), status=refusal.status)
    done = _("%(number)s:已%(verb)s。") % {"number": number, "verb": titles.VERBS[verb]}
    response = _panel(request, number, done=done)
    response["HX-Trigger"] = CHANGED
    return response


def _admit(request: StaffRequest) -> None:
    admit_post(request.caller, request.community.id, *DESK, *FOREMEN)


def _mark(request: StaffRequest) -> str:
    """Return what the lists are drawn under: for whom, in which language, pulse and minute."""
    place = request.community.id
    beat = matters.pulse(community_id=place)
    minute = int(request.moment.timestamp()) // MINUTE
    return f'"{request.caller.user_id}-{place}-{get_language()}-{beat}-{minute}"'


def _fresh(
    request: StaffRequest, template: str, context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Render a part of the screen unless the browser has it under the present mark."""
    _admit(request)
    mark = _mark(request)
    response = get_conditional_response(request, etag=mark)
    if response is None:
        response = render(request, template, context())
    response["ETag"] = mark
    return response


def _panel(
    request: StaffRequest,
    number: str,
    *,
    refused: tuple[str, VerbForm] | None = None,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    owed = [one for one in found.promises if one.closed_at is None]
    context = {
        "matter": found,
        "owed": sorted(owed, key=lambda one: one.due_at),
        "tools": tools.offered(request, found, refused),
        "done": done,
    }
    return show(request, "dispatch/panel.html", "dispatch/_panel.html", context, status=status)
