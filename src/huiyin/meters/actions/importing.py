"""Files of meters and readings: what is wrong is named by row and column, the rest goes in.

As with the roster, a bad value never enters and the other rows do; a dry run gives the same report;
the same file again changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Building, Community, House
from huiyin.estate.rules import house_codes
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Refused
from huiyin.meters.access import admit_to_keep
from huiyin.meters.actions.core import (
    NEW,
    checked_day,
    checked_value,
    facts_of,
    reading_factor,
)
from huiyin.meters.actions.hanging import (
    CODE_MOST,
    PLACE_MOST,
    checked_code,
    checked_digits,
    checked_factor,
)
from huiyin.meters.actions.reading import NOTE_MOST, Taking, plain
from huiyin.meters.models import Meter, Reading
from huiyin.meters.rows import ImportReport, Problem
from huiyin.meters.rules import MeterFacts, ReadingFacts, doubt
from huiyin.meters.sheets import Refuse, Row, read_rows
from huiyin.meters.shown import fact_of
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

READING_COLUMNS = ("meter", "read_on", "value")
METER_COLUMNS = ("meter", "kind")
BATCH = 2000
MOST_STEP = 999_999
_T = TypeVar("_T")


@dataclass(slots=True)
class _Report:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    problems: list[Problem] = field(default_factory=list)

    def told(self, name: str) -> dict[str, object]:
        return {
            "file": name.replace("\0", "")[:120],
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "held": self.held,
            "refused": len(self.problems),
        }

    def done(self) -> ImportReport:
        return ImportReport(self.new, self.changed, self.unchanged, self.held, tuple(self.problems))


@transaction.atomic
def import_readings(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    content: bytes,
    name: str,
    dry_run: bool = False,
) -> ImportReport:
    """Take the readings of a file (表号、抄表日期、读数、备注); odd ones are held as by hand.

    Raises NotFound, Forbidden, UnableToReadFile.
    """
    admit_to_keep(by, community_id)
    rows = read_rows(content, name, READING_COLUMNS)
    town = _locked(community_id)
    report = _Report()
    known = _Known(town, at, {_code(row) for row in rows})
    made: list[Reading] = []
    for row, taking in _taken(rows, known, report):
        same = known.of_day(taking)
        if same is not None and same.value == taking.value:
            report.unchanged += 1
        elif same is not None:
            report.problems.append(
                row.refused(
                    "value",
                    _("这一天已有读数 %(value)s,不同;要改请先在系统里改正")
                    % {"value": plain(same.value)},
                )
            )
        else:
            made.append(known.add(taking, by, at))
    report.new, report.held = len(made), sum(1 for one in made if one.held)
    if made and not dry_run:
        Reading.objects.bulk_create(made, batch_size=BATCH)
    if not dry_run:
        record(
            action="meters.readings_imported",
            by=by,
            at=at,
            subject=f"community:{community_id}",
            community_id=community_id,
            after=report.told(name),
        )
    return report.done()


@transaction.atomic
def import_meters(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    content: bytes,
    name: str,
    dry_run: bool = False,
) -> ImportReport:
    """Take the meters of a file (表号、类型、房号 or 楼栋 and 位置、倍率、位数、路线、顺序…).

    Of a meter that is known only its place on the walk may change: what it counts, by how much and
    for whom is changed by replacing it. Raises NotFound, Forbidden, UnableToReadFile.
    """
    admit_to_keep(by, community_id)
    rows = read_rows(content, name, METER_COLUMNS)
    town = _locked(community_id)
    today = local_day(at, town.zone)
    reader = _MeterReader(town, today)
    report = _Report()
    new: dict[str, tuple[Meter, Decimal | None]] = {}
    changed: list[Meter] = []
    known = {one.code: one for one in Meter.objects.filter(community_id=community_id)}
    for row in rows:
        read = _tried(row, reader.read, report)
        if read is None:
            continue
        meter, initial = read
        if meter.code in new:
            report.problems.append(row.refused("meter", _("表号在文件里出现了两次")))
        elif meter.code not in known:
            new[meter.code] = (meter, initial)
        elif (problem := _fixed(row, known[meter.code], meter, reader.given(row))) is not None:
            report.problems.append(problem)
        elif _moved(known[meter.code], meter, reader.given(row)):
            changed.append(known[meter.code])
        else:
            report.unchanged += 1
    report.new, report.changed = len(new), len(changed)
    if not dry_run:
        Meter.objects.bulk_create([meter for meter, _value in new.values()], batch_size=BATCH)
        Meter.objects.bulk_update(changed, ["place", "route", "step"], batch_size=BATCH)
        firsts = [
            _reading(Taking(meter, Reading.Kind.FIRST, meter.from_on, value, uuid4()), by, at)
            for meter, value in new.values()
            if value is not None
        ]
        Reading.objects.bulk_create(firsts, batch_size=BATCH)
        record(
            action="meters.meters_imported",
            by=by,
            at=at,
            subject=f"community:{community_id}",
            community_id=community_id,
            after=report.told(name),
        )
    return report.done()


class _Known:
    """The meters a file names, with their readings and what the file itself adds."""

    def __init__(self, town: Community, at: datetime, codes: set[str]) -> None:
        self.today = local_day(at, town.zone)
        self.factor = reading_factor(town, at)
        found = Meter.objects.filter(community=town, code__in=codes).select_related("community")
        self.meters = {one.code: one for one in found}
        self._facts: dict[int, list[ReadingFacts]] = defaultdict(list)
        live = Reading.objects.filter(meter__in=found, voided_at=None).order_by("read_on", "id")
        for one in live.iterator(chunk_size=BATCH):
            self._facts[one.meter_id].append(fact_of(one))

    def of_day(self, taking: Taking) -> ReadingFacts | None:
        """Return what was read of the same meter on the same day."""
        facts = self._facts[taking.meter.pk]
        same = (one for one in facts if (one.read_on, one.kind) == (taking.read_on, taking.kind))
        return next(same, None)

    def add(self, taking: Taking, by: Caller, at: datetime) -> Reading:
        """Return a reading to be written, judged by what is known before it."""
        fact = ReadingFacts(NEW, taking.kind, taking.read_on, taking.value)
        held = doubt(self._of(taking.meter), fact, factor=self.factor)
        self._facts[taking.meter.pk].append(replace(fact, held=bool(held)))
        return _reading(taking, by, at, held)

    def _of(self, meter: Meter) -> MeterFacts:
        return replace(facts_of(meter, []), readings=tuple(self._facts[meter.pk]))


def _taken(rows: Iterable[Row], known: _Known, report: _Report) -> Iterable[tuple[Row, Taking]]:
    """Yield what can be read of the rows, in the order of their days, and report the rest."""

    def read(row: Row) -> Taking:
        meter = known.meters.get(_code(row))
        if meter is None:
            raise _Cell("meter", _("没有这个表号"))
        day = _in(row, "read_on", lambda: row.day("read_on"))
        if day is None:
            raise _Cell("read_on", _("请填写抄表日期"))
        value = _in(row, "value", lambda: _or(row.number_of("value"), 0))
        _in(row, "read_on", lambda: checked_day(meter, day, known.today))
        checked = _in(row, "value", lambda: checked_value(value, meter.digits))
        note = _in(row, "note", lambda: row.text("note"))[:NOTE_MOST]
        return Taking(meter, Reading.Kind.READ, day, checked, uuid4(), note=note)

    filled = (row for row in rows if not _is_blank(row, "value"))
    read_rows = [(row, one) for row in filled if (one := _tried(row, read, report)) is not None]
    return sorted(read_rows, key=lambda both: (both[1].meter.pk, both[1].read_on))


class _MeterReader:
    """Reads rows of meters against the houses and buildings of a community."""

    def __init__(self, town: Community, today: date) -> None:
        self._town, self._today = town, today
        self._houses = {one.code: one for one in House.objects.filter(community=town)}
        buildings = Building.objects.filter(community=town)
        self._buildings = {name: one for one in buildings for name in (one.code, one.name)}

    def read(self, row: Row) -> tuple[Meter, Decimal | None]:
        """Return a meter as a row describes it and what it showed at first."""
        house = _in(row, "house", lambda: self._house(row))
        from_on = _in(row, "from_on", lambda: row.day("from_on")) or self._today
        if from_on > self._today:
            raise _Cell("from_on", _("起用日期不能晚于今天"))
        digits = _in(row, "digits", lambda: checked_digits(int(_or(row.number_of("digits"), 5))))
        initial = _in(row, "initial", lambda: row.number_of("initial"))
        if initial is not None:
            given = initial
            initial = _in(row, "initial", lambda: checked_value(given, digits))
        meter = Meter(
            community=self._town,
            code=_in(row, "meter", lambda: checked_code(row.text("meter"))),
            kind=_in(row, "kind", row.kind),
            house=house,
            building_id=house.building_id if house else self._building(row),
            unit_id=house.unit_id if house else None,
            place=_in(row, "place", lambda: row.text("place"))[:PLACE_MOST],
            factor=_in(row, "factor", lambda: checked_factor(_or(row.number_of("factor"), 1))),
            digits=digits,
            route=_in(row, "route", lambda: row.text("route"))[:CODE_MOST],
            step=_in(row, "step", lambda: _step(row)),
            from_on=from_on,
        )
        return meter, initial

    def given(self, row: Row) -> tuple[str, ...]:
        """Return the columns of a row that are filled in."""
        return tuple(name for name in row.cells if row.text(name))

    def _house(self, row: Row) -> House | None:
        text = row.text("house")
        if not text:
            return None
        for code in (text, *house_codes(text)):
            if code in self._houses:
                return self._houses[code]
        raise Refuse(_("没有这个房号"))

    def _building(self, row: Row) -> int | None:
        text = _in(row, "building", lambda: row.text("building"))
        if not text:
            return None
        found = self._buildings.get(text) or self._buildings.get(text.rstrip("栋幢座楼号#"))
        if found is None:
            raise _Cell("building", _("没有这栋楼"))
        return found.pk


def _fixed(row: Row, known: Meter, read: Meter, given: Sequence[str]) -> Problem | None:
    """Refuse what must not change of a meter that is known."""
    fixed = {"kind": "kind", "house": "house_id", "factor": "factor", "digits": "digits"}
    for name, attribute in fixed.items():
        if name in given and getattr(known, attribute) != getattr(read, attribute):
            return row.refused(name, _("与已登记的不同;换表请用“换表”,登记错了请找管理员"))
    return None


def _moved(known: Meter, read: Meter, given: Sequence[str]) -> bool:
    """Take over where a known meter hangs and stands on its walk; tell whether that is new."""
    moved = [name for name in ("place", "route", "step") if name in given]
    moved = [name for name in moved if getattr(known, name) != getattr(read, name)]
    for name in moved:
        setattr(known, name, getattr(read, name))
    return bool(moved)


def _step(row: Row) -> int:
    """Return where a meter stands on its walk, by default where it stands in the file."""
    step = row.number_of("step")
    if step is None:
        return row.number
    if step != int(step) or not 0 <= step <= MOST_STEP:
        raise Refuse(_("顺序应为 0 到 %(most)s 的整数") % {"most": MOST_STEP})
    return int(step) or row.number


class _Cell(Refuse):
    """A refused cell that knows its column."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def _in(row: Row, name: str, read: Callable[[], _T]) -> _T:
    """Read a cell; what is wrong with it is said of its column."""
    try:
        return read()
    except Refuse as error:
        raise _Cell(name, str(error)) from error
    except Refused as error:
        raise _Cell(name, str(error)) from error


def _tried(row: Row, read: Callable[[Row], _T], report: _Report) -> _T | None:
    try:
        return read(row)
    except _Cell as error:
        report.problems.append(row.refused(error.name, str(error)))
        return None


def _is_blank(row: Row, name: str) -> bool:
    """Tell whether a cell waits to be filled in: the template names every meter."""
    try:
        return not row.text(name)
    except Refuse:
        return False


def _or(number: Decimal | None, usual: int) -> Decimal:
    return Decimal(usual) if number is None else number


def _code(row: Row) -> str:
    try:
        return row.text("meter")
    except Refuse:
        return ""


def _reading(taking: Taking, by: Caller, at: datetime, held: str = "") -> Reading:
    return Reading(
        community_id=taking.meter.community_id,
        meter=taking.meter,
        kind=taking.kind,
        read_on=taking.read_on,
        value=taking.value,
        note=taking.note,
        key=taking.key,
        fingerprint=taking.fingerprint,
        by_id=by.employee_id,
        by_name=by.name[:60],
        recorded_at=at,
        held=held,
    )


def _locked(community_id: int) -> Community:
    """Take the community, so that two imports of it come one after the other."""
    return Community.objects.select_for_update(no_key=True).get(pk=community_id)
