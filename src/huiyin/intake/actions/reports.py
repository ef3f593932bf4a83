"""What strangers send from the page behind a sticker (REC-06, CMP-11)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.accounts.codes import count
from huiyin.estate.roster.phones import read_number
from huiyin.intake import rules
from huiyin.intake.models import Report, Sticker
from huiyin.intake.queries.stickers import live_sticker, place_of
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter

TEXT_MOST = 1000
NAME_MOST = 20
PHOTOS_MOST = 3


class UnableToReport(BadInput):
    """Something in the report cannot be taken; the field is named."""


@transaction.atomic
def knock(*, by: Caller, at: datetime, token: str, address: str) -> None:
    """Count one try to report, or raise TooOften.

    The database counts, so that all processes count together. The address is kept as a keyed hash.
    A try refused is not counted, so that one address cannot use up what a sticker allows.
    Raises NotFound for a token that is not in use.
    """
    sticker = live_sticker(token)
    count(who=f"sticker:{sticker.pk}", allowances=[rules.PER_STICKER], at=at)
    count(who=f"address:{address}", allowances=[rules.PER_ADDRESS], at=at)


@transaction.atomic
def report(
    *,
    by: Caller,
    at: datetime,
    token: str,
    key: UUID,
    text: str,
    name: str = "",
    phone: str = "",
    photos: Sequence[int] = (),
) -> str:
    """Receive a report about the place of a sticker and return the matter's number.

    1. The sticker says community, place and kind; whoever holds the phone says the rest.
    2. Without a telephone number it is anonymous, and no name is kept (CMP-11).
    3. The same sheet sent again gives the same number.
    4. Words of danger make it important, so that the manager hears of it at once.

    Raises NotFound for a token that is not in use, UnableToReport.
    """
    # One after the other; and what was retired while one waited is not there any more.
    Sticker.objects.select_for_update(no_key=True).filter(pk=live_sticker(token).pk).first()
    sticker = live_sticker(token)
    text, name, digits = _checked(text, name, phone, photos)
    mark = _fingerprint(text, name, digits, photos)
    before = Report.objects.filter(sticker=sticker, key=key, fingerprint=mark).first()
    if before is not None:
        return before.matter.number
    scanning = Caller(
        None, None, _("扫码来件"), posts={sticker.community_id: frozenset({"public"})}
    )
    number = matters.receive_matter(
        by=scanning,
        at=at,
        community=sticker.community.code,
        channel="web",
        kind=sticker.kind,
        text=text,
        place=place_of(sticker),
        phone=digits,
        caller=name,
        anonymous=not digits,
        important=rules.sounds_alarm(text),
        photos=photos,
    )
    _hint(scanning, at, sticker, number)
    matter = Matter.objects.only("id", "number").get(number=number)
    Report.objects.create(sticker=sticker, key=key, fingerprint=mark, matter=matter, at=at)
    return number


def _hint(by: Caller, at: datetime, sticker: Sticker, number: str) -> None:
    """Say on the matter which open ones came from the same sticker: perhaps one problem."""
    others = (
        Report.objects.filter(sticker=sticker, matter__closed_at__isnull=True)
        .order_by("-id")
        .values_list("matter__number", flat=True)[:3]
    )
    if others:
        text = _("同一张贴纸还有未完的事项:%(numbers)s,可能是同一个问题。") % {
            "numbers": "、".join(others)
        }
        matters.note_matter(by=SYSTEM, at=at, number=number, text=text)


def _checked(text: str, name: str, phone: str, photos: Sequence[int]) -> tuple[str, str, str]:
    text, name, phone = text.strip(), name.strip(), phone.strip()
    if not text or "\0" in text or len(text) > TEXT_MOST:
        raise UnableToReport(
            _("请用几句话写下哪里有问题,最多 %(n)d 字。") % {"n": TEXT_MOST}, field="text"
        )
    if len(name) > NAME_MOST or "\0" in name:
        raise UnableToReport(_("称呼最多 %(n)d 字。") % {"n": NAME_MOST}, field="name")
    digits = read_number(phone) if phone else ""
    if phone and not digits:
        raise UnableToReport(_("电话号码不对,请检查;也可以不填。"), field="phone")
    if len(photos) > PHOTOS_MOST:
        raise UnableToReport(_("照片最多 %(n)d 张。") % {"n": PHOTOS_MOST}, field="photos")
    return text, name, digits or ""


def _fingerprint(text: str, name: str, phone: str, photos: Sequence[int]) -> str:
    content = json.dumps([text, name, phone, sorted(photos)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
