"""What an owner's community charges, and on which grounds (Civil Code art. 943)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiyin.billing.queries import catalogue as queries
from huiyin.doors.portal.page import OwnerRequest, owner_page
from huiyin.staff.queries import local_day


@require_safe
@owner_page
def prices(request: OwnerRequest) -> HttpResponse:
    """Show the price board of the household's community."""
    place = request.community
    today = local_day(request.moment, place.zone)
    board = queries.price_board(community_id=place.id, on=today)
    return render(request, "my_prices/prices.html", {"board": board, "today": today})
