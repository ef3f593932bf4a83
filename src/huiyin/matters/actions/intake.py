"""Reception: a call, visit or letter becomes a matter with an owner and clocks (REC-02…REC-06)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import actions as estate_actions
from huiyin.estate import queries as estate
from huiyin.estate.models import House, Person
from huiyin.estate.rows import CommunityRow
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
    person: int | None = None,
) -> str:
    """Receive a matter, give it an owner, start its clocks, tell who must know; return its number.

    1. Community, house and employees are given by code; strangers get NotFound.
    2. Who raised it is ``person`` where they proved it, else found by telephone within the house,
       or the house's people; never guessed.
    3. The owner is the post that the standard names for the kind, or ``owner`` where a procedure
       names the employee; when off duty the delegate, then the assistant, then the manager.
    4. ``received`` starts the clocks; an emergency tells everybody at once (CMP-03).

    Raises NotFound, UnableToReceive (field named), NobodyToOwn.
    """
    _check(channel, kind, text, photos)
    town = estate.community(caller=by, code=community)
    home = estate.house_model(caller=by, community_id=town.id, code=house) if house else None
    version_id, standard = standards.current(community_id=town.id, at=at)
    follower = _employee(first_heard_by, town.id, at, "first_heard_by")
    about = _employee(about_employee, town.id, at, "about_employee")
    wanted = _employee(owner, town.id, at, "owner")
    # Nobody is told of, or judges, a complaint about themselves.
    staff_now = staff.directory(community_id=town.id, at=at, zone=town.zone).without(
        about.pk if about else None
    )
    matter = Matter(
        community_id=town.id,
        kind=kind,
        channel=channel,
        text=text.strip(),
        house=home,
        place=place.strip()[:80],
        anonymous=anonymous,
        important=important,
        received_at=at,
        moved_at=at,
        received_by_id=by.employee_id,
        follower=follower,
        about_employee=about,
        standard_id=version_id,
    )
    if not anonymous:
        _name_caller(matter, phone, caller, person)
    calendar = standards.calendar((town.id, town.zone, town.calendar_version), standard)
    work = Work(
        matter=matter,
        standard=standard,
        calendar=calendar,
        by=by,
        at=at,
        phone=town.phone,
        _staff=staff_now,
    )
    first = (
        staff_now.stand_in(wanted.pk)
        if wanted
        else default_owner(
            standard=standard,
            kind=kind,
            important=important,
            house=home,
            staff_now=staff_now,
            at=at,
            zone=town.zone,
        )
    )
    if first is None:
        raise NobodyToOwn(_("这个小区还没有登记员工,无法受理。请先登记员工和岗位。"))
    _give_first(work, first)
    matter.number = _next_number(town, at)
    matter.save(force_insert=True)
    Photo.objects.bulk_create(
        [
            Photo(matter=matter, file_id=one, at=at, by_id=by.employee_id)
            for one in dict.fromkeys(photos)
        ]
    )
    contact = channel in OWNER_CHANNELS and not anonymous
    data = {"owner": first.code}
    record(work, "received", text=matter.text, via=channel, contact=contact, data=data)
    _tell_of_reception(work, first)
    return finish_work(work)


def _name_caller(matter: Matter, phone: str, caller: str, proved: int | None) -> None:
    """Keep who raised it, and the person of the house it is, if that is certain (REC-02)."""
    if proved is not None:
        matter.person_id = proved
        matter.caller_name = caller.strip()[:40]
    else:
        person = _person(matter.house, phone, caller)
        matter.person = person
        matter.caller_name = (caller.strip() or (person.name if person else ""))[:40]
    matter.caller_phone = phone.strip()[:24]


def _give_first(work: Work, owner: Duty) -> None:
    """Set the first owner; a serious complaint is tracked by the supervisor in person (CMP-10)."""
    work.matter.owner_id = owner.id
    if is_serious(work.matter.kind, work.matter.important) and work.matter.follower_id is None:
        tracking = [one for one in work.staff.on_duty("supervisor") if one.id != owner.id]
        work.matter.follower_id = tracking[0].id if tracking else None


def _next_number(town: CommunityRow, at: datetime) -> str:
    day = staff.local_day(at, town.zone)
    series = series_of("matter", day)
    count = estate_actions.next_number(community_id=town.id, series=series)
    return daily_number(town.code, day, count)


def _tell_of_reception(work: Work, owner: Duty) -> None:
    """Tell the owner unless an emergency calls everybody, and the manager of what is important."""
    matter = work.matter
    if not standard_is_emergency(work.standard, matter.kind, matter.important):
        subject = _("新%(kind)s %(number)s,请安排") % {
            "kind": titles.KINDS[matter.kind],
            "number": matter.number,
        }
        tell(work, owner, "received", subject)
    if matter.important and not is_serious(matter.kind, matter.important):
        tell_manager(work)


def is_serious(kind: str, important: bool) -> bool:
    """Tell whether the person in charge handles it in person: an important complaint."""
    return important and kind.startswith("complaint")


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
) -> Duty | None:
    """Return who owns a new matter: the keeper of the building, or the post that the kind names.

    An important complaint goes to the person in charge (CMP-04, CMP-10).
    """
    serious = is_serious(kind, important)
    posts = ("manager", "assistant") if serious else standard.owner_posts(kind)
    for post in posts:
        if post == "keeper":
            keeper = staff.keeper_id_of(
                building_id=house.building_id if house else None, on=staff.local_day(at, zone)
            )
            if keeper is not None:
                return staff_now.stand_in(keeper)
            if house is not None:
                continue
        if acting := staff_now.on_duty(post):
            return acting[0]
        if away := staff_now.holders(post):
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
