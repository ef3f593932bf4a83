"""Pages of meters: walks and how far they got, the list, one meter, what is held back (BIL-03)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.meters.forms import (
    STATES,
    CorrectForm,
    EstimateForm,
    HandForm,
    MeterForm,
    ReplaceForm,
    SettleForm,
    TakeDownForm,
    VoidForm,
    WalkOrderForm,
    asked_filters,
)
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import photos
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.files import queries as files
from huiyin.kernel.paging import is_row_id
from huiyin.meters import actions, queries, titles
from huiyin.meters.access import admit_to_keep, admit_to_walk, may_keep
from huiyin.meters.actions.reading import plain
from huiyin.meters.rows import HeldRow, MeterCard, MeterRow, ReadingRow
from huiyin.staff.queries import local_day

PHOTO_AGE = 3600


@require_safe
@staff_page
def meters(request: StaffRequest) -> HttpResponse:
    """Show the walks of this round and how far each got: where a technician begins."""
    place = request.community
    today = local_day(request.moment, place.zone)
    rows = queries.routes(caller=request.caller, community_id=place.id, on=today)
    context = {
        "routes": rows,
        "round": queries.round_of(today),
        "counts_now": queries.closes_the_month(community_id=place.id, on=today, at=request.moment),
        **tabs(request, "walks"),
    }
    return render(request, "meters/meters.html", context)


@require_safe
@staff_page
def meter_list(request: StaffRequest) -> HttpResponse:
    """List meters by kind, walk, state and words; the rest of the list comes as a fragment."""
    place = request.community
    filters = asked_filters(request.GET)
    page = queries.meters(
        caller=request.caller,
        community_id=place.id,
        on=local_day(request.moment, place.zone),
        filters=filters,
        cursor=request.GET.get("cursor", ""),
    )
    asked = {
        "q": filters.q,
        "kind": filters.kind,
        "route": filters.route,
        "state": filters.state,
        "shared": "1" if filters.shared else "",
    }
    context = {
        "rows": [meter_shown(row) for row in page.items],
        "next": urlencode({**asked, "cursor": page.next}) if page.next else "",
        "chosen": filters,
        "kinds": titles.KINDS.items(),
        "states": STATES,
        **tabs(request, "list"),
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return render(request, "meters/_rows.html", context)
    if wants_fragment(request):
        return render(request, "meters/_list.html", context)
    return render(request, "meters/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Put a meter on the list."""
    place = request.community
    admit_to_keep(request.caller, place.id)
    initial = {"factor": "1", "digits": 5, "from_on": local_day(request.moment, place.zone)}
    form = MeterForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = _told(request)
        if form.tries(lambda: actions.add_meter(**given, **form.cleaned_data)):
            messages.success(request, _("已登记这只表。"))
            return redirect("meter", form.cleaned_data["code"].strip())
    context = {"form": form, **tabs(request, "list")}
    return render(request, "meters/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def meter(request: StaffRequest, code: str) -> HttpResponse:
    """Show a meter's history, and take what is to be done with it or one of its readings."""
    place = request.community
    refused: tuple[str, DoorForm] | None = None
    if request.method == "POST":
        refused = _take(request, code)
        if refused is None:
            messages.success(request, _("已保存。"))
            return redirect("meter", code)
    card = queries.meter(caller=request.caller, community_id=place.id, code=code)
    context = {
        "one": meter_shown(card.row),
        "card": card,
        "usual": card.usual and plain(card.usual),
        "readings": [_with_forms(one, card, refused) for one in card.readings],
        "steps": _steps(request, card, refused),
        **tabs(request, "list"),
    }
    return render(request, "meters/meter.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def held(request: StaffRequest) -> HttpResponse:
    """Show the readings nobody could believe, and let those who keep the meters settle them."""
    place = request.community
    refused: tuple[int, SettleForm] | None = None
    if request.method == "POST":
        refused = _settle(request)
        if refused is None:
            messages.success(request, _("已处理。"))
            return redirect("meters_held")
    page = queries.held(
        caller=request.caller, community_id=place.id, cursor=request.GET.get("cursor", "")
    )
    context = {
        "rows": [_held_shown(row, refused) for row in page.items],
        "next": page.next,
        **tabs(request, "held"),
    }
    if wants_fragment(request):
        return render(request, "meters/_held.html", context)
    return render(request, "meters/held.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def order(request: StaffRequest) -> HttpResponse:
    """Put the meters of a walk in order."""
    place = request.community
    admit_to_keep(request.caller, place.id)
    route = request.GET.get("route", "")[:40]
    today = local_day(request.moment, place.zone)
    stops = queries.walk(
        caller=request.caller, community_id=place.id, route=route, on=today, at=request.moment
    )
    if not stops:
        raise Http404
    initial = {"route": route, "meters": "\n".join(stop.meter.code for stop in stops)}
    form = WalkOrderForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        codes = [line.strip() for line in form.cleaned_data["meters"].splitlines() if line.strip()]
        named = form.cleaned_data["route"]
        given = _told(request)
        try:
            actions.order_walk(**given, route=named, meters=codes)
        except actions.UnableToOrder as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已按新的顺序排好。"))
            return redirect("meters")
    context = {"form": form, "route": route, **tabs(request, "walks")}
    return render(request, "meters/order.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page
def photo(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the photo of a reading to those who may see the reading."""
    file_id = queries.photo_file(
        caller=request.caller, community_id=request.community.id, reading=pk
    )
    data, media_type = files.read(file_id)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'inline; filename="reading-{pk}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={PHOTO_AGE}"
    return response


def tabs(request: StaffRequest, tab: str) -> dict[str, Any]:
    """Return what the tabs above these pages need to know."""
    place = request.community
    return {
        "tab": tab,
        "waiting": queries.held_count(community_id=place.id),
        "keeps": may_keep(request.caller, place.id),
    }


def meter_shown(row: MeterRow) -> dict[str, Any]:
    """Return a meter with its words."""
    where = " ".join(part for part in (row.house or row.building, row.place) if part)
    return {
        "row": row,
        "kind": titles.KINDS[row.kind],
        "unit": titles.UNITS[row.kind],
        "where": where,
        "factor": "" if row.factor == 1 else plain(row.factor),
        "last_value": "" if row.last_value is None else plain(row.last_value),
        "last_kind": titles.READINGS[row.last_kind] if row.last_kind == "estimated" else "",
    }


def _reading_shown(one: ReadingRow) -> dict[str, Any]:
    return {
        "row": one,
        "value": plain(one.value),
        "used": "" if one.used is None else plain(one.used),
        "kind": titles.READINGS[one.kind],
        "doubt": titles.DOUBTS.get(one.doubt, ""),
    }


def _held_shown(row: HeldRow, refused: tuple[int, SettleForm] | None) -> dict[str, Any]:
    form = SettleForm(initial={"reading": row.reading.id}, prefix=f"r{row.reading.id}")
    if refused and refused[0] == row.reading.id:
        form = refused[1]
    return {
        **_reading_shown(row.reading),
        "one": meter_shown(row.meter),
        "before_on": row.before_on,
        "before_value": "" if row.before_value is None else plain(row.before_value),
        "usual": "" if row.usual is None else plain(row.usual),
        "advice": titles.ADVICE[row.reading.held],
        "form": form if row.may_settle else None,
    }


def _told(request: StaffRequest) -> dict[str, Any]:
    """Return who does it, when and where."""
    return {"by": request.caller, "at": request.moment, "community_id": request.community.id}


def _settle(request: StaffRequest) -> tuple[int, SettleForm] | None:
    """Settle the reading that was sent; return its form when that was refused."""
    number = request.POST.get("which", "")
    if not is_row_id(number):
        raise Http404
    form = SettleForm(request.POST, prefix=f"r{number}")
    if form.is_valid():
        given = dict(form.cleaned_data)
        how = given.pop("how")
        told = _told(request)
        if how == "void":
            done = form.tries(lambda: actions.void(**told, **given))
        else:
            done = form.tries(lambda: actions.settle(**told, how=how, **given))
        if done:
            return None
    return int(number), form


Step = tuple[type[DoorForm], Callable[..., object]]
OF_METER: dict[str, Step] = {
    "read": (HandForm, actions.read),
    "replace": (ReplaceForm, actions.replace),
    "estimate": (EstimateForm, actions.estimate),
    "take_down": (TakeDownForm, actions.take_down),
}
OF_READING: dict[str, Step] = {
    "correct": (CorrectForm, actions.correct),
    "void": (VoidForm, actions.void),
}
KEEPERS_ONLY = ("estimate", "take_down")


def _take(request: StaffRequest, code: str) -> tuple[str, DoorForm] | None:
    """Do the step that was sent; return it under its name when it was refused."""
    name = request.POST.get("step", "")
    steps = OF_METER | OF_READING
    if name not in steps:
        raise Http404
    admit_to_walk(request.caller, request.community.id)  # no photo is kept for others
    kind, action = steps[name]
    form = kind(request.POST, request.FILES, prefix=name)
    if form.is_valid():
        given = dict(form.cleaned_data)
        given |= _told(request)
        given |= {"meter": code} if name in OF_METER else {}

        def act() -> object:
            if given.get("photo"):
                given["photo"] = photos.store(
                    [given["photo"]], by=request.caller, at=request.moment
                )[0]
            return action(**given)

        if form.tries(act):
            return None
    return name, form


def _steps(
    request: StaffRequest, card: MeterCard, refused: tuple[str, DoorForm] | None
) -> list[tuple[str, DoorForm, bool]]:
    """Return the forms of what may be done with the meter now, the refused one as it was typed."""
    if card.row.until_on is not None:
        return []
    today = local_day(request.moment, request.community.zone)
    initial = {"read_on": today, "on": today}
    names = [name for name in OF_METER if card.may_keep or name not in KEEPERS_ONLY]
    return [
        (name, refused[1], True)
        if refused and refused[0] == name
        else (name, OF_METER[name][0](prefix=name, initial=initial), False)
        for name in names
    ]


def _with_forms(
    one: ReadingRow, card: MeterCard, refused: tuple[str, DoorForm] | None
) -> dict[str, Any]:
    """Return a reading with the forms that correct it or take it back, where they are allowed."""
    forms: list[tuple[str, DoorForm, bool]] = []
    if not one.voided and (card.may_keep or one.is_mine):
        names = ["correct"] if one.kind in ("first", "last") else list(OF_READING)
        for name in names:
            kept = refused is not None and refused[0] == name
            kept = kept and refused[1]["reading"].value() == str(one.id)  # type: ignore[index]
            form = refused[1] if kept and refused else None
            fresh = OF_READING[name][0](
                prefix=name, initial={"reading": one.id}, auto_id=f"{name}-{one.id}-%s"
            )
            forms.append((name, form or fresh, form is not None))
    return {**_reading_shown(one), "forms": forms}
