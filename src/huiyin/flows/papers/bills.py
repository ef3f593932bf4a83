"""Bills and statements of account, one by one or a whole run in the order of the buildings.

Bills are drawn from the facts whenever they are asked for and are not filed: what was posted never
changes, and what became of it since belongs on the paper as of the day it is printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from huiyin.billing import saying
from huiyin.billing.queries import sheets, statements
from huiyin.billing.queries.owners import BilledHouse, OwnBill
from huiyin.billing.queries.sheets import BillSheet, SheetLine
from huiyin.documents import typesetting
from huiyin.documents.typesetting import MissingGlyph
from huiyin.estate.models import Community
from huiyin.flows.papers.drawing import Paper, frame, in_chinese
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.money import capitals
from huiyin.ledger.queries import Statement, StatementRow

FILE = 500  # bills in one PDF: what a press draws well within its time, and one stack of a printer
MOST_ROWS = 2**62  # a row further on has no place in any table
LATE_FEE = "—"  # none is agreed or computed yet
EARLIER_SHOWN = 4
NOTHING = sheets.NOTHING


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A bill that could not be drawn, and why; the others are printed without it."""

    number: str
    house: str
    why: str


@dataclass(frozen=True, slots=True)
class Prints:
    """What there is to print of a run: so many bills in so many files, and which cannot be."""

    run_id: int
    community_id: int
    title: str
    bills: int
    files: tuple[tuple[int, int, int], ...]
    """Number of the file, and which bills are in it, from 1 on."""
    left_out: tuple[LeftOut, ...]


class NothingToPrint(NotFound):
    """There is no such file of a run, or none of its bills can be drawn."""


# -- bills


@in_chinese
def bill(*, caller: Caller, number: str, at: datetime, site: str) -> Paper:
    """Build a bill for the office; NotFound to strangers, Forbidden to who reads no accounts."""
    sheet = sheets.bill_sheet(caller=caller, number=number)
    return _paper(sheet, at, site)


@in_chinese
def owner_bill(*, own: OwnBill, at: datetime, site: str) -> Paper:
    """Build a bill for its reader in the portal, who was admitted to it."""
    return _paper(own.sheet, at, site)


def _paper(sheet: BillSheet, at: datetime, site: str) -> Paper:
    town = Community.objects.get(pk=sheet.community_id)
    data = _bill(sheet, town, sheets.where_to_pay([town.pk])[town.pk].ways, at, site)
    return Paper("bill", f"收费通知单 {sheet.number}", data)


@in_chinese
def run_bills(*, caller: Caller, run_id: int) -> Prints:
    """Return what there is to print of a run; NotFound to strangers, Forbidden to colleagues.

    Names with a sign that no font has are looked for beforehand, all of them at once.
    """
    found = sheets.run_prints(caller=caller, run_id=run_id)
    files = tuple(
        (number, first + 1, min(first + FILE, found.bills))
        for number, first in enumerate(range(0, found.bills, FILE), start=1)
    )
    return Prints(
        run_id=run_id,
        community_id=found.community_id,
        title=f"{found.group} {saying.period_title(found.period)}",
        bills=found.bills,
        files=files,
        left_out=tuple(_undrawable(found.names)),
    )


def _undrawable(names: Iterable[tuple[str, str, str]]) -> Iterable[LeftOut]:
    rows = list(names)
    missing = set(typesetting.missing_glyphs("".join({house + payer for _n, house, payer in rows})))
    if missing:
        for number, house, payer in rows:
            signs = "".join(sign for sign in dict.fromkeys(house + payer) if sign in missing)
            if signs:
                yield LeftOut(number, house, str(MissingGlyph(signs, "payer")))


@in_chinese
def run_file(
    *, caller: Caller, run_id: int, number: int, at: datetime, site: str
) -> tuple[str, bytes]:
    """Draw one file of a run: so many bills in the order of the buildings.

    A bill with a sign no font has is left out; :func:`run_bills` names it. Raises NothingToPrint.
    """
    first = (number - 1) * FILE
    within = 0 <= first <= MOST_ROWS
    found = sheets.run_sheets(caller=caller, run_id=run_id, first=first if within else 0, most=FILE)
    if not within or not found:
        raise NothingToPrint(_("这一册没有账单。"))
    town = Community.objects.get(pk=found[0].community_id)
    ways = sheets.where_to_pay([town.pk])[town.pk].ways
    ready = [one for one in (_bill(sheet, town, ways, at, site) for sheet in found) if _fits(one)]
    if not ready:
        raise NothingToPrint(_("这一册的账单都有字库里没有的字,请先改正姓名。"))
    return f"收费通知单 {town.code} {found[0].period} {number}", typesetting.pdf("bill", ready)


def _fits(data: dict[str, Any]) -> bool:
    try:
        typesetting.check(data)
    except MissingGlyph:
        return False
    return True


def _bill(sheet: BillSheet, town: Community, ways: str, at: datetime, site: str) -> dict[str, Any]:
    url = site + reverse("my_bill", args=[sheet.number]) if site else ""
    return frame(town, at=at, number=sheet.number, url=url) | bill_data(sheet) | {"ways": ways}


def bill_data(sheet: BillSheet) -> dict[str, Any]:
    """Return what a bill says of itself; every amount as text."""
    money = saying.money
    total = NOTHING if sheet.is_reversed else sheet.to_pay
    return {
        "house": sheet.house,
        "payer": sheet.payer,
        "period": saying.period_title(sheet.period),
        "issued_on": f"{sheet.issued_on}",
        "due_on": f"{sheet.due_on}",
        "lines": [_line(one) for one in sheet.lines],
        "amount": money(sheet.amount),
        "earlier": money(sheet.earlier_open),
        "earlier_note": _earlier(sheet),
        "late_fee": LATE_FEE,
        "offset": money(-sheet.offset) if sheet.offset else money(NOTHING),
        "reduced": money(-sheet.reduced) if sheet.reduced else "",
        "paid": money(-sheet.paid) if sheet.paid else "",
        "total": money(total),
        "capitals": capitals(total),
        "prepaid": money(sheet.prepaid) if sheet.prepaid else "",
        "remark": "如您已经缴清,请不必理会本通知,谢谢您的支持。",
        "void": "已作废" if sheet.is_reversed else "",
    }


def _line(one: SheetLine) -> dict[str, str]:
    item = f"{one.item}({one.label})" if one.label else one.item
    unit = f" {one.unit}" if one.unit else ""
    is_measured = one.price is not None
    return {
        "item": item,
        "days": saying.days(one.from_on, one.until_on),
        "how": "\n".join(saying.working(one.working)),
        "price": saying.price(one.price) if one.price is not None else "",
        "quantity": f"{saying.plain(one.quantity)}{unit}" if is_measured else "",
        "amount": saying.money(one.amount),
    }


def _earlier(sheet: BillSheet) -> str:
    said = [
        f"{saying.period_title(one.period)} {saying.money(one.open)} 元"
        for one in sheet.earlier[:EARLIER_SHOWN]
    ]
    left = len(sheet.earlier) - len(said)
    return "、".join(said) + (f" 等 {len(sheet.earlier)} 张账单" if left else "")


# -- statements of account


@in_chinese
def statement(
    *, caller: Caller, community: str, house: str, from_on: date, until_on: date, at: datetime
) -> Paper:
    """Build the account of a house over half-open days, for the office.

    NotFound to strangers, Forbidden to who reads no accounts, BadInput for days run backwards.
    """
    found = statements.statement(
        caller=caller, community=community, house=house, from_on=from_on, until_on=until_on
    )
    town = Community.objects.get(code=community)
    return _statement(town, (found.house, ""), found.statement, at)


@in_chinese
def owner_statement(*, house: BilledHouse, reader: str, found: Statement, at: datetime) -> Paper:
    """Build the account of a reader in the portal, who was admitted to it."""
    town = Community.objects.get(pk=house.community_id)
    return _statement(town, (house.code, reader), found, at)


def _statement(town: Community, whose: tuple[str, str], found: Statement, at: datetime) -> Paper:
    house, payer = whose
    last = found.until_on - saying.DAY
    days = f"{found.from_on} 至 {last}"
    data = frame(town, at=at) | {
        "house": house,
        "payer": payer,
        "period": days,
        "made_on": f"{at.astimezone(ZoneInfo(town.zone)).date()}",
        **statement_data(found, last),
    }
    return Paper("statement", f"对账单 {house} {days}", data)


def statement_data(found: Statement, until_on: date) -> dict[str, Any]:
    """Return what a statement says: every amount as text, the end in words."""
    money = saying.money
    closing = found.closing
    if closing > 0:
        said = f"截至 {until_on},尚未缴纳 {money(closing)} 元。"
    elif closing < 0:
        said = f"截至 {until_on},预存余额 {money(-closing)} 元。"
    else:
        said = f"截至 {until_on},已全部结清。"
    return {
        "opening": money(found.opening),
        "rows": [_row(one) for one in found.rows],
        "debits": money(found.debits),
        "credits": money(found.credits),
        "closing": money(closing),
        "closing_said": said,
    }


def _row(one: StatementRow) -> dict[str, str]:
    return {
        "on": f"{one.on}",
        "memo": f"{one.memo}({saying.money(one.offset)} 元)" if one.offset else one.memo,
        "debit": saying.money(one.debit) if one.debit else "",
        "credit": saying.money(one.credit) if one.credit else "",
        "balance": saying.money(one.balance),
    }
