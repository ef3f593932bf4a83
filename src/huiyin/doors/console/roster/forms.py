"""The forms of an import: the file, then the confirmation."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.uploads import small_enough


class UploadForm(DoorForm):
    """The workbook as the property office keeps it."""

    file = forms.FileField(
        label=_("住户册文件"),
        help_text=_("Excel(xlsx、xls)或 csv,最大 10 MB。表头、楼栋和房号的写法都会自动辨认。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.ods"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。")},
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what is too large before anybody tries to read it."""
        return small_enough(self.cleaned_data["file"])
