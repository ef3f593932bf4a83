"""Papers on their way: posters put up and taken down, door notices, letters (NOT-02, NOT-03)."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.announcements.access import admit_hanger, admit_to
from huiyin.announcements.actions.core import employee_id, hold, trail
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState

# Registered mail and EMS: two letters, nine digits, two letters; couriers: 10 to 20 signs.
_EMS = re.compile(r"[A-Z0-9]{10,20}")
LETTER_ENDS = ("received", "sent_back")


class UnableToPost(WrongState):
    """It is up already, was taken down, or need not hang any more."""


class UnableToDeliver(WrongState):
    """It is on its way already, or need not go any more."""


@transaction.atomic
def post_up(*, by: Caller, at: datetime, posting_id: int, photos: Sequence[int]) -> None:
    """Write down that a poster hangs, proved by a photo (NOT-02).

    Raises NotFound, Forbidden, UnableToPost, BadInput.
    """
    posting = _posting(by, posting_id)
    photo = _one(photos)
    if posting.posted_at is not None:
        raise UnableToPost(_("这里已经登记张贴。"))
    if posting.dropped_at is not None or posting.announcement.state != "published":
        raise UnableToPost(_("这条通知已经结束或撤回,不用再张贴。"))
    posting.posted_at, posting.posted_by_id = at, employee_id(by)
    posting.photo_id = photo
    posting.save(update_fields=["posted_at", "posted_by", "photo"])
    _hung("posted", by, at, posting, {"photo": photo})


@transaction.atomic
def take_down(*, by: Caller, at: datetime, posting_id: int) -> None:
    """Write down that a poster was taken down. Raises NotFound, Forbidden, UnableToPost."""
    posting = _posting(by, posting_id)
    if posting.posted_at is None or posting.taken_down_at is not None:
        raise UnableToPost(_("这里没有挂着的海报。"))
    posting.taken_down_at, posting.taken_down_by_id = at, employee_id(by)
    posting.save(update_fields=["taken_down_at", "taken_down_by"])
    _hung("taken_down", by, at, posting, {})


@transaction.atomic
def door_posted(*, by: Caller, at: datetime, slip_id: int, photos: Sequence[int]) -> None:
    """Write down that a notice is on the door of a household, proved by a photo (NOT-03).

    Raises NotFound, Forbidden, UnableToDeliver, BadInput.
    """
    slip = _slip(by, slip_id, "door")
    photo = _one(photos)
    _check_to_do(slip)
    slip.state, slip.done_at, slip.done_by_id, slip.photo_id = "posted", at, employee_id(by), photo
    slip.save(update_fields=["state", "done_at", "done_by", "photo"])
    _delivered("door_posted", by, at, slip, {"photo": photo})


@transaction.atomic
def deliver_letter(*, by: Caller, at: datetime, slip_id: int, ems_number: str) -> None:
    """Write down under which number a letter was sent (NOT-03); a slip of the pen may be mended.

    Raises NotFound, Forbidden, UnableToDeliver, BadInput.
    """
    slip = _slip(by, slip_id, "letter")
    number = "".join(ems_number.split()).upper()
    if not _EMS.fullmatch(number):
        raise BadInput(_("单号应为 10 到 20 位字母或数字,请照面单填写。"), field="ems_number")
    taken = Slip.objects.filter(ems_number=number).exclude(pk=slip.pk).select_related("house")
    if (other := taken.first()) is not None:
        raise BadInput(
            _("这个单号已登记给 %(house)s,请核对面单。") % {"house": other.house.code},
            field="ems_number",
        )
    before = slip.ems_number
    if slip.state != "sent":
        _check_to_do(slip)
        slip.state, slip.done_at, slip.done_by_id = "sent", at, employee_id(by)
    slip.ems_number = number
    slip.save(update_fields=["state", "done_at", "done_by", "ems_number"])
    _delivered("letter_sent", by, at, slip, {"ems_number": number, "before": before})


@transaction.atomic
def letter_arrived(*, by: Caller, at: datetime, slip_id: int, outcome: str) -> None:
    """Write down whether a letter was received or came back.

    Raises NotFound, Forbidden, UnableToDeliver, BadInput.
    """
    slip = _slip(by, slip_id, "letter")
    if outcome not in LETTER_ENDS:
        raise BadInput(_("请选择已签收或被退回。"), field="outcome")
    if slip.state != "sent":
        raise UnableToDeliver(_("先登记寄出的单号,再登记签收。"))
    slip.state, slip.arrived_at = outcome, at
    slip.save(update_fields=["state", "arrived_at"])
    _delivered(f"letter_{outcome}", by, at, slip, {})


def _posting(by: Caller, posting_id: int) -> Posting:
    """Lock announcement, then posting: as publishing and withdrawing do."""
    _hold_of(Posting.objects.filter(pk=posting_id).values_list("announcement__number", flat=True))
    posting = (
        Posting.objects.select_related("announcement", "building", "unit")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=posting_id)
        .first()
    )
    _admit(by, posting.announcement if posting else None)
    if posting is None:
        raise NotFound(_("没有这处张贴。"))
    return posting


def _slip(by: Caller, slip_id: int, kind: str) -> Slip:
    _hold_of(Slip.objects.filter(pk=slip_id).values_list("announcement__number", flat=True))
    slip = (
        Slip.objects.select_related("announcement", "house")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=slip_id, kind=kind)
        .first()
    )
    _admit(by, slip.announcement if slip else None)
    if slip is None:
        raise NotFound(_("没有这份通知。"))
    return slip


def _hold_of(numbers: Iterable[str]) -> None:
    for number in numbers:
        hold(number)


def _admit(by: Caller, announcement: Announcement | None) -> None:
    found = admit_to(by, announcement)
    admit_hanger(by, found.community_id)


def _check_to_do(slip: Slip) -> None:
    if slip.state != "to_do":
        raise UnableToDeliver(_("这份通知已经登记或不用再送。"))
    if slip.announcement.state == "withdrawn":
        raise UnableToDeliver(_("这条通知已经撤回,不用再送。"))


def _one(photos: Sequence[int]) -> int:
    if len(photos) != 1:
        raise BadInput(_("请拍一张照片作为凭证。"), field="photos")
    return photos[0]


def _hung(
    action: str, by: Caller, at: datetime, posting: Posting, after: dict[str, object]
) -> None:
    unit = posting.unit.code if posting.unit else ""
    place = {"posting": posting.pk, "building": posting.building.code, "unit": unit}
    trail(action, by, at, posting.announcement, {**place, **after})


def _delivered(action: str, by: Caller, at: datetime, slip: Slip, after: dict[str, object]) -> None:
    trail(action, by, at, slip.announcement, {"house": slip.house.code, **after})
