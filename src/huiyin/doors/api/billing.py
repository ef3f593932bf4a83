"""``/billing/runs``, ``/bills``, ``/arrears`` and statements: what households owe, and why."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from huiyin.billing import snags as exceptions
from huiyin.billing.actions import reversing, runs
from huiyin.billing.queries import accounts, sheets, statements
from huiyin.billing.queries import arrears as arrears_queries
from huiyin.billing.queries import runs as queries
from huiyin.billing.queries.accounts import BillRow
from huiyin.billing.queries.arrears import OwingRow, Wanted
from huiyin.billing.queries.runs import DraftRow, RunRow, RunView, SnagRow
from huiyin.billing.queries.sheets import BillSheet, SheetLine
from huiyin.billing.saying import working
from huiyin.doors.api import billing_shapes as shapes
from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import MOST_ID, NO_NUL, Code, Cursor, Day, Given, Limit, Word
from huiyin.doors.api.shaping import day_or_none, moment, moment_or_none
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel import clock
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import BadCursor, Page
from huiyin.staff.queries import local_day

router = Router(tags=["billing"])

RunId = Annotated[int, Field(ge=1, le=MOST_ID)]
PeriodName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=7, pattern=NO_NUL)]
HouseCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)]
ReasonText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL)
]
MOST_BILLS = 500


class NewRun(Given):
    """What to bill: a group of charges for one of its periods (2026-04, 2026Q2, 2026H1, 2026)."""

    community: Code
    charge_group: Code
    period: PeriodName
    kind: Literal["regular", "correction"] = "regular"


class Reason(Given):
    """Why a run is taken back."""

    reason: ReasonText


class RunFilter(Schema):
    """Which runs to list."""

    community: Code
    charge_group: Word = ""
    cursor: Cursor = ""


class ExceptionFilter(Schema):
    """Which exceptions of a run to list."""

    code: Word = ""
    cursor: Cursor = ""


class LineFilter(Schema):
    """Of which house, and where to go on."""

    house: Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)] = ""
    cursor: Cursor = ""


class StatementDays(Schema):
    """From one day to another, both included; left out: this year so far."""

    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")


class ArrearsFilter(Schema):
    """Whose arrears to list: ``min_days`` late at least, 0 for whatever is unpaid."""

    community: Code
    min_days: Annotated[int, Field(ge=0, le=arrears_queries.MOST_DAYS)] = 1
    building: Word = ""
    keeper: Word = ""
    item: Word = ""
    cursor: Cursor = ""
    limit: Limit = 50


# -- runs


@router.post(
    "/billing/runs",
    response={201: shapes.RunOut},
    by_alias=True,
    summary="Draft the bills of a period",
)
def begin_run(request: Request, payload: NewRun) -> Status[dict[str, Any]]:
    """Draft what a group of charges comes to for a period; nobody is billed yet.

    A small run is drafted when the answer comes, a large one by the worker: read it until its state
    is ``drafted``. A period that was billed is drafted only for what is missing.
    """
    at = clock.now()
    town = estate.community(caller=request.caller, code=payload.community)
    try:
        run_id = runs.begin_run(
            by=request.caller,
            at=at,
            community_id=town.id,
            group_code=payload.charge_group,
            period=payload.period,
            kind=payload.kind,
        )
    except BadInput as refusal:
        if refusal.field == "group":
            refusal.field = "charge_group"
        raise
    return Status(201, _run(request, run_id))


@router.get(
    "/billing/runs", response=shapes.RunsOut, by_alias=True, summary="List the billing runs"
)
def billing_runs(request: Request, asked: Query[RunFilter]) -> dict[str, Any]:
    """List the runs of a community, the newest period first."""
    town = estate.community(caller=request.caller, code=asked.community)
    try:
        page = queries.runs(
            caller=request.caller,
            community_id=town.id,
            cursor=asked.cursor,
            group_code=asked.charge_group,
        )
    except BadCursor as error:
        raise _bad_cursor() from error
    return _page(page, [_row(one, town) for one in page.items])


@router.get(
    "/billing/runs/{run_id}", response=shapes.RunOut, by_alias=True, summary="Read a billing run"
)
def billing_run(request: Request, run_id: RunId) -> dict[str, Any]:
    """Show a run: how far it is, totals by item beside the last period, checks, exceptions."""
    return _run(request, run_id)


@router.get("/billing/runs/{run_id}/exceptions", response=shapes.ExceptionsOut)
def run_exceptions(
    request: Request, run_id: RunId, asked: Query[ExceptionFilter]
) -> dict[str, Any]:
    """List what is wrong or odd about houses of a run; the blocking ones come first."""
    page = _snags(request, run_id, asked.cursor, asked.code)
    return _page(page, [_snag(one) for one in page.items])


@router.get("/billing/runs/{run_id}/lines", response=shapes.DraftLinesOut, by_alias=True)
def run_lines(request: Request, run_id: RunId, asked: Query[LineFilter]) -> dict[str, Any]:
    """List the lines a draft would post, house by house, or those of one house."""
    view = queries.run(caller=request.caller, run_id=run_id, at=clock.now())
    house_id = None
    if asked.house:
        house_id = accounts.house_of(
            caller=request.caller, community=_town(request, view.row).code, house=asked.house
        ).pk
    try:
        page = queries.draft_lines(
            caller=request.caller, run_id=run_id, house_id=house_id, cursor=asked.cursor
        )
    except BadCursor as error:
        raise _bad_cursor() from error
    return _page(page, [_draft(one) for one in page.items])


@router.post("/billing/runs/{run_id}/redraft", response=shapes.RunOut, by_alias=True)
def redraft_run(request: Request, run_id: RunId) -> dict[str, Any]:
    """Draft a run again after facts were put right; a confirmation before does not count."""
    runs.redraft(by=request.caller, at=clock.now(), run_id=run_id)
    return _run(request, run_id)


@router.post("/billing/runs/{run_id}/drop", response=shapes.RunOut, by_alias=True)
def drop_run(request: Request, run_id: RunId) -> dict[str, Any]:
    """Throw a draft away; nobody was billed by it."""
    runs.drop_run(by=request.caller, at=clock.now(), run_id=run_id)
    return _run(request, run_id)


@router.post("/billing/runs/{run_id}/confirm", response=shapes.RunOut, by_alias=True)
def confirm_run(request: Request, run_id: RunId) -> dict[str, Any]:
    """Say, as another than who drafted it, that a draft that differs much is right (BIL-06)."""
    runs.confirm_run(by=request.caller, at=clock.now(), run_id=run_id)
    return _run(request, run_id)


@router.post("/billing/runs/{run_id}/post", response=shapes.RunOut, by_alias=True)
def post_run(request: Request, run_id: RunId) -> dict[str, Any]:
    """Let the bills of a draft out; asked again it changes nothing.

    409 while it is drafted, and where another person has to confirm it first. A large run is posted
    by the worker: read it until its state is ``posted``.
    """
    runs.post_run(by=request.caller, at=clock.now(), run_id=run_id)
    return _run(request, run_id)


@router.post("/billing/runs/{run_id}/ask-reversal", response=shapes.RunOut, by_alias=True)
def ask_run_reversal(request: Request, run_id: RunId, payload: Reason) -> dict[str, Any]:
    """Ask that a posted run be taken back as a whole; another person has to agree."""
    reversing.ask_reversal(by=request.caller, at=clock.now(), run_id=run_id, reason=payload.reason)
    return _run(request, run_id)


@router.post("/billing/runs/{run_id}/agree-reversal", response=shapes.RunOut, by_alias=True)
def agree_run_reversal(request: Request, run_id: RunId) -> dict[str, Any]:
    """Agree, as another person, that a run is taken back; what was paid becomes a prepayment."""
    reversing.agree_reversal(by=request.caller, at=clock.now(), run_id=run_id)
    return _run(request, run_id)


# -- households


@router.get("/bills/{number}", response=shapes.BillOut, by_alias=True, summary="Read a bill")
def read_bill(request: Request, number: Code) -> dict[str, Any]:
    """Show a bill with its lines, what each was computed from, and what became of it."""
    return _bill(sheets.bill_sheet(caller=request.caller, number=number))


@router.get(
    "/houses/{community}/{house}/statement",
    response=shapes.StatementOut,
    by_alias=True,
    summary="Read the account of a household",
)
def house_statement(
    request: Request, community: Code, house: HouseCode, asked: Query[StatementDays]
) -> dict[str, Any]:
    """Show what happened on a household's account: bills, payments, and the balance they leave.

    The balance is what they owe; below zero they have paid in advance.
    """
    town = estate.community(caller=request.caller, code=community)
    last = asked.until or local_day(clock.now(), town.zone)
    first = asked.since or date(last.year, 1, 1)
    days: dict[str, Any] = {"from_on": first, "until_on": last + timedelta(days=1)}
    place: dict[str, Any] = {"caller": request.caller, "community": town.code, "house": house}
    found = statements.statement(**place, **days)
    issued = accounts.bills_issued(**place, **days, most=MOST_BILLS)
    return {
        "house": found.house,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "opening": _yuan(found.statement.opening),
        "bills": [_bill_row(one) for one in issued],
        "payments": [
            {
                "on": one.on.isoformat(),
                "kind": one.kind,
                "memo": one.memo,
                "amount": _yuan(one.credit),
                "offset": _yuan(one.offset),
            }
            for one in found.statement.rows
            if one.credit or one.offset
        ],
        "rows": [
            {
                "on": one.on.isoformat(),
                "kind": one.kind,
                "memo": one.memo,
                "debit": _yuan(one.debit),
                "credit": _yuan(one.credit),
                "offset": _yuan(one.offset),
                "balance": _yuan(one.balance),
            }
            for one in found.statement.rows
        ],
        "balance": _yuan(found.statement.closing),
    }


@router.get("/arrears", response=shapes.ArrearsOut, summary="List the households that owe")
def list_arrears(request: Request, asked: Query[ArrearsFilter]) -> dict[str, Any]:
    """List who owes, most first, with the age of everything that is unpaid.

    The ages are those of all households that the other filters leave, however few days late.
    """
    town = estate.community(caller=request.caller, code=asked.community)
    found = arrears_queries.arrears(
        caller=request.caller,
        community=town.code,
        on=local_day(clock.now(), town.zone),
        wanted=Wanted(asked.building, asked.keeper, asked.item, asked.min_days),
        cursor=asked.cursor,
        limit=asked.limit,
    )
    ages = ("not_due", "to_30", "to_90", "to_180", "to_365", "older")
    return {
        "community": town.code,
        "on": found.on.isoformat(),
        "total": _yuan(found.ageing.total),
        "late": _yuan(found.ageing.late),
        "ageing": {name: _yuan(getattr(found.ageing, name)) for name in ages},
        "households": found.households,
        "households_late": found.households_late,
        **_page(found.page, [_owing(one) for one in found.page.items]),
    }


# -- shapes


def _run(request: Request, run_id: int) -> dict[str, Any]:
    view = queries.run(caller=request.caller, run_id=run_id, at=clock.now())
    page = _snags(request, run_id)
    return {
        **_row(view.row, _town(request, view.row)),
        "progress": {"done": view.parts_done, "all": view.parts},
        "totals": [
            {
                "item": one.code,
                "name": one.name,
                "lines": one.lines,
                "amount": _yuan(one.amount),
                "last_amount": _yuan(one.last_amount),
                "difference": _yuan(one.difference),
            }
            for one in view.totals
        ],
        "last_period": view.last_period or None,
        "deviation_limit": str(view.limit),
        "needs_confirmation": view.needs_confirmation,
        **_people(view),
        "checks": [
            {
                "code": one.code,
                "title": exceptions.title(one.code),
                "blocking": one.blocking,
                "houses": one.houses,
            }
            for one in view.snags
        ],
        "exceptions": [_snag(one) for one in page.items],
        "exceptions_next": page.next,
        "may": sorted(view.may),
    }


def _people(view: RunView) -> dict[str, Any]:
    return {
        "confirmed_by": view.confirmed_by or None,
        "reversal_asked_by": view.reversal_asked_by or None,
        "reversed_by": view.reversed_by or None,
        "reason": view.reason,
    }


def _row(row: RunRow, town: CommunityRow) -> dict[str, Any]:
    zone = ZoneInfo(town.zone)
    return {
        "id": row.id,
        "community": town.code,
        "charge_group": row.group_code,
        "period": row.period,
        "kind": row.kind,
        "state": row.state,
        "from": row.from_on.isoformat(),
        "to": (row.until_on - timedelta(days=1)).isoformat(),
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "houses": row.houses,
        "lines": row.lines,
        "amount": _yuan(row.amount),
        "held": row.held,
        "deviation": str(row.deviation) if row.deviation is not None else None,
        "drafted_by": row.drafted_by or None,
        "drafted_at": moment(row.drafted_at, zone),
        "posted_by": row.posted_by or None,
        "posted_at": moment_or_none(row.posted_at, zone),
    }


def _town(request: Request, row: RunRow) -> CommunityRow:
    towns = estate.communities(caller=request.caller)
    return next(one for one in towns if one.id == row.community_id)


def _snags(request: Request, run_id: int, cursor: str = "", code: str = "") -> Page[SnagRow]:
    try:
        return queries.snags(caller=request.caller, run_id=run_id, cursor=cursor, code=code)
    except BadCursor as error:
        raise _bad_cursor() from error


def _snag(one: SnagRow) -> dict[str, Any]:
    said = exceptions.say(one.code, one.values)
    return {
        "house": one.house,
        "item": one.item or None,
        "code": one.code,
        "blocking": one.blocking,
        "text": said.text,
        "repair": said.repair,
    }


def _draft(one: DraftRow) -> dict[str, Any]:
    return {
        "house": one.house,
        "item": one.item,
        "kind": one.kind,
        "from": one.from_on.isoformat(),
        "to": (one.until_on - timedelta(days=1)).isoformat(),
        "payer": one.payer,
        "liable": one.liable,
        "quantity": str(one.quantity),
        "price": str(one.price) if one.price is not None else None,
        "amount": _yuan(one.amount),
        "corrects": one.corrects or None,
        "steps": list(working(one.working)),
    }


def _bill(sheet: BillSheet) -> dict[str, Any]:
    return {
        "number": sheet.number,
        "house": sheet.house,
        "period": sheet.period,
        "issued_on": sheet.issued_on.isoformat(),
        "due_on": sheet.due_on.isoformat(),
        "payer": sheet.payer,
        "liable": sheet.liable,
        "amount": _yuan(sheet.amount),
        "offset": _yuan(sheet.offset),
        "reduced": _yuan(sheet.reduced),
        "paid": _yuan(sheet.paid),
        "open": _yuan(sheet.open),
        "reversed": sheet.is_reversed,
        "lines": [_line(one) for one in sheet.lines],
    }


def _line(one: SheetLine) -> dict[str, Any]:
    return {
        "item": one.item,
        "label": one.label,
        "kind": one.kind,
        "from": one.from_on.isoformat(),
        "to": (one.until_on - timedelta(days=1)).isoformat(),
        "quantity": str(one.quantity),
        "unit": one.unit,
        "price": str(one.price) if one.price is not None else None,
        "amount": _yuan(one.amount),
        "reduced": _yuan(one.reduced),
        "working": dict(one.working),
        "steps": list(working(one.working)),
    }


def _bill_row(one: BillRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "period": one.period,
        "issued_on": one.issued_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "payer": one.payer,
        "amount": _yuan(one.amount),
        "open": _yuan(one.open),
        "state": one.state,
    }


def _owing(one: OwingRow) -> dict[str, Any]:
    return {
        "house": one.house,
        "building": one.building,
        "payers": list(one.payers),
        "phone": one.phone,
        "owed": _yuan(one.owed),
        "late": _yuan(one.late),
        "oldest_due_on": day_or_none(one.oldest_on),
        "days": one.days,
        "prepaid": _yuan(one.prepaid),
    }


def _page(page: Page[Any], items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"items": list(items), "next": page.next}


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _bad_cursor() -> BadInput:
    return BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor")
