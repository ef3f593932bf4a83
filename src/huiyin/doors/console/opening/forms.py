"""The form of an import: the workbook and the day its balances stand at."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.uploads import small_enough


class OpeningForm(DoorForm):
    """The workbook of old arrears and prepayments."""

    as_of = forms.DateField(
        label=_("结转日"),
        help_text=_("余额截至这一天晚上,记在这一天的账上。"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("请选择结转日。"), "invalid": _("请选择日期。")},
    )
    file = forms.FileField(
        label=_("余额文件"),
        help_text=_("Excel(xlsx、xls)或 csv,最大 10 MB。没有现成的,可先下载模板填写。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.ods"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。")},
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what is too large before anybody tries to read it."""
        return small_enough(self.cleaned_data["file"])
