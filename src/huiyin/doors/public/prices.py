"""The price board of a community, which anybody may read (Civil Code art. 943)."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from huiyin.billing.queries import catalogue as queries
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.kernel.caller import SYSTEM
from huiyin.staff.queries import local_day


@require_safe
def prices(request: StaffRequest, code: str) -> HttpResponse:
    """Show what a community charges and on which grounds; else say that nothing is published."""
    place = next((one for one in estate.communities(caller=SYSTEM) if one.code == code), None)
    if place is None:
        return _public(render(request, "public/no_prices.html", status=404))
    with timezone.override(ZoneInfo(place.zone)):
        today = local_day(request.moment, place.zone)
        board = queries.price_board(community_id=place.id, on=today)
        if board.is_empty:
            return _public(render(request, "public/no_prices.html", status=404))
        context = {"board": board, "place": place, "today": today}
        return _public(render(request, "public/prices.html", context))


def _public(response: HttpResponse) -> HttpResponse:
    """Let nobody keep a page that changes with the next approval; languages differ by cookie."""
    patch_cache_control(response, private=True, no_cache=True)
    return response
