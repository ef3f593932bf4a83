"""Names and refusals of approvals in the reader's language."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "announcement": _("通知公告"),
    "incident_report": _("突发事件处理表"),
    "message_template": _("消息模板"),
    "penalty": _("处罚记录"),
    "paper_release": _("文件发出"),
    "tariff": _("收费标准"),
    "relief": _("费用减免"),
}
STATES = {
    "waiting": _("待审批"),
    "approved": _("已批准"),
    "returned": _("已退回"),
    "withdrawn": _("已撤回"),
}
VERDICTS = {
    "approved": _("同意"),
    "returned": _("退回"),
}
BAD_CHAINS = {
    "bad_kind": _("没有这种审批。"),
    "bad_steps": _("审批流程应有 1 到 9 步,每步至少一个岗位。"),
    "unknown_post": _("审批流程里有不存在的岗位。"),
}
