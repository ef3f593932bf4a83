"""Forms to be filled in by hand, for work without a phone (forms.md)."""

from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.flows.papers.drawing import Paper, frame
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.staff.access import admit_to_community

# Code of the form → its title, the file it is drawn by, what is printed on it already.
BLANKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "service_order": ("服务工作单", "service_order", {}),
    "repair_slip": ("维修单", "slip", {"title": "维修单"}),
    "cleaning_slip": ("清洁服务单", "slip", {"title": "清洁服务单"}),
    "water_list": ("业主送水清单", "service_list", {"title": "业主送水清单"}),
    "club_list": ("会所娱乐单", "service_list", {"title": "会所娱乐单"}),
    "incident_report": ("突发事件处理表", "incident_report", {}),
    "duty_log": ("值班记录表", "duty_log", {}),
    "visit_record": ("回访记录表", "visit_record", {}),
    "statistics": ("投诉统计分析报告", "statistics", {}),
    "bill": ("收费通知单", "bill", {}),
    "statement": ("对账单", "statement", {}),
    "letter": ("公函", "letter", {}),
    "door_notice": ("门上通知", "door_notice", {}),
    "poster": ("公告栏海报", "poster", {}),
}


def blank(*, caller: Caller, community_id: int, code: str, at: datetime) -> Paper:
    """Build an empty form; NotFound to strangers and for a form we do not have."""
    admit_to_community(caller, community_id)
    if code not in BLANKS:
        raise NotFound(_("没有这种表格。"))
    title, form, printed = BLANKS[code]
    town = Community.objects.get(pk=community_id)
    return Paper(form, f"{title}(空白)", frame(town, at=at, blank=True) | printed)
