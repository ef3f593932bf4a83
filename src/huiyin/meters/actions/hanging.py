"""Meters themselves: hung up, replaced, taken down, put in the order of a walk (BIL-03)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Building, House
from huiyin.estate.queries import house_model
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.meters.access import admit_to_keep, admit_to_walk
from huiyin.meters.actions.core import checked_day, checked_value, locked_meter, trail
from huiyin.meters.actions.reading import NOTE_MOST, Taking, write
from huiyin.meters.models import Meter, Reading
from huiyin.meters.sheets import figure
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

CODE_MOST = 40
PLACE_MOST = 80
LEAST_DIGITS, MOST_DIGITS = 3, 8
FACTOR_MOST = Decimal("99999.99")


class UnableToHang(BadInput):
    """The meter cannot be put on the list as it is."""


class UnableToOrder(NotFound):
    """A meter named for the walk does not hang here."""


class UnableToReplace(WrongState):
    """The meter is down already, or was read after the day it is said to have come down."""


@transaction.atomic
def add_meter(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    kind: str,
    from_on: date,
    house: str = "",
    building: str = "",
    place: str = "",
    factor: Decimal | str = "1",
    digits: int = 5,
    route: str = "",
    value: Decimal | str | None = None,
) -> int:
    """Put a meter on the list, at the end of its walk, with what it showed on its first day.

    Without a house it is a shared one. Raises NotFound, Forbidden, UnableToHang, UnableToRead.
    """
    admit_to_keep(by, community_id)
    given = {
        "code": checked_code(code),
        "kind": checked_kind(kind),
        "digits": checked_digits(digits),
        "factor": checked_factor(factor),
        "place": checked_text(place, "place", PLACE_MOST, required=False),
        "route": checked_text(route, "route", CODE_MOST, required=False),
    }
    hangs = _house(by, community_id, house)
    inside = hangs.building_id if hangs else _building(community_id, building)
    meter = Meter(
        community_id=community_id,
        house=hangs,
        building_id=inside,
        unit_id=hangs.unit_id if hangs else None,
        from_on=from_on,
        step=_last_step(community_id, str(given["route"])) + 1,
        **given,
    )
    if from_on > local_day(at, _zone(meter)):
        raise UnableToHang(_("起用日期不能晚于今天。"), field="from_on")
    _save(meter)
    trail("added", by, at, meter, {"code": meter.code, "kind": kind, "house": house})
    if value not in (None, ""):
        first = checked_value(str(value), meter.digits)
        write(Taking(meter, Reading.Kind.FIRST, from_on, first, uuid4()), by, at)
    return meter.pk


@transaction.atomic
def replace(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    meter: str,
    on: date,
    final: Decimal | str,
    code: str,
    initial: Decimal | str,
    key: UUID,
    digits: int | None = None,
    factor: Decimal | str | None = None,
    reason: str = "",
    photo: int | None = None,
) -> int:
    """Take a meter down and hang another one in its place: what both showed is one use.

    The final reading is held like any other when nobody can believe it. The same key again changes
    nothing. Raises NotFound, Forbidden, UnableToHang, UnableToRead, UnableToReplace.
    """
    admit_to_walk(by, community_id)
    old = locked_meter(community_id, meter)
    done = Meter.objects.filter(replaces=old, code=code.strip()).first()
    if done is not None and Reading.objects.filter(key=key, meter=old).exists():
        return done.pk
    new = Meter(
        community_id=community_id,
        code=checked_code(code),
        kind=old.kind,
        house=old.house,
        building_id=old.building_id,
        unit_id=old.unit_id,
        place=old.place,
        factor=old.factor if factor in (None, "") else checked_factor(str(factor)),
        digits=checked_digits(digits or old.digits),
        route=old.route,
        step=old.step,
        from_on=on,
        replaces=old,
    )
    shown = checked_value(initial, new.digits, "initial")
    last = checked_value(final, old.digits, "final")
    note = checked_text(reason, "reason", NOTE_MOST, required=False)
    _end(Taking(old, Reading.Kind.LAST, on, last, key, note=note, photo=photo), by, at)
    _save(new)
    write(Taking(new, Reading.Kind.FIRST, on, shown, uuid4()), by, at)
    trail("replaced", by, at, new, {"old": old.code, "new": new.code, "on": str(on)}, reason=reason)
    return new.pk


@transaction.atomic
def take_down(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    meter: str,
    on: date,
    final: Decimal | str,
    key: UUID,
    reason: str,
) -> None:
    """Take a meter down for good, with what it showed last.

    Raises NotFound, Forbidden, UnableToRead, UnableToReplace, BadInput.
    """
    admit_to_keep(by, community_id)
    old = locked_meter(community_id, meter)
    if Reading.objects.filter(key=key, meter=old).exists():
        return
    reason = checked_text(reason, "reason", NOTE_MOST)
    last = checked_value(final, old.digits, "final")
    _end(Taking(old, Reading.Kind.LAST, on, last, key, note=reason), by, at)
    trail("taken_down", by, at, old, {"on": str(on)}, reason=reason)


@transaction.atomic
def order_walk(
    *, by: Caller, at: datetime, community_id: int, route: str, meters: Sequence[str]
) -> None:
    """Put meters on a walk, in this order; others on the same walk follow as they stood.

    Raises NotFound, Forbidden, BadInput.
    """
    admit_to_keep(by, community_id)
    route = checked_text(route, "route", CODE_MOST)
    named = set(meters)
    known = {
        one.code: one
        for one in Meter.objects.select_for_update(no_key=True)
        .filter(community_id=community_id, until_on=None)
        .order_by("step", "id")
        if one.route == route or one.code in named
    }
    missing = [code for code in meters if code not in known]
    if missing:
        raise UnableToOrder(
            _("没有编号为“%(code)s”的表,请核对表号。") % {"code": missing[0][:40]}, field="meters"
        )
    order = [*dict.fromkeys(meters), *(code for code in known if code not in named)]
    changed = []
    for step, code in enumerate(order, start=1):
        one = known[code]
        if (one.route, one.step) != (route, step):
            one.route, one.step = route, step
            changed.append(one)
    if changed:
        Meter.objects.bulk_update(changed, ["route", "step"], batch_size=1000)
        after = {"route": route, "meters": len(order), "moved": len(changed)}
        trail("walk_ordered", by, at, changed[0], after)


def checked_code(code: str) -> str:
    """Return the code of a meter, or raise UnableToHang."""
    code = code.strip()
    if not code or len(code) > CODE_MOST or any(ord(sign) < ord(" ") for sign in code):
        raise UnableToHang(_("请填写表号,最多 40 个字。"), field="code")
    if "/" in code or "\\" in code:
        raise UnableToHang(_("表号里不能有斜杠,可以用短横线。"), field="code")
    return code


def checked_kind(kind: str) -> str:
    """Return the kind of a meter, or raise UnableToHang."""
    if kind not in Meter.Kind.values:
        raise UnableToHang(_("请选择是什么表。"), field="kind")
    return kind


def checked_digits(digits: int) -> int:
    """Return how many whole figures a meter shows, or raise UnableToHang."""
    if not LEAST_DIGITS <= digits <= MOST_DIGITS:
        raise UnableToHang(
            _("整数位数在 %(least)d 到 %(most)d 之间。")
            % {"least": LEAST_DIGITS, "most": MOST_DIGITS},
            field="digits",
        )
    return digits


def checked_factor(factor: Decimal | str) -> Decimal:
    """Return by what a meter multiplies, or raise UnableToHang."""
    number = figure(str(factor)) or Decimal(0)
    if not 0 < number <= FACTOR_MOST or number != round(number, 2):
        raise UnableToHang(_("倍率要大于 0,最多两位小数,一般是 1。"), field="factor")
    return number


def _end(last: Taking, by: Caller, at: datetime) -> None:
    """Write the last reading of a meter and end it on that day."""
    old, on = last.meter, last.read_on
    if old.until_on is not None:
        raise UnableToReplace(_("这只表 %(day)s 已经拆下。") % {"day": old.until_on}, field="on")
    checked_day(old, on, local_day(at, old.community.zone), "on")
    later = Reading.objects.filter(meter=old, voided_at=None, read_on__gt=on).order_by("read_on")
    if (after := later.first()) is not None:
        raise UnableToReplace(
            _("这只表 %(day)s 还抄过,换表日期不能更早;抄错了请先作废那一次。")
            % {"day": after.read_on},
            field="on",
        )
    write(last, by, at)
    old.until_on = on
    old.save(update_fields=["until_on"])


def _save(meter: Meter) -> None:
    try:
        with transaction.atomic():
            meter.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToHang(
            _("表号“%(code)s”已经登记过。") % {"code": meter.code}, field="code"
        ) from error


def _house(by: Caller, community_id: int, code: str) -> House | None:
    if not code.strip():
        return None
    try:
        return house_model(caller=by, community_id=community_id, code=code)
    except NotFound as error:
        raise UnableToHang(str(error), field="house") from error


def _building(community_id: int, code: str) -> int | None:
    if not code.strip():
        return None
    found = Building.objects.filter(community_id=community_id, code=code.strip()).first()
    if found is None:
        raise UnableToHang(_("没有这栋楼。"), field="building")
    return found.pk


def _zone(meter: Meter) -> str:
    return meter.community.zone


def _last_step(community_id: int, route: str) -> int:
    steps = Meter.objects.filter(community_id=community_id, route=route).order_by("-step")
    return steps.values_list("step", flat=True).first() or 0
