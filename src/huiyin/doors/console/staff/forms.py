"""Forms of the staff: taking somebody on, handing over; and fields that other forms share."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm, text_area
from huiyin.kernel.caller import COMPANY_POSTS
from huiyin.matters import titles
from huiyin.staff.actions.admission import LEADING_POSTS
from huiyin.staff.queries import EmployeeRow

AUTOMATIC = _("自动:同岗位当值人员,否则上级")
SURE = _("我已核对,确认办理")
Choices = Sequence[tuple[str, Any]]


def asked_once(label: Any = SURE) -> forms.BooleanField:
    """Return the box that asks once before something is taken away."""
    return forms.BooleanField(label=label)


def a_reason() -> forms.CharField:
    """Return the line that says why."""
    return forms.CharField(label=_("原因"), max_length=100, required=False)


def named(people: Sequence[EmployeeRow]) -> Choices:
    """Return colleagues as choices."""
    return [(one.code, f"{one.name} ({one.code})") for one in people]


class HireForm(DoorForm):
    """Somebody new: who, and the first post."""

    code = forms.CharField(
        label=_("工号"), max_length=20, help_text=_("也是登录名。字母、数字或短横线。")
    )
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=24, required=False)
    post = forms.ChoiceField(label=_("岗位"))
    from_on = Day(label=_("入职并到岗日期"))

    def __init__(self, *args: Any, leads: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"] = forms.ChoiceField(label=_("岗位"), choices=posts_to_give(leads))


def posts_to_give(leads: bool) -> Choices:
    """Return the posts of a site; those that lead it only to who leads."""
    kept = COMPANY_POSTS if leads else COMPANY_POSTS | LEADING_POSTS
    return [("", _("请选择")), *[one for one in titles.POSTS.items() if one[0] not in kept]]


class HandOverForm(DoorForm):
    """Who takes over, and why."""

    to = forms.ChoiceField(label=_("交给"), required=False)
    reason = forms.CharField(label=_("交接原因"), widget=text_area(2))
    sure = asked_once(_("确认把全部未关闭的事项一次交接"))

    def __init__(self, *args: Any, people: Sequence[EmployeeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ChoiceField(
            label=_("交给"), required=False, choices=[("", AUTOMATIC), *named(people)]
        )
