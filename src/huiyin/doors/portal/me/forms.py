"""What an owner tells about themselves, and what they choose."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.portal.login.forms import CodeForm

MONTHS = 12
DAYS = 31
TEXT_MOST = 1000


def _figures(last: int, word: str) -> list[tuple[str, Any]]:
    return [("", word), *((str(one), str(one)) for one in range(1, last + 1))]


class BirthdayForm(DoorForm):
    """Month and day; the year is nobody's business."""

    person = forms.IntegerField(widget=forms.HiddenInput)
    month = forms.TypedChoiceField(
        label=gettext_lazy("月"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: _figures(MONTHS, "—"),
    )
    day = forms.TypedChoiceField(
        label=gettext_lazy("日"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: _figures(DAYS, "—"),
    )


class EmailForm(DoorForm):
    """An address of e-mail, before it is proved."""

    email = forms.CharField(
        label=gettext_lazy("邮箱地址"),
        max_length=100,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}
        ),
        error_messages={"required": gettext_lazy("请填写邮箱地址。")},
    )


class EmailCodeForm(CodeForm):
    """The code that came by e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("邮件里的验证码")


class CorrectionForm(DoorForm):
    """What is wrong in what is kept; the desk looks it up and changes it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("哪里不对,应该是什么?"),
        max_length=TEXT_MOST,
        widget=text_area(4),
        help_text=gettext_lazy("例如:姓名的“丽”应为“莉”;我的车牌已换成粤B12345。"),
        error_messages={"required": gettext_lazy("请写下哪里不对。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
