"""Announcements as owners see them: published ones about their own houses (NOT-02)."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.announcements import titles
from huiyin.announcements.audience import audience_of, houses_of, meant_for
from huiyin.announcements.models import Announcement
from huiyin.announcements.queries.rows import PublishedRow, PublishedView
from huiyin.estate.models import House
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.queries import local_day

MOST = 20
SHOWN_AFTER = timedelta(days=365)  # how far back the list of an owner goes
State = Announcement.State


def published_for(
    *, caller: Caller, at: datetime, cursor: str = "", limit: int = MOST
) -> Page[PublishedRow]:
    """Return what was announced to the caller's houses, newest first, from its first day on.

    What ended stays in the list for a year, marked so; what was withdrawn is not shown. Two
    queries whatever the number of rows.
    """
    found = _shown(caller, at).exclude(state=State.WITHDRAWN).order_by("-id")
    try:
        last = int(read_cursor(cursor, int)[0]) if cursor else 0
    except BadCursor:
        last = 0
    if last:
        found = found.filter(pk__lt=last)
    rows = list(found[: limit + 1])
    return page_of(rows, limit, lambda one: _row(one, at), lambda one: (one.pk,))


def published_one(*, caller: Caller, at: datetime, number: str) -> PublishedView:
    """Return one announcement to an owner whom it is about.

    A withdrawn one is still told to whoever follows an old link, with the reason. Raises NotFound
    for everybody else's, for drafts and before the first day.
    """
    one = shown_one(caller=caller, at=at, number=number)
    meant = houses_of(one.community_id, audience_of(one)).filter(pk__in=list(caller.households))
    return PublishedView(
        row=_row(one, at),
        body=one.body,
        line=one.line,
        area=one.area,
        lifts=one.lifts,
        precautions=one.precautions,
        phone=one.community.phone,
        houses=tuple(meant.values_list("code", flat=True)),
        withdrawn_reason=one.withdrawn_reason,
    )


def shown_one(*, caller: Caller, at: datetime, number: str) -> Announcement:
    """Return what has been published about a house of the caller, for this room's papers."""
    one = None if "\0" in number else _shown(caller, at).filter(number=number).first()
    if one is None:
        raise NotFound(_("没有这条通知,或它不是发给您的。"))
    return one


def _shown(caller: Caller, at: datetime) -> QuerySet[Announcement]:
    """Return what has been published, by its first day, about a house of the caller."""
    houses = list(caller.households)
    if not houses:
        return Announcement.objects.none()
    zones = House.objects.filter(pk__in=houses).values_list("community", "community__zone")
    begun = Q(pk__in=[])
    for community_id, zone in set(zones):
        day = local_day(at, zone)
        begun |= Q(community=community_id, starts_on__lte=day, ends_on__gte=day - SHOWN_AFTER)
    return Announcement.objects.filter(
        begun, meant_for(houses), published_at__lte=at
    ).select_related("community")


def _row(one: Announcement, at: datetime) -> PublishedRow:
    over = one.state != State.PUBLISHED or one.ends_on < local_day(at, one.community.zone)
    return PublishedRow(
        id=one.pk,
        number=one.number,
        community=one.community.name,
        category=one.category,
        category_title=str(titles.CATEGORIES[one.category]),
        urgent=one.urgent,
        title=one.title,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        from_at=one.from_at,
        until_at=one.until_at,
        published_at=_published(one),
        is_over=over,
    )


def _published(one: Announcement) -> datetime:
    if one.published_at is None:
        raise LookupError(one.number)
    return one.published_at
