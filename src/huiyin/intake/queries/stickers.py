"""Reads of stickers: for those who make them, and for whoever scans one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Value
from django.utils.translation import gettext as _

from huiyin.estate.models import Building
from huiyin.intake.access import admit_to_stickers
from huiyin.intake.models import Sticker
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.matters import titles

TOKEN_MOST = 40


@dataclass(frozen=True, slots=True)
class StickerRow:
    """A sticker as those who make them see it."""

    id: int
    where: str
    kind_title: str
    token: str
    made_at: datetime
    retired_at: datetime | None
    replaced: bool
    reports: int


@dataclass(frozen=True, slots=True)
class Place:
    """What a scanned sticker tells anybody: where it hangs and whom to call. Nothing else."""

    community: str
    phone: str
    zone: str
    where: str
    kind: str


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building to choose."""

    code: str
    name: str


def live_sticker(token: str) -> Sticker:
    """Return the sticker in use with a token; NotFound for any other, without telling which."""
    found = None
    if token and len(token) <= TOKEN_MOST and "\0" not in token:
        found = (
            Sticker.objects.select_related("community", "building")
            .filter(token=token, retired_at__isnull=True)
            .first()
        )
    if found is None:
        raise NotFound(_("这张贴纸已经失效。"))
    return found


def place(*, token: str) -> Place:
    """Return what the page behind a sticker shows; NotFound when the token is not in use."""
    sticker = live_sticker(token)
    town = sticker.community
    return Place(town.name, town.phone, town.zone, place_of(sticker), sticker.kind)


def place_of(sticker: Sticker) -> str:
    """Return where a sticker hangs, in words."""
    return f"{sticker.building.name} {sticker.place}" if sticker.building else sticker.place


def stickers(
    *,
    caller: Caller,
    community_id: int,
    building: str = "",
    retired: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Page[StickerRow]:
    """Return the stickers of a community, newest first: those in use, or those retired."""
    admit_to_stickers(caller, community_id)
    rows = Sticker.objects.filter(community_id=community_id, retired_at__isnull=not retired)
    if building:
        rows = rows.filter(building__code=building)
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    found = list(
        rows.select_related("building")
        .annotate(times=Count("reports"))
        .order_by("-pk")[: limit + 1]
    )
    return paging.page_of(found, limit, _row, lambda one: (one.pk,))


def sheet(
    *, caller: Caller, community_id: int, ids: Sequence[int] = (), building: str = "", most: int
) -> tuple[StickerRow, ...]:
    """Return stickers to print: those named, else all in use; in order of building and place."""
    admit_to_stickers(caller, community_id)
    rows = Sticker.objects.filter(community_id=community_id, retired_at__isnull=True)
    if ids:
        rows = rows.filter(pk__in=ids)
    if building:
        rows = rows.filter(building__code=building)
    found = (
        rows.select_related("building")
        .annotate(times=Value(0))
        .order_by(F("building__order").asc(nulls_first=True), "building_id", "place", "id")[:most]
    )
    return tuple(_row(one) for one in found)


def buildings(*, caller: Caller, community_id: int) -> tuple[BuildingRow, ...]:
    """Return the buildings of a community in order."""
    admit_to_stickers(caller, community_id)
    rows = Building.objects.filter(community_id=community_id).order_by("order", "id")
    return tuple(BuildingRow(one.code, one.name) for one in rows)


def _row(one: Any) -> StickerRow:
    return StickerRow(
        id=one.pk,
        where=place_of(one),
        kind_title=str(titles.KINDS[one.kind]),
        token=one.token,
        made_at=one.made_at,
        retired_at=one.retired_at,
        replaced=one.replaced_by_id is not None,
        reports=one.times,
    )
