"""The form that changes the table of words, or tries a draft of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, text_area


class TableForm(DoorForm):
    """The whole table as text, sentences to try it on, and why it is changed."""

    text = forms.CharField(
        label=_("词表"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "wrap": "off"}),
        help_text=_("写法见开头的说明。保存前会逐条检查,哪一条不对会写明。"),
    )
    sentences = forms.CharField(
        label=_("试几句话"),
        required=False,
        widget=text_area(4),
        help_text=_("每行一句。先试一试,再保存。"),
    )
    reason = forms.CharField(label=_("修改原因"), widget=text_area(2))
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, trying: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not trying
