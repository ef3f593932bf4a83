"""Names of what the rows hold as codes, in the reader's language."""

from django.utils.translation import gettext_lazy as _

MAIL_STATES = {
    "stored": _("待处理"),
    "matter": _("已转事项"),
    "reply": _("已归入事项"),
    "bounce": _("退信"),
    "auto": _("自动邮件"),
    "held": _("已拦下,请看"),
}
WHY = {
    "return-path": _("退信地址为空,是系统通知"),
    "report": _("投递报告"),
    "failed-recipients": _("投递失败通知"),
    "daemon": _("邮件系统发出"),
    "auto-submitted": _("标明是自动发出"),
    "suppress": _("标明不要自动回复"),
    "precedence": _("群发邮件"),
    "autoreply": _("自动回复"),
    "list": _("订阅邮件"),
    "vacation": _("主题是自动回复"),
    "no-reply": _("不收回信的地址"),
    "ourselves": _("发件人是本信箱自己"),
    "loop": _("同一发件人一小时内来信过多,可能是自动循环"),
    "flood": _("一小时内来信总数过多,可能是恶意群发"),
    "refused": _("信箱服务器没有给出这封邮件,请到信箱里查看"),
}
PROBLEMS = {
    "server": _("连不上信箱服务器。"),
    "login": _("信箱的用户名或密码不对。"),
    "folder": _("信箱里没有设定的文件夹。"),
    "lost": _("收信中途断开,稍后自动再试。"),
}
