"""Photos from a form: several files in one field, stored before the action hears of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from huiyin.files.actions import store_photo
from huiyin.files.rules import MOST_BYTES
from huiyin.kernel.caller import Caller


class PhotosInput(forms.ClearableFileInput):
    """A file input that takes several pictures, from the camera too."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Any number of files, each still to be checked by the room that stores it."""

    widget = PhotosInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("照片"))
        kwargs.setdefault("widget", PhotosInput(attrs={"accept": "image/*", "multiple": True}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Return the files; none is fine unless the field is required."""
        files = [one for one in data or () if one]
        if not files:
            return [one for one in [super().clean(None, initial)] if one]
        return [super(PhotosField, self).clean(one, initial) for one in files]


def store(files: "Iterable[UploadedFile[Any]]", *, by: Caller, at: datetime) -> tuple[int, ...]:
    """Store uploaded pictures and return their ids, each once, in order.

    Raises BadInput when one is no picture or too large.
    """
    # No more than one byte too many is read: a file of gigabytes never lies in memory.
    ids = [
        store_photo(by=by, at=at, name=one.name or "", data=one.read(MOST_BYTES + 1))
        for one in files
    ]
    return tuple(dict.fromkeys(ids))
