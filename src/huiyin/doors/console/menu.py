"""The frame around every staff page: the menu that somebody's posts make useful.

It is the same for everybody with the same posts on the same page, so it is rendered once per
process and language, not once per request.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate.access import EDITORS
from huiyin.kernel.caller import Caller
from huiyin.matters.access import FIELD


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu; ``counter`` is the address of a number to show beside it."""

    title: str
    url: str
    icon: str
    current: bool
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of the frame: head and tabs of the phone, side bar of the desk."""

    top: SafeString
    side: SafeString
    tabs: SafeString


def frame(request: HttpRequest) -> dict[str, Any]:
    """Add the frame to the context of a staff page (a context processor)."""
    return {"frame": SimpleLazyObject(lambda: _frame_of(request))}  # type: ignore[arg-type]


def home_name(caller: Caller, community_id: int) -> str:
    """Return the page somebody starts on: the field on their own work, the others on the desk."""
    return "work" if _is_field(caller, community_id) else "desk"


def _is_field(caller: Caller, community_id: int) -> bool:
    return caller.posts_in(community_id) <= FIELD


def _frame_of(request: StaffRequest) -> Frame:
    caller, place = request.caller, request.community
    return _frame(
        get_language() or "",
        "/" + request.path.split("/", 2)[1] + "/",
        _is_field(caller, place.id),
        caller.holds(place.id, *EDITORS),
        place.name,
        caller.name,
    )


@lru_cache(maxsize=1024)
def _frame(
    _language: str, path: str, field: bool, edits_houses: bool, place: str, who: str
) -> Frame:
    def entry(name: str, title: str, icon: str, counter: str = "") -> Entry:
        url = reverse(name)
        return Entry(title, url, icon, url == path, counter)

    work = entry("work", _("我的工作"), "tool")
    inbox = entry("inbox", _("消息"), "bell", reverse("inbox_unread"))
    queue = entry("queue", _("事项"), "list-check")
    desk = entry("desk", _("台前"), "phone")
    first = [work, queue, inbox] if field else [desk, queue, work, inbox]
    rest = [
        entry("standards", _("服务标准"), "clipboard-check"),
        entry("calendar", _("工作日历"), "calendar"),
        entry("staff", _("员工"), "users"),
    ]
    if not field:
        rest.insert(0, entry("figures", _("指标"), "chart-bar"))
    if edits_houses:
        rest.append(entry("roster", _("导入住户册"), "table-import"))
    me = entry("me", who, "user")
    common = {"place": place, "me": me}
    return Frame(
        top=render_to_string("parts/_top.html", {**common, "entries": rest}),
        side=render_to_string("parts/_side.html", {**common, "entries": [*first, *rest]}),
        tabs=render_to_string("parts/_tabs.html", {"entries": first}),
    )
