"""The pages of shared costs: the list, a new one, one with its working; the scopes."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.billing import naming
from huiyin.billing.access import BILLERS, admit_to_bill
from huiyin.billing.actions import pools as actions
from huiyin.billing.actions import scopes as scope_actions
from huiyin.billing.queries import pools as queries
from huiyin.billing.queries.pools import PoolRow, ScopeRow
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.shared_costs.forms import (
    BASES,
    STATES,
    VACANT,
    WEIGHS,
    DropForm,
    PoolForm,
    ScopeForm,
)
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.scans import scan_answer, with_scan
from huiyin.estate.titles import kind_title
from huiyin.kernel.errors import NotFound

TONES = {"open": "is-soon", "shared": "is-kept", "dropped": ""}


@require_safe
@staff_page
def pools(request: StaffRequest) -> HttpResponse:
    """Show the shared costs, the latest days first."""
    place = request.community
    page = queries.pools(
        caller=request.caller, community_id=place.id, cursor=request.GET.get("cursor", "")
    )
    context = {
        "rows": [_row(one) for one in page.items],
        "next": page.next,
        "tab": "pools",
        "may": request.caller.holds(place.id, *BILLERS),
    }
    template = "_pools" if wants_fragment(request) else "pools"
    return render(request, f"shared_costs/{template}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Take down a shared cost, from a paper or a shared meter."""
    place = request.community
    admit_to_bill(request.caller, place.id)
    items = queries.apportioned(caller=request.caller, community_id=place.id)
    scopes = queries.scopes(caller=request.caller, community_id=place.id)
    choices: dict[str, Any] = {
        "items": items,
        "scopes": [
            (one.id, _("%(name)s(%(n)d 户)") % {"name": one.name, "n": one.houses})
            for one in scopes
        ],
    }
    if request.method == "POST":
        sent, wrong = with_scan(request)
        form = PoolForm(sent, **choices)
        if wrong:
            form.add_error("scan", wrong)
        if form.is_valid() and (pool_id := _entered(request, form)):
            messages.success(request, _("已录入。请核对每户金额,再点“确认分摊”。"))
            return redirect("shared_cost", pool_id)
    else:
        form = PoolForm(initial={"key": uuid4()}, **choices)
    context = {"form": form, "items": items, "scopes": scopes}
    status = 422 if form.is_bound else 200
    return render(request, "shared_costs/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def pool(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a shared cost and how it is shared; share it out, or drop it."""
    drop, problem = DropForm(prefix="drop"), ""
    if request.method == "POST":
        drop, problem = _step(request, pk)
        if not drop.errors and not problem:
            return redirect("shared_cost", pk)
    view = queries.pool(caller=request.caller, pool_id=pk, at=request.moment)
    page = None
    if not view.problem:
        cursor = request.GET.get("cursor", "")
        page = queries.working(caller=request.caller, pool_id=pk, at=request.moment, cursor=cursor)
    context = {
        "pool": view,
        "row": _row(view.row),
        "vacant": VACANT[view.vacant],
        "weighs": WEIGHS[view.row.basis],
        "meter_kind": naming.METERS.get(view.meter_kind, ""),
        "portions": page.items if page else (),
        "next": page.next if page else None,
        "problem": problem,
        "drop": drop,
    }
    if wants_fragment(request):
        return render(request, "shared_costs/_portions.html", context)
    status = 409 if problem else 422 if drop.errors else 200
    return render(request, "shared_costs/pool.html", context, status=status)


@require_safe
@staff_page
def pool_scan(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the scan of the paper that a shared cost was entered from."""
    view = queries.pool(caller=request.caller, pool_id=pk, at=request.moment)
    if view.scan_id is None:
        raise NotFound(_("这笔公摊没有扫描件。"))
    return scan_answer(view.paper or str(pk), view.scan_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def scopes(request: StaffRequest) -> HttpResponse:
    """Show the scopes, and name a new one."""
    rows = queries.scopes(caller=request.caller, community_id=request.community.id)
    return _scope_page(request, rows, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def scope(request: StaffRequest, pk: int) -> HttpResponse:
    """Change which houses a scope holds."""
    rows = queries.scopes(caller=request.caller, community_id=request.community.id)
    found = next((one for one in rows if one.id == pk), None)
    if found is None:
        raise NotFound(_("没有这个分摊范围。"))
    return _scope_page(request, rows, found)


def _scope_page(
    request: StaffRequest, rows: tuple[ScopeRow, ...], found: ScopeRow | None
) -> HttpResponse:
    place = request.community
    chosen = queries.places(caller=request.caller, community_id=place.id)
    given: dict[str, Any] = {"buildings": chosen.buildings, "units": chosen.units}
    form = ScopeForm(initial=_initial(found), **given)
    if request.method == "POST":
        admit_to_bill(request.caller, place.id)
        form = ScopeForm(request.POST, **given)
        if form.is_valid() and form.tries(
            lambda: scope_actions.save_scope(
                by=request.caller,
                at=request.moment,
                community_id=place.id,
                scope_id=found.id if found else None,
                **form.cleaned_data,
            )
        ):
            messages.success(request, _("分摊范围已保存。"))
            return redirect("cost_scopes")
    context = {
        "form": form,
        "found": found,
        "rows": [(one, [kind_title(kind) for kind in one.kinds]) for one in rows],
        "tab": "scopes",
        "may": request.caller.holds(place.id, *BILLERS),
        "is_open": form.is_bound or not rows,
    }
    template = "scope" if found else "scopes"
    status = 422 if form.is_bound else 200
    return render(request, f"shared_costs/{template}.html", context, status=status)


def _initial(found: ScopeRow | None) -> dict[str, Any]:
    if found is None:
        return {"kinds": ["flat"]}
    return {
        "name": found.name,
        "kinds": found.kinds,
        "buildings": found.buildings,
        "units": found.units,
        "houses": " ".join(found.house_codes),
        "but": " ".join(found.but_codes),
    }


def _entered(request: StaffRequest, form: PoolForm) -> int:
    """Enter the cost; 0 when it was refused, and the form says why."""
    made: list[int] = []

    def enter() -> None:
        made.append(
            actions.enter_pool(
                by=request.caller,
                at=request.moment,
                community_id=request.community.id,
                **form.cleaned_data,
            )
        )

    try:
        form.tries(enter)
    except NotFound as missing:  # a meter that is not there is a slip of the pen
        if missing.field not in form.fields:
            raise
        form.take_back(missing)
    return made[0] if made else 0


def _step(request: StaffRequest, pk: int) -> tuple[DropForm, str]:
    """Do the step that was sent; return its form and what is wrong with sharing out."""
    step = request.POST.get("step", "")
    given: dict[str, Any] = {"by": request.caller, "at": request.moment, "pool_id": pk}
    drop = DropForm(prefix="drop")
    if step == "share":
        try:
            actions.share_out(**given)
        except actions.UnableToShare as refusal:
            return drop, str(refusal)
        messages.success(request, _("已分摊,下次计费时计入各户账单。"))
        return drop, ""
    if step != "drop":
        raise Http404
    drop = DropForm(request.POST, prefix="drop")
    if drop.is_valid() and drop.tries(lambda: actions.drop_pool(**given, **drop.cleaned_data)):
        messages.success(request, _("这笔公摊已作废。"))
    return drop, ""


def _row(one: PoolRow) -> dict[str, Any]:
    return {
        "row": one,
        "basis": BASES[one.basis],
        "state": STATES[one.state],
        "tone": TONES[one.state],
    }
