"""Arrears at a glance: the ages of what is owed, and the households that owe, most first."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.billing.queries.arrears import Ageing, Wanted, arrears, narrowing
from huiyin.doors.console.arrears.forms import NarrowForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput
from huiyin.staff.queries import local_day

PAGE = 50
FILTERS = ("min_days", "building", "keeper", "item")
LATE = "1"


@dataclass(frozen=True, slots=True)
class AgeBar:
    """One age of arrears as a bar beside the others."""

    title: str
    amount: Decimal
    percent: int
    tone: str


@require_safe
@staff_page
def glance(request: StaffRequest) -> HttpResponse:
    """Show the arrears of the community; htmx asks for the list only, or for its next rows."""
    asked = request.GET
    chosen = {name: asked.get(name, "") for name in FILTERS}
    chosen["min_days"] = chosen["min_days"] or LATE
    found = arrears(
        caller=request.caller,
        community=request.community.code,
        on=local_day(request.moment, request.community.zone),
        wanted=Wanted(
            building=chosen["building"],
            keeper=chosen["keeper"],
            item=chosen["item"],
            min_days=_days(chosen["min_days"]),
        ),
        cursor=asked.get("cursor", ""),
        limit=PAGE,
    )
    context: dict[str, Any] = {
        "found": found,
        "bars": _bars(found.ageing),
        "next": _next(chosen, found.page.next),
        "narrowed": any(chosen[name] for name in FILTERS[1:]),
    }
    if wants_fragment(request) and asked.get("cursor"):
        return render(request, "arrears/_rows.html", context)
    if not wants_fragment(request):
        choices = narrowing(caller=request.caller, community=request.community.code, on=found.on)
        context["form"] = NarrowForm(
            initial=chosen,
            buildings=choices.buildings,
            keepers=choices.keepers,
            items=choices.items,
        )
    return show(request, "arrears/arrears.html", "arrears/_list.html", context)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len("36500"):
        raise BadInput(_("逾期天数应为 0 到 36500 的整数。"), field="min_days")
    return int(text)


def _bars(ageing: Ageing) -> list[AgeBar]:
    titles = (
        (_("未到期"), ""),
        (_("逾期 1–30 天"), "is-soon"),
        (_("31–90 天"), "is-soon"),
        (_("91–180 天"), "is-late"),
        (_("181–365 天"), "is-late"),
        (_("一年以上"), "is-late"),
    )
    most = max(*ageing.all, Decimal(1))
    return [
        AgeBar(title, amount, round(100 * amount / most), tone)
        for (title, tone), amount in zip(titles, ageing.all, strict=True)
    ]


def _next(chosen: dict[str, str], cursor: str | None) -> str:
    """Return the query of the following rows, or nothing when these were the last."""
    if not cursor:
        return ""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in chosen.items() if value})
    query["cursor"] = cursor
    return query.urlencode()
