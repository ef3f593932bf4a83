"""Taking readings: by hand, anew after a mistake, by guess; and passing a meter over (BIL-03)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.meters.access import admit_to_keep, admit_to_walk, may_keep
from huiyin.meters.actions.core import (
    NEW,
    UnableToRead,
    checked_day,
    checked_value,
    facts_at,
    locked_meter,
    locked_reading,
    reading_factor,
    trail,
)
from huiyin.meters.models import Meter, Reading, Skip
from huiyin.meters.rows import ReadingRow
from huiyin.meters.rules import ReadingFacts, doubt
from huiyin.meters.rules import estimate as most_likely
from huiyin.meters.shown import fact_of, reading_row
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

NOTE_MOST = 200
REASON_MOST = 100


class UnableToReadAgain(WrongState):
    """The meter was read that day already, or the key belongs to another reading.

    ``reading`` is the one that was taken before, which may be corrected.
    """

    reading: int | None = None


class UnableToCorrect(WrongState):
    """The reading was taken back already."""


class UnableToEstimate(WrongState):
    """Nobody knows what the meter usually shows, or it was read."""


@dataclass(frozen=True, slots=True)
class Taking:
    """A reading about to be written."""

    meter: Meter
    kind: str
    read_on: date
    value: Decimal
    key: UUID
    note: str = ""
    photo: int | None = None

    @property
    def fingerprint(self) -> str:
        """Return a digest of what makes two readings the same."""
        content = [self.meter.pk, self.kind, str(self.read_on), f"{self.value:.3f}", self.note]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@transaction.atomic
def read(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    meter: str,
    read_on: date,
    value: Decimal | str,
    key: UUID,
    photo: int | None = None,
    note: str = "",
) -> ReadingRow:
    """Write down what a meter showed on a day.

    1. The same key and content again give the same reading; other content is refused.
    2. The same value on the same day is the same reading too; another one is refused, for it must
       be said which of them is wrong (`correct`).
    3. What nobody can believe is kept, but held: it counts for nothing until it is settled.

    Raises NotFound, Forbidden, UnableToRead, UnableToReadAgain.
    """
    admit_to_walk(by, community_id)
    one = locked_meter(community_id, meter)
    taking = Taking(
        meter=one,
        kind=Reading.Kind.READ,
        read_on=read_on,
        value=checked_value(value, one.digits),
        key=key,
        note=checked_text(note, "note", NOTE_MOST, required=False),
        photo=photo,
    )
    known = Reading.objects.filter(key=key).select_related("meter", "settled_by").first()
    if known is not None:
        return _again(known, taking, by)
    checked_day(one, read_on, local_day(at, one.community.zone))
    same = _of_that_day(taking)
    if same is not None and same.value != taking.value:
        refusal = UnableToReadAgain(
            _("%(day)s 已经抄过,读数是 %(value)s。要改正请用“改正读数”。")
            % {"day": read_on, "value": plain(same.value)},
            field="value",
        )
        refusal.reading = same.pk
        raise refusal
    if same is not None:
        return reading_row(same, by, again=True)
    return reading_row(write(taking, by, at), by)


@transaction.atomic
def correct(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    reading: int,
    value: Decimal | str,
    key: UUID,
    reason: str,
    photo: int | None = None,
) -> ReadingRow:
    """Take back a reading that was written down wrongly and write it anew for the same day.

    Whoever took it may do so, and those who keep the meters. Raises NotFound, Forbidden,
    UnableToRead, UnableToCorrect.
    """
    admit_to_walk(by, community_id)
    wrong = locked_reading(reading, community_id)
    if wrong.by_id != by.employee_id and not may_keep(by, community_id):
        raise Forbidden(_("别人抄的读数,请工程主管或收费员改正。"))
    taking = Taking(
        meter=wrong.meter,
        kind=wrong.kind,
        read_on=wrong.read_on,
        value=checked_value(value, wrong.meter.digits),
        key=key,
        photo=photo or wrong.photo_id,
    )
    known = Reading.objects.filter(key=key).select_related("meter", "settled_by").first()
    if known is not None:
        return _again(known, taking, by)
    if wrong.voided_at is not None:
        raise UnableToCorrect(_("这次读数已经作废,请重新抄表。"))
    void_row(wrong, by, at, checked_text(reason, "reason", NOTE_MOST))
    return reading_row(write(taking, by, at), by)


@transaction.atomic
def estimate(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    meter: str,
    read_on: date,
    key: UUID,
    reason: str,
) -> ReadingRow:
    """Guess by the usual use what a meter showed; the next reading sets it right.

    Raises NotFound, Forbidden, UnableToRead, UnableToEstimate.
    """
    admit_to_keep(by, community_id)
    one = locked_meter(community_id, meter)
    known = Reading.objects.filter(key=key).select_related("meter", "settled_by").first()
    if known is not None and known.meter_id == one.pk and known.kind == Reading.Kind.ESTIMATED:
        return reading_row(known, by, again=True)
    checked_day(one, read_on, local_day(at, one.community.zone))
    reason = checked_text(reason, "reason", NOTE_MOST)
    facts = facts_at(one, read_on)
    if any(fact.read_on == read_on and fact.counts for fact in facts.readings):
        raise UnableToEstimate(_("这一天已经有读数,不用估。"), field="read_on")
    guessed = most_likely(facts, read_on)
    if guessed is None:
        raise UnableToEstimate(
            _("这只表的读数不到两次,无法按平时用量估算;请安排补抄。"), field="read_on"
        )
    taking = Taking(one, Reading.Kind.ESTIMATED, read_on, guessed, key, note=reason)
    return reading_row(write(taking, by, at), by)


@transaction.atomic
def skip(
    *, by: Caller, at: datetime, community_id: int, meter: str, skipped_on: date, reason: str
) -> None:
    """Pass a meter over on the walk and say why; said again on a day, the last word counts.

    Raises NotFound, Forbidden, UnableToRead, BadInput.
    """
    admit_to_walk(by, community_id)
    one = locked_meter(community_id, meter)
    checked_day(one, skipped_on, local_day(at, one.community.zone))
    reason = checked_text(reason, "reason", REASON_MOST)
    Skip.objects.update_or_create(
        meter=one,
        skipped_on=skipped_on,
        defaults={
            "community_id": community_id,
            "reason": reason,
            "by_id": by.employee_id,
            "by_name": by.name[:60],
            "recorded_at": at,
        },
    )
    trail("skipped", by, at, one, {"on": str(skipped_on)}, reason=reason)


def write(taking: Taking, by: Caller, at: datetime) -> Reading:
    """Write a reading, held when nobody can believe it; UnableToReadAgain for a stolen key."""
    meter = taking.meter
    fact = ReadingFacts(NEW, taking.kind, taking.read_on, taking.value)
    held = ""
    if taking.kind in (Reading.Kind.READ, Reading.Kind.LAST):
        facts = facts_at(meter, taking.read_on)
        held = doubt(facts, fact, factor=reading_factor(meter.community, at))
    try:
        with transaction.atomic():
            made = Reading.objects.create(
                community_id=meter.community_id,
                meter=meter,
                kind=taking.kind,
                read_on=taking.read_on,
                value=taking.value,
                photo_id=taking.photo,
                note=taking.note,
                key=taking.key,
                fingerprint=taking.fingerprint,
                by_id=by.employee_id,
                by_name=by.name[:60],
                recorded_at=at,
                held=held,
            )
    except IntegrityError as error:
        raise UnableToReadAgain(_("这次提交已经记到别的表上,请刷新页面后重新填写。")) from error
    shown = {"on": str(taking.read_on), "value": str(taking.value), "kind": taking.kind}
    trail("read", by, at, meter, {**shown, "reading": made.pk, "held": held})
    return made


def void_row(one: Reading, by: Caller, at: datetime, reason: str) -> None:
    """Take a reading back: it stays to be seen and counts for nothing."""
    one.voided_at, one.voided_by_id, one.void_reason = at, by.employee_id, reason
    one.save(update_fields=["voided_at", "voided_by", "void_reason"])
    fact = fact_of(one)
    shown = {"reading": one.pk, "on": str(fact.read_on), "value": str(fact.value)}
    trail("voided", by, at, one.meter, before=shown, reason=reason)


def plain(value: Decimal) -> str:
    """Write a reading without the zeros nobody read."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_that_day(taking: Taking) -> Reading | None:
    return (
        Reading.objects.filter(
            meter=taking.meter, read_on=taking.read_on, kind=taking.kind, voided_at=None
        )
        .select_related("meter", "settled_by")
        .first()
    )


def _again(known: Reading, taking: Taking, by: Caller) -> ReadingRow:
    if known.fingerprint != taking.fingerprint:
        raise UnableToReadAgain(_("这次提交已经用过,内容不同;请刷新页面后重新填写。"))
    return reading_row(known, by, again=True)


__all__ = [
    "UnableToCorrect",
    "UnableToEstimate",
    "UnableToRead",
    "UnableToReadAgain",
    "correct",
    "estimate",
    "read",
    "skip",
]
