"""What the desk writes: people and their roles in time, telephones, plates, places (OWN-05)."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from huiyin.estate import actions
from huiyin.estate.models import Building, Community, House, Occupancy, Person, Phone, Vehicle
from huiyin.estate.queries import find
from huiyin.estate.tests.cast import AT, TODAY, Town, caller_with, make_town
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.trail.models import Entry

COMPANY = caller_with(None, "company_service")
APRIL = date(2026, 4, 1)


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


@pytest.fixture
def desk(town: Town) -> Caller:
    return town.caller("receptionist")


def last_entry() -> Entry:
    return Entry.objects.order_by("-id")[0]


def add(town: Town, **given: Any) -> int:
    person = {"house": "3栋1单元1202室", "name": "陈静", "role": "tenant", **given}
    by = person.pop("by", None) or town.caller("receptionist")
    return actions.add_person(by=by, at=AT, community_id=town.community.pk, **person)


def test_a_person_is_entered_and_found(town: Town, desk: Caller) -> None:
    pk = add(town, name=" 陈  静 ", phones=["139-0000-2222", "", "0755 2600 5555"], from_on=TODAY)
    person = Person.objects.get(pk=pk)
    assert (person.name, person.pinyin, person.initials) == ("陈 静", "chenjing", "cj")
    numbers = [(one.number, one.rank) for one in person.phones.order_by("rank")]
    assert numbers == [("13900002222", 0), ("075526005555", 1)]
    hits = find(caller=desk, community_id=town.community.pk, text="cj")
    assert [(hit.kind, hit.house_code) for hit in hits] == [("person", "3-1-1202")]
    assert last_entry().action == "estate.person_added"


def test_what_a_house_lacked_is_no_longer_missing(town: Town) -> None:
    House.objects.filter(pk=town.other.pk).update(incomplete=["owner", "phone"], vacant=True)
    add(town, role="owner", phones=["13900002222"])
    town.other.refresh_from_db()
    assert (town.other.incomplete, town.other.vacant) == ([], False)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"role": "king"}, "role"),
        ({"phones": ["12345"]}, "phone"),
        ({"phones": ["138****5678"]}, "phone"),
        ({"phones": ["13900002222", "139 0000 2222"]}, "phone"),
        ({"house": "9-9-999"}, "house"),
    ],
)
def test_a_person_that_cannot_be_is_refused_whole(
    town: Town, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Exception, match=r".") as refusal:
        add(town, **given)
    assert refusal.value.field == field  # type: ignore[attr-defined]
    assert Person.objects.count() == 2
    assert not Entry.objects.exists()


def test_roles_begin_and_end(town: Town, desk: Caller) -> None:
    made = actions.give_role(
        by=desk, at=AT, person_id=town.owner.pk, house="3-1-1202", role="owner", from_on=TODAY
    )
    with pytest.raises(actions.UnableToGiveRole):
        actions.give_role(
            by=desk, at=AT, person_id=town.owner.pk, house="3-1-1202", role="owner", from_on=APRIL
        )
    with pytest.raises(actions.UnableToEndRole):
        actions.end_occupancy(by=desk, at=AT, occupancy_id=made, until_on=TODAY)
    actions.end_occupancy(by=desk, at=AT, occupancy_id=made, until_on=APRIL, reason="卖出")
    assert Occupancy.objects.get(pk=made).until_on == APRIL
    assert (last_entry().action, last_entry().reason) == ("estate.role_ended", "卖出")
    with pytest.raises(actions.UnableToEndRole):
        actions.end_occupancy(by=desk, at=AT, occupancy_id=made, until_on=APRIL)
    with pytest.raises(NotFound):
        actions.end_occupancy(by=desk, at=AT, occupancy_id=10**9, until_on=APRIL)


def test_a_name_is_corrected(town: Town, desk: Caller) -> None:
    edit = {"by": desk, "at": AT, "person_id": town.owner.pk}
    actions.edit_person(**edit, name="单丽", pinyin="Shan Li", initials="sl")  # type: ignore[arg-type]
    town.owner.refresh_from_db()
    assert (town.owner.pinyin, town.owner.initials) == ("shanli", "sl")
    actions.edit_person(**edit, name="单丽")  # type: ignore[arg-type]
    assert Entry.objects.count() == 1
    actions.edit_person(**edit, name="王芳")  # type: ignore[arg-type]
    town.owner.refresh_from_db()
    assert town.owner.initials == "wf"
    for wrong in ({"name": ""}, {"name": "王", "pinyin": "wáng"}, {"name": "王", "initials": "w!"}):
        with pytest.raises(actions.UnableToEditPerson):
            actions.edit_person(**edit, **wrong)  # type: ignore[arg-type]


def test_a_number_has_a_state(town: Town, desk: Caller) -> None:
    phone = town.owner.phones.get(rank=0)
    state = {"by": desk, "at": AT, "phone_id": phone.pk}
    actions.set_phone_state(**state, state="unreachable", reason="三次未接")  # type: ignore[arg-type]
    actions.set_phone_state(**state, state="unreachable")  # type: ignore[arg-type]
    phone.refresh_from_db()
    assert phone.state == "unreachable"
    entry = Entry.objects.get()
    assert entry.before == {"number": "138****5678", "state": "good"}
    with pytest.raises(actions.UnableToSetPhoneState):
        actions.set_phone_state(**state, state="tired")  # type: ignore[arg-type]
    actions.remove_phone(by=desk, at=AT, phone_id=phone.pk, reason="录错")
    with pytest.raises(NotFound):
        actions.remove_phone(by=desk, at=AT, phone_id=phone.pk)
    made = actions.add_phone(
        by=desk, at=AT, person_id=town.owner.pk, number="13811112222", label="妻子"
    )
    assert Phone.objects.get(pk=made).rank == 2
    assert "13811112222" not in str(last_entry().after)


def test_cars_come_and_go(town: Town, desk: Caller) -> None:
    car = {"by": desk, "at": AT, "community_id": town.community.pk, "house": "3-1-1202"}
    actions.add_vehicle(**car, plate="粤b·6789k")  # type: ignore[arg-type]
    assert town.other.vehicles.get().plate == "粤B6789K"
    for wrong in ("粤B6789K", "hello", ""):
        with pytest.raises(actions.UnableToAddVehicle):
            actions.add_vehicle(**car, plate=wrong)  # type: ignore[arg-type]
    actions.remove_vehicle(**car, plate="粤B6789K")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        actions.remove_vehicle(**car, plate="粤B6789K")  # type: ignore[arg-type]
    assert Vehicle.objects.count() == 1


def test_places_are_made_by_hand(town: Town) -> None:
    pk = actions.create_community(by=COMPANY, at=AT, code="QT", name="晴天里", zone="Asia/Urumqi")
    make = {"by": COMPANY, "at": AT, "community_id": pk}
    actions.create_house(**make, code="2栋3单元401", area=Decimal("88.00"))  # type: ignore[arg-type]
    actions.create_house(**make, code="10栋101")  # type: ignore[arg-type]
    actions.create_house(**make, code="商铺S1", kind="shop")  # type: ignore[arg-type]
    actions.create_house(**make, code="负一层7号", kind="parking")  # type: ignore[arg-type]
    rows = House.objects.filter(community_id=pk).order_by("order_key")
    assert [one.code for one in rows] == ["2-3-401", "10-101", "S-01", "B1-007"]
    assert [one.name for one in Building.objects.filter(community_id=pk).order_by("order")] == [
        "2栋",
        "10栋",
    ]
    for wrong, refused in (
        ({"code": "2-3-401"}, actions.UnableToMakePlace),
        ({"code": "呵呵"}, actions.UnableToMakePlace),
        ({"code": "2-3-402", "kind": "castle"}, actions.UnableToMakePlace),
        ({"code": "2-3-402", "area": Decimal(0)}, actions.UnableToEditHouse),
    ):
        with pytest.raises(refused):
            actions.create_house(**make, **wrong)  # type: ignore[arg-type]
    for code in ("2", "#"):
        with pytest.raises(actions.UnableToMakePlace):
            actions.create_building(**make, code=code)  # type: ignore[arg-type]
    for bad in ({"code": "q t"}, {"code": "QT"}, {"name": ""}, {"zone": "Mars/Base"}):
        with pytest.raises(actions.UnableToMakePlace):
            actions.create_community(by=COMPANY, at=AT, **{"code": "ZZ", "name": "z", **bad})
    with pytest.raises(Forbidden):
        actions.create_community(by=town.caller("manager"), at=AT, code="ZZ", name="z")


def test_a_house_is_corrected(town: Town, desk: Caller) -> None:
    House.objects.filter(pk=town.flat.pk).update(area=None, incomplete=["area", "phone"])
    edit: dict[str, Any] = {
        "by": desk,
        "at": AT,
        "community_id": town.community.pk,
        "house": "3-1-1201",
        "handed_over_on": date(2021, 3, 30),
        "vacant": False,
    }
    actions.edit_house(**edit, area=Decimal("98.50"))
    actions.edit_house(**edit, area=Decimal("98.50"))
    town.flat.refresh_from_db()
    assert (town.flat.area, town.flat.incomplete) == (Decimal("98.50"), ["phone"])
    assert Entry.objects.get().after == {
        "area": "98.50",
        "handed_over_on": "2021-03-30",
        "vacant": False,
        "remark": "",
    }
    with pytest.raises(actions.UnableToEditHouse):
        actions.edit_house(**edit, area=Decimal(-1))


def every_write(town: Town) -> list[Callable[[Caller], object]]:
    pk, owner = town.community.pk, town.owner.pk
    phone = town.owner.phones.get(rank=0).pk
    role = Occupancy.objects.get(person=town.owner).pk
    return [
        lambda by: add(town, by=by),
        lambda by: actions.give_role(
            by=by, at=AT, person_id=owner, house="3-1-1202", role="tenant"
        ),
        lambda by: actions.end_occupancy(by=by, at=AT, occupancy_id=role, until_on=APRIL),
        lambda by: actions.edit_person(by=by, at=AT, person_id=owner, name="x"),
        lambda by: actions.add_phone(by=by, at=AT, person_id=owner, number="13811112222"),
        lambda by: actions.set_phone_state(by=by, at=AT, phone_id=phone, state="wrong"),
        lambda by: actions.remove_phone(by=by, at=AT, phone_id=phone),
        lambda by: actions.add_vehicle(
            by=by, at=AT, community_id=pk, house="3-1-1201", plate="粤B6789K"
        ),
        lambda by: actions.remove_vehicle(
            by=by, at=AT, community_id=pk, house="3-1-1201", plate="粤B12345"
        ),
        lambda by: actions.create_building(by=by, at=AT, community_id=pk, code="9"),
        lambda by: actions.create_house(by=by, at=AT, community_id=pk, code="9-101"),
        lambda by: actions.edit_house(
            by=by,
            at=AT,
            community_id=pk,
            house="3-1-1201",
            area=None,
            handed_over_on=None,
            vacant=True,
        ),
    ]


@pytest.mark.rule("HR-01")
def test_strangers_find_nothing_and_guards_may_not(town: Town) -> None:
    stranger, guard = make_town("CH").caller("manager"), town.caller("guard")
    for write in every_write(town):
        with pytest.raises(NotFound):
            write(stranger)
        with pytest.raises(Forbidden):
            write(guard)
    assert not Entry.objects.exists()
    for write in every_write(town):
        with transaction.atomic():
            write(town.caller("keeper"))
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_get_the_same_number() -> None:
    community = Community.objects.create(code="YG", name="阳光花园")
    given: list[int] = []

    def take() -> None:
        try:
            for _turn in range(10):
                given.append(actions.next_number(community_id=community.pk, series="m:1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(given) == list(range(1, 41))
    assert actions.next_number(community_id=community.pk, series="m:2") == 1
