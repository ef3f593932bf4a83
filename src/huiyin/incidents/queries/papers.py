"""What is printed and filed: the whole story, the lift record, the review, the report."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.approvals import queries as approvals
from huiyin.approvals.queries import RequestView
from huiyin.checklists.queries import run as run_of
from huiyin.incidents import titles
from huiyin.incidents.drafts import Draft, draft
from huiyin.incidents.models import Incident, IncidentReport, Measure, Review
from huiyin.incidents.queries.live import found_incident, live_view
from huiyin.incidents.queries.rows import (
    Line,
    MeasureRow,
    MessageLine,
    ReportRow,
    ReviewRow,
    StoryView,
)
from huiyin.incidents.story import Pieces, gather, story, value_text
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.access import visible
from huiyin.matters.queries import PersonRef
from huiyin.notices import queries as notices
from huiyin.staff.models import Employee
from huiyin.staff.queries import directory
from huiyin.staff.rules import Directory

PEOPLE = ("people", "state", "comforted")  # steps that tell how the people in a lift are


def whole_story(*, caller: Caller, number: str, at: datetime) -> StoryView:
    """Return the whole of an incident for one printed page, for whoever sees its matter."""
    incident = found_incident(caller, number)
    if not visible(caller).filter(pk=incident.matter_id).exists():
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    pieces = gather(incident, run_of(caller=caller, run_id=incident.run_id, at=at))
    return StoryView(
        live=live_view(caller, pieces, at),
        lines=story(pieces),
        record=lift_record(pieces) if incident.plan == "lift" else (),
        review=_review(pieces),
        messages=tuple(
            MessageLine(one.at, one.to_name, str(titles.MESSAGE_STATES[one.state]))
            for one in notices.about(subject=number)
        ),
    )


def lift_record(pieces: Pieces) -> tuple[Line, ...]:
    """Return the lift record (EMG-03), a dash where something is not known."""
    zone = ZoneInfo(pieces.run.zone)
    said = {
        one.item.key: value_text(one.mark.value, one.item.unit, zone)
        for one in pieces.run.items
        if one.mark
    }
    lift = [one for one in pieces.calls if one.service == "lift" and one.called_at]
    lines = [
        (_("接报时间"), _clock(pieces.incident.raised_at, zone)),
        (_("保安到场"), said.get("guards", "")),
        (_("工程人员到场"), said.get("engineers", "")),
        (_("维保公司通知"), _clock(lift[0].called_at if lift else None, zone)),
        (_("维保公司到达"), _clock(lift[0].arrived_at if lift else None, zone)),
        (_("救出时间"), said.get("released", "")),
        (_("被困人员情况"), " ".join(said[key] for key in PEOPLE if key in said)),
        (_("姓名住址"), said.get("names", "")),
        (_("恢复运行"), said.get("restored", "")),
    ]
    for one in pieces.calls:
        if one.service in ("police", "fire", "medics") and one.called_at:
            title = str(titles.SERVICES[one.service])
            times = f"{_clock(one.arrived_at, zone)} – {_clock(one.left_at, zone)}"
            lines.append((title, " ".join((times, one.vehicles, one.hospital)).strip()))
    return tuple(Line(title, text or "—") for title, text in lines)


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}" if at else "—"


def review(*, caller: Caller, number: str, at: datetime) -> ReviewRow | None:
    """Return the review of an incident, if it was held."""
    incident = found_incident(caller, number)
    return _review(gather(incident, run_of(caller=caller, run_id=incident.run_id, at=at)))


def _review(pieces: Pieces) -> ReviewRow | None:
    held = pieces.review
    if held is None:
        return None
    measures = Measure.objects.filter(review=held).select_related("owner", "matter").order_by("id")
    return ReviewRow(
        held_at=held.held_at,
        people=held.people,
        causes=held.causes,
        lessons=held.lessons,
        by=held.by.name,
        measures=tuple(
            MeasureRow(
                one.text,
                one.owner.name,
                one.due_on,
                one.matter.number,
                one.matter.closed_at is not None or one.matter.finished_at is not None,
            )
            for one in measures
        ),
    )


def unfinished(*, caller: Caller, number: str) -> str:
    """Return what an opened plan still lacks before its report: "open", "review" or nothing."""
    incident = Incident.objects.filter(
        matter__in=visible(caller), matter__number=number.replace("\0", "")
    ).first()
    if incident is None:
        return ""
    if incident.state == Incident.State.OPEN:
        return "open"
    return "" if Review.objects.filter(incident=incident).exists() else "review"


def report_draft(*, caller: Caller, number: str, at: datetime) -> Draft:
    """Return what the timeline knows already, for the form of a report."""
    matter = (
        visible(caller)
        .select_related("community", "house", "received_by")
        .filter(number=number.replace("\0", ""))
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    incident = Incident.objects.filter(matter=matter).select_related("community").first()
    if incident is not None:
        incident.matter = matter
    return draft(caller, matter, incident, at)


def report_request(*, caller: Caller, number: str, at: datetime) -> RequestView | None:
    """Return the latest request for the report of a matter, whom it waits for and who decided."""
    found = approvals.of_subject(caller=caller, subject=f"matter:{number}", at=at)
    return next((one for one in found if one.row.kind == "incident_report"), None)


def report(*, caller: Caller, number: str, at: datetime) -> ReportRow:
    """Return the report of a matter; NotFound when there is none or the matter is not theirs."""
    found = (
        IncidentReport.objects.filter(matter__in=visible(caller), matter__number=number)
        .select_related("matter__community", "written_by", "decided_by", "site_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份突发事件处理表。"))
    community = found.matter.community
    staff_now = directory(community_id=community.pk, at=at, zone=community.zone)
    return ReportRow(
        matter=found.matter.number,
        community=community.name,
        zone=community.zone,
        state=found.state,
        category=found.category,
        category_title=str(titles.PLANS.get(found.category, _("紧急事件"))),
        happened_at=found.happened_at,
        place=found.place,
        received=found.received,
        attended=found.attended,
        course=found.course,
        cause=found.cause,
        losses=found.losses,
        handling=found.handling,
        responsibility=found.responsibility,
        measures=found.measures,
        written_by=_named(found.written_by, staff_now),
        written_at=found.written_at,
        site_by=_named(found.site_by, staff_now) if found.site_by else None,
        site_at=found.site_at,
        site_opinion=found.site_opinion,
        decided_by=_named(found.decided_by, staff_now) if found.decided_by else None,
        decided_at=found.decided_at,
        opinion=found.opinion,
        file_number=found.file_number,
    )


def _named(employee: Employee, staff_now: Directory) -> PersonRef:
    duty = staff_now.people.get(employee.pk)
    return PersonRef(employee.code, employee.name, duty.post if duty else "")
