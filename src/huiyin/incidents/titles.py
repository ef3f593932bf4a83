"""Names of plans, services and ways in the reader's language."""

from django.utils.translation import gettext_lazy as _

PLANS = {
    "lift": _("电梯困人"),
    "power_cut": _("突发停电"),
    "flooding": _("水浸"),
    "fire": _("火警"),
    "crime": _("治安事件"),
    "typhoon": _("台风暴雨"),
    "other": _("其他突发事件"),
    "power_cut.announced": _("计划停电"),
}
SERVICES = {
    "police": _("公安 110"),
    "fire": _("消防 119"),
    "medics": _("急救 120"),
    "lift": _("电梯维保公司"),
    "power": _("供电部门"),
    "water": _("自来水公司"),
    "gas": _("燃气公司"),
    "other": _("其他"),
}
# Numbers that are the same in the whole country.
NUMBERS = {"police": "110", "fire": "119", "medics": "120", "power": "95598"}
WAYS = {
    "page": _("本人在系统里确认"),
    "phone": _("电话同意"),
    "radio": _("对讲机同意"),
    "in_person": _("当面同意"),
}
MESSAGE_STATES = {
    "queued": _("待发"),
    "sending": _("正在发送"),
    "sent": _("已发"),
    "delivered": _("已送达"),
    "failed": _("没有发出"),
    "superseded": _("不再需要"),
}
TELLING_WAYS = {
    "door": _("上门"),
    "phone": _("电话"),
    "sms": _("短信"),
    "wechat": _("微信"),
    "notice": _("张贴"),
}
