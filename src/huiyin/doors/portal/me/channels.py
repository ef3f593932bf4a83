"""How an owner wants to be told things, and binding a mail address or WeChat (NOT-01, NOT-04)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.accounts.rules import Allowance
from huiyin.doors.parts.codes import drawn
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.portal.page import OwnerRequest, not_too_often, owner_page
from huiyin.kernel.errors import WrongState
from huiyin.notices.channels import Unclear, Undeliverable, binding, registry
from huiyin.notices.rules import CHOOSABLE
from huiyin.owners import profile
from huiyin.owners.profile import Ways

NAMES = {
    "wechat": gettext_lazy("微信"),
    "wecom": gettext_lazy("企业微信"),
    "sms": gettext_lazy("短信"),
    "email": gettext_lazy("邮件"),
    "in_app": gettext_lazy("只在这里看"),
}
ICONS = {"wechat": "message", "wecom": "messages", "sms": "device-mobile", "email": "mail"}
SCANS = (Allowance(10, 3600),)  # WeChat is asked for each, and answers so many a day
CATEGORIES = {
    "matter": gettext_lazy("我报的事有进展时"),
    "notice": gettext_lazy("小区通知"),
    "bill": gettext_lazy("账单和费用"),
    "greeting": gettext_lazy("生日和节日问候"),
}


class UnableToBind(WrongState):
    """WeChat gives no code at the moment."""


class WaysForm(DoorForm):
    """One choice for each category, among the ways that reach the owner."""

    def __init__(self, *args: Any, ways: Ways, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = ways.reached_by
        for category in CHOOSABLE:
            chosen = ways.chosen[category]
            self.fields[category] = forms.ChoiceField(
                label=CATEGORIES[category],
                choices=[(one, NAMES[one]) for one in (*able, "in_app")],
                initial=chosen if chosen in (*able, "in_app") else (*able, "in_app")[0],
                widget=forms.RadioSelect,
            )


@dataclass(frozen=True, slots=True)
class Bound:
    """A way of being told as the page shows it."""

    channel: str
    name: str
    icon: str
    address: str


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def channels(request: OwnerRequest) -> HttpResponse:
    """Show by which ways the owner is reached, and let them choose for each category."""
    ways = profile.ways(caller=request.caller, community_code=request.community.code)
    form = WaysForm(request.POST or None, ways=ways)
    if request.method == "POST" and form.is_valid():
        for category, channel in form.cleaned_data.items():
            if channel != ways.chosen[category]:
                profile.choose_way(
                    by=request.caller, at=request.moment, category=category, channel=channel
                )
        messages.success(request, _("已保存。"))
        return redirect("my_channels")
    rows = [
        Bound(one.channel, str(NAMES[one.channel]), ICONS[one.channel], one.address)
        for one in ways.ways
    ]
    context = {"form": form, "ways": rows}
    return render(request, "me/channels.html", context, status=422 if form.is_bound else 200)


@require_POST
@owner_page
def wechat(request: OwnerRequest) -> HttpResponse:
    """Show a code of ten minutes: who scans it with WeChat is told things there from then on."""
    account = registry.wechat(request.community.code)
    if account is None:
        raise UnableToBind(_("小区还没有开通微信通知。"))
    not_too_often(request, "scan", SCANS)
    people = sorted(request.caller.people)[: binding.MOST]
    ticket = binding.ticket(people, at=request.moment)
    try:
        link = account.follow_link(ticket, seconds=int(binding.LASTS.total_seconds()))
    except (Undeliverable, Unclear):
        link = ""
    if not link:
        raise UnableToBind(_("微信暂时没有回应,请过几分钟再试。"))
    minutes = int(binding.LASTS.total_seconds()) // 60
    shown = {"code": drawn(link), "link": link, "minutes": minutes}
    return render(request, "me/wechat.html", shown)
