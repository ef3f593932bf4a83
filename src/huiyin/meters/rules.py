"""What a meter used between two days, and which readings nobody can believe: pure (BIL-03).

A period is closed by the reading nearest to its end, and the same reading opens the next one, so
that every unit is billed once, however periods are cut. What was billed with a reading stays billed
with it (``opened_with``), even where the reading was voided since: the next one sets it right.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

FIRST, READ, ESTIMATED, LAST = "first", "read", "estimated", "last"
_RANK = {FIRST: 0, ESTIMATED: 1, READ: 2, LAST: 3}
MONTH = 30
"""Days over which a usual use is told and compared."""
LEAST_USUAL = Fraction(1, MONTH)
"""A factor needs something to multiply: nobody's usual counts as less than a unit a month."""
USES_REMEMBERED = 6
"""So many of the last uses make up the usual one."""
MIDDLE = 16
"""The day of a month on which the round of its end begins."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """A reading as it counts: ``held`` waits for somebody's eyes, ``voided`` never closes."""

    id: int
    kind: str
    read_on: date
    value: Decimal
    rolled: bool = False
    held: bool = False
    voided: bool = False

    @property
    def counts(self) -> bool:
        """True for what nobody doubts or took back."""
        return not (self.held or self.voided)

    @property
    def order(self) -> tuple[date, int, int]:
        """The order of a meter's readings; of one day the best known comes last."""
        return self.read_on, _RANK[self.kind], self.id


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter while it hangs there, with the readings around a period, the oldest first."""

    id: int
    code: str
    factor: Decimal
    digits: int
    from_on: date
    until_on: date | None = None
    readings: tuple[ReadingFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one meter adds: from which reading to which, how often it rolled over in between.

    ``quantity`` is below zero where an estimate before was too high.
    """

    meter_id: int
    meter: str
    factor: Decimal
    from_id: int
    from_on: date
    from_value: Decimal
    to_id: int
    to_on: date
    to_value: Decimal
    rolled: int
    estimated: bool
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Use:
    """What was used, never below zero; ``back`` is what was billed too much before."""

    quantity: Decimal
    back: Decimal
    parts: tuple[Part, ...]

    @property
    def estimated(self) -> bool:
        """True when a meter was not read but guessed."""
        return any(part.estimated for part in self.parts)

    @property
    def opens_with(self) -> dict[int, int]:
        """The reading with which each meter opens the next period: what a bill freezes."""
        return {part.meter_id: part.to_id for part in self.parts}

    @property
    def begins_with(self) -> dict[int, int]:
        """The reading with which each meter began: where a bill that comes late has to end."""
        return {part.meter_id: part.from_id for part in self.parts}


@dataclass(frozen=True, slots=True)
class Missing:
    """No use can be told: ``what`` is ``meter``, ``opening`` or ``closing``."""

    what: str
    meter: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The only reading that would do waits for somebody's eyes."""

    meter: str
    reading_id: int


def use(
    meters: Sequence[MeterFacts],
    *,
    from_on: date,
    until_on: date,
    early: int,
    late: int,
    opened_with: Mapping[int, int] | None = None,
    closed_with: Mapping[int, int] | None = None,
) -> Use | Missing | Held:
    """Tell what the meters of one kind of one house used in a half-open period.

    The accepted reading nearest to ``until_on`` closes a period, at most ``early`` days before and
    ``late`` days after it, of two the later; an estimate closes only what nobody read. What closed
    the one before opens it: ``opened_with`` says for each meter id with which reading the last bill
    ended; without it the reading nearest to ``from_on`` in the same days, else the last one before,
    and a meter that began inside opens with its first. A meter taken down ends with its last
    reading, and the one that took its place begins with its first: both add up. What a later bill
    has taken already is not taken again: ``closed_with`` says with which reading it began, and
    there the use ends, zero where that is where it begins.
    """
    opened, closed = opened_with or {}, closed_with or {}
    window = _Window(from_on, until_on, timedelta(early), timedelta(late))
    parts: list[Part] = []
    for meter in meters:
        if not _hung(meter, window, opened):
            continue
        part = _part(meter, window, opened.get(meter.id), closed.get(meter.id))
        if not isinstance(part, Part):
            return part
        parts.append(part)
    if not parts:
        return Missing("meter")
    total = sum((part.quantity for part in parts), ZERO)
    return Use(quantity=max(total, ZERO), back=max(-total, ZERO), parts=tuple(parts))


def usual(meter: MeterFacts) -> Fraction | None:
    """Return what the meter shows more each day, by its last uses; None when nobody knows yet."""
    read = [one for one in _ordered(meter.readings) if one.counts and one.kind != ESTIMATED]
    read = read[-USES_REMEMBERED - 1 :]
    days = (read[-1].read_on - read[0].read_on).days if read else 0
    if days <= 0:
        return None
    return max(Fraction(_shown_more(read, meter.digits)[0]) / days, Fraction(0))


def doubt(meter: MeterFacts, reading: ReadingFacts, *, factor: Decimal) -> str:
    """Return why a new reading must be looked at before it counts, or nothing (BIL-03).

    ``lower`` than the one before, which is either a mistake, another meter or one that rolled over;
    ``later_less``: higher than one of a later day; ``too_much``: the use since is more than
    ``factor`` times the usual. A reading below an estimate is none of these: it sets it right.
    """
    known = [one for one in _ordered(meter.readings) if one.counts]
    real = [one for one in known if one.kind != ESTIMATED]
    before = [one for one in real if one.order < reading.order]
    after = [one for one in real if one.order > reading.order]
    if before and reading.value < before[-1].value and not reading.rolled:
        return "lower"
    if after and reading.value > after[0].value and not after[0].rolled:
        return "later_less"
    return "too_much" if _too_much(meter, before, reading, factor) else ""


def most_believable(meter: MeterFacts, on: date, *, factor: Decimal) -> Decimal | None:
    """Return above which value a reading of this day would be held; None when nobody knows."""
    before = [one for one in _ordered(meter.readings) if one.counts and one.kind != ESTIMATED]
    before = [one for one in before if one.read_on <= on]
    allowed = _allowed(meter, before, on, factor)
    return None if allowed is None else before[-1].value + _places(allowed, "0.001")


def estimate(meter: MeterFacts, on: date) -> Decimal | None:
    """Return what the meter probably shows on a day, by its usual use; None when nobody knows.

    A guess never rolls over: it ends at the last figure the meter can show.
    """
    before = [one for one in _ordered(meter.readings) if one.counts and one.read_on <= on]
    known = usual(replace(meter, readings=tuple(before)))
    if known is None or not before:
        return None
    days = (on - before[-1].read_on).days
    guessed = before[-1].value + _places(known * days, "1")
    return min(guessed, capacity(meter.digits) - 1)


def capacity(digits: int) -> Decimal:
    """Return how many units a meter shows before it begins again at zero."""
    return Decimal(10) ** digits


@dataclass(frozen=True, slots=True)
class _Window:
    from_on: date
    until_on: date
    early: timedelta
    late: timedelta

    def nearest(self, readings: Iterable[ReadingFacts], day: date) -> ReadingFacts | None:
        """Return the reading nearest to a day among those near enough; one that was read first."""
        near = [one for one in readings if day - self.early <= one.read_on <= day + self.late]
        return min(near, key=lambda one: _nearness(one, day), default=None)


def _nearness(reading: ReadingFacts, day: date) -> tuple[bool, int, int, int, int]:
    """Sort what was read before what was guessed, then the nearer, then the later."""
    away = abs((reading.read_on - day).days)
    _, rank, number = reading.order
    return reading.kind == ESTIMATED, away, -reading.read_on.toordinal(), -rank, -number


def _hung(meter: MeterFacts, window: _Window, opened: Mapping[int, int]) -> bool:
    """Tell whether the meter counted days of the period, or an earlier bill left some open."""
    ended = meter.until_on is not None and meter.until_on <= window.from_on
    if meter.id in opened:
        done = any(one.id == opened[meter.id] and one.kind == LAST for one in meter.readings)
        return not (ended and done)
    return meter.from_on < window.until_on and not ended


def _part(
    meter: MeterFacts, window: _Window, opened: int | None, closed: int | None
) -> Part | Missing | Held:
    readings = _ordered(meter.readings)
    counting = [one for one in readings if one.counts]
    taken = next((one for one in readings if one.id == closed), None)
    closing = taken or _closing(meter, counting, window)
    if closing is None:
        held = [one for one in readings if one.held and not one.voided]
        doubted = _closing(meter, held, window)
        return Held(meter.code, doubted.id) if doubted else Missing("closing", meter.code)
    opening = _opening(meter, counting, window, opened)
    if opening is None:
        held = [one for one in readings if one.held and not one.voided]
        doubted = window.nearest(held, window.from_on)
        return Held(meter.code, doubted.id) if doubted else Missing("opening", meter.code)
    return _between(meter, opening, closing, counting)


def _closing(
    meter: MeterFacts, readings: Sequence[ReadingFacts], window: _Window
) -> ReadingFacts | None:
    if meter.until_on is not None and meter.until_on <= window.until_on:
        return next((one for one in reversed(readings) if one.kind == LAST), None)
    return window.nearest(readings, window.until_on)


def _opening(
    meter: MeterFacts, counting: Sequence[ReadingFacts], window: _Window, opened: int | None
) -> ReadingFacts | None:
    if opened is not None:
        return next((one for one in meter.readings if one.id == opened), None)
    first = next((one for one in counting if one.kind == FIRST), None)
    if first and meter.from_on >= window.from_on:
        return first
    before = [one for one in counting if one.read_on < window.from_on]
    return window.nearest(counting, window.from_on) or (before[-1] if before else first)


def _between(
    meter: MeterFacts,
    opening: ReadingFacts,
    closing: ReadingFacts,
    counting: Sequence[ReadingFacts],
) -> Part:
    if closing.order <= opening.order:
        closing = opening
    chain = [one for one in counting if opening.order < one.order < closing.order]
    more, rolled = _shown_more([opening, *chain, closing], meter.digits)
    return Part(
        meter_id=meter.id,
        meter=meter.code,
        factor=meter.factor,
        from_id=opening.id,
        from_on=opening.read_on,
        from_value=opening.value,
        to_id=closing.id,
        to_on=closing.read_on,
        to_value=closing.value,
        rolled=rolled,
        estimated=closing.kind == ESTIMATED,
        quantity=more * meter.factor,
    )


def _shown_more(chain: Sequence[ReadingFacts], digits: int) -> tuple[Decimal, int]:
    """Return by how much the figures went on, and how often the meter began again at zero.

    Only what somebody declared a roll-over counts as one, and only where the figure really fell: a
    reading that is entered late between two others changes nothing.
    """
    rolled = sum(1 for one, after in pairwise(chain) if after.rolled and after.value < one.value)
    return chain[-1].value - chain[0].value + rolled * capacity(digits), rolled


def _too_much(
    meter: MeterFacts, before: Sequence[ReadingFacts], reading: ReadingFacts, factor: Decimal
) -> bool:
    allowed = _allowed(meter, before, reading.read_on, factor)
    if allowed is None:
        return False
    more, _ = _shown_more([before[-1], reading], meter.digits)
    return Fraction(more) > allowed


def _allowed(
    meter: MeterFacts, before: Sequence[ReadingFacts], on: date, factor: Decimal
) -> Fraction | None:
    """Return how much more than the reading before can be believed on a day."""
    known = usual(replace(meter, readings=tuple(before)))
    if known is None:
        return None
    days = max((on - before[-1].read_on).days, 1)
    return Fraction(factor) * max(known, LEAST_USUAL) * days


def _ordered(readings: Iterable[ReadingFacts]) -> list[ReadingFacts]:
    return sorted(readings, key=lambda one: one.order)


def _places(value: Fraction, places: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Round:
    """The half-open days in which the meters are read for one turn of the month, ``turn``."""

    from_on: date
    until_on: date
    turn: date

    def closes(self, on: date, *, early: int, late: int) -> bool:
        """Tell whether a reading of this day may close the month."""
        return self.turn - timedelta(early) <= on <= self.turn + timedelta(late)


def round_of(on: date) -> Round:
    """Return the round a day belongs to: from the middle of one month to that of the next."""
    first = on.replace(day=1)
    turn = first if on.day < MIDDLE else (first + timedelta(MONTH + 1)).replace(day=1)
    return Round((turn - timedelta(1)).replace(day=MIDDLE), turn.replace(day=MIDDLE), turn)
