"""What ways of charging, roles and states are called, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.estate.titles import kind_title

WAYS = {
    "area": gettext_lazy("按面积计费"),
    "fixed": gettext_lazy("按月定额"),
    "metered": gettext_lazy("按表计费"),
    "apportioned": gettext_lazy("按实际费用分摊"),
    "slip": gettext_lazy("按签字单据"),
    "contract": gettext_lazy("按合同约定"),
}
PHASES = {
    "advance": gettext_lazy("预收:本期收本期的费用"),
    "arrears": gettext_lazy("后收:本期收上期的费用"),
}
SPLITS = {
    "day": gettext_lazy("按天分开"),
    "month": gettext_lazy("按整月:交接当月归原来的人"),
}
PAYERS = {
    "owner": gettext_lazy("业主"),
    "tenant": gettext_lazy("租户(按约定,业主仍负连带责任)"),
    "developer": gettext_lazy("开发商"),
    "person": gettext_lazy("指定的人或单位"),
}
PAYERS_SHORT = {
    "owner": gettext_lazy("业主"),
    "tenant": gettext_lazy("租户"),
    "developer": gettext_lazy("开发商"),
    "person": gettext_lazy("指定付款人"),
}
METERS = {
    "water": gettext_lazy("水表"),
    "hot_water": gettext_lazy("热水表"),
    "electricity": gettext_lazy("电表"),
    "gas": gettext_lazy("燃气表"),
    "heat": gettext_lazy("热量表"),
}
PERIODS = {
    1: gettext_lazy("每月"),
    3: gettext_lazy("每季"),
    6: gettext_lazy("每半年"),
    12: gettext_lazy("每年"),
}
TARIFF_STATES = {
    "draft": gettext_lazy("草稿"),
    "in_review": gettext_lazy("审批中"),
    "approved": gettext_lazy("已批准"),
    "returned": gettext_lazy("已退回"),
    "dropped": gettext_lazy("已作废"),
}
RELIEF_STATES = {
    "in_review": gettext_lazy("审批中"),
    "approved": gettext_lazy("已批准"),
    "refused": gettext_lazy("未批准"),
}


def house_kind(kind: str) -> str:
    """Say the kind of house a price is for; "" is all of them."""
    return kind_title(kind) if kind else _("所有房屋")


def unit_of(way: str, unit: str) -> str:
    """Say what a price is for, as it stands on a price board."""
    if way == "area":
        return _("元/平方米·月")
    if way == "metered":
        return _("元/%(unit)s") % {"unit": unit or _("单位")}
    return _("元/%(unit)s·月") % {"unit": unit or _("户")}
