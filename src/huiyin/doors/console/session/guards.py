"""Pages of the account that are for employees: passwords and second factors."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

View = Callable[..., HttpResponse]


def employees_only(
    patterns: Sequence[URLPattern | URLResolver],
) -> Sequence[URLPattern | URLResolver]:
    """Hide addresses from whoever is logged in by a code: an owner has no password to change."""
    for one in patterns:
        if isinstance(one, URLResolver):
            employees_only(one.url_patterns)
        else:
            one.callback = _hidden(one.callback)
    return patterns


def _hidden(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request.user, "phone", None):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
