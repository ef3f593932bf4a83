"""Posters, door notices, letters: what is to be done, what hangs, the proofs (NOT-02, NOT-03)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.announcements import titles
from huiyin.announcements.access import admit_hanger, admit_to
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.queries.rows import PostingRow, SlipRow
from huiyin.announcements.queries.staff import unit_name
from huiyin.announcements.rules import SLIP_KINDS, posting_state
from huiyin.estate.models import Community
from huiyin.files import queries as files
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community
from huiyin.staff.models import Area
from huiyin.staff.queries import local_day

MOST = 50
POSTING_LISTS = ("to_post", "hanging", "to_take_down", "all")


def postings(
    *,
    caller: Caller,
    community_id: int,
    at: datetime,
    show: str = "to_post",
    mine: bool = False,
    number: str = "",
    cursor: str = "",
    limit: int = MOST,
) -> Page[PostingRow]:
    """Return posters of a list of ``POSTING_LISTS``, the most urgent first. Three queries.

    ``mine`` keeps to the buildings the caller keeps, ``number`` to one announcement. Raises
    NotFound to strangers, BadInput.
    """
    admit_to_community(caller, community_id)
    if show not in POSTING_LISTS:
        raise BadInput(_("没有这个列表。"), field="show")
    today = _today(community_id, at)
    found = _listed(show, community_id, today)
    if mine:
        found = found.filter(building__in=_kept(caller, today))
    if number:
        found = found.filter(announcement__number=number.replace("\0", ""))
    found = _after(found, cursor)
    rows = list(found[: limit + 1])
    keepers = _keepers({one.building_id for one in rows}, today)
    return page_of(
        rows,
        limit,
        lambda one: _posting_row(one, at, today, keepers.get(one.building_id, "")),
        lambda one: (one.due_at.isoformat(), one.pk),
    )


def to_hang(*, caller: Caller, community_id: int, at: datetime, mine: bool) -> QuerySet[Posting]:
    """Return the posters still to be hung, for the papers; the caller was admitted."""
    today = _today(community_id, at)
    found = _listed("to_post", community_id, today).select_related(
        "announcement__community", "building", "unit__building"
    )
    return found.filter(building__in=_kept(caller, today)) if mine else found


def posting_counts(
    *, caller: Caller, community_id: int, at: datetime, mine: bool = False
) -> dict[str, int]:
    """Count what is to be put up, what hangs and what should be down. Raises NotFound."""
    admit_to_community(caller, community_id)
    today = _today(community_id, at)
    counts: dict[str, int] = {}
    for show in POSTING_LISTS[:3]:
        found = _listed(show, community_id, today)
        if mine:
            found = found.filter(building__in=_kept(caller, today))
        counts[show] = found.count()
    return counts


def posting(*, caller: Caller, posting_id: int, at: datetime) -> PostingRow:
    """Return one poster to whoever hangs posters. Raises NotFound, Forbidden."""
    one = _joined().filter(pk=posting_id).first()
    found = _admitted(caller, one)
    admit_hanger(caller, found.announcement.community_id)
    today = _today(found.announcement.community_id, at)
    keeper = _keepers({found.building_id}, today).get(found.building_id, "")
    return _posting_row(found, at, today, keeper)


def slips(
    *,
    caller: Caller,
    number: str,
    kind: str,
    at: datetime,
    cursor: str = "",
    limit: int = MOST,
) -> Page[SlipRow]:
    """Return door notices or letters of an announcement by house. Raises NotFound, Forbidden."""
    announcement = _for_hangers(caller, number, kind)
    found = (
        Slip.objects.filter(announcement=announcement, kind=kind)
        .select_related("house", "done_by", "announcement")
        .order_by("house__order_key", "house_id")
    )
    if cursor:
        try:
            order_key, house_id = read_cursor(cursor, str, int)
        except BadCursor as error:
            raise BadInput(_("请从列表的第一页重新翻起。"), field="cursor") from error
        later = Q(house__order_key__gt=order_key)
        found = found.filter(later | Q(house__order_key=order_key, house_id__gt=house_id))
    return page_of(
        list(found[: limit + 1]),
        limit,
        lambda one: _slip_row(one, at),
        lambda one: (one.house.order_key, one.house_id),
    )


def posting_photo(*, caller: Caller, posting_id: int) -> tuple[bytes, str]:
    """Return the photo that proves a poster. Raises NotFound."""
    one = _admitted(caller, _joined().filter(pk=posting_id).first())
    return _photo(one.photo_id)


def slip_photo(*, caller: Caller, slip_id: int) -> tuple[bytes, str]:
    """Return the photo that proves a door notice. Raises NotFound, Forbidden."""
    slip = Slip.objects.select_related("announcement").filter(pk=slip_id).first()
    announcement = admit_to(caller, slip.announcement if slip else None)
    admit_hanger(caller, announcement.community_id)
    return _photo(slip.photo_id if slip else None)


def _photo(file_id: int | None) -> tuple[bytes, str]:
    if file_id is None:
        raise NotFound(_("还没有照片。"))
    return files.read(file_id)


def _for_hangers(caller: Caller, number: str, kind: str) -> Announcement:
    found = None if "\0" in number else Announcement.objects.filter(number=number).first()
    announcement = admit_to(caller, found)
    admit_hanger(caller, announcement.community_id)
    if kind not in SLIP_KINDS:
        raise NotFound(_("没有这种通知。"))
    return announcement


def _joined() -> QuerySet[Posting]:
    return Posting.objects.select_related(
        "announcement", "building", "unit__building", "posted_by", "taken_down_by"
    )


def _listed(show: str, community_id: int, today: date) -> QuerySet[Posting]:
    found = _joined().filter(announcement__community=community_id).order_by("due_at", "id")
    hangs = Q(posted_at__isnull=False, taken_down_at__isnull=True)
    if show == "to_post":
        return found.filter(
            posted_at__isnull=True,
            dropped_at__isnull=True,
            announcement__state=Announcement.State.PUBLISHED,
        )
    if show == "hanging":
        return found.filter(hangs)
    if show == "to_take_down":
        return found.filter(hangs, take_down_on__lte=today)
    return found


def _after(found: QuerySet[Posting], cursor: str) -> QuerySet[Posting]:
    if not cursor:
        return found
    try:
        due, pk = read_cursor(cursor, str, int)
        due_at = datetime.fromisoformat(str(due))
    except ValueError as error:
        raise BadInput(_("请从列表的第一页重新翻起。"), field="cursor") from error
    return found.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk))


def _today(community_id: int, at: datetime) -> date:
    zone = Community.objects.values_list("zone", flat=True).get(pk=community_id)
    return local_day(at, zone)


def _in_force(today: date) -> Q:
    return Q(from_on__lte=today) & (Q(until_on__isnull=True) | Q(until_on__gt=today))


def _kept(caller: Caller, today: date) -> QuerySet[Area, int]:
    mine = Area.objects.filter(_in_force(today), employee=caller.employee_id)
    return mine.values_list("building", flat=True)


def _keepers(building_ids: Iterable[int], today: date) -> dict[int, str]:
    rows = Area.objects.filter(_in_force(today), building__in=list(building_ids))
    return dict(rows.values_list("building_id", "employee__name"))


def _admitted(caller: Caller, one: Posting | None) -> Posting:
    if one is None:
        raise NotFound(_("没有这处张贴。"))
    admit_to(caller, one.announcement)
    return one


def _posting_row(one: Posting, at: datetime, today: date, keeper: str) -> PostingRow:
    state = posting_state(
        due_at=one.due_at,
        take_down_on=one.take_down_on,
        posted=one.posted_at is not None,
        taken_down=one.taken_down_at is not None,
        dropped=one.dropped_at is not None,
        at=at,
        today=today,
    )
    return PostingRow(
        id=one.pk,
        number=one.announcement.number,
        announcement=one.announcement.title,
        urgent=one.announcement.urgent,
        place=unit_name(one.unit) if one.unit else one.building.name,
        building=one.building.name,
        state=state,
        state_title=str(titles.POSTING_STATES[state]),
        due_at=one.due_at,
        take_down_on=one.take_down_on,
        days_over=max((today - one.take_down_on).days, 0) + 1 if state == "to_take_down" else 0,
        posted_at=one.posted_at,
        posted_by=one.posted_by.name if one.posted_by else "",
        has_photo=one.photo_id is not None,
        taken_down_at=one.taken_down_at,
        taken_down_by=one.taken_down_by.name if one.taken_down_by else "",
        keeper=keeper,
    )


def _slip_row(one: Slip, at: datetime) -> SlipRow:
    late = one.state == "to_do" and at >= one.due_at
    state = "overdue" if late else one.state
    return SlipRow(
        id=one.pk,
        number=one.announcement.number,
        kind=one.kind,
        kind_title=str(titles.SLIP_KINDS[one.kind]),
        house=one.house.code,
        addressee=one.addressee,
        state=state,
        state_title=str(titles.SLIP_STATES[state]),
        due_at=one.due_at,
        done_at=one.done_at,
        done_by=one.done_by.name if one.done_by else "",
        has_photo=one.photo_id is not None,
        ems_number=one.ems_number,
        arrived_at=one.arrived_at,
    )
