"""Old arrears and prepayments: brought in once, balanced, refused in words where they are wrong."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from huiyin.billing.models import Bill, Line, OpenItem, Prepaid, Run
from huiyin.billing.opening.apply import (
    NoBooksYet,
    OpeningReport,
    UnableToImportOpening,
    UnableToReadOpening,
    import_opening,
    read_opening,
)
from huiyin.billing.opening.blank import blank_workbook
from huiyin.billing.tests.cast import Estate
from huiyin.estate.models import Community, House, Occupancy
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.ledger.models import Book, Journal, Posting
from huiyin.matters.tests.cast import AT

AS_OF = date(2025, 12, 31)
HEAD = ["房号", "收费项目", "账期", "欠费金额", "应缴日期", "预存余额", "业主姓名"]
DEBTS = [
    ["3栋1单元1201", "物业费", "2025年第三季度", 827.4, "2025-07-31", "", ""],
    ["3-1-1201", "物业费", "2025Q4", 827.4, "2025-10-31", "", "王丽"],
    ["3-1-1202", "物业费", "2025-12", "275.80", "2025-12-10", 500, ""],
]


def workbook(*rows: list[Any], head: list[str] | None = None) -> bytes:
    """Draw a workbook as an office keeps one."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("欠费")
    sheet.write_row(0, 0, ["阳光花园欠费明细"])
    sheet.write_row(1, 0, head or HEAD)
    for at, row in enumerate(rows, start=2):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def bring_in(
    estate: Estate, *rows: list[Any], dry_run: bool = False, as_of: date = AS_OF
) -> OpeningReport:
    """Import rows as finance does."""
    return import_opening(
        by=estate.caller("finance"),
        at=AT,
        community_id=estate.community.pk,
        parsed=read_opening(workbook(*rows), "期初.xlsx"),
        as_of=as_of,
        dry_run=dry_run,
        source="期初.xlsx",
    )


def refused(report: OpeningReport) -> list[str]:
    """Return the sentences of what was refused."""
    return [one["problem"] for one in report.as_json()["errors"]]


@pytest.mark.rule("FIN-13")
def test_old_arrears_become_bills_open_items_and_balanced_entries(estate: Estate) -> None:
    report = bring_in(estate, *DEBTS)
    assert not report.problems
    assert (report.created.debts, report.created.owed) == (3, Decimal("1930.60"))
    assert (report.created.credits, report.created.prepaid) == (1, Decimal(500))
    run = Run.objects.get(kind="opening")
    assert (run.state, run.lines, run.amount) == ("posted", 3, Decimal("1930.60"))
    mine = Bill.objects.get(house=estate.houses["flat"])
    assert (mine.amount, mine.due_on) == (Decimal("1654.80"), date(2025, 7, 31))
    assert mine.payer == estate.people["owner"]
    assert [str(one.from_on) for one in mine.lines.order_by("from_on")] == [
        "2025-07-01",
        "2025-10-01",
    ]
    assert sum(one.open for one in OpenItem.objects.all()) == Decimal("1930.60")
    receivable = Posting.objects.filter(account__code="1122")
    assert sum(one.amount for one in receivable) == Decimal("1930.60")
    assert sum(one.amount for one in Posting.objects.all()) == 0
    prepaid = Prepaid.objects.get()
    assert (prepaid.balance, prepaid.person) == (Decimal(500), estate.people["landlord"])
    assert -Posting.objects.get(account__code="2203").amount == prepaid.balance


def test_a_preview_writes_nothing(estate: Estate) -> None:
    report = bring_in(estate, *DEBTS, dry_run=True)
    assert report.created.debts == 3
    assert not Bill.objects.exists() and not Journal.objects.exists()


@pytest.mark.rule("BIL-14")
def test_the_same_workbook_again_changes_nothing(estate: Estate) -> None:
    bring_in(estate, *DEBTS)
    before = Journal.objects.count()
    again = bring_in(estate, *DEBTS)
    assert (again.created.debts, again.created.credits) == (0, 0)
    assert (again.unchanged.debts, again.unchanged.credits) == (3, 1)
    assert Journal.objects.count() == before
    assert Run.objects.count() == 1


def test_another_amount_for_what_was_brought_in_is_refused(estate: Estate) -> None:
    bring_in(estate, *DEBTS)
    changed = [[*DEBTS[0][:3], 900, *DEBTS[0][4:]], [*DEBTS[2][:5], 600, ""]]
    report = bring_in(estate, *changed)
    said = refused(report)
    assert any("827.40" in one for one in said) and any("500.00" in one for one in said)
    assert Line.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["9-9-999", "物业费", "2025-11", 10, "", "", ""], "没有房号为“9-9-999”的房屋"),
        (["3-1-1201", "喝茶费", "2025-11", 10, "", "", ""], "没有叫“喝茶费”的收费项目"),
        (["3-1-1201", "", "2025-11", 10, "", "", ""], "没有收费项目"),
        (["3-1-1201", "物业费", "", 10, "", "", ""], "没有账期"),
        (["3-1-1201", "物业费", "去年", 10, "", "", ""], "读不出账期"),
        (["3-1-1201", "物业费", "2025-11", -10, "", "", ""], "欠费不能是负数"),
        (["3-1-1201", "物业费", "2025-11", "10.005", "", "", ""], "比分还小"),
        (["3-1-1201", "物业费", "2025-11", "很多", "", "", ""], "不是数字"),
        (["3-1-1201", "物业费", "2025-11", 10, "", "", "张三丰"], "从未在这一户登记过"),
        (["3-1-1201", "物业费", "2026Q1", 10, "", "", ""], "还没有结束"),
        (["3-1-1201", "物业费", "2025-11", 10, "明天", "", ""], "不是日期"),
        (["3-1-1201", "", "", "", "", -5, ""], "预存余额不能是负数"),
        (["", "物业费", "2025-11", 10, "", "", ""], "没有房号"),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_the_rest_enters(
    estate: Estate, row: list[Any], said: str
) -> None:
    report = bring_in(estate, row, DEBTS[1])
    assert [said in one for one in refused(report)] == [True]
    assert report.problems[0].row == 3
    assert report.created.debts == 1


def test_a_charge_in_advance_may_be_owed_before_its_days_are_over(estate: Estate) -> None:
    ahead = ["3-1-1201", "物业费", "2026Q1", 827.4, "2025-12-20", "", ""]
    assert bring_in(estate, ahead).created.debts == 1


def test_the_same_days_twice_are_refused_within_a_workbook_and_against_the_books(
    estate: Estate,
) -> None:
    report = bring_in(estate, DEBTS[0], ["3-1-1201", "物业费", "2025-09", 9, "", "", ""])
    assert "账期重叠" in refused(report)[0]
    late = bring_in(estate, ["3-1-1201", "物业费", "2025-09", 9, "", "", ""])
    assert "已经计过费" in refused(late)[0]
    assert Line.objects.count() == 1


def test_an_old_owner_owes_what_is_written_under_the_name(estate: Estate) -> None:
    sold = estate.houses["sold"]
    code = sold.code
    row = [code, "物业费", "2025-11", 10, "", "", "老业主"]
    bring_in(estate, row)
    assert Bill.objects.get().payer == estate.people["seller"]


def test_who_pays_by_agreement_leaves_the_owner_liable(estate: Estate) -> None:
    bring_in(estate, ["3-1-1202", "物业费", "2025-11", 10, "", "", "赵强"])
    bill = Bill.objects.get()
    assert (bill.payer, bill.liable) == (estate.people["tenant"], estate.people["landlord"])


def test_what_was_never_handed_over_is_owed_by_the_developer(estate: Estate) -> None:
    Occupancy.objects.filter(house=estate.houses["unsold"]).delete()
    bring_in(estate, [estate.houses["unsold"].code, "物业费", "2025-11", 10, "", "", ""])
    assert Bill.objects.get().payer == estate.developer


def test_what_is_collected_for_a_utility_is_nobodys_income(estate: Estate) -> None:
    item = estate.items["water"]
    item.agency, item.account = True, "224102"
    item.save()
    bring_in(estate, ["3-1-1201", item.name, "2025-11", 10, "", "", ""])
    codes = set(Posting.objects.values_list("account__code", flat=True))
    assert codes == {"1221", "224102"}


def test_a_line_of_totals_is_compared(estate: Estate) -> None:
    report = bring_in(estate, *DEBTS, ["合计", "", "", 2000, "", 500, ""])
    (notice,) = report.as_json()["warnings"]
    assert "2,000.00" in notice["problem"] and "1,930.60" in notice["problem"]
    assert not report.problems


def test_days_on_which_nothing_can_be_brought_in(estate: Estate) -> None:
    for as_of, said in ((date(2026, 3, 17), "不能晚于今天"), (date(2024, 12, 31), "才开账")):
        with pytest.raises(UnableToImportOpening, match=said):
            bring_in(estate, *DEBTS, as_of=as_of)
    Book.objects.update(locked_until=AS_OF)
    with pytest.raises(UnableToImportOpening, match="已经锁账"):
        bring_in(estate, *DEBTS)


def test_files_that_are_none_and_books_that_are_not_open(estate: Estate) -> None:
    with pytest.raises(UnableToReadOpening):
        read_opening(b"x", "a.xlsx")
    nothing = read_opening("甲,乙\n1,2\n".encode(), "a.csv")
    given: dict[str, Any] = {"at": AT, "community_id": estate.community.pk, "as_of": AS_OF}
    with pytest.raises(UnableToImportOpening, match="没有读到"):
        import_opening(by=estate.caller("finance"), parsed=nothing, **given)
    parsed = read_opening(workbook(*DEBTS), "a.xlsx")
    with pytest.raises(Forbidden):
        import_opening(by=estate.caller("keeper"), parsed=parsed, **given)
    far = Community.objects.get(code="CH")
    there = {**given, "community_id": far.pk}
    with pytest.raises(NotFound):
        import_opening(by=estate.caller("finance"), parsed=parsed, **there)
    with pytest.raises(NoBooksYet):
        import_opening(by=estate.caller("company_finance"), parsed=parsed, **there)


def test_the_blank_workbook_can_be_read_back(estate: Estate) -> None:
    content = blank_workbook(caller=estate.caller("finance"), community_id=estate.community.pk)
    parsed = read_opening(content, "模板.xlsx")
    assert not parsed.debts and not parsed.credits and not parsed.problems
    assert House.objects.filter(community=estate.community).count() > 5
