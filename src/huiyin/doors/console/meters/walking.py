"""The walk on the phone: one meter after the other, with or without scripts and signal (BIL-03)."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.meters.forms import SKIP_REASONS, ReadForm, SkipForm
from huiyin.doors.console.meters.views import meter_shown, tabs
from huiyin.doors.console.meters.words import words
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import photos
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Refused
from huiyin.meters import actions, queries, titles
from huiyin.meters.access import admit_to_walk
from huiyin.meters.actions.reading import plain
from huiyin.meters.rows import ReadingRow, Stop
from huiyin.staff.queries import local_day


@require_safe
@staff_page
def walk(request: StaffRequest) -> HttpResponse:
    """Show a stop of a walk: the one asked for, else the first that was not read."""
    route = request.GET.get("route", "")[:40]
    return _page(request, route, request.GET.get("stop", ""))


@require_POST
@staff_page
def read(request: StaffRequest) -> HttpResponse:
    """Take a reading from the walk; a script gets an answer as data, a page the next stop."""
    form = ReadForm(request.POST, request.FILES)
    told: dict[str, Any] = {}

    def act() -> None:
        row = _taken(request, dict(form.cleaned_data))
        held = str(titles.DOUBTS[row.held]) if row.held else ""
        told.update({"state": "done", "id": row.id, "value": plain(row.value), "held": held})

    return _answer(request, form, act, told)


@require_POST
@staff_page
def skip(request: StaffRequest) -> HttpResponse:
    """Pass a meter over, and say why."""
    form = SkipForm(request.POST)
    told: dict[str, Any] = {"state": "done"}

    def act() -> None:
        actions.skip(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            **form.cleaned_data,
        )

    return _answer(request, form, act, told)


def _taken(request: StaffRequest, given: dict[str, Any]) -> ReadingRow:
    """Read the meter, or correct what was read of it in this round."""
    admit_to_walk(request.caller, request.community.id)  # no photo is kept for others
    told: dict[str, Any] = {"by": request.caller, "at": request.moment}
    file = given.pop("photo")
    photo = photos.store([file], **told)[0] if file else None
    told |= {"community_id": request.community.id, "photo": photo}
    wrong = given.pop("reading")
    if wrong is None:
        return actions.read(**told, **given)
    return actions.correct(
        **told, reading=wrong, value=given["value"], key=given["key"], reason=_("抄错,当场改正")
    )


def _answer(request: StaffRequest, form: DoorForm, act: Any, told: dict[str, Any]) -> HttpResponse:
    route = request.POST.get("route", "")[:40]
    stop = request.POST.get("meter", "")[:40]
    if _wants_data(request):
        return _data(form, act, told)
    if form.is_valid() and form.tries(act):
        messages.success(request, _("已保存。"))
        if told.get("held"):
            why = _("%(code)s %(why)s,等工程主管或收费员核实。")
            messages.warning(request, why % {"code": stop, "why": told["held"]})
        return redirect(reverse("meter_walk") + "?" + urlencode({"route": route}))
    return _page(request, route, stop, refused=form)


def _data(form: DoorForm, act: Any, told: dict[str, Any]) -> HttpResponse:
    """Answer a script: done, or refused with the sentence that says what to do."""
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        return JsonResponse({"state": "refused", "told": str(first)}, status=422)
    try:
        act()
    except Refused as refusal:
        refused: dict[str, Any] = {"state": "refused", "told": str(refusal)}
        refused["reading"] = getattr(refusal, "reading", None)
        return JsonResponse(refused, status=refusal.status)
    return JsonResponse(told)


def _wants_data(request: StaffRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _page(
    request: StaffRequest, route: str, wanted: str, *, refused: DoorForm | None = None
) -> HttpResponse:
    place = request.community
    today = local_day(request.moment, place.zone)
    stops = queries.walk(
        caller=request.caller, community_id=place.id, route=route, on=today, at=request.moment
    )
    if not stops:
        raise Http404(_("这条路线上没有表。"))
    codes = [stop.meter.code for stop in stops]
    open_ones = [at for at, one in enumerate(stops) if one.done is None and not one.skipped]
    at = codes.index(wanted) if wanted in codes else (open_ones[0] if open_ones else 0)
    one = stops[at]
    initial = {
        "meter": one.meter.code,
        "key": uuid4(),
        "read_on": one.done.read_on if one.done else today,
        "reading": one.done.id if one.done else None,
        "value": plain(one.done.value) if one.done else "",
    }
    form = refused if isinstance(refused, ReadForm) else ReadForm(initial=initial)
    context = {
        "route": route,
        "stop": _stop_shown(one),
        "form": form,
        "refused": refused,
        "reasons": SKIP_REASONS,
        "number": at + 1,
        "all": len(stops),
        "done": sum(1 for stop in stops if stop.done),
        "skipped": sum(1 for stop in stops if stop.skipped),
        "finished": not open_ones,
        "before": codes[at - 1] if at else "",
        "after": codes[at + 1] if at + 1 < len(codes) else "",
        "stops": [_stop_data(stop) for stop in stops],
        "rows": [_stop_shown(stop) for stop in stops],
        "words": words(),
        "today": today,
        "counts_now": queries.closes_the_month(community_id=place.id, on=today, at=request.moment),
        **tabs(request, "walks"),
    }
    return render(request, "meters/walk.html", context, status=422 if refused else 200)


def _stop_shown(one: Stop) -> dict[str, Any]:
    return {
        **meter_shown(one.meter),
        "before_on": one.before_on,
        "before": "" if one.before_value is None else plain(one.before_value),
        "done": one.done,
        "done_value": plain(one.done.value) if one.done else "",
        "held": titles.DOUBTS[one.done.held] if one.done and one.done.held else "",
        "skipped": one.skipped,
    }


def _stop_data(one: Stop) -> dict[str, Any]:
    """Return a stop as the script knows it: figures as text, so that none is rounded."""
    shown = _stop_shown(one)
    return {
        "code": one.meter.code,
        "kind": str(shown["kind"]),
        "unit": str(shown["unit"]),
        "where": shown["where"],
        "factor": plain(one.meter.factor),
        "digits": one.meter.digits,
        "before": shown["before"],
        "before_on": date_format(one.before_on, "Y-m-d") if one.before_on else "",
        "most": "" if one.most is None else plain(one.most),
        "value": shown["done_value"],
        "reading": one.done.id if one.done else None,
        "held": str(shown["held"]),
        "skipped": one.skipped,
    }
