"""The frame around every staff page: the menu that somebody's posts make useful.

It is the same for everybody with the same posts on the same page, so it is rendered once per
process and language, not once per request.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huiyin.announcements.access import HANGERS
from huiyin.billing.access import POSTERS
from huiyin.billing.access import READERS as ACCOUNTS
from huiyin.desk.access import DESK as CALLS
from huiyin.documents.access import READERS as PAPERS
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate.access import EDITORS
from huiyin.intake.access import MAIL, STICKERS
from huiyin.kernel.caller import POSTS, Caller
from huiyin.ledger.access import READERS as BOOKS
from huiyin.matters.access import DESK, FIELD, FOREMEN
from huiyin.meters.access import WALKERS
from huiyin.notices.access import EDITORS as WORDERS
from huiyin.notices.access import READERS as MESSAGES
from huiyin.owners.access import VERIFIERS
from huiyin.triage.access import EDITORS as TRIAGE_EDITORS
from huiyin.visitors.access import HOSTS, KEEPERS

EVERYBODY = POSTS
INDOORS = tuple(post for post in POSTS if post not in FIELD)
VISITORS = tuple({*HOSTS, *KEEPERS})
TABS = 5  # as many as a phone has room for


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the menu: for whom it is, and the address of a number to show beside it."""

    name: str
    title: Promise
    icon: str
    posts: tuple[str, ...] = EVERYBODY
    counter: str = ""


# The first group is the day's work; on a phone it is the tabs below, and the rest opens from above.
DAILY = (
    Item("desk", _("台前"), "phone", INDOORS),
    Item("dispatch", _("调度"), "send", (*DESK, *FOREMEN)),
    Item("queue", _("事项"), "list-check"),
    Item("work", _("我的工作"), "tool"),
    Item("inbox", _("消息"), "bell", counter="inbox_unread"),
)
GROUPS: tuple[tuple[Promise, tuple[Item, ...]], ...] = (
    (
        _("现场"),
        (
            Item("checklists", _("检查表"), "checkbox"),
            Item("calls", _("来电"), "phone-incoming", CALLS),
            Item("duty", _("值班"), "notebook", CALLS),
            Item("visitors", _("来访"), "user-check", VISITORS),
            Item("verifications", _("号码核实"), "id", VERIFIERS),
            Item("announcements", _("通知公告"), "speakerphone"),
            Item("postings", _("张贴清单"), "map-pin", HANGERS),
            Item("intake", _("登记来件"), "inbox"),
            Item("visits_back", _("回访记录"), "phone-call", INDOORS),
            Item("mails", _("邮件"), "mail", MAIL),
            Item("messages", _("已发消息"), "send", MESSAGES),
            Item("together", _("邻里"), "users", INDOORS),
            Item("stickers", _("报修贴纸"), "qrcode", STICKERS),
        ),
    ),
    (
        _("收费"),
        (
            Item("billing", _("计费"), "file-text", ACCOUNTS),
            Item("accounts", _("住户账户"), "user", ACCOUNTS),
            Item("arrears", _("欠费"), "hourglass", ACCOUNTS),
            Item("meters", _("抄表"), "droplet", WALKERS),
            Item("shared_costs", _("公摊"), "droplet", ACCOUNTS),
            Item("charge_slips", _("收费单据"), "receipt", ACCOUNTS),
            Item("prepaid", _("预存"), "receipt", ACCOUNTS),
            Item("ledger", _("账簿"), "notebook", BOOKS),
            Item("charges", _("收费标准"), "file-text", ACCOUNTS),
            Item("opening", _("期初导入"), "table-import", POSTERS),
        ),
    ),
    (
        _("资料"),
        (
            Item("knowledge", _("知识库"), "book", INDOORS),
            Item("guides", _("接待指引"), "list-numbers", INDOORS),
            Item("triage", _("建议词表"), "list-check", TRIAGE_EDITORS),
            Item("wordings", _("消息模板"), "message", WORDERS),
            Item("archive", _("档案"), "copy", PAPERS),
            Item("prices", _("价目与库存"), "file-text", (*INDOORS, "technician")),
            Item("blank_forms", _("空白表格"), "printer"),
        ),
    ),
    (
        _("管理"),
        (
            Item("approvals", _("审批"), "rubber-stamp", INDOORS, counter="approvals_count"),
            Item("figures", _("指标"), "chart-bar", INDOORS),
            Item("standards", _("服务标准"), "clipboard-check"),
            Item("calendar", _("工作日历"), "calendar"),
            Item("staff", _("员工"), "users"),
            Item("roster", _("导入住户册"), "table-import", EDITORS),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu as it is drawn."""

    title: str
    url: str
    icon: str
    current: bool
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together, under a heading."""

    title: str
    entries: list[Entry] = field(default_factory=list)


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
    return "work" if caller.posts_in(community_id) <= FIELD else "desk"


def _frame_of(request: StaffRequest) -> Frame:
    caller, place = request.caller, request.community
    return _frame(
        get_language() or "",
        "/" + request.path.split("/", 2)[1] + "/",
        caller.posts_in(place.id),
        place.name,
        caller.name,
    )


@lru_cache(maxsize=1024)
def _frame(_language: str, path: str, posts: frozenset[str], place: str, who: str) -> Frame:
    def entries(items: tuple[Item, ...]) -> list[Entry]:
        return [_entry(item, path) for item in items if posts & set(item.posts)]

    daily = entries(DAILY)
    groups = [Group(str(title), entries(items)) for title, items in GROUPS]
    groups = [group for group in groups if group.entries]
    me = _entry(Item("me", _("我的账号"), "user"), path)
    common = {"place": place, "me": me, "who": who}
    return Frame(
        top=render_to_string("parts/_top.html", {**common, "groups": groups}),
        side=render_to_string("parts/_side.html", {**common, "daily": daily, "groups": groups}),
        tabs=render_to_string("parts/_tabs.html", {"entries": daily[:TABS]}),
    )


def _entry(item: Item, path: str) -> Entry:
    url = reverse(item.name)
    counter = reverse(item.counter) if item.counter else ""
    return Entry(str(item.title), url, item.icon, url == path, counter)
