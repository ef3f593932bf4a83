"""One predicate and one function that choose between a whole page and its fragment."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django_htmx.middleware import HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page rather than a page to stand on its own."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def show(
    request: HttpRequest,
    page: str,
    fragment: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only the fragment that the page includes, with what is to be said."""
    if not wants_fragment(request):
        return render(request, page, context, status=status)
    body = render_to_string(fragment, context, request)
    if len(messages.get_messages(request)):
        body += render_to_string("parts/_said.html", {"oob": True}, request)
    return HttpResponse(body, status=status)
