"""Forms of meters: field names are the arguments of the actions behind them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm
from huiyin.doors.parts.uploads import small_enough
from huiyin.meters import titles
from huiyin.meters.queries import MeterFilters

REASON = _("原因")
SKIP_REASONS = (
    ("家中无人", _("家中无人")),
    ("表箱打不开", _("表箱打不开")),
    ("表面看不清", _("表面看不清")),
    ("表坏了", _("表坏了")),
)
STATES = (
    ("hanging", _("在用")),
    ("unread", _("一个月没抄")),
    ("held", _("有待核实")),
    ("down", _("已拆")),
)


def number_input(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a figure, with the phone's keys for figures."""
    return forms.CharField(
        label=label,
        max_length=20,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def photo_field() -> forms.FileField:
    """Return a field that opens the camera of a phone."""
    return forms.FileField(
        label=_("照片"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )


def _reason(label: Any = REASON) -> forms.CharField:
    return forms.CharField(label=label, max_length=200)


def _key() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class ReadForm(DoorForm):
    """What a meter shows, as the walk sends it; ``reading`` is the one that it corrects."""

    meter = forms.CharField(widget=forms.HiddenInput, max_length=40)
    key = _key()
    reading = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    value = number_input(_("本次读数"))
    read_on = Day(label=_("抄表日期"))
    photo = photo_field()
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class SkipForm(DoorForm):
    """Why a meter could not be read."""

    meter = forms.CharField(widget=forms.HiddenInput, max_length=40)
    skipped_on = Day(label=_("抄表日期"))
    reason = forms.CharField(label=_("为什么抄不到"), max_length=100)


class HandForm(DoorForm):
    """A reading entered at the desk."""

    title = _("录入读数")
    key = _key()
    value = number_input(_("读数"))
    read_on = Day(label=_("抄表日期"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class CorrectForm(DoorForm):
    """A reading that was written down wrongly, anew."""

    title = _("改正读数")
    key = _key()
    reading = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    value = number_input(_("正确的读数"))
    reason = _reason()


class VoidForm(DoorForm):
    """A reading taken back."""

    title = _("作废")
    reading = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = _reason()


class SettleForm(DoorForm):
    """What becomes of a reading that nobody could believe."""

    title = _("核实")
    reading = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    how = forms.ChoiceField(
        label=_("怎样处理"),
        choices=[
            ("accept", _("属实,照此计费")),
            ("rolled", _("表走满归零了")),
            ("void", _("抄错了,作废重抄")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _reason(_("核实情况"))


class EstimateForm(DoorForm):
    """A guess where nobody could read."""

    title = _("估抄")
    key = _key()
    read_on = Day(label=_("估到哪一天"))
    reason = _reason(_("为什么要估"))


class ReplaceForm(DoorForm):
    """A meter taken down and another one hung in its place."""

    title = _("换表")
    key = _key()
    on = Day(label=_("换表日期"))
    final = number_input(_("旧表最后读数"))
    code = forms.CharField(label=_("新表表号"), max_length=40)
    initial = number_input(_("新表起始读数"))  # type: ignore[assignment]
    digits = forms.IntegerField(
        label=_("新表整数位数"), required=False, help_text=_("与旧表相同就不用填。")
    )
    factor = number_input(_("新表倍率"), required=False, help_text=_("与旧表相同就不用填。"))
    reason = forms.CharField(label=_("换表原因"), max_length=200, required=False)
    photo = photo_field()


class TakeDownForm(DoorForm):
    """A meter taken down for good."""

    title = _("拆除不再装")
    key = _key()
    on = Day(label=_("拆除日期"))
    final = number_input(_("最后读数"))
    reason = _reason()


class MeterForm(DoorForm):
    """A meter put on the list."""

    code = forms.CharField(label=_("表号"), max_length=40)
    kind = forms.ChoiceField(label=_("类型"), choices=list(titles.KINDS.items()))
    house = forms.CharField(
        label=_("房号"), max_length=60, required=False, help_text=_("公共表不填房号,写清位置。")
    )
    building = forms.CharField(label=_("楼栋"), max_length=20, required=False)
    place = forms.CharField(label=_("位置"), max_length=80, required=False)
    route = forms.CharField(label=_("抄表路线"), max_length=40, required=False)
    factor = number_input(_("倍率"), help_text=_("一般是 1;互感器电表按铭牌填。"))
    digits = forms.IntegerField(label=_("整数位数"))
    from_on = Day(label=_("起用日期"))
    value = number_input(_("起始读数"), required=False)


class WalkOrderForm(DoorForm):
    """The order of a walk: one code a line."""

    route = forms.CharField(label=_("路线名称"), max_length=40)
    meters = forms.CharField(
        label=_("表号,按抄表顺序,每行一个"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("没有写到的表排在后面。把别的路线的表写进来,就移到这条路线。"),
    )


class FileForm(DoorForm):
    """A file of meters or readings."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("Excel(xlsx、xls)或 csv,最大 10 MB。没有现成的,可先下载模板填写。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.ods"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。")},
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse what is too large before anybody tries to read it."""
        return small_enough(self.cleaned_data["file"])


def asked_filters(asked: Mapping[str, str]) -> MeterFilters:
    """Read the filters of the list from an address; what makes no sense is left out."""
    kind, state = asked.get("kind", ""), asked.get("state", "hanging")
    return MeterFilters(
        kind=kind if kind in titles.KINDS else "",
        route=asked.get("route", "")[:40],
        shared=asked.get("shared") == "1",
        state=state if state in dict(STATES) else "hanging",
        q=asked.get("q", "")[:40],
    )
