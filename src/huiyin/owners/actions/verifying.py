"""A number that is not on the roster: somebody says who they are, the desk looks it up (OWN-05).

Whoever asks is told the same whatever the roster says. Only a number that the desk has added to a
person is told so, by SMS; a stranger is told nothing at all.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import actions as estate
from huiyin.estate.models import Community, Occupancy, Person, Phone
from huiyin.estate.queries import lives_on
from huiyin.estate.roster.phones import read_number
from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.notices.actions import NewTelling
from huiyin.owners.access import admit_verifier
from huiyin.owners.actions.speaking import in_house_language
from huiyin.owners.models import Verification
from huiyin.owners.rules import OPEN
from huiyin.staff import queries as staff
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

NAME_MOST, HOUSE_MOST, NOTE_MOST, REASON_MOST = 40, 60, 500, 300
MOBILE = 11


class UnableToAsk(BadInput):
    """Something somebody said about themselves cannot be taken; the field is named."""


class UnableToSettle(WrongState):
    """The request is settled already."""


@transaction.atomic
def ask_verification(
    *, at: datetime, phone: str, name: str, community: str, house: str, note: str = "", key: UUID
) -> str:
    """Take down who somebody says they are, and give the desk a matter with a clock about it.

    Returns the matter's number. The same form, or the same number while a request of it waits,
    gives the same matter. Whether the number, the name or the house is on the roster changes
    nothing of the answer. How often a machine may ask is for the door. Raises UnableToAsk.
    """
    it = _said(phone, name, house, note)
    town = None if "\0" in community else Community.objects.filter(code=community).first()
    if town is None:
        raise UnableToAsk(_("请选择您所在的小区。"), field="community")
    # One after the other for each community: two forms at once make no second matter.
    Community.objects.select_for_update(no_key=True).get(pk=town.pk)
    known = (
        Verification.objects.filter(key=key).first()
        or Verification.objects.filter(
            community=town, phone=it.phone, state=Verification.State.WAITING
        ).first()
    )
    if known is not None:
        return known.matter.number
    with in_house_language():
        number = _receive(town, at, it)
    Verification.objects.create(
        community=town,
        key=key,
        phone=it.phone,
        name=it.name,
        house=it.house,
        note=it.note,
        at=at,
        matter=Matter.objects.only("id").get(number=number),
    )
    return number


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody says of themselves, checked for shape and nothing else."""

    phone: str
    name: str
    house: str
    note: str


def _said(phone: str, name: str, house: str, note: str) -> _Said:
    digits = read_number(phone.strip()) if "\0" not in phone else None
    if digits is None or len(digits) != MOBILE or not digits.startswith("1"):
        raise UnableToAsk(_("请填写能收短信的手机号。"), field="phone")
    name, house, note = " ".join(name.split()), " ".join(house.split()), note.strip()
    for field, text, most in (
        ("name", name, NAME_MOST),
        ("house", house, HOUSE_MOST),
        ("note", note, NOTE_MOST),
    ):
        if not text and field != "note":
            raise UnableToAsk(_("请填写这一项,前台才能核实。"), field=field)
        if len(text) > most or "\0" in text:
            raise UnableToAsk(_("最多 %(n)d 字。") % {"n": most}, field=field)
    return _Said(digits, name, house, note)


def _receive(town: Community, at: datetime, it: _Said) -> str:
    """Give the desk something with a number, an owner and a clock; the claim is no fact yet."""
    people = staff.directory(community_id=town.pk, at=at, zone=town.zone)
    desk = people.on_duty("receptionist")
    text = _("网上申请核实住户身份:%(name)s,自称住 %(house)s。请核实后登记号码。") % {
        "name": it.name,
        "house": it.house,
    }
    return matters.receive_matter(
        by=Caller(None, None, _("网上申请"), posts={town.pk: frozenset({"portal"})}),
        at=at,
        community=town.code,
        channel="web",
        kind="enquiry",
        text=f"{text}\n{it.note}" if it.note else text,
        phone=it.phone,
        caller=it.name,
        owner=desk[0].code if desk else None,
    )


@transaction.atomic
def settle_verification(
    *,
    by: Caller,
    at: datetime,
    request_id: int,
    accepted: bool,
    person_id: int | None = None,
    reason: str = "",
) -> None:
    """Decide a request: add the number to a person of the community, or decline with a reason.

    1. Accepted: the number joins the person's others (or is good again). A short message to it
       says that it now opens the owners' pages; one to the number known before says so too.
    2. Declined: nobody is written to; the desk has the number to call.
    3. The matter that reminded of it is finished.

    Raises NotFound, Forbidden, UnableToSettle, BadInput.
    """
    asked = (
        Verification.objects.select_for_update(no_key=True, of=("self",))
        .select_related("matter", "community")
        .filter(pk=request_id)
        .first()
    )
    if asked is None:
        raise NotFound(_("没有这份核实申请。"))
    admit_verifier(by, asked.community_id)
    if asked.state != Verification.State.WAITING:
        raise UnableToSettle(_("这份申请已经处理过了。"))
    reason = reason.strip()
    if len(reason) > REASON_MOST or "\0" in reason:
        raise BadInput(_("最多 %(n)d 字。") % {"n": REASON_MOST}, field="reason")
    if not accepted and not reason:
        raise BadInput(_("请写明没有通过的原因,以后查得到。"), field="reason")
    person = _person(asked, person_id, at) if accepted else None
    if person is not None:
        _add_number(by, at, person, asked.phone)
        _tell(asked, person, at)
    asked.state = Verification.State.ACCEPTED if accepted else Verification.State.DECLINED
    asked.person, asked.reason = person, reason
    asked.settled_at, asked.settled_by_id = at, by.employee_id
    asked.save(update_fields=["state", "person", "reason", "settled_at", "settled_by"])
    record(
        action="owners.verified" if accepted else "owners.verification_declined",
        by=by,
        at=at,
        subject=f"verification:{asked.pk}",
        community_id=asked.community_id,
        after={"number": masked(asked.phone), "person": person.pk if person else None},
        reason=reason,
    )
    _finish(by, at, asked, accepted)


def _person(asked: Verification, person_id: int | None, at: datetime) -> Person:
    """Return who it is: somebody who lives in or owns something here today."""
    living = Occupancy.objects.filter(
        lives_on(local_day(at, asked.community.zone)),
        person_id=person_id or 0,
        house__community_id=asked.community_id,
    )
    found = Person.objects.filter(pk__in=living.values("person_id")).first()
    if found is None:
        raise BadInput(
            _("请选择这是哪位住户。名单里没有的,请先在住户档案里登记。"), field="person_id"
        )
    return found


def _add_number(by: Caller, at: datetime, person: Person, number: str) -> None:
    there = Phone.objects.filter(person=person, number=number).first()
    if there is None:
        estate.add_phone(by=by, at=at, person_id=person.pk, number=number)
    elif there.state != Phone.State.GOOD:
        estate.set_phone_state(by=by, at=at, phone_id=there.pk, state=Phone.State.GOOD)


def _tell(asked: Verification, person: Person, at: datetime) -> None:
    """Tell the new number, and the one known before: a claim may have been somebody else's."""
    before = (
        Phone.objects.filter(person=person)
        .exclude(number=asked.phone)
        .exclude(state=Phone.State.WRONG)
        .order_by("rank", "id")
        .values_list("number", flat=True)
        .first()
    )
    said = NewTelling(
        community_id=asked.community_id,
        person_id=person.pk,
        purpose=f"verification:{asked.pk}",
        category="notice",
        template="account.number_added",
        values={"name": person.name},
        about=f"verification:{asked.pk}",
        address=asked.phone,
        link="/my/",
    )
    tellings = [said]
    if before is not None:
        warned = replace(
            said,
            purpose=f"{said.purpose}:known",
            template="account.number_joined",
            values={"number": masked(asked.phone)},
            address=before,
        )
        tellings.append(warned)
    notices.tell(tellings=tellings, at=at)


def _finish(by: Caller, at: datetime, asked: Verification, accepted: bool) -> None:
    """End what reminded of it, unless somebody has done so by hand."""
    asked.matter.refresh_from_db(fields=["state"])
    if asked.matter.state in OPEN:
        result = _("已核实,号码已登记。") if accepted else _("核实未通过,号码没有登记。")
        matters.finish_matter(by=by, at=at, number=asked.matter.number, result=result, settled=True)
