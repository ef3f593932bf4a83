"""The incident report: written, approved step by step, returned, filed (CMP-03, EMG-07)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.approvals import actions as approvals
from huiyin.approvals.models import Decision, Request
from huiyin.estate.actions import next_number
from huiyin.incidents.access import admit_writer
from huiyin.incidents.actions.core import LINE_MOST, TEXT_MOST, employee_id, trail
from huiyin.incidents.drafts import draft
from huiyin.incidents.models import Incident, IncidentReport, Review
from huiyin.incidents.plans import EMERGENCY
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.access import visible
from huiyin.matters.actions.core import finish_work, open_work
from huiyin.matters.actions.core import record as record_event
from huiyin.matters.models import Matter
from huiyin.staff import queries as staff
from huiyin.staff.access import LEADERS
from huiyin.staff.words import checked_text

KIND = "incident_report"  # of approval
PLACE_MOST = 120
State = IncidentReport.State


class UnableToReport(WrongState):
    """The matter calls for no report, is not over, or its report is already on its way."""


class UnableToDecide(WrongState):
    """The report is not waiting for a decision."""


@transaction.atomic
def submit_report(
    *,
    by: Caller,
    at: datetime,
    number: str,
    course: str,
    cause: str,
    measures: str,
    losses: str = "",
    handling: str = "",
    responsibility: str = "",
    place: str = "",
    received: str = "",
    attended: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Write the report of an emergency, or write it again after it was returned.

    1. Where a plan was opened, the incident is over and reviewed first (EMG-07), and how it was
       handled and who answers for it must be said; what is left blank is told by the timeline.
    2. The report goes to the site's manager and then to the company (approvals).

    Raises NotFound, Forbidden, UnableToReport, BadInput.
    """
    matter = _matter(by, number)
    admit_writer(by, matter.community_id)
    writer_id = employee_id(by)
    if matter.kind != EMERGENCY:
        raise UnableToReport(_("只有紧急事件需要填写突发事件处理表。"))
    incident = Incident.objects.filter(matter=matter).first()
    if incident is not None:
        _check_ended(incident)
    known = draft(by, matter, incident, at)
    whole = incident is not None
    written: dict[str, object] = {
        "course": checked_text(course, "course", TEXT_MOST),
        "cause": checked_text(cause, "cause", TEXT_MOST),
        "measures": checked_text(measures, "measures", TEXT_MOST),
        "losses": checked_text(losses, "losses", TEXT_MOST, required=False),
        "handling": checked_text(handling, "handling", TEXT_MOST, required=whole),
        "responsibility": checked_text(responsibility, "responsibility", TEXT_MOST, required=whole),
        "place": checked_text(place, "place", PLACE_MOST, required=False) or known.place,
        "received": checked_text(received, "received", LINE_MOST, required=False) or known.received,
        "attended": checked_text(attended, "attended", TEXT_MOST, required=False) or known.attended,
        "happened_at": _happened(happened_at, known.happened_at, at),
        "category": incident.plan if incident else "",
    }
    _write(matter, written, writer_id, at)
    trail("report_submitted", by, at, matter, {"state": State.SUBMITTED})
    approvals.ask(
        by=by,
        at=at,
        community_id=matter.community_id,
        kind=KIND,
        subject=_subject(matter),
        title=_("%(number)s 突发事件处理表") % {"number": matter.number},
        about_id=matter.about_employee_id,
    )


def approve_report(*, by: Caller, at: datetime, number: str, opinion: str = "") -> str:
    """Approve the present step of a report; filed, return its file number, else nothing.

    Raises NotFound, Forbidden, UnableToDecide.
    """
    return _decide(by, at, number, "approved", opinion)


def return_report(*, by: Caller, at: datetime, number: str, opinion: str) -> None:
    """Send a report back to its writer with what is to be made better.

    Raises NotFound, Forbidden, UnableToDecide, BadInput.
    """
    _decide(by, at, number, "returned", opinion)


@transaction.atomic
def settle_report(*, by: Caller, at: datetime, request_id: int) -> str:
    """Carry over to the report what was decided on its request; filed, return its file number.

    Approved to the end it is filed: the matter hears ``reported``, which keeps the ``report``
    clock (CMP-03). The site's opinion and the company's both stand in the report.
    """
    request = Request.objects.get(pk=request_id)
    number = request.subject.partition("matter:")[2]
    report = (
        IncidentReport.objects.select_related("matter__community")
        .select_for_update(no_key=True, of=("self",))
        .get(matter__number=number)
    )
    if report.state == State.FILED:
        return report.file_number
    for one in request.decisions.order_by("step"):
        _keep(report, request, one)
    fields = ["site_by", "site_at", "site_opinion", "decided_by", "decided_at", "opinion"]
    if request.state == Request.State.APPROVED:
        report.state, report.file_number = State.FILED, _file_number(report.matter, at)
    elif request.state == Request.State.RETURNED:
        report.state = State.RETURNED
    report.save(update_fields=[*fields, "state", "file_number"])
    if report.state == State.FILED:
        _tell_matter(report, by, at)
        trail("report_filed", by, at, report.matter, {"file_number": report.file_number})
    elif report.state == State.RETURNED:
        trail("report_returned", by, at, report.matter, {"opinion": report.opinion})
    return report.file_number


@transaction.atomic
def _decide(by: Caller, at: datetime, number: str, verdict: approvals.Verdict, opinion: str) -> str:
    matter = _matter(by, number)
    request = Request.objects.filter(
        kind=KIND, subject=_subject(matter), state=Request.State.WAITING
    ).first()
    if request is None:
        raise _nothing_waits(by, matter)
    if verdict == "returned" and not opinion.strip():
        _admit_decider(by, matter)
        raise BadInput(_("请写明退回的理由。"), field="opinion")
    approvals.decide(
        by=by, at=at, request_id=request.pk, verdict=verdict, reason=opinion.strip()[:LINE_MOST]
    )
    return settle_report(by=by, at=at, request_id=request.pk)


def _admit_decider(by: Caller, matter: Matter) -> None:
    if not by.holds(matter.community_id, *LEADERS):
        raise Forbidden(_("突发事件处理表要由项目经理和公司领导审批。"))


def _nothing_waits(by: Caller, matter: Matter) -> Exception:
    _admit_decider(by, matter)
    if not IncidentReport.objects.filter(matter=matter).exists():
        return UnableToDecide(_("还没有人填写突发事件处理表。"))
    return UnableToDecide(_("这份处理表现在不在等待审批。"))


def _matter(by: Caller, number: str) -> Matter:
    """Lock the matter, so that two decisions come one after the other."""
    matter = (
        visible(by)
        .select_related("community", "house")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number.replace("\0", ""))
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return matter


def _check_ended(incident: Incident) -> None:
    if incident.state != Incident.State.OVER:
        raise UnableToReport(_("先解除突发事件,再填写处理表。"))
    if not Review.objects.filter(incident=incident).exists():
        raise UnableToReport(_("先开总结会并记录,再填写处理表。"))


def _happened(given: datetime | None, known: datetime, at: datetime) -> datetime:
    if given is not None and given > at:
        raise BadInput(_("发生时间不能晚于现在。"), field="happened_at")
    return given or known


def _write(matter: Matter, written: dict[str, object], writer_id: int, at: datetime) -> None:
    report = IncidentReport.objects.filter(matter=matter).first()
    if report is None:
        IncidentReport.objects.create(
            matter=matter, written_by_id=writer_id, written_at=at, **written
        )
        return
    waits = Request.objects.filter(
        kind=KIND, subject=_subject(matter), state=Request.State.WAITING
    ).exists()
    if report.state == State.FILED or waits:
        raise UnableToReport(_("处理表已经提交,正在等待审批或已经归档。"))
    for name, value in written.items():
        setattr(report, name, value)
    report.state = State.SUBMITTED
    report.written_by_id, report.written_at = writer_id, at
    # What was said about the former text is kept by its request; this one is judged anew.
    report.site_by = report.site_at = None
    report.site_opinion = ""
    report.save(
        update_fields=[
            *written,
            "state",
            "written_by",
            "written_at",
            "site_by",
            "site_at",
            "site_opinion",
        ]
    )


def _keep(report: IncidentReport, request: Request, one: Decision) -> None:
    """Keep a decision as the site's opinion, or as the company's when it is the last step."""
    if one.step + 1 < len(request.steps):
        report.site_by_id, report.site_at, report.site_opinion = one.by_id, one.at, one.reason
        if one.verdict == Decision.Verdict.APPROVED:
            return
    report.decided_by_id, report.decided_at, report.opinion = one.by_id, one.at, one.reason


def _file_number(matter: Matter, at: datetime) -> str:
    year = staff.local_day(at, matter.community.zone).year
    last = next_number(community_id=matter.community_id, series=f"incident-{year}")
    return f"{matter.community.code}-TF-{year}-{last:03d}"


def _tell_matter(report: IncidentReport, by: Caller, at: datetime) -> None:
    """Tell the matter; whoever decided was admitted by the chain."""
    text = _("突发事件处理表已批准归档,编号 %(file)s。") % {"file": report.file_number}
    work = open_work(number=report.matter.number, by=by, at=at, verb="report", admitted=True)
    record_event(work, "reported", text=text)
    finish_work(work)


def _subject(matter: Matter) -> str:
    return f"matter:{matter.number}"
