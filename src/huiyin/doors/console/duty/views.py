"""The log of a shift: the one of now, an earlier one, the list, the paper (REC-12, HR-03)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.checklists import queries as checklists
from huiyin.desk import actions, queries
from huiyin.desk.access import DESK, may_sign
from huiyin.desk.queries import DutyView
from huiyin.doors.console.duty.forms import STEPS, DutyForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.access import FOREMEN
from huiyin.staff import queries as staff

FOUR_CHECKS = "four_checks"
MOST_MATTERS = 40
SHORT = 24
LAST_HOUR = timedelta(hours=1)


@require_safe
@staff_page
def duty(request: StaffRequest) -> HttpResponse:
    """Show the shift of now, and what waits of the earlier ones."""
    shift = queries.current_shift(
        caller=request.caller, community=request.community.code, at=request.moment
    )
    return _page(request, shift, {})


@require_POST
@staff_page
def sign_in(request: StaffRequest) -> HttpResponse:
    """Sign in to the shift of now, or to the one that comes next."""
    log = actions.sign_in(
        by=request.caller,
        at=request.moment,
        community=request.community.code,
        coming=request.POST.get("coming") == "1",
    )
    messages.success(request, _("已签到。"))
    return redirect("duty_log", log)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def log(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one log, and do what was sent to it."""
    if request.method != "POST":
        return _page(request, _view(request, pk), {})
    name = request.POST.get("step", "")
    if name not in STEPS:
        raise Http404
    shift = _view(request, pk)
    form = _form(request, shift, name, request.POST)
    if form.is_valid():
        try:
            type(form).action(by=request.caller, at=request.moment, log=pk, **form.cleaned_data)
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已完成:%(verb)s。") % {"verb": STEPS[name].title})
            return redirect("duty_log", pk)
    return _page(request, shift, {name: form}, status=422)


@require_POST
@staff_page
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    """Accept an item that was handed to oneself."""
    actions.accept_item(by=request.caller, at=request.moment, item=pk)
    messages.success(request, _("已接收。"))
    return redirect("duty")


@require_safe
@staff_page
def history(request: StaffRequest) -> HttpResponse:
    """List the logs, the latest shift first; htmx asks for the following rows."""
    cursor = request.GET.get("cursor", "")
    page = queries.duty_logs(
        caller=request.caller,
        community=request.community.code,
        at=request.moment,
        cursor=cursor,
    )
    if cursor and wants_fragment(request):
        return render(request, "duty/_rows.html", {"page": page})
    return render(request, "duty/history.html", {"page": page})


@require_safe
@staff_page
def paper(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the log as the paper that is filed (值班记录表)."""
    drawn = papers.duty_log(
        caller=request.caller,
        log=pk,
        at=request.moment,
        url=codes.site(request) + reverse("duty_log", args=[pk]),
    )
    data = papers.pdf_of(caller=request.caller, paper=drawn, at=request.moment)
    return pdf_answer(drawn.name, data)


def _view(request: StaffRequest, pk: int) -> DutyView:
    return queries.duty_log(caller=request.caller, log=pk, at=request.moment)


def _page(
    request: StaffRequest,
    shift: DutyView | None,
    refused: Mapping[str, DutyForm],
    *,
    status: int = 200,
) -> HttpResponse:
    place: dict[str, Any] = {"caller": request.caller, "community": request.community.code}
    waiting = queries.waiting_logs(**place, at=request.moment)
    context: dict[str, Any] = {
        "shift": shift,
        "mine": queries.items_for(**place),
        "waiting": [row for row in waiting if shift is None or row.id != shift.id],
        "me": request.caller.employee_id,
    }
    if shift is not None:
        context |= _said(shift) | _forms(request, shift, refused)
        now = request.moment
        context["is_now"] = shift.starts_at <= now < shift.ends_at
        is_late = shift.ends_at - now <= LAST_HOUR
        context["is_last_hour"] = context["is_now"] and (is_late or not shift.is_open)
        context["is_coming"] = now < shift.starts_at
    return render(request, "duty/duty.html", context, status=status)


def _said(shift: DutyView) -> dict[str, Any]:
    """Return what the facts of a shift say in words."""
    facts = shift.facts
    return {
        "kinds": [(titles.KINDS[kind], count) for kind, count in facts.received],
        "notes": [one for one in shift.notes if one.about == "shift"],
        "keys": [one for one in shift.notes if one.about == "keys"],
    }


def _forms(
    request: StaffRequest, shift: DutyView, refused: Mapping[str, DutyForm]
) -> dict[str, Any]:
    """Return the forms that the caller may use on the log now, the refused one as typed."""
    offered = _offered(request, shift) if shift.id else []
    forms = {name: refused.get(name) or _form(request, shift, name) for name in offered}
    return {"forms": forms | dict(refused)}


def _offered(request: StaffRequest, shift: DutyView) -> list[str]:
    names = []
    if shift.is_open:
        names = ["note", "item"]
        if not shift.checked:
            names.append("checks")
        here = [one for one in shift.people if one.signed_off_at is None]
        if shift.am_here and len(here) > 1:
            names.append("off")
        may_hand = shift.am_here or may_sign(request.caller, request.community.id)
        if may_hand and shift.starts_at <= request.moment:
            names.append("over")
    if shift.may_take_over:
        names.append("take")
    if shift.may_sign:
        names.append("sign")
    return names


def _form(
    request: StaffRequest, shift: DutyView, name: str, typed: Mapping[str, Any] | None = None
) -> DutyForm:
    """Build a form of the page with the choices it needs."""
    given: dict[str, Any] = {}
    if name == "checks":
        given["checks"] = _checks(request, shift)
    if name == "item":
        given = {"people": _people(request), "matters": _matters(request)}
    return STEPS[name](typed, prefix=name, **given)


def _checks(request: StaffRequest, shift: DutyView) -> list[tuple[str, str]]:
    """Return the items not ticked yet: of the run begun, else of the list as it stands now."""
    if shift.run_id:
        run = checklists.run(caller=request.caller, run_id=shift.run_id, at=request.moment)
        left = [one.item for one in run.items if one.mark is None]
    else:
        found = checklists.template(
            caller=request.caller, community_id=request.community.id, code=FOUR_CHECKS
        )
        left = list(found.items)
    return [(one.key, one.title) for one in left if one.kind == "tick"]


def _people(request: StaffRequest) -> list[tuple[str, str]]:
    found = staff.employees(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    posts = {*DESK, *FOREMEN}
    return [
        (one.code, f"{one.name} · {titles.POSTS[one.posts[0]]}")
        for one in found
        if posts & set(one.posts) and one.id != request.caller.employee_id
    ]


def _matters(request: StaffRequest) -> list[tuple[str, str]]:
    page = matters.list_matters(
        caller=request.caller,
        at=request.moment,
        filters=matters.Filters(community=request.community.code),
        limit=MOST_MATTERS,
        order="due",
    )
    return [
        (one.number, f"{one.number} {one.kind_title} · {one.text[:SHORT]}") for one in page.items
    ]
