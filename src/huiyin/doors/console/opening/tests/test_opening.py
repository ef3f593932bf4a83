"""Importing opening balances on the page: looked at first, written once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.billing.models import Bill, Line
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.matters.tests.cast import AT, Cast

BALANCES = (
    "房号,收费项目,账期,欠费金额,预存余额\n"
    "3-1-1201,物业费,2025Q4,827.40,\n"
    "3-1-1202,,,,500\n"
    "9-9-999,物业费,2025Q4,abc,\n"
)


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate on the cast of the page."""
    return make_estate(cast)


def upload(desk: Visitor, content: str = BALANCES, as_of: str = "2025-12-31") -> Any:
    """Send a file."""
    file = SimpleUploadedFile("期初.csv", content.encode(), "text/csv")
    headers = {"X-Huiyin-Now": AT.isoformat()}
    return desk.http.post("/opening/", {"file": file, "as_of": as_of}, headers=headers)


def token_of(shown: str) -> str:
    """Return the word under which a preview is kept."""
    return shown.partition('name="token" value="')[2].partition('"')[0]


def test_a_preview_writes_nothing_and_lists_what_is_wrong(estate: Estate) -> None:
    shown = text_of(upload(visitor(estate.cast, "finance")))
    assert "预览,还没有写入" in shown
    assert "827.40" in shown and "500.00" in shown
    assert "第 4 行" in shown and "金额不是数字" in shown
    assert not Bill.objects.exists()


def test_a_confirmed_workbook_is_written_once(estate: Estate) -> None:
    desk = visitor(estate.cast, "finance")
    token = token_of(text_of(upload(desk)))
    assert "已写入" in text_of(desk.post("/opening/confirm/", token=token))
    assert Line.objects.count() == 1
    assert desk.post("/opening/confirm/", token=token)["Location"] == "/opening/"
    again = text_of(upload(desk))
    assert not token_of(again) and "没有可以写入的新内容" in again


def test_a_preview_belongs_to_whoever_made_it(estate: Estate) -> None:
    token = token_of(text_of(upload(visitor(estate.cast, "finance"))))
    answer = visitor(estate.cast, "manager").post("/opening/confirm/", token=token)
    assert answer["Location"] == "/opening/"
    assert not Bill.objects.exists()


def test_refusals_keep_the_day_that_was_given(estate: Estate) -> None:
    desk = visitor(estate.cast, "finance")
    answer = upload(desk, as_of="2026-05-01")
    assert answer.status_code == 422
    assert "不能晚于今天" in text_of(answer) and 'value="2026-05-01"' in text_of(answer)
    assert upload(desk, "甲,乙\n1,2\n").status_code == 422
    assert desk.post("/opening/").status_code == 422


def test_before_the_books_are_open_it_says_who_opens_them(cast: Cast) -> None:
    answer = upload(visitor(cast, "finance"))
    assert answer.status_code == 409
    assert "还没有开账" in text_of(answer)


def test_the_workbook_to_fill_in(estate: Estate) -> None:
    answer = visitor(estate.cast, "finance").get("/opening/blank/")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer.content.startswith(b"PK")


def test_nothing_in_a_file_breaks_the_page(estate: Estate) -> None:
    """Every cell that nobody would write is named beside its row, and the good row is read."""
    amounts = ("1e400", "NaN", "-Infinity", "9" * 5000, "1E-400", "0x10", "=1+1", "-5")
    periods = ("2025年13月", "2025年99-0月", "9999-12-31至9999-12-31", "2025Q9", "2099年12月")
    dues = ("9999-12-31", "0001-01-01", "1e9", "-1")
    rows = [f"3-1-1201,物业费,2025Q4,{amount},,2025-12-31" for amount in amounts]
    rows += [f"3-1-1201,物业费,{one},100,,2025-12-31" for one in periods]
    rows += [f"3-1-1201,停车费,2025Q4,100,,{one}" for one in dues]
    rows += [f"{'9' * 5000},物业费,2025Q4,100,,", f"3-1-1201,{'费' * 5000},2025Q4,100,,"]
    rows += ["3-1-1202,,,,1e400,", "3-1-1202,,,,500,"]
    desk = visitor(estate.cast, "finance")
    head = "房号,收费项目,账期,欠费金额,预存余额,应缴日期\n"
    shown = text_of(upload(desk, head + "\n".join(rows)))
    assert "500.00" in shown and "金额不是数字" in shown
    assert desk.post("/opening/confirm/", token=token_of(shown)).status_code == 200
    for as_of in ("0001-01-01", "9999-12-31", "x", "9" * 5000):
        assert upload(desk, as_of=as_of).status_code in (409, 422), as_of


@pytest.mark.parametrize(
    "content",
    ["", "\0", "PK\x03\x04", "房号,预存余额\n3-1-1202,\0", "房号,欠费金额", "\ufeff\ufeff,,,"],
)
def test_a_file_that_is_none_is_refused_in_words(estate: Estate, content: str) -> None:
    assert upload(visitor(estate.cast, "finance"), content).status_code in (409, 422)
