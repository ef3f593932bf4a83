"""Forms of an answer and of the guides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm, text_area


class AnswerForm(DoorForm):
    """What owners ask and what they are told; whoever speaks for the company may write for all."""

    question = forms.CharField(
        label=_("业主会怎么问"),
        widget=text_area(2),
        error_messages={"required": _("请写下业主会怎么问。")},
    )
    answer = forms.CharField(
        label=_("怎么答复"), widget=text_area(6), error_messages={"required": _("请写下怎么答复。")}
    )
    words = forms.CharField(
        label=_("还可能怎么说"),
        required=False,
        help_text=_("别的叫法,用空格隔开。搜索时也会找这些字。"),
    )
    owner_visible = forms.BooleanField(
        label=_("业主也可以看(需别人核对;不能有姓名、手机、房号)"), required=False
    )
    review_on = Day(label=_("到哪天要复核"), required=False)
    company = forms.BooleanField(label=_("全公司通用"), required=False)

    def __init__(self, *args: Any, for_company: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_company:
            del self.fields["company"]


class GuidesForm(DoorForm):
    """All guides as text, and why they are changed."""

    text = forms.CharField(
        label=_("指引"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "wrap": "off"}),
    )
    reason = forms.CharField(label=_("修改原因"), widget=text_area(2))
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
