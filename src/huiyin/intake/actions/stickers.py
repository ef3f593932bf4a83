"""Stickers: many made at once, retired, restored, replaced when torn (REC-06)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import queries as estate
from huiyin.estate.models import Building
from huiyin.intake import rules
from huiyin.intake.access import admit_to_stickers
from huiyin.intake.models import Sticker
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.rules import REPORTED
from huiyin.trail.actions import record

PLACE_MOST = 60


class UnableToMakeStickers(BadInput):
    """The places or the kind cannot be taken."""


class UnableToChangeSticker(WrongState):
    """The sticker is retired already, or its place has another one by now."""


@dataclass(frozen=True, slots=True)
class Made:
    """The stickers made, and how many places had one already."""

    ids: tuple[int, ...]
    there_already: int


@transaction.atomic
def make_stickers(
    *,
    by: Caller,
    at: datetime,
    community: str,
    buildings: Sequence[str],
    places: Sequence[str],
    kind: str,
) -> Made:
    """Make a sticker for every place in every building; a place that has one is left alone.

    Without buildings the places belong to the community as a whole, such as a gate or a pool.
    Raises NotFound, Forbidden, UnableToMakeStickers.
    """
    town = estate.community(caller=by, code=community)
    admit_to_stickers(by, town.id)
    if by.employee_id is None:
        raise Forbidden(_("贴纸要由员工本人制作。"))
    wanted = _places(places)
    if kind not in REPORTED:
        raise UnableToMakeStickers(_("没有“%(it)s”这个类别。") % {"it": kind}, field="kind")
    found = _buildings(town.id, buildings)
    if len(wanted) * len(found) > rules.STICKERS_MOST:
        raise UnableToMakeStickers(
            _("一次最多制作 %(n)d 张,请分几次。") % {"n": rules.STICKERS_MOST}, field="places"
        )
    rows = [
        Sticker(
            community_id=town.id,
            building=building,
            place=place,
            kind=kind,
            token=new_token(),
            made_at=at,
            made_by_id=by.employee_id,
        )
        for building in found
        for place in wanted
    ]
    Sticker.objects.bulk_create(rows, ignore_conflicts=True)
    tokens = [row.token for row in rows]
    ids = tuple(
        Sticker.objects.filter(token__in=tokens).order_by("id").values_list("pk", flat=True)
    )
    record(
        action="intake.stickers_made",
        by=by,
        at=at,
        subject=f"community:{town.id}",
        community_id=town.id,
        after={"stickers": len(ids), "places": wanted[:20], "kind": kind},
    )
    return Made(ids, len(rows) - len(ids))


@transaction.atomic
def retire_sticker(*, by: Caller, at: datetime, community_id: int, sticker_id: int) -> None:
    """Retire a sticker: who scans it finds nothing. It can be restored.

    Raises NotFound, Forbidden, UnableToChangeSticker.
    """
    sticker = _locked(by, community_id, sticker_id)
    if sticker.retired_at is not None:
        raise UnableToChangeSticker(_("这张贴纸已经停用。"))
    sticker.retired_at = at
    sticker.save(update_fields=["retired_at"])
    _trail("intake.sticker_retired", by, at, sticker)


@transaction.atomic
def restore_sticker(*, by: Caller, at: datetime, community_id: int, sticker_id: int) -> None:
    """Let a retired sticker work again, unless its place has a new one.

    Raises NotFound, Forbidden, UnableToChangeSticker.
    """
    sticker = _locked(by, community_id, sticker_id)
    if sticker.retired_at is None:
        raise UnableToChangeSticker(_("这张贴纸正在使用,不用恢复。"))
    taken = Sticker.objects.filter(
        community_id=community_id,
        building=sticker.building,
        place=sticker.place,
        retired_at__isnull=True,
    )
    if taken.exists():
        raise UnableToChangeSticker(_("这个位置已有新的贴纸。要恢复旧的,请先停用新的。"))
    sticker.retired_at = None
    sticker.replaced_by = None
    sticker.save(update_fields=["retired_at", "replaced_by"])
    _trail("intake.sticker_restored", by, at, sticker)


@transaction.atomic
def replace_sticker(*, by: Caller, at: datetime, community_id: int, sticker_id: int) -> int:
    """Give the place a new code, as when the old one was torn off or misused; return the new id.

    Raises NotFound, Forbidden, UnableToChangeSticker.
    """
    old = _locked(by, community_id, sticker_id)
    if old.retired_at is not None:
        raise UnableToChangeSticker(_("这张贴纸已经停用,请直接制作新的。"))
    if by.employee_id is None:
        raise Forbidden(_("贴纸要由员工本人制作。"))
    old.retired_at = at
    old.save(update_fields=["retired_at"])
    new = Sticker.objects.create(
        community_id=old.community_id,
        building_id=old.building_id,
        place=old.place,
        kind=old.kind,
        token=new_token(),
        made_at=at,
        made_by_id=by.employee_id,
    )
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    _trail("intake.sticker_replaced", by, at, old, replaced_by=new.pk)
    return new.pk


def new_token() -> str:
    """Return what nobody can guess: 160 bits."""
    return secrets.token_urlsafe(rules.TOKEN_BYTES)


def _locked(by: Caller, community_id: int, sticker_id: int) -> Sticker:
    admit_to_stickers(by, community_id)
    found = (
        Sticker.objects.select_for_update().filter(pk=sticker_id, community_id=community_id).first()
    )
    if found is None:
        raise NotFound(_("没有这张贴纸。"))
    return found


def _places(lines: Sequence[str]) -> list[str]:
    places = list(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
    if not places:
        raise UnableToMakeStickers(_("请写下位置或设备,每行一个。"), field="places")
    for place in places:
        if len(place) > PLACE_MOST or "\0" in place:
            raise UnableToMakeStickers(
                _("“%(place)s…”太长,每个位置最多 %(n)d 字。")
                % {"place": place[:12], "n": PLACE_MOST},
                field="places",
            )
    return places


def _buildings(community_id: int, codes: Sequence[str]) -> list[Building | None]:
    if not codes:
        return [None]
    found = list(
        Building.objects.filter(community_id=community_id, code__in=codes).order_by("order", "id")
    )
    if len(found) != len(set(codes)):
        raise UnableToMakeStickers(_("有的楼栋不属于这个小区,请重新选择。"), field="buildings")
    return [*found]


def _trail(action: str, by: Caller, at: datetime, sticker: Sticker, **after: object) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"sticker:{sticker.pk}",
        community_id=sticker.community_id,
        after={"place": sticker.place, **after},
    )
