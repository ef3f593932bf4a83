"""One's own messages, and how many are unread."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.paging import is_row_id
from huiyin.notices import queries as notices
from huiyin.notices.actions import mark_read
from huiyin.notices.queries import InboxRow

MOST_SHOWN = 99
# Which page shows what a message is about, where it is no matter.
PAGES = {"announcement": "announcement"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and the page it is about."""

    row: InboxRow
    has_page: bool


@require_safe
@staff_page
def inbox(request: StaffRequest) -> HttpResponse:
    """Show my messages, newest first; htmx asks for the following rows."""
    cursor = request.GET.get("cursor", "")
    rows, following = notices.inbox(caller=request.caller, cursor=cursor)
    entries = [Entry(row, has_page="-" in row.about) for row in rows]
    context = {"entries": entries, "next": following, "first": not cursor}
    if cursor and wants_fragment(request):
        return render(request, "inbox/_rows.html", context)
    return show(request, "inbox/inbox.html", "inbox/_inbox.html", context)


@require_POST
@staff_page
def read(request: StaffRequest) -> HttpResponse:
    """Mark all my messages as read, or the one named; then go to what it is about."""
    named = request.POST.get("message", "")
    ids = [int(named)] if is_row_id(named) else None
    if ids or not named:
        mark_read(by=request.caller, at=request.moment, message_ids=ids)
    try:
        return redirect(_page_of(request.POST.get("about", "")))
    except NoReverseMatch:
        return redirect("inbox")


@require_safe
@staff_page
def unread(request: StaffRequest) -> HttpResponse:
    """Answer how many of my messages are unread, for the badge of the menu."""
    count = notices.unread(caller=request.caller)
    shown = f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count)
    return render(request, "inbox/_unread.html", {"count": count, "shown": shown})


def _page_of(about: str) -> str:
    """Return the address of what a message is about: a matter, unless it says what else."""
    what, colon, number = about.partition(":")
    return reverse(PAGES.get(what, ""), args=[number]) if colon else reverse("matter", args=[about])
