"""Who somebody says they are, for the desk to look up."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.portal.login.forms import MobileField
from huiyin.estate.rows import CommunityRow


class VerifyForm(DoorForm):
    """Number, name and house; the same questions for everybody."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    community = forms.ChoiceField(label=gettext_lazy("小区"))
    house = forms.CharField(
        label=gettext_lazy("房号"),
        max_length=60,
        help_text=gettext_lazy("例如:3栋1单元1201。"),
        error_messages={"required": gettext_lazy("请填写您的房号。")},
    )
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("请填写您的姓名。")},
    )
    phone = MobileField(help_text=gettext_lazy("核实后用这个号码登录。"))
    note = forms.CharField(
        label=gettext_lazy("补充说明"),
        required=False,
        max_length=500,
        widget=text_area(2),
        help_text=gettext_lazy("例如:我是新租客;原来登记的号码尾号是 1234。"),
    )

    def __init__(self, *args: Any, communities: tuple[CommunityRow, ...], **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        named = [(one.code, one.name) for one in communities]
        choice = self.fields["community"]
        choice.choices = named if len(named) == 1 else [("", "—"), *named]  # type: ignore[attr-defined]
        words = gettext_lazy("请选择您所在的小区。")
        choice.error_messages |= {"required": words, "invalid_choice": words}
