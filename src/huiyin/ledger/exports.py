"""The vouchers of some days as a table for a finance system: CSV, or a workbook (FIN-13).

Row by row, never the whole of it in memory. Texts stay texts: a memo that begins like a formula is
none, neither in a workbook nor in a CSV file that somebody opens with one.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any, NamedTuple

import xlsxwriter
from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.ledger.access import admit_to_books

# A sheet has 2^20 rows, the first for the titles.
SHEET_MOST = 2**20 - 1
_CHUNK = 2_000
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnableToExport(BadInput):
    """The days run backwards, or more legs than a sheet holds."""


class VoucherLeg(NamedTuple):
    """One leg as the finance system reads it; ``number`` counts the vouchers of the month."""

    business_on: date
    number: int
    key: str
    memo: str
    account: str
    account_name: str
    debit: Decimal | None
    credit: Decimal | None
    house: str
    person: str


def titles() -> tuple[str, ...]:
    """Return the titles of the columns."""
    return (
        _("凭证日期"),
        _("凭证号"),
        _("业务编号"),
        _("摘要"),
        _("科目编码"),
        _("科目名称"),
        _("借方金额"),
        _("贷方金额"),
        _("房号"),
        _("往来单位"),
    )


def legs(
    *, caller: Caller, community_id: int, from_on: date, until_on: date
) -> Iterator[VoucherLeg]:
    """Yield the legs of all vouchers of half-open days, by month and number."""
    admit_to_books(caller, community_id)
    if from_on >= until_on:
        raise UnableToExport(_("结束日期要在开始日期之后。"), field="until_on")
    return _legs(community_id, from_on, until_on)


def as_csv(found: Iterator[VoucherLeg]) -> IO[bytes]:
    """Return a CSV file in UTF-8 with the mark that spreadsheets look for; the caller closes it."""
    with _file() as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(titles())
        writer.writerows([_plain(value) for value in leg] for leg in found)
        text.detach()
    return file


def as_workbook(found: Iterator[VoucherLeg]) -> IO[bytes]:
    """Return a workbook of one sheet; raise UnableToExport for more legs than it holds."""
    with _file() as file, xlsxwriter.Workbook(file, _OPTIONS) as book:
        sheet = book.add_worksheet(_("凭证"))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        yuan = book.add_format({"num_format": "#,##0.00"})
        sheet.write_row(0, 0, titles(), book.add_format({"bold": True}))
        sheet.set_column(0, len(titles()) - 1, 16)
        for place, leg in enumerate(islice(found, SHEET_MOST + 1), start=1):
            if place > SHEET_MOST:
                raise UnableToExport(_("分录太多,一张工作表放不下;请缩短日期或导出 CSV。"))
            _write(sheet, place, leg, day, yuan)
    return file


@contextmanager
def _file() -> Iterator[IO[bytes]]:
    """Give a file to be written, rewound at the end, closed when something fails."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        yield file
        file.seek(0)
        stack.pop_all()


def _write(sheet: Any, place: int, leg: VoucherLeg, day: Any, yuan: Any) -> None:
    sheet.write_datetime(place, 0, leg.business_on, day)
    sheet.write_number(place, 1, leg.number)
    texts = {
        2: leg.key,
        3: leg.memo,
        4: leg.account,
        5: leg.account_name,
        8: leg.house,
        9: leg.person,
    }
    for column, text in texts.items():
        sheet.write_string(place, column, text)
    for column, amount in ((6, leg.debit), (7, leg.credit)):
        if amount is not None:
            sheet.write_number(place, column, amount, yuan)


def _plain(value: Any) -> Any:
    """Return a value as a cell; the apostrophe is how spreadsheets are told that it is a text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def _legs(community_id: int, from_on: date, until_on: date) -> Iterator[VoucherLeg]:
    """Number the vouchers of every month that is touched, and yield those of the days asked for."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT n.business_on, n.number, n.key, n.memo, a.code, a.name,
                   CASE WHEN p.amount > 0 THEN p.amount END,
                   CASE WHEN p.amount < 0 THEN -p.amount END,
                   coalesce(h.code, ''), coalesce(who.name, '')
              FROM (SELECT id, business_on, key, memo,
                           row_number() OVER (PARTITION BY date_trunc('month', business_on)
                                              ORDER BY id) AS number
                      FROM ledger_journal
                     WHERE community_id = %(community)s
                       AND business_on >= date_trunc('month', %(from)s::date)
                       AND business_on < date_trunc('month', %(until)s::date - 1)
                                         + interval '1 month') n
              JOIN ledger_posting p ON p.journal_id = n.id
              JOIN ledger_account a ON a.id = p.account_id
              LEFT JOIN estate_house h ON h.id = p.house_id
              LEFT JOIN estate_person who ON who.id = p.person_id
             WHERE n.business_on >= %(from)s AND n.business_on < %(until)s
             ORDER BY date_trunc('month', n.business_on), n.number, p.leg
            """,
            {"community": community_id, "from": from_on, "until": until_on},
        )
        while rows := cursor.fetchmany(_CHUNK):
            yield from (VoucherLeg(*row) for row in rows)
