"""The page of an incident report (突发事件处理表), and the paper that is filed (CMP-03, EMG-07)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.approvals.queries import RequestView
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import StepForm, offered, take_step
from huiyin.doors.parts import codes
from huiyin.doors.parts.forms import Moment, text_area
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers
from huiyin.flows.reactions import react
from huiyin.incidents import actions, queries
from huiyin.incidents.access import WRITERS
from huiyin.incidents.queries import ReportRow
from huiyin.kernel.errors import NotFound
from huiyin.matters import queries as matters
from huiyin.matters.queries import MatterView


class Submit(StepForm):
    """Write the report; what the timeline knows stands there already."""

    action = actions.submit_report
    title = _("提交处理表")
    happened_at = Moment(label=_("发生时间"))
    place = forms.CharField(label=_("地点"), required=False)
    received = forms.CharField(label=_("接报人和时间"), required=False)
    attended = forms.CharField(label=_("到场人员和时间"), required=False, widget=text_area(2))
    course = forms.CharField(label=_("事件经过"), widget=text_area(8))
    losses = forms.CharField(label=_("伤亡与损失"), required=False, widget=text_area(2))
    handling = forms.CharField(label=_("处理措施"), required=False, widget=text_area(4))
    cause = forms.CharField(label=_("原因调查"), widget=text_area())
    responsibility = forms.CharField(label=_("责任分析"), required=False, widget=text_area())
    measures = forms.CharField(label=_("整改与预防"), widget=text_area())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_at"].required = False


class Approve(StepForm):
    """Approve the present step; the last one files it."""

    action = actions.approve_report
    title = _("同意")
    opinion = forms.CharField(label=_("审批意见"), required=False, widget=text_area(2))


class Return(StepForm):
    """Send it back."""

    action = actions.return_report
    title = _("退回修改")
    opinion = forms.CharField(label=_("退回理由"), widget=text_area(2))


STEPS: dict[str, type[StepForm]] = {"submit": Submit, "approve": Approve, "return": Return}
STATES = {"submitted": _("等待审批"), "returned": _("已退回"), "filed": _("已归档")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def incident(request: StaffRequest, number: str) -> HttpResponse:
    """Show the report of an emergency and the steps open to the caller."""
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    refused: dict[str, StepForm] = {}
    if request.method == "POST":
        refused = take_step(request, STEPS, number)
        if not refused:
            react(request.moment)
            return redirect("incident", number)
    report = _report(request, number)
    asked = queries.report_request(caller=request.caller, number=number, at=request.moment)
    names = _open_steps(request, found, report, asked)
    context = {
        "matter": found,
        "report": report,
        "asked": asked,
        "state": STATES[report.state] if report else "",
        "steps": _forms(request, number, report, names, refused),
        "unfinished": queries.unfinished(caller=request.caller, number=number),
    }
    status = 422 if refused else 200
    return render(request, "incident/incident.html", context, status=status)


@require_safe
@staff_page
def paper(request: StaffRequest, number: str) -> HttpResponse:
    """Send the report as the paper that is filed: one A4 form, with a code leading back here."""
    drawn = papers.incident_report(
        caller=request.caller,
        number=number,
        at=request.moment,
        url=codes.site(request) + reverse("incident", args=[number]),
    )
    data = papers.pdf_of(caller=request.caller, paper=drawn, at=request.moment)
    return pdf_answer(drawn.name, data)


def _report(request: StaffRequest, number: str) -> ReportRow | None:
    try:
        return queries.report(caller=request.caller, number=number, at=request.moment)
    except NotFound:
        return None


def _open_steps(
    request: StaffRequest,
    found: MatterView,
    report: ReportRow | None,
    asked: RequestView | None,
) -> list[str]:
    """Name the steps open to the caller: to write, or to decide where the chain says so."""
    waits = asked is not None and asked.row.state == "waiting"
    if asked is not None and waits:
        return ["approve", "return"] if asked.may_decide else []
    is_filed = report is not None and report.state == "filed"
    writes = request.caller.holds(found.community_id, *WRITERS)
    return ["submit"] if writes and not is_filed and found.kind == actions.EMERGENCY else []


def _forms(
    request: StaffRequest,
    number: str,
    report: ReportRow | None,
    names: list[str],
    refused: dict[str, StepForm],
) -> list[tuple[str, StepForm]]:
    if "submit" not in names or "submit" in refused:
        return offered(STEPS, names, refused)
    known: Any = report or queries.report_draft(
        caller=request.caller, number=number, at=request.moment
    )
    written = {name: getattr(known, name, "") for name in Submit.base_fields}
    form = Submit(prefix="submit", initial=written)
    if queries.plan_is_open(number=number):
        for name in ("handling", "responsibility"):
            form.fields[name].required = True
    return [("submit", form)]
