"""Announcements as those who work there see them: the list, one of them, what can be chosen."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.announcements import titles
from huiyin.announcements.access import (
    admit_to,
    may_hang,
    may_release,
    may_withdraw,
    may_write,
    sees,
)
from huiyin.announcements.actions.core import KIND, subject_of
from huiyin.announcements.audience import audience_of
from huiyin.announcements.models import Announcement, Place, Posting, Slip
from huiyin.announcements.queries.rows import (
    AnnouncementRow,
    AnnouncementView,
    BuildingOption,
    Tally,
    Told,
    VersionRow,
)
from huiyin.announcements.rules import SLIP_KINDS
from huiyin.approvals.models import Request
from huiyin.estate.models import Building, House, Unit
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.notices.models import Telling
from huiyin.staff.access import admit_to_community
from huiyin.staff.queries import local_day

MOST = 50
State = Announcement.State
EDITABLE = (State.DRAFT, State.IN_REVIEW, State.RETURNED)
LISTS = {
    "now": (State.PUBLISHED,),
    "drafts": EDITABLE,
    "over": (State.ENDED, State.WITHDRAWN),
    "all": tuple(State),
}
_NOT_UP = Q(postings__posted_at__isnull=True, postings__dropped_at__isnull=True)
_STILL_UP = Q(postings__posted_at__isnull=False, postings__taken_down_at__isnull=True)
# Why a telling went no further than the app (notices.titles.NOTES).
_IN_APP_ALONE = ("no_way", "by_choice", "expired")
_WAITING = (Telling.State.NEW, Telling.State.HELD, Telling.State.RINGING)


def announcements(
    *,
    caller: Caller,
    community_id: int,
    at: datetime,
    show: str = "now",
    cursor: str = "",
    limit: int = MOST,
) -> Page[AnnouncementRow]:
    """Return the announcements of a list of ``LISTS``, newest first. Two queries.

    Drafts are for those who write and decide. Raises NotFound to strangers, BadInput.
    """
    admit_to_community(caller, community_id)
    if show not in LISTS:
        raise BadInput(_("没有这个列表。"), field="show")
    found = _counted(at).filter(community=community_id, state__in=LISTS[show]).order_by("-id")
    if not may_write(caller, community_id):
        found = found.filter(published_at__isnull=False)
    try:
        last = int(read_cursor(cursor, int)[0]) if cursor else 0
    except BadCursor as error:
        raise BadInput(_("请从列表的第一页重新翻起。"), field="cursor") from error
    if last:
        found = found.filter(pk__lt=last)
    return page_of(list(found[: limit + 1]), limit, _row, lambda one: (one.pk,))


def announcement(*, caller: Caller, number: str, at: datetime) -> AnnouncementView:
    """Return one announcement with its versions, its papers and what the caller may do with it.

    Raises NotFound, and Forbidden to colleagues before it is published.
    """
    found = None if "\0" in number else _counted(at).filter(number=number).first()
    one = admit_to(caller, found)
    audience = audience_of(one)
    return AnnouncementView(
        row=_row(one),
        id=one.pk,
        community_id=one.community_id,
        zone=one.community.zone,
        body=one.body,
        audience=one.audience,
        place_ids=audience.ids,
        places=_place_names(one),
        line=one.line,
        area=one.area,
        from_at=one.from_at,
        until_at=one.until_at,
        lifts=one.lifts,
        precautions=one.precautions,
        channels=tuple(one.channels),
        channel_titles=tuple(str(titles.CHANNELS[name]) for name in one.channels),
        source=one.source,
        versions=_versions(one),
        drafted_at=one.drafted_at,
        returned_reason=one.returned_reason,
        published_at=one.published_at,
        published_by=one.published_by.name if one.published_by else "",
        at_once=one.at_once,
        told_at=one.told_at,
        households=one.households,
        people=one.people,
        unreachable=one.unreachable,
        told=_told(one),
        tallies=_tallies(one, at),
        over_at=one.over_at,
        withdrawn_by=one.withdrawn_by.name if one.withdrawn_by else "",
        withdrawn_reason=one.withdrawn_reason,
        request_id=_request_id(one),
        may=_may(caller, one),
    )


def of_source(*, caller: Caller, source: str, at: datetime) -> tuple[AnnouncementRow, ...]:
    """Return what was drafted because of a matter, newest first, as far as the caller may see."""
    found = _counted(at).filter(source=source).exclude(source="").order_by("-id")
    return tuple(_row(one) for one in found if sees(caller, one))


def places_offered(*, caller: Caller, community_id: int) -> tuple[BuildingOption, ...]:
    """Return the buildings of a community with their entrances. Two queries; NotFound."""
    admit_to_community(caller, community_id)
    homes = Count("houses", filter=~Q(houses__kind=House.Kind.PARKING))
    buildings = Building.objects.filter(community=community_id).annotate(homes=homes)
    units: dict[int, list[tuple[int, str]]] = {}
    for unit in Unit.objects.filter(building__community=community_id).order_by("code", "id"):
        units.setdefault(unit.building_id, []).append((unit.pk, unit.code))
    return tuple(
        BuildingOption(one.pk, one.name, tuple(units.get(one.pk, ())), one.homes)
        for one in buildings.order_by("order", "id")
    )


def house_ids(
    *, caller: Caller, community_id: int, codes: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the ids of the houses with these codes, and the codes that nobody has here."""
    admit_to_community(caller, community_id)
    found = House.objects.filter(community=community_id, code__in=codes)
    known = dict(found.values_list("code", "id"))
    missing = tuple(one for one in codes if one not in known)
    return tuple(known[one] for one in codes if one in known), missing


def _counted(at: datetime) -> QuerySet[Announcement]:
    """Join what a row of the list says about its posters."""
    today = local_day(at)
    over = _STILL_UP & Q(postings__take_down_on__lte=today)
    return Announcement.objects.select_related(
        "community", "drafted_by", "published_by", "withdrawn_by"
    ).annotate(
        to_hang=Count("postings", filter=_NOT_UP & Q(state=State.PUBLISHED)),
        hanging_too_long=Count("postings", filter=over),
    )


def _row(one: Announcement) -> AnnouncementRow:
    return AnnouncementRow(
        number=one.number,
        category=one.category,
        category_title=str(titles.CATEGORIES[one.category]),
        urgent=one.urgent,
        title=one.title,
        audience=str(titles.AUDIENCES[one.audience]),
        state=one.state,
        state_title=str(titles.STATES[one.state]),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        changed_at=one.published_at or one.changed_at,
        drafted_by=one.drafted_by.name,
        to_hang=getattr(one, "to_hang", 0),
        hanging_too_long=getattr(one, "hanging_too_long", 0),
    )


def _place_names(one: Announcement) -> tuple[str, ...]:
    named = Place.objects.filter(announcement=one).select_related(
        "building", "unit__building", "house"
    )
    rows = named.order_by(
        "building__order", "unit__building__order", "unit__code", "house__order_key", "id"
    )
    return tuple(_place_name(place) for place in rows)


def _place_name(place: Place) -> str:
    if place.building is not None:
        return place.building.name
    if place.unit is not None:
        return unit_name(place.unit)
    return place.house.code if place.house else ""


def unit_name(unit: Unit) -> str:
    """Name an entrance: 3栋1单元."""
    said = {"building": unit.building.name, "unit": unit.code}
    return _("%(building)s%(unit)s单元") % said


def _versions(one: Announcement) -> tuple[VersionRow, ...]:
    rows = one.versions.select_related("by").order_by("-number")
    return tuple(
        VersionRow(row.number, row.content["title"], row.content["body"], row.at, row.by.name)
        for row in rows
    )


def _told(one: Announcement) -> Told:
    if one.told_at is None:
        return Told(0, 0, 0, 0)
    told, silent = Q(state=Telling.State.TOLD), Q(note__in=_IN_APP_ALONE)
    return Told(
        **Telling.objects.filter(purpose=f"announcement:{one.pk}").aggregate(
            reached=Count("id", filter=told & ~silent),
            app_only=Count("id", filter=told & silent),
            waiting=Count("id", filter=Q(state__in=_WAITING)),
            failed=Count("id", filter=Q(state=Telling.State.FAILED)),
        )
    )


def _tallies(one: Announcement, at: datetime) -> tuple[Tally, ...]:
    """Return how far posters, door notices and letters have come. Two queries."""
    late = Q(due_at__lte=at)
    tallies: list[Tally] = []
    if "hall" in one.channels:
        not_up = Q(posted_at__isnull=True, dropped_at__isnull=True)
        tallies.append(
            Tally(
                "hall",
                str(titles.CHANNELS["hall"]),
                **Posting.objects.filter(announcement=one).aggregate(
                    done=Count("id", filter=Q(posted_at__isnull=False)),
                    total=Count("id"),
                    late=Count("id", filter=not_up & late),
                ),
            )
        )
    wanted = [kind for kind in SLIP_KINDS if kind in one.channels]
    if wanted:
        to_do = Q(state="to_do")
        rows = (
            Slip.objects.filter(announcement=one)
            .values("kind")
            .annotate(
                done=Count("id", filter=~Q(state__in=("to_do", "dropped"))),
                total=Count("id"),
                late=Count("id", filter=to_do & late),
            )
            .order_by("kind")
        )
        tallies += [Tally(title=str(titles.CHANNELS[row["kind"]]), **row) for row in rows]
    return tuple(tallies)


def _request_id(one: Announcement) -> int | None:
    if one.state != State.IN_REVIEW:
        return None
    waiting = Request.objects.filter(
        kind=KIND, subject=subject_of(one), state=Request.State.WAITING
    )
    return waiting.values_list("pk", flat=True).first()


def _may(caller: Caller, one: Announcement) -> frozenset[str]:
    is_drafter = caller.employee_id is not None and caller.employee_id == one.drafted_by_id
    over = one.state in (State.ENDED, State.WITHDRAWN)
    able = {
        "edit": is_drafter and one.state in EDITABLE,
        "submit": is_drafter and one.state in (State.DRAFT, State.RETURNED),
        "release": may_release(caller, one) and one.state in EDITABLE,
        "withdraw": not over and may_withdraw(caller, one),
        "hang": may_hang(caller, one.community_id) and one.published_at is not None,
    }
    return frozenset(name for name, is_able in able.items() if is_able)
