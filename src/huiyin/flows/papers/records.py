"""Papers of the house itself: incidents, shifts, visits back, complaints, announced cuts."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from huiyin.desk import queries as desk
from huiyin.desk.queries import DutyView, duty
from huiyin.estate.models import Community
from huiyin.flows.papers import finals
from huiyin.flows.papers.drawing import SATISFACTIONS, Paper, frame, in_chinese, local
from huiyin.incidents import queries as incidents
from huiyin.incidents.models import Incident
from huiyin.incidents.queries import ReportRow
from huiyin.kernel.caller import Caller
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.queries import PersonRef, figures
from huiyin.matters.queries.figures import Scope
from huiyin.matters.queries.visits import VisitRow, visits_back
from huiyin.reports import weekly
from huiyin.staff.access import admit_to_community

CONTENT = 4  # of 5: what counts as satisfied
DAY = timedelta(days=1)


# -- the incident report


@in_chinese
def incident_report(*, caller: Caller, number: str, at: datetime, url: str = "") -> Paper:
    """Build the report of an emergency as it stands; NotFound to who does not see its matter."""
    found = matters.matter(caller=caller, number=number, at=at)
    report = incidents.report(caller=caller, number=number, at=at)
    town = Community.objects.get(pk=found.community_id)
    data = frame(town, at=at, number=number, url=url) | _report(report)
    name = f"突发事件处理表 {report.file_number or number}"
    final = finals.report(number)
    return Paper("incident_report", name, data, final if report.state == "filed" else None)


def _report(report: ReportRow) -> dict[str, Any]:
    is_filed = report.state == "filed"
    texts = (
        "place received attended course losses handling cause responsibility measures file_number"
    )
    return {name: getattr(report, name) for name in texts.split()} | {
        "category": report.category_title,
        "happened_at": local(report.happened_at, report.zone),
        "written_by": report.written_by.name,
        "written_at": local(report.written_at, report.zone),
        "site_opinion": report.site_opinion if report.site_by else "",
        "site_by": _signed(report.site_by, report.site_at, report.zone),
        "opinion": report.opinion if is_filed else "",
        "decided_by": _signed(report.decided_by, report.decided_at, report.zone)
        if is_filed
        else "",
    }


def _signed(who: PersonRef | None, at: datetime | None, zone: str) -> str:
    return f"{who.name} {local(at, zone)}" if who else ""


# -- the log of a shift


@in_chinese
def duty_log(*, caller: Caller, log: int, at: datetime, url: str = "") -> Paper:
    """Build the log of a shift; NotFound to strangers, Forbidden to who does no shifts."""
    shift = desk.duty_log(caller=caller, log=log, at=at)
    town = Community.objects.get(code=shift.community)
    number = f"{town.code}-{shift.day:%Y%m%d}-{shift.period.replace(':', '')}"
    data = frame(town, at=at, number=number, url=url) | _shift(shift)
    name = f"值班记录表 {shift.day} {shift.period}"
    final = finals.shift(log)
    return Paper("duty_log", name, data, final if shift.signed_at else None)


def _shift(shift: DutyView) -> dict[str, Any]:
    zone = shift.zone
    return {
        "standing": "本班尚未交班,数字仍会变化" if shift.is_open else "",
        "day": f"{shift.day}",
        "period": shift.period,
        "people": [_on_shift(one, zone) for one in shift.people] or ["无人签到"],
        "counts": _counts(shift),
        "summary": list(_summary(shift)),
        "items": [_handed_on(one) for one in shift.items] or ["无移交"],
        "keys": [*_notes(shift, "keys"), _checked(shift)],
        "handed": f"{shift.handed_by} {local(shift.handed_at, zone)}".strip(),
        "taken": f"{shift.taken_by} {local(shift.taken_at, zone)}".strip(),
        "opinion": shift.opinion,
        "signed": f"{shift.signed_by} {local(shift.signed_at, zone)}".strip(),
    }


def _on_shift(one: duty.LogPerson, zone: str) -> str:
    signed = f"签到 {local(one.signed_in_at, zone)}"
    if one.signed_off_at:
        signed += f",签退 {local(one.signed_off_at, zone)}"
    return f"{one.name}({signed}){one.excuse}"


def _counts(shift: DutyView) -> list[list[str]]:
    facts = shift.facts
    rows = (
        ("来电", facts.calls),
        ("及时接听", facts.in_time),
        ("未接", facts.abandoned),
        ("受理事项", facts.received_total),
        ("办结", facts.finished),
        ("升级", facts.escalated),
        ("超时", facts.broken),
        ("未结", facts.open),
    )
    return [[name, str(count)] for name, count in rows]


def _summary(shift: DutyView) -> Iterable[str]:
    facts = shift.facts
    if facts.received:
        kinds = "、".join(f"{titles.KINDS[kind]} {count}" for kind, count in facts.received)
        yield f"受理:{kinds}"
    for one in facts.emergencies:
        yield f"紧急 {one.number} {one.text}"
    for one in facts.visitors:
        told = f"来访 {one.number} {one.text}"
        yield f"{told} — {one.result}" if one.result else told
    yield from _notes(shift, "shift")


def _notes(shift: DutyView, about: str) -> Iterable[str]:
    for one in shift.notes:
        if one.about == about:
            yield f"{local(one.at, shift.zone, '%H:%M')} {one.text}({one.by})"


def _handed_on(one: duty.ItemRow) -> str:
    accepted = "√" if one.accepted_at else "(未接收)"
    return f"{one.matter} {one.text} → {one.to} {accepted}".strip()


def _checked(shift: DutyView) -> str:
    done = "门、灯、窗、电器已查" if shift.checked else "未做"
    excuse = f"({shift.excuse})" if shift.excuse and not shift.checked else ""
    return f"离岗四查:{done}{excuse}"


# -- visits back


@in_chinese
def visit_record(
    *,
    caller: Caller,
    community_id: int,
    since: date,
    until: date,
    at: datetime,
    url: str = "",
) -> Paper:
    """Build the record of visits back of some days, both included (VIS-01…03).

    NotFound to strangers; matters and houses as far as the caller may see them.
    """
    admit_to_community(caller, community_id)
    town = Community.objects.get(pk=community_id)
    zone = ZoneInfo(town.zone)
    rows = visits_back(
        caller=caller,
        community_id=community_id,
        since=datetime.combine(since, time(0), zone),
        until=datetime.combine(until + DAY, time(0), zone),
    )
    days = _days(since, until)
    data = frame(town, at=at, url=url) | {
        "period": days,
        "rows": [_visit(one, town.zone) for one in rows],
        "counts": visit_counts(rows),
    }
    return Paper("visit_record", f"回访记录表 {days}", data)


def visit_counts(rows: Iterable[VisitRow]) -> list[list[str]]:
    """Count how many were asked, satisfied and not, for the foot of the record."""
    scores = [one.satisfaction for one in rows if one.satisfaction is not None]
    content = sum(score >= CONTENT for score in scores)
    poor = sum(SATISFACTIONS[score] == "不满意" for score in scores)
    counts = (("回访", len(scores)), ("满意以上", content), ("不满意", poor))
    return [[name, f"{count} 件"] for name, count in counts]


def _days(since: date, until: date) -> str:
    return f"{since}" if since == until else f"{since} 至 {until}"


def _visit(one: VisitRow, zone: str) -> dict[str, str]:
    return {
        "at": local(one.at, zone),
        "house": one.house,
        "way": one.way,
        "number": one.number,
        "opinion": one.opinion,
        "satisfaction": SATISFACTIONS.get(one.satisfaction or 0, ""),
        "handling": one.handled,
        "by": one.by_name,
    }


# -- the analysis of complaints


@in_chinese
def complaint_statistics(
    *,
    caller: Caller,
    community_id: int,
    since: date,
    until: date,
    at: datetime,
    url: str = "",
) -> Paper:
    """Build the analysis of the complaints of some days beside as many days before (CMP-09).

    NotFound to strangers; only what the caller may see is counted.
    """
    admit_to_community(caller, community_id)
    town = Community.objects.get(pk=community_id)
    zone = ZoneInfo(town.zone)
    length = until - since + DAY
    starts = datetime.combine(since, time(0), zone)
    before = datetime.combine(since - length, time(0), zone)
    ends = datetime.combine(until + DAY, time(0), zone)
    rows = figures.complaints(Scope(caller, community_id, starts, ends, at))
    earlier = figures.complaints(Scope(caller, community_id, before, starts, at))
    late = [one.number for one in rows if one.late]
    pending = [one.number for one in rows if not one.finished]
    counts = (
        ("本期投诉", len(rows)),
        ("上期投诉", len(earlier)),
        ("超时", len(late)),
        ("未办结", len(pending)),
    )
    data = frame(town, at=at, url=url) | {
        "period": _days(since, until),
        "made_on": local(at, town.zone, "%Y-%m-%d"),
        "counts": [[name, str(count)] for name, count in counts],
        "tables": [
            {"title": title, "rows": [[name, count] for name, count in table]}
            for title, table in weekly.tables(rows)
        ],
        "late": _named(late),
        "pending": _named(pending),
    }
    return Paper("statistics", f"投诉统计分析报告 {_days(since, until)}", data)


def _named(numbers: list[str]) -> str:
    if not numbers:
        return "无"
    return f"{len(numbers)} 件:{'、'.join(numbers)}"


# -- an announced cut


@in_chinese
def cut_notice(*, caller: Caller, number: str, at: datetime, url: str = "") -> Paper:
    """Build the notice of an announced cut for the hall boards (EMG-04)."""
    told = incidents.telling(caller=caller, number=number, building=None, at=at)
    town = Incident.objects.select_related("community").get(matter__number=number).community
    zone = town.zone
    facts = [[name, text] for name, text in told.notice]
    body = ""
    if told.begins_at:
        since, until = local(told.begins_at, zone), local(told.ends_at, zone)
        body = f"本小区将于 {since} 至 {until} 停电,请提前做好准备。"
    heading = "停电通知" if told.begins_at else "通知"
    data = frame(town, at=at, number=number, url=url) | {
        "category": heading,
        "title": "",
        "body": body,
        "facts": facts,
        "issued_on": local(at, zone, "%Y年%-m月%-d日"),
        "shown_from": local(at, zone, "%Y-%m-%d"),
        "shown_until": local(told.ends_at, zone, "%Y-%m-%d"),
    }
    return Paper("poster", f"{heading} {number}", data)
