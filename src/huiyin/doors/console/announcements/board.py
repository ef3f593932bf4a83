"""What hangs where: posters, door notices and letters with their proofs (NOT-02, NOT-03)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.announcements import actions, papers, queries, titles
from huiyin.announcements.access import may_hang
from huiyin.announcements.rules import SLIP_KINDS
from huiyin.doors.console.announcements.forms import ArrivedForm, PhotoForm, SentForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.parts.photos import store
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused

LISTS = {
    "to_post": gettext_lazy("待张贴"),
    "to_take_down": gettext_lazy("该撤下"),
    "hanging": gettext_lazy("张贴中"),
}
PHOTO_AGE = 3600
SLIP_STEPS: dict[str, type[DoorForm]] = {
    "door": PhotoForm,
    "sent": SentForm,
    "arrived": ArrivedForm,
}


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """List the posters to hang, hanging, and hanging too long; one's own buildings first."""
    return _board(request, {})


@require_POST
@staff_page
def put_up(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that a poster hangs, with its photo."""
    queries.posting(caller=request.caller, posting_id=pk, at=request.moment)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            photos = store(form.cleaned_data["photos"], by=request.caller, at=request.moment)
            actions.post_up(by=request.caller, at=request.moment, posting_id=pk, photos=photos)
        except BadInput as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已登记张贴。"))
            return redirect(_back(request))
    return _board(request, {pk: form}, status=422)


@require_POST
@staff_page
def take_down(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that a poster was taken down."""
    actions.take_down(by=request.caller, at=request.moment, posting_id=pk)
    messages.success(request, _("已登记撤下。"))
    return redirect(_back(request))


@require_safe
@staff_page
def posting_photo(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the photo of a poster."""
    return _photo(*queries.posting_photo(caller=request.caller, posting_id=pk), f"poster-{pk}")


@require_safe
@staff_page
def slip_photo(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the photo of a door notice."""
    return _photo(*queries.slip_photo(caller=request.caller, slip_id=pk), f"door-{pk}")


@require_safe
@staff_page
def print_board(request: StaffRequest) -> HttpResponse:
    """Send every poster that is still to be hung, in one file."""
    try:
        printed = papers.posters_to_hang(
            caller=request.caller,
            community_id=request.community.id,
            at=request.moment,
            mine=_mine(request),
            site=codes.site(request),
        )
    except papers.UnableToPrint as refusal:
        messages.info(request, str(refusal))
        return redirect(_back(request))
    return pdf_answer(printed.name, printed.data)


@require_safe
@staff_page
def print_posters(request: StaffRequest, number: str) -> HttpResponse:
    """Send the posters of an announcement, one page for each hall."""
    printed = papers.posters(
        caller=request.caller, number=number, at=request.moment, site=codes.site(request)
    )
    return pdf_answer(printed.name, printed.data)


@require_safe
@staff_page
def print_slips(request: StaffRequest, number: str, kind: str) -> HttpResponse:
    """Send the door notices or letters of an announcement, one for each household."""
    printed = papers.slips(
        caller=request.caller,
        number=number,
        kind=kind,
        at=request.moment,
        site=codes.site(request),
    )
    return pdf_answer(printed.name, printed.data)


@require_safe
@staff_page
def slips(request: StaffRequest, number: str, kind: str) -> HttpResponse:
    """List the door notices or letters of an announcement by house."""
    return _slips(request, number, kind, {})


@require_http_methods(["POST"])
@staff_page
def slip(request: StaffRequest, number: str, kind: str, pk: int) -> HttpResponse:
    """Write down the proof of one: the photo of a door, the number of a letter, its end."""
    step = request.POST.get("step", "")
    if step not in SLIP_STEPS or (step == "door") != (kind == "door"):
        raise Http404
    form = SLIP_STEPS[step](request.POST, request.FILES)
    if form.is_valid():
        try:
            _act(request, step, pk, form)
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已登记。"))
            return redirect("announcement_slips", number, kind)
    return _slips(request, number, kind, {pk: form}, status=422)


def _act(request: StaffRequest, step: str, pk: int, form: DoorForm) -> None:
    given: dict[str, Any] = {"by": request.caller, "at": request.moment, "slip_id": pk}
    if step == "door":
        photos = store(form.cleaned_data["photos"], by=request.caller, at=request.moment)
        actions.door_posted(**given, photos=photos)
        return
    act: Callable[..., object] = (
        actions.deliver_letter if step == "sent" else actions.letter_arrived
    )
    act(**given, **form.cleaned_data)


def _board(
    request: StaffRequest, refused: Mapping[int, DoorForm], *, status: int = 200
) -> HttpResponse:
    chosen = request.GET.get("show", "to_post")
    if chosen not in LISTS:
        raise Http404
    mine, number = _mine(request), request.GET.get("number", "")
    cursor = request.GET.get("cursor", "")
    place: dict[str, Any] = {
        "caller": request.caller,
        "community_id": request.community.id,
        "at": request.moment,
        "mine": mine,
    }
    page = queries.postings(**place, show=chosen, number=number, cursor=cursor)
    asked = {"mine": "1" if mine else "", "number": number}
    context: dict[str, Any] = {
        "page": page,
        "chosen": chosen,
        "mine": mine,
        "number": number,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "lines": [(row, refused.get(row.id)) for row in page.items],
        "lost": _lost(refused, [row.id for row in page.items]),
        "may_hang": may_hang(request.caller, request.community.id),
    }
    if cursor and wants_fragment(request):
        return render(request, "announcements/_postings.html", context)
    counts = queries.posting_counts(**place)
    context["lists"] = [(code, title, counts[code]) for code, title in LISTS.items()]
    return show(
        request, "announcements/board.html", "announcements/_board.html", context, status=status
    )


def _slips(
    request: StaffRequest,
    number: str,
    kind: str,
    refused: Mapping[int, DoorForm],
    *,
    status: int = 200,
) -> HttpResponse:
    if kind not in SLIP_KINDS:
        raise Http404
    cursor = request.GET.get("cursor", "")
    page = queries.slips(
        caller=request.caller, number=number, kind=kind, at=request.moment, cursor=cursor
    )
    context: dict[str, Any] = {
        "page": page,
        "kind": kind,
        "kind_title": titles.SLIP_KINDS[kind],
        "number": number,
        "lines": [(row, refused.get(row.id)) for row in page.items],
        "lost": _lost(refused, [row.id for row in page.items]),
    }
    if cursor and wants_fragment(request):
        return render(request, "announcements/_slips.html", context)
    return render(request, "announcements/slips.html", context, status=status)


def _lost(refused: Mapping[int, DoorForm], shown: Collection[int]) -> list[str]:
    """Return what was refused about a row that is not on this page of the list."""
    return [
        str(error)
        for pk, form in refused.items()
        if pk not in shown
        for errors in form.errors.values()
        for error in errors
    ]


def _mine(request: StaffRequest) -> bool:
    return request.GET.get("mine") == "1"


def _back(request: StaffRequest) -> str:
    """Return the list somebody came from."""
    kept = {name: request.GET[name] for name in ("show", "mine", "number") if request.GET.get(name)}
    page = reverse("postings")
    return f"{page}?{urlencode(kept)}" if kept else page


def _photo(data: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    ending = media_type.rpartition("/")[2]
    response["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={PHOTO_AGE}"
    return response
