"""Upload old balances, see what they would do, and let it be done."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.billing.access import admit_to_post
from huiyin.billing.opening.apply import (
    OpeningReport,
    import_opening,
    read_opening,
)
from huiyin.billing.opening.blank import blank_workbook
from huiyin.doors.console.opening.forms import OpeningForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.uploads import Upload, keep, take
from huiyin.kernel.errors import Refused

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def opening(request: StaffRequest) -> HttpResponse:
    """Take a workbook and show what importing it would do; nothing is written."""
    admit_to_post(request.caller, request.community.id)
    form = OpeningForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, {"form": form})
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    file, as_of = form.cleaned_data["file"], form.cleaned_data["as_of"]
    upload = Upload(file.name, file.read(), request.community.code, given=as_of.isoformat())
    try:
        report = _import(request, upload, dry_run=True)
    except Refused as refusal:
        if refusal.status < 409:  # noqa: PLR2004 not theirs to do
            raise
        form.take_back(refusal)
        return _page(request, {"form": form}, status=refusal.status)
    token = keep(request, "opening", upload) if _is_something(report) else ""
    again = OpeningForm(initial={"as_of": as_of})
    return _page(request, {"form": again, "token": token, **_shown(upload, report)})


@require_POST
@staff_page
def confirm(request: StaffRequest) -> HttpResponse:
    """Import the workbook that was looked at, once."""
    admit_to_post(request.caller, request.community.id)
    upload = take(request, "opening", request.POST.get("token", ""))
    if upload is None:
        messages.error(request, _("这次预览已过期,请重新上传文件。"))
        return redirect("opening")
    report = _import(request, upload, dry_run=False)
    messages.success(
        request,
        _("已导入“%(name)s”:往期欠费 %(debts)d 笔,期初预存 %(credits)d 户。")
        % {
            "name": upload.name,
            "debts": report.created.debts,
            "credits": report.created.credits,
        },
    )
    return _page(request, {"form": OpeningForm(), "done": True, **_shown(upload, report)})


@require_safe
@staff_page
def blank(request: StaffRequest) -> HttpResponse:
    """Give out the workbook to fill in."""
    content = blank_workbook(caller=request.caller, community_id=request.community.id)
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="opening-{request.community.code}.xlsx"'
    return answer


def _import(request: StaffRequest, upload: Upload, *, dry_run: bool) -> OpeningReport:
    return import_opening(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        parsed=read_opening(upload.content, upload.name),
        as_of=date.fromisoformat(upload.given),
        dry_run=dry_run,
        source=upload.name,
    )


def _is_something(report: OpeningReport) -> bool:
    return bool(report.created.debts or report.created.credits)


def _shown(upload: Upload, report: OpeningReport) -> dict[str, Any]:
    told = report.as_json()
    made, same = report.created, report.unchanged
    return {
        "name": upload.name,
        "as_of": date.fromisoformat(upload.given),
        "counts": [
            (_("往期欠费"), made.debts, made.owed, same.debts),
            (_("期初预存"), made.credits, made.prepaid, same.credits),
        ],
        "errors": told["errors"][:MOST_SHOWN],
        "errors_total": len(told["errors"]),
        "warnings": told["warnings"][:MOST_SHOWN],
        "warnings_total": len(told["warnings"]),
    }


def _page(request: StaffRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return show(request, "opening/opening.html", "opening/_opening.html", context, status=status)
