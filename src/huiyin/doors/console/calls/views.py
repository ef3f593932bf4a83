"""The calls: a list, the card of the one that rings, and where everybody sits (REC-01, REC-02)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.desk import actions, queries
from huiyin.desk.access import admit_to_calls, may_keep_key
from huiyin.desk.queries import CallCard
from huiyin.doors.console.calls.forms import SeatForm, WrittenCallForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.rows import rows
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput
from huiyin.matters import queries as matters
from huiyin.staff.queries import local_day

EXTENSION = "extension"  # the session's key for the telephone one sits at, as the pages ask it
MOST_MATTERS = 5
PAGE = 30
STOP_POLLING = 286  # htmx's own status


@require_safe
@staff_page
def calls(request: StaffRequest) -> HttpResponse:
    """List the calls, newest first; htmx asks for the following rows."""
    cursor, outcome = request.GET.get("cursor", ""), request.GET.get("outcome", "")
    page = queries.calls(
        caller=request.caller,
        community=request.community.code,
        outcome=outcome,
        cursor=cursor,
        limit=PAGE,
    )
    context = {"page": page, "outcome": outcome}
    if cursor and wants_fragment(request):
        return render(request, "calls/_rows.html", context)
    note_extension(request)
    return render(request, "calls/calls.html", context | _around(request))


@require_POST
@staff_page
def seat(request: StaffRequest) -> HttpResponse:
    """Sit down at a telephone, or get up from it."""
    place: dict[str, Any] = {
        "by": request.caller,
        "at": request.moment,
        "community": request.community.code,
    }
    if "leave" in request.POST:
        actions.leave_extension(**place)
        request.session.pop(EXTENSION, None)
        return redirect("calls")
    form = SeatForm(request.POST)
    if form.is_valid():
        try:
            actions.take_extension(**place, **form.cleaned_data)
        except BadInput as refusal:
            form.take_back(refusal)
        else:
            request.session[EXTENSION] = form.cleaned_data["number"]
            told = _("您坐在 %(number)s 分机,来电时每一页都会弹出来电卡。")
            messages.success(request, told % form.cleaned_data)
            return redirect("calls")
    return _refused(request, {"seat_form": form})


@require_POST
@staff_page
def write(request: StaffRequest) -> HttpResponse:
    """Write down a call by hand."""
    form = WrittenCallForm(request.POST)
    if form.is_valid():
        call = {**form.cleaned_data, "answered": form.cleaned_data["answered"] == "yes"}
        try:
            row = actions.write_down_call(
                by=request.caller, at=request.moment, community=request.community.code, **call
            )
        except BadInput as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已登记这个来电。"))
            return redirect("call", row.id)
    return _refused(request, {"write_form": form})


@require_POST
@staff_page
def key(request: StaffRequest) -> HttpResponse:
    """Give the exchange a new key and show it, this once."""
    secret = actions.make_key(
        by=request.caller,
        at=request.moment,
        community=request.community.code,
        keep_former=request.POST.get("leaked") != "on",
    )
    return _page(request, {"secret": secret})


@require_safe
@staff_page
def ringing(request: StaffRequest) -> HttpResponse:
    """Answer what rings on the caller's telephone: 204 when the screen shows it already."""
    now = queries.ringing(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    if now is None:  # somebody else sat down there
        request.session.pop(EXTENSION, None)
        return HttpResponse(status=STOP_POLLING)
    if request.GET.get("seen") == now.stamp:
        return HttpResponse(status=204)
    context: dict[str, Any] = {"seen": now.stamp}
    if now.id:
        context |= _card(request, now.id)
    return render(request, "calls/_ring.html", context)


@require_safe
@staff_page
def call(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one call with the households it may come from."""
    return render(request, "calls/call.html", _card(request, pk))


@require_POST
@staff_page
def away(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the card off the screen."""
    actions.put_call_away(by=request.caller, at=request.moment, call=pk)
    if request.htmx:
        return render(request, "calls/_ring.html", {"seen": "0."})
    return redirect("calls")


@require_POST
@staff_page
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the whole number, which is recorded."""
    number = actions.reveal_number(by=request.caller, at=request.moment, call=pk)
    if wants_fragment(request):
        return render(request, "calls/_number.html", {"number": number})
    return render(request, "calls/call.html", _card(request, pk) | {"number": number})


@require_POST
@staff_page
def raise_matter(request: StaffRequest, pk: int) -> HttpResponse:
    """Go to the desk's form with who calls filled in: the household somebody chose, or none.

    The number goes along for those who may read it, which is recorded.
    """
    card = queries.card_of(caller=request.caller, call=pk, at=request.moment)
    chosen = request.POST.get("house", "")
    household = next((one for one in card.households if one.house == chosen), None)
    who = {"call": str(pk)}
    if household is not None:
        who |= {"house": household.house, "caller": household.caller}
    if card.call.number and card.may_reveal:
        who["phone"] = actions.reveal_number(by=request.caller, at=request.moment, call=pk)
    return redirect(f"{reverse('desk')}?{urlencode(who)}")


def note_extension(request: StaffRequest) -> None:
    """Let the pages of this session ask what rings, if the person sits at a telephone."""
    number = queries.my_extension(caller=request.caller, community_id=request.community.id)
    if number != request.session.get(EXTENSION, ""):
        request.session[EXTENSION] = number


def _refused(request: StaffRequest, context: dict[str, Any]) -> HttpResponse:
    return _page(request, context, status=422)


def _page(request: StaffRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    admit_to_calls(request.caller, request.community.id)
    page = queries.calls(caller=request.caller, community=request.community.code, limit=PAGE)
    context = _around(request) | {"page": page, "outcome": ""} | context
    return show(request, "calls/calls.html", "calls/calls.html", context, status=status)


def _around(request: StaffRequest) -> dict[str, Any]:
    """Return what stands beside the list: telephones, forms, the exchange's key."""
    place: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id}
    seats = queries.extensions(**place)
    mine = next((one for one in seats if one.employee_id == request.caller.employee_id), None)
    return {
        "seats": seats,
        "mine": mine,
        "seat_form": SeatForm(),
        "write_form": WrittenCallForm(initial={"moment": request.moment}),
        "keeps_key": may_keep_key(request.caller, request.community.id),
        "key_since": queries.exchange_since(**place),
        "outcomes": _outcomes(),
        "today": local_day(request.moment, request.community.zone),
    }


def _outcomes() -> list[tuple[str, str]]:
    return [
        ("", _("全部")),
        ("answered", _("已接听")),
        ("abandoned", _("未接")),
        ("open", _("未接待回电")),
    ]


def _card(request: StaffRequest, pk: int) -> dict[str, Any]:
    card = queries.card_of(caller=request.caller, call=pk, at=request.moment)
    return {"card": card, "call": card.call, "rows": _history(request, card)}


def _history(request: StaffRequest, card: CallCard) -> str:
    """Return the latest matters of the one household, open or settled."""
    if card.only is None:
        return ""
    page = matters.list_matters(
        caller=request.caller,
        at=request.moment,
        filters=matters.Filters(community=request.community.code, house=card.only.house),
        limit=MOST_MATTERS,
    )
    return rows(page.items, request.moment)
