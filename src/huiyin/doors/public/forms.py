"""The form behind a sticker: one sentence is enough."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.parts.kept_photos import read_word
from huiyin.doors.parts.photos import PhotosField
from huiyin.intake.actions.reports import NAME_MOST, PHOTOS_MOST, TEXT_MOST


class ReportForm(DoorForm):
    """What is wrong, and if one likes photos, a telephone number and a name."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=gettext_lazy("哪里有问题?"),
        max_length=TEXT_MOST,
        widget=text_area(4),
        error_messages={"required": gettext_lazy("请用几句话写下哪里有问题。")},
    )
    photos = PhotosField(label=gettext_lazy("照片,最多 3 张"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("您的电话"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("留电话我们才能回复您;不留就是匿名,也不记称呼。"),
    )
    name = forms.CharField(
        label=gettext_lazy("怎么称呼您"),
        required=False,
        max_length=NAME_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # A field that people do not see and machines fill in.
    website = forms.CharField(
        label=gettext_lazy("请不要填写这一栏"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    @property
    def kept_count(self) -> int:
        """Count the photos that an earlier try has brought already."""
        return len(read_word(self["kept"].value() or ""))

    @property
    def is_trapped(self) -> bool:
        """Tell whether the field was filled in that nobody sees."""
        return bool(self.data.get("website", "").strip())

    def clean_photos(self) -> Any:
        """Refuse more photos than the page takes, before one is stored."""
        files = self.cleaned_data["photos"]
        if len(files) + self.kept_count > PHOTOS_MOST:
            raise ValidationError(_("照片最多 %(n)d 张。") % {"n": PHOTOS_MOST})
        return files
