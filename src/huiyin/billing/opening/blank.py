"""The workbook that an office fills in: its houses and charges are there already."""

import io

import xlsxwriter

from huiyin.billing.access import admit_to_post
from huiyin.billing.models import ChargeItem
from huiyin.estate.models import House
from huiyin.kernel.caller import Caller

LAST_ROW = 1_048_575  # as many rows as a sheet has, for the lists to choose from


def blank_workbook(*, caller: Caller, community_id: int) -> bytes:
    """Draw an xlsx with the sheets of old arrears, prepayments and the names of all charges.

    Houses are listed on the sheet of prepayments; no names or telephone numbers are given out. Its
    words are those that the reader knows, in whatever language the page is.
    """
    admit_to_post(caller, community_id)
    codes = House.objects.filter(community_id=community_id).order_by("order_key", "id")
    items = ChargeItem.objects.filter(community_id=community_id, in_use=True).order_by("order")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E8F1EE", "border": 1})
    text = book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00"})
    arrears = book.add_worksheet("往期欠费")
    headers = ["房号", "收费项目", "账期", "欠费金额", "应缴日期"]
    arrears.write_row(0, 0, [*headers, "缴费人", "备注"], head)
    arrears.set_column(0, 2, 18, text)
    arrears.set_column(3, 3, 14, money)
    arrears.set_column(4, 6, 16, text)
    arrears.freeze_panes(1, 0)
    prepaid = book.add_worksheet("预存余额")
    prepaid.write_row(0, 0, ["房号", "预存余额", "缴费人", "备注"], head)
    prepaid.set_column(0, 0, 18, text)
    prepaid.set_column(1, 1, 14, money)
    prepaid.freeze_panes(1, 0)
    for row, code in enumerate(codes.values_list("code", flat=True), start=1):
        prepaid.write_string(row, 0, code, text)
    named = book.add_worksheet("项目名称")
    for row, name in enumerate(items.values_list("name", flat=True)):
        named.write_string(row, 0, name)
    if items:
        source = f"='项目名称'!$A$1:$A${len(items)}"
        arrears.data_validation(1, 1, LAST_ROW, 1, {"validate": "list", "source": source})
    book.close()
    return out.getvalue()
