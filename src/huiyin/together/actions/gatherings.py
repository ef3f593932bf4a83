"""Gatherings: planned, signed up to while there are places, called off with a reason (OWN-03)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.notices.actions import NewTelling, tell
from huiyin.staff.words import checked_text
from huiyin.together.access import admit_host, neighbour, own_house
from huiyin.together.models import Gathering, SignUp
from huiyin.trail.actions import record

TITLE_MOST, TEXT_MOST, PLACE_MOST, NOTE_MOST, WHY_MOST = 60, 2000, 60, 100, 200
HEADS_MOST, SEATS_MOST = 10, 5000
LONGEST = timedelta(days=30)


class UnableToPlan(BadInput):
    """A gathering cannot take place as it is planned."""


class UnableToSignUp(WrongState):
    """It is too late, full, called off, or the household has signed up."""


@transaction.atomic
def plan_gathering(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    title: str,
    text: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    sign_up_until: datetime,
    seats: int | None = None,
) -> int:
    """Announce a gathering to which households can sign up from now on; return its id.

    Raises NotFound, Forbidden, UnableToPlan naming the field.
    """
    admit_host(by, community_id)
    if by.employee_id is None:
        raise Forbidden(_("活动要由员工本人发起。"))
    if starts_at <= at:
        raise UnableToPlan(_("开始时间要在现在之后。"), field="starts_at")
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise UnableToPlan(_("结束时间要晚于开始时间,且不超过 30 天。"), field="ends_at")
    if not at < sign_up_until <= ends_at:
        raise UnableToPlan(_("报名截止要在现在之后、活动结束之前。"), field="sign_up_until")
    if seats is not None and not 1 <= seats <= SEATS_MOST:
        raise UnableToPlan(_("名额请填 1 到 %(n)d,不限请留空。") % {"n": SEATS_MOST}, field="seats")
    made = Gathering.objects.create(
        community=Community.objects.get(pk=community_id),
        title=checked_text(title, "title", TITLE_MOST),
        text=checked_text(text, "text", TEXT_MOST, required=False),
        place=checked_text(place, "place", PLACE_MOST),
        starts_at=starts_at,
        ends_at=ends_at,
        sign_up_until=sign_up_until,
        seats=seats,
        made_by_id=by.employee_id,
        made_at=at,
    )
    _trail("planned", made, by, at)
    return made.pk


@transaction.atomic
def call_off(*, by: Caller, at: datetime, gathering_id: int, why: str) -> None:
    """Call a gathering off and tell everybody who signed up, each once."""
    found = _locked(gathering_id)
    if found is None:
        raise NotFound(_("没有这个活动。"))
    admit_host(by, found.community_id)
    if found.called_off_at is not None or found.ends_at <= at:
        raise WrongState(_("这个活动已经取消或结束了。"))
    found.called_off_at, found.called_off_why = at, checked_text(why, "why", WHY_MOST)
    found.save(update_fields=["called_off_at", "called_off_why"])
    people = found.sign_ups.filter(signed_off_at=None).values_list("person_id", flat=True)
    tell(
        tellings=[
            NewTelling(
                community_id=found.community_id,
                person_id=person_id,
                purpose=f"gathering:{found.pk}:off",
                category="notice",
                template="notice.published",
                values={
                    "title": _("活动取消:%(title)s") % {"title": found.title},
                    "text": found.called_off_why,
                },
                link="/my/together/",
                expires_at=found.ends_at,
            )
            for person_id in sorted(set(people))
        ],
        at=at,
    )
    _trail("called_off", found, by, at, reason=found.called_off_why)


@transaction.atomic
def sign_up(
    *,
    by: Caller,
    at: datetime,
    gathering_id: int,
    house_id: int,
    heads: int,
    note: str = "",
) -> int:
    """Sign a household up; return how many places are left, -1 where they are not counted.

    Of two households that want the last place one gets it. Raises NotFound, BadInput,
    UnableToSignUp.
    """
    found = _locked(gathering_id)
    if found is None:
        raise NotFound(_("没有这个活动。"))
    person = neighbour(by, found.community_id)
    house = own_house(by, found.community_id, house_id)
    if found.called_off_at is not None:
        raise UnableToSignUp(_("这个活动已经取消。"))
    if found.sign_up_until <= at:
        raise UnableToSignUp(_("报名已经截止,请联系管家。"))
    if not 1 <= heads <= HEADS_MOST:
        raise BadInput(_("人数请填 1 到 %(n)d。") % {"n": HEADS_MOST}, field="heads")
    left = seats_left(found)
    if left is not None and left < heads:
        raise UnableToSignUp(_("只剩 %(n)d 个名额了。") % {"n": left}, field="heads")
    try:
        with transaction.atomic():
            SignUp.objects.create(
                gathering=found,
                house=house,
                person=person,
                heads=heads,
                note=checked_text(note, "note", NOTE_MOST, required=False),
                at=at,
            )
    except IntegrityError as error:
        raise UnableToSignUp(_("您家已经报过名了。要改人数,请先取消再报。")) from error
    return -1 if left is None else left - heads


@transaction.atomic
def sign_off(*, by: Caller, at: datetime, gathering_id: int, house_id: int) -> None:
    """Give a household's places back, as long as it has not begun."""
    found = _locked(gathering_id)
    if found is None:
        raise NotFound(_("没有这个活动。"))
    house = own_house(by, found.community_id, house_id)
    if found.starts_at <= at:
        raise UnableToSignUp(_("活动已经开始,不能再取消。"))
    mine = found.sign_ups.filter(house=house, signed_off_at=None)
    if not mine.update(signed_off_at=at):
        raise UnableToSignUp(_("您家没有报名。"))


def seats_left(gathering: Gathering) -> int | None:
    """Count the places left, None where they are not counted."""
    if gathering.seats is None:
        return None
    taken = gathering.sign_ups.filter(signed_off_at=None).aggregate(all=Sum("heads"))["all"] or 0
    return max(0, gathering.seats - int(taken))


def _locked(gathering_id: int) -> Gathering | None:
    """Lock a gathering, so that places are given one after the other."""
    return Gathering.objects.select_for_update(no_key=True).filter(pk=gathering_id).first()


def _trail(what: str, one: Gathering, by: Caller, at: datetime, *, reason: str = "") -> None:
    record(
        action=f"together.gathering_{what}",
        by=by,
        at=at,
        subject=f"gathering:{one.pk}",
        community_id=one.community_id,
        after={"title": one.title, "starts_at": one.starts_at.isoformat()},
        reason=reason,
    )
