"""What an owner is told: announcements about their houses, and what was said to them (OWN-03)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from huiyin.accounts.rules import Allowance
from huiyin.announcements import papers
from huiyin.announcements import queries as announcements
from huiyin.announcements.queries import PublishedRow
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.portal.page import OwnerRequest, not_too_often, owner_page
from huiyin.notices import actions as telling
from huiyin.notices import queries as told

SHOWS = ("now", "told")
PAPERS = (Allowance(30, 3600),)  # each is drawn anew, which takes the work of many pages
ICONS = {
    "power_cut": "bolt",
    "water_cut": "droplet",
    "gas_cut": "flame",
    "lift": "elevator",
    "works": "tools",
    "festival": "heart",
    "fee": "rubber-stamp",
}


@dataclass(frozen=True, slots=True)
class Poster:
    """An announcement in the list."""

    row: PublishedRow
    icon: str

    @property
    def within_a_day(self) -> bool:
        """Tell whether it begins and ends on the same day, so that the day is said once."""
        begins, ends = self.row.from_at, self.row.until_at
        if begins is None or ends is None:
            return False
        return timezone.localdate(begins) == timezone.localdate(ends)

    @property
    def tone(self) -> str:
        """Return the colour of its picture; words say the same."""
        if self.row.is_over:
            return "is-over"
        return "is-warm" if self.row.from_at is not None or self.row.urgent else "is-sky"


@require_safe
@owner_page
def notices(request: OwnerRequest) -> HttpResponse:
    """List announcements, or what was said to the owner in the app."""
    shown = request.GET.get("show", SHOWS[0])
    shown = shown if shown in SHOWS else SHOWS[0]
    cursor = request.GET.get("cursor", "")
    people = sorted(request.caller.people)
    context: dict[str, Any] = {"shown": shown}
    if shown == "told":
        page = told.told(person_ids=people, cursor=cursor)
        context |= {"page": page, "told": page.items}
    else:
        found = announcements.published_for(caller=request.caller, at=request.moment, cursor=cursor)
        context |= {"page": found, "posters": [_poster(one) for one in found.items]}
    part = "my_notices/_rows.html" if cursor and wants_fragment(request) else ""
    return show(request, "my_notices/notices.html", part or "my_notices/_list.html", context)


@require_safe
@owner_page
def notice(request: OwnerRequest, number: str) -> HttpResponse:
    """Show one announcement; what was said about it in the app is read with it."""
    found = announcements.published_one(caller=request.caller, at=request.moment, number=number)
    telling.mark_told_read(
        at=request.moment, person_ids=sorted(request.caller.people), about=f"announcement:{number}"
    )
    context = {"notice": found, "poster": _poster(found.row)}
    return render(request, "my_notices/notice.html", context)


@require_safe
@owner_page
def paper(request: OwnerRequest, number: str) -> HttpResponse:
    """Send one announcement as it hangs in the halls."""
    not_too_often(request, "poster", PAPERS)
    printed = papers.published(
        caller=request.caller, number=number, at=request.moment, site=codes.site(request)
    )
    return pdf_answer(printed.name, printed.data)


@require_POST
@owner_page
def read(request: OwnerRequest) -> HttpResponse:
    """Mark everything that was said to the owner as read."""
    telling.mark_told_read(at=request.moment, person_ids=sorted(request.caller.people))
    return redirect(f"{reverse('my_notices')}?show=told")


def _poster(row: PublishedRow) -> Poster:
    return Poster(row, ICONS.get(row.category, "speakerphone"))
