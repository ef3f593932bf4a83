"""The list of the staff, and handing over the open work of one of them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.staff.forms import HandOverForm
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Forbidden, Refused
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.actions import hand_over as hand_over_all
from huiyin.staff import queries as staff_queries
from huiyin.staff.access import may_manage_staff
from huiyin.staff.queries import EmployeeRow


class UnableToHandOver(Forbidden):
    """Only those who manage the staff hand work over."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An employee as the list shows one, with the number of open matters in hand."""

    row: EmployeeRow
    posts: str
    load: int


@require_safe
@staff_page
def staff(request: StaffRequest) -> HttpResponse:
    """Show everybody who works here: posts, areas, on duty or who stands in."""
    context = {
        "people": _colleagues(request),
        "may_manage": may_manage_staff(request.caller, request.community.id),
    }
    return show(request, "staff/staff.html", "staff/_staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def hand_over(request: StaffRequest, code: str) -> HttpResponse:
    """Hand over everything of somebody in one action, clocks unchanged."""
    place = request.community.id
    leaving = staff_queries.employee_row(
        caller=request.caller, community_id=place, code=code, at=request.moment
    )
    if not may_manage_staff(request.caller, place):
        raise UnableToHandOver(_("只有主管、经理助理或经理可以办理交接。"))
    people = _colleagues(request)
    others = [one.row for one in people if one.row.code != code]
    form = HandOverForm(request.POST or None, people=others)
    if request.method == "POST" and form.is_valid():
        try:
            moved = hand_over_all(
                by=request.caller,
                at=request.moment,
                employee=code,
                to=form.cleaned_data["to"] or None,
                reason=form.cleaned_data["reason"],
                community_id=place,
            )
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(
                request,
                _("%(name)s 的 %(n)d 件事项已交接,时限不变。") % {"name": leaving.name, "n": moved},
            )
            return redirect("staff")
    load = next((one.load for one in people if one.row.code == code), 0)
    context = {"form": form, "leaving": leaving, "load": load}
    status = 422 if form.errors else 200
    return show(request, "staff/hand_over.html", "staff/_hand_over.html", context, status=status)


def _colleagues(request: StaffRequest) -> list[Colleague]:
    place = request.community.id
    rows = staff_queries.employees(caller=request.caller, community_id=place, at=request.moment)
    load = matters.load_of(community_id=place)
    return [
        Colleague(
            one, "、".join(str(titles.POSTS[post]) for post in one.posts), load.get(one.id, 0)
        )
        for one in rows
    ]
