"""The pages of approvals (审批): lists, one request, and who decides on what (PLN-02)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.approvals import actions, queries
from huiyin.approvals.access import admit_to_set_chain, may_set_chain
from huiyin.approvals.queries import RequestRow, RequestView, StepRow
from huiyin.approvals.titles import KINDS
from huiyin.doors.console.approvals.forms import ChainForm, DecideForm, WithdrawForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows import approving
from huiyin.flows.reactions import react
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.matters.titles import POSTS

LISTS = {
    "waiting": gettext_lazy("待我审批"),
    "asked": gettext_lazy("我申请的"),
    "decided": gettext_lazy("我办过的"),
}
# Which page shows what a kind of request is about.
SUBJECT_PAGES = {
    "announcement": "announcement",
    "incident_report": "incident",
    "paper_release": "paper",
    "penalty": "conduct",
    "relief": "charge_relief",
    "tariff": "charge_tariff",
}
STEP_STATES = {
    "done": gettext_lazy("已办"),
    "skipped": gettext_lazy("跳过"),
    "now": gettext_lazy("待办"),
    "later": gettext_lazy("未到"),
    "unneeded": gettext_lazy("不再需要"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the page shows it: its posts by name, its state in words."""

    row: StepRow
    posts: str
    state: str


@require_safe
@staff_page
def approvals(request: StaffRequest) -> HttpResponse:
    """Show what waits for me, what I asked or what I decided; htmx asks for following rows."""
    chosen = request.GET.get("show", "waiting")
    if chosen not in LISTS:
        raise Http404
    cursor = request.GET.get("cursor", "")
    context: dict[str, Any] = {
        "lists": LISTS.items(),
        "chosen": chosen,
        "first": not cursor,
        "may_set": may_set_chain(request.caller, request.community.id),
    }
    if chosen == "waiting":
        context["rows"] = _waiting(request)
        context["many_places"] = len(request.communities) > 1
    else:
        read = queries.asked_by_me if chosen == "asked" else queries.decided_by_me
        page = read(caller=request.caller, community_id=request.community.id, cursor=cursor)
        context |= {"rows": page.items, "next": page.next}
    if cursor and wants_fragment(request):
        return render(request, "approvals/_rows.html", context)
    return show(request, "approvals/approvals.html", "approvals/_list.html", context)


@require_safe
@staff_page
def count(request: StaffRequest) -> HttpResponse:
    """Answer how many requests wait for me, for the badge of the menu."""
    return render(request, "approvals/_count.html", {"count": len(_waiting(request))})


def _waiting(request: StaffRequest) -> tuple[RequestRow, ...]:
    """Return what waits for the caller, wherever: the company decides for every community."""
    return queries.waiting(caller=request.caller, community_id=None, at=request.moment)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def approval(request: StaffRequest, request_id: int) -> HttpResponse:
    """Show one request; approve, return or withdraw it."""
    found = queries.request(caller=request.caller, request_id=request_id, at=request.moment)
    if request.method != "POST":
        return _show(request, found)
    act = request.POST.get("act")
    if act not in ("decide", "withdraw"):
        raise Http404
    form = _form(act, request)
    status = 422
    if form.is_valid():
        try:
            return _done(request, act, form, request_id)
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
            status = refusal.status
        found = queries.request(caller=request.caller, request_id=request_id, at=request.moment)
    return _show(request, found, {act: form}, status=status)


def _form(act: str, request: StaffRequest) -> DoorForm:
    kind = DecideForm if act == "decide" else WithdrawForm
    return kind(request.POST, prefix=act)


def _done(request: StaffRequest, act: str, form: DoorForm, request_id: int) -> HttpResponse:
    given: dict[str, Any] = {
        "by": request.caller,
        "at": request.moment,
        "request_id": request_id,
    }
    if act == "decide":
        outcome = approving.decide(**given, **form.cleaned_data)
        said = {
            "approved": _("已批准。"),
            "returned": _("已退回,申请人会收到通知。"),
        }.get(outcome.state, _("已同意,转到下一步。"))
    else:
        actions.withdraw(**given, **form.cleaned_data)
        said = _("已撤回。")
    react(request.moment)
    messages.success(request, said)
    if not wants_fragment(request):
        return redirect("approval", request_id)
    fresh = queries.request(caller=request.caller, request_id=request_id, at=request.moment)
    return _show(request, fresh)


def _show(
    request: StaffRequest,
    found: RequestView,
    refused: dict[str, DoorForm] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    refused = refused or {}
    seen = next((one.number for one in found.steps if one.state == "now"), 0)
    decide = refused.get("decide") or DecideForm(prefix="decide", initial={"step": seen})
    lost = [form for act, form in refused.items() if not _offered(found, act)]
    context = {
        "found": found,
        "subject": _subject(found.row),
        "steps": [_step(one) for one in found.steps],
        "decide": decide,
        "withdraw": refused.get("withdraw") or WithdrawForm(prefix="withdraw"),
        "is_withdrawing": "withdraw" in refused,
        "lost": lost,
    }
    whole, part = "approvals/approval.html", "approvals/_approval.html"
    return show(request, whole, part, context, status=status)


def _offered(found: RequestView, act: str) -> bool:
    return found.may_decide if act == "decide" else found.may_withdraw


def _step(one: StepRow) -> Step:
    return Step(one, _names(one.posts), str(STEP_STATES[one.state]))


def _names(posts: Iterable[str]) -> str:
    return "、".join(str(POSTS[post]) for post in posts)


def _subject(row: RequestRow) -> tuple[str, str]:
    """Return address and name of what the request is about, if it has a page."""
    what, _colon, number = row.subject.partition(":")
    page = SUBJECT_PAGES.get(row.kind, "matter" if what == "matter" else "")
    if not page or not number:
        return "", row.subject
    # An id says nothing to people: the link says what it leads to instead.
    said = str(KINDS[row.kind]) if number.isdigit() else number
    try:
        return reverse(page, args=[number]), said
    except NoReverseMatch:
        return "", number


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def chains(request: StaffRequest) -> HttpResponse:
    """Show who decides on what, and let the manager change it."""
    place = request.community.id
    may_set = may_set_chain(request.caller, place)
    form = ChainForm(request.POST or None)
    status = 200
    if request.method == "POST":
        admit_to_set_chain(request.caller, place)
        try:
            if form.is_valid():
                actions.set_chain(
                    by=request.caller, at=request.moment, community_id=place, **form.arguments()
                )
                messages.success(request, _("审批流程已保存,从现在起的申请照此办理。"))
                return redirect("approval_chains")
        except Forbidden:
            raise
        except Refused as refusal:
            form.take_back(refusal)
        status = 422
    rows = queries.chains_in_force(caller=request.caller, community_id=place)
    context = {
        "chains": [
            (one, KINDS.get(one.kind, one.kind), [_names(step) for step in one.steps])
            for one in rows
        ],
        "may_set": may_set,
        "form": form,
    }
    return render(request, "approvals/chains.html", context, status=status)
