"""The book of visitors: the day's list, a new one, one with its outcome (REC-08)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.visitors.forms import (
    ArriveForm,
    BookForm,
    CancelForm,
    DecideForm,
    VisitorForm,
)
from huiyin.doors.parts.forms import EARLIEST, LATEST, DoorForm
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput, Forbidden, Refused
from huiyin.staff.queries import local_day
from huiyin.visitors import actions, queries

PAGE = 50
STEPS: dict[str, tuple[type[DoorForm], Callable[..., object]]] = {
    "arrive": (ArriveForm, actions.arrive),
    "decide": (DecideForm, actions.decide),
    "cancel": (CancelForm, actions.cancel),
}


@require_safe
@staff_page
def visitors(request: StaffRequest) -> HttpResponse:
    """List the visitors of a day, today by default; htmx asks for the following rows."""
    on = _day(request)
    page = queries.day_list(
        caller=request.caller,
        community=request.community.code,
        on=on,
        cursor=request.GET.get("cursor", ""),
        limit=PAGE,
    )
    context = {"page": page, "on": on}
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "visitors/_rows.html", context)
    place: dict[str, Any] = {"caller": request.caller, "community": request.community.code}
    context |= {
        "waiting": queries.waiting(**place),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "is_today": on == _today(request),
    }
    return render(request, "visitors/visitors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Book an appointment, or take in a visitor who is here already (``?here=1``)."""
    here = (request.POST if request.method == "POST" else request.GET).get("here") == "1"
    hosts = queries.hosts(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    kind = VisitorForm if here else BookForm
    if request.method != "POST":
        initial = {"house": request.GET.get("house", ""), "visitor": request.GET.get("caller", "")}
        return _new(request, kind(hosts=hosts, initial=initial), here)
    form = kind(request.POST, hosts=hosts)
    if not form.is_valid():
        return _new(request, form, here, status=422)
    act = actions.walk_in if here else actions.book
    try:
        pk = act(
            by=request.caller,
            at=request.moment,
            community=request.community.code,
            **form.cleaned_data,
        )
    except Forbidden:
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return _new(request, form, here, status=409 if refusal.status == 409 else 422)  # noqa: PLR2004
    messages.success(request, _("客人已到,已通知。") if here else _("已登记预约。"))
    return redirect("visit", pk)


@require_safe
@staff_page
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one visitor and what may be done next."""
    return _visit(request, pk, {})


@require_POST
@staff_page
def act(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Let a visitor arrive, record what became of one, or strike one out."""
    if step not in STEPS:
        raise Http404
    kind, action = STEPS[step]
    form = kind(request.POST)
    if form.is_valid():
        try:
            action(by=request.caller, at=request.moment, appointment=pk, **form.cleaned_data)
        except BadInput as refusal:
            form.take_back(refusal)
        except Refused as refusal:
            if refusal.field not in form.fields:
                raise
            form.take_back(refusal)
        else:
            messages.success(request, _("已记录。"))
            return redirect("visit", pk)
    return _visit(request, pk, {step: form}, status=422)


def _new(
    request: StaffRequest, form: VisitorForm, here: bool, *, status: int = 200
) -> HttpResponse:
    return render(request, "visitors/new.html", {"form": form, "here": here}, status=status)


def _visit(
    request: StaffRequest, pk: int, refused: dict[str, DoorForm], *, status: int = 200
) -> HttpResponse:
    view = queries.visit(caller=request.caller, appointment=pk)
    names = {"booked": ["arrive", "decide", "cancel"], "arrived": ["decide"]}.get(
        view.row.state, []
    )
    if not view.may_decide and "decide" in names:
        names.remove("decide")
    forms: dict[str, Any] = {name: refused.get(name) or STEPS[name][0]() for name in names}
    if "arrive" in forms and not refused:
        forms["arrive"] = ArriveForm(initial={"agitated": view.row.agitated})
    if "decide" in forms and view.row.state == "booked":
        forms["decide"].fields["outcome"].choices = [
            one for one in forms["decide"].fields["outcome"].choices if one[0] != "received"
        ]
    return render(
        request,
        "visitors/visit.html",
        {"view": view, "row": view.row, "forms": forms},
        status=status,
    )


def _today(request: StaffRequest) -> date:
    return local_day(request.moment, request.community.zone)


def _day(request: StaffRequest) -> date:
    """Return the day asked for, today when none is."""
    text = request.GET.get("on", "")
    if not text:
        return _today(request)
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(_("日期应写作 2026-03-16。"), field="on") from error
    if not EARLIEST < on < LATEST:
        raise BadInput(_("请填写 2000 年到 2100 年之间的日期。"), field="on")
    return on
