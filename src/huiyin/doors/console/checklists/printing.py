"""A checklist on paper: a blank form to fill in by hand, or a run as it was filled in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.checklists import queries, rules, titles
from huiyin.checklists.rules import Item
from huiyin.doors.console.checklists.marking import say_range
from huiyin.doors.console.checklists.views import about_words, seen_run
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.middleware import StaffRequest


@require_safe
@staff_page
def print_run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Show a run as a paper to be signed and filed."""
    found = seen_run(request, run_id)
    lines = [
        {
            "item": view.item,
            "asks": _asks(view.item),
            "mark": view.mark,
            "answer": titles.answer(view.item, view.mark.value) if view.mark else "",
            "photos": rules.files_in(view.mark.value) if view.mark else (),
            "is_late": view.is_late,
        }
        for view in found.items
    ]
    context = {
        "run": found,
        "title": found.title,
        "community": found.community,
        "number": f"{request.community.code}-JC-{found.id:06d}",
        "about": about_words(found.subject),
        "lines": lines,
        "code": codes.drawn(codes.site(request) + reverse("checklist_run", args=[run_id])),
    }
    return render(request, "checklists/paper.html", context)


@require_safe
@staff_page
def print_blank(request: StaffRequest, code: str) -> HttpResponse:
    """Show a blank form, for work without a phone."""
    found = queries.template(caller=request.caller, community_id=request.community.id, code=code)
    context = {
        "run": None,
        "title": found.row.title,
        "community": request.community.name,
        "number": "",
        "about": "",
        "lines": [
            {"item": item, "asks": _asks(item), "blank": _blank(item)} for item in found.items
        ],
        "code": codes.drawn(codes.site(request) + reverse("checklist_template", args=[code])),
    }
    return render(request, "checklists/paper.html", context)


def _asks(item: Item) -> str:
    """Say what a good answer is."""
    if item.kind == "number":
        return say_range(item)
    return "/".join(item.options)


def _blank(item: Item) -> str:
    """Return what stands on paper to be ticked or completed."""
    boxes = {"tick": (_("是"), _("否")), "choice": item.options}.get(item.kind, ())
    if boxes:
        return " ".join(f"□ {one}" for one in boxes)
    return f"______ {item.unit}" if item.kind == "number" else ""
