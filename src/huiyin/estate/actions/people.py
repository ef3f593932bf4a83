"""People and the roles they hold in houses from one day to another (OWN-05)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.estate.access import admit_to_edit
from huiyin.estate.actions.phones import enter_phones, person_of
from huiyin.estate.models import House, Occupancy, Person
from huiyin.estate.pinyin import romanise
from huiyin.estate.queries import house_model
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.trail.actions import record

LONGEST_NAME = 80
LACKS_OWNER = "owner"


class UnableToAddPerson(BadInput):
    """The name is missing or too long."""


class UnableToEditPerson(BadInput):
    """The name or its pinyin cannot be used."""


class UnableToGiveRole(BadInput):
    """There is no such role, or the person holds it already."""


class UnableToEndRole(WrongState):
    """The role has ended already, or would end before it began."""


@transaction.atomic
def add_person(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    house: str,
    name: str,
    role: str,
    phones: Sequence[str] = (),
    kind: str = Person.Kind.PERSON,
    from_on: date | None = None,
) -> int:
    """Enter a person or company in a role of a house; return the person's id."""
    admit_to_edit(by, community_id)
    place = house_model(caller=by, community_id=community_id, code=house)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise UnableToAddPerson(_("请填写姓名(不超过 80 字)。"), field="name")
    if kind not in Person.Kind.values:
        raise UnableToAddPerson(_("请选择个人或公司。"), field="kind")
    pinyin, initials = romanise(name)
    person = Person.objects.create(
        community_id=community_id, kind=kind, name=name, pinyin=pinyin, initials=initials
    )
    _give(person, place, role, from_on)
    enter_phones(person, phones)
    record(
        action="estate.person_added",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=community_id,
        after={"name": name, "kind": kind, "house": place.code, "role": role, "from_on": from_on},
    )
    return person.pk


@transaction.atomic
def give_role(
    *, by: Caller, at: datetime, person_id: int, house: str, role: str, from_on: date | None = None
) -> int:
    """Give somebody already known a role in a house; return the id of the occupancy."""
    person = person_of(by, person_id)
    place = house_model(caller=by, community_id=person.community_id, code=house)
    occupancy = _give(person, place, role, from_on)
    record(
        action="estate.role_given",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=person.community_id,
        after={"house": place.code, "role": role, "from_on": from_on},
    )
    return occupancy.pk


def _give(person: Person, house: House, role: str, from_on: date | None) -> Occupancy:
    """Write a role; the house is no longer empty and no longer lacks its owner."""
    if role not in Occupancy.Role.values:
        raise UnableToGiveRole(_("没有这种身份,请从列表中选择。"), field="role")
    held = Q(until_on__isnull=True)
    if from_on is not None:
        held |= Q(until_on__gt=from_on)
    if person.occupancies.filter(held, house=house, role=role).exists():
        raise UnableToGiveRole(
            _("%(name)s 在 %(house)s 已是这个身份。") % {"name": person.name, "house": house.code},
            field="role",
        )
    occupancy = Occupancy.objects.create(house=house, person=person, role=role, from_on=from_on)
    if role != Occupancy.Role.DEVELOPER:
        house.vacant = False
    if role == Occupancy.Role.OWNER:
        house.incomplete = [one for one in house.incomplete if one != LACKS_OWNER]
    house.save(update_fields=["vacant", "incomplete"])
    return occupancy


@transaction.atomic
def end_occupancy(
    *, by: Caller, at: datetime, occupancy_id: int, until_on: date, reason: str = ""
) -> None:
    """End a role; ``until_on`` is the first day on which it is no longer held."""
    occupancy = (
        Occupancy.objects.select_for_update(no_key=True, of=("self",))
        .select_related("house", "person")
        .filter(pk=occupancy_id)
        .first()
    )
    if occupancy is None or not by.works_in(occupancy.house.community_id):
        raise NotFound(_("没有这条住户记录。"))
    admit_to_edit(by, occupancy.house.community_id)
    if occupancy.until_on is not None:
        raise UnableToEndRole(
            _("这个身份已于 %(day)s 结束。") % {"day": occupancy.until_on.isoformat()}
        )
    if occupancy.from_on is not None and until_on <= occupancy.from_on:
        raise UnableToEndRole(
            _("结束日期必须晚于开始日期 %(day)s。") % {"day": occupancy.from_on.isoformat()},
            field="until_on",
        )
    occupancy.until_on = until_on
    occupancy.save(update_fields=["until_on"])
    record(
        action="estate.role_ended",
        by=by,
        at=at,
        subject=f"person:{occupancy.person_id}",
        community_id=occupancy.house.community_id,
        before={"house": occupancy.house.code, "role": occupancy.role, "until_on": None},
        after={"until_on": until_on},
        reason=reason,
    )


@transaction.atomic
def edit_person(
    *,
    by: Caller,
    at: datetime,
    person_id: int,
    name: str,
    pinyin: str | None = None,
    initials: str | None = None,
    reason: str = "",
) -> None:
    """Correct a name and how it is spelt in pinyin; a new name is spelt anew unless given."""
    person = person_of(by, person_id)
    before = {"name": person.name, "pinyin": person.pinyin, "initials": person.initials}
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise UnableToEditPerson(_("请填写姓名(不超过 80 字)。"), field="name")
    if name != person.name:
        person.name = name
        person.pinyin, person.initials = romanise(name)
    if pinyin is not None:
        person.pinyin = _letters(pinyin, "pinyin", 200)
    if initials is not None:
        person.initials = _letters(initials, "initials", 40)
    after = {"name": person.name, "pinyin": person.pinyin, "initials": person.initials}
    if after == before:
        return
    person.save(update_fields=["name", "pinyin", "initials"])
    record(
        action="estate.person_edited",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=person.community_id,
        before=before,
        after=after,
        reason=reason,
    )


def _letters(text: str, field: str, longest: int) -> str:
    letters = "".join(text.split()).lower()
    if not letters.isascii() or not (letters.isalnum() or not letters) or len(letters) > longest:
        raise UnableToEditPerson(_("拼音只能用字母和数字。"), field=field)
    return letters
