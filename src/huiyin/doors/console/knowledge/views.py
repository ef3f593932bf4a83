"""Pages of the knowledge base (REC-13) and of the guides of the desk (REC-07)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.knowledge.forms import AnswerForm, GuidesForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import NotFound, Refused
from huiyin.kernel.paging import is_row_id
from huiyin.knowledge import actions, queries
from huiyin.knowledge.access import CHECKERS, admit_guide_editor, admit_writer, may_edit_guides
from huiyin.knowledge.access import may_write as may_write_in
from huiyin.knowledge.queries import AnswerRow
from huiyin.knowledge.rules import fitting
from huiyin.matters import queries as matters
from huiyin.matters.queries import MatterView
from huiyin.staff.queries import local_day

SHOWS = {
    "all": lazy("在用"),
    "check": lazy("等核对"),
    "review": lazy("该复核"),
    "retired": lazy("已停用"),
}
VERBS: dict[str, Callable[..., None]] = {
    "confirm": actions.confirm_answer,
    "retire": actions.retire_answer,
    "restore": actions.restore_answer,
    "use": actions.count_use,
}
DONE = {
    "confirm": lazy("已核对,业主可以看到了。"),
    "retire": lazy("已停用,可以随时恢复。"),
    "restore": lazy("已恢复使用。"),
    "use": lazy("已记一次使用。"),
}
QUESTION_MOST = 120
REPLY_BOX = "#id_reply-text"


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """Show the answers in use, or those that wait for a second look or a review."""
    on, chosen = _today(request), request.GET.get("show", "all")
    who: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id, "on": on}
    counts = queries.tally(**who)
    page = queries.answers(**who, show=chosen, cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "chosen": chosen if chosen in SHOWS else "all",
        "shows": [(code, title, getattr(counts, code)) for code, title in SHOWS.items()],
        "today": on,
        "may_write": may_write_in(request.caller, request.community.id),
    }
    return show(request, "knowledge/board.html", "knowledge/_board.html", context)


@require_safe
@staff_page
def find(request: StaffRequest) -> HttpResponse:
    """List the answers for what is typed; ``for=reply`` lets one be put into a reply."""
    text = request.GET.get("text", "").strip()
    found = queries.find(caller=request.caller, community_id=request.community.id, text=text)
    fills = REPLY_BOX if request.GET.get("for") == "reply" else ""
    context = {"answers": found, "asked": text, "fills": fills}
    return render(request, "knowledge/_hits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Write an answer, from scratch or from what was replied in a matter."""
    admit_writer(request.caller, request.community.id)
    number = request.GET.get("from", "")
    found = _matter(request, number) if number else None
    initial = _from_matter(found) if found else {}
    form = AnswerForm(
        request.POST or None, initial=initial, for_company=may_write_in(request.caller, None)
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        for_all = values.pop("company", False)
        try:
            actions.keep_answer(
                by=request.caller,
                at=request.moment,
                community_id=None if for_all else request.community.id,
                from_matter=number,
                secrets=_secrets(request, number),
                **values,
            )
        except Refused as refusal:
            _take_back(form, refusal)
        else:
            messages.success(request, _("已存入知识库。"))
            return redirect("knowledge")
    context = {"form": form, "from_matter": number}
    return render(request, "knowledge/answer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one answer, and change it."""
    found = queries.answer(caller=request.caller, community_id=request.community.id, answer_id=pk)
    initial = {
        name: getattr(found, name)
        for name in ("question", "answer", "words", "owner_visible", "review_on")
    }
    form = AnswerForm(request.POST or None, initial=initial, for_company=False)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_answer(
                by=request.caller,
                at=request.moment,
                answer_id=pk,
                secrets=_secrets(request, found.from_matter),
                **form.cleaned_data,
            )
        except Refused as refusal:
            _take_back(form, refusal)
        else:
            messages.success(request, _("已保存修改。"))
            return redirect("knowledge_answer", pk)
    context = {
        "form": form,
        "answer": found,
        "source": "".join(matters.seen(caller=request.caller, numbers=[found.from_matter])),
        "may_confirm": _may_confirm(request, found),
        "today": _today(request),
    }
    return render(request, "knowledge/answer.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page
def act(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm, retire, restore or use an answer."""
    if verb not in VERBS:
        raise Http404
    queries.answer(caller=request.caller, community_id=request.community.id, answer_id=pk)
    try:
        VERBS[verb](by=request.caller, at=request.moment, answer_id=pk)
    except Refused as refusal:
        if refusal.status in {403, 404} or wants_fragment(request):
            raise
        messages.error(request, str(refusal))
        return redirect("knowledge_answer", pk)
    if verb == "use" and wants_fragment(request):
        return render(request, "knowledge/_used.html")
    messages.success(request, str(DONE[verb]))
    return redirect("knowledge_answer", pk)


def _matter(request: StaffRequest, number: str) -> MatterView:
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    if found.community_id != request.community.id:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return found


def _from_matter(found: MatterView) -> dict[str, str]:
    """Return what a reply suggests as an answer; it is looked through before it is kept."""
    replies = [one.text for one in found.events if one.kind == "replied" and one.text]
    return {
        "question": found.text[:QUESTION_MOST],
        "answer": replies[-1] if replies else found.result,
    }


def _secrets(request: StaffRequest, number: str) -> list[str]:
    """Return what tells who asked, known to the system even where the writer may not see it."""
    if not number:
        return []
    found = matters.matter(caller=SYSTEM, number=number, at=request.moment)
    return [one for one in (found.caller_name, found.caller_phone, found.house) if one]


def _may_confirm(request: StaffRequest, found: AnswerRow) -> bool:
    return (
        found.owner_visible
        and not found.public
        and not found.retired
        and request.caller.holds(found.community_id, *CHECKERS)
    )


def _take_back(form: AnswerForm | GuidesForm, refusal: Refused) -> None:
    if refusal.status in {403, 404}:
        raise refusal
    form.take_back(refusal)


def _today(request: StaffRequest) -> date:
    return local_day(request.moment, request.community.zone)


# -- guides


@require_safe
@staff_page
def guides(request: StaffRequest) -> HttpResponse:
    """Show every guide on one page that can be printed."""
    community_id = request.community.id
    context: dict[str, Any] = {
        "guides": queries.guides(community_id=community_id),
        "versions": queries.guide_versions(caller=request.caller, community_id=community_id),
        "current": queries.latest_guides(community_id),
        "may_edit": may_edit_guides(request.caller, community_id),
    }
    return show(request, "knowledge/guides.html", "knowledge/_guides.html", context)


@require_safe
@staff_page
def guide(request: StaffRequest) -> HttpResponse:
    """Show the guide for the channel and kind chosen on the desk."""
    found = queries.guides(community_id=request.community.id)
    channel, kind = request.GET.get("channel", ""), request.GET.get("kind", "")
    chosen = fitting(found, channel=channel, kind=kind)
    return render(request, "knowledge/_guide.html", {"guide": chosen, "guides": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit_guides(request: StaffRequest) -> HttpResponse:
    """Change the guides; each change is a version with its reason."""
    community_id = request.community.id
    asked = request.GET.get("version", "")
    number, text = queries.guide_source(
        caller=request.caller,
        community_id=community_id,
        number=int(asked) if is_row_id(asked) else None,
    )
    admit_guide_editor(request.caller, community_id)
    latest = queries.latest_guides(community_id)
    form = GuidesForm(request.POST or None, initial={"text": text, "base": latest})
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_guides(
                by=request.caller,
                at=request.moment,
                community_id=community_id,
                **form.cleaned_data,
            )
        except Refused as refusal:
            _take_back(form, refusal)
        else:
            messages.success(request, _("已保存为第 %(n)d 版,马上生效。") % {"n": saved})
            return redirect("guides")
    context = {"form": form, "number": number, "latest": latest}
    return render(
        request, "knowledge/edit_guides.html", context, status=422 if form.errors else 200
    )
