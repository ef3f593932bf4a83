"""Pages of the price list and the store (WO-08, WO-09)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.prices.forms import (
    PRICE_STEPS,
    STOCK_STEPS,
    AddPrice,
    PlaceForm,
    Steps,
    take,
)
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.fieldwork import queries, titles
from huiyin.fieldwork.access import (
    PRICE_MAKERS,
    SLIP_READERS,
    STORE_KEEPERS,
    admit_to_prices,
    admit_to_store,
)
from huiyin.fieldwork.rows import PriceRow
from huiyin.kernel.money import say_price
from huiyin.staff.queries import local_day


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def prices(request: StaffRequest) -> HttpResponse:
    """Show the price list of today and what is planned; those who lead may add to it."""
    place = request.community
    today = local_day(request.moment, place.zone)
    refused: dict[str, PlaceForm] = {}
    if request.method == "POST":
        admit_to_prices(request.caller, place.id)
        refused = take(request, {"add": AddPrice}, {"community_id": place.id}, {})
        if not refused:
            messages.success(request, _("已加入价目表。"))
            return redirect("prices")
    rows = queries.price_board(caller=request.caller, community_id=place.id, on=today)
    groups = [
        (title, [_price(one) for one in rows if one.kind == kind])
        for kind, title in titles.KINDS.items()
    ]
    may = request.caller.holds(place.id, *PRICE_MAKERS)
    context = {
        "groups": [(title, found) for title, found in groups if found],
        "form": refused.get("add") or (AddPrice(prefix="add", initial={"from_on": today})),
        "is_open": bool(refused),
        "may_change": may,
        **tabs(request, "prices"),
    }
    return render(request, "prices/prices.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def price(request: StaffRequest, code: str) -> HttpResponse:
    """Show an item's prices through time, and let those who lead change or retire it."""
    place = request.community
    today = local_day(request.moment, place.zone)
    history = queries.price_history(
        caller=request.caller, community_id=place.id, code=code, on=today
    )
    initial = {"from_on": today, "until_on": today, "price": say_price(history[0].price)}
    refused: dict[str, PlaceForm] = {}
    if request.method == "POST":
        admit_to_prices(request.caller, place.id)
        given = {"community_id": place.id, "code": code}
        refused = take(request, PRICE_STEPS, given, initial)
        if not refused:
            messages.success(request, _("已修改,旧价格留在历史里。"))
            return redirect("price", code)
    may = request.caller.holds(place.id, *PRICE_MAKERS)
    context = {
        "item": history[0],
        "kind": titles.KINDS[history[0].kind],
        "history": [_price(one) for one in history],
        "steps": _offered(PRICE_STEPS, refused, initial) if may else [],
    }
    return render(request, "prices/price.html", context, status=422 if refused else 200)


@require_safe
@staff_page
def stock(request: StaffRequest) -> HttpResponse:
    """Show every material and what lies in the store."""
    rows = queries.stock(caller=request.caller, community_id=request.community.id)
    return render(request, "prices/stock.html", {"rows": rows, **tabs(request, "stock")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def stock_item(request: StaffRequest, code: str) -> HttpResponse:
    """Show the moves of a material; those who keep the store receive and count."""
    place = request.community
    refused: dict[str, PlaceForm] = {}
    if request.method == "POST":
        admit_to_store(request.caller, place.id)
        given = {"community_id": place.id, "code": code}
        refused = take(request, STOCK_STEPS, given, {})
        if not refused:
            messages.success(request, _("已记入库存。"))
            return redirect("stock_item", code)
    today = local_day(request.moment, place.zone)
    history = queries.price_history(
        caller=request.caller, community_id=place.id, code=code, on=today
    )
    page = queries.moves(
        caller=request.caller,
        community_id=place.id,
        code=code,
        cursor=request.GET.get("cursor", ""),
    )
    rows = queries.stock(caller=request.caller, community_id=place.id)
    may = request.caller.holds(place.id, *STORE_KEEPERS)
    context: dict[str, Any] = {
        "item": history[0],
        "row": next((one for one in rows if one.code == code), None),
        "moves": [(one, titles.MOVES[one.kind]) for one in page.items],
        "next": page.next,
        "steps": _offered(STOCK_STEPS, refused, {}) if may else [],
    }
    if wants_fragment(request):
        return render(request, "prices/_moves.html", context)
    return render(request, "prices/stock_item.html", context, status=422 if refused else 200)


def tabs(request: StaffRequest, tab: str) -> dict[str, Any]:
    """Return what the tabs above these pages need to know."""
    return {
        "tab": tab,
        "sees_slips": request.caller.holds(request.community.id, *SLIP_READERS),
    }


def _offered(
    steps: Steps, refused: dict[str, PlaceForm], initial: dict[str, Any]
) -> list[tuple[str, PlaceForm]]:
    return [
        (name, refused.get(name) or kind(prefix=name, initial=initial))
        for name, kind in steps.items()
    ]


def _price(one: PriceRow) -> dict[str, Any]:
    return {"row": one, "price": say_price(one.price)}
