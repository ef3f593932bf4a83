"""The pages of signed slips: the list, a new one, one; and what is collected for utilities."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.billing.access import BILLERS, admit_to_bill, admit_to_slips
from huiyin.billing.actions import agency as agency_actions
from huiyin.billing.actions import slips as actions
from huiyin.billing.queries import slips as queries
from huiyin.billing.queries.slips import HandOverRow, SlipRow
from huiyin.doors.console.charge_slips.forms import (
    HAND_OVER_STATES,
    STATES,
    STEPS,
    DropForm,
    FilterForm,
    HandOverForm,
    LineForms,
    SlipForm,
)
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import StepForm, offered, take_step
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.parts.scans import scan_answer, with_scan
from huiyin.flows import papers
from huiyin.flows.slipping import SOURCE
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.staff.queries import local_day

TONES = {"waiting": "", "asked": "is-soon", "billed": "is-kept", "void": "is-late"}
ICONS = {"waiting": "clock", "asked": "clock", "billed": "check", "void": "x"}
HAND_OVER_TONES = {"entered": "is-soon", "confirmed": "is-kept", "dropped": ""}


@require_safe
@staff_page
def slips(request: StaffRequest) -> HttpResponse:
    """Show the signed slips, newest first, of one state or all."""
    place, state = request.community, request.GET.get("state", "")
    page = queries.slips(
        caller=request.caller,
        community_id=place.id,
        state=state,
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "rows": [_row(one) for one in page.items],
        "next": page.next,
        "state": state,
        "tab": "slips",
        "form": FilterForm(initial={"state": state}),
        "may": queries.may_write_slips(request.caller, place.id),
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return render(request, "charge_slips/_rows.html", context)
    return show(request, "charge_slips/slips.html", "charge_slips/_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Take down a signed slip."""
    place = request.community
    admit_to_slips(request.caller, place.id)
    items = queries.slip_items(caller=request.caller, community_id=place.id)
    choices = [(code, name) for code, name, _unit in items]
    if request.method == "POST":
        sent, wrong = with_scan(request)
        form, lines = SlipForm(sent, items=choices), LineForms(sent, prefix="line")
        if wrong:
            form.add_error("scan", wrong)
        if form.is_valid() and lines.is_valid() and (number := _written(request, form, lines)):
            messages.success(request, _("单据已登记,下次计费时计入账单。"))
            return redirect("charge_slip", number)
    else:
        today = local_day(request.moment, place.zone)
        form = SlipForm(initial={"key": uuid4(), "done_on": today}, items=choices)
        lines = LineForms(prefix="line")
    context = {"form": form, "lines": lines, "items": items}
    status = 422 if form.is_bound else 200
    return render(request, "charge_slips/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def slip(request: StaffRequest, number: str) -> HttpResponse:
    """Show one slip as it was signed; two people void it."""
    refused: dict[str, StepForm] = {}
    if request.method == "POST":
        refused = take_step(request, STEPS, number)
        if not refused:
            return redirect("charge_slip", number)
    view = queries.slip(caller=request.caller, number=number)
    names = [*(["ask"] if view.may_ask_void else []), *(["void", "keep"] if view.may_void else [])]
    source = view.row.source
    context = {
        "slip": view,
        "row": _row(view.row),
        "paper": source.removeprefix(SOURCE) if source.startswith(SOURCE) else "",
        "steps": offered(STEPS, names, refused),
    }
    return render(request, "charge_slips/slip.html", context, status=422 if refused else 200)


@require_safe
@staff_page
def slip_paper(request: StaffRequest, number: str) -> HttpResponse:
    """Send a slip on A5, a copy for the owner and one that stays."""
    drawn = papers.charge_slip(
        caller=request.caller,
        number=number,
        at=request.moment,
        url=codes.site(request) + reverse("charge_slip", args=[number]),
    )
    data = papers.pdf_of(caller=request.caller, paper=drawn, at=request.moment)
    return pdf_answer(drawn.name, data)


@require_safe
@staff_page
def slip_scan(request: StaffRequest, number: str) -> HttpResponse:
    """Send the scan of a slip; a signature of another room is shown by that room alone."""
    view = queries.slip(caller=request.caller, number=number)
    if view.scan_id is None or view.row.source:
        raise NotFound(_("这张单据没有扫描件。"))
    return scan_answer(number, view.scan_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def agency(request: StaffRequest) -> HttpResponse:
    """Show what was collected for each utility and handed over; take down another payment."""
    place = request.community
    rows = queries.agency(caller=request.caller, community_id=place.id)
    choices = [(one.code, one.name) for one in rows]
    form = HandOverForm(initial={"key": uuid4()}, items=choices)
    if request.method == "POST":
        admit_to_bill(request.caller, place.id)
        sent, wrong = with_scan(request)
        form = HandOverForm(sent, items=choices)
        if wrong:
            form.add_error("scan", wrong)
        if form.is_valid() and form.tries(
            lambda: agency_actions.enter_hand_over(
                by=request.caller,
                at=request.moment,
                community_id=place.id,
                **form.cleaned_data,
            )
        ):
            messages.success(request, _("已登记,等另一位同事确认后入账。"))
            return redirect("agency")
    page = queries.hand_overs(
        caller=request.caller, community_id=place.id, cursor=request.GET.get("cursor", "")
    )
    context = {
        "rows": rows,
        "paid": [_paid(one) for one in page.items],
        "next": page.next,
        "form": form,
        "tab": "agency",
        "may": request.caller.holds(place.id, *BILLERS),
    }
    if wants_fragment(request):
        return render(request, "charge_slips/_paid.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "charge_slips/agency.html", context, status=status)


@require_http_methods(["POST"])
@staff_page
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm what another person paid, or drop what nobody confirmed."""
    given: dict[str, Any] = {"by": request.caller, "at": request.moment, "hand_over_id": pk}
    step = request.POST.get("step", "")
    if step not in ("confirm", "drop"):
        raise Http404
    drop = DropForm(request.POST)
    try:
        if step == "confirm":
            agency_actions.confirm_hand_over(**given)
        elif drop.is_valid():
            agency_actions.drop_hand_over(**given, **drop.cleaned_data)
        else:
            messages.error(request, _("请写明撤销的原因。"))
            return redirect("agency")
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("已确认,账簿已记。") if step == "confirm" else _("已撤销。")
        messages.success(request, done)
    return redirect("agency")


@require_safe
@staff_page
def hand_over_scan(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the scan of a payment to a utility."""
    file_id = queries.hand_over_scan(caller=request.caller, hand_over_id=pk)
    return scan_answer(str(pk), file_id)


def _written(request: StaffRequest, form: SlipForm, lines: Any) -> str:
    """Write the slip; "" when it was refused, and the form says why."""
    made: list[str] = []
    filled = [
        one.cleaned_data
        for one in lines
        if any(str(value or "").strip() for value in one.cleaned_data.values())
    ]

    def write() -> None:
        made.append(
            actions.write_slip(
                by=request.caller,
                at=request.moment,
                community_id=request.community.id,
                lines=filled,
                **form.cleaned_data,
            )
        )

    try:
        form.tries(write)
    except NotFound as missing:  # a house that is not there is a slip of the pen
        if missing.field not in ("house", "item"):
            raise
        form.take_back(missing)
    return made[0] if made else ""


def _row(one: SlipRow) -> dict[str, Any]:
    return {
        "row": one,
        "state": STATES[one.state],
        "tone": TONES[one.state],
        "icon": ICONS[one.state],
    }


def _paid(one: HandOverRow) -> dict[str, Any]:
    return {"row": one, "state": HAND_OVER_STATES[one.state], "tone": HAND_OVER_TONES[one.state]}
