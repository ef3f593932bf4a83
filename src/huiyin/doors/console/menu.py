"""The menu of the staff pages: what somebody's posts make useful, the rest left out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
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
class Menu:
    """All pages for the side bar; four tabs and the rest for the phone."""

    all: tuple[Entry, ...]
    tabs: tuple[Entry, ...]
    rest: tuple[Entry, ...]


TABS = 4


def menu(request: HttpRequest) -> dict[str, Any]:
    """Add the menu to the context of a staff page (a context processor)."""
    return {"menu": SimpleLazyObject(lambda: _menu(request))}  # type: ignore[arg-type]


def home_name(caller: Caller, community_id: int) -> str:
    """Return the page somebody starts on: the field on their own work, the others on the desk."""
    return "work" if _is_field(caller, community_id) else "desk"


def _is_field(caller: Caller, community_id: int) -> bool:
    return caller.posts_in(community_id) <= FIELD


def _menu(request: StaffRequest) -> Menu:
    caller, place = request.caller, request.community.id
    field = _is_field(caller, place)

    def entry(name: str, title: str, icon: str, counter: str = "") -> Entry:
        url = reverse(name)
        return Entry(title, url, icon, request.path.startswith(url), counter)

    work = entry("work", _("我的工作"), "tool")
    inbox = entry("inbox", _("消息"), "bell", reverse("inbox_unread"))
    queue = entry("queue", _("事项"), "list-check")
    desk = entry("desk", _("台前"), "phone")
    first = [work, queue, inbox] if field else [desk, queue, work, inbox]
    later: list[tuple[Callable[[], bool], str, str, str]] = [
        (lambda: True, "standards", _("服务标准"), "clipboard-check"),
        (lambda: True, "calendar", _("工作日历"), "calendar"),
        (lambda: True, "staff", _("员工"), "users"),
        (lambda: caller.holds(place, *EDITORS), "roster", _("导入住户册"), "table-import"),
    ]
    rest = [entry(name, title, icon) for allowed, name, title, icon in later if allowed()]
    return Menu((*first, *rest), tuple(first[:TABS]), tuple(rest))
