"""Stored meters and readings as rows."""

from decimal import Decimal

from huiyin.kernel.caller import Caller
from huiyin.meters.models import Reading
from huiyin.meters.rows import ReadingRow
from huiyin.meters.rules import ReadingFacts


def reading_row(
    one: Reading, caller: Caller, *, again: bool = False, used: Decimal | None = None
) -> ReadingRow:
    """Show a reading; its meter and who settled it must have come along."""
    waits = bool(one.held) and one.settled_at is None and one.voided_at is None
    return ReadingRow(
        id=one.pk,
        meter=one.meter.code,
        kind=one.kind,
        read_on=one.read_on,
        value=one.value,
        rolled=one.rolled,
        held=one.held if waits else "",
        doubt=one.held,
        note=one.note,
        photo=one.photo_id,
        by_name=one.by_name,
        recorded_at=one.recorded_at,
        settled_by=one.settled_by.name if one.settled_by else "",
        settled_note=one.settled_note,
        void_reason=one.void_reason,
        voided=one.voided_at is not None,
        is_mine=one.by_id is not None and one.by_id == caller.employee_id,
        used=used,
        again=again,
    )


def fact_of(one: Reading) -> ReadingFacts:
    """Return a reading as the rules see it."""
    waits = bool(one.held) and one.settled_at is None
    gone = one.voided_at is not None
    return ReadingFacts(one.pk, one.kind, one.read_on, one.value, one.rolled, waits, gone)
