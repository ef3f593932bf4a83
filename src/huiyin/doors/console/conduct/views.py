"""The page of a conduct case (员工处理记录), for those who lead it."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from huiyin.conduct import actions, queries
from huiyin.conduct.access import admit_leader
from huiyin.conduct.queries import CaseRow
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import StepForm, offered, take_step
from huiyin.doors.parts.forms import text_area
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import NotFound
from huiyin.matters import queries as matters


class Open(StepForm):
    """Open the case."""

    action = actions.open_case
    title = _("建立处理记录")
    employee = forms.CharField(
        label=_("被投诉员工的工号"), required=False, help_text=_("受理时已登记的可不填。")
    )


class Statement(StepForm):
    """Take down what the employee says."""

    action = actions.take_statement
    title = _("记录员工说明")
    text = forms.CharField(label=_("员工本人的说明"), widget=text_area())


class Correction(StepForm):
    """Set what is to be corrected and by when."""

    action = actions.set_correction
    title = _("下达限期整改")
    task = forms.CharField(
        label=_("整改要求"), widget=text_area(), help_text=_("不能写投诉人的姓名、电话、房号。")
    )
    due_on = forms.DateField(label=_("整改期限"), widget=forms.DateInput(attrs={"type": "date"}))


class Penalty(StepForm):
    """Propose the penalty entry."""

    action = actions.propose_penalty
    title = _("提出处罚")
    penalty = forms.CharField(label=_("处罚内容"), widget=text_area(2))


class ApprovePenalty(StepForm):
    """Approve what somebody else proposed."""

    action = actions.approve_penalty
    title = _("批准处罚")


STEPS: dict[str, type[StepForm]] = {
    "open": Open,
    "statement": Statement,
    "correction": Correction,
    "penalty": Penalty,
    "approve": ApprovePenalty,
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def conduct(request: StaffRequest, number: str) -> HttpResponse:
    """Show the case behind a complaint and the steps still open."""
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    admit_leader(request.caller, found.community_id)
    refused: dict[str, StepForm] = {}
    if request.method == "POST":
        refused = take_step(request, STEPS, number)
        if not refused:
            return redirect("conduct", number)
    case = _case(request, number)
    context = {
        "matter": found,
        "case": case,
        "steps": offered(STEPS, _open_steps(case), refused),
    }
    status = 422 if refused else 200
    return render(request, "conduct/conduct.html", context, status=status)


def _case(request: StaffRequest, number: str) -> CaseRow | None:
    try:
        return queries.case(caller=request.caller, number=number, at=request.moment)
    except NotFound:
        return None


def _open_steps(case: CaseRow | None) -> list[str]:
    if case is None:
        return ["open"]
    steps = {
        "statement": not case.statement,
        "correction": case.correction is None,
        "approve": bool(case.penalty) and case.approved_at is None,
        "penalty": case.approved_at is None,
    }
    return [name for name, is_open in steps.items() if is_open]
