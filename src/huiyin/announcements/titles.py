"""Names of what announcements have, in the reader's language."""

from django.utils.translation import gettext_lazy as _

CATEGORIES = {
    "general": _("一般通知"),
    "power_cut": _("停电"),
    "water_cut": _("停水"),
    "gas_cut": _("停气"),
    "lift": _("电梯停运"),
    "works": _("施工"),
    "festival": _("节日"),
    "fee": _("缴费"),
    "other": _("其他"),
}
AUDIENCES = {
    "all": _("全小区"),
    "buildings": _("按楼栋"),
    "units": _("按单元"),
    "houses": _("按房号"),
}
CHANNELS = {
    "app": _("手机页面"),
    "sms": _("短信"),
    "wechat": _("微信"),
    "email": _("邮件"),
    "hall": _("公告栏海报"),
    "door": _("门上通知"),
    "letter": _("信函"),
}
STATES = {
    "draft": _("草稿"),
    "in_review": _("审批中"),
    "returned": _("已退回"),
    "published": _("已发布"),
    "withdrawn": _("已撤回"),
    "ended": _("已结束"),
}
POSTING_STATES = {
    "to_post": _("待张贴"),
    "overdue": _("逾期未张贴"),
    "hanging": _("张贴中"),
    "to_take_down": _("该撤下了"),
    "taken_down": _("已撤下"),
    "missed": _("一直没有张贴"),
    "dropped": _("不用张贴"),
}
SLIP_KINDS = {"door": _("门上通知"), "letter": _("信函")}
SLIP_STATES = {
    "to_do": _("待办"),
    "overdue": _("已逾期"),
    "posted": _("已贴到门上"),
    "sent": _("已寄出"),
    "received": _("已签收"),
    "sent_back": _("被退回"),
    "dropped": _("不用办"),
}
FACTS = {
    "line": _("线路"),
    "area": _("范围"),
    "from_at": _("开始时间"),
    "until_at": _("结束时间"),
    "lifts": _("电梯"),
    "precautions": _("注意事项"),
}
