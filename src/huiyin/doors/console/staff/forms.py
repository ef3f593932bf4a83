"""The form that hands over everything somebody has in hand (HR-02)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.staff.queries import EmployeeRow


class HandOverForm(DoorForm):
    """Who takes over, and why."""

    to = forms.ChoiceField(label=_("交给"), required=False)
    reason = forms.CharField(label=_("交接原因"), widget=text_area(2))
    sure = forms.BooleanField(label=_("确认把全部未关闭的事项一次交接"))

    def __init__(self, *args: Any, people: Sequence[EmployeeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one.code, f"{one.name} ({one.code})") for one in people]
        self.fields["to"] = forms.ChoiceField(
            label=_("交给"),
            required=False,
            choices=[("", _("自动:同岗位当值人员,否则上级")), *names],
        )
