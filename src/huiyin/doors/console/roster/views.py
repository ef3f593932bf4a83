"""Upload a roster, see what it would do, and let it be done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.documents.typesetting import missing_glyphs
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.roster.forms import UploadForm
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.uploads import Upload, keep, take
from huiyin.estate import queries as estate
from huiyin.estate.access import admit_to_edit
from huiyin.estate.roster.apply import ImportReport, import_roster, read_roster
from huiyin.estate.roster.parsed import Parsed, ParsedHouse, ParsedPerson
from huiyin.kernel.errors import BadInput

MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def roster(request: StaffRequest) -> HttpResponse:
    """Take a file and show what importing it would do; nothing is written."""
    admit_to_edit(request.caller, request.community.id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, {"form": form})
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    file = form.cleaned_data["file"]
    upload = Upload(file.name, file.read(), request.community.code)
    try:
        parsed = read_roster(upload.content, upload.name)
        report = _import(request, upload, parsed, dry_run=True)
    except BadInput as refusal:
        form.take_back(refusal)
        return _page(request, {"form": form}, status=422)
    shown = _shown(upload, report, parsed)
    token = keep(request, "roster", upload)
    return _page(request, {"form": UploadForm(), "token": token, **shown})


@require_POST
@staff_page
def confirm(request: StaffRequest) -> HttpResponse:
    """Import the file that was looked at, once."""
    upload = take(request, "roster", request.POST.get("token", ""))
    if upload is None:
        messages.error(request, _("这次预览已过期,请重新上传文件。"))
        return redirect("roster")
    parsed = read_roster(upload.content, upload.name)
    report = _import(request, upload, parsed, dry_run=False)
    messages.success(
        request,
        _("已导入“%(name)s”:新增 %(new)d 户,更新 %(old)d 户。")
        % {"name": upload.name, "new": report.created.houses, "old": report.updated.houses},
    )
    return _page(request, {"form": UploadForm(), "done": True, **_shown(upload, report, parsed)})


def _import(
    request: StaffRequest, upload: Upload, parsed: Parsed, *, dry_run: bool
) -> ImportReport:
    return import_roster(
        by=request.caller,
        at=request.moment,
        community=estate.community_model(caller=request.caller, code=upload.community),
        parsed=parsed,
        dry_run=dry_run,
        source=upload.name,
    )


def _shown(upload: Upload, report: ImportReport, parsed: Parsed) -> dict[str, Any]:
    told = report.as_json()
    told["warnings"] += _unprintable(parsed)
    counts = [
        (title, told["created"][what], told["updated"][what], told["unchanged"][what])
        for what, title in (("houses", _("房屋")), ("people", _("人员")), ("spaces", _("车位")))
    ]
    return {
        "name": upload.name,
        "counts": counts,
        "errors": told["errors"][:MOST_SHOWN],
        "errors_total": len(told["errors"]),
        "warnings": told["warnings"][:MOST_SHOWN],
        "warnings_total": len(told["warnings"]),
    }


def _unprintable(parsed: Parsed) -> list[dict[str, Any]]:
    """Name the rows whose people no letter could be addressed to, for want of a font (PLN-04)."""
    rows = [(house, "".join(one.name for one in _people(house))) for house in parsed.houses]
    if not missing_glyphs("".join(names for _house, names in rows)):
        return []
    said = _("名字里的“%(signs)s”字库里没有,函件和单据打印不出来;请改用规范字,或请管理员添加字体。")
    return [
        {"sheet": house.sheet, "row": house.row, "problem": said % {"signs": signs}}
        for house, names in rows
        if (signs := missing_glyphs(names))
    ]


def _people(house: ParsedHouse) -> tuple[ParsedPerson, ...]:
    return (*house.owners, *house.tenants)


def _page(request: StaffRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return show(request, "roster/roster.html", "roster/_roster.html", context, status=status)
