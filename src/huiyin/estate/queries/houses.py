"""Houses and the people in them on a day."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiyin.estate.access import admit, admit_to_phones, may_see_phones
from huiyin.estate.models import Building, House, Occupancy, Phone
from huiyin.estate.queries.communities import community_model
from huiyin.estate.queries.conditions import lives_on, name_matches, not_over
from huiyin.estate.rows import HouseCard, HouseRow, PersonRow, PhoneRow
from huiyin.estate.rules import Search, house_codes, masked, read_search
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.trail.actions import record

_ROLE_ORDER = {role: place for place, role in enumerate(Occupancy.Role.values)}

# By hand: every intake asks, and the query builder would cost more than the row.
_HOUSE = """
SELECT h.*, b.code AS building_code, b.name AS building_name, b."order" AS building_order
  FROM estate_house h LEFT JOIN estate_building b ON b.id = h.building_id
 WHERE h.community_id = %s AND h.code = ANY(%s)
"""


def house_model(*, caller: Caller, community_id: int, code: str) -> House:
    """Return a house by its code in any spelling, for rooms above; NotFound when there is none."""
    admit(caller, community_id)
    code = code.strip().replace("\0", "")[:60]
    wanted = (code, *house_codes(code)) if code else ()
    rows: Any = House.objects.raw(_HOUSE, [community_id, [*wanted]])
    found = {house.code: house for house in rows}
    for one in wanted:
        if one in found:
            return _with_building(found[one])
    raise NotFound(
        _("没有房号为“%(code)s”的房屋,请检查后重新输入。") % {"code": code}, field="house"
    )


def _with_building(house: Any) -> House:
    """Hang the building that came along onto the house, so that nobody asks for it again."""
    if house.building_id is not None:
        house.building = Building(
            id=house.building_id,
            community_id=house.community_id,
            code=house.building_code,
            name=house.building_name,
            order=house.building_order,
        )
    found: House = house
    return found


def house_card(
    *,
    caller: Caller,
    community_code: str,
    house_code: str,
    on: date,
    reveal: bool = False,
    at: datetime | None = None,
) -> HouseCard:
    """Return a house with its people, vehicles and spaces on a day; phone numbers masked.

    ``reveal`` shows the numbers in full to those who may read them (Forbidden to others) and
    writes ``personal.read`` to the trail; it needs the moment ``at``.
    """
    town = community_model(caller=caller, code=community_code)
    house = house_model(caller=caller, community_id=town.pk, code=house_code)
    if reveal:
        admit_to_phones(caller, town.pk)
    people = _people(house, on, reveal=reveal)
    if reveal and any(person.phones for person in people):
        if at is None:
            raise ValueError("revealing telephone numbers needs the moment for the trail")
        record(
            action="personal.read",
            by=caller,
            at=at,
            subject=f"house:{house.pk}",
            community_id=town.pk,
            after={"house": house.code, "people": [person.id for person in people]},
        )
    return HouseCard(
        id=house.pk,
        code=house.code,
        kind=house.kind,
        area=house.area,
        handed_over_on=house.handed_over_on,
        vacant=house.vacant,
        incomplete=tuple(house.incomplete),
        remark=house.remark,
        building_id=house.building_id,
        building=house.building.name if house.building else "",
        community_id=town.pk,
        community=town.code,
        people=people,
        vehicles=tuple(house.vehicles.order_by("id").values_list("plate", flat=True)),
        spaces=tuple(house.spaces.order_by("order_key", "id").values_list("code", flat=True)),
        may_reveal=may_see_phones(caller, town.pk),
        revealed=reveal,
    )


def _people(house: House, on: date, *, reveal: bool) -> tuple[PersonRow, ...]:
    """List who holds a role in the house on a day, owners first, with their numbers."""
    roles = sorted(
        house.occupancies.select_related("person").filter(lives_on(on)),
        key=lambda one: (_ROLE_ORDER[one.role], one.pk),
    )
    phones: dict[int, list[PhoneRow]] = defaultdict(list)
    for phone in Phone.objects.filter(person__in={one.person_id for one in roles}).order_by(
        "person_id", "rank", "id"
    ):
        number = phone.number if reveal else masked(phone.number)
        phones[phone.person_id].append(PhoneRow(phone.pk, number, phone.state, phone.label))
    return tuple(
        PersonRow(
            one.person_id,
            one.person.name,
            one.person.kind,
            one.role,
            one.from_on,
            one.pk,
            tuple(phones[one.person_id]),
        )
        for one in roles
    )


def houses(
    *,
    caller: Caller,
    community_code: str,
    on: date | None = None,
    q: str = "",
    cursor: str = "",
    limit: int = 50,
) -> Page[HouseRow]:
    """Return the houses of a community in order, those that match ``q`` if it is given."""
    town = community_model(caller=caller, code=community_code)
    rows = House.objects.filter(community=town).select_related("building")
    if q.strip():
        rows = rows.filter(_house_matches(read_search(q)))
    if cursor:
        try:
            key, last = paging.read_cursor(cursor, str, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(Q(order_key__gt=key) | Q(order_key=key, id__gt=last))
    found = list(rows.order_by("order_key", "id")[: limit + 1])
    living = Occupancy.objects.filter(not_over(on), house__in=[house.pk for house in found])
    counts = dict(
        living.values("house_id")
        .annotate(n=Count("person", distinct=True))
        .values_list("house_id", "n")
    )
    return paging.page_of(
        found,
        limit,
        lambda house: HouseRow(
            house.code,
            house.kind,
            house.area,
            house.building.name if house.building else "",
            counts.get(house.pk, 0),
            tuple(house.incomplete),
            house.vacant,
        ),
        lambda house: (house.order_key, house.pk),
    )


def _house_matches(search: Search) -> Q:
    """Return the condition that a house is meant: its code, its building or one of its people."""
    match = Q(code__in=search.codes) | Q(building__name__icontains=search.text)
    if search.fragment:
        match |= Q(code__startswith=search.fragment) | Q(code__endswith=f"-{search.fragment}")
    living = Occupancy.objects.filter(until_on__isnull=True).filter(
        name_matches(search, "person__")
    )
    return match | Q(pk__in=living.values("house_id"))
