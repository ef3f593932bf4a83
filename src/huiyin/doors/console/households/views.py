"""The account of a household: found by the one box, read, its bills and a statement of any days."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from huiyin.billing.access import admit_to_read
from huiyin.billing.queries import accounts, sheets, statements
from huiyin.billing.queries.accounts import Account
from huiyin.billing.queries.sheets import BillSheet, SheetLine
from huiyin.billing.saying import working
from huiyin.doors.console.hits import ICONS, MOST_HITS, Found
from huiyin.doors.console.households.forms import DaysForm
from huiyin.doors.console.households.rows import bill_rows, offset_rows, open_rows
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.staff.queries import local_day

BILLS = 12


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a bill with the sentences that say how it was computed."""

    line: SheetLine
    steps: tuple[str, ...]


@require_safe
@staff_page
def find(request: StaffRequest) -> HttpResponse:
    """Show the one box; a house number that fits exactly leads to its account at once."""
    admit_to_read(request.caller, request.community.id)
    text = request.GET.get("find", "").strip()
    if text and not wants_fragment(request):
        with suppress(NotFound):
            house = accounts.house_of(
                caller=request.caller, community=request.community.code, house=text
            )
            return redirect("account", house.code)
    found = [
        Found(reverse("account", args=[hit.house_code]), ICONS[hit.kind], hit.title, hit.subtitle)
        for hit in estate.find(
            caller=request.caller,
            community_id=request.community.id,
            text=text,
            on=_today(request),
            limit=MOST_HITS,
        )
    ]
    context = {"found": found, "asked": text}
    page = "households/_hits.html" if wants_fragment(request) else "households/find.html"
    return render(request, page, context)


@require_safe
@staff_page
def account(request: StaffRequest, code: str) -> HttpResponse:
    """Show the account of a household; htmx asks for the next of its bills."""
    if request.GET.get("cursor"):
        page = accounts.bills(
            caller=request.caller,
            community=request.community.code,
            house=code,
            cursor=request.GET["cursor"],
            limit=BILLS,
        )
        context = {"code": code, "bills": bill_rows(page.items), "next": page.next}
        part = "households/_bills.html" if wants_fragment(request) else "households/bills.html"
        return render(request, part, context)
    found = accounts.account(
        caller=request.caller,
        community=request.community.code,
        house=code,
        on=_today(request),
    )
    if found.house != code:
        return redirect("account", found.house)
    return render(request, "households/account.html", _account(found))


@require_safe
@staff_page
def statement(request: StaffRequest, code: str) -> HttpResponse:
    """Show the account of a household over any days, this year's by default."""
    today = _today(request)
    typed = "first" in request.GET or "last" in request.GET
    asked = request.GET if typed else {"first": date(today.year, 1, 1), "last": today}
    form = DaysForm(asked)
    context: dict[str, Any] = {"code": code, "form": form}
    if form.is_valid():
        try:
            context["found"] = statements.statement(
                caller=request.caller,
                community=request.community.code,
                house=code,
                **form.half_open,
            )
        except BadInput as refusal:
            form.add_error("first", str(refusal))
    if "found" not in context:
        accounts.house_of(caller=request.caller, community=request.community.code, house=code)
    status = 200 if "found" in context else 422
    return render(request, "households/statement.html", context, status=status)


@require_safe
@staff_page
def bill(request: StaffRequest, number: str) -> HttpResponse:
    """Show one bill, and for each line how it was computed."""
    sheet = sheets.bill_sheet(caller=request.caller, number=number)
    context = {
        "sheet": sheet,
        "lines": [ShownLine(one, working(one.working)) for one in sheet.lines],
        "state": _state(sheet),
    }
    return render(request, "households/bill.html", context)


def _state(sheet: BillSheet) -> str:
    if sheet.is_reversed:
        return "reversed"
    if not sheet.open:
        return "settled"
    return "open" if sheet.open == sheet.amount else "partly"


def _account(found: Account) -> dict[str, Any]:
    return {
        "found": found,
        "kind": estate.kind_title(found.kind),
        "payers": [(one, estate.role_title(one.role)) for one in found.payers],
        "code": found.house,
        "open": open_rows(found.open_items),
        "bills": bill_rows(found.bills.items),
        "next": found.bills.next,
        "offsets": offset_rows(found.offsets),
    }


def _today(request: StaffRequest) -> date:
    return local_day(request.moment, request.community.zone)
