"""The standing cast as callers of the API: community YG with its staff, CH beside it."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from huiyin.accounts.actions import issue_token
from huiyin.accounts.models import User
from huiyin.estate.models import Community
from huiyin.estate.tests.cast import AT, Town, make_town
from huiyin.kernel.caller import COMPANY_POSTS, SYSTEM, Caller
from huiyin.staff.models import Area, Employee, PostHolding
from huiyin.staff.queries import caller_for
from huiyin.standards.actions import adopt_standard, seed_calendar

HIRED = date(2020, 1, 1)
FOUNDED = datetime(2024, 1, 1, tzinfo=AT.tzinfo)
STAFF = {
    "manager": ("E001", "陈立"),
    "assistant": ("E002", "周敏"),
    "supervisor": ("E003", "吴洁"),
    "keeper": ("E004", "林岚"),
    "dispatcher": ("E005", "何平"),
    "receptionist": ("E006", "许静"),
    "maintenance_foreman": ("E007", "郑强"),
    "cleaning_foreman": ("E008", "冯梅"),
    "security_foreman": ("E009", "卫军"),
    "technician": ("E010", "蒋涛"),
    "collector": ("E011", "沈芳"),
    "quality": ("E012", "韩雪"),
    "company_service": ("C001", "杨帆"),
    "general_manager": ("C002", "朱总"),
}


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

    def _told(self, response: HttpResponse) -> Told:
        body = json.loads(response.content) if response.content else None
        return Told(response.status_code, body, dict(response.headers))


def _url(path: str) -> str:
    return f"/api/v1{path}"


@dataclass
class Site:
    """Everybody and everything a test needs."""

    town: Town
    other: Town
    people: dict[str, Employee]

    def api(self, post: str) -> Api:
        """Call the API as the holder of a post."""
        return api_of(self.people[post])

    def receive(self, post: str = "receptionist", **given: Any) -> str:
        """Receive a matter through the API and return its number."""
        told = self.api(post).post("/matters", new_matter(**given))
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


def api_of(employee: Employee) -> Api:
    """Give an employee a token."""
    user = employee.user
    assert user is not None
    token = issue_token(user=user, at=AT, label="test")
    return Api(token, employee.code, caller_for(user, AT))


def make_employee(community: Community | None, post: str, code: str, name: str) -> Employee:
    """Hire somebody who can log in."""
    user = User.objects.create_user(code.lower())
    employee = Employee.objects.create(code=code, name=name, user=user, hired_on=HIRED)
    PostHolding.objects.create(employee=employee, community=community, post=post, from_on=HIRED)
    return employee


def make_site() -> Site:
    """Build YG with one holder of each post and its standards in force; CH with a manager."""
    town, other = make_town("YG"), make_town("CH")
    people = {
        post: make_employee(None if post in COMPANY_POSTS else town.community, post, *who)
        for post, who in STAFF.items()
    }
    Area.objects.create(employee=people["keeper"], building=town.building, from_on=HIRED)
    for place in (town, other):
        adopt_standard(
            by=SYSTEM,
            at=FOUNDED,
            community_id=place.community.pk,
            profile="residential",
            reason="开盘",
        )
    people["stranger"] = make_employee(other.community, "manager", "X001", "外人")
    seed_calendar(at=FOUNDED)
    return Site(town, other, people)
