"""What happens around every request: its log line, its language, its moment."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from huiyin.config.metrics import REQUESTS, SECONDS
from huiyin.kernel import clock

Next = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger("huiyin.request")
# Whatever else a stranger sends as a method is counted as one, or the counters grow without end.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BODY_MOST = 120 * 1024 * 1024  # nine photos of 10 MB, and some air
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestLog:
    """Give every request an id, log it in one line when it is answered, and count it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, then log method, route, status and duration; never the body."""
        request_id = uuid.uuid4().hex[:12]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            route = request.resolver_match.route if request.resolver_match else "-"
            method = request.method if request.method in METHODS else "other"
            REQUESTS.labels(method, route, str(response.status_code)).inc()
            SECONDS.labels(route).observe(seconds)
            if request.path not in QUIET:
                log.info(
                    "answered",
                    method=method,
                    route=route,
                    status=response.status_code,
                    ms=round(seconds * 1000, 1),
                )
        response["X-Request-Id"] = request_id
        return response


class BodyLimit:
    """Refuse a body that no form of ours fills, before a byte of it is kept anywhere."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 when the body says that it is too long, else answer the request."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) > BODY_MOST:
            return HttpResponse(status=413, content_type="text/plain")
        return self.get_response(request)


class ChosenLanguage:
    """Speak the language the user chose, else Simplified Chinese; the API also hears the header.

    A browser's Accept-Language is what the computer was sold with, not what the community speaks,
    so pages ignore it. A program that calls the API sets the header on purpose.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in its language and say which one that was."""
        language = self._language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request: HttpRequest) -> str:
        if request.path.startswith("/api/"):
            if request.headers.get("Accept-Language"):
                return translation.get_language_from_request(request)
            return settings.LANGUAGE_CODE
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class TimeTravel:
    """Answer a request at the moment its X-Huiyin-Now header names (development only)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, at its moment when it names one; 400 when that is no moment."""
        text = request.headers.get("X-Huiyin-Now")
        if not text:
            return self.get_response(request)
        try:
            moment = clock.parse(text)
        except clock.BadMoment:
            problem = {
                "type": "about:blank",
                "title": "Bad Request",
                "status": 400,
                "detail": "X-Huiyin-Now should be a moment such as 2026-03-16T09:00:00+08:00",
            }
            return JsonResponse(problem, status=400, content_type="application/problem+json")
        with clock.at(moment):
            return self.get_response(request)
