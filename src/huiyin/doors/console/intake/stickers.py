"""Stickers: made for buildings times places, printed, retired, restored, replaced (REC-06)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.intake.forms import StickersForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.intake import queries
from huiyin.intake.access import admit_to_stickers
from huiyin.intake.actions import (
    make_stickers,
    replace_sticker,
    restore_sticker,
    retire_sticker,
)
from huiyin.intake.boxes import LOOPBACK
from huiyin.intake.queries import StickerRow
from huiyin.kernel.errors import Refused
from huiyin.kernel.paging import is_row_id

PRINTED_MOST = 600  # fifty sheets


@dataclass(frozen=True, slots=True)
class Label:
    """A sticker as it is printed."""

    row: StickerRow
    code: SafeString
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def stickers(request: StaffRequest) -> HttpResponse:
    """List the stickers; make many at once."""
    admit_to_stickers(request.caller, request.community.id)
    form = _form(request)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    values = form.cleaned_data
    try:
        made = make_stickers(
            by=request.caller,
            at=request.moment,
            community=request.community.code,
            buildings=values["buildings"],
            places=values["places"].splitlines(),
            kind=values["kind"],
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _page(request, form, status=refusal.status)
    told = {"n": len(made.ids), "there": made.there_already}
    text = _("已制作 %(n)d 张贴纸。") % told
    if made.there_already:
        text += _("另有 %(there)d 个位置已有贴纸,没有重复制作。") % told
    messages.success(request, text)
    return redirect("stickers")


@require_POST
@staff_page
def act(request: StaffRequest, sticker_id: int, verb: str) -> HttpResponse:
    """Retire, restore or replace a sticker."""
    given: dict[str, Any] = {
        "by": request.caller,
        "at": request.moment,
        "community_id": request.community.id,
        "sticker_id": sticker_id,
    }
    if verb == "retire":
        retire_sticker(**given)
        said = _("已停用。扫这张贴纸会看到“已失效”。可在“已停用”里恢复。")
    elif verb == "restore":
        restore_sticker(**given)
        said = _("已恢复使用。")
    elif verb == "replace":
        new = replace_sticker(**given)
        messages.success(request, _("旧贴纸已停用,请打印新的贴上。"))
        return redirect(f"{reverse('stickers_print')}?id={new}")
    else:
        raise Http404
    messages.success(request, said)
    return redirect("stickers")


@require_safe
@staff_page
def sheets(request: StaffRequest) -> HttpResponse:
    """Show the sheets to print: A4, twelve to a page."""
    ids = [int(one) for one in request.GET.getlist("id") if is_row_id(one)]
    rows = queries.sheet(
        caller=request.caller,
        community_id=request.community.id,
        ids=ids,
        building=request.GET.get("building", ""),
        most=PRINTED_MOST,
    )
    base = codes.site(request)
    context = {
        "labels": [_label(one, base) for one in rows],
        "base": base,
        "only_here": (urlsplit(base).hostname or "") in LOOPBACK,
    }
    return render(request, "intake/print.html", context)


def _label(row: StickerRow, base: str) -> Label:
    url = base + reverse("report", args=[row.token])
    return Label(row, codes.drawn(url, border=2), url)


def _form(request: StaffRequest) -> StickersForm:
    rows = queries.buildings(caller=request.caller, community_id=request.community.id)
    choices = [(one.code, one.name) for one in rows]
    return StickersForm(request.POST or None, buildings=choices)


def _page(request: StaffRequest, form: StickersForm, *, status: int = 200) -> HttpResponse:
    building, retired = request.GET.get("building", ""), request.GET.get("retired") == "1"
    page = queries.stickers(
        caller=request.caller,
        community_id=request.community.id,
        building=building,
        retired=retired,
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "form": form,
        "page": page,
        "building": building,
        "retired": retired,
        "buildings": form.fields["buildings"].choices,  # type: ignore[attr-defined]
    }
    return show(request, "intake/stickers.html", "intake/_stickers.html", context, status=status)
