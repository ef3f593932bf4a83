"""The story of a matter, newest first, each event told in one line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.doors.parts import moments
from huiyin.matters import titles
from huiyin.matters.queries import EventView, MatterView

STRONG = frozenset({"received", "assigned", "finished", "visited_back", "closed", "reopened"})
# Here "from" is not the matter that an act on a linked report came from.
_FROM_ELSEWHERE = frozenset({"reclassified", "unlinked"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the page tells it."""

    at: datetime
    title: str
    who: str
    detail: str
    text: str
    via: str
    contact: bool
    late_note: datetime | None
    tone: str


def entries(matter: MatterView, now: datetime) -> list[Entry]:
    """Return the events of a matter, newest first."""
    zone = ZoneInfo(matter.zone)
    return [_entry(one, now, zone) for one in reversed(matter.events)]


def _entry(event: EventView, now: datetime, zone: ZoneInfo) -> Entry:
    detail = _DETAILS.get(event.kind, _nothing)(event, now, zone)
    if (parent := event.data.get("from")) and event.kind not in _FROM_ELSEWHERE:
        came = _("随 %(number)s 记录") % {"number": parent}
        detail = f"{detail} · {came}" if detail else came
    tone = "is-late" if event.kind == "escalated" else ""
    return Entry(
        at=event.at,
        title=event.kind_title,
        who=_("系统") if event.by is None and event.by_name == "system" else event.by_name,
        detail=detail,
        text=event.text,
        via=event.via_title,
        contact=event.contact,
        late_note=event.recorded_at if event.recorded_at > event.at else None,
        tone=tone or ("is-strong" if event.kind in STRONG else ""),
    )


def _nothing(_event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    return ""


def _to_whom(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    name = event.data.get("to_name", "")
    return _("交给 %(name)s") % {"name": name} if name else ""


def _until(event: EventView, now: datetime, zone: ZoneInfo) -> str:
    text = event.data.get("until")
    if not text:
        return ""
    until = moments.say_moment(datetime.fromisoformat(text), now, zone)
    return _("到 %(until)s") % {"until": until}


def _satisfaction(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    return _("满意度 %(n)s / 5") % {"n": event.data.get("satisfaction", "—")}


def _kinds(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    old, new = event.data.get("from", ""), event.data.get("to", "")
    if old == new:
        return _("标为重要")
    names = {"old": titles.KINDS.get(old, old), "new": titles.KINDS.get(new, new)}
    return _("%(old)s → %(new)s") % names


def _rung(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    if event.data.get("promise"):
        return ""  # the clock's own sentence says whom it told
    told = event.data.get("to_names") or event.data.get("to") or []
    return _("上报给 %(to)s") % {"to": "、".join(str(one) for one in told)}


def _linked_to(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    if others := event.data.get("linked"):
        return _("并入 %(numbers)s") % {"numbers": "、".join(others)}
    return _("并入 %(numbers)s") % {"numbers": event.data.get("to", "")}


def _given_back(event: EventView, _now: datetime, _zone: ZoneInfo) -> str:
    names = {"old": event.data.get("from_name", ""), "new": event.data.get("to_name", "")}
    if event.data.get("taken"):
        return _("从 %(old)s 收回") % names
    return _("%(old)s 退回给 %(new)s") % names


_DETAILS: dict[str, Callable[[EventView, datetime, ZoneInfo], str]] = {
    "assigned": _to_whom,
    "accepted": _nothing,
    "handed_over": _to_whom,
    "paused": _until,
    "promised": _until,
    "visited_back": _satisfaction,
    "rated": _satisfaction,
    "reclassified": _kinds,
    "escalated": _rung,
    "linked": _linked_to,
    "given_back": _given_back,
}
