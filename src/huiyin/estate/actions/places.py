"""Communities, buildings and houses entered by hand; a whole roster comes by its import."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.access import admit_to_edit, admit_to_found
from huiyin.estate.models import Building, Community, House, Unit
from huiyin.estate.queries import house_model
from huiyin.estate.roster.areas import LARGEST
from huiyin.estate.roster.spelling import order_key, read_house, read_shop, read_space
from huiyin.estate.roster.text import Unreadable
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.trail.actions import record

_CODE = re.compile(r"[A-Z0-9]{1,12}")
_BUILDING = re.compile(r"[0-9A-Z\u4e00-\u9fff]{1,20}")


class UnableToMakePlace(BadInput):
    """The code is taken or cannot be one, or the name is missing."""


class UnableToEditHouse(BadInput):
    """The area cannot be used."""


@transaction.atomic
def create_community(
    *,
    by: Caller,
    at: datetime,
    code: str,
    name: str,
    zone: str = "Asia/Shanghai",
    phone: str = "",
    address: str = "",
) -> int:
    """Set up a community; return its id. Only the company may."""
    admit_to_found(by)
    code, name = code.strip(), name.strip()
    if not _CODE.fullmatch(code):
        raise UnableToMakePlace(_("小区代码应为 1 到 12 位大写字母或数字。"), field="code")
    if not name or len(name) > 60:  # noqa: PLR2004 the width of the column
        raise UnableToMakePlace(_("请填写小区名称(不超过 60 字)。"), field="name")
    if Community.objects.filter(code=code).exists():
        raise UnableToMakePlace(_("小区代码已被使用。"), field="code")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnableToMakePlace(_("没有这个时区。"), field="zone") from error
    made = Community.objects.create(
        code=code, name=name, zone=zone, phone=phone[:30], address=address[:120]
    )
    record(
        action="estate.community_created",
        by=by,
        at=at,
        subject=f"community:{code}",
        community_id=made.pk,
        after={"name": name, "zone": zone},
    )
    return made.pk


@transaction.atomic
def create_building(
    *, by: Caller, at: datetime, community_id: int, code: str, name: str = ""
) -> int:
    """Enter a building; return its id. Its name is ``3栋`` unless it has one of its own."""
    admit_to_edit(by, community_id)
    code = code.strip().upper()
    if not _BUILDING.fullmatch(code):
        raise UnableToMakePlace(_("楼栋编号应为数字、字母或汉字。"), field="code")
    if Building.objects.filter(community_id=community_id, code=code).exists():
        raise UnableToMakePlace(_("这个楼栋编号已被使用。"), field="code")
    digits = re.search(r"\d{1,6}", code)
    made = Building.objects.create(
        community_id=community_id,
        code=code,
        name=(name.strip() or _("%(code)s栋") % {"code": code})[:40],
        order=int(digits[0]) if digits else 0,
    )
    record(
        action="estate.building_created",
        by=by,
        at=at,
        subject=f"building:{made.pk}",
        community_id=community_id,
        after={"code": code, "name": made.name},
    )
    return made.pk


@transaction.atomic
def create_house(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    kind: str = House.Kind.FLAT,
    area: Decimal | None = None,
    handed_over_on: date | None = None,
) -> int:
    """Enter a house by its name in any spelling, with its building and unit; return its id."""
    admit_to_edit(by, community_id)
    if kind not in House.Kind.values:
        raise UnableToMakePlace(_("没有这种房屋类型。"), field="kind")
    building, unit, own = _read_name(code, kind)
    if House.objects.filter(community_id=community_id, code=own).exists():
        raise UnableToMakePlace(_("房号“%(code)s”已存在。") % {"code": own}, field="code")
    block = _building(by, at, community_id, building) if building else None
    entrance = Unit.objects.get_or_create(building=block, code=unit)[0] if block and unit else None
    made = House.objects.create(
        community_id=community_id,
        building=block,
        unit=entrance,
        kind=kind,
        code=own,
        order_key=order_key(own, last=kind == House.Kind.PARKING)[:60],
        area=_checked_area(area),
        handed_over_on=handed_over_on,
    )
    record(
        action="estate.house_created",
        by=by,
        at=at,
        subject=f"house:{made.pk}",
        community_id=community_id,
        after={"code": own, "kind": kind, "area": made.area, "handed_over_on": handed_over_on},
    )
    return made.pk


def _read_name(code: str, kind: str) -> tuple[str, str, str]:
    """Return building, unit and the one spelling of a house's name."""
    try:
        if kind == House.Kind.PARKING:
            return "", "", read_space(code)
        name = read_shop(code) if kind == House.Kind.SHOP else read_house(code)
    except Unreadable as error:
        raise UnableToMakePlace(
            _("读不出房号“%(code)s”,请写成 3-1-1201 这样。") % {"code": code[:40]}, field="code"
        ) from error
    return name.building, name.unit, name.code


def _building(by: Caller, at: datetime, community_id: int, code: str) -> Building:
    found = Building.objects.filter(community_id=community_id, code=code).first()
    return found or Building.objects.get(
        pk=create_building(by=by, at=at, community_id=community_id, code=code)
    )


@transaction.atomic
def edit_house(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    house: str,
    area: Decimal | None,
    handed_over_on: date | None,
    vacant: bool,
    remark: str = "",
    reason: str = "",
) -> None:
    """Correct what is known of a house; what it lacked and now has is no longer missing."""
    admit_to_edit(by, community_id)
    found = house_model(caller=by, community_id=community_id, code=house)
    place = House.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if place is None:
        raise NotFound(_("没有这套房屋。"), field="house")
    fields = ("area", "handed_over_on", "vacant", "remark")
    before = {field: getattr(place, field) for field in fields}
    place.area = _checked_area(area)
    place.handed_over_on = handed_over_on
    place.vacant = vacant
    place.remark = remark.strip()[:500]
    given = {field for field in ("area", "handed_over_on") if getattr(place, field) is not None}
    place.incomplete = [one for one in place.incomplete if one not in given]
    after = {field: getattr(place, field) for field in fields}
    if after == before:
        return
    place.save(update_fields=[*fields, "incomplete"])
    record(
        action="estate.house_edited",
        by=by,
        at=at,
        subject=f"house:{place.pk}",
        community_id=community_id,
        before=before,
        after=after,
        reason=reason,
    )


def _checked_area(area: Decimal | None) -> Decimal | None:
    if area is not None and not 0 < area <= LARGEST:
        raise UnableToEditHouse(_("面积必须大于 0,且不超过 100000 平方米。"), field="area")
    return area
