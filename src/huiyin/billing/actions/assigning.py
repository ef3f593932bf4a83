"""Which house bears which charge, since when and who pays: one by one or in bulk (BIL-01, BIL-15).

Rows are never rewritten: another payer or quantity ends the row and begins one beside it. Days that
were billed stay with the row they were billed under, so that no day is ever billed twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.core import (
    MOST_QUANTITY,
    check_days,
    employee_id,
    read_amount,
    read_price,
    trail,
)
from huiyin.billing.models import Assignment, ChargeItem, Line
from huiyin.estate.models import Building, House, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.staff.words import checked_text

LONGEST_LABEL, LONGEST_CONTRACT, LONGEST_REASON = 30, 60, 200
SUBJECT: Final = "assignment:"
Pays = Assignment.Pays


class UnableToAssign(WrongState):
    """The house bears the charge on these days already, or was billed for them."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What an end means: the day up to which the charge was billed already, if that is later."""

    billed_until: date | None


@transaction.atomic
def assign(
    *,
    by: Caller,
    at: datetime,
    house_id: int,
    item_id: int,
    from_on: date | None = None,
    until_on: date | None = None,
    pays: str = "owner",
    payer_id: int | None = None,
    quantity: Decimal = Decimal(1),
    price: Decimal | None = None,
    contract: str = "",
    label: str = "",
) -> int:
    """Let a house bear a charge from a day on, by default from its hand-over; return the row.

    Raises NotFound, Forbidden, UnableToAssign where it does already, BadInput.
    """
    house = _held_house(by, house_id)
    item = _item(house.community_id, item_id)
    from_on = from_on or house.handed_over_on
    if from_on is None:
        raise BadInput(_("这套房没有登记交付日期,请填写从哪天开始收。"), field="from_on")
    check_days(from_on, until_on)
    row = Assignment(
        community_id=house.community_id,
        house=house,
        item=item,
        label=checked_text(label, "label", LONGEST_LABEL, required=False),
        from_on=from_on,
        until_on=until_on,
        made_by_id=employee_id(by),
        made_at=at,
        **_how(item, pays, payer_id, quantity, price, contract),
    )
    _check_free(row)
    row.save()
    _trail("assigned", by, at, row, after=_told(row))
    return row.pk


@transaction.atomic
def assign_many(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    item_id: int,
    kinds: Sequence[str],
    building_ids: Sequence[int] = (),
    from_on: date | None = None,
    pays: str = "owner",
) -> int:
    """Let every house of these kinds and buildings that does not yet bear a charge do so.

    From the day given, else each from its own hand-over; houses without one are left out, and so is
    whoever bears it or was billed for it on any day from then on. Asked again it does nothing more.
    Return how many were assigned. Raises NotFound, Forbidden, UnableToAssign, BadInput.
    """
    admit_to_bill(by, community_id)
    item = _item(community_id, item_id)
    check_bulk(item, kinds, building_ids, pays)
    params = {**bulk_params(item, kinds, building_ids, from_on), "pays": pays, "at": at}
    params["by"] = employee_id(by)
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGN, params)
        made = int(cursor.rowcount)
    if made:
        after = {
            "houses": made,
            "kinds": list(kinds),
            "buildings": list(building_ids),
            "from_on": from_on,
            "pays": pays,
        }
        trail("assigned_many", by, at, community_id, f"chargeitem:{item.pk}", after=after)
    return made


@transaction.atomic
def end_assignment(
    *, by: Caller, at: datetime, assignment_id: int, until_on: date, reason: str
) -> Ended:
    """End a charge of a house on a day, that day no longer counted; say what was billed beyond it.

    One that never began is ended on its first day by taking it away. Raises NotFound, Forbidden,
    UnableToAssign, BadInput.
    """
    row = _held(by, assignment_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if row.until_on is not None and row.until_on <= until_on:
        raise UnableToAssign(
            _("这项收费到 %(day)s 已经停止。") % {"day": row.until_on}, field="until_on"
        )
    billed = billed_until(row)
    if until_on <= row.from_on and (billed or until_on < row.from_on):
        raise BadInput(
            _("停止日期要晚于开始日期 %(day)s。") % {"day": row.from_on}, field="until_on"
        )
    before = {"until_on": row.until_on}
    if until_on == row.from_on:
        if row.reliefs.exists() or row.lines.exists():
            raise UnableToAssign(
                _("这项收费申请过减免或出过账(后来冲销),不能取消,请从晚一天起停止。"),
                field="until_on",
            )
        _trail("unassigned", by, at, row, before=_told(row), reason=reason)
        row.delete()
        return Ended(None)
    row.until_on = until_on
    row.save(update_fields=["until_on"])
    _trail(
        "assignment_ended", by, at, row, before=before, after={"until_on": until_on}, reason=reason
    )
    return Ended(billed if billed and billed > until_on else None)


@transaction.atomic
def change_assignment(
    *,
    by: Caller,
    at: datetime,
    assignment_id: int,
    from_on: date,
    pays: str,
    payer_id: int | None = None,
    quantity: Decimal = Decimal(1),
    price: Decimal | None = None,
    contract: str = "",
    reason: str,
) -> int:
    """Give a charge another payer, quantity or contract from a day on; return the row of then.

    The row before ends on that day and stays as it was; on its own first day it is written anew.
    Reliefs stay with the days they were given for. Raises NotFound, Forbidden, UnableToAssign where
    those days were billed, BadInput.
    """
    row = _held(by, assignment_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if from_on < row.from_on or (row.until_on is not None and from_on >= row.until_on):
        raise BadInput(_("这一天不在这项收费的起止日期里。"), field="from_on")
    billed = billed_until(row)
    if billed and billed > from_on:
        raise UnableToAssign(
            _("%(day)s 之前已经出账,请从 %(day)s 或更晚的日期起变更;更早的部分请做更正。")
            % {"day": billed},
            field="from_on",
        )
    if row.reliefs.filter(until_on__gt=from_on).exclude(state="refused").exists():
        raise UnableToAssign(
            _("这天以后还有减免。请从减免结束之日起变更,或变更后重新申请减免。"), field="from_on"
        )
    how = _how(row.item, pays, payer_id, quantity, price, contract)
    before = _told(row)
    if all(getattr(row, field) == value for field, value in how.items()):
        raise UnableToAssign(_("没有任何变化。"))
    if from_on == row.from_on:
        for field, value in how.items():
            setattr(row, field, value)
        row.save(update_fields=[field.removesuffix("_id") for field in how])
        _trail("assignment_changed", by, at, row, before=before, after=_told(row), reason=reason)
        return row.pk
    later = Assignment(
        community_id=row.community_id,
        house_id=row.house_id,
        item_id=row.item_id,
        label=row.label,
        from_on=from_on,
        until_on=row.until_on,
        made_by_id=employee_id(by),
        made_at=at,
        **how,
    )
    row.until_on = from_on
    row.save(update_fields=["until_on"])
    later.save()
    _trail("assignment_changed", by, at, later, before=before, after=_told(later), reason=reason)
    return later.pk


def billed_until(row: Assignment) -> date | None:
    """Return the day up to which live bills cover a charge of a house; None before the first."""
    live = Line.objects.filter(assignment=row, reversed_at=None, kind=Line.Kind.REGULAR)
    last: date | None = live.aggregate(last=Max("until_on"))["last"]
    return last


def check_bulk(
    item: ChargeItem, kinds: Sequence[str], building_ids: Sequence[int], pays: str
) -> None:
    """Raise BadInput for what cannot be said for many houses at once."""
    if item.way == ChargeItem.Way.CONTRACT:
        raise BadInput(_("按合同收的项目每户价格不同,请逐户设置。"), field="item_id")
    if item.way == ChargeItem.Way.SLIP:
        raise BadInput(_("按单据收的项目开单就能收,不用设置。"), field="item_id")
    if not kinds or any(kind not in House.Kind.values for kind in kinds):
        raise BadInput(_("请至少选择一种房屋。"), field="kinds")
    known = Building.objects.filter(pk__in=building_ids, community_id=item.community_id).count()
    if known != len(set(building_ids)):
        raise BadInput(_("请从列表里选择楼栋。"), field="building_ids")
    if pays not in (Pays.OWNER, Pays.TENANT, Pays.DEVELOPER):
        raise BadInput(_("批量设置时请选择业主、租户或开发商付款。"), field="pays")


# The houses that a charge could be put on: since when each, and what is in its way.
CANDIDATES: Final = """
  SELECT h.id, coalesce(%(from_on)s::date, h.handed_over_on) AS since,
         h.area IS NULL AS no_area,
         EXISTS (SELECT FROM billing_assignment a
                  WHERE a.community_id = h.community_id AND a.house_id = h.id
                    AND a.item_id = %(item)s AND a.label = ''
                    AND (a.until_on IS NULL
                         OR a.until_on > coalesce(%(from_on)s::date, h.handed_over_on)
                         OR EXISTS (SELECT FROM billing_line l
                                     WHERE l.assignment_id = a.id AND l.kind = 'regular'
                                       AND l.reversed_at IS NULL AND l.until_on
                                           > coalesce(%(from_on)s::date, h.handed_over_on)))
                ) AS has_it
    FROM estate_house h
   WHERE h.community_id = %(community)s AND h.kind = ANY(%(kinds)s)
     AND (cardinality(%(buildings)s::bigint[]) = 0 OR h.building_id = ANY(%(buildings)s))
"""
_ASSIGN: Final = (
    f"WITH candidates AS ({CANDIDATES})"  # noqa: S608 a constant of this file
    " INSERT INTO billing_assignment (community_id, house_id, item_id, label, from_on, pays,"
    " quantity, contract, made_by_id, made_at)"
    " SELECT %(community)s, id, %(item)s, '', since, %(pays)s, 1, '', %(by)s, %(at)s"
    " FROM candidates WHERE since IS NOT NULL AND NOT has_it ORDER BY id"
)


def bulk_params(
    item: ChargeItem, kinds: Sequence[str], building_ids: Sequence[int], from_on: date | None
) -> dict[str, Any]:
    """Return what the candidates of a bulk are asked with."""
    return {
        "item": item.pk,
        "community": item.community_id,
        "kinds": list(kinds),
        "buildings": list(building_ids),
        "from_on": from_on,
    }


def _how(  # noqa: PLR0917
    item: ChargeItem,
    pays: str,
    payer_id: int | None,
    quantity: object,
    price: object | None,
    contract: str,
) -> dict[str, Any]:
    """Read who pays how much of a charge, or raise BadInput beside the field."""
    if pays not in Pays.values:
        raise BadInput(_("请选择由谁付款。"), field="pays")
    if (pays == Pays.PERSON) != (payer_id is not None):
        raise BadInput(_("由指定的人付款时,请选择是谁;否则不用选。"), field="payer_id")
    people = Person.objects.filter(community_id=item.community_id)
    if payer_id is not None and not people.filter(pk=payer_id).exists():
        raise BadInput(_("住户册里没有这个人,请先登记。"), field="payer_id")
    read = read_amount(quantity, "quantity", MOST_QUANTITY)
    if not read and item.way != ChargeItem.Way.APPORTIONED:
        raise BadInput(_("数量要大于 0。不再收费请停止这项收费。"), field="quantity")
    return {
        "pays": pays,
        "payer_id": payer_id,
        "quantity": read,
        **_contract(item, price, contract),
    }


def _contract(item: ChargeItem, price: object | None, contract: str) -> dict[str, Any]:
    """Read the price and the number of a contract, which only such items have."""
    number = checked_text(contract, "contract", LONGEST_CONTRACT, required=False)
    if item.way != ChargeItem.Way.CONTRACT:
        if price is not None:
            raise BadInput(_("只有按合同收的项目才填合同价。"), field="price")
        return {"price": None, "contract": number}
    if not number:
        raise BadInput(_("请填写合同编号或名称。"), field="contract")
    read = read_price("" if price is None else price)
    if not read:
        raise BadInput(_("合同价要大于 0。"), field="price")
    return {"price": read, "contract": number}


def _check_free(row: Assignment) -> None:
    """Refuse days on which the house bears the charge already, or was billed for it."""
    same = Assignment.objects.filter(house=row.house, item=row.item, label=row.label)
    after_it = Q(until_on=None) | Q(until_on__gt=row.from_on)
    before_end = Q() if row.until_on is None else Q(from_on__lt=row.until_on)
    held = same.filter(after_it, before_end).order_by("from_on").first()
    if held is not None:
        raise UnableToAssign(
            _("这套房从 %(day)s 起已经有“%(item)s”。再加一份请填不同的备注名,例如车位号。")
            % {"day": held.from_on, "item": row.item.name},
            field="from_on",
        )
    live = Line.objects.filter(
        before_end, assignment__in=same, reversed_at=None, kind=Line.Kind.REGULAR
    )
    billed = live.filter(until_on__gt=row.from_on).aggregate(last=Max("until_on"))["last"]
    if billed is not None:
        raise UnableToAssign(
            _("%(day)s 之前已经为这一项出过账,请从 %(day)s 或更晚的日期起收。") % {"day": billed},
            field="from_on",
        )


def _held_house(by: Caller, house_id: int) -> House:
    """Lock a house, so that of two assignments made at once one comes first."""
    house = House.objects.select_for_update(no_key=True).filter(pk=house_id).first()
    if house is None or not by.works_in(house.community_id):
        raise NotFound(_("没有这套房。"))
    admit_to_bill(by, house.community_id)
    return house


def _item(community_id: int, item_id: int) -> ChargeItem:
    """Lock an item, so that one house and many are not assigned it in the same moment."""
    rows = ChargeItem.objects.select_for_update(no_key=True)
    item = rows.filter(pk=item_id, community_id=community_id).first()
    if item is None:
        raise NotFound(_("没有这个收费项目。"), field="item_id")
    if not item.in_use:
        raise BadInput(_("“%(item)s”已经停用。") % {"item": item.name}, field="item_id")
    return item


def _held(by: Caller, assignment_id: int) -> Assignment:
    found = Assignment.objects.filter(pk=assignment_id).first()
    if found is None or not by.works_in(found.community_id):
        raise NotFound(_("没有这项收费。"))
    _held_house(by, found.house_id)
    row = Assignment.objects.select_related("item").filter(pk=assignment_id).first()
    if row is None:
        raise NotFound(_("没有这项收费。"))
    return row


def _told(row: Assignment) -> dict[str, Any]:
    return {
        "house": row.house_id,
        "item": row.item.code,
        "label": row.label,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "pays": row.pays,
        "payer": row.payer_id,
        "quantity": row.quantity,
        "price": row.price,
        "contract": row.contract,
    }


def _trail(action: str, by: Caller, at: datetime, row: Assignment, **more: Any) -> None:
    trail(action, by, at, row.community_id, f"{SUBJECT}{row.pk}", **more)
