"""Reads of who bears which charge: of a house, before a bulk, and who bears none; and reliefs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from huiyin.billing import naming, saying
from huiyin.billing.access import admit_to_read
from huiyin.billing.actions.assigning import CANDIDATES, bulk_params, check_bulk
from huiyin.billing.actions.reliefs import WHOLE
from huiyin.billing.models import Assignment, ChargeItem, Line, Relief, Tariff, Terms
from huiyin.billing.worth import approved, monthly_price, worth_of
from huiyin.estate import queries as estate
from huiyin.estate.models import Building, House, Person
from huiyin.estate.titles import kind_title
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.ledger.models import Book

LIMIT = 50


@dataclass(frozen=True, slots=True)
class ReliefRow:
    """Less to pay for some days; ``worth`` is about how much in all, where that is known."""

    id: int
    house: str
    item: str
    from_on: date
    until_on: date
    percent: Decimal | None
    monthly: Decimal | None
    worth: Decimal | None
    reason: str
    state: str
    state_title: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    is_mine: bool
    billed_until: date | None = None

    @property
    def days(self) -> str:
        """Its days, the last one included."""
        return saying.days_of(self.from_on, self.until_on)

    @property
    def said(self) -> str:
        """By how much, in words."""
        if self.monthly is not None:
            return _("每月减 %(amount)s 元") % {"amount": saying.money(self.monthly)}
        if self.percent == WHOLE:
            return _("全免")
        return _("减 %(percent)s%%") % {"percent": saying.plain(self.percent or WHOLE)}


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A charge of a house; ``when`` is now, later or past."""

    id: int
    item: str
    item_code: str
    way: str
    label: str
    from_on: date
    until_on: date | None
    pays: str
    pays_title: str
    payer_id: int | None
    payer: str
    quantity: Decimal
    price: Decimal | None
    contract: str
    monthly: Decimal | None
    when: str
    billed_until: date | None
    reliefs: tuple[ReliefRow, ...]

    @property
    def days(self) -> str:
        """Its days, the last one included."""
        return saying.days_of(self.from_on, self.until_on)

    @property
    def quantity_said(self) -> str:
        """The quantity without zeros at its end."""
        return saying.plain(self.quantity)


@dataclass(frozen=True, slots=True)
class HouseCharges:
    """A house and everything it is charged, was and will be."""

    id: int
    code: str
    kind: str
    kind_title: str
    area: Decimal | None
    handed_over_on: date | None
    rows: tuple[AssignmentRow, ...]
    items: tuple[tuple[int, str, str], ...]
    payers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk would do: houses asked for, those that have it, lack a day, or lack an area."""

    houses: int
    has_it: int
    no_day: int
    no_area: int
    to_assign: int
    first_on: date | None
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class BareHouse:
    """A house that nothing is charged for by area (未设置收费的房屋)."""

    code: str
    kind_title: str
    area: Decimal | None
    handed_over_on: date | None
    vacant: bool


def house_charges(*, caller: Caller, community_id: int, code: str, on: date) -> HouseCharges:
    """Return what a house is charged, newest first. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    house = estate.house_model(caller=caller, community_id=community_id, code=code)
    rows = (
        Assignment.objects.filter(house=house, community_id=community_id)
        .select_related("item", "payer", "house")
        .order_by("item__order", "item__code", "label", "-from_on")
    )
    found = list(rows)
    billed = _billed(house.pk, found)
    tariffs = approved({one.item_id for one in found})
    reliefs: dict[int, list[ReliefRow]] = defaultdict(list)
    for one in _reliefs().filter(assignment__in=found).order_by("-from_on"):
        reliefs[one.assignment_id].append(_relief(one, caller))
    items = ChargeItem.objects.filter(community_id=community_id, in_use=True).exclude(
        way=ChargeItem.Way.SLIP
    )
    return HouseCharges(
        id=house.pk,
        code=house.code,
        kind=house.kind,
        kind_title=kind_title(house.kind),
        area=house.area,
        handed_over_on=house.handed_over_on,
        rows=tuple(_row(one, on, tariffs, billed, reliefs[one.pk]) for one in found),
        items=tuple(items.order_by("order", "code").values_list("id", "name", "way")),
        payers=_payers(house),
    )


def preview(
    *,
    caller: Caller,
    community_id: int,
    item_id: int,
    kinds: Sequence[str],
    building_ids: Sequence[int] = (),
    from_on: date | None = None,
    pays: str = "owner",
) -> Preview:
    """Count what assigning in bulk would do, and change nothing. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    item = ChargeItem.objects.filter(pk=item_id, community_id=community_id).first()
    if item is None:
        raise BadInput(_("请选择收费项目。"), field="item_id")
    check_bulk(item, kinds, building_ids, pays)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, bulk_params(item, kinds, building_ids, from_on))
        row: Any = cursor.fetchone()
    houses, has_it, no_day, no_area, to_assign, first_on = row
    opened = Book.objects.filter(community_id=community_id).values_list("opened_on", flat=True)
    return Preview(
        houses=houses,
        has_it=has_it,
        no_day=no_day,
        no_area=no_area if item.way == ChargeItem.Way.AREA else 0,
        to_assign=to_assign,
        first_on=first_on,
        opened_on=opened.first(),
    )


_COUNT = (
    f"SELECT count(*), count(*) FILTER (WHERE has_it),"  # noqa: S608 a constant of ours
    " count(*) FILTER (WHERE since IS NULL AND NOT has_it),"
    " count(*) FILTER (WHERE no_area AND since IS NOT NULL AND NOT has_it),"
    " count(*) FILTER (WHERE since IS NOT NULL AND NOT has_it),"
    " min(since) FILTER (WHERE NOT has_it)"
    f" FROM ({CANDIDATES}) candidates"
)


def bulk_choices(
    *, caller: Caller, community_id: int
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    """Return the items and the buildings that a bulk may name."""
    admit_to_read(caller, community_id)
    items = ChargeItem.objects.filter(community_id=community_id, in_use=True).exclude(
        way__in=[ChargeItem.Way.SLIP, ChargeItem.Way.CONTRACT]
    )
    buildings = Building.objects.filter(community_id=community_id)
    return (
        tuple(items.order_by("order", "code").values_list("id", "name")),
        tuple(buildings.order_by("order", "code").values_list("id", "name")),
    )


def bare_houses(
    *, caller: Caller, community_id: int, on: date, cursor: str = "", limit: int = LIMIT
) -> Page[BareHouse]:
    """Return the houses that bear no management charge today or later, in their order.

    For a flat, shop or office that is any charge by area; for a parking space any charge at all.
    """
    admit_to_read(caller, community_id)
    rows = _bare(community_id, on)
    if cursor:
        order_key, pk = _after(cursor, str, int)
        rows = rows.filter(Q(order_key__gt=order_key) | Q(order_key=order_key, pk__gt=pk))
    return paging.page_of(
        list(rows.order_by("order_key", "id")[: limit + 1]),
        limit,
        lambda one: BareHouse(
            one.code, kind_title(one.kind), one.area, one.handed_over_on, one.vacant
        ),
        lambda one: (one.order_key, one.pk),
    )


def bare_count(*, caller: Caller, community_id: int, on: date) -> int:
    """Return how many houses bear no management charge."""
    admit_to_read(caller, community_id)
    found: int = _bare(community_id, on).count()
    return found


def _bare(community_id: int, on: date) -> Any:
    held = Assignment.objects.filter(
        Q(until_on=None) | Q(until_on__gt=on), community_id=community_id
    )
    by_area = held.filter(item__way=ChargeItem.Way.AREA)
    parking = Q(kind=House.Kind.PARKING)
    return (
        House.objects.filter(community_id=community_id)
        .exclude(~parking & Q(pk__in=by_area.values("house_id")))
        .exclude(parking & Q(pk__in=held.values("house_id")))
    )


def reliefs(
    *, caller: Caller, community_id: int, cursor: str = "", limit: int = LIMIT
) -> Page[ReliefRow]:
    """Return the reliefs of a community, newest first. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    rows = _reliefs().filter(assignment__community_id=community_id)
    if cursor:
        (pk,) = _after(cursor, int)
        rows = rows.filter(pk__lt=pk)
    return paging.page_of(
        list(rows.order_by("-id")[: limit + 1]),
        limit,
        lambda one: _relief(one, caller),
        lambda one: (one.pk,),
    )


def _after(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    try:
        return paging.read_cursor(cursor, *kinds)
    except paging.BadCursor as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error


def relief(*, caller: Caller, relief_id: int) -> ReliefRow:
    """Return one relief with what it is worth. Raises NotFound, Forbidden."""
    found = _reliefs().filter(pk=relief_id).first()
    if found is None or not caller.works_in(found.assignment.community_id):
        raise NotFound(_("没有这份减免申请。"))
    admit_to_read(caller, found.assignment.community_id)
    billed = _billed(found.assignment.house_id, [found.assignment])
    return _relief(found, caller, worth_of(found), billed.get(found.assignment_id))


def _reliefs() -> Any:
    return Relief.objects.select_related(
        "assignment__house", "assignment__item", "asked_by", "decided_by"
    )


def _relief(
    one: Relief, caller: Caller, worth: Decimal | None = None, billed: date | None = None
) -> ReliefRow:
    return ReliefRow(
        id=one.pk,
        house=one.assignment.house.code,
        item=one.assignment.item.name,
        from_on=one.from_on,
        until_on=one.until_on,
        percent=one.percent,
        monthly=one.monthly,
        worth=worth,
        reason=one.reason,
        state=one.state,
        state_title=str(naming.RELIEF_STATES[one.state]),
        asked_by=one.asked_by.name,
        asked_at=one.asked_at,
        decided_by=one.decided_by.name if one.decided_by else "",
        decided_at=one.decided_at,
        is_mine=one.asked_by_id == caller.employee_id,
        billed_until=billed,
    )


def _row(
    one: Assignment,
    on: date,
    tariffs: Sequence[Tariff],
    billed: dict[int, date],
    reliefs: Sequence[ReliefRow],
) -> AssignmentRow:
    over = one.until_on is not None and one.until_on <= on
    return AssignmentRow(
        id=one.pk,
        item=one.item.name,
        item_code=one.item.code,
        way=one.item.way,
        label=one.label,
        from_on=one.from_on,
        until_on=one.until_on,
        pays=one.pays,
        pays_title=str(naming.PAYERS_SHORT[one.pays]),
        payer_id=one.payer_id,
        payer=one.payer.name if one.payer else "",
        quantity=one.quantity,
        price=one.price,
        contract=one.contract,
        monthly=None if over else monthly_price(one, max(on, one.from_on), tariffs),
        when="past" if over else "later" if one.from_on > on else "now",
        billed_until=billed.get(one.pk),
        reliefs=tuple(reliefs),
    )


def _billed(house_id: int, rows: Sequence[Assignment]) -> dict[int, date]:
    """Return up to which day live bills cover each of the charges of a house. One query."""
    live = Line.objects.filter(
        house_id=house_id, assignment__in=rows, reversed_at=None, kind=Line.Kind.REGULAR
    )
    return dict(live.values_list("assignment_id").annotate(last=Max("until_on")))


def _payers(house: House) -> tuple[tuple[int, str], ...]:
    """Return who may be named as a payer: whoever has to do with the house, and the developer."""
    developer = Terms.objects.filter(community_id=house.community_id).values("developer_id")
    people = Person.objects.filter(
        Q(occupancies__house=house) | Q(pk__in=developer), community_id=house.community_id
    )
    return tuple(people.distinct().order_by("name", "id").values_list("id", "name"))
