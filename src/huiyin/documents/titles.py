"""Names of papers in the reader's language."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "work_order": _("服务工作单"),
    "slip": _("服务单据"),
    "incident_report": _("突发事件处理表"),
    "duty_log": _("值班记录"),
    "visit_back": _("回访记录"),
    "checklist": _("检查记录"),
    "letter": _("函件"),
    "notice": _("通知"),
    "poster": _("公告海报"),
    "door_notice": _("门贴通知"),
    "goods_pass": _("物品放行条"),
    "owner_file": _("业主档案"),
    "renovation": _("装修档案"),
    "contract": _("合同"),
    "drawing": _("图纸"),
    "certificate": _("证照"),
    "minutes": _("会议纪要"),
    "regulation": _("规章制度"),
    "correspondence": _("来往函件"),
    "other": _("其他"),
}
DEPARTMENTS = {
    "service": _("客服"),
    "engineering": _("工程"),
    "security": _("秩序"),
    "cleaning": _("环境"),
    "finance": _("财务"),
    "admin": _("行政"),
}
LEVELS = {
    "staff": _("内部"),
    "owner": _("内部和业主本户"),
    "posts": _("指定岗位"),
    "leaders": _("仅负责人"),
}
STATES = {
    "draft": _("草稿"),
    "in_review": _("待审批"),
    "returned": _("已退回"),
    "issued": _("有效"),
    "replaced": _("已被新版代替"),
    "void": _("已作废"),
    "destroyed": _("已销毁"),
}
