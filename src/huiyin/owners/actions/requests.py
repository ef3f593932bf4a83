"""An owner raises a request on the phone; it ends in the same queue as every other (REC-06)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.accounts.models import User
from huiyin.estate.models import House, Occupancy
from huiyin.estate.queries import lives_on
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters import actions as matters
from huiyin.matters.actions.intake import check_text
from huiyin.owners import titles
from huiyin.owners.access import ROLES, admit_household
from huiyin.owners.actions.speaking import (
    UnableToSend,
    as_owner,
    claim,
    fingerprint,
    fulfil,
    in_house_language,
)
from huiyin.owners.models import Submission
from huiyin.staff import queries as staff
from huiyin.staff.queries import local_day

__all__ = ["UnableToSend", "forget_submissions", "raise_request"]

ATTITUDE = "complaint.attitude"
PHOTOS_MOST = 9
WISH_MOST = 60
PLACE_MOST = 80
ABOUT_MOST = 40
KEPT_DAYS = 90  # how long a form sent twice is still known


class UnableToRequest(BadInput):
    """Something in the request cannot be taken; the field is named."""


@transaction.atomic
def raise_request(
    *,
    by: Caller,
    at: datetime,
    house_id: int,
    kind: str,
    text: str,
    place: str = "",
    photos: Sequence[int] = (),
    wished: str = "",
    key: UUID,
    anonymous: bool = False,
    about: str = "",
    important: bool = False,
) -> str:
    """Receive what an owner asks for; return the number, the same for the same form.

    1. It is about one of the caller's households; what the caller wishes as time stands below it.
    2. Anonymous (CMP-11): neither person, name, telephone, house nor account is kept, so that
       nobody can follow it, the owner neither.
    3. A complaint about an employee goes to the supervisor, never to whom it is about.

    Raises NotFound for a house that is not the caller's, BadInput naming the field, UnableToSend.
    """
    admit_household(by, house_id)
    _check_kind(kind, anonymous)
    if len(photos) > PHOTOS_MOST:
        raise UnableToRequest(_("照片最多 %(n)d 张。") % {"n": PHOTOS_MOST}, field="photos")
    text = check_text(text, "text")
    place, wished = _line(place, PLACE_MOST, "place"), _line(wished, WISH_MOST, "wished")
    about = _line(about, ABOUT_MOST, "about")
    # The house is no part of it where it is not kept: a digest of few choices can be read back.
    home = None if anonymous else house_id
    mark = fingerprint(home, kind, text, place, sorted(photos), wished, anonymous, about)
    if before := claim(key=key, user_id=None if anonymous else by.user_id, mark=mark, at=at):
        return before
    house = House.objects.select_related("community").get(pk=house_id)
    with in_house_language():
        person, name = (None, "") if anonymous else _who(by, at, house)
        speaking = as_owner(by, house.community_id)
        concerned, handler = _about(kind, about, house.community_id, at)
        number = matters.receive_matter(
            by=replace(speaking, user_id=None) if anonymous else speaking,
            at=at,
            community=house.community.code,
            channel="web",
            kind=kind,
            text=_written(text, wished, about),
            house=None if anonymous else house.code,
            phone="" if anonymous else _phone(by),
            caller=name,
            anonymous=anonymous,
            important=important,
            about_employee=concerned,
            place=place,
            photos=photos,
            owner=handler,
            person=person,
        )
    fulfil(key, number)
    return number


def _check_kind(kind: str, anonymous: bool) -> None:
    if kind not in titles.KINDS:
        raise UnableToRequest(_("请选择要办的是哪一类事。"), field="kind")
    if anonymous and kind not in titles.NAMELESS:
        raise UnableToRequest(
            _("这类事要联系您才能办,不能匿名。请去掉匿名,或改选投诉、建议等。"), field="anonymous"
        )


def _line(text: str, most: int, field: str) -> str:
    """Return one line without blanks around it, or raise naming the field."""
    text = " ".join(text.split())
    if len(text) > most or "\0" in text:
        raise UnableToRequest(_("最多 %(n)d 字,请写短一些。") % {"n": most}, field=field)
    return text


def _written(text: str, wished: str, about: str) -> str:
    """Return the text with what else was filled in, a line each, as every colleague reads it."""
    lines = [text]
    if wished:
        lines.append(_("期望时间:%(wished)s") % {"wished": wished})
    if about:
        lines.append(_("涉及的员工:%(about)s") % {"about": about})
    return "\n".join(lines)


def _who(by: Caller, at: datetime, house: House) -> tuple[int | None, str]:
    """Return who asks: of a couple with one telephone the one who owns the house; both by name."""
    rows = Occupancy.objects.filter(
        lives_on(local_day(at, house.community.zone)), house=house, person__in=by.people
    ).values_list("role", "person_id", "person__name")
    held = sorted(rows, key=lambda row: (ROLES.index(row[0]), row[1]))
    names = dict.fromkeys(name for _role, _person, name in held)
    return (held[0][1] if held else None), "、".join(names)[:40]


def _phone(by: Caller) -> str:
    return User.objects.filter(pk=by.user_id or 0).values_list("phone", flat=True).first() or ""


def _about(kind: str, about: str, community_id: int, at: datetime) -> tuple[str | None, str | None]:
    """Return whom a complaint about an employee means, if that is certain, and who handles it."""
    if kind != ATTITUDE:
        return None, None
    people = staff.directory(community_id=community_id, at=at)
    meant = [one for one in people.people.values() if about and about in {one.name, one.code}]
    concerned = meant[0] if len(meant) == 1 else None
    others = people.without(concerned.id if concerned else None)
    handlers = others.on_duty("supervisor") or others.on_duty("manager")
    return concerned.code if concerned else None, handlers[0].code if handlers else None


def forget_submissions(*, at: datetime) -> int:
    """Forget forms so old that nobody sends them again; return how many."""
    gone, _by_model = Submission.objects.filter(at__lt=at - timedelta(days=KEPT_DAYS)).delete()
    return gone
