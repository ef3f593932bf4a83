"""Brings old balances in: matched, in one transaction, with balanced entries in the ledger.

1. Take the community, so that two imports of it come one after the other.
2. Load what is known, decide everything in memory (``plan``). A dry run ends here.
3. Write one run of kind ``opening`` for each group, one bill for each payer of a house, one line
   for each row, and what is open of it; post the bills and the prepayments.

The same workbook again changes nothing. A wrong one is reversed as any run is, by two people.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_post
from huiyin.billing.models import Bill, Line, OpenItem, Part, Run
from huiyin.billing.numbers import take_bill_numbers
from huiyin.billing.opening.known import CREDIT_KEY, CREDIT_KIND, load
from huiyin.billing.opening.plan import Credit, Debt, Plan, Planner
from huiyin.billing.opening.sentences import sentence
from huiyin.billing.opening.sheets import ParsedOpening, parse_sheets
from huiyin.billing.rules.periods import OPENING
from huiyin.estate.models import Community
from huiyin.estate.roster.bulk import copy_in
from huiyin.estate.roster.files import UnusableFile, open_bytes
from huiyin.estate.roster.parsed import Notice, Problem
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.ledger import chart
from huiyin.ledger.actions import post_many
from huiyin.ledger.models import Book
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record


class UnableToReadOpening(BadInput):
    """The file is no workbook of balances."""


class UnableToImportOpening(BadInput):
    """There is nothing to import, or the day of the balance cannot be."""


class NoBooksYet(WrongState):
    """The community keeps no books yet."""


@dataclass(slots=True)
class Counts:
    """How many old debts and prepayments, and yuan of each."""

    debts: int = 0
    owed: Decimal = Decimal(0)
    credits: int = 0
    prepaid: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OpeningReport:
    """What an import did, or would do: figures, refused rows, oddities."""

    created: Counts
    unchanged: Counts
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...]
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``huiyin opening import --json`` prints it; money as text."""
        return {
            "created": _plain(self.created),
            "unchanged": _plain(self.unchanged),
            "errors": [
                {
                    "sheet": one.sheet,
                    "row": one.row,
                    "column": f"{one.column} {one.header}".strip(),
                    "value": one.value,
                    "problem": sentence(one.code, one.params),
                }
                for one in self.problems
            ],
            "warnings": [
                {"sheet": one.sheet, "row": one.row, "problem": sentence(one.code, one.params)}
                for one in self.notices
            ],
        }


def read_opening(content: bytes, name: str) -> ParsedOpening:
    """Read an uploaded workbook; raises UnableToReadOpening with a sentence for its sender."""
    try:
        return parse_sheets(open_bytes(content, name))
    except UnusableFile as error:
        raise UnableToReadOpening(sentence(error.code, error.params), field="file") from error


def import_opening(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    parsed: ParsedOpening,
    as_of: date,
    dry_run: bool = False,
    source: str = "",
) -> OpeningReport:
    """Bring in what households owed and had paid in advance at the end of a day (结转日).

    Raises UnableToImportOpening when there is nothing in the file or the day has not come,
    NoBooksYet before the books are open, Forbidden or NotFound by post.
    """
    admit_to_post(by, community_id)
    if not (parsed.debts or parsed.credits or parsed.problems):
        raise UnableToImportOpening(
            _("文件里没有读到任何欠费或预存,请检查表头是否有房号、欠费金额、预存余额等。"),
            field="file",
        )
    with transaction.atomic():
        town = Community.objects.select_for_update(no_key=True).get(pk=community_id)
        _check_day(town, as_of, local_day(at, town.zone))
        plan = Planner(load(community_id), as_of).decide(parsed)
        report = OpeningReport(
            created=_counts(plan),
            unchanged=Counts(debts=plan.unchanged_debts, credits=plan.unchanged_credits),
            problems=tuple(_in_order([*parsed.problems, *plan.problems])),
            notices=tuple(parsed.notices),
            dry_run=dry_run,
        )
        if not dry_run and (plan.debts or plan.credits):
            _write_debts(by=by, at=at, town=town, as_of=as_of, debts=plan.debts)
            _write_credits(by=by, at=at, town=town, as_of=as_of, credits=plan.credits)
            record(
                action="billing.opening_imported",
                by=by,
                at=at,
                subject=f"community:{community_id}",
                community_id=community_id,
                after={
                    "file": source[:120],
                    "as_of": as_of,
                    "created": _plain(report.created),
                    "refused": len(report.problems),
                },
            )
    return report


def _check_day(town: Community, as_of: date, today: date) -> None:
    book = Book.objects.filter(community=town).first()
    if book is None:
        raise NoBooksYet(_("这个小区还没有开账,请先由财务开账。"))
    if as_of > today:
        raise UnableToImportOpening(_("结转日不能晚于今天。"), field="as_of")
    if as_of < book.opened_on:
        raise UnableToImportOpening(
            _("账簿从 %(day)s 才开账,结转日不能更早。") % {"day": book.opened_on}, field="as_of"
        )
    if book.locked_until is not None and as_of <= book.locked_until:
        raise UnableToImportOpening(
            _("%(day)s 及以前已经锁账,请改结转日。") % {"day": book.locked_until}, field="as_of"
        )


# -- debts


def _write_debts(
    *, by: Caller, at: datetime, town: Community, as_of: date, debts: list[Debt]
) -> None:
    grouped: defaultdict[int, list[Debt]] = defaultdict(list)
    for debt in debts:
        grouped[debt.item.group_id].append(debt)
    for group_id in sorted(grouped):
        _write_run(by=by, at=at, town=town, as_of=as_of, group_id=group_id, debts=grouped[group_id])


def _write_run(
    *, by: Caller, at: datetime, town: Community, as_of: date, group_id: int, debts: list[Debt]
) -> None:
    houses = {debt.house_id for debt in debts}
    amount = sum((debt.amount for debt in debts), Decimal(0))
    run = Run.objects.create(
        community=town,
        group_id=group_id,
        period=OPENING,
        from_on=min(debt.from_on for debt in debts),
        until_on=max(debt.until_on for debt in debts),
        kind=Run.Kind.OPENING,
        state=Run.State.POSTED,
        issued_on=as_of,
        due_on=as_of,
        houses=len(houses),
        lines=len(debts),
        amount=amount,
        drafted_by_id=by.employee_id,
        drafted_at=at,
        posted_by_id=by.employee_id,
        posted_at=at,
    )
    Part.objects.create(
        run=run,
        number=1,
        first=min(houses),
        last=max(houses),
        state=Part.State.POSTED,
        houses=len(houses),
        lines=len(debts),
        amount=amount,
    )
    lines = _write_bills(at=at, town=town, run=run, debts=debts)
    copy_in(lines)
    copy_in(
        [
            OpenItem(
                line=line,
                community=town,
                house_id=line.house_id,
                payer_id=line.bill.payer_id,
                due_on=debt.due_on,
                amount=line.amount,
                open=line.amount,
            )
            for line, debt in zip(lines, debts, strict=True)
        ]
    )
    post_many(
        by=by,
        at=at,
        community_id=town.pk,
        kind="bill",
        business_on=as_of,
        legs=_BILL_LEGS,
        params={
            "run": run.pk,
            "memo": str(_("期初欠费 %(number)s")),
            "receivable": chart.RECEIVABLE,
            "agency": chart.AGENCY_RECEIVABLE,
            "opening": chart.OPENING,
        },
    )


def _write_bills(*, at: datetime, town: Community, run: Run, debts: list[Debt]) -> list[Line]:
    """Write a bill for each payer of a house and return the lines to be written, as the debts."""
    owed: defaultdict[tuple[int, int, int], list[Debt]] = defaultdict(list)
    for debt in debts:
        owed[debt.house_id, debt.payer_id, debt.liable_id].append(debt)
    numbers = take_bill_numbers(community=town, day=run.issued_on, count=len(owed))
    bills = {
        key: Bill(
            community=town,
            number=number,
            run=run,
            house_id=key[0],
            payer_id=key[1],
            liable_id=key[2],
            period=run.period,
            issued_on=run.issued_on,
            due_on=min(debt.due_on for debt in some),
            amount=sum((debt.amount for debt in some), Decimal(0)),
            made_at=at,
        )
        for (key, some), number in zip(owed.items(), numbers, strict=True)
    }
    copy_in(list(bills.values()))
    return [
        Line(
            community=town,
            bill=bills[debt.house_id, debt.payer_id, debt.liable_id],
            house_id=debt.house_id,
            item_id=debt.item.id,
            kind=Line.Kind.OPENING,
            from_on=debt.from_on,
            until_on=debt.until_on,
            quantity=Decimal(1),
            amount=debt.amount,
            working={"way": "opening", "sheet": debt.sheet, "row": debt.row},
        )
        for debt in debts
    ]


_BILL_LEGS = """
SELECT 'bill:' || b.number, replace(%(memo)s, '%%(number)s', b.number),
       CASE WHEN i.agency THEN %(agency)s ELSE %(receivable)s END,
       b.house_id, b.payer_id, sum(l.amount)
  FROM billing_bill b JOIN billing_line l ON l.bill_id = b.id
  JOIN billing_chargeitem i ON i.id = l.item_id
 WHERE b.run_id = %(run)s GROUP BY b.number, b.house_id, b.payer_id, i.agency
UNION ALL
SELECT 'bill:' || b.number, replace(%(memo)s, '%%(number)s', b.number),
       CASE WHEN i.agency THEN i.account ELSE %(opening)s END, NULL, NULL, -sum(l.amount)
  FROM billing_bill b JOIN billing_line l ON l.bill_id = b.id
  JOIN billing_chargeitem i ON i.id = l.item_id
 WHERE b.run_id = %(run)s
 GROUP BY b.number, CASE WHEN i.agency THEN i.account ELSE %(opening)s END
"""


# -- prepayments


def _write_credits(
    *, by: Caller, at: datetime, town: Community, as_of: date, credits: list[Credit]
) -> None:
    if not credits:
        return
    given: dict[str, Any] = {
        "houses": [one.house_id for one in credits],
        "people": [one.person_id for one in credits],
        "amounts": [one.amount for one in credits],
    }
    post_many(
        by=by,
        at=at,
        community_id=town.pk,
        kind=CREDIT_KIND,
        business_on=as_of,
        legs=_CREDIT_LEGS,
        params={
            **given,
            "key": CREDIT_KEY,
            "memo": str(_("期初预存")),
            "opening": chart.OPENING,
            "prepaid": chart.PREPAID,
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {**given, "community": town.pk})


_GIVEN = "unnest(%(houses)s::bigint[], %(people)s::bigint[], %(amounts)s::numeric[])"
_CREDIT_LEGS = f"""
SELECT %(key)s || house || ':' || person, %(memo)s, %(opening)s, NULL::bigint, NULL::bigint, amount
  FROM {_GIVEN} AS given (house, person, amount)
UNION ALL
SELECT %(key)s || house || ':' || person, %(memo)s, %(prepaid)s, house, person, -amount
  FROM {_GIVEN} AS given (house, person, amount)
"""  # noqa: S608 only the list above
_BALANCES = f"""
INSERT INTO billing_prepaid (community_id, house_id, person_id, balance)
SELECT %(community)s, house, person, amount FROM {_GIVEN} AS given (house, person, amount)
ON CONFLICT (house_id, person_id)
DO UPDATE SET balance = billing_prepaid.balance + EXCLUDED.balance
"""  # noqa: S608 only the list above


# -- the report


def _counts(plan: Plan) -> Counts:
    return Counts(
        debts=len(plan.debts),
        owed=sum((one.amount for one in plan.debts), Decimal(0)),
        credits=len(plan.credits),
        prepaid=sum((one.amount for one in plan.credits), Decimal(0)),
    )


def _plain(counts: Counts) -> dict[str, Any]:
    return {
        key: f"{value:.2f}" if isinstance(value, Decimal) else value
        for key, value in asdict(counts).items()
    }


def _in_order(problems: list[Problem]) -> list[Problem]:
    sheets = list(dict.fromkeys(one.sheet for one in problems))
    return sorted(problems, key=lambda one: (sheets.index(one.sheet), one.row))
