"""What owners read: kinds, states, promises and refusals in their language."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiyin.owners.rules import day_and_time


class Kind(NamedTuple):
    """A kind of request in owners' words."""

    title: object
    hint: object


# In the order in which they are offered.
KINDS: dict[str, Kind] = {
    "repair": Kind(_("家里报修"), _("水管、电路、门锁、下水道等家里的东西坏了")),
    "repair.public": Kind(_("公共地方报修"), _("电梯、楼道灯、大门、道路等公共地方坏了")),
    "home_service": Kind(_("家政服务"), _("保洁、擦窗等上门服务")),
    "special_service": Kind(_("特约服务"), _("搬运、代办等按约定收费的服务")),
    "complaint": Kind(_("投诉"), _("卫生、噪音、停车、安全等让您不满意的事")),
    "complaint.attitude": Kind(_("对工作人员的投诉"), _("由主管以上处理,当事员工看不到是谁反映的")),
    "enquiry": Kind(_("咨询"), _("收费、装修、证件等想问的事")),
    "suggestion": Kind(_("建议"), _("您觉得可以改进的地方,条条有答复")),
    "praise": Kind(_("表扬"), _("您想感谢的人或事")),
    "help": Kind(_("求助"), _("需要我们搭把手的事")),
    "builder_defect": Kind(_("房屋质量问题"), _("开发商、施工单位遗留的渗漏、开裂等问题")),
}
# What may be said without a name (CMP-11): what needs no visit to a home and no answer to somebody.
NAMELESS = ("repair.public", "complaint", "complaint.attitude", "suggestion", "praise")
# Never offered, but seen when the desk took it in.
_OTHER_KINDS = {
    "complaint.written": _("书面投诉"),
    "complaint.emergency": _("紧急情况"),
}
SEEN = frozenset({*KINDS, *_OTHER_KINDS})
STATES = {
    "received": _("已受理,正在安排人员"),
    "reopened": _("重新办理,正在安排人员"),
    "assigned": _("已安排人员"),
    "accepted": _("经办人已接单"),
    "on_site": _("人员已到现场"),
    "finished": _("已办结,请您评价"),
    "visited_back": _("已办结"),
    "closed": _("已结束"),
}
# What a promise is about; what is not here is between colleagues. The result of the work stands on
# the owner's page at once, so that the promise to tell it (feedback) says nothing new there.
DEEDS = {
    "assign": _("安排人员"),
    "arrive": _("到现场"),
    "answer": _("给您答复"),
    "leader_answer": _("由负责人给您答复"),
    "finish": _("办好"),
    "keep_in_touch": _("联系您、告诉您进展"),
    "visit_back": _("回访您、听您的意见"),
}
BETWEEN_COLLEAGUES = ("approve", "close", "correction", "feedback", "report", "sign_off")
_PROMISES = {
    "running": _("%(when)s 前%(deed)s"),
    "kept": _("已按时%(deed)s"),
    "paused": _("%(deed)s的时间要顺延,定下来后会告诉您"),
    "late": _("原定 %(when)s 前%(deed)s,我们没有做到,正在加紧,请您谅解"),
    "broken": _("原定 %(when)s 前%(deed)s,我们做晚了,对不起"),
}
REFUSALS = {
    "chase:finished": _("这件事已经办结,不用再催。如果没有解决,请点“没解决,重新办理”。"),
    "chase:visited_back": _("这件事已经办结,不用再催。如果没有解决,请点“没解决,重新办理”。"),
    "chase:closed": _("这件事已经结束。如果没有解决,请点“没解决,重新办理”。"),
    "add:closed": _("这件事已经结束。如果没有解决,请点“没解决,重新办理”,或再报一件。"),
    "confirm:signed": _("您已经确认过了,谢谢。"),
    "confirm:closed": _("这件事已经结束,不用再确认。"),
    "confirm": _("这件事还在办理,办结后再请您确认。"),
    "rate:rated": _("您已经评价过了,谢谢。如果没有解决,请点“没解决,重新办理”。"),
    "rate": _("这件事还在办理,办结后再请您评价。"),
    "reopen": _("这件事还在办理,不用重新打开。可以催办,或补充说明。"),
}
VERIFICATIONS = {
    "waiting": _("待核实"),
    "accepted": _("已核实"),
    "declined": _("未通过"),
}
PHONES = {
    "good": _("正常"),
    "out_of_service": _("停机"),
    "wrong": _("不是本人"),
    "unreachable": _("打不通"),
}


def kind_title(kind: str) -> str:
    """Say a kind in owners' words."""
    return str(KINDS[kind].title if kind in KINDS else _OTHER_KINDS[kind])


def refusal(code: str) -> str:
    """Say why an owner's verb is refused, the nearest sentence there is."""
    return str(REFUSALS.get(code) or REFUSALS[code.partition(":")[0]])


def when(moment: datetime, at: datetime, zone: ZoneInfo) -> str:
    """Say a moment as people do: 今天 18:00."""
    said = day_and_time(moment, at, zone)
    words = {"time": said.time, "month": said.month, "day": said.day}
    near = {
        -1: gettext("昨天 %(time)s"),
        0: gettext("今天 %(time)s"),
        1: gettext("明天 %(time)s"),
        2: gettext("后天 %(time)s"),
    }
    return (near.get(said.days) or gettext("%(month)d月%(day)d日 %(time)s")) % words


def promise(code: str, standing: str, due_at: datetime, at: datetime, zone: ZoneInfo) -> str:
    """Say a promise in plain words; empty for what an owner is not told."""
    if code not in DEEDS or standing not in _PROMISES:
        return ""
    return str(_PROMISES[standing]) % {"when": when(due_at, at, zone), "deed": DEEDS[code]}
