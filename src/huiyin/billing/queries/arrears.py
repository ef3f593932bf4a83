"""Arrears of a community at a glance: how old they are, and which households owe most.

Read from the open items alone, by their index, each once: the sums of each day on which something
fell due give the ages, those of each household the list. A hundred thousand households answer in
a fraction of a second, so nothing about arrears is kept that could grow stale.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_read
from huiyin.billing.models import ChargeItem, OpenItem, Prepaid
from huiyin.estate import queries as estate
from huiyin.estate.models import Building, House, Phone
from huiyin.estate.rules import masked
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import Page
from huiyin.staff.models import Area

NOTHING = Decimal("0.00")
# The last day late of each age of arrears; what is older is the last age.
AGES = (0, 30, 90, 180, 365)
MOST_DAYS = 36_500
MOST_OWED = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open by how many days it is late: not due yet, 1-30, 31-90, 91-180, 181-365, over."""

    not_due: Decimal = NOTHING
    to_30: Decimal = NOTHING
    to_90: Decimal = NOTHING
    to_180: Decimal = NOTHING
    to_365: Decimal = NOTHING
    older: Decimal = NOTHING

    @property
    def all(self) -> tuple[Decimal, ...]:
        """The ages in order, the youngest first."""
        return (self.not_due, self.to_30, self.to_90, self.to_180, self.to_365, self.older)

    @property
    def total(self) -> Decimal:
        """Everything that is open."""
        return sum(self.all, NOTHING)

    @property
    def late(self) -> Decimal:
        """What should have been paid by now."""
        return self.total - self.not_due


@dataclass(frozen=True, slots=True)
class OwingRow:
    """A household that owes something; the telephone is masked."""

    house: str
    building: str
    payers: tuple[str, ...]
    phone: str
    owed: Decimal
    late: Decimal
    oldest_on: date
    days: int
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class Arrears:
    """What a community is owed, and a page of who owes it, most first.

    ``ageing`` and the two counts of households are those of everybody the filters leave, however
    few days late.
    """

    community: str
    on: date
    ageing: Ageing
    households: int
    households_late: int
    page: Page[OwingRow]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What arrears are narrowed to; what is left empty does not narrow.

    ``min_days`` keeps households whose oldest open item is at least so many days late.
    """

    building: str = ""
    keeper: str = ""
    item: str = ""
    min_days: int = 0


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What arrears may be narrowed to: codes and names of buildings, keepers and charges."""

    buildings: tuple[tuple[str, str], ...]
    keepers: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]


_MIDDLE = """
SELECT (min(house_id) + max(house_id)) / 2 FROM billing_openitem
 WHERE community_id = %(community)s AND open > 0
"""
_SUMS = """
SELECT o.house_id, o.due_on, sum(o.open) AS owed, min(o.due_on) AS oldest_on
  FROM billing_openitem o {joined}
 WHERE o.community_id = %(community)s AND o.open > 0 AND o.house_id {side} %(middle)s {narrowed}
 GROUP BY GROUPING SETS ((o.house_id), (o.due_on))
"""
# The two halves of the houses are added up side by side where the server has hands for it.
_OWING = """
WITH owing AS MATERIALIZED ({lower} UNION ALL {upper})
(SELECT house_id, owed, oldest_on, NULL::bigint, NULL::bigint, NULL::json FROM owing
  WHERE house_id IS NOT NULL AND oldest_on <= %(oldest)s {after}
  ORDER BY owed DESC, house_id LIMIT %(most)s)
UNION ALL
SELECT NULL, NULL, NULL, count(house_id), count(house_id) FILTER (WHERE oldest_on < %(on)s),
       json_agg(ARRAY[due_on::text, owed::text]) FILTER (WHERE house_id IS NULL)
  FROM owing
"""
_OF_ITEM = "JOIN billing_line l ON l.id = o.line_id AND l.item_id = %(item)s"
_OF_BUILDINGS = """AND o.house_id IN
            (SELECT id FROM estate_house WHERE building_id = ANY(%(buildings)s))"""
_AFTER = "AND (owed, -house_id) < (%(owed)s, -%(house)s)"


def arrears(
    *,
    caller: Caller,
    community: str,
    on: date,
    wanted: Wanted = Wanted(),
    cursor: str = "",
    limit: int = 50,
) -> Arrears:
    """Return what a community is owed on a day and by whom.

    Raises NotFound to strangers, Forbidden to who may not read accounts, BadInput for a building,
    keeper, item or cursor that is none.
    """
    town = estate.community(caller=caller, code=community)
    admit_to_read(caller, town.id)
    if not 0 <= wanted.min_days <= MOST_DAYS:
        raise BadInput(_("逾期天数应为 0 到 36500 的整数。"), field="min_days")
    given: dict[str, Any] = {
        "community": town.id,
        "on": on,
        "oldest": on - timedelta(days=wanted.min_days) if wanted.min_days else date.max,
        "most": limit + 1,
    }
    parts = {"joined": "", "narrowed": "", "after": ""}
    _narrow(wanted, town.id, on, given, parts)
    if cursor:
        given |= _place(cursor)
        parts["after"] = _AFTER
    lower, upper = (_SUMS.format(**parts, side=side) for side in ("<=", ">"))
    with connection.cursor() as database:
        database.execute(_MIDDLE, given)
        ((given["middle"],),) = database.fetchall()
        database.execute(_OWING.format(lower=lower, upper=upper, **parts), given)
        found = database.fetchall()
    ((*_no_house, households, households_late, days),) = (row for row in found if row[0] is None)
    owed = ((date.fromisoformat(due_on), Decimal(open_)) for due_on, open_ in days or ())
    rows = _rows([row[:3] for row in found if row[0] is not None], on, town.id, given.get("item"))
    page = paging.page_of(rows, limit, lambda row: row[1], lambda row: (str(row[1].owed), row[0]))
    return Arrears(
        community=town.code,
        on=on,
        ageing=ageing(owed, on),
        households=households,
        households_late=households_late,
        page=page,
    )


def narrowing(*, caller: Caller, community: str, on: date) -> Narrowing:
    """Return what arrears of a community may be narrowed to. Raises as :func:`arrears` does."""
    town = estate.community(caller=caller, code=community)
    admit_to_read(caller, town.id)
    keepers = Area.objects.filter(_kept_on(on), building__community=town.id)
    return Narrowing(
        buildings=tuple(
            Building.objects.filter(community=town.id)
            .order_by("order", "id")
            .values_list("code", "name")
        ),
        keepers=tuple(
            keepers.order_by("employee__code")
            .values_list("employee__code", "employee__name")
            .distinct()
        ),
        items=tuple(
            ChargeItem.objects.filter(community=town.id)
            .order_by("order", "id")
            .values_list("code", "name")
        ),
    )


def ageing(owed: Any, on: date) -> Ageing:
    """Sort amounts by how late they are: pairs of the day they were due and what is open."""
    sums = [NOTHING] * (len(AGES) + 1)
    for due_on, amount in owed:
        sums[age((on - due_on).days)] += amount
    return Ageing(*sums)


def age(days: int) -> int:
    """Return the place of an age among the ages: 0 for what is not late yet."""
    return next((place for place, last in enumerate(AGES) if days <= last), len(AGES))


def _narrow(
    wanted: Wanted, community_id: int, on: date, given: dict[str, Any], parts: dict[str, str]
) -> None:
    buildings: set[int] | None = None
    if wanted.building:
        buildings = _building(wanted.building, community_id)
    if wanted.keeper:
        kept = _kept_by(wanted.keeper, community_id, on)
        buildings = kept if buildings is None else buildings & kept
    if buildings is not None:
        given["buildings"] = sorted(buildings)
        parts["narrowed"] = _OF_BUILDINGS
    if wanted.item:
        given["item"] = _item(wanted.item, community_id)
        parts["joined"] = _OF_ITEM


def _building(code: str, community_id: int) -> set[int]:
    found = Building.objects.filter(community_id=community_id, code=code).values_list("pk")
    if not found:
        raise BadInput(_("没有编号为“%(code)s”的楼栋。") % {"code": code}, field="building")
    return {pk for (pk,) in found}


def _kept_by(keeper: str, community_id: int, on: date) -> set[int]:
    kept = Area.objects.filter(
        _kept_on(on), building__community_id=community_id, employee__code=keeper
    )
    return set(kept.values_list("building_id", flat=True))


def _kept_on(on: date) -> Q:
    return Q(from_on__lte=on) & (Q(until_on__isnull=True) | Q(until_on__gt=on))


def _item(code: str, community_id: int) -> int:
    found = ChargeItem.objects.filter(community_id=community_id, code=code).values_list("pk")
    if not found:
        raise BadInput(_("没有编号为“%(code)s”的收费项目。") % {"code": code}, field="item")
    return int(found[0][0])


def _place(cursor: str) -> dict[str, Any]:
    try:
        owed, house = paging.read_cursor(cursor, str, int)
        amount = Decimal(owed)
        if not 0 < amount < MOST_OWED:  # refuses what is no number too
            raise InvalidOperation
    except (paging.BadCursor, InvalidOperation) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return {"owed": amount, "house": house}


def _rows(
    found: list[Any], on: date, community_id: int, item: int | None
) -> list[tuple[int, OwingRow]]:
    """Add to each household where it is, who is to pay, how to call, what is late and ahead."""
    ids = [row[0] for row in found]
    houses = {
        row[0]: row[1:]
        for row in House.objects.filter(pk__in=ids).values_list("pk", "code", "building__name")
    }
    payers: dict[int, dict[int, str]] = {pk: {} for pk in ids}
    late = dict.fromkeys(ids, NOTHING)
    open_items = OpenItem.objects.filter(community=community_id, house__in=ids, open__gt=0)
    if item is not None:
        open_items = open_items.filter(line__item=item)
    for house, person, name, due_on, still in open_items.order_by(
        "house_id", "due_on", "line_id"
    ).values_list("house_id", "payer_id", "payer__name", "due_on", "open"):
        payers[house][person] = name
        late[house] += still if due_on < on else NOTHING
    everybody = {person for them in payers.values() for person in them}
    phones: dict[int, str] = {}
    for person, number in (
        Phone.objects.filter(person__in=everybody, state=Phone.State.GOOD)
        .order_by("-rank", "-id")
        .values_list("person_id", "number")
    ):
        phones[person] = masked(number)
    prepaid: dict[int, Decimal] = dict.fromkeys(ids, NOTHING)
    for house, balance in Prepaid.objects.filter(house__in=ids, balance__gt=0).values_list(
        "house_id", "balance"
    ):
        prepaid[house] += balance
    return [
        (
            pk,
            OwingRow(
                house=houses[pk][0],
                building=houses[pk][1] or "",
                payers=tuple(payers[pk].values()),
                phone=next((phones[one] for one in payers[pk] if one in phones), ""),
                owed=owed,
                late=late[pk],
                oldest_on=oldest_on,
                days=max(0, (on - oldest_on).days),
                prepaid=prepaid[pk],
            ),
        )
        for pk, owed, oldest_on in found
    ]
