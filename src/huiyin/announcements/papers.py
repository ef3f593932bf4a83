"""The papers of an announcement as PDF: posters, door notices, letters (NOT-02, NOT-03).

Papers are Chinese whatever language the page has that asked for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huiyin.announcements.access import admit_hanger, admit_to
from huiyin.announcements.actions.core import trail
from huiyin.announcements.audience import audience_of, halls_of
from huiyin.announcements.drafts import when_of
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.queries.hanging import to_hang
from huiyin.announcements.queries.portal import shown_one
from huiyin.announcements.queries.staff import unit_name
from huiyin.announcements.rules import CUTS, SLIP_KINDS
from huiyin.documents import typesetting
from huiyin.estate.models import Unit
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound, WrongState
from huiyin.staff.queries import local_day

CHINESE = "zh-hans"
MOST_SHEETS = 500


class UnableToPrint(WrongState):
    """There is nothing to print."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A file ready to be printed and how it is called."""

    name: str
    data: bytes


def posters(*, caller: Caller, number: str, at: datetime, site: str = "") -> Printed:
    """Draw a poster for each hall of an announcement, all in one file; of a draft too.

    Raises NotFound, Forbidden, UnableToPrint, documents' MissingGlyph.
    """
    one = _announcement(caller, number)
    places = [
        _place(posting) for posting in _postings().filter(announcement=one, dropped_at__isnull=True)
    ] or [
        unit_name(hall.unit) if hall.unit else hall.building.name
        for hall in halls_of(one.community_id, audience_of(one))
    ]
    if not places:
        raise UnableToPrint(_("这条通知不在公告栏张贴。"))
    with translation.override(CHINESE):
        sheets = [_poster(one, place, at, site) for place in places[:MOST_SHEETS]]
    return Printed(_("海报 %(number)s") % {"number": number}, typesetting.pdf("poster", sheets))


def published(*, caller: Caller, number: str, at: datetime, site: str = "") -> Printed:
    """Draw an announcement as it hangs in the halls, for an owner whom it is about (OWN-03).

    Raises NotFound to everybody else, UnableToPrint when it was taken back.
    """
    one = shown_one(caller=caller, at=at, number=number)
    if one.state == Announcement.State.WITHDRAWN:
        raise UnableToPrint(_("这条通知已经撤回,不再提供下载。"))
    with translation.override(CHINESE):
        sheet = _poster(one, "", at, site)
    return Printed(_("通知 %(number)s") % {"number": number}, typesetting.pdf("poster", [sheet]))


def posters_to_hang(
    *, caller: Caller, community_id: int, at: datetime, mine: bool, site: str = ""
) -> Printed:
    """Draw every poster that is still to be hung, all in one file.

    Raises NotFound, Forbidden, UnableToPrint, documents' MissingGlyph.
    """
    admit_hanger(caller, community_id)
    waiting = to_hang(caller=caller, community_id=community_id, at=at, mine=mine)[:MOST_SHEETS]
    if not waiting:
        raise UnableToPrint(_("没有要张贴的海报。"))
    with translation.override(CHINESE):
        sheets = [_poster(one.announcement, _place(one), at, site) for one in waiting]
    return Printed(_("待张贴海报"), typesetting.pdf("poster", sheets))


@transaction.atomic
def slips(*, caller: Caller, number: str, kind: str, at: datetime, site: str = "") -> Printed:
    """Draw the door notices or letters of an announcement that are still to go, in one file.

    They say who lives where: that they were printed is in the trail. Raises NotFound, Forbidden,
    UnableToPrint, documents' MissingGlyph.
    """
    one = _announcement(caller, number)
    admit_hanger(caller, one.community_id)
    if kind not in SLIP_KINDS:
        raise NotFound(_("没有这种通知。"))
    rows = list(
        Slip.objects.filter(announcement=one, kind=kind)
        .exclude(state__in=("dropped", "posted", "received"))
        .select_related("house")
        .order_by("house__order_key", "house_id")[:MOST_SHEETS]
    )
    if not rows:
        raise UnableToPrint(_("没有要打印的了,都已登记。"))
    with translation.override(CHINESE):
        if kind == "door":
            sheets = [_door(one, row, at, site) for row in rows]
        else:
            sheets = [_letter(one, row, at, site) for row in rows]
    name = _("门上通知 %(number)s") if kind == "door" else _("信函 %(number)s")
    data = typesetting.pdf("door_notice" if kind == "door" else "letter", sheets)
    trail(f"{kind}_printed", caller, at, one, {"sheets": len(sheets)})
    return Printed(name % {"number": number}, data)


def _announcement(caller: Caller, number: str) -> Announcement:
    found = Announcement.objects.select_related("community").filter(number=number)
    return admit_to(caller, None if "\0" in number else found.first())


def _postings() -> Any:
    return Posting.objects.select_related("announcement__community", "building", "unit__building")


def _place(one: Posting) -> str:
    unit: Unit | None = one.unit
    return unit_name(unit) if unit else one.building.name


def _frame(one: Announcement, at: datetime, site: str) -> dict[str, Any]:
    town = one.community
    return {
        "community": {"name": town.name, "phone": town.phone, "address": town.address},
        "number": one.number,
        "url": f"{site}/my/notices/{one.number}/" if site else "",
        "printed_at": f"{at.astimezone(ZoneInfo(town.zone)):%Y-%m-%d %H:%M}",
        "blank": False,
        "lang": CHINESE,
        "category": "",
        "title": one.title,
        "body": one.body,
        "facts": _facts(one),
        "closing": "特此通知。",
        "issued_on": _day(local_day(one.published_at or at, town.zone)),
    }


def _facts(one: Announcement) -> Sequence[Sequence[str]]:
    """Return what has to be seen from two steps away: when and where."""
    if one.category not in CUTS:
        return ()
    when = when_of(one.from_at, one.until_at, one.community.zone)
    return tuple((name, text) for name, text in (("时间", when), ("范围", one.area)) if text)


def _poster(one: Announcement, place: str, at: datetime, site: str) -> dict[str, Any]:
    shown = {"shown_from": one.starts_on.isoformat(), "shown_until": one.ends_on.isoformat()}
    return _frame(one, at, site) | shown | {"place": place}


def _door(one: Announcement, row: Slip, at: datetime, site: str) -> dict[str, Any]:
    return _frame(one, at, site) | {"house": row.house.code}


def _letter(one: Announcement, row: Slip, at: datetime, site: str) -> dict[str, Any]:
    town = one.community
    address = "".join((town.address, town.name, row.house.code))
    return _frame(one, at, site) | {
        "number": f"{one.number}-{row.house.code}",
        "to": {"name": row.addressee, "address": address, "postcode": ""},
        "date": _day(local_day(at, town.zone)),
        "way": "邮政特快专递(EMS)",
        "ems": row.ems_number,
        "rows": list(_facts(one)),
        "closing": "",
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
