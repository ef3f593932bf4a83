"""Reads of the estate, each narrowed to the communities in which the caller works."""

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.estate.access import admit, admit_to_phones, may_see_phones
from huiyin.estate.models import Community, House, Occupancy, Phone, Vehicle
from huiyin.estate.roster.phones import read_number
from huiyin.estate.rows import (
    CallerRow,
    CommunityRow,
    Hit,
    HouseCard,
    HouseRow,
    PersonRow,
    PhoneRow,
)
from huiyin.estate.rules import Search, house_codes, masked, phone_fragment, read_search
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.trail.actions import record

__all__ = [
    "CallerRow",
    "CommunityRow",
    "Hit",
    "HouseCard",
    "HouseRow",
    "PersonRow",
    "PhoneRow",
    "callers",
    "communities",
    "community",
    "community_model",
    "find",
    "house_card",
    "house_model",
    "houses",
    "role_title",
]

_LOCAL_NUMBER = 8
_ROLE_ORDER = {role: place for place, role in enumerate(Occupancy.Role.values)}


def role_title(role: str) -> str:
    """Say a role in the reader's language."""
    return {
        "owner": _("业主"),
        "co_owner": _("共有人"),
        "tenant": _("租户"),
        "company": _("公司"),
        "developer": _("开发商"),
    }.get(role, role)


def kind_title(kind: str) -> str:
    """Say a kind of house in the reader's language."""
    return {
        "flat": _("住宅"),
        "shop": _("商铺"),
        "office": _("写字楼"),
        "parking": _("车位"),
    }.get(kind, kind)


# -- communities


def communities(*, caller: Caller) -> tuple[CommunityRow, ...]:
    """Return the communities in which the caller works, in order of code."""
    return tuple(_community_row(one) for one in _mine(caller).order_by("code"))


def community(*, caller: Caller, code: str) -> CommunityRow:
    """Return a community by its code; NotFound when there is none or it is not the caller's."""
    return _community_row(community_model(caller=caller, code=code))


def community_model(*, caller: Caller, code: str) -> Community:
    """Return the community itself, for rooms above; NotFound as in :func:`community`."""
    found = _mine(caller).filter(code=code).first()
    if found is None:
        raise NotFound(_("没有这个小区,或您不在该小区任职。"), field="community")
    return found


def _mine(caller: Caller) -> QuerySet[Community]:
    if caller.everywhere:
        return Community.objects.all()
    return Community.objects.filter(pk__in=caller.community_ids)


def _community_row(one: Community) -> CommunityRow:
    return CommunityRow(one.pk, one.code, one.name, one.zone, one.phone, one.calendar_version)


# -- houses


def house_model(*, caller: Caller, community_id: int, code: str) -> House:
    """Return a house by its code in any spelling, for rooms above; NotFound when there is none."""
    admit(caller, community_id)
    code = code.strip().replace("\0", "")[:60]
    wanted = (code, *house_codes(code)) if code else ()
    found = {
        house.code: house
        for house in House.objects.select_related("building").filter(
            community_id=community_id, code__in=wanted
        )
    }
    for one in wanted:
        if one in found:
            return found[one]
    raise NotFound(
        _("没有房号为“%(code)s”的房屋,请检查后重新输入。") % {"code": code}, field="house"
    )


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


def lives_on(on: date, prefix: str = "") -> Q:
    """Return the condition that a role is held on a day; ``prefix`` is the path to the role."""
    return (
        Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": on})
    ) & _not_over(on, prefix)


def _not_over(on: date | None, prefix: str = "") -> Q:
    still = Q(**{f"{prefix}until_on__isnull": True})
    return still if on is None else still | Q(**{f"{prefix}until_on__gt": on})


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
    living = Occupancy.objects.filter(_not_over(on), house__in=[house.pk for house in found])
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
    living = Occupancy.objects.filter(until_on__isnull=True).filter(_name_matches(search))
    return match | Q(pk__in=living.values("house_id"))


def _name_matches(search: Search) -> Q:
    match = Q(person__name__contains=search.text)
    if search.letters:
        match |= Q(person__initials__startswith=search.letters)
        match |= Q(person__pinyin__startswith=search.letters)
    return match


# -- the one box


def find(
    *, caller: Caller, community_id: int, text: str, on: date | None = None, limit: int = 12
) -> tuple[Hit, ...]:
    """Find houses, people, phones and plates as you type, the exact house first.

    At most four queries. Phone numbers come back masked.
    """
    admit(caller, community_id)
    search = read_search(text)
    if not search.text:
        return ()
    hits: list[Hit] = []
    hits += _houses_found(community_id, search, limit)
    if search.phone:
        hits += _phones_found(community_id, search.phone, on, limit)
    else:
        hits += _people_found(community_id, search, on, limit)
    if search.plate:
        hits += _plates_found(community_id, search.plate, limit)
    return tuple(hits[:limit])


def _houses_found(community_id: int, search: Search, limit: int) -> list[Hit]:
    match = Q(code__in=search.codes)
    if search.fragment:
        match |= Q(code__startswith=search.fragment) | Q(code__endswith=f"-{search.fragment}")
    if not match.children or not (search.codes or search.fragment):
        return []
    most = max(limit // 2, 1) if search.phone else limit
    rows = (
        House.objects.select_related("building")
        .filter(match, community_id=community_id)
        .order_by("order_key", "id")[: limit * 4]
    )
    exact = {code: place for place, code in enumerate(search.codes)}
    best = sorted(rows, key=lambda house: exact.get(house.code, len(exact)))[:most]
    return [
        Hit(
            "house",
            house.code,
            " · ".join(
                part
                for part in (
                    house.building.name if house.building else "",
                    kind_title(house.kind),
                    f"{house.area} m²" if house.area else "",
                )
                if part
            ),
            house.code,
        )
        for house in best
    ]


def _people_found(community_id: int, search: Search, on: date | None, limit: int) -> list[Hit]:
    rows = (
        Occupancy.objects.select_related("person", "house")
        .filter(
            _not_over(on),
            _name_matches(search),
            person__community_id=community_id,
            house__community_id=community_id,
        )
        .order_by("person__pinyin", "person_id", "house__order_key", "id")[:limit]
    )
    return [
        Hit(
            "person",
            one.person.name,
            f"{one.house.code} · {role_title(one.role)}",
            one.house.code,
            one.person_id,
        )
        for one in rows
    ]


def _phones_found(community_id: int, digits: str, on: date | None, limit: int) -> list[Hit]:
    rows = (
        Occupancy.objects.filter(
            _not_over(on),
            house__community_id=community_id,
            person__phones__number__contains=digits,
        )
        .order_by("person__phones__rank", "house__order_key", "id")
        .values_list("person_id", "person__name", "role", "house__code", "person__phones__number")[
            :limit
        ]
    )
    return [
        Hit(
            "phone",
            name,
            f"{code} · {role_title(role)} · {masked(number)}",
            code,
            person_id,
            masked(number),
        )
        for person_id, name, role, code, number in rows
    ]


def _plates_found(community_id: int, plate: str, limit: int) -> list[Hit]:
    rows = (
        Vehicle.objects.select_related("house")
        .filter(community_id=community_id, plate__contains=plate)
        .order_by("plate", "id")[:limit]
    )
    return [Hit("plate", one.plate, one.house.code, one.house.code) for one in rows]


# -- who may be calling


def callers(
    *, caller: Caller, phone: str, on: date, community_code: str | None = None
) -> tuple[CallerRow, ...]:
    """Return everybody known under a number in the caller's communities: candidates, never a guess.

    A number without its area code matches a landline by its end. One query.
    """
    digits = read_number(phone) or phone_fragment(phone)
    if not digits:
        return ()
    number = Q(person__phones__number=digits)
    if len(digits) in (_LOCAL_NUMBER - 1, _LOCAL_NUMBER):
        number |= Q(person__phones__number__endswith=digits, person__phones__number__startswith="0")
    towns = _mine(caller)
    if community_code:
        towns = towns.filter(code=community_code)
    rows = (
        Occupancy.objects.filter(lives_on(on), number, house__community__in=towns)
        .order_by("house__community__code", "person__phones__rank", "house__order_key", "id")
        .values_list(
            "house__community__code",
            "house__community__name",
            "person_id",
            "person__name",
            "role",
            "house__code",
            "person__phones__state",
        )
    )
    return tuple(CallerRow(*row) for row in rows[:50])
