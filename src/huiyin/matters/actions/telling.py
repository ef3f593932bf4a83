"""What the owner of the house is told at each step, in the transaction of the step (REC-11).

Only somebody known is told: nobody can be told of what they reported anonymously, and what reminds
colleagues of each other concerns no owner. The courier decides how and when it reaches them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import override

from huiyin.estate.models import Occupancy
from huiyin.estate.queries import lives_on
from huiyin.matters import titles
from huiyin.matters.models import Event, Matter
from huiyin.matters.rules import REPORTED
from huiyin.notices.actions import NewTelling
from huiyin.staff.queries import local_day
from huiyin.staff.rules import Directory
from huiyin.standards.react import PromiseState

# Event → template, and the promise whose due moment it names.
TEMPLATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "received": ("matter.received", ("answer", "leader_answer")),
    "assigned": ("matter.assigned", ("finish",)),
    "arrived": ("matter.arrived", ()),
    "promised": ("matter.promised", ("finish",)),
    "progressed": ("matter.replied", ()),
    "replied": ("matter.replied", ()),
    "finished": ("matter.finished", ()),
    "reopened": ("matter.reopened", ("finish",)),
    "closed": ("matter.closed", ()),
}
# An answer recorded under one of these is sent by the system; what was said on the telephone or at
# the door, or went out as a letter, has been told already.
WRITTEN = frozenset({"web", "email", "sms", "wechat"})
# That something is filed away rings nobody's telephone.
_IN_APP = ("in_app",)
# That somebody is at the door is worth ringing about while they may still be there.
_NEWS = timedelta(minutes=30)
_ONLY_WRITTEN = frozenset({"progressed", "replied"})
_NAMES_SOMEBODY = frozenset({"assigned", "arrived", "promised", "reopened"})


def concerns_owner(matter: Matter, events: Sequence[Event], at: datetime) -> bool:
    """Tell whether there is somebody to be told of the events.

    Whoever has sold the house or moved out since hears no more of what is done there (OWN-05).
    """
    if (
        matter.person_id is None
        or matter.anonymous
        or matter.kind not in REPORTED
        or matter.kind == "callback"
    ):
        return False
    if matter.house_id is None or all(one.kind == "received" for one in events):
        return True
    living = Occupancy.objects.filter(lives_on(local_day(at)), house_id=matter.house_id)
    return living.filter(person_id=matter.person_id).exists()


def is_told(event: Event) -> bool:
    """Tell whether an event is one that an owner is told of."""
    if event.kind in _ONLY_WRITTEN:
        return event.via in WRITTEN and event.contact
    return event.kind in TEMPLATES


def tellings(
    *,
    matter: Matter,
    events: Iterable[Event],
    promises: Iterable[PromiseState],
    staff: "Directory | None",
    phone: str,
    zone: ZoneInfo,
) -> list[NewTelling]:
    """Return what the owner is told of the events; each event once, whatever happens.

    ``staff`` may be missing where no event names anybody.
    """
    owed = {one.code: one.due_at for one in promises if one.is_owed}
    with override(settings.LANGUAGE_CODE):
        return [_telling(matter, event, owed, staff, phone, zone) for event in events]


def names_somebody(events: Iterable[Event]) -> bool:
    """Tell whether telling of the events needs the staff."""
    return any(one.kind in _NAMES_SOMEBODY for one in events)


def _telling(  # noqa: PLR0917  the parts of one telling, passed on as they came
    matter: Matter,
    event: Event,
    owed: Mapping[str, datetime],
    staff: "Directory | None",
    phone: str,
    zone: ZoneInfo,
) -> NewTelling:
    template, codes = TEMPLATES[event.kind]
    due = next((owed[code] for code in codes if code in owed), None)
    if event.kind == "promised" and "until" in event.data:
        due = datetime.fromisoformat(event.data["until"])
    values = {
        "number": matter.number,
        "kind": str(titles.KINDS[matter.kind]),
        "text": matter.text if event.kind == "received" else _words(event),
        "who": _who(matter, staff) if event.kind in _NAMES_SOMEBODY else "",
        "phone": phone,
        "due": said(due, zone) if due else "",
        "result": matter.result if event.kind in {"finished", "closed"} else "",
    }
    return NewTelling(
        community_id=matter.community_id,
        person_id=matter.person_id,
        purpose=f"matter:{matter.number}:{event.pk}",
        category="matter",
        template=template,
        values=values,
        about=matter.number,
        channels=_IN_APP if event.kind == "closed" or _is_old_news(event) else (),
        link=f"/my/matters/{matter.number}/",
    )


def _is_old_news(event: Event) -> bool:
    """Tell whether somebody came, but a telephone without signal said so only much later."""
    return event.kind == "arrived" and event.recorded_at - event.at > _NEWS


def _words(event: Event) -> str:
    """Return what was written for the owner; a note to whoever is sent is not."""
    return event.text if event.kind in {"promised", "progressed", "replied"} else ""


def _who(matter: Matter, staff: "Directory | None") -> str:
    """Return who has it in hand, by name and post, as far as both fit."""
    duty = staff.people.get(matter.owner_id) if staff else None
    if duty is None:
        return matter.owner.name
    return f"{duty.name} {titles.POSTS[duty.post]}" if duty.post else duty.name


def said(moment: datetime, zone: ZoneInfo) -> str:
    """Say a moment as a message does: 3月16日 18:00; midnight is the end of a day."""
    local = moment.astimezone(zone)
    time = f"{local:%H:%M}"
    if time == "00:00":
        local, time = local - timedelta(minutes=1), "24:00"
    return f"{local.month}月{local.day}日 {time}"
