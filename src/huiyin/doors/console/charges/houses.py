"""The pages of who bears what: one house, many at once, those without, and reliefs."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.billing.access import BILLERS, admit_to_bill
from huiyin.billing.actions import assigning, reliefs
from huiyin.billing.queries import assignments as queries
from huiyin.billing.queries.assignments import AssignmentRow, HouseCharges
from huiyin.doors.console.charges.forms import (
    AssignForm,
    BulkForm,
    ChangeForm,
    EndForm,
    ReliefForm,
)
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows.reactions import react
from huiyin.kernel.paging import is_row_id
from huiyin.staff.queries import local_day


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def house(request: StaffRequest, code: str) -> HttpResponse:
    """Show what a house is charged; add, change or end a charge, ask for a relief."""
    place = request.community
    today = local_day(request.moment, place.zone)
    found = queries.house_charges(caller=request.caller, community_id=place.id, code=code, on=today)
    refused: dict[str, DoorForm] = {}
    if request.method == "POST":
        admit_to_bill(request.caller, place.id)
        step, row = request.POST.get("step", ""), _row(request, found)
        form = _form(step, found, row, request.POST)
        if form.is_valid() and form.tries(lambda: _do(request, step, found, row, form)):
            react(request.moment)
            return redirect("charge_house", code)
        refused = {_prefix(step, row): form}
    may = request.caller.holds(place.id, *BILLERS)
    context = {
        "house": found,
        "rows": [(row, _offered(found, row, refused) if may else []) for row in found.rows],
        "assign": refused.get("assign") or _form("assign", found, None, None),
        "open": next(iter(refused), ""),
        "may_bill": may,
    }
    return render(request, "charges/house.html", context, status=422 if refused else 200)


def _row(request: StaffRequest, found: HouseCharges) -> AssignmentRow | None:
    """Return the charge a step is about; Http404 for one of another house."""
    wanted = request.POST.get("row", "")
    if not wanted:
        return None
    row = next((one for one in found.rows if is_row_id(wanted) and one.id == int(wanted)), None)
    if row is None:
        raise Http404
    return row


def _prefix(step: str, row: AssignmentRow | None) -> str:
    return f"{step}{row.id}" if row else step


def _form(step: str, found: HouseCharges, row: AssignmentRow | None, data: Any) -> DoorForm:
    """Make the form of a step; Http404 for one that there is not."""
    prefix = _prefix(step, row)
    if row is None:
        if step != "assign":
            raise Http404
        return AssignForm(
            data,
            prefix=prefix,
            initial={"quantity": "1", "pays": "owner"},
            items=[(pk, name) for pk, name, _way in found.items],
            payers=found.payers,
        )
    if step == "end":
        return EndForm(data, prefix=prefix, initial={"until_on": row.billed_until})
    if step == "relief":
        return ReliefForm(data, prefix=prefix)
    if step != "change":
        raise Http404
    initial = {
        "from_on": row.billed_until or row.from_on,
        "pays": row.pays,
        "payer_id": row.payer_id,
        "quantity": row.quantity_said,
        "price": row.price or "",
        "contract": row.contract,
    }
    return ChangeForm(data, prefix=prefix, initial=initial, payers=found.payers)


def _do(
    request: StaffRequest,
    step: str,
    found: HouseCharges,
    row: AssignmentRow | None,
    form: DoorForm,
) -> None:
    given: dict[str, Any] = {"by": request.caller, "at": request.moment, **form.cleaned_data}
    if row is None:
        assigning.assign(house_id=found.id, **given)
        messages.success(request, _("已设置。下次出账时开始收。"))
        return
    given["assignment_id"] = row.id
    if step == "end":
        ended = assigning.end_assignment(**given)
        messages.success(request, _("已停止收费。"))
        if ended.billed_until:
            messages.warning(
                request,
                _("已经出账到 %(day)s,多收的部分请到“计费”里做更正。")
                % {"day": ended.billed_until},
            )
    elif step == "change":
        assigning.change_assignment(**given)
        messages.success(request, _("已变更,原来的设置留在历史里。"))
    else:
        reliefs.ask_relief(**given)
        messages.success(request, _("减免已提交审批,批准以后出账时生效。"))


def _offered(
    found: HouseCharges, row: AssignmentRow, refused: dict[str, DoorForm]
) -> list[tuple[str, DoorForm]]:
    """Return the forms about a charge that is not over, the refused one as it was typed."""
    if row.when == "past":
        return []
    return [
        (step, refused.get(_prefix(step, row)) or _form(step, found, row, None))
        for step in ("change", "end", "relief")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def bulk(request: StaffRequest) -> HttpResponse:
    """Let many houses bear a charge: counted first, done when the count was seen."""
    place = request.community
    admit_to_bill(request.caller, place.id)
    items, buildings = queries.bulk_choices(caller=request.caller, community_id=place.id)
    data = request.POST if request.method == "POST" else None
    form = BulkForm(data, initial={"pays": "owner"}, items=items, buildings=buildings)
    counted: list[queries.Preview] = []
    if form.is_valid():
        given = {"community_id": place.id, **form.cleaned_data}
        if request.POST.get("step") == "do":
            made: list[int] = []
            if form.tries(
                lambda: made.append(
                    assigning.assign_many(by=request.caller, at=request.moment, **given)
                )
            ):
                messages.success(request, _("已为 %(n)d 处房屋设置。") % {"n": made[0]})
                return redirect("charges")
        else:
            form.tries(lambda: counted.append(queries.preview(caller=request.caller, **given)))
    context = {"form": form, "items": items, "preview": counted[0] if counted else None}
    status = 422 if form.errors else 200
    return render(request, "charges/bulk.html", context, status=status)


@require_safe
@staff_page
def bare(request: StaffRequest) -> HttpResponse:
    """Show the houses without a management charge, for somebody to follow up."""
    place = request.community
    today = local_day(request.moment, place.zone)
    cursor = request.GET.get("cursor", "")
    page = queries.bare_houses(
        caller=request.caller, community_id=place.id, on=today, cursor=cursor
    )
    context: dict[str, Any] = {
        "rows": page.items,
        "next": page.next,
        "may_bill": request.caller.holds(place.id, *BILLERS),
    }
    if cursor and wants_fragment(request):
        return render(request, "charges/_bare_rows.html", context)
    context["count"] = queries.bare_count(caller=request.caller, community_id=place.id, on=today)
    return render(request, "charges/bare.html", context)


@require_safe
@staff_page
def relief_list(request: StaffRequest) -> HttpResponse:
    """Show the reliefs asked for, newest first."""
    cursor = request.GET.get("cursor", "")
    page = queries.reliefs(caller=request.caller, community_id=request.community.id, cursor=cursor)
    context = {"rows": page.items, "next": page.next}
    if cursor and wants_fragment(request):
        return render(request, "charges/_relief_rows.html", context)
    return render(request, "charges/reliefs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def relief(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one relief; who asked for it may give it up."""
    found = queries.relief(caller=request.caller, relief_id=pk)
    form = DoorForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.tries(
            lambda: reliefs.drop_relief(by=request.caller, at=request.moment, relief_id=pk)
        )
    ):
        react(request.moment)
        messages.success(request, _("已撤回减免申请。"))
        return redirect("charge_relief", pk)
    context = {"relief": found, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "charges/relief.html", context, status=status)
