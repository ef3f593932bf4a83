"""The two questions of the log-in: which number, and which code."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.accounts.rules import FIGURES
from huiyin.doors.parts.forms import DoorForm
from huiyin.estate.roster.phones import read_number

MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)


class MobileField(forms.CharField):
    """A mobile number however it is written: +86, 0086, blanks, full-width figures."""

    def __init__(self, **kwargs: Any) -> None:
        words = {
            "label": gettext_lazy("手机号"),
            "max_length": 30,
            "error_messages": {"required": gettext_lazy("请填写您的手机号。")},
            "widget": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        }
        super().__init__(**{**words, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the figures alone, as rosters keep them."""
        text = unicodedata.normalize("NFKC", super().clean(value))
        number = read_number(text)
        if number is None:
            raise ValidationError(_("请检查手机号,应是 11 位数字,如 13800138000。"))
        if not MOBILE.fullmatch(number) and not number.startswith("+"):
            raise ValidationError(
                _("固定电话收不到验证码,请填写手机号。没有手机号请打电话给服务中心。")
            )
        return number


class PhoneForm(DoorForm):
    """Whose number is it?"""

    phone = MobileField()


class CodeForm(DoorForm):
    """Which code came?"""

    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写收到的 6 位数字。")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "data-code": str(FIGURES),
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        """Return the figures; blanks and full-width ones are what telephones make of them."""
        code = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        if not re.fullmatch(rf"\d{{{FIGURES}}}", code, re.ASCII):
            raise ValidationError(_("验证码是 6 位数字。"))
        return code
