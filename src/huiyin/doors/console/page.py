"""The door of every staff page: log in first, hold a post, know which community is meant."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _

from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.estate.rows import CommunityRow
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound

CHOSEN = "community"  # the session's key for the community somebody works in at the moment
MINUTE = 60

View = Callable[..., HttpResponse]


class UnableToEnter(Forbidden):
    """Somebody who may log in holds no post at the moment."""


class NoSuchPage(NotFound):
    """The address or its query can name nothing."""


def staff_page(view: View) -> View:
    """Admit employees only, and give the view ``request.community`` and its time zone."""

    @wraps(view)
    def admitted(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_login(request)
        if "\0" in request.path or any("\0" in value for value in request.GET.values()):
            raise NoSuchPage(_("没有这个地址。"))  # nothing in the database has that character
        request.communities = _communities(request)
        if not request.communities and request.user.phone and request.path == "/":
            return redirect("my_home")
        if not request.communities:
            raise UnableToEnter(_("您目前没有任何岗位。请联系项目经理为您安排岗位。"))
        request.community = _chosen(request)
        with timezone.override(ZoneInfo(request.community.zone)):
            response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return admitted


def _communities(request: StaffRequest) -> tuple[CommunityRow, ...]:
    """Return where the caller works; remembered for a minute, since every page asks it.

    The company's people, who see every community, are asked anew: one may just have been founded.
    """
    caller = request.caller
    if caller.everywhere:
        return estate.communities(caller=caller)
    return _where(caller.community_ids, int(request.moment.timestamp()) // MINUTE)


@lru_cache(maxsize=256)
def _where(community_ids: frozenset[int], _minute: int) -> tuple[CommunityRow, ...]:
    """Look up communities by the ids of the posts held there; names and zones hardly change."""
    posts: dict[int | None, frozenset[str]] = {one: frozenset() for one in community_ids}
    return estate.communities(caller=Caller(None, None, "", posts))


def _chosen(request: StaffRequest) -> CommunityRow:
    """Return the community chosen last, else the first one of the caller."""
    code = request.session.get(CHOSEN)
    return next((row for row in request.communities if row.code == code), request.communities[0])


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send nobody to the log-in page; a fragment is answered 401 so that typed text stays put."""
    if getattr(request, "htmx", False):
        text = _("登录已过期。内容还在这一页上;请在新窗口登录后再提交。")
        return HttpResponse(text, status=401, content_type="text/plain")
    return redirect_to_login(request.get_full_path())
