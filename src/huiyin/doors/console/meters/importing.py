"""Files of meters and of readings: a template, a preview, the confirmation (BIL-03)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.meters.forms import FileForm
from huiyin.doors.console.meters.views import tabs
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.uploads import Upload, keep, take
from huiyin.kernel.errors import BadInput
from huiyin.meters import actions
from huiyin.meters.access import admit_to_keep
from huiyin.meters.blank import blank_workbook
from huiyin.meters.rows import ImportReport

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHATS: dict[str, Callable[..., ImportReport]] = {
    "readings": actions.import_readings,
    "meters": actions.import_meters,
}
TITLES = {
    "readings": gettext_lazy("导入读数"),
    "meters": gettext_lazy("导入表册"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def upload(request: StaffRequest, what: str) -> HttpResponse:
    """Take a file and show what importing it would do; nothing is written."""
    _admit(request, what)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, what, {"form": form})
    if not form.is_valid():
        return _page(request, what, {"form": form}, status=422)
    file = form.cleaned_data["file"]
    given = Upload(file.name, file.read(), request.community.code, given=what)
    try:
        report = _import(request, given, dry_run=True)
    except BadInput as refusal:
        form.take_back(refusal)
        return _page(request, what, {"form": form}, status=422)
    token = keep(request, f"meters-{what}", given) if report.new or report.changed else ""
    return _page(request, what, {"form": FileForm(), "token": token, **_shown(given, report)})


@require_POST
@staff_page
def confirm(request: StaffRequest, what: str) -> HttpResponse:
    """Import the file that was looked at, once."""
    _admit(request, what)
    given = take(request, f"meters-{what}", request.POST.get("token", ""))
    if given is None:
        messages.error(request, _("这次预览已过期,请重新上传文件。"))
        return redirect("meter_import", what)
    report = _import(request, given, dry_run=False)
    messages.success(
        request,
        _("已导入“%(name)s”:新增 %(new)d 条,更新 %(changed)d 条,待核实 %(held)d 条。")
        % {
            "name": given.name,
            "new": report.new,
            "changed": report.changed,
            "held": report.held,
        },
    )
    return _page(request, what, {"form": FileForm(), "done": True, **_shown(given, report)})


@require_safe
@staff_page
def blank(request: StaffRequest, what: str) -> HttpResponse:
    """Give out the workbook to fill in; that of readings has every meter in it already."""
    _admit(request, what)
    content = blank_workbook(
        caller=request.caller, at=request.moment, community_id=request.community.id, what=what
    )
    answer = HttpResponse(content, content_type=XLSX)
    name = f"{what}-{request.community.code}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _admit(request: StaffRequest, what: str) -> None:
    if what not in WHATS:
        raise Http404
    admit_to_keep(request.caller, request.community.id)


def _import(request: StaffRequest, given: Upload, *, dry_run: bool) -> ImportReport:
    return WHATS[given.given](
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        content=given.content,
        name=given.name,
        dry_run=dry_run,
    )


def _shown(given: Upload, report: ImportReport) -> dict[str, Any]:
    return {
        "name": given.name,
        "report": report,
        "errors": report.problems[:MOST_SHOWN],
        "errors_total": len(report.problems),
    }


def _page(
    request: StaffRequest, what: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = {**context, "what": what, "title": TITLES[what], **tabs(request, what)}
    return show(request, "meters/import.html", "meters/_import.html", whole, status=status)
