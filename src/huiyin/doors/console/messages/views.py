"""The log of what owners were told, and what became of each message (NOT-01, NOT-04)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import WrongState
from huiyin.matters.queries import hidden_complaints
from huiyin.notices import actions, listings, titles
from huiyin.notices.listings import SentRow

SHOWN = {
    "all": gettext_lazy("全部"),
    "failed": gettext_lazy("没有送到"),
    "waiting": gettext_lazy("等待中"),
    "done": gettext_lazy("已发出"),
}
OUTSIDE = ("in_app", "sms", "wechat", "wecom", "email")


@require_safe
@staff_page
def sent(request: StaffRequest) -> HttpResponse:
    """List what owners were told, newest first; htmx asks for the rows of a search, or more."""
    asked: dict[str, Any] = {
        "show": _one_of(request.GET.get("show", ""), SHOWN, "all"),
        "channel": _one_of(request.GET.get("channel", ""), OUTSIDE, ""),
        "text": request.GET.get("text", "")[:40],
    }
    page = listings.sent(
        caller=request.caller,
        community_id=request.community.id,
        cursor=request.GET.get("cursor", ""),
        hidden=_hidden(request),
        **asked,
    )
    context: dict[str, Any] = {
        "rows": page.items,
        "more": urlencode({**asked, "cursor": page.next}) if page.next else "",
        "asked": asked,
        "shown": SHOWN,
        "channels": {name: titles.CHANNELS[name] for name in OUTSIDE},
        "titles": titles,
    }
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "messages/_more.html", context)
    return show(request, "messages/messages.html", "messages/_messages.html", context)


@require_safe
@staff_page
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one message: the words, each try, and what the provider said."""
    row = _one(request, pk)
    return render(request, "messages/message.html", {"row": row, "titles": titles})


@require_POST
@staff_page
def resend(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a message that did not arrive once more."""
    _one(request, pk)
    try:
        actions.resend(by=request.caller, at=request.moment, message_id=pk)
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已排队重发,几秒后刷新可看到结果。"))
    return redirect("message", pk)


def _one(request: StaffRequest, pk: int) -> SentRow:
    return listings.sent_one(
        caller=request.caller,
        community_id=request.community.id,
        message_id=pk,
        hidden=_hidden(request),
    )


def _hidden(request: StaffRequest) -> Any:
    """Return the complaints of which the reader may not know who raised them (CMP-11)."""
    return hidden_complaints(caller=request.caller, community_id=request.community.id)


def _one_of(given: str, known: Any, default: str) -> str:
    return given if given in known else default
