"""What channels, states and refusals are called on pages."""

from django.utils.translation import gettext_lazy as _

CHANNELS = {
    "in_app": _("业主页面"),
    "sms": _("短信"),
    "email": _("邮件"),
    "wechat": _("微信"),
    "wecom": _("企业微信"),
    "log": _("仅记录"),
}
CATEGORIES = {
    "matter": _("报事进展"),
    "notice": _("公告通知"),
    "bill": _("账单费用"),
    "greeting": _("节日问候"),
    "code": _("验证码"),
}
STATES = {
    "queued": _("等待发送"),
    "sending": _("正在发送"),
    "sent": _("已发出"),
    "delivered": _("已送达"),
    "failed": _("没有送到"),
    "superseded": _("已取消"),
}
WORDING_STATES = {
    "draft": _("草稿"),
    "in_review": _("待审批"),
    "approved": _("使用中"),
    "returned": _("退回修改"),
    "retired": _("已停用"),
}
LANGUAGES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}
# Why a wording cannot be used, by the code of the fault.
FAULTS = {
    "missing": _("这里还没有文字。"),
    "too_long": _("文字太长,最多 %(what)s 字。"),
    "brackets": _("大括号和方括号要成对,里面写上面列出的变量名。"),
    "unknown": _("没有叫“{%(what)s}”的变量,请只用上面列出的变量。"),
    "refused": _("短信里不能有“%(what)s”这样像催债的字,运营商会拒发。请改写,或改用信函。"),
    "too_many_parts": _("变量填满时短信要拆成 %(what)s 条,最多 3 条,请写短一些。"),
}
# Why a telling waits, or why it went no further, by the code that the courier writes.
NOTES = {
    "quiet_hours": _("夜间不打扰,等到开放时间再发"),
    "bundling": _("等几分钟,与同一人的其他进展一起发"),
    "bundled": _("与同一人的其他进展合并成一条"),
    "hourly_cap": _("这个号码一小时内的短信已到上限,稍后再发"),
    "daily_cap": _("这个号码今天的短信已到上限,明天再发"),
    "by_choice": _("业主选择只在业主页面查看"),
    "no_way": _("没有可用的联系方式,只在业主页面显示"),
    "same_number": _("同一个号码已经收到"),
    "unconfirmed": _("已发出,运营商没有确认送达"),
    "all_failed": _("所有方式都没有送到,请打电话或上门"),
    "expired": _("已过有效期,不再发送"),
    "withdrawn": _("已撤回"),
}
# Why a message was not sent or did not arrive, by our own codes; providers use their own words.
PROBLEMS = {
    "unclear": _("不确定是否送达。为免重复没有自动再发,请先问业主是否收到"),
    "no_channel": _("这种通知方式没有配置"),
    "by_choice": _("业主选择只在业主页面查看"),
    "no_address": _("等待期间,住户的号码或地址已停用或更改"),
    "never_taken": _("服务商一直没有收下"),
    "not_delivered": _("服务商报告没有送达"),
    "expired": _("已过有效期,不再发送"),
    "too_late": _("一直没有发出,已改用其他方式"),
    "heard": _("业主已经看到,不再发送"),
    "withdrawn": _("已撤回"),
}
