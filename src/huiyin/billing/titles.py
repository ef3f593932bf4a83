"""The sentences in which a bill explains itself; the steps come from ``rules.explain``."""

from django.utils.translation import gettext_lazy as _

# Written for owners: what was multiplied by what, and what it comes to.
STEPS = {
    "area": _(
        "%(quantity)s %(unit)s × %(price)s 元/%(unit)s·月 × %(months)s 个月"
        " %(equals)s %(amount)s 元"
    ),
    "fixed": _(
        "%(quantity)s %(unit)s × %(price)s 元/月 × %(months)s 个月 %(equals)s %(amount)s 元"
    ),
    "contract": _(
        "合同价每月 %(price)s 元 × 数量 %(quantity)s × %(months)s 个月 %(equals)s %(amount)s 元"
    ),
    "least": _("不足最低收费,按每月 %(least)s 元计:× %(months)s 个月 %(equals)s %(amount)s 元"),
    "relief_percent": _("减免 %(percent)s%%,少收 %(off)s 元,余 %(amount)s 元"),
    "relief_monthly": _("每月减免 %(monthly)s 元,少收 %(off)s 元,余 %(amount)s 元"),
    "after_relief": _("减免后为 %(amount)s 元"),
    "sum": _("各段相加,四舍五入到分:%(amount)s 元"),
    "carried": _(
        "从 %(start)s 起合计 %(upto)s 元,前面已计 %(before)s 元,这里是两者之差 %(amount)s 元"
        "(先合计再取整,分几段都不多收一分)"
    ),
    "meter": _(
        "表号 %(meter)s:%(until_on)s 读数 %(until_value)s − %(from_on)s 读数 %(from_value)s"
        " = %(quantity)s %(unit)s"
    ),
    "meter_factor": _(
        "表号 %(meter)s:(%(until_on)s 读数 %(until_value)s − %(from_on)s 读数 %(from_value)s)"
        " × 倍率 %(factor)s = %(quantity)s %(unit)s"
    ),
    "rolled": _("表号 %(meter)s 走满一圈后从零开始,已按满圈加回"),
    "estimated": _("表号 %(meter)s 这次是估抄,下次抄到实数后多退少补"),
    "ahead": _("减去以前估抄多计的 %(ahead)s %(unit)s"),
    "given_back": _("加上冲销前的账单已经退还的 %(given)s %(unit)s"),
    "not_given_back": _("减去冲销前的账单多计的 %(given)s %(unit)s"),
    "tier": _("%(quantity)s %(unit)s × %(price)s 元 %(equals)s %(amount)s 元"),
    "part_of_days": _("这一段是 %(length)s 天中的 %(count)s 天,按天数分摊"),
    "shared_area": _(
        "「%(pool)s」共 %(total)s 元,按面积分摊:您家 %(weight)s ÷ 全部 %(weights)s"
        " × %(total)s = %(share)s 元"
    ),
    "shared_household": _("「%(pool)s」共 %(total)s 元,由 %(weights)s 户平分,每户 %(share)s 元"),
    "shared_weight": _(
        "「%(pool)s」共 %(total)s 元,按份额分摊:您家 %(weight)s ÷ 全部 %(weights)s"
        " × %(total)s = %(share)s 元"
    ),
    "shared_meter": _(
        "「%(pool)s」共 %(total)s 元,按分表用量分摊:您家 %(weight)s ÷ 全部 %(weights)s"
        " × %(total)s = %(share)s 元"
    ),
    "shared": _("「%(pool)s」共 %(total)s 元,您家分摊 %(share)s 元"),
    "share_percent": _("减免 %(percent)s%%"),
    "share_monthly": _("每月减免 %(monthly)s 元"),
    "slip": _("您签字的单据 %(number)s"),
    "slip_line": _("%(text)s:%(quantity)s %(unit)s × %(price)s 元 = %(amount)s 元"),
    "corrected_more": _("原来计了 %(was)s 元,应为 %(now)s 元,补收 %(amount)s 元"),
    "corrected_less": _("原来计了 %(was)s 元,应为 %(now)s 元,退还 %(amount)s 元"),
    "true_up": _(
        "以前估抄多计了 %(back)s %(unit)s(那次共计 %(quantity)s %(unit)s、%(amount)s 元),"
        "按当时的价格退还"
    ),
    "opening": _("启用系统以前的欠费,见期初表「%(sheet)s」第 %(row)s 行"),
}
