"""The pages of runs: start one, fill it in item by item, end or drop it, look at old ones."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.checklists import actions, queries
from huiyin.checklists.rows import RunRow, RunView
from huiyin.doors.console.checklists.marking import NOTHING, Line, Sent, line, value_of
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.files import queries as files
from huiyin.flows.reactions import react
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters import queries as matters

LISTS = {
    "open": gettext_lazy("进行中"),
    "done": gettext_lazy("已完成"),
    "all": gettext_lazy("全部"),
}
PLACE = "place:"  # what is inspected on its own; the others belong to a procedure with its own page
MATTER = "matter:"
PHOTO_AGE = 24 * 3600


class StartForm(DoorForm):
    """Start going through a checklist somewhere."""

    code = forms.ChoiceField(label=gettext_lazy("检查表"))
    place = forms.CharField(
        label=gettext_lazy("检查地点或对象"),
        max_length=50,
        help_text=gettext_lazy("如:3栋 1号电梯机房"),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = choices  # type: ignore[attr-defined]


class DropForm(DoorForm):
    """Give up a run."""

    reason = forms.CharField(label=gettext_lazy("作废原因"), widget=text_area(2))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def checklists(request: StaffRequest) -> HttpResponse:
    """Show the runs of the community, newest first, and start one."""
    chosen, cursor = request.GET.get("show", "open"), request.GET.get("cursor", "")
    if chosen not in LISTS:
        raise Http404
    place = request.community.id
    form, status = _start_form(request), 200
    if request.method == "POST":
        try:
            if form.is_valid():
                return redirect("checklist_run", _start(request, form))
        except NotFound:
            raise
        except Refused as refusal:
            form.take_back(refusal)
        status = 422
    state = "" if chosen == "all" else chosen
    page = queries.runs(caller=request.caller, community_id=place, state=state, cursor=cursor)
    context = {
        "lists": LISTS.items(),
        "chosen": chosen,
        "rows": [(row, about_words(row.subject)) for row in _seen(request, page.items)],
        "next": page.next,
        "form": form,
    }
    if cursor and wants_fragment(request):
        return render(request, "checklists/_rows.html", context)
    whole, part = "checklists/checklists.html", "checklists/_list.html"
    return show(request, whole, part, context, status=status)


def _seen(request: StaffRequest, rows: Sequence[RunRow]) -> list[RunRow]:
    """Leave out the runs about matters that the caller may not see: their numbers tell already."""
    numbers = {row.subject: row.subject.partition(MATTER)[2] for row in rows}
    seen = matters.seen(caller=request.caller, numbers=numbers.values())
    return [row for row in rows if not numbers[row.subject] or numbers[row.subject] in seen]


def _start_form(request: StaffRequest) -> StartForm:
    """Return the form to start a run; checklists of a procedure are started there."""
    rows = queries.templates(caller=request.caller, community_id=request.community.id)
    choices = [(row.code, row.title) for row in rows if not belongs_to_procedure(row.code)]
    given = request.POST if request.method == "POST" else None
    return StartForm(given, choices=choices, initial={"code": request.GET.get("code", "")})


def belongs_to_procedure(code: str) -> bool:
    """Tell whether a checklist is gone through on the page of its procedure only."""
    return code.startswith(("visit.", "emergency."))


def _start(request: StaffRequest, form: StartForm) -> int:
    return actions.start_run(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        code=form.cleaned_data["code"],
        subject=PLACE + form.cleaned_data["place"].strip(),
    )


def about_words(subject: str) -> str:
    """Return what a run is about in words: the place, the number of the matter."""
    kind, _colon, name = subject.partition(":")
    return _("值班") + f" {name}" if kind in ("shift", "duty") else name


def seen_run(request: StaffRequest, run_id: int) -> RunView:
    """Return a run to whoever may see what it is about; NotFound to others."""
    found = queries.run(caller=request.caller, run_id=run_id, at=request.moment)
    if found.subject.startswith(MATTER):
        number = found.subject.removeprefix(MATTER)
        matters.matter(caller=request.caller, number=number, at=request.moment)
    return found


@require_safe
@staff_page
def run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Show a run: each item a small form of its own while it is open."""
    return _show(request, seen_run(request, run_id))


@require_POST
@staff_page
def mark(request: StaffRequest, run_id: int, item: str) -> HttpResponse:
    """Mark one item; the answer is that item drawn anew, and how far the run is."""
    found = _own(request, run_id)
    view = next((one for one in found.items if one.item.key == item), None)
    if view is None:
        raise Http404
    sent, error, status = _sent(request), "", 200
    try:
        value = value_of(view, sent, by=request.caller, at=request.moment)
        actions.mark_item(
            by=request.caller,
            at=request.moment,
            run_id=run_id,
            item=item,
            value=value,
            note=sent.text("note"),
            key=_key(sent.text("key")),
        )
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        error, status = str(refusal), refusal.status
    else:
        react(request.moment)
    found = seen_run(request, run_id)
    if not wants_fragment(request):
        if not error:
            return redirect("checklist_run", run_id)
        return _show(request, found, refused=(item, sent, error), status=status)
    lines = _lines(request, found, (item, sent, error))
    one = next(one for one in lines if one.item.key == item)
    body = render_to_string(
        "checklists/_item.html",
        {"run": found, "line": one, "may_mark": found.state == "open"},
        request,
    )
    body += render_to_string("checklists/_progress.html", {"run": found, "oob": True}, request)
    return HttpResponse(body, status=status)


def _own(request: StaffRequest, run_id: int) -> RunView:
    """Return a run that may be filled in here; the others have a page of their own."""
    found = seen_run(request, run_id)
    if not found.subject.startswith(PLACE):
        raise Forbidden(_("这份检查表在它所属的页面上填写。"))
    return found


def _sent(request: StaffRequest) -> Sent:
    texts = {name: str(value) for name, value in request.POST.items()}
    if any("\0" in value for value in texts.values()):
        raise BadInput(_("内容里有无法保存的字符,请删掉后再提交。"))
    return Sent(texts, [one for one in request.FILES.getlist("files") if one])


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
@staff_page
def finish(request: StaffRequest, run_id: int) -> HttpResponse:
    """End a run; what is still missing is named."""
    _own(request, run_id)
    try:
        actions.end_run(by=request.caller, at=request.moment, run_id=run_id)
    except actions.UnableToEnd as refusal:
        messages.error(request, str(refusal))
        found = seen_run(request, run_id)
        return _show(request, found, status=refusal.status)
    messages.success(request, _("检查表已完成。"))
    return redirect("checklist_run", run_id)


@require_POST
@staff_page
def drop(request: StaffRequest, run_id: int) -> HttpResponse:
    """Give up a run for a reason."""
    found, form = _own(request, run_id), DropForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            actions.drop_run(
                by=request.caller, at=request.moment, run_id=run_id, **form.cleaned_data
            )
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
            status = refusal.status
        else:
            messages.success(request, _("检查表已作废。"))
            return redirect("checklist_run", run_id)
    return _show(request, found, drop_form=form, status=status)


@require_safe
@staff_page
def photo(request: StaffRequest, run_id: int, photo: int) -> HttpResponse:
    """Send a picture of a run to those who may see the run, and to nobody else."""
    seen_run(request, run_id)
    file_id = queries.file_of_run(caller=request.caller, run_id=run_id, file_id=photo)
    data, media_type = files.read(file_id)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'inline; filename="{run_id}-{file_id}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={PHOTO_AGE}"
    return response


def _show(
    request: StaffRequest,
    found: RunView,
    *,
    refused: tuple[str, Sent, str] = ("", NOTHING, ""),
    drop_form: DropForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "run": found,
        "about": about_words(found.subject),
        "matter": found.subject.partition(MATTER)[2],
        "may_mark": found.state == "open" and found.subject.startswith(PLACE),
        "lines": _lines(request, found, refused),
        "drop": drop_form or DropForm(),
        "is_dropping": drop_form is not None,
    }
    return render(request, "checklists/run.html", context, status=status)


def _lines(request: StaffRequest, found: RunView, refused: tuple[str, Sent, str]) -> list[Line]:
    """Make the items ready, a heading above each first one of its group."""
    made, group = [], ""
    for view in found.items:
        is_new, group = view.item.group != group, view.item.group
        key, sent, error = refused
        is_refused = view.item.key == key
        made.append(
            line(
                view,
                caller=request.caller,
                at=request.moment,
                heading=group if is_new else "",
                sent=sent if is_refused else NOTHING,
                error=error if is_refused else "",
            )
        )
    return made
