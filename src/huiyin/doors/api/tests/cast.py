"""The standing cast as callers of the API: community YG with its staff, CH beside it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

from huiyin.accounts.actions import issue_token
from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.staff.queries import caller_for

STRANGER = "E031"  # the manager of CH


@dataclass(frozen=True)
class Told:
    """An answer of the API."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Api:
    """One employee calling the API, at a moment of choice."""

    token: str
    code: str
    caller: Caller
    http: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, *, at: datetime | None = None, **query: Any) -> Told:
        """Read."""
        return self._told(self.http.get(_url(path), query, headers=self._headers(at)))

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Told:
        """Write."""
        headers = self._headers(at)
        if key is not None:
            headers["Idempotency-Key"] = key
        text = "" if body is None else json.dumps(body)
        return self._told(
            self.http.post(_url(path), text, content_type="application/json", headers=headers)
        )

    def _headers(self, at: datetime | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        if at is not None:
            headers["X-Huiyin-Now"] = at.isoformat()
        return headers

    def _told(self, response: Any) -> Told:
        body = json.loads(response.content) if response.content else None
        return Told(response.status_code, body, dict(response.headers))


def _url(path: str) -> str:
    return f"/api/v1{path}"


@dataclass
class Site:
    """The cast of matters, with a token for everybody."""

    cast: Cast

    def api(self, post: str) -> Api:
        """Call the API as the holder of a post in YG, or as an employee by code."""
        user = self.cast.employee(post).user
        assert user is not None
        token = issue_token(user=user, at=AT, label="test")
        return Api(token, self.cast.employee(post).code, caller_for(user, AT))

    def code(self, post: str) -> str:
        """Return the code of a post's holder."""
        return self.cast.code(post)

    def receive(self, post: str = "receptionist", at: datetime = AT, **given: Any) -> str:
        """Receive a matter through the API and return its number."""
        told = self.api(post).post("/matters", new_matter(**given), at=at)
        assert told.status == 201, told.body
        number: str = told.body["number"]
        return number


def new_matter(**given: Any) -> dict[str, Any]:
    """Return what a call brings for a new complaint, with changes."""
    return {
        "community": "YG",
        "channel": "phone",
        "kind": "complaint",
        "text": "楼道灯不亮",
        "house": "3-1-1201",
        "phone": "13812345678",
        **given,
    }


def make_site() -> Site:
    """Build the cast."""
    return Site(make_cast())
