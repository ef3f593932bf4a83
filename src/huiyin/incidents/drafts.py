"""What the timeline knows of an incident report, so that nobody writes it twice (CMP-03)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.checklists.queries import run as run_of
from huiyin.incidents.models import Incident, Measure
from huiyin.incidents.story import Pieces, Told, gather, story
from huiyin.kernel.caller import Caller
from huiyin.matters.models import Matter

# Steps whose answers tell what was lost.
LOSSES = ("losses",)
# Kinds of step that are deeds; the others are answers.
DEEDS = ("tick", "person_time")


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the paper as far as they are known."""

    happened_at: datetime
    place: str
    received: str
    attended: str
    course: str = ""
    losses: str = ""
    handling: str = ""
    cause: str = ""
    measures: str = ""


def draft(caller: Caller, matter: Matter, incident: Incident | None, at: datetime) -> Draft:
    """Return what is known for the report of a matter, with or without an opened plan."""
    zone = ZoneInfo(matter.community.zone)
    place = " ".join(
        one for one in (matter.house.code if matter.house else "", matter.place) if one
    )
    taken_by = matter.received_by.name if matter.received_by else ""
    received = f"{taken_by} {_clock(matter.received_at, zone)}".strip()
    if incident is None:
        return Draft(matter.received_at, place, received, attended="")
    pieces = gather(incident, run_of(caller=caller, run_id=incident.run_id, at=at))
    review = pieces.review
    measures = Measure.objects.filter(review=review).select_related("owner") if review else ()
    return Draft(
        happened_at=incident.raised_at,
        place=place,
        received=received,
        attended=_attended(pieces, zone),
        course="\n".join(_line(one, zone) for one in story(pieces) if one.kind != "end"),
        losses=_answers(pieces, LOSSES),
        handling="\n".join(_handled(pieces)),
        cause=review.causes if review else "",
        measures="\n".join(
            _("%(text)s(%(owner)s,%(due)s 前)")
            % {"text": one.text, "owner": one.owner.name, "due": f"{one.due_on:%Y-%m-%d}"}
            for one in measures
        ),
    )


def _attended(pieces: Pieces, zone: ZoneInfo) -> str:
    people = [f"{one.employee.name} {_clock(one.at, zone)}" for one in pieces.attendances]
    return ";".join(people)


def _answers(pieces: Pieces, keys: tuple[str, ...]) -> str:
    said = [
        str(one.mark.value)
        for one in pieces.run.items
        if one.item.key in keys and one.mark and isinstance(one.mark.value, str)
    ]
    return "\n".join(said)


def _handled(pieces: Pieces) -> list[str]:
    """Return what was done, not what was only asked, as the measures taken."""
    return [
        one.item.title
        for one in pieces.run.items
        if one.item.kind in DEEDS and one.mark and one.mark.value is not False
    ]


def _line(one: Told, zone: ZoneInfo) -> str:
    parts = (_clock(one.at, zone), one.title, one.text, f"({one.who})" if one.who else "")
    return " ".join(part for part in parts if part)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"
