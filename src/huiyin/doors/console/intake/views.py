"""Writing down what came in: a sheet for each way in which things are heard (REC-06)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from huiyin.doors.console.intake.forms import SHEETS, SheetForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import kept_photos
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.intake import queries
from huiyin.intake.actions import take_batch
from huiyin.kernel.errors import NotFound, Refused
from huiyin.matters import titles
from huiyin.staff import queries as staff

DAYS = ("opened_on", "met_on")
FIRST = next(iter(SHEETS))
ICONS = {
    "box": "inbox",
    "letter": "mail-opened",
    "forum": "messages",
    "interview": "home",
    "meeting": "users",
    "radio": "antenna",
    "walk": "walk",
    "patrol": "shield",
    "sms": "device-mobile",
    "wechat": "message",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet to choose."""

    title: str
    url: str
    icon: str
    current: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def sheet(request: StaffRequest, channel: str = FIRST) -> HttpResponse:
    """Show a sheet; take one that was filled in, and give the next of the pile."""
    if channel not in SHEETS:
        raise Http404
    if request.method != "POST":
        return _page(request, channel, _form(request, channel))
    form = _form(request, channel, typed=True)
    if not form.is_valid():
        return _refused(request, form, 422)
    try:
        photos = _keep_photos(request, form)
        numbers = take_batch(
            by=request.caller,
            at=request.moment,
            community=request.community.code,
            channel=channel,
            key=form.cleaned_data["key"],
            items=form.items(photos),
            facts=form.facts(),
            note=form.note(),
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _refused(request, form, 422 if refusal.status == NotFound.status else refusal.status)
    if request.POST.get("then") == "open" and len(numbers) == 1:
        url = reverse("matter", args=numbers)
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    after = _form(request, channel, initial=form.next_initial())
    return _page(request, channel, after, {"saved": numbers, "was_saved": True})


def _refused(request: StaffRequest, form: SheetForm, status: int) -> HttpResponse:
    """Give the sheet back with every typed character and every photo that was uploaded."""
    try:
        photos = _keep_photos(request, form)
    except Refused as refusal:
        if not form.errors.get("photos"):
            form.take_back(refusal)
        photos = kept_photos.read_word(request.POST.get("kept", ""))
    form.data = request.POST.copy()
    form.data["kept"] = kept_photos.write_word(photos)
    return _page(request, form.channel, form, status=status)


def _keep_photos(request: StaffRequest, form: SheetForm) -> tuple[int, ...]:
    if "photos" not in form.fields:
        return ()
    files = form.cleaned_data.get("photos") or ()
    kept = request.POST.get("kept", "")
    for one in files:
        one.seek(0)
    return kept_photos.keep(files, kept, by=request.caller, at=request.moment)


def _form(
    request: StaffRequest, channel: str, *, typed: bool = False, initial: Any = None
) -> SheetForm:
    people = staff.employees(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    if typed:
        return SHEETS[channel](request.POST, request.FILES, people=people)
    today = _today(request)
    return SHEETS[channel](people=people, initial={**dict.fromkeys(DAYS, today), **(initial or {})})


def _today(request: StaffRequest) -> date:
    return request.moment.astimezone(ZoneInfo(request.community.zone)).date()


def _page(
    request: StaffRequest,
    channel: str,
    form: SheetForm,
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "channel": channel,
        "title": titles.CHANNELS[channel],
        "tabs": [
            Tab(
                str(titles.CHANNELS[one]),
                reverse("intake_sheet", args=[one]),
                ICONS[one],
                one == channel,
            )
            for one in SHEETS
        ],
        "batches": queries.batches(caller=request.caller, community_id=request.community.id),
        **(more or {}),
    }
    return show(request, "intake/sheet.html", "intake/_sheet.html", context, status=status)
