"""Reads of gatherings: what comes, what a household signed up for, who comes (OWN-03)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community
from huiyin.together.access import HOSTS, lives_in
from huiyin.together.models import Gathering

PAGE = 20


@dataclass(frozen=True, slots=True)
class GatheringRow:
    """A gathering as a list shows it; ``left`` None means places are not counted.

    ``mine`` are the places of the reader's household, 0 for none.
    """

    id: int
    community_id: int
    title: str
    text: str
    place: str
    starts_at: datetime
    ends_at: datetime
    sign_up_until: datetime
    seats: int | None
    taken: int
    left: int | None
    mine: int
    state: str
    called_off_why: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A household that signed up, for the staff."""

    house: str
    name: str
    heads: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GatheringView:
    """A gathering with who comes."""

    row: GatheringRow
    coming: tuple[Coming, ...]
    may_host: bool


def gatherings_for(*, caller: Caller, community_id: int, at: datetime) -> tuple[GatheringRow, ...]:
    """Return what is still to come for a neighbour, soonest first, and what was lately."""
    if not lives_in(caller, community_id):
        return ()
    found = _counted(community_id, caller)
    coming = list(found.filter(ends_at__gt=at).order_by("starts_at", "id")[:PAGE])
    over = list(found.filter(ends_at__lte=at).order_by("-starts_at", "-id")[:5])
    return tuple(_row(one, at) for one in [*coming, *over])


def gathering_for(*, caller: Caller, gathering_id: int, at: datetime) -> GatheringRow:
    """Return one gathering for a neighbour; NotFound for any other community's."""
    found = Gathering.objects.filter(pk=gathering_id).first()
    if found is None or not lives_in(caller, found.community_id):
        raise NotFound(_("没有这个活动。"))
    return _row(_counted(found.community_id, caller).get(pk=found.pk), at)


def gatherings(
    *, caller: Caller, community_id: int, at: datetime, cursor: str = "", limit: int = PAGE
) -> Page[GatheringRow]:
    """Return the gatherings of a community, latest first, for its staff."""
    admit_to_community(caller, community_id)
    found = _counted(community_id, caller).order_by("-starts_at", "-id")
    try:
        begun, last = read_cursor(cursor, str, int) if cursor else (None, None)
        moment = parse(str(begun)) if begun else None
    except (BadCursor, BadMoment):
        moment = last = None
    if moment is not None and last is not None:
        found = found.filter(Q(starts_at__lt=moment) | Q(starts_at=moment, pk__lt=last))
    rows = list(found[: limit + 1])
    return page_of(
        rows, limit, lambda one: _row(one, at), lambda one: (one.starts_at.isoformat(), one.pk)
    )


def gathering(*, caller: Caller, gathering_id: int, at: datetime) -> GatheringView:
    """Return one gathering with who comes, for the staff."""
    found = Gathering.objects.filter(pk=gathering_id).first()
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这个活动。"))
    comes = found.sign_ups.filter(signed_off_at=None).select_related("house", "person")
    return GatheringView(
        row=_row(_counted(found.community_id, caller).get(pk=found.pk), at),
        coming=tuple(
            Coming(one.house.code, one.person.name, one.heads, one.note, one.at)
            for one in comes.order_by("at", "id")
        ),
        may_host=caller.holds(found.community_id, *HOSTS),
    )


def _counted(community_id: int, caller: Caller) -> QuerySet[Gathering]:
    on = Q(sign_ups__signed_off_at=None)
    return Gathering.objects.filter(community_id=community_id).annotate(
        taken=Sum("sign_ups__heads", filter=on),
        mine=Sum("sign_ups__heads", filter=on & Q(sign_ups__house__in=list(caller.households))),
    )


def _row(one: Gathering, at: datetime) -> GatheringRow:
    taken = int(getattr(one, "taken", 0) or 0)
    return GatheringRow(
        id=one.pk,
        community_id=one.community_id,
        title=one.title,
        text=one.text,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        sign_up_until=one.sign_up_until,
        seats=one.seats,
        taken=taken,
        left=None if one.seats is None else max(0, one.seats - taken),
        mine=int(getattr(one, "mine", 0) or 0),
        state=_state(one, at, taken),
        called_off_why=one.called_off_why,
    )


def _state(one: Gathering, at: datetime, taken: int) -> str:
    if one.called_off_at is not None:
        return "called_off"
    if one.ends_at <= at:
        return "over"
    if one.sign_up_until <= at:
        return "shut"
    return "full" if one.seats is not None and taken >= one.seats else "open"
