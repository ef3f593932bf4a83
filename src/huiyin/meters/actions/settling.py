"""What becomes of readings nobody could believe: settled by another one, or taken back (BIL-03)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, WrongState
from huiyin.meters.access import admit_to_keep, admit_to_walk, may_keep
from huiyin.meters.actions.core import facts_at, locked_reading, trail
from huiyin.meters.actions.reading import NOTE_MOST, void_row
from huiyin.meters.models import Reading
from huiyin.meters.rows import ReadingRow
from huiyin.meters.shown import reading_row
from huiyin.staff.words import checked_text

ACCEPT, ROLLED = "accept", "rolled"


class UnableToSettle(WrongState):
    """The reading does not wait for anybody, or waits for somebody else."""


class UnableToVoid(WrongState):
    """The reading was taken back already, or is the first or last of its meter."""


@transaction.atomic
def settle(
    *, by: Caller, at: datetime, community_id: int, reading: int, how: str, reason: str
) -> ReadingRow:
    """Say that an odd reading is right (``accept``), or that the meter began anew (``rolled``).

    Somebody else than who read it decides. A wrong one is taken back with `void` or `correct`.
    Raises NotFound, Forbidden, UnableToSettle, BadInput.
    """
    admit_to_keep(by, community_id)
    one = locked_reading(reading, community_id)
    if not one.held or one.settled_at is not None or one.voided_at is not None:
        raise UnableToSettle(_("这次读数已经处理过了。"))
    if one.by_id is not None and one.by_id == by.employee_id:
        raise Forbidden(_("自己抄的读数要由别人核实。"))
    if how not in (ACCEPT, ROLLED):
        raise BadInput(_("请选择怎样处理。"), field="how")
    if how == ROLLED and not _fell(one):
        raise UnableToSettle(_("这次读数没有比上次少,不是归零。"), field="how")
    reason = checked_text(reason, "reason", NOTE_MOST)
    one.rolled = how == ROLLED
    one.settled_at, one.settled_by_id, one.settled_note = at, by.employee_id, reason
    one.save(update_fields=["rolled", "settled_at", "settled_by", "settled_note"])
    shown = {"reading": one.pk, "held": one.held, "how": how}
    trail("settled", by, at, one.meter, shown, reason=reason)
    return reading_row(Reading.objects.select_related("meter", "settled_by").get(pk=one.pk), by)


@transaction.atomic
def void(*, by: Caller, at: datetime, community_id: int, reading: int, reason: str) -> ReadingRow:
    """Take a reading back, so that the meter can be read anew.

    Whoever took it may do so, and those who keep the meters. The first and the last reading of a
    meter can only be corrected. Raises NotFound, Forbidden, UnableToVoid, BadInput.
    """
    admit_to_walk(by, community_id)
    one = locked_reading(reading, community_id)
    if one.by_id != by.employee_id and not may_keep(by, community_id):
        raise Forbidden(_("别人抄的读数,请工程主管或收费员作废。"))
    if one.voided_at is not None:
        raise UnableToVoid(_("这次读数已经作废。"))
    if one.kind in (Reading.Kind.FIRST, Reading.Kind.LAST):
        raise UnableToVoid(_("起始和拆表读数不能作废,只能改正。"))
    void_row(one, by, at, checked_text(reason, "reason", NOTE_MOST))
    return reading_row(one, by)


def _fell(one: Reading) -> bool:
    """Tell whether the meter showed less than the last time somebody read it."""
    known = facts_at(one.meter, one.read_on, without=one.pk).readings
    before = [
        fact
        for fact in known
        if fact.counts and fact.kind != Reading.Kind.ESTIMATED and fact.read_on <= one.read_on
    ]
    return bool(before) and one.value < max(before, key=lambda fact: fact.order).value
