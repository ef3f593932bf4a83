"""Who was asked afterwards whether it was done well, and what they said (回访记录表, VIS-01…03)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.matters import titles
from huiyin.matters.access import knows_caller, visible
from huiyin.matters.models import Event, Matter

ASKED = ("visited_back", "rated")
MOST = 1000  # of one record: more is a report, not a list to sign


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit back, or a rating an owner gave unasked; ``handled`` says what came of it."""

    at: datetime
    house: str
    way: str
    number: str
    opinion: str
    satisfaction: int | None
    handled: str
    by_name: str


def visits_back(
    *, caller: Caller, community_id: int, since: datetime, until: datetime
) -> tuple[VisitRow, ...]:
    """Return the visits back of a period in order, of the matters the caller may see. One query.

    The house is blank to those who may not know who complained (CMP-11).
    """
    again = Event.objects.filter(
        matter=OuterRef("matter"), kind="reopened", at__gte=OuterRef("at"), id__gt=OuterRef("id")
    )
    rows = (
        Event.objects.filter(
            kind__in=ASKED,
            at__gte=since,
            at__lt=until,
            matter__in=visible(caller).filter(community_id=community_id),
        )
        .select_related("matter__house")
        .annotate(again=Exists(again))
        .order_by("at", "id")
    )
    return tuple(_row(caller, one, again=one.again) for one in rows[:MOST])


def _row(caller: Caller, one: Event, *, again: bool) -> VisitRow:
    matter = one.matter
    rated = one.kind == "rated"
    state = str(titles.STATES[matter.state])
    return VisitRow(
        at=one.at,
        house=matter.house.code if matter.house and _may_know(caller, matter) else "",
        way=_("业主评价") if rated else str(titles.CHANNELS.get(one.via, "")),
        number=matter.number,
        opinion=one.text,
        satisfaction=one.data.get("satisfaction"),
        handled=_("重新打开,现%(state)s") % {"state": state} if again else state,
        by_name=_("业主本人") if rated else one.by_name,
    )


def _may_know(caller: Caller, matter: Matter) -> bool:
    is_hidden = matter.kind.startswith("complaint") or matter.anonymous
    return not is_hidden or (knows_caller(caller, matter) and not matter.anonymous)
