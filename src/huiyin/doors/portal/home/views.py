"""The first page: what goes on and what comes next, what to press, whom to ring (OWN-01)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.announcements.queries import published_for
from huiyin.billing.queries.owners import owner_due
from huiyin.doors.portal.matters.rows import Due, due_of
from huiyin.doors.portal.page import CHOSEN, OwnerRequest, owner_page
from huiyin.kernel.errors import NotFound
from huiyin.owners import queries
from huiyin.owners.contacts import keeper
from huiyin.owners.queries import MyMatterRow

SHOWN = 3
LOOKED_AT = 20
MORNING, NOON, EVENING = 5, 12, 18


@dataclass(frozen=True, slots=True)
class Line:
    """A matter that goes on, with what is promised next."""

    row: MyMatterRow
    due: Due | None


@require_safe
@owner_page
def home(request: OwnerRequest) -> HttpResponse:
    """Greet, and show what the household is waiting for, the nearest promise first."""
    found = queries.my_matters(
        caller=request.caller,
        at=request.moment,
        house_id=request.household.house_id,
        limit=LOOKED_AT,
    )
    rows = sorted(found.items, key=_order)
    context = {
        "greeting": _greeting(request.moment, ZoneInfo(request.community.zone)),
        "lines": [
            Line(row, due_of(row.next, request.moment) if row.next else None)
            for row in rows[:SHOWN]
        ],
        "more": len(rows) > SHOWN or bool(found.next),
        "due": owner_due(caller=request.caller),
        "today": timezone.localdate(request.moment),
        "news": published_for(caller=request.caller, at=request.moment, limit=SHOWN).items,
        "keeper": keeper(
            caller=request.caller, house_id=request.household.house_id, at=request.moment
        ),
    }
    return render(request, "home/home.html", context)


@require_POST
@owner_page
def choose(request: OwnerRequest) -> HttpResponse:
    """Look at another household from now on; NotFound when it is not theirs."""
    chosen = request.POST.get("household", "")
    house = next((one for one in request.households if str(one.house_id) == chosen), None)
    if house is None:
        raise NotFound(_("没有这套房屋,或您目前不是这套房屋的住户。"))
    request.session[CHOSEN] = house.house_id
    return redirect("my_home")


def _order(row: MyMatterRow) -> tuple[bool, float]:
    """Put what is done and waits for the owner's word first, then the nearest promise."""
    due = row.next.due_at.timestamp() if row.next else float("inf")
    return row.state != "finished", due


def _greeting(at: datetime, zone: ZoneInfo) -> str:
    hour = at.astimezone(zone).hour
    if MORNING <= hour < NOON:
        return _("早上好")
    if NOON <= hour < EVENING:
        return _("下午好")
    return _("晚上好")
