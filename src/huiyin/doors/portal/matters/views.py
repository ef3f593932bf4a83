"""An owner's matters: the list, one of them, and one view for everything an owner can do (OWN-01).

List and page ask once a minute, and when the phone comes back to them, whether anything is new:
under the mark they were drawn with an empty 304 answers. What somebody is writing is never drawn
anew.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from huiyin.accounts.codes import TooOften
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.portal.matters.forms import FACES, VERBS, VerbForm
from huiyin.doors.portal.matters.rows import OWED, Line, clock_words, due_of
from huiyin.doors.portal.page import OwnerRequest, not_too_often, owner_page
from huiyin.doors.portal.requests.forms import house_title
from huiyin.doors.portal.requests.views import ICONS
from huiyin.kernel.errors import Refused
from huiyin.notices import actions as telling
from huiyin.owners import actions, queries
from huiyin.owners.queries import MyMatterRow, MyMatterView
from huiyin.staff.queries import local_day

PHOTO_AGE = 24 * 3600
SHOWS = ("open", "all")


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the owner can do now; ``open`` when it was just refused."""

    form: VerbForm
    open: bool = False


@require_safe
@owner_page
def matters(request: OwnerRequest) -> HttpResponse:
    """List what was asked for: open ones or all, of one household or of all of them."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWS else "open"
    house = _house(request)
    cursor = request.GET.get("cursor", "")
    page = queries.my_matters(
        caller=request.caller, at=request.moment, house_id=house, show=shown, cursor=cursor
    )
    context = {
        "mark": _mark(request, page.items, shown, house),
        "page": page,
        "lines": [_line(request, row) for row in page.items],
        "shown": shown,
        "house": house,
        "houses": [(one.house_id, house_title(request, one)) for one in request.households],
        "clock": clock_words(request.moment),
    }
    if cursor and wants_fragment(request):
        return show(request, "my_matters/matters.html", "my_matters/_rows.html", context)
    return _fresh(request, "my_matters/matters.html", "my_matters/_list.html", context)


@require_safe
@owner_page
def matter(request: OwnerRequest, number: str) -> HttpResponse:
    """Show one matter; looked at, it is no news any more."""
    found = queries.my_matter(caller=request.caller, at=request.moment, number=number)
    people = sorted(request.caller.people)
    telling.mark_told_read(at=request.moment, person_ids=people, about=number)
    if found.row.unread:
        actions.mark_seen(by=request.caller, at=request.moment, number=number)
    context = _context(request, found)
    return _fresh(request, "my_matters/matter.html", "my_matters/_matter.html", context)


@require_POST
@owner_page
def act(request: OwnerRequest, number: str, verb: str) -> HttpResponse:
    """Do one thing with a matter. A refusal is a sentence and keeps every typed character."""
    if verb not in VERBS:
        raise Http404
    found = queries.my_matter(caller=request.caller, at=request.moment, number=number)
    form = VERBS[verb](request.POST, request.FILES, request=request)
    try:
        not_too_often(request, "sheet")
    except TooOften as refusal:  # nor are its photos kept
        form.take_back(refusal)
        return _page(request, found, refused=form, status=refusal.status)
    if not form.is_valid():
        form.keep_photos()
        return _page(request, found, refused=form, status=422)
    try:
        form.act(number)
    except Refused as refusal:
        form.take_back(refusal)
        form.keep_photos()
        fresh = queries.my_matter(caller=request.caller, at=request.moment, number=number)
        return _page(request, fresh, refused=form, status=refusal.status)
    messages.success(request, str(form.done))
    if not wants_fragment(request):
        return redirect("my_matter", number)
    return _page(
        request, queries.my_matter(caller=request.caller, at=request.moment, number=number)
    )


@require_safe
@owner_page
def photo(request: OwnerRequest, number: str, photo: int) -> HttpResponse:
    """Send a photo of a matter to those who may see it there, and to nobody else."""
    data, media_type = queries.photo(
        caller=request.caller, at=request.moment, number=number, photo_id=photo
    )
    response = HttpResponse(data, content_type=media_type)
    ending = media_type.rpartition("/")[2]
    response["Content-Disposition"] = f'inline; filename="{number}-{photo}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={PHOTO_AGE}"
    return response


def _house(request: OwnerRequest) -> int | None:
    """Return the household asked for, None for all; one that is not theirs is none."""
    asked = request.GET.get("house", "")
    return next((one.house_id for one in request.households if str(one.house_id) == asked), None)


def _line(request: OwnerRequest, row: MyMatterRow) -> Line:
    due = due_of(row.next, request.moment) if row.next else None
    return Line(row, due, ICONS.get(row.kind, "edit"))


def _page(
    request: OwnerRequest,
    found: MyMatterView,
    *,
    refused: VerbForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, found, refused)
    return show(
        request, "my_matters/matter.html", "my_matters/_matter.html", context, status=status
    )


def _context(
    request: OwnerRequest, found: MyMatterView, refused: VerbForm | None = None
) -> dict[str, Any]:
    tools = {
        verb: Tool(refused, open=True)
        if refused is not None and refused.verb == verb
        else Tool(form(request=request))
        for verb, form in VERBS.items()
        if verb in found.may
    }
    line = _line(request, found.row)
    lost = refused if refused is not None and refused.verb not in tools else None
    return {
        "mark": _mark(request, replace(found, may=frozenset()), sorted(found.may)),
        "matter": found,
        "line": line,
        "due": line.due,
        "owed": [
            due_of(one, request.moment)
            for one in found.promises
            if one.state in OWED and one != found.row.next
        ],
        "steps": tuple(reversed(found.steps)),
        "tools": tools,
        "lost": lost,
        "lost_text": _typed(lost) if lost is not None else "",
        "faces": FACES,
        "clock": clock_words(request.moment),
    }


def _typed(form: VerbForm) -> str:
    """Return what somebody wrote into a form that is no longer offered, to be copied."""
    texts = [
        form[name].value() for name in ("text", "reason", "note", "comment") if name in form.fields
    ]
    return "\n".join(text for text in texts if text)


def _fresh(request: OwnerRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """Draw the page; to the phone that asks whether anything is new, 304 while nothing is."""
    response = None
    if wants_fragment(request):
        response = get_conditional_response(request, etag=context["mark"])
    if response is None:
        response = show(request, page, part, context)
    response["ETag"] = context["mark"]
    return response


def _mark(request: OwnerRequest, *seen: object) -> str:
    """Return the mark of what a page shows: the same facts, day and language give the same one."""
    day = local_day(request.moment, request.community.zone)
    facts = repr((request.user.pk, get_language(), day, *seen))
    return f'"{sha256(facts.encode()).hexdigest()[:20]}"'
