"""The service sheet and charge slips: as pages, and as the papers they make (forms.md)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.prices.forms import SHEET_STEPS, SLIP_STEPS, PlaceForm, take
from huiyin.doors.console.prices.views import tabs
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.fieldwork import queries, titles
from huiyin.fieldwork.rows import LineRow
from huiyin.files import queries as files
from huiyin.flows import papers
from huiyin.kernel.money import say_price, say_quantity
from huiyin.matters import queries as matters
from huiyin.matters.queries import MatterView
from huiyin.staff.queries import local_day

SIGNATURE_AGE = 24 * 3600


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a sheet or slip as its page shows it."""

    text: str
    quantity: str
    price: str
    amount: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """Show the service sheet of a matter, and the paper it makes.

    Whoever works on the matter writes down here what came back on paper.
    """
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    items = _items(request, found) if found.verbs else []
    refused: dict[str, PlaceForm] = {}
    if request.method == "POST":
        refused = take(request, SHEET_STEPS, {"number": number}, {"items": items})
        if not refused:
            messages.success(request, _("已记录。"))
            return redirect("matter_sheet", number)
    view = queries.sheet(caller=request.caller, number=number, at=request.moment)
    names = [*(["line", "other"] if view.may_write else []), *(["sign"] if view.may_sign else [])]
    initial = {"items": items, "amount": view.total, "name": view.consent_name}
    context = {
        "matter": found,
        "sheet": view,
        "shown": [_shown(one) for one in view.shown],
        "acts": [(one, titles.ACTS[one.act]) for one in view.acts],
        "lines": [(one.key, _shown(one)) for one in view.lines],
        "lost": refused.get("drop"),
        "steps": [
            (name, refused.get(name) or SHEET_STEPS[name](prefix=name, initial=initial))
            for name in dict.fromkeys([*names, *(name for name in refused if name != "drop")])
        ],
    }
    return render(request, "prices/sheet.html", context, status=422 if refused else 200)


def _items(request: StaffRequest, found: MatterView) -> list[tuple[str, str]]:
    """Return today's price list as choices that carry the price they show."""
    rows = queries.price_list(
        caller=request.caller,
        community_id=found.community_id,
        on=local_day(request.moment, found.zone),
    )
    return [
        (
            f"{one.code} {one.price}",
            _("%(name)s %(price)s 元/%(unit)s")
            % {"name": one.name, "price": say_price(one.price), "unit": one.unit},
        )
        for one in rows
    ]


@require_safe
@staff_page
def sheet_paper(request: StaffRequest, number: str) -> HttpResponse:
    """Send the service sheet on A5, a copy for the owner and one that stays."""
    drawn = papers.service_order(
        caller=request.caller,
        number=number,
        at=request.moment,
        url=codes.site(request) + reverse("matter", args=[number]),
    )
    data = papers.pdf_of(caller=request.caller, paper=drawn, at=request.moment)
    return pdf_answer(drawn.name, data)


@require_safe
@staff_page
def slip_paper(request: StaffRequest, number: str) -> HttpResponse:
    """Send a charge slip on A5, a copy for the owner and one that stays."""
    drawn = papers.slip(
        caller=request.caller,
        number=number,
        at=request.moment,
        url=codes.site(request) + reverse("slip", args=[number]),
    )
    data = papers.pdf_of(caller=request.caller, paper=drawn, at=request.moment)
    return pdf_answer(drawn.name, data)


@require_safe
@staff_page
def signature(request: StaffRequest, number: str, file: int) -> HttpResponse:
    """Send a signature to those who may know who raised the matter, and to nobody else."""
    file_id = queries.signature_file(caller=request.caller, number=number, file_id=file)
    data, media_type = files.read(file_id)
    response = HttpResponse(data, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={SIGNATURE_AGE}"
    return response


@require_safe
@staff_page
def slips(request: StaffRequest) -> HttpResponse:
    """Show the charge slips, newest first."""
    page = queries.slips(
        caller=request.caller,
        community_id=request.community.id,
        cursor=request.GET.get("cursor", ""),
    )
    context = {"rows": page.items, "next": page.next, **tabs(request, "slips")}
    if not request.GET.get("cursor"):
        context["unsigned"] = queries.unsigned(
            caller=request.caller, community_id=request.community.id
        )
    template = "prices/_slips.html" if wants_fragment(request) else "prices/slips.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def slip(request: StaffRequest, number: str) -> HttpResponse:
    """Show one slip as it was signed; two people void it."""
    refused: dict[str, PlaceForm] = {}
    if request.method == "POST":
        refused = take(request, SLIP_STEPS, {"number": number}, {})
        if not refused:
            messages.success(request, _("已记录。"))
            return redirect("slip", number)
    view = queries.slip(caller=request.caller, number=number)
    names = [*(["ask"] if view.may_ask_void else []), *(["void", "keep"] if view.may_void else [])]
    context: dict[str, Any] = {
        "slip": view,
        "lines": [
            ShownLine(
                one["text"],
                say_quantity(Decimal(one["quantity"]), one["unit"]),
                say_price(Decimal(one["price"])),
                one["amount"],
            )
            for one in view.lines
        ],
        "steps": [(name, refused.get(name) or SLIP_STEPS[name](prefix=name)) for name in names],
    }
    return render(request, "prices/slip.html", context, status=422 if refused else 200)


def _shown(one: LineRow) -> ShownLine:
    return ShownLine(
        one.text, say_quantity(one.quantity, one.unit), say_price(one.price), str(one.amount)
    )
