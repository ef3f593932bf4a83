"""The pages of templates: the list, one with its versions, and the form that writes a new one."""

import secrets

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.checklists import actions, queries, rules, titles
from huiyin.checklists.access import admit_to_write, may_write
from huiyin.checklists.actions import UnableToSaveTemplate
from huiyin.checklists.rows import TemplateView
from huiyin.checklists.rules import Item
from huiyin.doors.console.checklists import drafting
from huiyin.doors.console.checklists.drafting import Row
from huiyin.doors.console.checklists.marking import say_range
from huiyin.doors.console.checklists.views import belongs_to_procedure
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.caller import POSTS
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.matters.titles import KINDS as MATTER_KINDS
from huiyin.matters.titles import POSTS as POST_TITLES

NEW = "new"
ORIGINS = {
    "shipped": gettext_lazy("随系统提供"),
    "company": gettext_lazy("随系统提供"),
    "community": gettext_lazy("本小区修改"),
}
# What a failed item may become: something to be repaired, dealt with or put right.
RAISED = ("repair.public", "repair", "builder_defect", "complaint.emergency", "help", "suggestion")


class HeadForm(DoorForm):
    """What a new version is called, and why it is made."""

    title = forms.CharField(label=gettext_lazy("检查表名称"), max_length=rules.LONGEST_TITLE)
    reason = forms.CharField(
        label=gettext_lazy("修改原因"), widget=text_area(2), max_length=actions.LONGEST_REASON
    )


class RetireForm(DoorForm):
    """Use the community's own version no more."""

    reason = forms.CharField(
        label=gettext_lazy("停用原因"), widget=text_area(2), max_length=actions.LONGEST_REASON
    )


@require_safe
@staff_page
def templates(request: StaffRequest) -> HttpResponse:
    """Show the checklists of the community and which version is in use."""
    place = request.community.id
    rows = queries.templates(caller=request.caller, community_id=place)
    context = {
        "rows": [(row, ORIGINS[row.origin], belongs_to_procedure(row.code)) for row in rows],
        "may_write": may_write(request.caller, place),
    }
    return render(request, "checklists/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def template(request: StaffRequest, code: str) -> HttpResponse:
    """Show a checklist, its items and its versions; give up the community's own version."""
    found = _found(request, code)
    form = RetireForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        admit_to_write(request.caller, request.community.id)
        try:
            if form.is_valid():
                actions.retire_template(
                    by=request.caller,
                    at=request.moment,
                    community_id=request.community.id,
                    code=code,
                    **form.cleaned_data,
                )
                messages.success(request, _("本小区的版本已停用。"))
                return redirect("checklist_templates")
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        status = 422
    context = {
        "found": found,
        "origin": ORIGINS[found.row.origin],
        "items": [_words(item) for item in found.items],
        "versions": [(one, ORIGINS[one.origin]) for one in found.versions],
        "may_start": not belongs_to_procedure(code),
        "form": form,
        "is_retiring": form.is_bound,
    }
    return render(request, "checklists/template.html", context, status=status)


def _found(request: StaffRequest, code: str) -> TemplateView:
    return queries.template(caller=request.caller, community_id=request.community.id, code=code)


def _words(item: Item) -> dict[str, object]:
    """Return an item with everything about it in words."""
    return {
        "item": item,
        "kind": titles.KINDS[item.kind],
        "range": say_range(item) if item.kind == "number" else "",
        "options": "、".join(item.options),
        "who": POST_TITLES[item.who] if item.who else "",
        "raises": MATTER_KINDS.get(item.raises, item.raises),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: StaffRequest, code: str) -> HttpResponse:
    """Write a new version: rows are added, moved and taken away on the server, nothing is lost."""
    admit_to_write(request.caller, request.community.id)
    found = None if code == NEW else _found(request, code)
    if request.method != "POST":
        return _start(request, code, found)
    act = request.POST.get("do", "")
    rows = drafting.read_rows({name: str(value) for name, value in request.POST.items()})
    if act != "save":
        form = HeadForm(initial={name: request.POST.get(name, "") for name in HeadForm.base_fields})
        return _form(request, code, form, drafting.change(rows, act))
    form = HeadForm(request.POST)
    problems = rules.problems_of(drafting.to_items(rows))
    rows, whole = drafting.judged(rows, problems)
    for said in whole:
        form.add_error(None, said)
    if form.is_valid() and not problems:
        try:
            return _save(request, code, form, rows)
        except UnableToSaveTemplate as refused:
            rows, whole = drafting.judged(rows, refused.problems)
            for said in whole:
                form.add_error(None, said)
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
    return _form(request, code, form, rows, status=422)


def _start(request: StaffRequest, code: str, found: TemplateView | None) -> HttpResponse:
    if found is None:
        return _form(request, code, HeadForm(), drafting.change([], "add"))
    form = HeadForm(initial={"title": found.row.title})
    return _form(request, code, form, drafting.rows_of(found.items))


def _save(request: StaffRequest, code: str, form: HeadForm, rows: list[Row]) -> HttpResponse:
    if code == NEW:
        code = f"own.{secrets.token_hex(4)}"
    title, reason = form.cleaned_data["title"], form.cleaned_data["reason"]
    actions.save_template(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        code=code,
        title=title,
        items=drafting.toml(rows, title),
        reason=reason,
    )
    messages.success(request, _("新的一版已保存,从现在起开始的检查照此进行。"))
    return redirect("checklist_template", code)


def _form(
    request: StaffRequest, code: str, form: HeadForm, rows: list[Row], *, status: int = 200
) -> HttpResponse:
    context = {
        "code": code,
        "is_new": code == NEW,
        "form": form,
        "rows": drafting.numbered(rows),
        "has_errors": any(row.errors for row in rows),
        "kinds": titles.KINDS.items(),
        "posts": [(post, POST_TITLES[post]) for post in POSTS],
        "raised": [(kind, MATTER_KINDS[kind]) for kind in RAISED],
        "may_add": len(rows) < rules.MOST_ITEMS,
    }
    return show(request, "checklists/edit.html", "checklists/_edit.html", context, status=status)
