"""A service standard: the written rules of one kind of community, read from TOML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from importlib import resources
from typing import Final, Literal, TypeAlias, cast, get_args

from huiyin.kernel.calendar import Hours
from huiyin.kernel.caller import POSTS
from huiyin.kernel.limits import (
    AsPromised,
    BadLimit,
    DayRules,
    Elapsed,
    Every,
    Limit,
    parse_limit,
)
from huiyin.standards.reading import (
    REQUIRED,
    Required,
    Table,
    read_toml,
)
from huiyin.standards.words import (
    EVENT_KINDS,
    KIND_PATTERN,
    PROMISE_CODES,
    ROLES,
    bad_id,
    bad_rule,
    matches,
    specificity,
)

RungMoment: TypeAlias = Literal["start", "half", "due", "twice", "morning"]
Comparison: TypeAlias = Literal[">=", "<="]

PROFILES: Final = ("residential", "friendship", "office", "group")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: at that moment these roles are told, once."""

    at: RungMoment | Elapsed
    to: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """One promise the standard makes: what starts it, what keeps it, how long, who is told."""

    id: str
    code: str
    rule: str
    title: str
    source: str
    """The written rule behind it, in one Chinese sentence."""
    kinds: tuple[str, ...]
    """Kinds it holds for: ``complaint`` is itself, ``complaint.*`` its sub-kinds, ``*`` all."""
    starts: tuple[str, ...]
    kept_by: tuple[str, ...]
    limit: Limit
    ladder: tuple[Rung, ...]
    not_kinds: tuple[str, ...] = ()
    important: bool | None = None
    """Only for important matters, only for the others, or for both (None)."""
    contact: bool = False
    """Kept only by a real contact with the owner, not by a note or a failed call."""
    by: tuple[str, ...] = ()
    """Kept only when done by a holder of one of these posts."""
    pausable: bool = False
    supersedes: bool = False
    """A new start voids the earlier unbroken promise of this clause."""
    emergency: bool = False
    after_close: bool = False
    """Still owed when the matter itself is closed, like the report on an emergency."""

    @property
    def from_fact(self) -> bool:
        """Tell whether the due moment comes from the starting event itself."""
        return isinstance(self.limit, AsPromised)

    @property
    def repeats_until(self) -> tuple[str, ...]:
        """List the events that end a repeating clause; empty for one that does not repeat."""
        return self.limit.until if isinstance(self.limit, Every) else ()

    def applies(self, kind: str, important: bool) -> bool:
        """Tell whether this clause holds for a matter of that kind."""
        return (
            self.important in {None, important}
            and any(matches(pattern, kind) for pattern in self.kinds)
            and not any(matches(pattern, kind) for pattern in self.not_kinds)
        )


@dataclass(frozen=True)
class Target:
    """A figure the community wants to reach."""

    code: str
    rule: str
    title: str
    source: str
    value: Decimal
    unit: str
    comparison: Comparison


@dataclass(frozen=True)
class DeskRules:
    """How the desk works: rings, shifts, when a matter counts as stalled, how often to nudge."""

    call_rings: int = 3
    shifts: tuple[tuple[time, time], ...] = (
        (time(7), time(15)),
        (time(15), time(23)),
        (time(23), time(7)),
    )
    """From when to when each shift lasts; one that ends before it begins passes midnight."""
    stalled_after: timedelta = timedelta(hours=4)
    """A matter in somebody's hands stands still when nothing was done on it for so long."""
    nudge_every: timedelta = timedelta(minutes=5)
    """Nobody is nudged about the same matter more often."""


@dataclass(frozen=True)
class FieldRules:
    """What a phone that had no signal may tell afterwards."""

    late_facts: timedelta = timedelta(hours=24)
    """How old a fact may be and still be judged by its own time."""
    clock_tolerance: timedelta = timedelta(minutes=2)
    """A phone whose clock is wrong by more is corrected and told so."""


@dataclass(frozen=True)
class OwnerRules:
    """What owners may ask for on the phone."""

    chase_every: timedelta = timedelta(hours=1)
    """Nobody chases (催办) the same matter more often (OWN-01)."""


@dataclass(frozen=True)
class NoticeRules:
    """When and how often people are told things (NOT-04)."""

    open_hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(20, 30)),)
    """Outside these hours nothing rings at owners' but emergencies."""
    bundle_within: timedelta = timedelta(minutes=5)
    """What one person is told about their matters within so long goes into one short message."""
    hourly_most: int = 6
    """Short messages to one number within an hour, emergencies and codes apart."""
    daily_most: int = 15
    """The same within a day."""
    greeted_festivals: tuple[str, ...] = ("元旦", "春节", "中秋")
    """Holidays of the working calendar on whose first day people are wished well (NOT-01)."""
    read_within: timedelta = timedelta(hours=24)
    """A message nobody delivered or read by then goes down the ladder to the next channel."""


@dataclass(frozen=True)
class BillingRules:
    """What is odd about a bill or a reading, and how early people hear of it (BIL-03…BIL-08)."""

    deviation: Decimal = Decimal("0.1")
    """A run that differs from the last one by a larger share needs a second pair of eyes."""
    unusual: Decimal = Decimal(3)
    """A line of so many times the household's last one, or so small a part, is shown as odd."""
    reading_factor: Decimal = Decimal(5)
    """A reading of so many times the usual use is held back until somebody looked at it."""
    reading_early: int = 7
    """So many days before the end of a period a reading already closes it."""
    reading_late: int = 7
    """And so many after it."""
    notice_before_due: int = 10
    notice_before_debit: int = 3


@dataclass(frozen=True)
class Standard:
    """Everything a community promises, frozen: a matter keeps the standard it started under."""

    profile: str
    title: str
    week: Mapping[int, Hours]
    make_up_hours: Hours
    """Hours of a make-up workday."""
    day_rules: DayRules
    morning: time
    max_pause: Limit
    desk: DeskRules
    field: FieldRules
    owners: OwnerRules
    notices: NoticeRules
    billing: BillingRules
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...]
    assignment: Mapping[str, tuple[str, ...]]
    """Kind pattern to the posts that own such a matter at reception, first choice first."""
    ladder: tuple[Rung, ...]
    """What a clause gets that names no ladder of its own."""

    def clause(self, clause_id: str) -> Clause | None:
        """Find a clause by its id."""
        return self._by_id.get(clause_id)

    @cached_property
    def _by_id(self) -> dict[str, Clause]:
        return {clause.id: clause for clause in self.clauses}

    def clauses_for(self, kind: str, important: bool) -> tuple[Clause, ...]:
        """List the clauses that hold for a matter of that kind."""
        return tuple(clause for clause in self.clauses if clause.applies(kind, important))

    def owner_posts(self, kind: str) -> tuple[str, ...]:
        """List the posts to own a new matter of that kind, by its most specific pattern."""
        fitting = [pattern for pattern in self.assignment if matches(pattern, kind)]
        return self.assignment[max(fitting, key=specificity)] if fitting else ()

    def target(self, code: str) -> Target | None:
        """Find a target by its code."""
        return next((target for target in self.targets if target.code == code), None)


def profiles() -> tuple[str, ...]:
    """Name the ready-made profiles, the default first."""
    return PROFILES


@cache
def load_profile(name: str) -> Standard:
    """Read one of the ready-made profiles, or raise KeyError."""
    if name not in PROFILES:
        raise KeyError(name)
    path = resources.files("huiyin.standards") / "profiles" / f"{name}.toml"
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str, *, base: Standard | None = None) -> Standard:
    """Read a standards document, or raise BrokenStandard.

    With ``extends = "residential"`` (or a ``base``, which wins) it starts from that standard: a
    clause or target with a known id changes only the keys it names, ``drop = true`` removes it.
    """
    top = read_toml(text)
    base = _extended(top, base)
    profile = top.text("profile", base.profile if base else REQUIRED)
    title = top.text("title", base.title if base else REQUIRED)
    week, make_up_hours = _week(top.table("hours"), base)
    days = top.table("days")
    day_rules = DayRules(
        days.clock("late_after", base.day_rules.late_after if base else DayRules.late_after),
        days.clock("late_until", base.day_rules.late_until if base else DayRules.late_until),
    )
    morning = days.clock("morning", base.morning if base else time(9))
    max_pause = _pause_limit(days, base)
    days.done()
    ladder = _ladder(top, base.ladder if base else REQUIRED)
    standard = Standard(
        profile=profile,
        title=title,
        week=week,
        make_up_hours=make_up_hours,
        day_rules=day_rules,
        morning=morning,
        max_pause=max_pause,
        desk=_desk(top.table("desk"), base.desk if base else DeskRules()),
        field=_field(top.table("field"), base.field if base else FieldRules()),
        owners=_owners(top.table("owners"), base.owners if base else OwnerRules()),
        notices=_notices(top.table("notices"), base.notices if base else NoticeRules()),
        billing=_billing(top.table("billing"), base.billing if base else BillingRules()),
        clauses=_clauses(top, base, ladder),
        targets=_targets(top, base),
        assignment=_assignment(top.table("assignment"), base),
        ladder=ladder,
    )
    top.done()
    return standard


def _extended(top: Table, base: Standard | None) -> Standard | None:
    if not top.has("extends"):
        return base
    name = top.text("extends")
    if name not in PROFILES or (base is None and name == top.values.get("profile")):
        raise top.broken("extends", "unknown_profile", value=name)
    return base or load_profile(name)


def _week(table: Table, base: Standard | None) -> tuple[dict[int, Hours], Hours]:
    week: dict[int, Hours] = {}
    for weekday, key in enumerate(WEEKDAYS):
        week[weekday] = table.hours(key, base.week[weekday] if base else ())
    first = next((hours for hours in week.values() if hours), ())
    make_up = table.hours("make_up", base.make_up_hours if base else first)
    table.done()
    if not any(week.values()):
        raise table.broken("", "never_open")
    return week, make_up


def _desk(table: Table, base: DeskRules) -> DeskRules:
    desk = DeskRules(
        call_rings=table.whole("call_rings", base.call_rings),
        shifts=table.shifts("shifts", base.shifts),
        stalled_after=table.span("stalled_after", base.stalled_after),
        nudge_every=table.span("nudge_every", base.nudge_every),
    )
    table.done()
    return desk


def _field(table: Table, base: FieldRules) -> FieldRules:
    field = FieldRules(
        late_facts=table.span("late_facts", base.late_facts),
        clock_tolerance=table.span("clock_tolerance", base.clock_tolerance),
    )
    table.done()
    return field


def _owners(table: Table, base: OwnerRules) -> OwnerRules:
    owners = OwnerRules(chase_every=table.span("chase_every", base.chase_every))
    table.done()
    return owners


def _notices(table: Table, base: NoticeRules) -> NoticeRules:
    notices = NoticeRules(
        open_hours=table.hours("open_hours", base.open_hours),
        bundle_within=table.span("bundle_within", base.bundle_within),
        hourly_most=table.whole("hourly_most", base.hourly_most),
        daily_most=table.whole("daily_most", base.daily_most),
        greeted_festivals=table.texts("greeted_festivals", base.greeted_festivals),
        read_within=table.span("read_within", base.read_within),
    )
    table.done()
    return notices


def _billing(table: Table, base: BillingRules) -> BillingRules:
    billing = BillingRules(
        deviation=table.number("deviation", base.deviation),
        unusual=table.number("unusual", base.unusual),
        reading_factor=table.number("reading_factor", base.reading_factor),
        reading_early=table.whole("reading_early", base.reading_early),
        reading_late=table.whole("reading_late", base.reading_late),
        notice_before_due=table.whole("notice_before_due", base.notice_before_due),
        notice_before_debit=table.whole("notice_before_debit", base.notice_before_debit),
    )
    table.done()
    return billing


def _pause_limit(table: Table, base: Standard | None) -> Limit:
    limit = table.limit("max_pause", base.max_pause if base else REQUIRED)
    if isinstance(limit, AsPromised | Every):
        raise table.broken("max_pause", "bad_limit", value=str(limit), why="unknown")
    return limit


def _assignment(table: Table, base: Standard | None) -> dict[str, tuple[str, ...]]:
    assignment = dict(base.assignment) if base else {}
    for pattern in table.values:
        if not KIND_PATTERN.fullmatch(pattern):
            raise table.broken(pattern, "bad_kind", value=pattern)
        posts = table.texts(pattern, known=POSTS, problem="unknown_post")
        if not posts:
            raise table.broken(pattern, "empty_text")
        assignment[pattern] = posts
    if "*" not in assignment:
        raise table.broken("*", "missing_key")
    return assignment


def _targets(top: Table, base: Standard | None) -> tuple[Target, ...]:
    targets = {target.code: target for target in base.targets} if base else {}
    for table in _each(top, "target", "code", targets):
        code = table.text("code", check=bad_id)
        old = targets.get(code)
        comparison = table.text("comparison", old.comparison if old else ">=")
        if comparison not in get_args(Comparison):
            raise table.broken("comparison", "unknown_choice", value=comparison)
        targets[code] = Target(
            code=code,
            rule=table.text("rule", old.rule if old else REQUIRED, check=bad_rule),
            title=table.text("title", old.title if old else REQUIRED),
            source=table.text("source", old.source if old else REQUIRED),
            value=table.number("value", old.value if old else REQUIRED),
            unit=table.text("unit", old.unit if old else REQUIRED),
            comparison=cast(Comparison, comparison),
        )
        table.done()
    return tuple(targets.values())


def _clauses(top: Table, base: Standard | None, ladder: tuple[Rung, ...]) -> tuple[Clause, ...]:
    clauses = {clause.id: clause for clause in base.clauses} if base else {}
    for table in _each(top, "clause", "id", clauses):
        clause = _clause(table, clauses.get(table.text("id", check=bad_id)), ladder)
        table.done()
        _check_sense(clause, table)
        clauses[clause.id] = clause
    return tuple(clauses.values())


def _each(
    top: Table, key: str, named_by: str, known: dict[str, Clause] | dict[str, Target]
) -> Iterable[Table]:
    """Walk the tables of a list, refusing one that comes twice, carrying out ``drop``."""
    seen = set()
    for table in top.tables(key, named_by=named_by):
        name = table.text(named_by)
        if name in seen:
            raise table.broken(named_by, "duplicate_id", value=name)
        seen.add(name)
        if not table.flag("drop", default=False):
            yield table
        elif known.pop(name, None) is None:
            raise table.broken("drop", "nothing_to_drop", value=name)
        else:
            table.done()


def _clause(table: Table, old: Clause | None, ladder: tuple[Rung, ...]) -> Clause:
    """Read one clause; what it leaves out comes from the clause it overrides."""
    code = table.text("code", old.code if old else REQUIRED)
    if code not in PROMISE_CODES:
        raise table.broken("code", "unknown_code", value=code)
    return Clause(
        id=table.text("id"),
        code=code,
        rule=table.text("rule", old.rule if old else REQUIRED, check=bad_rule),
        title=table.text("title", old.title if old else REQUIRED),
        source=table.text("source", old.source if old else REQUIRED),
        kinds=_kinds(table, "kinds", old.kinds if old else REQUIRED),
        not_kinds=_kinds(table, "not_kinds", old.not_kinds if old else ()),
        important=_important(table, old),
        starts=_events(table, "starts", old.starts if old else REQUIRED),
        kept_by=_events(table, "kept_by", old.kept_by if old else REQUIRED),
        contact=table.flag("contact", old.contact if old else False),
        by=table.texts("by", old.by if old else (), known=POSTS, problem="unknown_post"),
        limit=table.limit("limit", old.limit if old else REQUIRED),
        pausable=table.flag("pausable", old.pausable if old else False),
        supersedes=table.flag("supersedes", old.supersedes if old else False),
        emergency=table.flag("emergency", old.emergency if old else False),
        after_close=table.flag("after_close", old.after_close if old else False),
        ladder=_ladder(table, old.ladder if old else ladder),
    )


def _events(table: Table, key: str, default: tuple[str, ...] | Required) -> tuple[str, ...]:
    return table.texts(key, default, known=EVENT_KINDS, problem="unknown_event")


def _important(table: Table, old: Clause | None) -> bool | None:
    if table.has("important"):
        return table.flag("important", default=False)
    return old.important if old else None


def _check_sense(clause: Clause, table: Table) -> None:
    """Refuse a clause that could never start, never be kept or never end."""
    repeats = isinstance(clause.limit, Every)
    if not clause.starts:
        raise table.broken("starts", "never_started")
    if not clause.kept_by:
        raise table.broken("kept_by", "never_kept")
    if repeats and not clause.repeats_until:
        raise table.broken("limit", "endless")
    for event in clause.repeats_until:
        if event not in EVENT_KINDS:
            raise table.broken("limit", "unknown_event", value=event)
    if clause.pausable and (clause.code != "finish" or repeats or clause.from_fact):
        raise table.broken("pausable", "cannot_pause")
    if clause.from_fact and clause.starts != ("promised",):
        raise table.broken("starts", "promised_only")


def _kinds(table: Table, key: str, default: tuple[str, ...] | Required) -> tuple[str, ...]:
    kinds = table.texts(key, default)
    for kind in kinds:
        if not KIND_PATTERN.fullmatch(kind):
            raise table.broken(key, "bad_kind", value=kind)
    if key == "kinds" and not kinds:
        raise table.broken(key, "empty_text")
    return kinds


def _ladder(table: Table, default: tuple[Rung, ...] | Required) -> tuple[Rung, ...]:
    if not table.has("ladder") and not isinstance(default, Required):
        return default
    rungs = tuple(_rung(rung) for rung in table.inline_tables("ladder"))
    if not rungs:
        raise table.broken("ladder", "empty_ladder")
    return rungs


def _rung(table: Table) -> Rung:
    text = table.text("at")
    to = table.texts("to", known=ROLES, problem="unknown_role")
    if not to:
        raise table.broken("to", "empty_text")
    table.done()
    if text in get_args(RungMoment):
        return Rung(cast(RungMoment, text), to)
    try:
        offset = parse_limit(text)
    except BadLimit:
        offset = None
    if not isinstance(offset, Elapsed):
        raise table.broken("at", "bad_rung", value=text)
    return Rung(offset, to)
