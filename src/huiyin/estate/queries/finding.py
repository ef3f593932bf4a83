"""The one box of the desk: houses, people, phones and plates as you type (REC-02)."""

from datetime import date

from django.db.models import Q

from huiyin.estate.access import admit
from huiyin.estate.models import House, Occupancy, Person, Vehicle
from huiyin.estate.queries.conditions import name_matches, not_over
from huiyin.estate.rows import Hit
from huiyin.estate.rules import Search, masked, read_search
from huiyin.estate.titles import kind_title, role_title
from huiyin.kernel.caller import Caller


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
    """Find people by name: first who, then where they live, so that 王 costs no join of all."""
    people = (
        Person.objects.filter(name_matches(search), community_id=community_id)
        .order_by("pinyin", "id")
        .values_list("pk", flat=True)[: limit * 3]
    )
    rows = (
        Occupancy.objects.select_related("person", "house")
        .filter(not_over(on), person__in=list(people))
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
            not_over(on),
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
