"""The form of a new matter (REC-02)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.photos import PhotosField
from huiyin.matters import titles
from huiyin.staff.queries import EmployeeRow

# The kinds in the order of their digit keys; those after the ninth have none.
KINDS = (
    "complaint",
    "repair",
    "home_service",
    "enquiry",
    "suggestion",
    "praise",
    "help",
    "complaint.attitude",
    "complaint.emergency",
    "complaint.written",
    "repair.public",
    "special_service",
    "builder_defect",
    "callback",
)

WHO = ("house", "caller", "phone", "place")
BIGGEST_ID = 2**63 - 1


# A proposal is asked for as one types: only the words are sent, and nothing but its place changes.
WHILE_TYPING = {
    "hx-post": reverse_lazy("desk_suggest"),
    "hx-trigger": "input changed delay:350ms, change from:closest form delay:100ms",
    "hx-target": "#suggestion",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
    "hx-params": "text,kind",
    "hx-encoding": "unset",
    "hx-disabled-elt": "unset",
}


class NewMatterForm(DoorForm):
    """What is asked of somebody who calls; everything but kind and text may stay as it is."""

    kind = forms.ChoiceField(
        label=_("类别"),
        choices=[(kind, titles.KINDS[kind]) for kind in KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择类别。")},
    )
    text = forms.CharField(
        label=_("内容"),
        widget=forms.Textarea(attrs={"rows": 5, **WHILE_TYPING}),
        error_messages={"required": _("请写下业主说了什么。")},
    )
    house = forms.CharField(label=_("房号"), required=False)
    phone = forms.CharField(
        label=_("来电号码"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    caller = forms.CharField(label=_("反映人"), required=False)
    place = forms.CharField(label=_("地点"), required=False)
    channel = forms.ChoiceField(label=_("渠道"), choices=list(titles.CHANNELS.items()))
    first_heard_by = forms.ChoiceField(label=_("首问员工"), required=False)
    about_employee = forms.ChoiceField(label=_("被投诉员工"), required=False)
    important = forms.BooleanField(label=_("重要事项,报告经理"), required=False)
    anonymous = forms.BooleanField(label=_("匿名,不记录反映人"), required=False)
    photos = PhotosField(required=False)
    call = forms.IntegerField(
        required=False, min_value=1, max_value=BIGGEST_ID, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, people: Sequence[EmployeeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [("", _("无")), *[(one.code, f"{one.name} ({one.code})") for one in people]]
        for name in ("first_heard_by", "about_employee"):
            self.fields[name].choices = names  # type: ignore[attr-defined]

    @property
    def who(self) -> dict[str, str]:
        """Return what stands in the fields that choosing a household fills in."""
        return {name: self[name].value() or "" for name in WHO}

    @property
    def who_errors(self) -> dict[str, str]:
        """Return the errors of those fields, one sentence each."""
        return {name: " ".join(map(str, self[name].errors)) for name in WHO if self[name].errors}

    @property
    def more_open(self) -> bool:
        """Tell whether a field in the folded part was used or refused."""
        folded = ("first_heard_by", "about_employee", "important", "anonymous", "photos")
        return any(self[name].value() or self[name].errors for name in folded)
