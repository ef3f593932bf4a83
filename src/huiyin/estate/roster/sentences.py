"""Says in words what was refused, what was odd, and why a file is no roster."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiyin.estate.roster.files import UnusableFile
from huiyin.estate.roster.parsed import Notice, Problem

_SENTENCES = {
    "cell.error": _("单元格是公式错误,没有值"),
    "area.not_a_number": _("面积不是数字"),
    "area.not_positive": _("面积应大于 0"),
    "area.too_large": _("面积太大,请核对单位"),
    "rate.not_a_number": _("收费标准“%(value)s”不是数字,未采用"),
    "date.no_day": _("日期缺少“日”,请写全年月日"),
    "date.not_a_date": _("不是日期,请写成 2021-03-30 这样"),
    "date.impossible": _("没有这一天"),
    "date.ambiguous": _("日期有两种读法,请写成 2021-03-30 这样"),
    "date.implausible": _("年份不合理"),
    "phone.wrong": _("电话号码位数不对或不是号码"),
    "phone.nobody": _("这一行没有姓名,号码不知是谁的"),
    "name.unreadable": _("读不出姓名"),
    "plate.unreadable": _("不是车牌号码"),
    "house.missing": _("这一行没有房号"),
    "house.unreadable": _("读不出房号"),
    "house.several": _("一格里有几个房号,请分行填写"),
    "house.no_number": _("房号不全,缺少房间号"),
    "house.is_a_date": _("房号被表格软件变成了日期,请把该列设为文本后重填"),
    "building.unreadable": _("读不出楼栋"),
    "unit.unreadable": _("读不出单元"),
    "space.missing": _("这一行没有车位号"),
    "space.unreadable": _("读不出车位号“%(value)s”"),
    "space.house_unknown": _("车位 %(space)s 对应的房屋 %(house)s 不在册,未关联"),
    "house.duplicate": _("与“%(sheet)s”第 %(row)s 行是同一房屋(%(house)s),重复,未再导入"),
    "house.differs": _(
        "与“%(sheet)s”第 %(row)s 行是同一房屋(%(house)s),但%(fields)s不同,以前一行为准,请核对"
    ),
    "sheet.no_header": _("找不到表头(如房号、业主姓名、联系电话),整张表未导入"),
    "sheet.hidden": _("工作表是隐藏的,未导入"),
    "file.missing": _("没有这个文件"),
    "file.not_readable": _("文件打不开"),
    "file.empty": _("文件是空的"),
    "file.too_large": _("文件太大"),
    "file.too_many_rows": _("行数超过 %(rows)s,请分开导入"),
    "file.not_a_workbook": _("不是有效的表格文件,或已损坏、有密码;请用 Excel 另存为 xlsx 再试"),
    "file.unknown_kind": _("只能导入 xlsx、xls 或 csv 文件"),
    "file.not_text": _("不是文本文件,请存为 csv 或 xlsx 再试"),
    "file.no_houses": _("文件里没有读到任何房屋,请检查表头是否有房号、业主姓名等"),
}
_FIELDS = {
    "area": pgettext_lazy("roster field", "面积"),
    "owner": pgettext_lazy("roster field", "业主"),
    "tenant": pgettext_lazy("roster field", "租户"),
    "vacant": pgettext_lazy("roster field", "空置情况"),
    "handed_over_on": pgettext_lazy("roster field", "交付日期"),
    "tenure": pgettext_lazy("roster field", "车位类型"),
    "room": pgettext_lazy("roster field", "对应房号"),
    "goes_with": pgettext_lazy("roster field", "对应房号"),
    "plate": pgettext_lazy("roster field", "车牌"),
    "kind": pgettext_lazy("roster field", "房屋类型"),
    "rate": pgettext_lazy("roster field", "收费标准"),
    "remark": pgettext_lazy("roster field", "备注"),
    "phone": pgettext_lazy("roster field", "电话"),
    "tenant_phone": pgettext_lazy("roster field", "租户电话"),
}


def sentence(code: str, params: Mapping[str, str]) -> str:
    """Say a code of the roster in one sentence in the reader's language."""
    words = dict(params)
    if "fields" in words:
        words["fields"] = "、".join(field_name(name) for name in words["fields"].split(","))
    return str(_SENTENCES[code]) % {"value": "", **words} if words else _bare(code)


def _bare(code: str) -> str:
    """Say a code that needs nothing filled in."""
    return str(_SENTENCES[code]).replace("“%(value)s”", "")


def field_name(name: str) -> str:
    """Name a field of a house, such as one that its roster could not give."""
    return str(_FIELDS.get(name, name))


def problem_sentence(problem: Problem) -> str:
    """Say why a value was refused."""
    return sentence(problem.code, problem.params)


def notice_sentence(notice: Notice) -> str:
    """Say what is odd about a row or a sheet."""
    return sentence(notice.code, notice.params)


def unusable_sentence(error: UnusableFile) -> str:
    """Say why a file is no roster."""
    return sentence(error.code, error.params)
