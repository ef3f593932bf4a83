"""Names and refusals of checklists in the reader's language."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiyin.checklists.rules import Item

KINDS = {
    "tick": _("打勾"),
    "number": _("数值"),
    "choice": _("选择"),
    "text": _("文字"),
    "photo": _("照片"),
    "signature": _("签名"),
    "person_time": _("人员和时间"),
}
STATES = {
    "open": _("进行中"),
    "done": _("已完成"),
    "dropped": _("已作废"),
}
KEYS = {
    "code": _("编号"),
    "title": _("内容"),
    "key": _("标识"),
    "kind": _("方式"),
    "required": _("必填"),
    "hint": _("提示"),
    "unit": _("单位"),
    "least": _("最小值"),
    "most": _("最大值"),
    "options": _("选项"),
    "bad_options": _("不合格的选项"),
    "raises": _("不合格时生成"),
    "minutes": _("限时"),
    "who": _("负责岗位"),
    "group": _("分组"),
    "item": _("项目"),
}
PROBLEMS = {
    "syntax": _("TOML 语法错误:%(value)s"),
    "unknown_key": _("没有这个设置"),
    "bad_code": _("“%(value)s”不能作编号,请用小写字母、数字和点,例如 visit.home"),
    "bad_title": _("请填写检查表的名称,最多 80 字"),
    "wrong_type": _("写法不对"),
    "no_items": _("至少要有一个项目"),
    "too_many_items": _("最多 %(value)s 个项目"),
    "missing": _("请填写"),
    "twice": _("与前面的重复"),
    "bad_key": _("“%(value)s”不能作标识,请用小写字母、数字和下划线"),
    "too_long": _("最多 %(value)s 字"),
    "unknown_kind": _("没有“%(value)s”这种方式"),
    "unknown_post": _("没有“%(value)s”这个岗位"),
    "unknown_matter": _("没有“%(value)s”这类事项"),
    "bad_minutes": _("限时应为 0 到 10080 分钟"),
    "bad_number": _("“%(value)s”不是数字"),
    "empty_range": _("最大值小于最小值"),
    "bad_option": _("每个选项 1 到 30 字"),
    "too_few_options": _("至少要有两个选项"),
    "too_many_options": _("最多 %(value)s 个选项"),
    "unknown_option": _("选项里没有“%(value)s”"),
}
VALUES = {
    "bad_tick": _("请选择“是”或“否”。"),
    "bad_number": _("请填写数字,例如 12.5。"),
    "bad_choice": _("请从选项里选一个。"),
    "bad_text": _("请填写文字。"),
    "bad_photo": _("请拍照或选择照片。"),
    "bad_signature": _("请签名并写上姓名。"),
    "bad_person_time": _("请填写姓名和时间。"),
    "empty": _("请填写内容。"),
    "too_long": _("最多 %(limit)d 字。"),
    "too_many_photos": _("每一项最多 %(limit)d 张照片。"),
}


def answer(item: Item, value: Any) -> str:
    """Say in words what was put at an item; pictures are said by their number."""
    if item.kind == "tick":
        return gettext("是") if value else gettext("否")
    if item.kind == "number":
        return f"{value} {item.unit}".strip()
    if item.kind == "photo":
        return gettext("%(n)d 张照片") % {"n": len(value["files"])}
    return str(value["name"]) if isinstance(value, dict) else str(value)
