"""Papers of the field: the service sheet, also blank, and charge slips (forms.md)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.prices.forms import SHEET_STEPS, SLIP_STEPS, PlaceForm, take
from huiyin.doors.console.prices.views import tabs
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.fieldwork import queries, titles
from huiyin.fieldwork.rows import LineRow, SheetView
from huiyin.fieldwork.rules import say_price, total_of
from huiyin.files import queries as files
from huiyin.matters import queries as matters
from huiyin.matters import titles as matter_titles
from huiyin.matters.queries import EventView, MatterView
from huiyin.matters.titles import POSTS
from huiyin.staff.queries import local_day

COPIES = 2  # one stays here, one goes to the owner
ROWS = 4  # empty lines of a blank sheet
SIGNATURE_AGE = 24 * 3600


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line as a paper prints it."""

    text: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class Order:
    """The blanks of a service sheet (服务工作单), filled in as far as it is known."""

    number: str = ""
    received_at: datetime | None = None
    received_by: str = ""
    channel: str = ""
    house: str = ""
    caller: str = ""
    phone: str = ""
    kind: str = ""
    text: str = ""
    appointed_at: datetime | None = None
    sent_to: str = ""
    accepted_by: str = ""
    arrived_at: datetime | None = None
    cause: str = ""
    result: str = ""
    materials: tuple[PaperLine, ...] = ()
    labour: str = ""
    total: str = ""
    capitals: str = ""
    finished_at: datetime | None = None
    signed_name: str = ""
    signed_at: datetime | None = None
    signature: int | None = None
    done_by: str = ""
    visited_at: datetime | None = None
    satisfaction: str = ""
    visited_by: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """Show the service sheet of a matter, two copies to be printed on A5.

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
        "order": _order(found, view),
        "copies": _copies(),
        "empty": range(ROWS),
        "acts": [(one, titles.ACTS[one.act]) for one in view.acts],
        "lines": [(one.key, _paper_line(one)) for one in view.lines],
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
def blank_sheet(request: StaffRequest) -> HttpResponse:
    """Show an empty service sheet, for work without a phone."""
    context = {"order": Order(), "copies": _copies(), "empty": range(ROWS)}
    return render(request, "prices/blank.html", context)


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
            PaperLine(
                one["text"],
                f"{one['quantity']} {one['unit']}".strip(),
                say_price(Decimal(one["price"])),
                one["amount"],
            )
            for one in view.lines
        ],
        "copies": _copies(),
        "steps": [(name, refused.get(name) or SLIP_STEPS[name](prefix=name)) for name in names],
    }
    return render(request, "prices/slip.html", context, status=422 if refused else 200)


def _copies() -> list[str]:
    return [_("存根联"), _("业主联")][:COPIES]


def _order(found: MatterView, view: SheetView) -> Order:
    """Fill in the paper from the matter, its events and its sheet."""
    last = _last_events(found)
    appointed = last.get("promised")
    until = appointed.data.get("until") if appointed else None
    materials = [one for one in view.shown if one.kind == "material"]
    others = [one for one in view.shown if one.kind != "material"]
    return Order(
        number=found.number,
        received_at=found.received_at,
        received_by=_by(last.get("received")),
        channel=found.channel_title,
        house=" ".join(one for one in (found.house, found.place) if one),
        caller=found.caller_name,
        phone=found.caller_phone,
        kind=found.kind_title,
        text=found.text,
        appointed_at=datetime.fromisoformat(until) if until else None,
        sent_to=str(POSTS.get(found.owner.post, "")),
        accepted_by=_by(last.get("accepted")),
        arrived_at=_at(last.get("arrived")),
        cause=view.cause or _cause(last.get("finished")),
        result=found.result,
        materials=tuple(_paper_line(one) for one in materials),
        labour=str(total_of(one.amount for one in others)) if others else "",
        total=str(view.shown_total) if view.is_open else "",
        capitals=view.capitals if view.is_open else "",
        finished_at=found.finished_at,
        signed_name=view.signed_name if view.is_signed else "",
        signed_at=view.signed_at if view.is_signed else None,
        signature=view.signature if view.is_signed else None,
        done_by=_by(last.get("finished")) or _by(last.get("accepted")),
        visited_at=_at(last.get("visited_back")),
        satisfaction=str(found.satisfaction) if found.satisfaction else "",
        visited_by=_by(last.get("visited_back")),
    )


def _last_events(found: MatterView) -> dict[str, EventView]:
    return {one.kind: one for one in found.events}


def _by(event: EventView | None) -> str:
    return event.by_name if event else ""


def _at(event: EventView | None) -> datetime | None:
    return event.at if event else None


def _cause(event: EventView | None) -> str:
    code = event.data.get("cause") if event else None
    return str(matter_titles.CAUSES.get(code, "")) if code else ""


def _paper_line(one: LineRow) -> PaperLine:
    return PaperLine(
        one.text, f"{one.quantity} {one.unit}".strip(), say_price(one.price), str(one.amount)
    )
