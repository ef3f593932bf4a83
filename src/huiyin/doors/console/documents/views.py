"""The archive (档案): found again, opened, taken in, written, printed, destroyed (PLN-04)."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.documents import actions, queries, titles
from huiyin.documents.access import admit_writer, is_leader, may_write
from huiyin.documents.queries import PaperView
from huiyin.doors.console.documents.forms import (
    STEPS,
    EditFileForm,
    EditLetterForm,
    FileForm,
    LetterForm,
    PaperForm,
    PaperStep,
    fresh,
)
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import EARLIEST, LATEST, DoorForm
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows.reactions import react
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.matters.titles import POSTS as POST_TITLES

CONFLICT, NOT_TAKEN = 409, 422


@require_safe
@staff_page
def archive(request: StaffRequest) -> HttpResponse:
    """List the papers the caller may read; htmx asks for a search, or the following rows."""
    return _archive(request, "")


def _archive(request: StaffRequest, refused: str, *, status: int = 200) -> HttpResponse:
    asked, bad = _asked(request)
    page = queries.papers(
        caller=request.caller,
        community_id=request.community.id,
        zone=request.community.zone,
        cursor=request.GET.get("cursor", ""),
        **asked,
    )
    typed = {name: request.GET.get(name, "") for name in ("since", "until")}
    words = {**{name: one for name, one in asked.items() if isinstance(one, str)}, **typed}
    given = {name: one for name, one in words.items() if one}
    context: dict[str, Any] = {
        "page": page,
        "asked": words,
        "bad": bad,
        "refused": refused,
        "is_filtered": bool(given),
        "more": urlencode({**given, "cursor": page.next}) if page.next else "",
        "kinds": titles.KINDS.items(),
        "departments": titles.DEPARTMENTS.items(),
        "states": titles.STATES.items(),
        "may_write": may_write(request.caller, request.community.id),
        "may_destroy": is_leader(request.caller, request.community.id),
    }
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "documents/_rows.html", context)
    return show(request, "documents/archive.html", "documents/_list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest, how: str) -> HttpResponse:
    """Take in a scan (``file``), or write a letter (``letter``)."""
    if how not in {"file", "letter"}:
        raise Http404
    admit_writer(request.caller, request.community.id)
    kind: type[PaperForm] = FileForm if how == "file" else LetterForm
    if request.method != "POST":
        first = "other" if how == "file" else "letter"
        initial = {**fresh(), "kind": first, "house": request.GET.get("house", "")[:40]}
        return _new(request, how, kind(initial=initial))
    form = kind(request.POST, request.FILES)
    if form.is_valid():
        try:
            pk = _made(request, form)
        except Forbidden:
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("paper", pk)
    return _new(request, how, form, status=NOT_TAKEN)


def _made(request: StaffRequest, form: PaperForm) -> int:
    place, typed = request.community.id, form.cleaned_data
    common = {"by": request.caller, "at": request.moment, "key": typed["key"]}
    if isinstance(form, LetterForm):
        return actions.draft_paper(
            facts=form.facts(place), form="letter", data=form.said(), **common
        )
    return actions.archive_file(
        facts=form.facts(place, typed["summary"]),
        name=typed["file"].name,
        file=typed["file"].read(),
        keep_years=typed["keep_years"],
        needs_release=typed["needs_release"],
        **common,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def paper(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a paper with its versions and readers, and do what was chosen."""
    if request.method != "POST":
        return _paper(request, pk, {})
    name = request.POST.get("step", "")
    if name not in STEPS:
        raise Http404
    form = STEPS[name](request.POST, prefix=name)
    if form.is_valid():
        try:
            STEPS[name].action(
                by=request.caller, at=request.moment, paper_id=pk, **form.cleaned_data
            )
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            form.take_back(refusal)
            return _paper(request, pk, {name: form}, status=refusal.status)
        react(request.moment)
        messages.success(request, str(STEPS[name].said))
        return redirect("paper", pk)
    return _paper(request, pk, {name: form}, status=NOT_TAKEN)


@require_safe
@staff_page
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a paper as PDF; one that is confidential leaves an entry in the trail."""
    data, name = queries.paper_bytes(caller=request.caller, paper_id=pk, at=request.moment)
    return pdf_answer(name, data)


@require_POST
@staff_page
def revise(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin the next version of a paper."""
    try:
        draft = actions.revise(by=request.caller, at=request.moment, paper_id=pk)
    except WrongState as refusal:
        messages.error(request, str(refusal))
        return redirect("paper", pk)
    messages.success(request, _("已按原文起草新版。新版批准后,旧版自动标为“已被新版代替”。"))
    return redirect("paper_edit", draft)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what a draft says."""
    view = queries.paper(caller=request.caller, paper_id=pk)
    if "edit" not in view.may:
        raise Forbidden(_("审批中或已生效的文件不能改。请先撤回,或出新版。"))
    kind: type[DoorForm] = EditLetterForm if view.form else EditFileForm
    if request.method != "POST":
        return _edit(request, view, kind(initial=_said(view)))
    form = kind(request.POST, request.FILES)
    if form.is_valid() and form.tries(lambda: _changed(request, pk, form)):
        messages.success(request, _("已保存。"))
        return redirect("paper", pk)
    return _edit(request, view, form, status=NOT_TAKEN)


def _changed(request: StaffRequest, pk: int, form: DoorForm) -> None:
    typed = form.cleaned_data
    common: dict[str, Any] = {
        "by": request.caller,
        "at": request.moment,
        "paper_id": pk,
        "title": typed["title"],
    }
    if isinstance(form, LetterForm):
        actions.edit_draft(data=form.said(), **common)
        return
    given = typed["file"]
    actions.edit_draft(
        summary=typed["summary"],
        file=given.read() if given else None,
        name=given.name if given else "",
        **common,
    )


@require_POST
@staff_page
def print_together(request: StaffRequest) -> HttpResponse:
    """Answer the chosen papers as one file to print."""
    try:
        data = actions.print_together(
            by=request.caller, at=request.moment, paper_ids=_chosen(request)
        )
    except (BadInput, WrongState) as refusal:
        return _archive(request, str(refusal), status=refusal.status)
    return pdf_answer(_("%(code)s 合并打印") % {"code": request.community.code}, data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def over(request: StaffRequest) -> HttpResponse:
    """List what is kept long enough, and let two leaders destroy it."""
    refused = ""
    status = 200
    if request.method == "POST":
        try:
            said = _ended(request)
        except (BadInput, WrongState) as refusal:
            refused, status = str(refusal), refusal.status
        else:
            messages.success(request, said)
            return redirect("archive_over")
    page = queries.over(
        caller=request.caller,
        community_id=request.community.id,
        at=request.moment,
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "refused": refused,
        "more": urlencode({"cursor": page.next}) if page.next else "",
    }
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "documents/_over_rows.html", context)
    return render(request, "documents/over.html", context, status=status)


def _ended(request: StaffRequest) -> str:
    """Do with the chosen papers what was asked; return what to say."""
    acts: dict[str, tuple[Callable[..., int], str]] = {
        "propose": (actions.propose_destruction, _("已提出销毁 %(n)d 份,等另一位负责人批准。")),
        "approve": (actions.approve_destruction, _("已销毁 %(n)d 份,登记信息保留。")),
        "refuse": (actions.refuse_destruction, _("已保留 %(n)d 份。")),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    done, said = act
    count = done(by=request.caller, at=request.moment, paper_ids=_chosen(request))
    return said % {"n": count}


def _new(request: StaffRequest, how: str, form: PaperForm, *, status: int = 200) -> HttpResponse:
    return render(request, "documents/new.html", {"form": form, "how": how}, status=status)


def _edit(
    request: StaffRequest, view: PaperView, form: DoorForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "documents/edit.html", {"view": view, "form": form}, status=status)


def _paper(
    request: StaffRequest, pk: int, refused: dict[str, PaperStep], *, status: int = 200
) -> HttpResponse:
    view = queries.paper(caller=request.caller, paper_id=pk)
    names = [name for name in STEPS if name in view.may or name in refused]
    steps = [(name, refused.get(name) or _step(name, view)) for name in names]
    context = {
        "view": view,
        "row": view.row,
        "steps": steps,
        "readers": [POST_TITLES.get(post, post) for post in view.readers],
    }
    return render(request, "documents/paper.html", context, status=status)


def _step(name: str, view: PaperView) -> PaperStep:
    known = {"confidential": view.row.level, "readers": view.readers}
    return STEPS[name](prefix=name, initial=known)


def _said(view: PaperView) -> dict[str, Any]:
    """Return what a draft says, as its form shows it; the text of a scan stays in the summary."""
    to = view.data.get("to") or {}
    return {
        **view.data,
        "title": view.row.title,
        "summary": view.summary,
        "to_name": to.get("name", ""),
        "to_address": to.get("address", ""),
    }


def _chosen(request: StaffRequest) -> list[int]:
    """Return the papers whose boxes were ticked."""
    given = request.POST.getlist("paper")
    if not all(one.isascii() and one.isdigit() and len(one) < _LONGEST_ID for one in given):
        raise NotFound(_("没有这份文件。"))
    return [int(one) for one in given]


_LONGEST_ID = 18


def _asked(request: StaffRequest) -> tuple[dict[str, Any], str]:
    """Return what is looked for, and what is wrong with it."""
    given = request.GET
    asked: dict[str, Any] = {
        "q": given.get("q", "")[:60],
        "kind": given.get("kind", "") if given.get("kind", "") in titles.KINDS else "",
        "department": (
            given.get("department", "") if given.get("department", "") in titles.DEPARTMENTS else ""
        ),
        "state": given.get("state", "") if given.get("state", "") in titles.STATES else "",
    }
    bad = ""
    for name in ("since", "until"):
        try:
            asked[name] = _day(given.get(name, ""))
        except ValueError:
            asked[name], bad = None, _("日期应写作 2026-03-16,并在 2000 年到 2100 年之间。")
    return asked, bad


def _day(text: str) -> date | None:
    if not text:
        return None
    day = date.fromisoformat(text)
    if not EARLIEST < day < LATEST:
        raise ValueError(text)
    return day
