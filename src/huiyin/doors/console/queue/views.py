"""The queue (REC-15): every matter the caller may see, overdue first, twenty-five at a time."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.rows import rows
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.staff import queries as staff

PAGE = 25
SOON = timedelta(hours=2)
OPEN, ALL = "", "all"
SELECTED = mark_safe(" selected")
FILTERS = ("state", "kind", "owner", "overdue", "q")


@require_safe
@staff_page
def queue(request: StaffRequest) -> HttpResponse:
    """Show the matters that match the filters; htmx asks for the rows only."""
    asked = request.GET
    state = asked.get("state", OPEN)
    page = matters.list_matters(
        caller=request.caller,
        at=request.moment,
        filters=matters.Filters(
            community=_narrowing(request),
            state="" if state == ALL else state,
            owner=asked.get("owner", ""),
            kind=asked.get("kind", ""),
            overdue=asked.get("overdue", "") == "1",
            q=asked.get("q", "").strip(),
            open_only=state == OPEN,
        ),
        cursor=asked.get("cursor", ""),
        limit=PAGE,
        order="due" if state not in {ALL, "closed"} else "newest",
    )
    context: dict[str, Any] = {
        "rows": rows(page.items, request.moment),
        "next": _next(asked, page.next),
    }
    if wants_fragment(request) and asked.get("cursor"):
        return render(request, "queue/_more.html", context)
    if not wants_fragment(request):
        context |= _filters(asked)
    return show(request, "queue/queue.html", "queue/_list.html", context)


@require_safe
@staff_page
def counts(request: StaffRequest) -> HttpResponse:
    """Count what is open, unassigned, late, soon due, mine, and waiting for a visit back."""
    found = matters.counts(
        caller=request.caller,
        at=request.moment,
        soon=request.moment + SOON,
        community=request.community.code,
    )
    return render(request, "queue/_counts.html", {"counts": found})


@require_safe
@staff_page
def owners(request: StaffRequest) -> HttpResponse:
    """List the staff as choices of the owner filter, a moment after the page itself."""
    context = {
        "people": staff.employees(
            caller=request.caller, community_id=request.community.id, at=request.moment
        ),
        "chosen": request.GET.get("owner", ""),
    }
    response = render(request, "queue/_owners.html", context)
    patch_cache_control(response, private=True, max_age=300)
    return response


def _narrowing(request: StaffRequest) -> str:
    """Return the community to narrow to: none when the caller sees no other anyway."""
    return request.community.code if len(request.communities) > 1 else ""


def _filters(asked: QueryDict) -> dict[str, Any]:
    """Return what is chosen in the filters, and the choices of state and kind."""
    chosen = {name: asked.get(name, "") for name in FILTERS}
    language = get_language() or ""
    return {
        "chosen": chosen,
        "states": _options(language, "state", chosen["state"]),
        "kinds": _options(language, "kind", chosen["kind"]),
    }


@lru_cache(maxsize=256)
def _options(_language: str, what: str, chosen: str) -> SafeString:
    """Return the options of a filter; they differ by language and choice only, so are kept."""
    if what == "state":
        choices = [(OPEN, _("未关闭")), *titles.STATES.items(), (ALL, _("全部"))]
    else:
        choices = [("", _("全部类别")), *titles.KINDS.items()]
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        [(code, SELECTED if code == chosen else "", title) for code, title in choices],
    )


def _next(asked: QueryDict, cursor: str | None) -> str:
    """Return the query of the following page, or nothing when this was the last."""
    if not cursor:
        return ""
    query = QueryDict(mutable=True)
    for name in FILTERS:
        if asked.get(name):
            query[name] = asked.get(name, "")
    query["cursor"] = cursor
    return query.urlencode()
