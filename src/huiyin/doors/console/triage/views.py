"""The proposal under the text box of the desk, and the page of the table of words."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.triage.forms import TableForm
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Refused
from huiyin.kernel.paging import is_row_id
from huiyin.knowledge import queries as knowledge
from huiyin.matters import titles
from huiyin.triage import actions, queries
from huiyin.triage.access import admit_editor
from huiyin.triage.measure import Figures
from huiyin.triage.queries import Suggestion
from huiyin.triage.rules import Entry

LONG_ENOUGH = 2
MOST_ANSWERS = 3
MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Words:
    """The entries of one kind, as the page of the table shows them."""

    title: str
    urgent: bool
    entries: tuple[Entry, ...]


@require_POST
@staff_page
def suggest(request: StaffRequest) -> HttpResponse:
    """Propose kind and urgency of what was typed so far, and answers already known.

    It is asked by POST because what owners say does not belong into the log of addresses.
    """
    text = request.POST.get("text", "").replace("\0", "").strip()
    context: dict[str, Any] = {}
    if len(text) >= LONG_ENOUGH:
        found = queries.suggest(community_id=request.community.id, text=text)
        context = {
            "found": found,
            "words": list(dict.fromkeys(words for words, _why in found.seen))[:MOST_WORDS],
            "chosen": request.POST.get("kind", ""),
            "answers": knowledge.find(
                caller=request.caller,
                community_id=request.community.id,
                text=text,
                limit=MOST_ANSWERS,
            ),
        }
    return render(request, "triage/_suggestion.html", context)


@require_safe
@staff_page
def table(request: StaffRequest) -> HttpResponse:
    """Show the table that counts in words, and its versions."""
    found = queries.table(caller=request.caller, community_id=request.community.id)
    versions = queries.versions(caller=request.caller, community_id=request.community.id)
    by_kind = sorted(found.entries, key=lambda one: (not one.urgent, one.kind))
    context = {
        "table": found,
        "groups": [
            Words(str(titles.KINDS[kind]), urgent, tuple(entries))
            for (urgent, kind), entries in groupby(by_kind, lambda one: (one.urgent, one.kind))
        ],
        "versions": versions,
    }
    return show(request, "triage/table.html", "triage/_table.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: StaffRequest) -> HttpResponse:
    """Change the table: try sentences against the draft, then save it as a new version."""
    community_id = request.community.id
    asked = request.GET.get("version", "")
    found = queries.table(
        caller=request.caller,
        community_id=community_id,
        number=int(asked) if is_row_id(asked) else None,
    )
    admit_editor(request.caller, community_id)
    initial = {"text": found.text, "base": found.latest}
    trying = request.POST.get("do") == "try"
    form = TableForm(request.POST or None, initial=initial, trying=trying)
    context: dict[str, Any] = {"form": form, "table": found}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if not trying:
                    return _save(request, form)
                context |= _try(request, form)
                status = 200
            except Refused as refusal:
                if refusal.status in {403, 404}:
                    raise
                form.take_back(refusal)
    return render(request, "triage/edit.html", context, status=status)


def _save(request: StaffRequest, form: TableForm) -> HttpResponse:
    number = actions.save_table(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        text=form.cleaned_data["text"],
        reason=form.cleaned_data["reason"],
        base=form.cleaned_data["base"],
    )
    messages.success(request, _("已保存为第 %(n)d 版,马上生效。") % {"n": number})
    return redirect("triage")


def _try(request: StaffRequest, form: TableForm) -> dict[str, Any]:
    tried: tuple[tuple[str, Suggestion], ...]
    figures: Figures
    tried, figures = queries.attempt(
        caller=request.caller,
        community_id=request.community.id,
        draft=form.cleaned_data["text"],
        sentences=form.cleaned_data["sentences"].splitlines(),
    )
    return {"tried": tried, "figures": figures}
