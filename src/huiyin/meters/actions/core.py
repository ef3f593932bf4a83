"""What the writes of the room share: a meter found and locked, what is known of it, the trail."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.meters.models import Meter, Reading
from huiyin.meters.rules import MeterFacts, capacity
from huiyin.meters.sheets import figure
from huiyin.meters.shown import fact_of
from huiyin.standards.queries import current
from huiyin.trail.actions import record

REMEMBERED = 20
"""Readings before a day that are looked at; more than the usual use needs."""
PLACES = 3
NEW = 2**62
"""Comes after every reading of the same day that is known."""


class UnableToRead(BadInput):
    """The reading cannot be taken as it is."""


def locked_meter(community_id: int, code: str) -> Meter:
    """Return a meter by its code, locked: readings of one meter come one after the other."""
    found = (
        Meter.objects.select_for_update(no_key=True, of=("self",))
        .select_related("community", "house")
        .filter(community_id=community_id, code=code.strip().replace("\0", "")[:40])
        .first()
    )
    if found is None:
        raise NotFound(
            _("没有编号为“%(code)s”的表,请核对表号。") % {"code": code[:40]}, field="meter"
        )
    return found


def locked_reading(reading_id: int, community_id: int) -> Reading:
    """Return a reading of the community together with its meter, both locked."""
    known = Reading.objects.filter(pk=reading_id, community_id=community_id).first()
    if known is None:
        raise NotFound(_("没有这次抄表记录。"))
    Meter.objects.select_for_update(no_key=True).get(pk=known.meter_id)
    return (
        Reading.objects.select_for_update(no_key=True, of=("self",))
        .select_related("meter__community", "meter__house", "settled_by")
        .get(pk=reading_id)
    )


def facts_at(meter: Meter, on: date, *, without: int | None = None) -> MeterFacts:
    """Return what is known of a meter around a day: enough to judge a reading by."""
    live = Reading.objects.filter(meter=meter, voided_at=None).exclude(pk=without or 0)
    before = live.filter(read_on__lte=on).order_by("-read_on", "-id")[:REMEMBERED]
    after = live.filter(read_on__gt=on).order_by("read_on", "id")[:2]
    return facts_of(meter, [*before, *after])


def facts_of(meter: Meter, readings: list[Reading]) -> MeterFacts:
    """Return a meter and some of its readings as the rules see them."""
    return MeterFacts(
        id=meter.pk,
        code=meter.code,
        factor=meter.factor,
        digits=meter.digits,
        from_on=meter.from_on,
        until_on=meter.until_on,
        readings=tuple(fact_of(one) for one in readings),
    )


def reading_factor(community: Community, at: datetime) -> Decimal:
    """Return how many times the usual use is still believed, by the standard in force."""
    _version, standard = current(community_id=community.pk, at=at)
    return standard.billing.reading_factor


def checked_value(value: Decimal | str, digits: int, field: str = "value") -> Decimal:
    """Return what a meter can show, or raise UnableToRead naming what is wrong with it."""
    shown = figure(str(value))
    if shown is None:
        raise UnableToRead(_("读数要填数字,例如 1234。"), field=field)
    if shown < 0:
        raise UnableToRead(_("读数不能小于 0。"), field=field)
    if shown != round(shown, PLACES):
        raise UnableToRead(_("读数最多三位小数。"), field=field)
    if shown >= capacity(digits):
        raise UnableToRead(
            _("这只表只有 %(n)d 位整数,请核对读数和小数点。") % {"n": digits}, field=field
        )
    return shown


def checked_day(meter: Meter, on: date, today: date, field: str = "read_on") -> date:
    """Return a day on which the meter hung there and that is not to come; raise UnableToRead."""
    if on > today:
        raise UnableToRead(_("抄表日期不能晚于今天。"), field=field)
    if on < meter.from_on:
        raise UnableToRead(
            _("这只表 %(day)s 才装上,抄表日期不能更早。") % {"day": meter.from_on}, field=field
        )
    if meter.until_on is not None and on > meter.until_on:
        raise UnableToRead(
            _("这只表 %(day)s 已经拆下,请抄新表。") % {"day": meter.until_on}, field=field
        )
    return on


def trail(
    action: str,
    by: Caller,
    at: datetime,
    meter: Meter,
    after: Mapping[str, object] | None = None,
    *,
    before: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Write what was done to a meter into the trail."""
    record(
        action=f"meters.{action}",
        by=by,
        at=at,
        subject=f"meter:{meter.pk}",
        community_id=meter.community_id,
        before=before,
        after=after,
        reason=reason,
    )
