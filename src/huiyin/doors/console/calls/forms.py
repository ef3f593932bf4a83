"""Forms about calls: where one sits, and a call written down by hand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, Moment


class SeatForm(DoorForm):
    """At which telephone somebody sits down."""

    number = forms.CharField(
        label=_("分机号"), widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    )
    label = forms.CharField(label=_("位置名称"), required=False, help_text=_("例如:前台左、夜班台"))


class WrittenCallForm(DoorForm):
    """A call that no exchange told of."""

    number = forms.CharField(
        label=_("来电号码"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    moment = Moment(label=_("来电时间"))
    rings = forms.IntegerField(
        label=_("响了几声"), min_value=0, max_value=200, initial=1, help_text=_("不清楚就填 0")
    )
    answered = forms.ChoiceField(
        label=_("结果"),
        choices=[("yes", _("已接听")), ("no", _("没接到"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
