"""Names of the room's codes, in the language of the page."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "accept": _("接单"),
    "leave": _("出发"),
    "arrive": _("到场"),
    "mark": _("检查表"),
    "line": _("明细"),
    "drop_line": _("撤销明细"),
    "consent": _("业主同意"),
    "photo": _("照片"),
    "sign": _("业主签字"),
    "finish": _("办结"),
    "note": _("备注"),
    "give_back": _("退回"),
}
KINDS = {"material": _("材料"), "labour": _("人工"), "service": _("服务")}
MOVES = {"in": _("入库"), "out": _("领用"), "back": _("退回"), "count": _("盘点")}
FLAGS = {
    "skew": _("手机时间不准,已更正"),
    "future": _("手机记的是将来的时间,按收到时间记录"),
    "old": _("补传太晚,按收到时间记录"),
    "before": _("早于受理时间,按受理时间记录"),
}
