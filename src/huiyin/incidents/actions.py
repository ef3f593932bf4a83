"""Writes of incident reports: written, returned, approved and filed (CMP-03, EMG-07)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.actions import next_number
from huiyin.incidents.access import admit_approver, admit_writer
from huiyin.incidents.models import IncidentReport
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.access import visible
from huiyin.matters.actions import record_report
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.staff import queries as staff
from huiyin.staff.models import Employee
from huiyin.trail.actions import record

EMERGENCY = "complaint.emergency"
TEXT_MOST = 4000
OPINION_MOST = 300
State = IncidentReport.State


class UnableToReport(WrongState):
    """The matter calls for no report, or its report is already on its way."""


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
) -> None:
    """Write the report of an emergency, or write it again after it was returned.

    Raises NotFound, Forbidden, UnableToReport, BadInput. The company's leaders are told.
    """
    matter = _matter(by, number)
    admit_writer(by, matter.community_id)
    writer_id = _employee_id(by)
    if matter.kind != EMERGENCY:
        raise UnableToReport(_("只有紧急事件需要填写突发事件处理表。"))
    words = {
        "course": _text(course, "course"),
        "cause": _text(cause, "cause"),
        "measures": _text(measures, "measures"),
        "losses": _text(losses, "losses", required=False),
    }
    report = IncidentReport.objects.filter(matter=matter).first()
    if report is None:
        report = IncidentReport(matter=matter)
    elif report.state != State.RETURNED:
        raise UnableToReport(_("处理表已经提交,正在等公司审批或已经归档。"))
    for name, value in words.items():
        setattr(report, name, value)
    report.state = State.SUBMITTED
    report.written_by_id, report.written_at = writer_id, at
    _save(report, *words, "state", "written_by", "written_at")
    _trail("incident.report_submitted", by, at, matter, {"state": report.state})
    _tell_leaders(matter, report, at)


@transaction.atomic
def approve_report(*, by: Caller, at: datetime, number: str, opinion: str = "") -> str:
    """Approve a report as a leader of the company and file it; return its file number.

    The matter hears of it as ``reported``, which keeps the ``report`` clock.
    Raises NotFound, Forbidden, UnableToDecide.
    """
    matter = _matter(by, number)
    report = _waiting(by, matter)
    year = staff.local_day(at, matter.community.zone).year
    last = next_number(community_id=matter.community_id, series=f"incident-{year}")
    report.file_number = f"{matter.community.code}-TF-{year}-{last:03d}"
    _decide(report, by, at, State.FILED, opinion, "file_number")
    record_report(
        by=by,
        at=at,
        number=number,
        text=_("突发事件处理表已批准归档,编号 %(file)s。") % {"file": report.file_number},
    )
    _trail("incident.report_filed", by, at, matter, {"file_number": report.file_number})
    return report.file_number


@transaction.atomic
def return_report(*, by: Caller, at: datetime, number: str, opinion: str) -> None:
    """Send a report back to its writer with what is to be made better.

    Raises NotFound, Forbidden, UnableToDecide, BadInput.
    """
    matter = _matter(by, number)
    report = _waiting(by, matter)
    if not opinion.strip():
        raise BadInput(_("请写明退回的理由。"), field="opinion")
    _decide(report, by, at, State.RETURNED, opinion)
    _trail("incident.report_returned", by, at, matter, {"opinion": report.opinion})
    subject = _("%(number)s 的突发事件处理表被退回,请修改后重新提交") % {"number": number}
    _tell(matter, report.written_by, f"report:returned:{at.timestamp():.3f}", subject, at)


def _matter(by: Caller, number: str) -> Matter:
    """Lock the matter, so that two decisions come one after the other."""
    matter = (
        visible(by)
        .select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number)
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return matter


def _waiting(by: Caller, matter: Matter) -> IncidentReport:
    report = IncidentReport.objects.select_related("written_by").filter(matter=matter).first()
    admit_approver(by, matter.community_id, report.written_by_id if report else 0)
    if report is None:
        raise UnableToDecide(_("还没有人填写突发事件处理表。"))
    if report.state != State.SUBMITTED:
        raise UnableToDecide(_("这份处理表现在不在等待审批。"))
    return report


def _decide(
    report: IncidentReport, by: Caller, at: datetime, state: str, opinion: str, *fields: str
) -> None:
    report.state = state
    report.opinion = opinion.strip()[:OPINION_MOST]
    report.decided_by_id, report.decided_at = _employee_id(by), at
    report.save(update_fields=["state", "opinion", "decided_by", "decided_at", *fields])


def _employee_id(by: Caller) -> int:
    if by.employee_id is None:
        raise Forbidden(_("突发事件处理表要由员工本人填写和审批。"))
    return by.employee_id


def _save(report: IncidentReport, *fields: str) -> None:
    if report._state.adding:
        report.save(force_insert=True)
    else:
        report.save(update_fields=fields)


def _text(text: str, field: str, *, required: bool = True) -> str:
    text = text.strip()
    if required and not text:
        raise BadInput(_("请填写内容。"), field=field)
    if len(text) > TEXT_MOST or "\0" in text:
        raise BadInput(_("内容最多 %(n)d 字,且不能含无效字符。") % {"n": TEXT_MOST}, field=field)
    return text


def _tell_leaders(matter: Matter, report: IncidentReport, at: datetime) -> None:
    subject = _("%(number)s 的突发事件处理表等您审批") % {"number": matter.number}
    leaders = staff.directory(
        community_id=matter.community_id, at=at, zone=matter.community.zone
    ).holders("company_service")
    for leader in Employee.objects.filter(pk__in=[one.id for one in leaders]):
        _tell(matter, leader, f"report:submitted:{at.timestamp():.3f}", subject, at)


def _tell(matter: Matter, to: Employee, purpose: str, subject: str, at: datetime) -> None:
    message = notices.NewMessage(
        community_id=matter.community_id,
        recipient_id=to.pk,
        purpose=f"{matter.number}:{purpose}",
        about=matter.number,
        subject=subject,
        channel="in_app" if to.user_id else "log",
    )
    notices.queue(messages=[message], at=at)


def _trail(action: str, by: Caller, at: datetime, matter: Matter, after: dict[str, str]) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"matter:{matter.number}",
        community_id=matter.community_id,
        after=after,
    )
