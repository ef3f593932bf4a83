"""The door of every owner's page: log in first, belong to a household, know which one is meant."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from huiyin.accounts.codes import count
from huiyin.accounts.rules import Allowance
from huiyin.billing.queries.owners import billed_community
from huiyin.doors.portal.refusals import refusal_page
from huiyin.estate.rows import CommunityRow
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound, Refused
from huiyin.notices.queries import unread_told
from huiyin.owners.access import owner_caller
from huiyin.owners.queries import Household, households

PEOPLE = "people"  # the session's key for whom the number belonged to when it was proved
CHOSEN = "household"  # the session's key for the household somebody looks at at the moment

# Sheets sent from one account. A day is the only window: of what was said without a name nothing
# tells the hour in which somebody sent a sheet.
SHEETS = (Allowance(60, 86400),)

View = Callable[..., HttpResponse]


class OwnerRequest(HttpRequest):
    """What an owner's page is given: who asks, when, and for which of their households."""

    htmx: HtmxDetails
    caller: Caller
    moment: datetime
    community: CommunityRow
    household: Household
    households: tuple[Household, ...]
    section: str
    unread: int
    was_billed: bool  # asked only of who has no household


class NoSuchPage(NotFound):
    """The address or its query can name nothing."""


def owner_page(view: View) -> View:
    """Admit owners and tenants of today only; refusals are shown in the portal's own frame.

    Nobody is sent to log in; an employee's log-in, and one whose number left the roster, get a
    page that says what to do (OWN-05).
    """
    return _page(view, for_payers=False)


def payer_page(view: View) -> View:
    """Admit besides them whoever was billed here and has no household any more.

    Who moved out still settles what is open: then there is no ``request.household``, and the
    community is that of the last bill.
    """
    return _page(view, for_payers=True)


def _page(view: View, *, for_payers: bool) -> View:
    @wraps(view)
    def admitted(request: OwnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return private(to_login(request))
        if not request.user.phone:
            return private(render(request, "portal/employee.html", status=403))
        request.caller = owner_caller(request.user, request.moment)
        if not _same_people(request):
            return private(_prove_again(request))
        request.households = households(caller=request.caller, at=request.moment)
        if not _find_place(request, for_payers=for_payers):
            return private(render(request, "portal/no_household.html", status=403))
        people = sorted(request.caller.people)
        request.unread = SimpleLazyObject(  # type: ignore[assignment]
            lambda: unread_told(person_ids=people)
        )
        request.section = request.path.strip("/").partition("/")[2].partition("/")[0]
        with timezone.override(ZoneInfo(request.community.zone)):
            return compressed(request, private(_answer(view, request, *args, **kwargs)))

    return admitted


def _find_place(request: OwnerRequest, *, for_payers: bool) -> bool:
    """Set the household and the community meant; False when there is nothing to be shown."""
    if request.households:
        request.household = _chosen(request)
        request.community = request.household.community
        return True
    place = billed_community(caller=request.caller)
    request.was_billed = place is not None
    if place is None or not for_payers:
        return False
    request.household, request.community = None, place  # type: ignore[assignment]
    return True


def _answer(view: View, request: OwnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        if "\0" in request.path or any("\0" in value for value in request.GET.values()):
            raise NoSuchPage(_("没有这个地址。"))  # nothing in the database has that character
        return view(request, *args, **kwargs)
    except Refused as refusal:
        return refusal_page(request, refusal)


_gzip = GZipMiddleware(lambda _request: HttpResponse())  # pads at random against guessing by size


def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Make a page small on its way; pictures are small as they are."""
    if response.get("Content-Type", "").startswith("text/html"):
        return cast(HttpResponse, _gzip.process_response(request, response))
    return response


def private(response: HttpResponse) -> HttpResponse:
    """Keep an answer out of every cache and every search engine."""
    patch_vary_headers(response, ["Cookie", "HX-Request"])
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def not_too_often(request: OwnerRequest, what: str, allowances: tuple[Allowance, ...] = ()) -> None:
    """Count what one account asks for that costs others work; raise TooOften."""
    count(who=f"{what}:{request.user.pk}", allowances=allowances or SHEETS, at=request.moment)


def to_login(request: HttpRequest) -> HttpResponse:
    """Send nobody to the log-in; a fragment is answered 401 so that typed text stays put."""
    if getattr(request, "htmx", False):
        text = _("登录已过期。内容还在这一页上;请在新窗口登录后再提交。")
        return HttpResponse(text, status=401, content_type="text/plain")
    address = reverse("my_login")
    if request.method in {"GET", "HEAD"} and request.path != reverse("my_home"):
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return redirect(address)


def _same_people(request: OwnerRequest) -> bool:
    """Tell whether the number still belongs to whom it did when the session began.

    Numbers are given to other people: whoever has one next opens nothing to the one before.
    """
    known = request.session.setdefault(PEOPLE, sorted(request.caller.people))
    return request.caller.people <= set(known)


def _prove_again(request: OwnerRequest) -> HttpResponse:
    logout(request)
    messages.warning(request, _("这个号码的登记有变化,请重新验证一次。"))
    return to_login(request)


def _chosen(request: OwnerRequest) -> Household:
    """Return the household chosen last, else the first one."""
    chosen = request.session.get(CHOSEN)
    found = (one for one in request.households if one.house_id == chosen)
    return next(found, request.households[0])
