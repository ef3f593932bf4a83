"""The page of an incident report (突发事件处理表)."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import StepForm, offered, take_step
from huiyin.doors.parts.forms import text_area
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.incidents import actions, queries
from huiyin.incidents.access import APPROVERS, WRITERS
from huiyin.incidents.queries import ReportRow
from huiyin.kernel.errors import NotFound
from huiyin.matters import queries as matters


class Submit(StepForm):
    """Write the report."""

    action = actions.submit_report
    title = _("提交处理表")
    course = forms.CharField(label=_("事件经过"), widget=text_area(5))
    cause = forms.CharField(label=_("原因调查"), widget=text_area())
    losses = forms.CharField(label=_("损失"), required=False, widget=text_area(2))
    measures = forms.CharField(label=_("整改措施"), widget=text_area())


class Approve(StepForm):
    """Approve and file it."""

    action = actions.approve_report
    title = _("批准归档")
    opinion = forms.CharField(label=_("审批意见"), required=False, widget=text_area(2))


class Return(StepForm):
    """Send it back."""

    action = actions.return_report
    title = _("退回修改")
    opinion = forms.CharField(label=_("退回理由"), widget=text_area(2))


STEPS: dict[str, type[StepForm]] = {"submit": Submit, "approve": Approve, "return": Return}
STATES = {"submitted": _("等待公司审批"), "returned": _("已退回"), "filed": _("已归档")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def incident(request: StaffRequest, number: str) -> HttpResponse:
    """Show the report of an emergency and the steps open to the caller."""
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    refused: dict[str, StepForm] = {}
    if request.method == "POST":
        refused = take_step(request, STEPS, number)
        if not refused:
            return redirect("incident", number)
    report = _report(request, number)
    names = _open_steps(request, found.community_id, report)
    context = {
        "matter": found,
        "report": report,
        "state": STATES[report.state] if report else "",
        "steps": offered(STEPS, names, refused),
    }
    if report and "submit" in names and not refused:
        written = {name: getattr(report, name) for name in Submit.base_fields}
        context["steps"] = [("submit", Submit(prefix="submit", initial=written))]
    status = 422 if refused else 200
    return render(request, "incident/incident.html", context, status=status)


def _report(request: StaffRequest, number: str) -> ReportRow | None:
    try:
        return queries.report(caller=request.caller, number=number, at=request.moment)
    except NotFound:
        return None


def _open_steps(request: StaffRequest, place: int, report: ReportRow | None) -> list[str]:
    if report is None or report.state == "returned":
        return ["submit"] if request.caller.holds(place, *WRITERS) else []
    if report.state == "submitted" and request.caller.holds(place, *APPROVERS):
        return ["approve", "return"]
    return []
