"""Billing runs on the desk: begun, drafted, looked at, confirmed, let out, taken back (BIL-06)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.billing import snags as exceptions
from huiyin.billing.access import BILLERS
from huiyin.billing.actions import reversing, runs
from huiyin.billing.queries import accounts, due
from huiyin.billing.queries import runs as queries
from huiyin.billing.queries.runs import RunView, SnagRow
from huiyin.billing.saying import working
from huiyin.doors.console.billing.forms import BeginForm, DropForm, ReversalForm, SureForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.kernel.paging import BadCursor
from huiyin.staff.queries import local_day

CONFLICT, REFUSED = 409, 422
STEPS: dict[str, tuple[type[DoorForm], Callable[..., object]]] = {
    "redraft": (SureForm, runs.redraft),
    "drop": (DropForm, runs.drop_run),
    "confirm": (SureForm, runs.confirm_run),
    "post": (SureForm, runs.post_run),
    "ask_reversal": (ReversalForm, reversing.ask_reversal),
    "agree_reversal": (SureForm, reversing.agree_reversal),
    "withdraw_reversal": (SureForm, reversing.withdraw_reversal),
}
PLACES = {
    exceptions.ROSTER: "roster",
    exceptions.CHARGES: "charges",
    exceptions.METERS: "meters",
    exceptions.HELD: "meters_held",
}


@require_safe
@staff_page
def billing(request: StaffRequest) -> HttpResponse:
    """List the groups that are to be billed next, and the runs, newest period first."""
    return _list(request)


@require_POST
@staff_page
def begin(request: StaffRequest) -> HttpResponse:
    """Begin to bill a group for a period; what was begun already is opened."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=REFUSED)
    given = form.cleaned_data
    try:
        run_id = runs.begin_run(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            group_code=given["group"],
            period=given["period"],
            kind=given["kind"],
            key=given["key"],
        )
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return _list(request, form, status=refusal.status)
    return redirect("billing_run", run_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def run(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a run and what may be done with it; do one step."""
    if request.method != "POST":
        return _run(request, pk)
    step = request.POST.get("step", "")
    if step not in STEPS:
        raise Http404
    kind, action = STEPS[step]
    form = kind(request.POST, prefix=step)
    if not form.is_valid():
        return _run(request, pk, {step: form}, status=REFUSED)
    try:
        action(by=request.caller, at=request.moment, run_id=pk, **form.cleaned_data)
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return _run(request, pk, {step: form}, status=refusal.status)
    messages.success(request, _done(step))
    return redirect("billing_run", pk)


@require_safe
@staff_page
def live(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell how far a run is; the page is drawn anew once it is done."""
    view = queries.run(caller=request.caller, run_id=pk, at=request.moment)
    response = render(request, "billing/_live.html", {"view": view, "row": view.row})
    if not view.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@staff_page
def snags(request: StaffRequest, pk: int) -> HttpResponse:
    """List the exceptions of a run, of one kind if asked, those that hold houses back first."""
    code, cursor = request.GET.get("code", ""), request.GET.get("cursor", "")
    try:
        page = queries.snags(caller=request.caller, run_id=pk, cursor=cursor, code=code)
    except BadCursor as error:
        raise _bad_cursor() from error
    context: dict[str, Any] = {
        "pk": pk,
        "code": code,
        "rows": [_snag(pk, one) for one in page.items],
        "next": urlencode({"code": code, "cursor": page.next}) if page.next else "",
    }
    if cursor and wants_fragment(request):
        return render(request, "billing/_snags.html", context)
    view = queries.run(caller=request.caller, run_id=pk, at=request.moment)
    context |= {"view": view, "row": view.row, "counts": _counts(view)}
    return render(request, "billing/snags.html", context)


@require_safe
@staff_page
def lines(request: StaffRequest, pk: int) -> HttpResponse:
    """List what a run would bill, of one house if asked, and how each line was computed."""
    cursor, code = request.GET.get("cursor", ""), request.GET.get("house", "").strip()
    view = queries.run(caller=request.caller, run_id=pk, at=request.moment)
    house_id, missing = None, ""
    if code:
        try:
            house_id = accounts.house_of(
                caller=request.caller, community=request.community.code, house=code
            ).pk
        except NotFound as refusal:
            missing = str(refusal)
    try:
        page = queries.draft_lines(
            caller=request.caller, run_id=pk, house_id=-1 if missing else house_id, cursor=cursor
        )
    except BadCursor as error:
        raise _bad_cursor() from error
    context = {
        "pk": pk,
        "view": view,
        "row": view.row,
        "house": code,
        "missing": missing,
        "rows": [(one, working(one.working)) for one in page.items],
        "next": urlencode({"house": code, "cursor": page.next}) if page.next else "",
    }
    if cursor and wants_fragment(request):
        return render(request, "billing/_lines.html", context)
    return render(request, "billing/lines.html", context)


def _list(
    request: StaffRequest, refused: BeginForm | None = None, *, status: int = 200
) -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    place: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id}
    try:
        page = queries.runs(**place, cursor=cursor)
    except BadCursor as error:
        raise _bad_cursor() from error
    context: dict[str, Any] = {"page": page}
    if cursor and wants_fragment(request):
        return render(request, "billing/_runs.html", context)
    on = local_day(request.moment, request.community.zone)
    wrong = refused["group"].value() if refused else None
    context |= {
        "groups": [
            (one, refused if refused and one.code == wrong else _begin_form(one))
            for one in due.due_groups(**place, on=on)
        ],
        "refused": refused,
        "may_bill": request.caller.holds(request.community.id, *BILLERS),
    }
    return render(request, "billing/billing.html", context, status=status)


def _begin_form(one: due.DueGroup) -> BeginForm:
    initial = {"group": one.code, "period": one.period, "kind": "regular"}
    return BeginForm(initial=initial, auto_id=f"id_{one.code}_%s")


def _run(
    request: StaffRequest, pk: int, refused: dict[str, DoorForm] | None = None, *, status: int = 200
) -> HttpResponse:
    view = queries.run(caller=request.caller, run_id=pk, at=request.moment)
    refused = refused or {}
    forms = {
        name: refused.get(name) or STEPS[name][0](prefix=name) for name in {*view.may, *refused}
    }
    context = {
        "view": view,
        "row": view.row,
        "forms": forms,
        "may": view.may,
        "counts": _counts(view),
        "refusals": [error for form in refused.values() for error in form.non_field_errors()],
        "total": sum(one.amount for one in view.totals),
        "last_total": sum(one.last_amount for one in view.totals),
    }
    return render(request, "billing/run.html", context, status=status)


def _counts(view: RunView) -> list[tuple[str, str, bool, int]]:
    return [(one.code, exceptions.title(one.code), one.blocking, one.houses) for one in view.snags]


def _snag(run_id: int, one: SnagRow) -> tuple[SnagRow, exceptions.Said, str]:
    """Put an exception beside its words and the address where it is put right."""
    said = exceptions.say(one.code, one.values)
    query = urlencode({"house": one.house})
    if said.where == exceptions.LINES:
        return one, said, f"{reverse('billing_lines', args=[run_id])}?{query}"
    return one, said, reverse(PLACES[said.where]) if said.where in PLACES else ""


def _done(step: str) -> str:
    return {
        "redraft": _("已按现在的资料重新起草。"),
        "drop": _("草稿已作废,没有人收到账单。"),
        "confirm": _("已复核。"),
        "post": _("已开始入账。"),
        "ask_reversal": _("已申请冲销,等另一位同事同意。"),
        "agree_reversal": _("已开始整批冲销。"),
        "withdraw_reversal": _("已撤回冲销申请。"),
    }[step]


def _bad_cursor() -> BadInput:
    return BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor")
