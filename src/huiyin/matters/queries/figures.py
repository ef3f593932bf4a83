"""Figures about matters, and the rows behind them: the same condition counts and lists (RPT-07).

A figure is a numerator and a denominator over promises or over matters of a period. What is done
late counts as not done (STD-03); void promises count nowhere; what still runs and is not yet due
is in neither number. A promise belongs to the period in which it began, a matter to the one in
which it was received.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import Page
from huiyin.matters import titles
from huiyin.matters.access import visible
from huiyin.matters.models import Matter, Promise
from huiyin.staff import queries as staff
from huiyin.standards.words import matches

CONTENT = 4  # of 5: what counts as satisfied
VERY_CONTENT = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted (the denominator), and which of it is good (the numerator)."""

    over: str
    counted: Q
    good: Q


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose matters, received or begun when, as seen at which moment."""

    caller: Caller
    community_id: int
    since: datetime
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """How many were good, of how many."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row behind a figure: a matter, or one promise of it."""

    number: str
    kind: str
    kind_title: str
    state: str
    state_title: str
    owner_code: str
    owner_name: str
    received_at: datetime
    promise: str
    due_at: datetime | None
    closed_at: datetime | None
    good: bool


def promises(*rules: str, codes: Iterable[str] = (), kinds: Iterable[str] = ()) -> Measure:
    """Measure promises of some rules: kept, of those that are decided or past due."""
    wanted = Q(rule__in=rules)
    if codes:
        wanted &= Q(code__in=list(codes))
    if kinds:
        wanted &= _kinds("matter__kind", kinds)
    return Measure("promise", wanted, Q(state="kept"))


def _kinds(field: str, patterns: Iterable[str]) -> Q:
    known = [kind for kind in titles.KINDS if any(matches(pattern, kind) for pattern in patterns)]
    return Q(**{f"{field}__in": known})


def _has(**wanted: Any) -> Q:
    return Q(Exists(Promise.objects.filter(matter=OuterRef("pk"), **wanted)))


_COMPLAINTS = _kinds("kind", ("complaint", "complaint.*"))
_REPAIRS = ("repair", "repair.*")
_ASKED = Q(satisfaction__isnull=False)

# By the code of the target that a standard sets for it.
MEASURES: Mapping[str, Measure] = {
    "assign_on_time": promises("CMP-01"),
    "visit_back_on_time": promises("CMP-02"),
    "arrive_on_time": promises("CMP-03", codes=["arrive"]),
    "written_answer_on_time": promises("CMP-04"),
    "attitude_answer_on_time": promises("CMP-05", codes=["answer"]),
    "answer_on_time": promises("CMP-06"),
    "complaint_handled": promises("CMP-07"),
    "work_order_answer_on_time": promises("REC-05"),
    "work_order_visit_back_on_time": promises("WO-06"),
    "repair_on_time": promises("WO-01", "WO-07", codes=["finish"], kinds=_REPAIRS),
    "service_on_time": promises("WO-01", "WO-07", "WO-08", codes=["finish"]),
    # Open and nothing overdue says nothing yet; closed after a broken limit is no success.
    "complaint_closed": Measure(
        "matter",
        _COMPLAINTS & (Q(closed_at__isnull=False) | _has(state="broken", closed_at=None)),
        Q(closed_at__isnull=False) & ~_has(state="broken", code="finish"),
    ),
    "complaint_visited_back": Measure(
        "matter",
        _COMPLAINTS & _has(code="visit_back", state__in=["kept", "broken"]),
        ~_has(code="visit_back", state="broken"),
    ),
    "first_time_pass": Measure(
        "matter",
        _kinds("kind", _REPAIRS) & Q(first_time_pass__isnull=False),
        Q(first_time_pass=True),
    ),
    "satisfied": Measure("matter", _ASKED, Q(satisfaction__gte=CONTENT)),
    "very_satisfied": Measure("matter", _ASKED, Q(satisfaction__gte=VERY_CONTENT)),
    "feedback_satisfied": Measure(
        "matter",
        _ASKED & _kinds("kind", ("suggestion", "praise", "enquiry", "help")),
        Q(satisfaction__gte=CONTENT),
    ),
}


def figures(scope: Scope, measures: Mapping[str, Measure]) -> dict[str, Figure]:
    """Count any number of measures in two queries, of what the caller may see."""
    found: dict[str, Figure] = {}
    for over in ("promise", "matter"):
        chosen = {code: one for code, one in measures.items() if one.over == over}
        if not chosen:
            continue
        asked: dict[str, Count] = {}
        for index, one in enumerate(chosen.values()):
            asked[f"of_{index}"] = Count("pk", filter=one.counted)
            asked[f"good_{index}"] = Count("pk", filter=one.counted & one.good)
        counts = _rows(scope, over).aggregate(**asked)
        for index, code in enumerate(chosen):
            found[code] = Figure(counts[f"good_{index}"], counts[f"of_{index}"])
    return found


def rows_behind(
    scope: Scope, measure: Measure, *, cursor: str = "", limit: int = 50
) -> Page[FigureRow]:
    """Return the rows that a figure counts, newest first; over all pages as many as it says."""
    rows = _rows(scope, measure.over).filter(measure.counted)
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    good = set(rows.filter(measure.good).order_by("-pk").values_list("pk", flat=True)[:limit])
    is_promise = measure.over == "promise"
    related = ("matter", "matter__owner") if is_promise else ("owner",)
    found = list(rows.select_related(*related).order_by("-pk")[: limit + 1])
    return paging.page_of(
        found,
        limit,
        lambda row: (
            _promise_row(row, row.pk in good) if is_promise else _matter_row(row, row.pk in good)
        ),
        lambda row: (row.pk,),
    )


def _rows(scope: Scope, over: str) -> QuerySet[Any]:
    matters = visible(scope.caller).filter(community_id=scope.community_id)
    if over == "matter":
        return matters.filter(received_at__gte=scope.since, received_at__lt=scope.until)
    decided = Q(state__in=["kept", "broken"]) | Q(state="running", due_at__lte=scope.at)
    return Promise.objects.filter(
        decided,
        community_id=scope.community_id,
        matter__in=matters,
        started_at__gte=scope.since,
        started_at__lt=scope.until,
        due_at__gte=scope.since,
    )


def _promise_row(row: Promise, good: bool) -> FigureRow:
    return _row(row.matter, good, str(titles.PROMISES[row.code]), row.due_at, row.closed_at)


def _matter_row(row: Matter, good: bool) -> FigureRow:
    return _row(row, good, "", None, row.closed_at)


def _row(
    matter: Matter, good: bool, promise: str, due_at: datetime | None, closed_at: datetime | None
) -> FigureRow:
    return FigureRow(
        number=matter.number,
        kind=matter.kind,
        kind_title=str(titles.KINDS[matter.kind]),
        state=matter.state,
        state_title=str(titles.STATES[matter.state]),
        owner_code=matter.owner.code,
        owner_name=matter.owner.name,
        received_at=matter.received_at,
        promise=promise,
        due_at=due_at,
        closed_at=closed_at,
        good=good,
    )


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint as the weekly analysis counts it (CMP-09); no word about who raised it."""

    number: str
    kind: str
    cause: str
    building: str
    owner_post: str
    finished: bool
    late: bool


def complaints(scope: Scope) -> tuple[ComplaintRow, ...]:
    """Return the complaints received in a period, in the order received."""
    rows = (
        _rows(scope, "matter")
        .filter(_COMPLAINTS)
        .annotate(late=_has(state="broken"))
        .order_by("received_at", "id")
        .values_list(
            "number", "kind", "cause", "house__building__name", "owner_id", "finished_at", "late"
        )
    )
    found = list(rows)
    people = staff.directory(community_id=scope.community_id, at=scope.at).people
    return tuple(
        ComplaintRow(
            number=number,
            kind=kind,
            cause=cause,
            building=building or "",
            owner_post=people[owner_id].post if owner_id in people else "",
            finished=finished_at is not None,
            late=late,
        )
        for number, kind, cause, building, owner_id, finished_at, late in found
    )


def has_matters_before(*, community_id: int, moment: datetime) -> bool:
    """Tell whether a community had received anything before a moment, so that there is a past."""
    return Matter.objects.filter(community_id=community_id, received_at__lt=moment).exists()
