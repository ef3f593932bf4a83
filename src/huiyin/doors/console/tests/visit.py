"""Visiting the pages as somebody of the standing cast, at a moment of choice."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from pypdf import PdfReader

from huiyin.matters.tests.cast import AT, Cast


@dataclass
class Visitor:
    """A browser with somebody logged in; ``at`` travels through the request header."""

    http: Client

    def get(self, path: str, *, at: datetime = AT, htmx: bool = False, **query: Any) -> Any:
        """Open a page, or ask for its fragment as htmx would."""
        return self.http.get(path, query, headers=_headers(at, htmx))

    def post(
        self,
        path: str,
        form: dict[str, Any] | None = None,
        *,
        at: datetime = AT,
        htmx: bool = False,
        **given: Any,
    ) -> Any:
        """Send a form, its fields by name or, where a name has a dash, as a mapping."""
        return self.http.post(path, {**(form or {}), **given}, headers=_headers(at, htmx))


def _headers(at: datetime, htmx: bool) -> dict[str, str]:
    headers = {"X-Huiyin-Now": at.isoformat()}
    return {**headers, "HX-Request": "true"} if htmx else headers


def visitor(cast: Cast, who: str) -> Visitor:
    """Log in as the holder of a post in YG, or as an employee by code."""
    http = Client(raise_request_exception=True)
    user = cast.employee(who).user
    assert user is not None
    http.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Visitor(http)


def nobody() -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(Client(raise_request_exception=True))


def paper_of(response: Any) -> str:
    """Return what a paper says, without the spaces that typesetting puts between signs."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    return words_of(response.content)


def words_of(data: bytes) -> str:
    """Return the words of a PDF in one row, without spaces."""
    pages = PdfReader(io.BytesIO(data)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def text_of(response: Any) -> str:
    """Return the page as text."""
    return str(response.content.decode())
