"""The figures that a community wants to reach, and the matters behind each (RPT-03, RPT-07)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.desk import queries as desk
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.kernel.paging import Page
from huiyin.matters.queries import figures
from huiyin.matters.queries.figures import Figure, FigureRow, Measure, Scope
from huiyin.standards import queries as standards
from huiyin.standards.document import Standard, Target

CALLS = "call_answered_in_rings"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure beside its target; ``value`` and ``met`` are None while nothing is decided.

    ``value`` is cut off, never rounded up: 0.9599 does not show as 0.96.
    """

    code: str
    rule: str
    title: str
    target: Decimal | None
    value: Decimal | None
    numerator: int
    denominator: int
    met: bool | None


def kpis(
    *, caller: Caller, at: datetime, community: str, since: date, until: date
) -> tuple[Kpi, ...]:
    """Return every figure of a community over the days from ``since`` to ``until``, both included.

    What the standard sets a target for comes first, in its order; then the other rules that a
    clause promises. Raises NotFound to strangers, BadInput when the days are the wrong way round.
    """
    town = estate.community(caller=caller, code=community)
    scope = _scope(caller, at, town, since, until)
    _version, standard = standards.current(community_id=town.id, at=at)
    measures = _measures(standard)
    found = figures.figures(scope, measures)
    calls = _calls(scope, town, standard)
    if calls is not None:
        found[CALLS] = calls
    targets = [one for one in standard.targets if one.code in found]
    with_target = {target.code for target in targets}
    return (
        *(_kpi(one.code, one.rule, one.title, one, found[one.code]) for one in targets),
        *(
            _kpi(code, code, _title(standard, code), None, figure)
            for code, figure in found.items()
            if code not in with_target and code in measures and code not in figures.MEASURES
        ),
    )


def rows(
    *,
    caller: Caller,
    at: datetime,
    community: str,
    since: date,
    until: date,
    name: str,
    cursor: str = "",
    limit: int = 50,
) -> Page[FigureRow]:
    """Return the rows behind one figure, as many over all pages as its denominator says.

    ``name`` is a figure's code, or a rule: then the first figure of that rule. Raises NotFound
    when no figure over matters has that name.
    """
    town = estate.community(caller=caller, code=community)
    scope = _scope(caller, at, town, since, until)
    _version, standard = standards.current(community_id=town.id, at=at)
    measures = _measures(standard)
    of_rule = {one.rule: one.code for one in reversed(standard.targets) if one.code in measures}
    measure = measures.get(name) or measures.get(of_rule.get(name, ""))
    if measure is None:
        raise NotFound(_("没有“%(name)s”这项指标的明细。") % {"name": name})
    return figures.rows_behind(scope, measure, cursor=cursor, limit=limit)


def _scope(caller: Caller, at: datetime, town: CommunityRow, since: date, until: date) -> Scope:
    if until < since:
        raise BadInput(_("结束日期要不早于开始日期。"), field="to")
    zone = ZoneInfo(town.zone)
    return Scope(
        caller=caller,
        community_id=town.id,
        since=datetime.combine(since, time(0), zone),
        until=datetime.combine(until + timedelta(days=1), time(0), zone),
        at=at,
    )


def _measures(standard: Standard) -> Mapping[str, Measure]:
    """Return what has a target, and for every other rule that a clause promises its own measure."""
    aimed = {target.rule for target in standard.targets}
    others = dict.fromkeys(one.rule for one in standard.clauses if one.rule not in aimed)
    wanted = {one.code for one in standard.targets}
    return {
        **{code: one for code, one in figures.MEASURES.items() if code in wanted},
        **{rule: figures.promises(rule) for rule in others},
    }


def _calls(scope: Scope, town: CommunityRow, standard: Standard) -> Figure | None:
    """Count calls answered in time, for those who may know (REC-01)."""
    try:
        answered = desk.answered_in_time(
            caller=scope.caller,
            community=town.code,
            since=scope.since,
            until=scope.until,
            rings=standard.desk.call_rings,
        )
    except Forbidden:
        return None
    return Figure(answered.in_time, answered.of)


def _title(standard: Standard, rule: str) -> str:
    return next(clause.title for clause in standard.clauses if clause.rule == rule)


def _kpi(code: str, rule: str, title: str, target: Target | None, figure: Figure) -> Kpi:
    value, met = None, None
    if figure.denominator:
        exact = Decimal(figure.numerator) / Decimal(figure.denominator)
        value = exact.quantize(_CENT, ROUND_FLOOR)
        met = exact >= target.value if target else None
    return Kpi(
        code=code,
        rule=rule,
        title=title,
        target=target.value if target else None,
        value=value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        met=met,
    )
