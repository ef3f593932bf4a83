"""Forms about visitors: who comes to whom, and what became of it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, Moment, text_area
from huiyin.matters import titles
from huiyin.visitors.queries import HostRow

# How a visitor can hear of a new time.
TOLD = ("visit", "phone", "sms", "wechat", "email")
OUTCOMES = (("received", _("已接待")), ("declined", _("婉拒")), ("rearranged", _("改期")))


class VisitorForm(DoorForm):
    """Somebody who asks for a manager, now or at a time."""

    visitor = forms.CharField(label=_("客人姓名"), max_length=40)
    organisation = forms.CharField(label=_("单位"), required=False)
    phone = forms.CharField(
        label=_("客人电话"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    house = forms.CharField(label=_("房号"), required=False)
    host = forms.ChoiceField(label=_("求见"))
    purpose = forms.CharField(label=_("事由"), widget=text_area(2))
    agitated = forms.BooleanField(
        label=_("客人情绪激动"), required=False, help_text=_("请到会客室就座,倒水,再请经理。")
    )

    def __init__(self, *args: Any, hosts: Sequence[HostRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            *[(one.code, _host(one)) for one in hosts],
        ]


class BookForm(VisitorForm):
    """An appointment at a time."""

    wished_at = Moment(label=_("预约时间"))
    sure = forms.BooleanField(label=_("时间冲突也照样预约"), required=False)


class ArriveForm(DoorForm):
    """The visitor has come."""

    agitated = forms.BooleanField(label=_("客人情绪激动,请到会客室"), required=False)


class DecideForm(DoorForm):
    """What became of the visitor."""

    outcome = forms.ChoiceField(label=_("结果"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("说明"), required=False, help_text=_("婉拒、改期要写明原因。"), widget=text_area(2)
    )
    new_at = Moment(label=_("改到什么时间"))
    told = forms.ChoiceField(
        label=_("怎样告诉客人新时间"),
        required=False,
        choices=[("", _("请选择")), *[(one, titles.CHANNELS[one]) for one in TOLD]],
    )
    sure = forms.BooleanField(label=_("时间冲突也照样预约"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_at"].required = False


class CancelForm(DoorForm):
    """The visitor will not come."""

    reason = forms.CharField(label=_("取消原因"))


def _host(one: HostRow) -> str:
    name = f"{one.name} · {titles.POSTS[one.post]}"
    return name if one.present else _("%(name)s(不在岗)") % {"name": name}
