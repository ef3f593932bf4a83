"""The story of an incident: alarms, steps, calls, people on site, in the order of time (EMG-03)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.checklists.rows import ItemView, MarkRow, RunView
from huiyin.incidents import titles
from huiyin.incidents.models import Alarm, Attendance, Incident, LeftOut, OutsideCall, Review
from huiyin.kernel.clock import parse
from huiyin.matters.titles import POSTS


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story; ``recorded_at`` is later where it was told afterwards."""

    at: datetime
    kind: str
    title: str
    text: str
    who: str
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the story of an incident is told from, each read once."""

    incident: Incident
    run: RunView
    alarms: tuple[Alarm, ...]
    attendances: tuple[Attendance, ...]
    left_out: tuple[LeftOut, ...]
    calls: tuple[OutsideCall, ...]
    review: Review | None


def gather(incident: Incident, run: RunView) -> Pieces:
    """Read what belongs to an incident: five queries, however long it lasted."""
    calls = incident.calls.select_related("asked_by", "consent_by", "consent_noted_by", "called_by")
    review = Review.objects.filter(incident=incident).select_related("by").first()
    return Pieces(
        incident=incident,
        run=run,
        alarms=tuple(incident.alarms.order_by("at", "id")),
        attendances=tuple(incident.attendances.select_related("employee").order_by("at", "id")),
        left_out=tuple(incident.left_out.order_by("at", "id")),
        calls=tuple(calls.order_by("id")),
        review=review,
    )


def story(pieces: Pieces) -> tuple[Told, ...]:
    """Return everything that happened, oldest first."""
    zone = ZoneInfo(pieces.run.zone)
    lines = [
        *_alarms(pieces.alarms),
        *_people(pieces.attendances),
        *(_step(one, one.mark, zone) for one in pieces.run.items if one.mark),
        *_left_out(pieces),
        *(line for call in pieces.calls for line in _call(call)),
        *_ends(pieces),
    ]
    return tuple(sorted(lines, key=lambda one: one.at))


def value_text(value: Any, unit: str, zone: ZoneInfo) -> str:
    """Say the value of a mark as people read it."""
    match value:
        case bool():
            return _("已做") if value else _("没有做")
        case {"name": str(name), "at": str(at)}:
            return f"{name} {parse(at).astimezone(zone):%H:%M}"
        case {"files": list(files)}:
            return _("照片 %(n)d 张") % {"n": len(files)}
        case {"name": str(name)}:
            return name
    return f"{value} {unit}".strip()


def _alarms(alarms: Iterable[Alarm]) -> Iterator[Told]:
    for index, one in enumerate(alarms):
        title = _("也有人报告") if index else _("报告突发事件")
        late = one.recorded_at if one.recorded_at > one.at else None
        yield Told(one.at, "alarm", title, one.text, one.by_name, late)


def _people(attendances: Iterable[Attendance]) -> Iterator[Told]:
    for one in attendances:
        post = str(POSTS.get(one.post, one.post))
        yield Told(one.at, "person", _("到场"), post, one.employee.name)


def _step(view: ItemView, mark: MarkRow, zone: ZoneInfo) -> Told:
    said = value_text(mark.value, view.item.unit, zone)
    text = f"{said} {mark.note}".strip()
    late = mark.recorded_at if mark.recorded_at > mark.at else None
    return Told(mark.at, "step", view.item.title, text, mark.by_name, late)


def _left_out(pieces: Pieces) -> Iterator[Told]:
    names = {one.item.key: one.item.title for one in pieces.run.items}
    for one in pieces.left_out:
        title = _("省去:%(step)s") % {"step": names.get(one.item, one.item)}
        yield Told(one.at, "left_out", title, one.reason, one.by_name)


def _call(call: OutsideCall) -> Iterator[Told]:
    service = str(titles.SERVICES[call.service])
    if call.asked_at and call.asked_at != call.called_at:
        who = call.asked_by.name if call.asked_by else ""
        yield Told(call.asked_at, "call", _("请示联系%(it)s") % {"it": service}, call.why, who)
    if call.consent_at and call.consent_by:
        title = _("同意联系%(it)s") % {"it": service}
        way = str(titles.WAYS[call.consent_way])
        if call.consent_noted_by and call.consent_noted_by_id != call.consent_by_id:
            way = _("%(way)s,%(who)s 登记") % {"way": way, "who": call.consent_noted_by.name}
        yield Told(call.consent_at, "call", title, way, call.consent_by.name)
    if call.called_at:
        who = call.called_by.name if call.called_by else ""
        parts = [call.name, call.phone, call.why]
        if call.without_consent:
            parts.append(_("未经同意先行拨打,原因:%(why)s") % {"why": call.without_consent})
        text = " ".join(one for one in parts if one)
        yield Told(call.called_at, "call", _("联系%(it)s") % {"it": service}, text, who)
    if call.arrived_at:
        yield Told(call.arrived_at, "call", _("%(it)s到达") % {"it": service}, call.vehicles, "")
    if call.left_at:
        parts = [call.vehicles, call.hospital and _("送往 %(it)s") % {"it": call.hospital}]
        text = " ".join(one for one in parts if one)
        yield Told(call.left_at, "call", _("%(it)s离开") % {"it": service}, text, "")
    if call.dropped_at:
        title = _("%(it)s没有来") % {"it": service}
        yield Told(call.dropped_at, "call", title, call.dropped_why, "")


def _ends(pieces: Pieces) -> Iterator[Told]:
    incident = pieces.incident
    if incident.over_at:
        who = incident.over_by.name if incident.over_by else ""
        yield Told(incident.over_at, "end", _("突发事件解除"), incident.over_note, who)
    if pieces.review:
        one = pieces.review
        yield Told(one.held_at, "end", _("总结会"), one.people, one.by.name)
