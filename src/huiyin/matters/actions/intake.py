"""Reception: a call, visit or letter becomes a matter with an owner and clocks (REC-02…REC-06)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import actions as estate_actions
from huiyin.estate import queries as estate
from huiyin.estate.models import House, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.kernel.numbering import daily_number, series_of
from huiyin.matters import titles
from huiyin.matters.actions.core import Work, finish_work, record, tell
from huiyin.matters.kinds import CHANNELS, KINDS, OWNER_CHANNELS
from huiyin.matters.models import Matter, Photo
from huiyin.staff import queries as staff
from huiyin.staff.models import Employee
from huiyin.staff.rules import Directory, Duty
from huiyin.standards import queries as standards
from huiyin.standards.document import Standard

MAX_TEXT = 4000
MAX_PHOTOS = 9


class UnableToReceive(BadInput):
    """Something given about a new matter cannot be taken as it is."""


class NobodyToOwn(WrongState):
    """The community has no staff at all, so nobody could answer for a matter."""


@transaction.atomic
def receive_matter(
    *,
    by: Caller,
    at: datetime,
    community: str,
    channel: str,
    kind: str,
    text: str,
    house: str | None = None,
    phone: str = "",
    caller: str = "",
    anonymous: bool = False,
    important: bool = False,
    first_heard_by: str | None = None,
    about_employee: str | None = None,
    place: str = "",
    photos: Sequence[int] = (),
    owner: str | None = None,
) -> str:
    """Receive a matter, give it an owner, start its clocks, tell who must know; return its number.

    1. Community, house and employees are given by code; strangers get NotFound.
    2. Who raised it is found by telephone within the house, or the house's people; never guessed.
    3. The owner is the post that the standard names for the kind, or ``owner`` where a procedure
       names the employee; when off duty the delegate, then the assistant, then the manager.
    4. ``received`` starts the clocks; an emergency tells everybody at once (CMP-03).

    Raises NotFound, UnableToReceive (field named), NobodyToOwn.
    """
    _check(channel, kind, text, photos)
    place_row = estate.community(caller=by, code=community)
    house_model = (
        estate.house_model(caller=by, community_id=place_row.id, code=house) if house else None
    )
    version_id, standard = standards.current(community_id=place_row.id, at=at)
    staff_now = staff.directory(community_id=place_row.id, at=at, zone=place_row.zone)
    follower = _employee(first_heard_by, place_row.id, at, "first_heard_by")
    about = _employee(about_employee, place_row.id, at, "about_employee")
    staff_now = staff_now.without(about.pk if about else None)
    wanted = _employee(owner, place_row.id, at, "owner")
    first = (
        staff_now.stand_in(wanted.pk)
        if wanted
        else default_owner(
            standard=standard,
            kind=kind,
            important=important,
            house=house_model,
            staff_now=staff_now,
            at=at,
            zone=place_row.zone,
            not_employee_id=about.pk if about else None,
        )
    )
    if first is None:
        raise NobodyToOwn(_("这个小区还没有登记员工,无法受理。请先登记员工和岗位。"))
    serious = important and kind.startswith("complaint")
    if serious and follower is None:
        # The supervisor tracks a serious complaint in person (CMP-10).
        tracking = [one for one in staff_now.on_duty("supervisor") if one.id != first.id]
        follower_id = tracking[0].id if tracking else None
    else:
        follower_id = follower.pk if follower else None
    person = None if anonymous else _person(house_model, phone, caller)
    day = staff.local_day(at, place_row.zone)
    count = estate_actions.next_number(
        community_id=place_row.id, series=series_of("matter", day), at=at
    )
    matter = Matter(
        community_id=place_row.id,
        number=daily_number(place_row.code, day, count),
        kind=kind,
        channel=channel,
        text=text.strip(),
        house=house_model,
        place=place.strip()[:80],
        person=person,
        caller_name="" if anonymous else (caller.strip() or (person.name if person else ""))[:40],
        caller_phone="" if anonymous else phone.strip()[:24],
        anonymous=anonymous,
        important=important,
        received_at=at,
        received_by_id=by.employee_id,
        follower_id=follower_id,
        owner_id=first.id,
        about_employee=about,
        standard_id=version_id,
    )
    calendar = standards.calendar(
        (place_row.id, place_row.zone, place_row.calendar_version), standard
    )
    work = Work(matter=matter, standard=standard, calendar=calendar, by=by, at=at, _staff=staff_now)
    matter.save(force_insert=True)
    _attach(matter, photos, by, at)
    record(
        work,
        "received",
        text=matter.text,
        via=channel,
        contact=channel in OWNER_CHANNELS and not anonymous,
        data={"owner": first.code},
    )
    if not standard_is_emergency(standard, kind, important):
        subject = _("新%(kind)s %(number)s,请安排") % {
            "kind": titles.KINDS[kind],
            "number": matter.number,
        }
        tell(work, first, "received", subject)
    if important and not serious:
        tell_manager(work)
    return finish_work(work)


def tell_manager(work: Work) -> None:
    """Report an important matter to the manager, or who acts for the manager (REC-09)."""
    subject = _("重要事项 %(number)s(%(kind)s),请关注") % {
        "number": work.matter.number,
        "kind": titles.KINDS[work.matter.kind],
    }
    for person in work.staff.on_duty("manager") or work.staff.floor():
        tell(work, person, "important", subject)


def standard_is_emergency(standard: Standard, kind: str, important: bool) -> bool:
    """Tell whether the standard calls everybody at once for a kind, so that no more is needed."""
    return any(
        clause.emergency and clause.ladder and clause.ladder[0].at == "start"
        for clause in standard.clauses_for(kind, important)
    )


def default_owner(
    *,
    standard: Standard,
    kind: str,
    important: bool,
    house: House | None,
    staff_now: Directory,
    at: datetime,
    zone: str,
    not_employee_id: int | None = None,
) -> Duty | None:
    """Return who owns a new matter: the keeper of the building, or the post that the kind names.

    An important complaint goes to the person in charge (CMP-04, CMP-10). Nobody judges a complaint
    about themselves: then it goes to the manager.
    """
    serious = important and kind.startswith("complaint")
    posts = ("manager", "assistant") if serious else standard.owner_posts(kind)
    for post in posts:
        if post == "keeper":
            keeper = staff.keeper_id_of(
                building_id=house.building_id if house else None, on=staff.local_day(at, zone)
            )
            if keeper is not None and keeper != not_employee_id:
                return staff_now.stand_in(keeper)
            if house is not None:
                continue
        acting = [one for one in staff_now.on_duty(post) if one.id != not_employee_id]
        if acting:
            return acting[0]
        if away := [one for one in staff_now.holders(post) if one.id != not_employee_id]:
            return staff_now.stand_in(away[0].id)
    return staff_now.stand_in(None)


def _check(channel: str, kind: str, text: str, photos: Sequence[int]) -> None:
    if channel not in CHANNELS:
        raise UnableToReceive(_("没有“%(it)s”这个来源渠道。") % {"it": channel}, field="channel")
    if kind not in KINDS:
        raise UnableToReceive(_("没有“%(it)s”这个类别。") % {"it": kind}, field="kind")
    check_text(text, "text")
    if len(photos) > MAX_PHOTOS:
        raise UnableToReceive(
            _("照片最多 %(n)d 张。") % {"n": MAX_PHOTOS},
            field="photos",
        )


def check_text(text: str, field: str) -> str:
    """Return the text without surrounding blanks, or raise BadInput naming the field."""
    text = text.strip()
    if not text:
        raise BadInput(_("请填写内容。"), field=field)
    if len(text) > MAX_TEXT:
        raise BadInput(
            _("内容最多 %(max)d 字,现在有 %(now)d 字,请分几次记录。")
            % {"max": MAX_TEXT, "now": len(text)},
            field=field,
        )
    if "\x00" in text:
        raise BadInput(_("内容里有无法保存的字符,请删掉后再提交。"), field=field)
    return text


def _employee(code: str | None, community_id: int, at: datetime, field: str) -> Employee | None:
    if not code:
        return None
    return staff.employee_model(code=code, community_id=community_id, at=at, field=field)


_BY_NAME = """
SELECT DISTINCT p.* FROM estate_person p JOIN estate_occupancy o ON o.person_id = p.id
 WHERE o.house_id = %s AND o.until_on IS NULL AND p.name = %s LIMIT 2
"""
_BY_PHONE = """
SELECT DISTINCT p.* FROM estate_person p JOIN estate_occupancy o ON o.person_id = p.id
  JOIN estate_phone n ON n.person_id = p.id
 WHERE o.house_id = %s AND o.until_on IS NULL AND n.number = %s LIMIT 2
"""


def _person(house: House | None, phone: str, caller: str) -> Person | None:
    """Return the person of the house with this telephone or this name; never a guess."""
    if house is None or not (phone or caller):
        return None
    digits = "".join(sign for sign in phone if sign.isdigit())
    found = list(Person.objects.raw(_BY_PHONE, [house.pk, digits])) if digits else []
    if not found and caller.strip():
        found = list(Person.objects.raw(_BY_NAME, [house.pk, caller.strip()]))
    return found[0] if len(found) == 1 else None


def _attach(matter: Matter, photos: Sequence[int], by: Caller, at: datetime) -> None:
    Photo.objects.bulk_create(
        [Photo(matter=matter, file_id=one, at=at, by_id=by.employee_id) for one in photos]
    )
