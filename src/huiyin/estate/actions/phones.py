"""Telephone numbers of people and plates of their cars."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from huiyin.estate.access import admit_to_edit
from huiyin.estate.models import House, Person, Phone, Vehicle
from huiyin.estate.queries import house_model
from huiyin.estate.roster.names import read_plates
from huiyin.estate.roster.phones import read_number
from huiyin.estate.roster.text import Unreadable
from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.trail.actions import record

LONGEST_LABEL = 20
LACKS_PHONE = "phone"


class UnableToAddPhone(BadInput):
    """It is no telephone number, or the person has it already."""


class UnableToSetPhoneState(BadInput):
    """There is no such state."""


class UnableToAddVehicle(BadInput):
    """It is no plate, or the house has it already."""


def person_of(caller: Caller, person_id: int) -> Person:
    """Return a person, locked, whose papers the caller may change; NotFound to strangers."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None or not caller.works_in(person.community_id):
        raise NotFound(_("没有这位住户。"))
    admit_to_edit(caller, person.community_id)
    return person


@transaction.atomic
def add_phone(*, by: Caller, at: datetime, person_id: int, number: str, label: str = "") -> int:
    """Add a telephone number to a person, to be called after the others; return its id."""
    person = person_of(by, person_id)
    phone = enter_phone(person, number, label)
    record(
        action="estate.phone_added",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=person.community_id,
        after={"number": masked(phone.number), "label": phone.label},
    )
    return phone.pk


def enter_phone(person: Person, number: str, label: str = "") -> Phone:
    """Write a number; the person's houses no longer lack one."""
    digits = read_number(number.strip())
    if digits is None:
        raise UnableToAddPhone(
            _("“%(number)s”不是有效的电话号码。") % {"number": number.strip()[:24]}, field="phone"
        )
    if person.phones.filter(number=digits).exists():
        raise UnableToAddPhone(_("%(name)s 已有这个号码。") % {"name": person.name}, field="phone")
    last = person.phones.aggregate(last=Max("rank"))["last"]
    phone = Phone.objects.create(
        person=person,
        number=digits,
        label=label.strip()[:LONGEST_LABEL],
        rank=0 if last is None else last + 1,
    )
    houses = House.objects.filter(
        Q(occupancies__until_on__isnull=True),
        occupancies__person=person,
        incomplete__contains=[LACKS_PHONE],
    )
    for house in houses:
        house.incomplete = [one for one in house.incomplete if one != LACKS_PHONE]
        house.save(update_fields=["incomplete"])
    return phone


def enter_phones(person: Person, numbers: Iterable[str]) -> None:
    """Write several numbers, blanks left out."""
    for number in numbers:
        if number.strip():
            enter_phone(person, number)


@transaction.atomic
def set_phone_state(
    *, by: Caller, at: datetime, phone_id: int, state: str, reason: str = ""
) -> None:
    """Note what a call to the number found: good, out of service, wrong, unreachable (DUN-05)."""
    if state not in Phone.State.values:
        raise UnableToSetPhoneState(_("没有这种号码状态。"), field="state")
    phone = _phone(by, phone_id)
    before, phone.state = phone.state, state
    if before == state:
        return
    phone.save(update_fields=["state"])
    record(
        action="estate.phone_state_set",
        by=by,
        at=at,
        subject=f"person:{phone.person_id}",
        community_id=phone.person.community_id,
        before={"number": masked(phone.number), "state": before},
        after={"state": state},
        reason=reason,
    )


@transaction.atomic
def remove_phone(*, by: Caller, at: datetime, phone_id: int, reason: str = "") -> None:
    """Take a number that was entered by mistake away."""
    phone = _phone(by, phone_id)
    phone.delete()
    record(
        action="estate.phone_removed",
        by=by,
        at=at,
        subject=f"person:{phone.person_id}",
        community_id=phone.person.community_id,
        before={"number": masked(phone.number), "label": phone.label},
        reason=reason,
    )


def _phone(caller: Caller, phone_id: int) -> Phone:
    phone = Phone.objects.select_related("person").filter(pk=phone_id).first()
    if phone is None or not caller.works_in(phone.person.community_id):
        raise NotFound(_("没有这个号码。"))
    person_of(caller, phone.person_id)
    return phone


@transaction.atomic
def add_vehicle(*, by: Caller, at: datetime, community_id: int, house: str, plate: str) -> int:
    """Note a car that goes with a house; return its id."""
    admit_to_edit(by, community_id)
    place = house_model(caller=by, community_id=community_id, code=house)
    try:
        plates = read_plates(plate)
    except Unreadable:
        plates = ()
    if len(plates) != 1:
        raise UnableToAddVehicle(
            _("“%(plate)s”不是有效的车牌。") % {"plate": plate.strip()[:12]}, field="plate"
        )
    vehicle, created = Vehicle.objects.get_or_create(
        community_id=community_id, house=place, plate=plates[0]
    )
    if not created:
        raise UnableToAddVehicle(_("这套房屋已登记这个车牌。"), field="plate")
    record(
        action="estate.vehicle_added",
        by=by,
        at=at,
        subject=f"house:{place.pk}",
        community_id=community_id,
        after={"plate": vehicle.plate},
    )
    return vehicle.pk


@transaction.atomic
def remove_vehicle(*, by: Caller, at: datetime, community_id: int, house: str, plate: str) -> None:
    """Take a car away from a house."""
    admit_to_edit(by, community_id)
    place = house_model(caller=by, community_id=community_id, code=house)
    vehicle = place.vehicles.filter(plate=plate).first()
    if vehicle is None:
        raise NotFound(_("这套房屋没有登记这个车牌。"), field="plate")
    vehicle.delete()
    record(
        action="estate.vehicle_removed",
        by=by,
        at=at,
        subject=f"house:{place.pk}",
        community_id=community_id,
        before={"plate": plate},
    )
