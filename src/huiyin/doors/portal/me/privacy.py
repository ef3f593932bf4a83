"""What is kept of an owner, to read, to take along and to have corrected (privacy)."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.accounts.codes import TooOften
from huiyin.doors.portal.me.forms import CorrectionForm
from huiyin.doors.portal.page import OwnerRequest, not_too_often, owner_page
from huiyin.kernel.errors import BadInput
from huiyin.owners import actions, queries


@require_safe
@owner_page
def privacy(request: OwnerRequest) -> HttpResponse:
    """Show what is kept, why and how long; the look itself is in the trail."""
    kept = queries.kept(caller=request.caller, at=request.moment)
    return render(request, "me/privacy.html", {"kept": kept})


@require_POST
@owner_page
def export(request: OwnerRequest) -> HttpResponse:
    """Give everything kept of the caller as a file; that it was taken is in the trail."""
    told = actions.export(by=request.caller, at=request.moment)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"huiyin-{request.moment:%Y%m%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def correction(request: OwnerRequest) -> HttpResponse:
    """Ask the desk to correct what is kept; it becomes a matter with a promise of its own."""
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            not_too_often(request, "sheet")
            number = actions.ask_correction(
                by=request.caller,
                at=request.moment,
                house_id=request.household.house_id,
                text=form.cleaned_data["text"],
                key=form.cleaned_data["key"],
            )
            messages.success(request, _("已收到更正申请,前台核实后会回复您。"))
            return redirect("my_matter", number)
        except (BadInput, TooOften) as refusal:
            form.take_back(refusal)
    return render(
        request, "me/correction.html", {"form": form}, status=422 if form.is_bound else 200
    )
