"""Who asks and when, settled once per request; and refusals shown as pages."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django_htmx.middleware import HtmxDetails

from huiyin.doors.parts.refusals import refusal_page
from huiyin.estate.rows import CommunityRow
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Refused
from huiyin.staff.queries import caller_for

Next = Callable[[HttpRequest], HttpResponse]


class StaffRequest(HttpRequest):
    """What a page of the console is given: the request with who, when and where."""

    htmx: HtmxDetails
    caller: Caller
    moment: datetime
    community: CommunityRow
    communities: tuple[CommunityRow, ...]


class WhoAsks:
    """Give each request its moment and its caller; the caller is looked up only when asked for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as the person who is logged in, at the present moment."""
        at = clock.now()
        request.moment = at  # type: ignore[attr-defined]
        request.caller = SimpleLazyObject(lambda: _caller(request, at))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show an expected refusal as a page with its status; anything else is a fault of ours."""
        if isinstance(error, Refused):
            return refusal_page(request, error)
        return None


def _caller(request: HttpRequest, at: datetime) -> Caller:
    user = request.user
    if not user.is_authenticated:
        return Caller(user_id=None, employee_id=None, name="")
    return caller_for(user, at)
