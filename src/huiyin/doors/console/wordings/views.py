"""Templates of messages: what is said, the community's own wording, its approval (NOT-01)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.wordings.forms import WordingForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows import reactions, wording
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.notices import actions, listings
from huiyin.notices.listings import TemplateView
from huiyin.notices.wording import samples


@require_safe
@staff_page
def templates(request: StaffRequest) -> HttpResponse:
    """List the occasions on which owners are told something, and whose wording is in use."""
    rows = listings.templates(caller=request.caller, community_id=request.community.id)
    return render(request, "wordings/wordings.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def template(request: StaffRequest, code: str) -> HttpResponse:
    """Show a template as owners read it; save a draft, hand it in, or go back to the shipped."""
    view = _view(request, code)
    if request.method != "POST":
        return _page(request, view, WordingForm(initial=_initial(view)))
    form = WordingForm(request.POST)
    step = STEPS.get(request.POST.get("step", "save"), _save)
    if not form.is_valid():
        return _page(request, view, form, status=422)
    try:
        step(request, code, form)
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return _page(request, view, form, status=refusal.status)
    return redirect("wording", code)


@require_POST
@staff_page
def preview(request: StaffRequest, code: str) -> HttpResponse:
    """Show how the words typed so far would be read; nothing is kept."""
    _view(request, code)
    form = WordingForm(request.POST)
    if not form.is_valid():
        return render(request, "wordings/_preview.html", {"shown": ()})
    return render(request, "wordings/_preview.html", _preview(request, code, form.texts))


def _save(request: StaffRequest, code: str, form: WordingForm) -> None:
    _keep(request, code, form)
    messages.success(request, _("草稿已保存。审批通过前,业主收到的还是原来的文字。"))


def _submit(request: StaffRequest, code: str, form: WordingForm) -> None:
    _keep(request, code, form)
    wording.submit(
        by=request.caller, at=request.moment, community_id=request.community.id, code=code
    )
    reactions.react(request.moment)
    messages.success(request, _("已提交审批。"))


def _retire(request: StaffRequest, code: str, form: WordingForm) -> None:
    actions.retire_template(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        code=code,
        reason=_("在模板页恢复系统原文"),
    )
    messages.success(request, _("已恢复系统原文。"))


STEPS: dict[str, Callable[[StaffRequest, str, WordingForm], None]] = {
    "save": _save,
    "submit": _submit,
    "retire": _retire,
}


def _keep(request: StaffRequest, code: str, form: WordingForm) -> None:
    actions.save_template(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        code=code,
        texts=form.texts,
        vendor_ids=form.vendor_ids,
    )


def _view(request: StaffRequest, code: str) -> TemplateView:
    return listings.template(caller=request.caller, community_id=request.community.id, code=code)


def _initial(view: TemplateView) -> dict[str, str]:
    return WordingForm.initial_of(view.draft.template if view.draft else view.in_use)


def _preview(request: StaffRequest, code: str, texts: dict[str, dict[str, str]]) -> dict[str, Any]:
    shown = listings.preview(code=code, texts=texts, community=request.community.name)
    return {"shown": shown}


def _page(
    request: StaffRequest, view: TemplateView, form: WordingForm, *, status: int = 200
) -> HttpResponse:
    code = view.shipped.code
    texts = form.texts if form.is_bound and form.is_valid() else _texts(view)
    context = {
        "view": view,
        "form": form,
        "variables": samples(view.shipped),
        "is_code": view.shipped.category == "code",
        "in_review": view.draft is not None and view.draft.state == "in_review",
        **_preview(request, code, texts),
    }
    return render(request, "wordings/wording.html", context, status=status)


def _texts(view: TemplateView) -> dict[str, dict[str, str]]:
    said = view.draft.template if view.draft else view.in_use
    return {
        language: {"subject": one.subject, "text": one.text, "short": one.short}
        for language, one in said.texts.items()
    }
