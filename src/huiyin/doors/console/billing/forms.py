"""The forms of a run: begin one, and the reason for taking one back."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, text_area


class BeginForm(DoorForm):
    """What to bill; its key keeps a double click from beginning two."""

    group = forms.CharField(widget=forms.HiddenInput, max_length=20)
    period = forms.CharField(
        label=_("期间"), max_length=7, help_text=_("如 2026-04、2026Q2、2026H1 或 2026。")
    )
    kind = forms.ChoiceField(
        label=_("计费方式"),
        choices=[
            ("regular", _("正常计费,已计过的不重复")),
            ("correction", _("更正计费,按现在的资料重算差额")),
        ],
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)


class DropForm(DoorForm):
    """Why a draft is thrown away."""

    reason = forms.CharField(label=_("原因"), required=False, max_length=300)


class ReversalForm(DoorForm):
    """Why a whole run is taken back."""

    reason = forms.CharField(
        label=_("冲销原因"),
        widget=text_area(2),
        max_length=300,
        help_text=_("会写进每一户的账里。"),
    )


class SureForm(DoorForm):
    """A step that needs no words."""
