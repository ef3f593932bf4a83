"""Says in words what of a workbook of old balances was refused or is odd."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from huiyin.estate.roster import sentences as roster

_SENTENCES = {
    "opening.no_header": _("找不到表头(要有房号,以及欠费金额或预存余额),整张表未导入"),
    "opening.total_differs": _("合计写的是 %(written)s 元,上面各行加起来是 %(read)s 元,请核对"),
    "opening.differs": _("这一期已导入过,金额是 %(amount)s 元,与本行不同;请先冲销原来的再导入"),
    "opening.billed": _("%(first)s 至 %(last)s 已经计过费,不能再导入一次;请改账期"),
    "opening.twice": _("与“%(sheet)s”第 %(row)s 行是同一户、同一项目,账期重叠,未再导入"),
    "opening.credit_differs": _("这一户的期初预存已导入过,是 %(amount)s 元,与本行不同,请核对"),
    "opening.credit_twice": _("与“%(sheet)s”第 %(row)s 行是同一户的预存,未再导入;请合成一行"),
    "amount.not_a_number": _("金额不是数字"),
    "amount.too_large": _("金额太大,请核对"),
    "amount.parts_of_a_cent": _("金额比分还小,请四舍五入到分"),
    "amount.negative": _("欠费不能是负数;多交的钱请填在预存余额里"),
    "prepaid.negative": _("预存余额不能是负数;欠的钱请填在欠费金额里"),
    "item.missing": _("这一行没有收费项目"),
    "item.unknown": _("没有叫“%(item)s”的收费项目,请先在收费标准里建立,或改成已有的名称"),
    "period.missing": _("这一行没有账期"),
    "period.unreadable": _("读不出账期,请写成 2025-03、2025年1-3月、2025Q1 或起止日期"),
    "period.half": _("起止日期只填了一个"),
    "period.backwards": _("账期的结束早于开始"),
    "period.no_month": _("没有这个月份"),
    "period.not_over": _("账期到结转日还没有结束;预收性质的费用请填应缴日期"),
    "house.unknown": _("没有房号为“%(house)s”的房屋,请先导入住户册或核对房号"),
    "payer.nobody": _("这一户没有业主,也没有设置开发商,不知向谁收;请先补业主资料"),
    "payer.unknown": _("“%(payer)s”从未在这一户登记过;请核对姓名,或先在住户资料里登记"),
    "payer.several": _("这一户有几位都叫“%(payer)s”,分不清是谁"),
}


def sentence(code: str, params: Mapping[str, str]) -> str:
    """Say a code in one sentence in the reader's language."""
    known = _SENTENCES.get(code)
    return str(known) % params if known is not None else roster.sentence(code, params)
