"""Reads of billing runs: the list, how far one is and what it comes to, its snags, its drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _

from huiyin.billing.access import BILLERS, POSTERS, admit_to_read
from huiyin.billing.models import ChargeItem, DraftLine, Part, Run, Snag
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.standards import queries as standards

PAGE: Final = 20
SNAG_PAGE: Final = 50
NOTHING: Final = Decimal("0.00")
State = Run.State
# What a run counts while it is at work, and what its parts have to be for it to be done.
_DONE: Final[Mapping[str, tuple[str, ...]]] = {
    State.DRAFTING: (Part.State.DRAFTED,),
    State.POSTING: (Part.State.POSTED,),
    State.REVERSING: (Part.State.REVERSED,),
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the list shows it; ``drafted_by`` "" is the calendar."""

    id: int
    community_id: int
    group_code: str
    group_name: str
    period: str
    kind: str
    state: str
    from_on: date
    until_on: date
    issued_on: date
    due_on: date
    houses: int
    lines: int
    amount: Decimal
    held: int
    deviation: Decimal | None
    drafted_by: str
    drafted_at: datetime
    posted_by: str
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """What an item comes to in a run, beside the last period that was posted."""

    item_id: int
    code: str
    name: str
    lines: int
    amount: Decimal
    last_lines: int
    last_amount: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more it is than last time."""
        return self.amount - self.last_amount


@dataclass(frozen=True, slots=True)
class SnagCount:
    """How many houses have a snag of one kind."""

    code: str
    blocking: bool
    houses: int


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its progress, totals by item, exceptions, and what the caller may do with it.

    ``failing`` counts the parts that were tried in vain and will be tried again.
    """

    row: RunRow
    parts_done: int
    parts: int
    failing: int
    totals: tuple[ItemTotal, ...]
    last_period: str
    snags: tuple[SnagCount, ...]
    limit: Decimal
    needs_confirmation: bool
    confirmed_by: str
    confirmed_at: datetime | None
    reversal_asked_by: str
    reversal_asked_at: datetime | None
    reversed_by: str
    reversed_at: datetime | None
    reason: str
    may: frozenset[str]

    @property
    def is_working(self) -> bool:
        """True while parts of it wait for the biller."""
        return self.row.state in _DONE

    @property
    def percent(self) -> int:
        """How far the parts are, from 0 to 100."""
        return 100 * self.parts_done // self.parts if self.parts else 100


@dataclass(frozen=True, slots=True)
class SnagRow:
    """What is wrong or odd about a house; ``values`` fill the sentence of its code."""

    id: int
    house_id: int
    house: str
    item: str
    code: str
    blocking: bool
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A line as it would be billed; below zero it takes back from the bill named."""

    id: int
    house_id: int
    house: str
    item: str
    way: str
    unit: str
    kind: str
    from_on: date
    until_on: date
    payer: str
    liable: str
    quantity: Decimal
    price: Decimal | None
    amount: Decimal
    working: Mapping[str, Any]
    corrects: str


@dataclass(frozen=True, slots=True)
class DraftedRow:
    """A draft that the calendar made and nobody has acted on yet."""

    id: int
    community_id: int
    zone: str
    group: str
    period: str
    houses: int
    lines: int
    amount: Decimal
    held: int


def drafted_by_calendar() -> tuple[DraftedRow, ...]:
    """Return the drafts of all communities that nobody has asked for; for the schedule."""
    rows = Run.objects.filter(state=State.DRAFTED, drafted_by=None).order_by("id")
    return tuple(
        DraftedRow(*row)
        for row in rows.values_list(
            *("id", "community_id", "community__zone", "group__name", "period"),
            *("houses", "lines", "amount", "held"),
        )
    )


def runs(
    *, caller: Caller, community_id: int, cursor: str = "", group_code: str = ""
) -> Page[RunRow]:
    """Return the runs of a community, the newest period first.

    Raises NotFound to strangers, Forbidden, paging.BadCursor.
    """
    admit_to_read(caller, community_id)
    rows = _with_names(Run.objects.filter(community_id=community_id))
    if group_code:
        rows = rows.filter(group__code=group_code.replace("\0", ""))
    if cursor:
        from_on, after = _run_after(cursor)
        rows = rows.filter(Q(from_on__lt=from_on) | Q(from_on=from_on, pk__lt=after))
    found = list(rows.order_by("-from_on", "-id")[: PAGE + 1])
    return page_of(found, PAGE, _row, lambda run: (run.from_on.isoformat(), run.pk))


def run(*, caller: Caller, run_id: int, at: datetime) -> RunView:
    """Return a run and everything its page shows.

    While it is drafted or posted, the figures are those of the parts done so far. Raises NotFound,
    Forbidden.
    """
    found = _found(caller, run_id)
    parts = found.parts.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(state__in=_DONE.get(found.state, ()))),
        failing=Count("pk", filter=Q(failed_at__isnull=False)),
        **{name: Sum(name) for name in ("houses", "lines", "amount", "held")},
    )
    working = found.state in (State.DRAFTING, State.POSTING)
    if working:
        for name in ("houses", "lines", "amount", "held"):
            setattr(found, name, parts[name] or 0)
    last_period, last = _last_totals(found)
    _version, standard = standards.current(community_id=found.community_id, at=at)
    limit = standard.billing.deviation
    odd = found.deviation is not None and abs(found.deviation) > limit
    needs = found.state == State.DRAFTED and odd and found.confirmed_by_id is None
    return RunView(
        row=_row(found),
        parts_done=parts["done"] if found.state in _DONE else parts["all"],
        parts=parts["all"],
        failing=parts["failing"],
        totals=_totals(found, _live_totals(found) if working else found.totals, last),
        last_period=last_period,
        snags=_snag_counts(found),
        limit=limit,
        needs_confirmation=needs,
        confirmed_by=_name(found.confirmed_by),
        confirmed_at=found.confirmed_at,
        reversal_asked_by=_name(found.reversal_asked_by),
        reversal_asked_at=found.reversal_asked_at,
        reversed_by=_name(found.reversed_by),
        reversed_at=found.reversed_at,
        reason=found.reason,
        may=_may(caller, found, needs),
    )


def snags(
    *, caller: Caller, run_id: int, cursor: str = "", code: str = "", blocking: bool | None = None
) -> Page[SnagRow]:
    """Return the exceptions of a run, those that keep houses out first.

    Raises NotFound, Forbidden, paging.BadCursor.
    """
    found = _found(caller, run_id)
    rows = Snag.objects.filter(run=found).select_related("house", "item")
    if code:
        rows = rows.filter(code=code.replace("\0", ""))
    if blocking is not None:
        rows = rows.filter(blocking=blocking)
    if cursor:
        was_blocking, after = read_cursor(cursor, int, int)
        rest = Q(blocking=bool(was_blocking), pk__gt=after)
        rows = rows.filter(rest | Q(blocking=False) if was_blocking else rest)
    page = list(rows.order_by("-blocking", "id")[: SNAG_PAGE + 1])
    return page_of(page, SNAG_PAGE, _snag, lambda one: (int(one.blocking), one.pk))


def draft_lines(
    *, caller: Caller, run_id: int, house_id: int | None = None, cursor: str = ""
) -> Page[DraftRow]:
    """Return what a run would bill, house by house, or to one house.

    Raises NotFound, Forbidden, paging.BadCursor.
    """
    found = _found(caller, run_id)
    rows = DraftLine.objects.filter(run=found, part__run=found).select_related(
        "house", "item", "payer", "liable", "corrects__bill"
    )
    if house_id is not None:
        rows = rows.filter(house=house_id)
    if cursor:
        house, after = read_cursor(cursor, int, int)
        rows = rows.filter(Q(house__gt=house) | Q(house=house, pk__gt=after))
    page = list(rows.order_by("house", "id")[: SNAG_PAGE + 1])
    return page_of(page, SNAG_PAGE, _draft, lambda one: (one.house_id, one.pk))


# -- pieces


def _run_after(cursor: str) -> tuple[date, int]:
    day, after = read_cursor(cursor, str, int)
    try:
        return date.fromisoformat(str(day)), int(after)
    except ValueError as error:
        raise BadCursor(cursor) from error


def _with_names(rows: Any) -> Any:
    return rows.select_related("group", "drafted_by", "posted_by")


def _found(caller: Caller, run_id: int) -> Run:
    found: Run | None = (
        _with_names(Run.objects.filter(pk=run_id))
        .select_related("confirmed_by", "reversal_asked_by", "reversed_by")
        .first()
    )
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这个计费批次,或您不在该小区任职。"))
    admit_to_read(caller, found.community_id)
    return found


def _last_totals(found: Run) -> tuple[str, dict[str, list[Any]]]:
    """Return the last period that was posted before this one, and what it came to by item."""
    if found.kind != Run.Kind.REGULAR:
        return "", {}
    earlier = Run.objects.filter(
        group=found.group_id, kind=found.kind, state=State.POSTED, from_on__lt=found.from_on
    )
    last_on = earlier.filter(lines__gt=0).aggregate(last=Max("from_on"))["last"]
    if last_on is None:
        return "", {}
    period, sums = "", dict[str, list[Any]]()
    for name, totals in earlier.filter(from_on=last_on).values_list("period", "totals"):
        period = name
        for item, (lines, amount) in totals.items():
            before = sums.setdefault(item, [0, NOTHING])
            sums[item] = [before[0] + lines, before[1] + Decimal(amount)]
    return period, sums


def _live_totals(found: Run) -> dict[str, list[Any]]:
    """Return what is drafted so far; a run that is being posted has what its draft came to."""
    if found.state == State.POSTING:
        return dict(found.totals)
    rows = DraftLine.objects.filter(run=found).values_list("item").order_by()
    return {
        str(item): [lines, amount]
        for item, lines, amount in rows.annotate(lines=Count("pk"), sum=Sum("amount"))
    }


def _totals(
    found: Run, this: Mapping[str, list[Any]], last: Mapping[str, list[Any]]
) -> tuple[ItemTotal, ...]:
    nothing = [0, NOTHING]
    items = ChargeItem.objects.filter(pk__in={*map(int, this), *map(int, last)})
    return tuple(
        ItemTotal(
            item_id=item.pk,
            code=item.code,
            name=item.name,
            lines=this.get(str(item.pk), nothing)[0],
            amount=Decimal(this.get(str(item.pk), nothing)[1]),
            last_lines=last.get(str(item.pk), nothing)[0],
            last_amount=Decimal(last.get(str(item.pk), nothing)[1]),
        )
        for item in items.order_by("order", "id")
    )


def _snag_counts(found: Run) -> tuple[SnagCount, ...]:
    rows = Snag.objects.filter(run=found).values_list("code", "blocking").order_by()
    counted = rows.annotate(houses=Count("house", distinct=True))
    return tuple(SnagCount(*row) for row in counted.order_by("-blocking", "-houses", "code"))


def _may(caller: Caller, found: Run, needs_confirmation: bool) -> frozenset[str]:
    """Name what the caller may do with the run as it stands."""
    me, state = caller.employee_id, found.state
    bills = me is not None and caller.holds(found.community_id, *BILLERS)
    posts = me is not None and caller.holds(found.community_id, *POSTERS)
    drafted, posted = state == State.DRAFTED, state == State.POSTED
    asked = found.reversal_asked_by_id
    confirmed_by_me = found.drafted_by_id is None and me == found.confirmed_by_id
    own_correction = found.kind == Run.Kind.CORRECTION and me == found.drafted_by_id
    may_post = not (needs_confirmation or confirmed_by_me or own_correction)
    wishes = {
        "redraft": bills and drafted,
        "drop": bills and state in (State.DRAFTING, State.DRAFTED),
        "confirm": posts and needs_confirmation and me != found.drafted_by_id,
        "post": posts and drafted and may_post,
        "ask_reversal": posts and posted and asked is None,
        "agree_reversal": posts and posted and asked is not None and asked != me,
        "withdraw_reversal": posts and posted and asked is not None,
    }
    return frozenset(name for name, may in wishes.items() if may)


def _row(found: Run) -> RunRow:
    return RunRow(
        id=found.pk,
        community_id=found.community_id,
        group_code=found.group.code,
        group_name=found.group.name,
        period=found.period,
        kind=found.kind,
        state=found.state,
        from_on=found.from_on,
        until_on=found.until_on,
        issued_on=found.issued_on,
        due_on=found.due_on,
        houses=found.houses,
        lines=found.lines,
        amount=found.amount,
        held=found.held,
        deviation=found.deviation,
        drafted_by=_name(found.drafted_by),
        drafted_at=found.drafted_at,
        posted_by=_name(found.posted_by),
        posted_at=found.posted_at,
    )


def _name(employee: Any) -> str:
    return employee.name if employee else ""


def _snag(one: Snag) -> SnagRow:
    return SnagRow(
        id=one.pk,
        house_id=one.house_id,
        house=one.house.code,
        item=one.item.name if one.item else "",
        code=one.code,
        blocking=one.blocking,
        values=one.values,
    )


def _draft(one: DraftLine) -> DraftRow:
    return DraftRow(
        id=one.pk,
        house_id=one.house_id,
        house=one.house.code,
        item=one.item.name,
        way=one.item.way,
        unit=one.item.unit,
        kind=one.kind,
        from_on=one.from_on,
        until_on=one.until_on,
        payer=one.payer.name,
        liable=one.liable.name,
        quantity=one.quantity,
        price=one.price,
        amount=one.amount,
        working=one.working,
        corrects=one.corrects.bill.number if one.corrects else "",
    )
