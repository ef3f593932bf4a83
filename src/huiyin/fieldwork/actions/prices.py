"""The price list: a price holds from a day on; what was agreed before stays as it was (WO-08)."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.fieldwork.access import admit_to_prices
from huiyin.fieldwork.actions.core import plain_text
from huiyin.fieldwork.models import PriceItem
from huiyin.fieldwork.rules import MOST_PRICE
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.kernel.money import read_decimal
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record


class UnableToChangePrice(WrongState):
    """The code is taken, or another change is planned for later."""


@transaction.atomic
def add_price_item(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    name: str,
    kind: str,
    unit: str,
    price: Decimal,
    from_on: date,
    reason: str,
) -> None:
    """Put a material, labour or service on the list from a day on.

    Raises NotFound, Forbidden, UnableToChangePrice, BadInput.
    """
    admit_to_prices(by, community_id)
    community = Community.objects.select_for_update(no_key=True).get(pk=community_id)
    code = plain_text(code, "code", 20).upper()
    if kind not in PriceItem.Kind.values:
        raise BadInput(_("请选择材料、人工或服务。"), field="kind")
    if PriceItem.objects.filter(community=community, code=code).exists():
        raise UnableToChangePrice(
            _("编号 %(code)s 已经在价目表里,请改它的价格。") % {"code": code}, field="code"
        )
    _check_day(from_on, at, community)
    reason = plain_text(reason, "reason", 200)
    item = PriceItem.objects.create(
        community=community,
        code=code,
        name=plain_text(name, "name", 60),
        kind=kind,
        unit=plain_text(unit, "unit", 10),
        price=_price(price),
        from_on=from_on,
    )
    _trail("price_added", by, at, item, reason=reason, was=None)


@transaction.atomic
def change_price(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    price: Decimal,
    from_on: date,
    reason: str,
    name: str = "",
) -> None:
    """Give an item another price from a day on; the one before ends there.

    Raises NotFound, Forbidden, UnableToChangePrice, BadInput.
    """
    admit_to_prices(by, community_id)
    last = _last(community_id, code)
    _check_day(from_on, at, last.community)
    read, reason = _price(price), plain_text(reason, "reason", 200)
    if last.from_on >= from_on:
        raise UnableToChangePrice(
            _("%(day)s 起已有一次改价,新的生效日期要更晚。") % {"day": last.from_on},
            field="from_on",
        )
    if last.until_on is None or last.until_on > from_on:  # else it comes back on the list
        last.until_on = from_on
        last.save(update_fields=["until_on"])
    item = PriceItem.objects.create(
        community=last.community,
        code=last.code,
        name=plain_text(name, "name", 60, required=False) or last.name,
        kind=last.kind,
        unit=last.unit,
        price=read,
        from_on=from_on,
    )
    _trail("price_changed", by, at, item, reason=reason, was=last)


@transaction.atomic
def retire_price_item(
    *, by: Caller, at: datetime, community_id: int, code: str, until_on: date, reason: str
) -> None:
    """Take an item off the list from a day on. Raises NotFound, Forbidden, BadInput."""
    admit_to_prices(by, community_id)
    last = _last(community_id, code)
    _check_day(until_on, at, last.community)
    reason = plain_text(reason, "reason", 200)
    if last.until_on is not None and last.until_on <= until_on:
        raise UnableToChangePrice(_("这一项已经停用。"))
    if until_on <= last.from_on:
        raise UnableToChangePrice(
            _("停用日期要晚于最近一次改价的生效日期 %(day)s。") % {"day": last.from_on},
            field="until_on",
        )
    last.until_on = until_on
    last.save(update_fields=["until_on"])
    _trail("price_retired", by, at, last, reason=reason, was=last)


def _last(community_id: int, code: str) -> PriceItem:
    item = (
        PriceItem.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(community_id=community_id, code=code.replace("\0", ""))
        .order_by("-from_on")
        .first()
    )
    if item is None:
        raise NotFound(_("价目表里没有编号为“%(code)s”的项目。") % {"code": code}, field="code")
    return item


def _check_day(day: date, at: datetime, community: Community) -> None:
    """A price changes from tomorrow on or today: what was charged yesterday stays."""
    if day < local_day(at, community.zone):
        raise BadInput(_("生效日期不能早于今天:已经按旧价收费的不再改。"), field="from_on")


def _price(price: object) -> Decimal:
    read = read_decimal(price, places=4, most=MOST_PRICE)
    if read is None:
        raise BadInput(_("请填写单价,不小于 0,最多四位小数。"), field="price")
    return read


def _trail(
    action: str, by: Caller, at: datetime, item: PriceItem, *, reason: str, was: PriceItem | None
) -> None:
    record(
        action=f"fieldwork.{action}",
        by=by,
        at=at,
        subject=f"price:{item.code}",
        community_id=item.community_id,
        before={"price": was.price, "name": was.name} if was else None,
        after={
            "price": item.price,
            "name": item.name,
            "from_on": item.from_on,
            "until_on": item.until_on,
        },
        reason=reason,
    )
